"""The platform's own project: budget, outcome and forecast per cost category and year (AC-035)."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from grants.models import CostCategory, CostLine
from kraftsamling.lib.money import Kronor
from pilots.models import Payout, PlatformOutcome, Project, ProjectKind
from pilots.states import PayoutState

from . import kinds
from .figures import Base, Figures, Spec, counted
from .forecast import Facts, forecast
from .scope import Scope

ALL = "alla"
BUDGET_HOW = _l("The cost lines of the budget that counts now.")
OUTCOME_HOW = _l("What the finance system has booked: of each year the newest imported sheet that has not been taken back.")
FORECAST_HOW = _l(
    "A year that has passed, or the last one of a project that has ended: its outcome. Other years: the budget, or the outcome "
    "where it has become larger. "
    "Where nothing has been booked for a year that has passed, the budget stands."
)
VARIANCE_HOW = _l("The budget less the forecast. Below zero: the project is foreseen to cost more than was decided.")


def own_project(scope: Scope) -> Project | None:
    """The newest one, if there are several. Asked of the database once."""
    if "own_project" not in scope.__dict__:
        found = Project.objects.select_related("owner").filter(programme=scope.programme.pk, kind=ProjectKind.PLATFORM)
        scope.__dict__["own_project"] = found.order_by("-starts_on", "-pk").first()
    project: Project | None = scope.__dict__["own_project"]
    return project


def _budget(scope: Scope) -> QuerySet:
    project = own_project(scope)
    return CostLine.objects.filter(budget=project.budget_id) if project else CostLine.objects.none()


def _outcome(scope: Scope) -> QuerySet:
    project = own_project(scope)
    return PlatformOutcome.objects.counting().filter(batch__project=project) if project else PlatformOutcome.objects.none()


def _own(scope: Scope) -> QuerySet:
    project = own_project(scope)
    return Project.objects.filter(pk=project.pk) if project else Project.objects.none()


def _paid(scope: Scope) -> QuerySet:
    project = own_project(scope)
    rows = Payout.objects.exclude(state=PayoutState.CANCELLED)
    return rows.filter(project=project) if project else rows.none()


BUDGET = Base("own_budget", kinds.BUDGET_LINES, _budget, ("category", "year"))
OUTCOME = Base("own_outcome", kinds.OUTCOME_LINES, _outcome, ("category", "year"))
OWN = Base("own_project", kinds.PROJECTS, _own)
PAID = Base("own_payouts", kinds.PAYOUTS, _paid)


def key_of(name: str, category: str = ALL, year: Any = ALL) -> str:
    return f"plattform.{name}.{category}.{year}"


def _years(scope: Scope) -> list[int]:
    project = own_project(scope)
    return list(range(project.starts_on.year, project.ends_on.year + 1)) if project else []


def _cells(scope: Scope) -> list[tuple[str, Any]]:
    return [(category, year) for category in (*CostCategory.values, ALL) for year in (*_years(scope), ALL)]


def _group(category: str, year: Any) -> dict[str, Any]:
    return {**({} if category == ALL else {"category": category}), **({} if year == ALL else {"year": year})}


def specs(scope: Scope) -> list[Spec]:
    """The figures that have rows of their own; the forecast is made of them when they have been counted."""
    if own_project(scope) is None:
        return []
    found = [
        Spec("plattform.belopp", _l("Granted at most"), _l("The highest amount of the decision."), OWN, "cap"),
        Spec("plattform.utbetalt", _l("Paid amount"), _l("Payments made or decided, repayments taken off."), PAID, "amount"),
        Spec(
            "plattform.kvar", _l("Left of the grant"), _l("The highest amount less what has been paid."),
            parts=((1, "plattform.belopp"), (-1, "plattform.utbetalt")),
        ),
    ]  # fmt: skip
    for category, year in _cells(scope):
        label = _label(category, year)
        group = _group(category, year)
        found.append(
            Spec(key_of("budget", category, year), label, BUDGET_HOW, BUDGET, "amount", group=group, qualifier=_l("budget"))
        )
        found.append(
            Spec(key_of("utfall", category, year), label, OUTCOME_HOW, OUTCOME, "amount", group=group, qualifier=_l("outcome"))
        )
    return found


def _label(category: str, year: Any) -> str:
    name = _("All costs") if category == ALL else str(CostCategory(category).label)
    return name if year == ALL else f"{name} {year}"


def figures(scope: Scope) -> Figures:
    first = specs(scope)
    if not first:
        return Figures()
    told = counted(scope, first)
    return counted_again(scope, told, [*_forecasts(scope, told)])


def counted_again(scope: Scope, told: Figures, more: list[Spec]) -> Figures:
    """Adds figures that are made of others, without asking anything more."""
    from .figures import Figure  # noqa: PLC0415 - beside its use

    found = Figures(told)
    for spec in more:
        value = sum((found[key].value if sign > 0 else -found[key].value for sign, key in spec.parts), Kronor(0))
        found[spec.key] = Figure(spec, value, scope)
    return found


def _forecasts(scope: Scope, told: Figures) -> list[Spec]:
    """Cell by cell by the rule; the sums are sums of the cells."""
    years, found = _years(scope), []
    has_ended = own_project(scope).ends_on < scope.on  # type: ignore[union-attr]
    for category in CostCategory.values:
        for year in years:
            source = _source(told, category, year, is_over=year < scope.on.year or has_ended)
            found.append(_made("prognos", category, year, ((1, source),)))
    for year in years:
        parts = tuple((1, key_of("prognos", category, year)) for category in CostCategory.values)
        found.append(_made("prognos", ALL, year, parts))
    for category in (*CostCategory.values, ALL):
        parts = tuple((1, key_of("prognos", category, year)) for year in years)
        found.append(_made("prognos", category, ALL, parts))
    for category, year in _cells(scope):
        parts = ((1, key_of("budget", category, year)), (-1, key_of("prognos", category, year)))
        found.append(_made("avvikelse", category, year, parts))
    return found


def _made(name: str, category: str, year: Any, parts: tuple[tuple[int, str], ...]) -> Spec:
    qualifier, how = (_l("forecast"), FORECAST_HOW) if name == "prognos" else (_l("variance"), VARIANCE_HOW)
    return Spec(key_of(name, category, year), _label(category, year), how, parts=parts, qualifier=qualifier)


def _source(told: Figures, category: str, year: int, *, is_over: bool) -> str:
    """The key of the figure that the forecast of a cell is."""
    budget, outcome = key_of("budget", category, year), key_of("utfall", category, year)
    booked_at_all = bool(told[key_of("utfall", ALL, year)].value)
    if is_over and booked_at_all:
        return outcome
    return outcome if told[outcome].value > told[budget].value else budget


# ---- How the page is told


@dataclass(frozen=True)
class Standing:
    """Where the project stands: time, what the outcome entitles to, and where it is heading."""

    project: Project
    days_gone: int
    days_whole: int
    time_share: Decimal
    entitled: Kronor
    expected: Kronor


def standing(project: Project, found: Figures, *, on: date) -> Standing:
    whole = (project.ends_on - project.starts_on).days + 1
    gone = max(0, min(whole, (on - project.starts_on).days + 1))
    outcome, foreseen = found[key_of("utfall")].value, found[key_of("prognos")].value
    facts = Facts(project.state, project.share, project.cap, project.paid, foreseen, project.starts_on, project.ends_on)
    return Standing(
        project,
        gone,
        whole,
        Decimal(gone) * 100 / whole,
        min(project.cap, _whole_kronor(outcome.amount * project.share / 100)),
        forecast(facts, on=on),
    )


def _whole_kronor(amount: Decimal) -> Kronor:
    return Kronor(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True)
class Row:
    """One category of one year, or a sum of them."""

    label: str
    cells: list[Any]
    is_sum: bool


def table(found: Figures, year: Any) -> list[Row]:
    """Budget, outcome, forecast and variance of a year or of all, category by category; those without anything are left out."""
    rows = []
    for category in (*CostCategory.values, ALL):
        cells = [found[key_of(name, category, year)] for name in ("budget", "utfall", "prognos", "avvikelse")]
        if category == ALL or any(cell.value for cell in cells):
            rows.append(Row(_label(category, ALL), cells, category == ALL))
    return rows


def years(scope: Scope) -> list[Any]:
    """The years to show: the one that is chosen, or all of the project and their sum."""
    own = _years(scope)
    return [scope.year] if scope.year in own else [*own, ALL]
