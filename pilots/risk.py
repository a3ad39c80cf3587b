"""When a project is at risk: three rules, each a condition for the database."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan
from django.utils.translation import gettext_lazy as _

from pilots.models import Indicator, Report
from pilots.states import ProjectState, ReportState
from pilots.steering.forecast import days_gone, ore, whole_days

DRAW_DOWN_FROM = 50
"""Per cent of the time gone before low draw-down is looked at: payments lag behind by a quarter, and many begin slowly."""
DRAW_DOWN_LEAST = 50
"""Per cent of what the elapsed time would give. At half the pace, money is likely to be left when the project ends."""
INDICATOR_FROM = 50
"""Per cent of the time gone before indicators are looked at: before half-time most of them have not been measured twice."""
INDICATOR_LEAST = 50
"""Per cent of what the elapsed time would give of the way from the start to the target."""
WHOLE = 100


class Rule(NamedTuple):
    """A risk as the page tells of it."""

    key: str
    label: Any
    how: Any


RULES = (
    Rule(
        "late_report",
        _("Late report"),
        _("A report that has not come in, or has been returned and not come back, after its last day."),
    ),
    Rule(
        "low_draw_down",
        _("Low draw-down"),
        _("At least half of the time has gone, and less than half of what the time would give has been paid of the grant."),
    ),
    Rule(
        "red_indicator",
        _("Red indicator"),
        _("At least half of the time has gone, and an indicator has come less than half as far towards its target as the time."),
    ),
)


def where(key: str, *, on: date) -> Q:
    """What a project at this risk fulfils."""
    running = Q(state=ProjectState.RUNNING)
    match key:
        case "late_report":
            return running & Q(pk__in=Report.objects.filter(_has_passed(on)).values("project"))
        case "low_draw_down":
            return running & Q(
                GreaterThanOrEqual(days_gone(on) * WHOLE, whole_days() * DRAW_DOWN_FROM),
                LessThan(ore("paid") * whole_days() * WHOLE, ore("cap") * days_gone(on) * DRAW_DOWN_LEAST),
            )
        case "red_indicator":
            seen = Q(pk__in=_less_than_half_way().values("project"))  # few, and told without their projects
            return running & seen & Q(Exists(red_indicators(on=on).filter(project=OuterRef("pk"))))
    raise KeyError(key)


def _has_passed(on: date) -> Q:
    """The last day of a report that is to be written; of a returned one the day it was to be completed.

    Late from the day after: the reminders have gone out before, so no grace is added.
    """
    last = Q(return_due_on=None, due_on__lt=on) | Q(return_due_on__lt=on)
    return last & Q(state__in=[ReportState.PLANNED, ReportState.RETURNED])


def is_late(*, on: date) -> Q:
    """Of a report of a running project."""
    return _has_passed(on) & Q(project__state=ProjectState.RUNNING)


def late_reports(*, on: date) -> Any:
    return Report.objects.filter(is_late(on=on))


def red_indicators(*, on: date) -> Any:
    """Of running projects; both ways, for indicators that are to grow and those that are to shrink."""
    whole, gone = whole_days("project__"), days_gone(on, "project__")
    return _less_than_half_way().filter(
        GreaterThanOrEqual(gone * WHOLE, whole * INDICATOR_FROM),
        _falls_short(_WAY * gone * INDICATOR_LEAST - _COME * whole * WHOLE),
        project__state=ProjectState.RUNNING,
    )


_COME, _WAY = F("latest") - F("baseline"), F("target") - F("baseline")


def _less_than_half_way() -> Any:
    """What has come half-way cannot be behind at any time: that the indicator tells by itself, without its project."""
    told = Indicator.objects.order_by().filter(latest__isnull=False, baseline__isnull=False)
    return told.filter(_falls_short(_WAY * INDICATOR_LEAST - _COME * WHOLE))


def _falls_short(lacks: Any) -> Any:
    """Whether it lacks something in the direction of the target, be that up or down."""
    return GreaterThan(ExpressionWrapper(lacks * _WAY, output_field=DecimalField(max_digits=40, decimal_places=4)), 0)
