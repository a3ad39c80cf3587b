"""What waits in steering: the yearly report, from the turn of the year until it has been handed in."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Value
from django.utils.translation import gettext as _

from kraftsamling.home.addresses import address
from kraftsamling.lib.dates import start_of_day, stockholm_today
from kraftsamling.programmes.models import Programme, Role
from kraftsamling.programmes.permissions import programmes_with_role
from pilots.models import Project, YearlyReport
from pilots.steering.yearly import due_on, year_to_report

from .kinds import Source, Task

LAST_MONTH = 2
"""In January and February. What is still not handed in in March is talked about, not reminded of."""


def yearly_reports(user: Any, *, at: datetime) -> QuerySet:
    """Of programmes that had a project during the year."""
    today = stockholm_today(at)
    mine = programmes_with_role(user, Role.PROCESS_LEADER)
    if not mine or today.month > LAST_MONTH:
        return Programme.objects.none()
    year = year_to_report(today)
    told = YearlyReport.objects.filter(programme=OuterRef("pk"), year=year)
    had = Project.objects.pilots().filter(programme=OuterRef("pk"), starts_on__year__lte=year)
    waiting = Programme.objects.filter(pk__in=mine).filter(~Exists(told), Exists(had))
    return waiting.annotate(report_year=Value(year, output_field=IntegerField())).order_by("pk")


def hand_in_report(programme: Programme) -> Task:
    year: int = programme.report_year  # type: ignore[attr-defined]
    return Task(
        title=_("Hand in the yearly report of %(year)d") % {"year": year},
        detail=_("%(programme)s · to the government by 21 February (förordning 2024:99)") % {"programme": programme.name},
        url=f"{address('steering_yearly')}?program={programme.slug}&ar={year}",
        due_at=start_of_day(due_on(year) + timedelta(days=1)),
    )


SOURCES = (Source(yearly_reports, hand_in_report),)
