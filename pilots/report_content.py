"""What a report is written against, begun from, and frozen as: the plan, the budget, the indicators, and the report before it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from grants.models import CostCategory, CostLine
from kraftsamling.lib.money import Kronor, KronorFormField
from pilots.models import Indicator, IndicatorValue, Project, Report, ReportFile, ReportVersion

ZERO = Kronor(0)


@dataclass(frozen=True)
class Given:
    """What stands fast while a report is written."""

    report: Report
    indicators: Sequence[Indicator]
    budget: Mapping[tuple[str, int], Kronor]
    """(category, year) → what the decided budget has, without contributions in kind."""
    history: Mapping[int, Sequence[tuple[date, Any]]]
    """Key of the indicator → the days and values that other reports have told."""

    @property
    def is_final(self) -> bool:
        return self.report.is_final

    @property
    def covers_to_on(self) -> date:
        return self.report.covers_to_on

    @property
    def latest_on(self) -> date:
        """Figures may be gathered until the report is to be in."""
        return max(self.report.covers_to_on, self.report.last_day)

    @cached_property
    def categories(self) -> list[str]:
        """In the order of the region's own table."""
        used = {category for category, _year in self.budget}
        return [category for category in CostCategory.values if category in used]

    @cached_property
    def years(self) -> list[int]:
        """Those of the budget, and those that the project goes on in."""
        project = self.report.project
        return sorted({year for _category, year in self.budget} | set(range(project.starts_on.year, project.ends_on.year + 1)))


def given(report: Report) -> Given:
    """Three questions to the database."""
    budget: dict[tuple[str, int], Kronor] = {}
    for line in CostLine.objects.filter(budget=report.project.budget_id, in_kind=False):
        budget[line.category, line.year] = budget.get((line.category, line.year), ZERO) + line.amount
    return Given(report, list(report.project.indicators.all()), budget, _history(report))


def _history(report: Report) -> dict[int, list[tuple[date, Any]]]:
    told = IndicatorValue.objects.of_newest_versions().filter(indicator__project=report.project_id)
    found: dict[int, list[tuple[date, Any]]] = {}
    for row in told.exclude(version__report=report).order_by("measured_on", "pk"):
        found.setdefault(row.indicator_id, []).append((row.measured_on, row.value))
    return found


def previous_version(report: Report) -> ReportVersion | None:
    """The latest that the project has told in an earlier report."""
    told = ReportVersion.objects.filter(report__project=report.project_id).exclude(report=report)
    return told.filter(submitted_at__isnull=False).order_by("-report__covers_to_on", "-submitted_at", "-pk").first()


def begun(report: Report, *, given: Given) -> dict[str, Any]:
    """What a report begins with, as typed text: the planned activities and goals, and the figures of the report before it."""
    before = previous_version(report)
    planned = _planned(report.project)
    told = _texts(before) if before else {}
    typed: dict[str, Any] = {}
    for n, name in enumerate(_rows(told, "activity") or planned["activity"], start=1):
        typed[f"activity_{n}_name"] = name
    if report.is_final:
        typed |= {f"goal_{n}_name": name for n, name in enumerate(planned["goal"], start=1)}
    booked, forecast = _told_costs(before)
    amount = KronorFormField().prepare_value
    for category in given.categories:
        for year in given.years:
            cell = (category, year)
            typed[f"cost_{category}_{year}_booked"] = amount(booked.get(cell, ZERO)) if before else ""
            typed[f"cost_{category}_{year}_forecast"] = amount(forecast.get(cell, given.budget.get(cell, ZERO)))
    return {name: value for name, value in typed.items() if value}


def _planned(project: Project) -> dict[str, list[str]]:
    """The activities and sub-goals of the application that was granted; none for a project decided elsewhere."""
    decision = project.decision
    texts = _texts(decision.application_version) if decision is not None else {}
    goals = [texts[name] for name in texts if name.startswith("goal_") and name.endswith("_goal")]
    activities = [texts[name] for name in texts if name.startswith("goal_") and name.endswith("_activities")]
    return {"goal": [text[:300] for text in goals], "activity": [text[:300] for text in activities or goals]}


def _texts(version: Any) -> dict[str, str]:
    return {row["name"]: row["text"] for section in version.content["sections"] for row in section["rows"]}


def _rows(texts: Mapping[str, str], prefix: str) -> list[str]:
    return [text for name, text in texts.items() if name.startswith(f"{prefix}_") and name.endswith("_name")]


def _told_costs(version: ReportVersion | None) -> tuple[dict[tuple[str, int], Kronor], dict[tuple[str, int], Kronor]]:
    rows = list(version.costs.all()) if version else []
    booked = {(row.category, row.year): row.booked for row in rows}
    return booked, {(row.category, row.year): row.forecast for row in rows}


# ---- Frozen


@dataclass(frozen=True)
class Outcome:
    """What a report tells of one indicator."""

    indicator: Indicator
    value: Any
    women: Any
    men: Any
    measured_on: date


@dataclass(frozen=True)
class ReportContent:
    """A report as it is handed in, read from its complete draft."""

    sections: list[dict[str, Any]]
    costs: list[tuple[str, int, Kronor, Kronor]]
    """(category, year, booked since the start, foreseen for the whole year)."""
    outcomes: list[Outcome]


def frozen(report: Report, content: ReportContent, files: Iterable[ReportFile], *, given: Given) -> dict[str, Any]:
    """Plain JSON with names beside keys, readable without the form and the database (OSL 4 kap. 3 §)."""
    project = report.project
    kept = list(files)
    return {
        "kind": report.kind,
        "name": str(report),
        "title": project.title,
        "registry_number": project.registry_number,
        "organisation": project.owner.name,
        "org_number": project.owner.org_number,
        "programme": project.programme.name,
        "covers_from_on": report.covers_from_on.isoformat(),
        "covers_to_on": report.covers_to_on.isoformat(),
        "due_on": report.last_day.isoformat(),
        "sections": content.sections,
        "indicators": [_frozen_outcome(outcome, given.history.get(outcome.indicator.pk, [])) for outcome in content.outcomes],
        "costs": [
            {
                "category": {"key": category, "name": str(CostCategory(category).label)},
                "year": year,
                "budget": str(given.budget.get((category, year), ZERO).amount),
                "booked": str(booked.amount),
                "forecast": str(forecast.amount),
            }
            for category, year, booked, forecast in content.costs
        ],
        "pictures": [{**_file(row), "alt": row.alt} for row in kept if row.is_picture],
        "files": [_file(row) for row in kept if not row.is_picture],
    }


def _frozen_outcome(outcome: Outcome, history: Sequence[tuple[date, Any]]) -> dict[str, Any]:
    """With what was told before, so that its chart is the same whenever it is drawn."""
    indicator = outcome.indicator
    before = [[day.isoformat(), f"{value.normalize():f}"] for day, value in history if day < outcome.measured_on]
    return {
        "id": indicator.pk,
        "name": indicator.name,
        "unit": indicator.unit,
        "source": indicator.source,
        "concerns_people": indicator.concerns_people,
        "measured_on": outcome.measured_on.isoformat(),
        "before": before,
        **{
            name: None if number is None else f"{number.normalize():f}"
            for name, number in [
                ("baseline", indicator.baseline), ("target", indicator.target),
                ("value", outcome.value), ("women", outcome.women), ("men", outcome.men),
            ]
        },
    }  # fmt: skip


def _file(row: ReportFile) -> dict[str, Any]:
    return {"id": str(row.file_id), "name": row.file.name, "size": row.file.size, "sha256": row.file.sha256}
