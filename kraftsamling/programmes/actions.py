"""Giving and taking roles."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from kraftsamling.accounts.models import User
from kraftsamling.accounts.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category

from .models import Programme, ProgrammeRole, Role
from .permissions import can_give_roles


@transaction.atomic
def give_role(programme: Programme, user: User, role: str, *, by: User, at: datetime | None = None) -> ProgrammeRole:
    require(can_give_roles(by, programme))
    return _given(programme, user, role, by=by, at=at or timezone.now())


@transaction.atomic
def give_first_role(programme: Programme, user: User, role: str, *, at: datetime | None = None) -> ProgrammeRole:
    """What the installation does by itself: the first administrator, and the people of the demo data."""
    return _given(programme, user, role, by=None, at=at or timezone.now())


def _given(programme: Programme, user: User, role: str, *, by: User | None, at: datetime) -> ProgrammeRole:
    if not user.is_active:
        raise TransitionRefused(_("The account is closed."))
    given, is_new = ProgrammeRole.objects.get_or_create(
        programme=programme, user=user, role=role, defaults={"given_at": at, "given_by": by}
    )
    if not is_new:
        raise TransitionRefused(_("%(name)s has that role already.") % {"name": user.name})
    user.__dict__.pop("programme_roles", None)
    audit.record("programmes.role.give", programme, by=by, at=at, name=user.name, user=user.pk, role=role)
    if by:
        outbox.promise(
            "accounts/role_given",
            to=[user],
            context={
                "programme": programme.name,
                "role": Role(role).label,
                "name": by.name,
                "action_url": settings.SITE_URL + reverse("home"),
                "action_label": _l("See what waits for you"),
            },
            category=Category.ACCOUNT,
            about=programme,
            programme_id=programme.pk,
            at=at,
        )
    return given


@transaction.atomic
def take_role(given: ProgrammeRole, *, by: User, at: datetime | None = None) -> None:
    """The person sees no more than the public from the next page on. Never from the last administrator."""
    programme = Programme.objects.select_for_update().get(pk=given.programme_id)
    require(can_give_roles(by, programme))
    if given.role == Role.ADMINISTRATOR and not _other_administrators(given).exists():
        raise TransitionRefused(_("This is the last administrator. Give somebody else the role first."))
    user, role = given.user, given.role
    taken, _rows = ProgrammeRole.objects.filter(pk=given.pk).delete()
    if not taken:
        raise LostRace
    user.__dict__.pop("programme_roles", None)
    audit.record("programmes.role.take", programme, by=by, at=at, name=user.name, user=user.pk, role=role)


def _other_administrators(given: ProgrammeRole) -> QuerySet[ProgrammeRole]:
    return ProgrammeRole.objects.filter(programme=given.programme_id, role=Role.ADMINISTRATOR, user__is_active=True).exclude(
        pk=given.pk
    )
