"""The money of the calls: what is set aside, sought, granted, paid, expected and left, per year and per call."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from grants.models import Application, CallFrame, Decision, FinancingLine, FinancingRole, FrameRelease, Sketch
from kraftsamling.lib.dates import start_of_day
from kraftsamling.lib.money import Kronor
from pilots.models import GrantYear, Payout, Project, ProjectKind

from . import forecast, kinds
from .figures import AMOUNT, NOTHING, NUMBER, Base, Figures, Spec, counted
from .scope import Scope

LINE_CALL = "budget__application_version__application__sketch__call"
DECISION_CALL = "decision__application__sketch__call"
PROJECT_CALL = "application__sketch__call"


def _narrow(rows: QuerySet, scope: Scope, *, programme: str, call: str, year: str = "") -> QuerySet:
    rows = rows.filter(**{programme: scope.programme.pk})
    if scope.call:
        rows = rows.filter(**{call: scope.call.pk})
    return rows.filter(**{year: scope.year}) if year and scope.year else rows


def _frames(scope: Scope) -> QuerySet:
    rows = CallFrame.objects.filter(call__in=[call.pk for call in scope.shown_calls])
    return rows.filter(year=scope.year) if scope.year else rows


def _frames_tally(scope: Scope) -> list[dict[str, Any]]:
    """A few rows, which the pages have use of anyhow."""
    shown = {call.pk for call in scope.shown_calls}
    return [
        {"call": frame.call_id, "year": frame.year, NUMBER: 1, AMOUNT: frame.amount}
        for frame in scope.frames
        if frame.call_id in shown and scope.year in {None, frame.year}
    ]


def _whole_frames_tally(scope: Scope) -> list[dict[str, Any]]:
    """Of all years, from what has been read with the calls."""
    return [{"call": call.pk, AMOUNT: call.frame_total} for call in scope.shown_calls]  # type: ignore[attr-defined]


def _sketches(scope: Scope) -> QuerySet:
    rows = _narrow(Sketch.objects.in_competition(), scope, programme="call__programme", call="call")
    return rows.filter(starts_in(scope.year)) if scope.year else rows


def _application_years(scope: Scope) -> QuerySet:
    compete = Application.objects.in_competition().values("current_version__budget")
    rows = FinancingLine.objects.filter(role=FinancingRole.GRANT, budget__in=compete)
    return _narrow(rows, scope, programme=f"{LINE_CALL}__programme", call=LINE_CALL, year="year")


def _grant_years(scope: Scope) -> QuerySet:
    rows = GrantYear.objects.filter(decision__in=Decision.objects.issued().grants())
    return _narrow(rows, scope, programme=f"{DECISION_CALL}__programme", call=DECISION_CALL, year="year")


def _releases(scope: Scope) -> QuerySet:
    return _narrow(FrameRelease.objects.all(), scope, programme="call__programme", call="call", year="year")


def _payouts(scope: Scope) -> QuerySet:
    rows = Payout.objects.counting().exclude(project__kind=ProjectKind.PLATFORM)
    rows = _narrow(rows, scope, programme="project__programme", call=f"project__{PROJECT_CALL}")
    return rows.filter(paid_in(scope.year)) if scope.year else rows


def projects(scope: Scope) -> QuerySet:
    """The pilots; with a year chosen, those whose period touches it."""
    rows = _narrow(Project.objects.pilots(), scope, programme="programme", call=PROJECT_CALL)
    return rows.filter(touches(scope.year)) if scope.year else rows


def _expected(scope: Scope) -> QuerySet:
    """With a year chosen, those whose remaining money is counted on it: the last one of the period, or this year if it is past."""
    rows = _narrow(Project.objects.pilots(), scope, programme="programme", call=PROJECT_CALL)
    rows = forecast.with_forecast(rows, on=scope.on)
    return rows.filter(remains_in(scope.year, scope.on)) if scope.year else rows


FRAMES = Base("frames", kinds.FRAMES, _frames, tally=_frames_tally)
WHOLE_FRAMES = Base("whole_frames", kinds.FRAMES, _frames, tally=_whole_frames_tally)
SKETCHES = Base("sketches", kinds.SKETCHES, _sketches, ("call",))
APPLICATION_YEARS = Base("application_years", kinds.APPLICATION_YEARS, _application_years, (LINE_CALL, "year"))
GRANT_YEARS = Base("grant_years", kinds.GRANT_YEARS, _grant_years, (DECISION_CALL, "year"))
RELEASES = Base("releases", kinds.RELEASES, _releases, ("call", "year"))
PAYOUTS = Base("payouts", kinds.PAYOUTS, _payouts, ("project__kind", f"project__{PROJECT_CALL}"))
EXPECTED = Base("expected", kinds.PROJECTS_BY_CASE, _expected, ("kind", PROJECT_CALL))


# ---- Years


def year_of_days(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def starts_in(year: int) -> Q:
    return Q(current_version__starts_on__range=year_of_days(year))


def touches(year: int) -> Q:
    first, last = year_of_days(year)
    return Q(starts_on__lte=last, ends_on__gte=first)


def paid_in(year: int) -> Q:
    """By the day it was paid; what has been decided and not yet paid counts in the year of the decision."""
    first, last = year_of_days(year)
    decided: tuple[datetime, datetime] = start_of_day(first), start_of_day(last + timedelta(days=1))
    return Q(paid_on__range=(first, last)) | Q(paid_on=None, decided_at__gte=decided[0], decided_at__lt=decided[1])


def remains_in(year: int, on: date) -> Q:
    if year < on.year:
        return Q(pk__in=[])
    first, last = year_of_days(year)
    return Q(ends_on__lte=last) if year == on.year else Q(ends_on__range=(first, last))


# ---- The figures

WORDS: dict[str, tuple[Any, Any]] = {
    "frame": (_l("Frame"), _l("The money set aside in the calls that have been published, year by year.")),
    "sketched": (
        _l("Sought in sketches"),
        _l("The amounts of sketches that have come in and not been withdrawn. A sketch counts in the year it would begin."),
    ),
    "sought": (
        _l("Sought in applications"),
        _l("The 1:1 money in the budgets of applications that have come in, and have neither been withdrawn nor left untried."),
    ),
    "granted": (
        _l("Granted amount"),
        _l("The highest amounts of the decisions that count, divided over the years as their budgets do."),
    ),
    "released": (
        _l("Back to the frame"),
        _l("What comes back when a project is settled below its grant, is revoked or has its grant lowered."),
    ),
    "paid": (
        _l("Paid amount"),
        _l("Payments made or decided, repayments taken off. By the day of the payment, or of the decision until it is paid."),
    ),
    "forecast": (_l("Forecast"), forecast.HOW),
    "remaining": (
        _l("Yet to be paid by the forecast"),
        _l("The forecast less what has been paid, in the last year of the project; in this year if that has passed."),
    ),
    "left": (_l("Left of the frame"), _l("The frame, less what has been granted, with what has come back to the frame.")),
}
COLUMNS = ("frame", "sketched", "sought", "granted", "released", "paid", "forecast", "left")


def key_of(name: str, *, year: int | None = None, call: int | None = None) -> str:
    return f"pengar.{name}" + (f".{year}" if year else "") + (f".u{call}" if call else "")


def whole(scope: Scope) -> list[Spec]:
    """The figures of the whole choice."""
    return _specs(scope)


def specs(scope: Scope) -> list[Spec]:
    found = whole(scope)
    for year in scope.shown_years if not scope.year else ():
        found += _specs(scope, year=year)
    for call in scope.shown_calls if not scope.call else ():
        found += _specs(scope, call=call)
    return [*found, *_elsewhere(scope)]


def _specs(scope: Scope, *, year: int | None = None, call: Any = None) -> list[Spec]:
    qualifier = str(year or call or "")

    def key(name: str) -> str:
        return key_of(name, year=year, call=call.pk if call else None)

    def spec(name: str, base: Base, amount: str, call_path: str, **more: Any) -> Spec:
        label, how = WORDS[name]
        group = {**more.pop("group", {}), **({call_path: call.pk} if call else {})}
        return Spec(key(name), label, how, base, amount, group=group, qualifier=qualifier, **more)

    def made_of(name: str, *parts: tuple[int, str]) -> Spec:
        label, how = WORDS[name]
        return Spec(key(name), label, how, parts=tuple((sign, key(part)) for sign, part in parts), qualifier=qualifier)

    of_year: dict[str, Any] = {"group": {"year": year}} if year else {}
    pilot, paid_kind = {"kind": ProjectKind.PILOT}, {"project__kind": ProjectKind.PILOT}
    found = [
        spec("frame", FRAMES, "amount", "call", **of_year),
        spec("sketched", SKETCHES, "current_version__sought", "call", **({"where": starts_in(year)} if year else {})),
        spec("sought", APPLICATION_YEARS, "amount", LINE_CALL, **of_year),
        spec("granted", GRANT_YEARS, "amount", DECISION_CALL, **of_year),
        spec("released", RELEASES, "amount", "call", **of_year),
        spec(
            "paid", PAYOUTS, "amount", f"project__{PROJECT_CALL}", group=paid_kind, **({"where": paid_in(year)} if year else {})
        ),
    ]
    if year or scope.year:
        remaining = {"where": remains_in(year, scope.on)} if year else {}
        found += [
            spec("remaining", EXPECTED, "remaining", PROJECT_CALL, group=pilot, **remaining),
            made_of("forecast", (1, "paid"), (1, "remaining")),
        ]
    else:
        found.append(spec("forecast", EXPECTED, "forecast", PROJECT_CALL, group=pilot))
    return [*found, made_of("left", (1, "frame"), (-1, "granted"), (1, "released"))]


def _elsewhere(scope: Scope) -> list[Spec]:
    """Projects decided elsewhere take nothing of the frames, and are told of by themselves."""
    how = _l("Projects of the registry that were decided elsewhere. They take nothing of the frames of the calls.")
    return [
        Spec(
            "pengar.elsewhere", _l("Granted elsewhere"), how, EXPECTED, "cap", group={"kind": ProjectKind.ELSEWHERE}
        ),
        Spec(
            "pengar.elsewhere_paid", _l("Paid of it"), how, PAYOUTS, "amount", group={"project__kind": ProjectKind.ELSEWHERE}
        ),
    ]  # fmt: skip


class Line(NamedTuple):
    """A row of a table of figures."""

    label: str
    cells: list[Any]


def lines_per_year(found: Figures, scope: Scope) -> list[Line]:
    return [Line(str(year), [found[key_of(name, year=year)] for name in COLUMNS]) for year in scope.shown_years]


def lines_per_call(found: Figures, scope: Scope) -> list[Line]:
    return [Line(call.title, [found[key_of(name, call=call.pk)] for name in COLUMNS]) for call in scope.shown_calls]


def total_line(found: Figures) -> Line:
    return Line(_("In all"), [found[key_of(name)] for name in COLUMNS])


def figures(scope: Scope) -> Figures:
    return counted(scope, specs(scope))


# ---- What if


class Coming(NamedTuple):
    """An application that waits for its decision, and what it would take of the frame."""

    pk: int
    title: str
    organisation: str
    call: Any
    amount: Kronor
    is_proposed: bool
    url: str


class Trial(NamedTuple):
    """What a call would have left, if the ticked were granted."""

    call: Any
    left: Kronor
    chosen: Kronor

    @property
    def after(self) -> Kronor:
        return self.left - self.chosen


def coming(scope: Scope) -> list[Coming]:
    """Applications that wait for a decision, as the person may see them: the proposed amount where they may read the proposal."""
    if not scope.opens_rows:
        return []
    waiting = _narrow(Application.objects.awaiting_decision(), scope, programme="sketch__call__programme", call="sketch__call")
    waiting = waiting.exclude(sketch__in=Sketch.objects.closed_to(scope.user).values("pk"))
    proposals = Decision.objects.readable_by_officer(scope.user).proposed().grants()
    reads = Application.objects.visible_to(scope.user).filter(pk=OuterRef("pk"))
    rows = (
        waiting.select_related("current_version", "sketch__organisation", "sketch__call")
        .annotate(may_read=Exists(reads))
        .prefetch_related(Prefetch("decisions", proposals.only("cap", "application"), to_attr="proposals"))
        .defer("current_version__content")
        .order_by("sketch__call", "submitted_at", "pk")
    )
    return [_coming(row) for row in rows[:MOST_COMING]]


MOST_COMING = 200
"""More do not wait at once; beyond it the frame simulator of the call is the place."""


def _coming(row: Any) -> Coming:
    proposed = next((decision.cap for decision in row.proposals if decision.cap is not None), None)
    return Coming(
        row.pk,
        row.current_version.title,
        row.sketch.organisation.name,
        row.sketch.call,
        proposed if proposed is not None else row.current_version.sought,
        proposed is not None,
        row.get_absolute_url() if row.may_read else "",
    )


def trials(found: Figures, scope: Scope, waiting: list[Coming], picked: set[int]) -> list[Trial]:
    """Per call with something ticked, what would be left. Nothing is changed."""
    made = []
    for call in scope.shown_calls:
        chosen = [row for row in waiting if row.call.pk == call.pk and row.pk in picked]
        if chosen:
            left = found[key_of("left", call=None if scope.call else call.pk)].value
            made.append(Trial(call, left, sum((row.amount for row in chosen), NOTHING)))
    return made
