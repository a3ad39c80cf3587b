"""Who is told what in a case: the organisation's people, and the officers who are free of conflict of interest."""

from typing import Any

from django.db.models import QuerySet

from grants.models import ApplicationVersion, ConflictDeclaration, Sketch, SketchVersion
from kraftsamling.accounts.models import User
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS


def members_of(sketch: Sketch) -> "QuerySet[Any]":
    return sketch.organisation.members.filter(is_active=True)


def officers_of(sketch: Sketch, *roles: str) -> "QuerySet[Any]":
    """Those who run the call, but nobody whose own organisation takes part or who is in conflict of interest."""
    partners = SketchVersion.partner_organisations.through.objects.filter(sketchversion__sketch=sketch)
    later = ApplicationVersion.partner_organisations.through.objects.filter(applicationversion__application__sketch=sketch)
    concerned = {
        sketch.organisation_id,
        *partners.values_list("organisation_id", flat=True),
        *later.values_list("organisation_id", flat=True),
    }
    in_conflict = ConflictDeclaration.objects.in_conflict().filter(sketch=sketch).values("user")
    wanted = roles or tuple(OFFICERS)
    running = User.objects.filter(is_active=True, roles__programme=sketch.call.programme_id, roles__role__in=wanted)
    free: QuerySet[Any] = running.exclude(memberships__organisation__in=concerned).exclude(pk__in=in_conflict)
    return free.distinct().order_by("pk")


def leaders_of(sketch: Sketch) -> "QuerySet[Any]":
    return officers_of(sketch, Role.PROCESS_LEADER)
