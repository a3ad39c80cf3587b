"""What a project is expected to have been paid when it ends: one rule, in Python for a person to follow and in the database."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Case, DateField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Greatest, Least, Round
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.days import DaysBetween
from kraftsamling.lib.money import Kronor, KronorField
from pilots.states import ProjectState

HOW = _(
    "A project that is closed or revoked: what has been paid. One whose newest report foresees its costs: the decided share of "
    "them. One that has been paid but has not reported: as fast as so far, counted by the days of the period. Others: the whole "
    "grant. Never less than what has been paid and never more than the decided amount."
)
KRONA, PER_CENT = 100, 10_000
"""Öre in a krona, and hundredths of a per cent in a whole."""


class Facts(NamedTuple):
    """What the rule asks of a project."""

    state: str
    share: Decimal
    cap: Kronor
    paid: Kronor
    foreseen: Kronor | None
    starts_on: date
    ends_on: date


def forecast(facts: Facts, *, on: date) -> Kronor:
    if facts.state != ProjectState.RUNNING:
        return facts.paid
    if facts.foreseen is not None:
        expected = Kronor((facts.foreseen.amount * facts.share / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    else:
        expected = _at_this_pace(facts, on=on)
    return max(facts.paid, min(expected, facts.cap))


def _at_this_pace(facts: Facts, *, on: date) -> Kronor:
    whole = (facts.ends_on - facts.starts_on).days + 1
    gone = min(whole, (on - facts.starts_on).days + 1)
    if gone <= 0 or facts.paid <= Kronor(0):
        return facts.cap
    return Kronor(facts.paid.ore * whole // gone // KRONA)


def with_forecast(projects: Any, *, on: date) -> Any:
    """Adds `forecast`, the same to the öre as the rule above, and `remaining`, what of it has not been paid."""
    forecast_of = _expression(on)
    return projects.annotate(
        forecast=ExpressionWrapper(forecast_of, output_field=KronorField()),
        remaining=ExpressionWrapper(forecast_of - ore("paid"), output_field=KronorField()),
    )


def ore(name: str) -> Any:
    return ExpressionWrapper(F(name), output_field=BigIntegerField())


def whole_days(prefix: str = "") -> Any:
    """The days of the period, first and last included."""
    return DaysBetween(f"{prefix}ends_on", f"{prefix}starts_on") + 1


def days_gone(on: date, prefix: str = "") -> Any:
    """The days of the period that have begun, at most all of them; below one before it begins."""
    begun = DaysBetween(Value(on, output_field=DateField()), f"{prefix}starts_on") + 1
    return Least(begun, whole_days(prefix), output_field=BigIntegerField())


def _expression(on: date) -> Any:
    number = BigIntegerField()
    share = Cast(Round(F("share") * 100), number)
    reported = (ore("foreseen") * share + PER_CENT * KRONA // 2) / (PER_CENT * KRONA) * KRONA
    pace = ore("paid") * whole_days() / days_gone(on) / KRONA * KRONA
    begun = Q(starts_on__lte=on, paid__gt=Kronor(0))
    expected = Case(
        When(foreseen__isnull=False, then=ExpressionWrapper(reported, output_field=number)),
        When(begun, then=ExpressionWrapper(pace, output_field=number)),
        default=ore("cap"),
        output_field=number,
    )
    bounded = Greatest(ore("paid"), Least(expected, ore("cap"), output_field=number), output_field=number)
    return Case(When(state=ProjectState.RUNNING, then=bounded), default=Coalesce(ore("paid"), 0), output_field=number)
