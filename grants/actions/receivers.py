"""Who is told what in a case: the organisation's people, and the officers who are free of conflict of interest."""

from typing import Any

from django.db.models import QuerySet

from grants import permissions
from grants.models import Sketch
from kraftsamling.accounts.models import User
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS


def members_of(sketch: Sketch) -> "QuerySet[Any]":
    return sketch.organisation.members.filter(is_active=True)


def officers_of(sketch: Sketch, *roles: str) -> list[Any]:
    """Those who run the call and may read the case; with roles, only those who have one of them."""
    wanted = roles or tuple(OFFICERS)
    running = User.objects.filter(is_active=True, roles__programme=sketch.call.programme_id, roles__role__in=wanted)
    return [user for user in running.distinct().order_by("pk") if permissions.can_read_case_as_officer(user, sketch)]


def leaders_of(sketch: Sketch) -> list[Any]:
    return officers_of(sketch, Role.PROCESS_LEADER)
