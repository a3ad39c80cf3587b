"""Who is told what in a case: the organisation's people, and the officers who are free of conflict of interest."""

from typing import Any

from django.db.models import Q, QuerySet

from grants.models import ApplicationVersion, ConflictDeclaration, Sketch, SketchVersion
from kraftsamling.accounts.models import Membership, User
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS


def members_of(sketch: Sketch) -> "QuerySet[Any]":
    return sketch.organisation.members.filter(is_active=True)


def officers_of(sketch: Sketch, *roles: str) -> "QuerySet[Any]":
    """Those who run the call, but nobody whose own organisation takes part or who is in conflict of interest."""
    partners = SketchVersion.partner_organisations.through.objects.filter(sketchversion__sketch=sketch)
    later = ApplicationVersion.partner_organisations.through.objects.filter(applicationversion__application__sketch=sketch)
    concerned = (
        Q(organisation=sketch.organisation_id)
        | Q(organisation__in=partners.values("organisation"))
        | Q(organisation__in=later.values("organisation"))
    )
    taking_part = Membership.objects.filter(concerned).values("user")
    in_conflict = ConflictDeclaration.objects.in_conflict().filter(sketch=sketch).values("user")
    wanted = roles or tuple(OFFICERS)
    running = User.objects.filter(is_active=True, roles__programme=sketch.call.programme_id, roles__role__in=wanted)
    free: QuerySet[Any] = running.exclude(pk__in=taking_part).exclude(pk__in=in_conflict)
    return free.distinct().order_by("pk")


def leaders_of(sketch: Sketch) -> "QuerySet[Any]":
    return officers_of(sketch, Role.PROCESS_LEADER)
