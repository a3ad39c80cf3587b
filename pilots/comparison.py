"""Two versions of a project's terms side by side, with their budgets by category and year."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grants.budget.content import ZERO, BudgetContent, added
from grants.models import CostCategory, FinancingRole
from kraftsamling.lib.money import Kronor, grouped


@dataclass(frozen=True)
class ComparedRow:
    """A line of the comparison: what it was, what it is, and the difference, for each column."""

    label: str
    years: tuple[int, ...]
    before: tuple[Kronor, ...]
    after: tuple[Kronor, ...]
    is_sum: bool = False

    @property
    def cells(self) -> list[dict[str, Any]]:
        """For each year and last in all: both amounts, and how they differ with its sign."""
        columns = zip((*self.years, ""), _with_total(self.before), _with_total(self.after), strict=True)
        return [
            {"year": str(year), "before": grouped(a.whole), "after": grouped(b.whole), "change": _signed(b - a)}
            for year, a, b in columns
        ]


def _with_total(amounts: tuple[Kronor, ...]) -> tuple[Kronor, ...]:
    return (*amounts, added(amounts))


def _signed(difference: Kronor) -> str:
    """+10 000 or −10 000; empty where nothing differs."""
    if difference == ZERO:
        return ""
    return f"{'+' if difference > ZERO else '−'}{grouped(abs(difference.whole))}"


def compared(before: BudgetContent, after: BudgetContent) -> tuple[list[int], list[ComparedRow]]:
    """The years of both, and a row for each category and kind of financing that either has, with their sums."""
    years = sorted({*before.years, *after.years})
    sides = [
        (_("Total costs"), "costs", "category", CostCategory),
        (_("Total financing"), "financing", "role", FinancingRole),
    ]
    rows: list[ComparedRow] = []
    for total, side, name, choices in sides:
        whole = ([*getattr(before, side)], [*getattr(after, side)])
        for key in choices:
            parts = tuple([part for part in one if getattr(part, name) == key] for one in whole)
            if any(parts):
                rows.append(_row(str(key.label), years, (before, parts[0]), (after, parts[1])))
        rows.append(_row(total, years, (before, whole[0]), (after, whole[1]), is_sum=True))
    return years, rows


def _row(
    label: str,
    years: list[int],
    before: tuple[BudgetContent, Iterable[Any]],
    after: tuple[BudgetContent, Iterable[Any]],
    *,
    is_sum: bool = False,
) -> ComparedRow:
    was, now = (tuple(_of_year(content, list(parts), year) for year in years) for content, parts in (before, after))
    return ComparedRow(label, tuple(years), was, now, is_sum=is_sum)


def _of_year(content: BudgetContent, parts: list[Any], year: int) -> Kronor:
    return content.of_year(parts, year) if year in content.years else ZERO
