"""The budget in the database: written once in bulk, read back whole."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import transaction

from grants.models import Budget, CostLine, FinancingLine
from kraftsamling.lib.money import Kronor

from .content import ZERO, BudgetContent, CostPart, FinancingPart
from .tables import Table, table_of_content


@transaction.atomic
def store(content: BudgetContent, *, printed: Mapping[str, Mapping[str, int]] | None = None) -> Budget:
    """Writes the budget with a row for each line and year, also where nothing is paid that year."""
    budget = Budget.objects.create(indirect_rate=content.indirect_rate, printed=dict(printed or {}))
    CostLine.objects.bulk_create(
        CostLine(
            budget=budget,
            position=position,
            category=part.category,
            label=part.label,
            in_kind=part.in_kind,
            year=year,
            amount=amount,
        )
        for position, part in enumerate(content.costs)
        for year, amount in zip(content.years, part.amounts, strict=True)
    )
    FinancingLine.objects.bulk_create(
        FinancingLine(
            budget=budget,
            position=position,
            role=part.role,
            financier=part.financier,
            is_public=part.is_public,
            in_kind=part.in_kind,
            appropriation=part.appropriation,
            year=year,
            amount=amount,
        )
        for position, part in enumerate(content.financing)
        for year, amount in zip(content.years, part.amounts, strict=True)
    )
    return budget


def content_of(budget: Budget) -> BudgetContent:
    """Reads the budget back: two questions to the database, or none when the lines are prefetched."""
    costs = sorted(budget.cost_lines.all(), key=lambda line: (line.position, line.year))
    financing = sorted(budget.financing_lines.all(), key=lambda line: (line.position, line.year))
    years = tuple(sorted({line.year for line in costs} | {line.year for line in financing}))
    cost_parts = [
        CostPart(lines[0].category, lines[0].label, lines[0].in_kind, _amounts(lines, years)) for lines in _by_position(costs)
    ]
    financing_parts = [
        FinancingPart(
            lines[0].role,
            lines[0].financier,
            lines[0].is_public,
            lines[0].in_kind,
            lines[0].appropriation,
            _amounts(lines, years),
        )
        for lines in _by_position(financing)
    ]
    return BudgetContent(years, tuple(cost_parts), tuple(financing_parts), Decimal(budget.indirect_rate))


def _by_position(lines: Iterable[Any]) -> list[list[Any]]:
    return [list(group) for _position, group in groupby(lines, key=lambda line: line.position)]


def _amounts(lines: Iterable[Any], years: tuple[int, ...]) -> tuple[Kronor, ...]:
    by_year = {line.year: line.amount for line in lines}
    return tuple(by_year.get(year, ZERO) for year in years)


def table_of(budget: Budget, *, decided_share: Decimal | None = None) -> Table:
    """The budget as it is printed; cells kept from a signed document stand as they stand there."""
    return table_of_content(content_of(budget), decided_share=decided_share, printed=budget.printed)
