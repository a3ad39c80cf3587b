"""Who is told what about a project: the owner's members, and the officers who are free of conflict of interest."""

from typing import Any

from django.db.models import Q, QuerySet

from grants.actions.receivers import officers_of
from kraftsamling.accounts.models import Membership, User
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS
from pilots.models import Project


def members_of_project(project: Project) -> "QuerySet[Any]":
    return project.owner.members.filter(is_active=True).order_by("pk")


def officers_of_project(project: Project, *roles: str) -> "QuerySet[Any]":
    """Those who handle the project, but nobody in conflict of interest or whose own organisation owns it or takes part."""
    if project.application is not None:
        found: QuerySet[Any] = officers_of(project.application.sketch, *roles)
    else:
        wanted = roles or tuple(OFFICERS)
        found = User.objects.filter(is_active=True, roles__programme=project.programme_id, roles__role__in=wanted)
    partners = project.partners.exclude(organisation=None).values("organisation")
    taking_part = Membership.objects.filter(Q(organisation=project.owner_id) | Q(organisation__in=partners)).values("user")
    found = found.exclude(pk__in=taking_part).exclude(pk__in=project.conflicts.values("user"))
    return found.distinct().order_by("pk")


def leaders_of_project(project: Project) -> "QuerySet[Any]":
    return officers_of_project(project, Role.PROCESS_LEADER)
