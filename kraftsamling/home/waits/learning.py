"""What waits in what is learned: the yearly follow-up of cases."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kraftsamling.lib.dates import end_of_day
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import programmes_with_role
from pilots.models import Project, YearlyFollowUp

from .kinds import Source, Task


def open_follow_ups(user: Any, *, at: datetime) -> QuerySet:
    if not programmes_with_role(user, Role.PROCESS_LEADER):
        return YearlyFollowUp.objects.none()
    mine = YearlyFollowUp.objects.open().filter(project__in=Project.objects.handled_by(user, Role.PROCESS_LEADER))
    return mine.select_related("project__owner").order_by("due_on", "pk")


def follow_up(row: YearlyFollowUp) -> Task:
    return Task(
        title=_("Follow up “%(title)s” for the year %(year)d") % {"title": row.project.title, "year": row.year},
        detail=_("%(owner)s · the yearly follow-up of the case (förordning 2003:596, 12 §)") % {"owner": row.project.owner},
        url=row.get_absolute_url(),
        due_at=end_of_day(row.due_on),
    )


SOURCES = (Source(open_follow_ups, follow_up),)
