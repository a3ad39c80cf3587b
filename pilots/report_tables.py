"""The economy of a report as tables: the form's cells, and the frozen figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grants.models import CostCategory
from kraftsamling.lib.money import Kronor

ZERO = Kronor(0)
PARTS = ("budget", "booked", "forecast")


@dataclass(frozen=True)
class FormRow:
    """A category in a year: what the budget has, and the two fields beside it."""

    label: str
    budget: Kronor
    booked: Any
    forecast: Any


@dataclass(frozen=True)
class FormYear:
    """A year of the form, with its rows."""

    year: int
    rows: list[FormRow]
    budget: Kronor


def economy_table(form: Any) -> list[FormYear]:
    """The cells of the form year by year, with the budget beside each."""
    labels, given = dict(CostCategory.choices), form.given
    return [
        FormYear(
            year,
            [
                FormRow(
                    str(labels[category]),
                    given.budget.get((category, year), ZERO),
                    form[f"cost_{category}_{year}_booked"],
                    form[f"cost_{category}_{year}_forecast"],
                )
                for category in given.categories
            ],
            sum((given.budget.get((category, year), ZERO) for category in given.categories), ZERO),
        )
        for year in given.years
    ]


@dataclass(frozen=True)
class Line:
    """A category or a sum: budget, booked and foreseen, and what is left of the budget by the forecast."""

    label: str
    budget: Kronor
    booked: Kronor
    forecast: Kronor

    @property
    def difference(self) -> Kronor:
        return self.budget - self.forecast

    @property
    def used(self) -> Any:
        """Per cent of the budget that has been booked; None where there is no budget."""
        return self.booked.share_of(self.budget)


@dataclass(frozen=True)
class YearTable:
    """The frozen figures of a year, or of the whole project."""

    title: str
    lines: list[Line]
    total: Line


def year_tables(costs: Iterable[Mapping[str, Any]]) -> list[YearTable]:
    """One table for each year, and one of the whole project where there are several years."""
    rows = [
        (row["category"]["name"], row["year"], *(Kronor(row[part]) for part in PARTS))
        for row in costs
        if any(Kronor(row[part]) for part in PARTS)
    ]
    years = sorted({row[1] for row in rows})
    tables = [_table(str(year), [row for row in rows if row[1] == year]) for year in years]
    return [*tables, _table(_("The whole project"), rows)] if len(years) > 1 else tables


def _table(title: str, rows: list[tuple[Any, ...]]) -> YearTable:
    names = list(dict.fromkeys(row[0] for row in rows))
    lines = [_summed(name, [row for row in rows if row[0] == name]) for name in names]
    return YearTable(title, lines, _summed(_("Total"), rows))


def _summed(label: str, rows: list[tuple[Any, ...]]) -> Line:
    return Line(label, *(sum((row[place] for row in rows), ZERO) for place in (2, 3, 4)))
