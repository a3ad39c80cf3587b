"""What waits in projects: summaries to write and to publish, changes to finish and to decide."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import programmes_with_role
from pilots.models import PUBLISHERS, ChangeRequest, Project

from .kinds import Source, Task


def summaries_to_write(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return Project.objects.none()
    mine = Project.objects.of_organisations(user).running().pilots().filter(summary="")
    return mine.select_related("owner").order_by("opened_at", "pk")


def write_summary(project: Project) -> Task:
    return Task(
        title=_("Write a summary for the public: “%(title)s”") % {"title": project.title},
        detail=_("Two or three sentences. An officer publishes them."),
        url=project.get_absolute_url(),
        tone="neutral",
    )


def pages_to_publish(user: Any, *, at: datetime) -> QuerySet:
    """Never published, though all that is asked for is there; what has been changed since is told on the page itself."""
    if not programmes_with_role(user, *PUBLISHERS):
        return Project.objects.none()
    placed = Q(whole_county=True) | Q(municipalities__isnull=False)
    ready = Project.objects.handled_by(user, *PUBLISHERS).filter(placed, published_at=None, main_focus_area__isnull=False)
    return ready.exclude(summary="").exclude(target_group="").select_related("owner").distinct().order_by("described_at", "pk")


def publish_page(project: Project) -> Task:
    return Task(
        title=_("Publish the page of “%(title)s”") % {"title": project.title},
        detail=str(project.owner),
        url=project.get_absolute_url(),
        tone="neutral",
    )


def changes_to_finish(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return ChangeRequest.objects.none()
    mine = ChangeRequest.objects.in_draft().filter(organisation__in=user.organisation_ids, organisation=F("project__owner"))
    return mine.select_related("project", "organisation").order_by("begun_at", "pk")


def finish_change(change: ChangeRequest) -> Task:
    return Task(
        title=_("Finish and send the change of “%(title)s”") % {"title": change.project.title},
        detail=str(change.organisation),
        url=change.get_absolute_url(),
    )


def changes_to_decide(user: Any, *, at: datetime) -> QuerySet:
    if not programmes_with_role(user, Role.DECISION_MAKER):
        return ChangeRequest.objects.none()
    waiting = ChangeRequest.objects.to_be_decided_by(user)
    return waiting.select_related("project", "organisation").order_by("asked_at", "pk")


def decide_change(change: ChangeRequest) -> Task:
    return Task(
        title=_("Decide on a change of “%(title)s”") % {"title": change.project.title},
        detail=str(change.organisation),
        url=change.get_absolute_url(),
    )


SOURCES = (
    Source(summaries_to_write, write_summary),
    Source(pages_to_publish, publish_page),
    Source(changes_to_finish, finish_change),
    Source(changes_to_decide, decide_change),
)
