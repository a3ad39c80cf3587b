"""Who a person is in a programme: predicates only."""

from typing import Any

from .models import Programme, Role

OFFICERS = frozenset({Role.PROCESS_LEADER, Role.PROCESS_TEAM})
"""Those who run calls, review and invitations."""

STAFF = frozenset(Role)
"""Every role in a programme sees more than the public does, so a second factor is asked of all of them."""


def has_role(user: Any, programme: "Programme | int", *roles: str) -> bool:
    key = programme if isinstance(programme, int) else programme.pk
    return user.is_authenticated and any((key, role) in user.programme_roles for role in roles)


def has_role_anywhere(user: Any, *roles: str) -> bool:
    return user.is_authenticated and any(role in roles for _programme, role in user.programme_roles)


def programmes_with_role(user: Any, *roles: str) -> list[int]:
    """Primary keys of the programmes in which the person has one of the roles."""
    if not user.is_authenticated:
        return []
    return sorted({programme for programme, role in user.programme_roles if role in roles})


def is_officer(user: Any, programme: "Programme | int") -> bool:
    return has_role(user, programme, *OFFICERS)


def is_process_leader(user: Any, programme: "Programme | int") -> bool:
    return has_role(user, programme, Role.PROCESS_LEADER)


def is_staff_anywhere(user: Any) -> bool:
    return user.is_authenticated and bool(user.programme_roles)


def can_give_roles(user: Any, programme: Programme) -> bool:
    return has_role(user, programme, Role.ADMINISTRATOR)
