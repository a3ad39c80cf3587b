"""Who may see and change an organisation: predicates only."""

from typing import Any

from django.core.exceptions import PermissionDenied

from .models import SEES_ALL_ORGANISATIONS, Invitation, Organisation

ADMINISTRATOR = "administrator"


def require(allowed: bool) -> None:
    """Raises PermissionDenied unless allowed."""
    if not allowed:
        raise PermissionDenied


def has_role_in_some_programme(user: Any, roles: frozenset[str]) -> bool:
    return user.is_authenticated and any(role in roles for _programme, role in user.programme_roles)


def is_administrator(user: Any) -> bool:
    return has_role_in_some_programme(user, frozenset({ADMINISTRATOR}))


def sees_all_organisations(user: Any) -> bool:
    return has_role_in_some_programme(user, SEES_ALL_ORGANISATIONS)


def is_member(user: Any, organisation: Organisation) -> bool:
    return user.is_authenticated and organisation.pk in user.organisation_ids


def can_see_organisation(user: Any, organisation: Organisation) -> bool:
    return is_member(user, organisation) or sees_all_organisations(user)


def can_change_organisation(user: Any, organisation: Organisation) -> bool:
    return is_member(user, organisation) or is_administrator(user)


def can_manage_members(user: Any, organisation: Organisation) -> bool:
    """Invites, answers those who ask to join, chooses contacts, removes."""
    return is_member(user, organisation) or is_administrator(user)


def can_register_signatory(user: Any, organisation: Organisation) -> bool:
    return is_member(user, organisation)


def can_read_proof(user: Any, organisation: Organisation) -> bool:
    return can_see_organisation(user, organisation)


def can_accept_invitation(user: Any, invitation: Invitation) -> bool:
    """Only the invited address; every account's address has been confirmed."""
    return bool(user.is_authenticated and user.email.casefold() == invitation.email.casefold())
