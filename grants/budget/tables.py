"""The budget as a table of years and rows. Sums are counted from exact amounts; each printed cell is rounded by itself (domain 2.3)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants import rules
from grants.models import CostCategory, FinancingRole
from kraftsamling.lib.money import Kronor, grouped

from .content import BudgetContent, CostPart, FinancingPart, added

TOLERATED = 1
"""Kronor that a printed sum may differ from the cells it sums, through rounding alone (domain 7.2)."""

TOTAL = "total"
COSTS, FINANCING = "costs", "financing"


@dataclass(frozen=True)
class Row:
    """One row: an amount for each year. `printed` holds the cells that a signed document prints, where it is kept word by word."""

    key: str
    label: str
    amounts: tuple[Kronor, ...]
    note: str = ""
    parts: "tuple[Row, ...]" = ()
    printed: Mapping[int, int] = field(default_factory=dict)

    @property
    def exact(self) -> tuple[Kronor, ...]:
        """The years, and last the sum of them."""
        return (*self.amounts, added(self.amounts))

    @property
    def cells(self) -> tuple[int, ...]:
        """What is printed: whole kronor, each half up by itself."""
        return tuple(self.printed.get(place, amount.whole) for place, amount in enumerate(self.exact))

    @property
    def shown(self) -> list[str]:
        return [grouped(cell) for cell in self.cells]


@dataclass(frozen=True)
class Section:
    """Costs or financing: its rows, and the row that sums them."""

    title: str
    rows: tuple[Row, ...]
    total: Row

    def every_row(self) -> Iterator[Row]:
        for row in self.rows:
            yield row
            yield from row.parts
        yield self.total


class Deviation(NamedTuple):
    """A printed cell that is not the sum of the printed cells it sums."""

    row: str
    label: str
    column: str
    """A year, or “total”."""
    down: bool
    """Whether it sums the rows above it; otherwise the years beside it."""
    printed: int
    summed: int

    @property
    def difference(self) -> int:
        return self.printed - self.summed

    @property
    def is_error(self) -> bool:
        """More than rounding may do."""
        return abs(self.difference) > TOLERATED

    @property
    def text(self) -> str:
        """The deviation in words, below the table."""
        column = _("in all") if self.column == TOTAL else self.column
        gap = abs(self.difference)
        values = {"row": self.label, "column": column, "gap": gap}
        if self.difference > 0:
            return (
                ngettext(
                    "%(row)s, %(column)s: %(gap)d krona more than its parts.",
                    "%(row)s, %(column)s: %(gap)d kronor more than its parts.",
                    gap,
                )
                % values
            )
        return (
            ngettext(
                "%(row)s, %(column)s: %(gap)d krona less than its parts.",
                "%(row)s, %(column)s: %(gap)d kronor less than its parts.",
                gap,
            )
            % values
        )


@dataclass(frozen=True)
class Table:
    """Costs and financing per year, with the shares counted and the share decided beside them."""

    years: tuple[int, ...]
    costs: Section
    financing: Section
    base: Row
    """The costs that count: without contributions in kind."""
    in_kind: Row
    shares: tuple[Decimal | None, ...]
    own_shares: tuple[Decimal | None, ...]
    decided_share: Decimal | None = None

    @property
    def sections(self) -> tuple[Section, Section]:
        return self.costs, self.financing

    @property
    def share(self) -> Decimal | None:
        return self.shares[-1]

    @property
    def has_in_kind(self) -> bool:
        return any(self.in_kind.amounts)

    @property
    def kind_rows(self) -> tuple[Row, Row]:
        return self.in_kind, self.base

    @property
    def decided_text(self) -> str:
        """28 %: never more decimals than were decided (domain 10, rule 3)."""
        return "" if self.decided_share is None else f"{rules.percent_text(self.decided_share)}\u00a0%"

    @property
    def deviations(self) -> list[Deviation]:
        return deviations(self)

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns as a person reads them."""
        return (*(str(year) for year in self.years), _("Total"))

    @property
    def columns(self) -> tuple[str, ...]:
        return (*(str(year) for year in self.years), TOTAL)


def table_of_content(
    content: BudgetContent, *, decided_share: Decimal | None = None, printed: Mapping[str, Mapping[str, int]] | None = None
) -> Table:
    """The table. With `printed`, cells are shown as the signed document has them: {row: {year or “total”: kronor}}."""
    kept = {key: _by_place(content.years, cells) for key, cells in (printed or {}).items()}
    costs = tuple(_category_rows(content.costs, kept))
    financing = tuple(_financing_rows(content.financing, kept))
    base, in_kind, grant, own = (
        _years(content, parts)
        for parts in (
            [part for part in content.costs if not part.in_kind],
            [part for part in content.costs if part.in_kind],
            [part for part in content.financing if part.role == FinancingRole.GRANT],
            [part for part in content.financing if part.role == FinancingRole.OWN],
        )
    )
    costs_total = _summing(COSTS, _("Total costs"), _years(content, content.costs), kept)
    return Table(
        years=content.years,
        costs=Section(_("Costs"), costs, costs_total),
        financing=Section(
            _("Financing"), financing, _summing(FINANCING, _("Total financing"), _years(content, content.financing), kept)
        ),
        base=Row("base", _("Costs that the grant is counted on"), base),
        in_kind=Row("in_kind", _("Of which in kind"), in_kind),
        shares=_shares(grant, base),
        own_shares=_shares(own, costs_total.amounts),
        decided_share=decided_share,
    )


def deviations(table: Table) -> list[Deviation]:
    """The printed cells that differ from the sum of the printed cells, and by how much: across the years, and down the rows."""
    found: list[Deviation] = []
    for section in table.sections:
        for row in section.every_row():
            found += _across(row)
            found += _down(table.columns, row, row.parts) if row.parts else []
        found += _down(table.columns, section.total, section.rows)
    return found


def misprints(table: Table) -> list[Deviation]:
    """Cells kept from a signed document that differ from the stored amount by more than rounding may do."""
    found = [
        Deviation(row.key, row.label, table.columns[place], down=False, printed=cell, summed=row.exact[place].whole)
        for section in table.sections
        for row in section.every_row()
        for place, cell in row.printed.items()
    ]
    return [deviation for deviation in found if deviation.is_error]


def sum_errors(table: Table) -> list[Deviation]:
    """What no rounding explains: such a table must not be handed in or decided on (the sum error of 2022, domain 7.2)."""
    return [deviation for deviation in deviations(table) if deviation.is_error] + misprints(table)


def _across(row: Row) -> list[Deviation]:
    *years, total = row.cells
    found = Deviation(row.key, row.label, TOTAL, down=False, printed=total, summed=sum(years))
    return [found] if found.difference else []


def _down(columns: Sequence[str], total: Row, rows: Iterable[Row]) -> list[Deviation]:
    sums = [sum(cells) for cells in zip(*(row.cells for row in rows), strict=True)] or [0] * len(columns)
    found = [
        Deviation(total.key, total.label, column, down=True, printed=cell, summed=summed)
        for column, cell, summed in zip(columns, total.cells, sums, strict=True)
    ]
    return [deviation for deviation in found if deviation.difference]


def _by_place(years: tuple[int, ...], cells: Mapping[str, int]) -> dict[int, int]:
    places = {**{str(year): place for place, year in enumerate(years)}, TOTAL: len(years)}
    return {places[column]: int(cell) for column, cell in cells.items() if column in places}


def _years(content: BudgetContent, parts: Iterable[Any]) -> tuple[Kronor, ...]:
    parts = list(parts)
    return tuple(added(part.amounts[place] for part in parts) for place in range(len(content.years)))


def _summing(key: str, label: str, amounts: tuple[Kronor, ...], kept: Mapping[str, dict[int, int]]) -> Row:
    return Row(key, label, amounts, printed=kept.get(key, {}))


def _shares(parts: tuple[Kronor, ...], wholes: tuple[Kronor, ...]) -> tuple[Decimal | None, ...]:
    pairs = [*zip(parts, wholes, strict=True), (added(parts), added(wholes))]
    return tuple(part.share_of(whole) for part, whole in pairs)


def _category_rows(costs: Sequence[CostPart], kept: Mapping[str, dict[int, int]]) -> Iterator[Row]:
    """A row for each category that is used, in the region's order, and under it its lines when there are several."""
    for category in CostCategory:
        own = [part for part in costs if part.category == category]
        if not own:
            continue
        parts = tuple(
            Row(f"{category.value}.{place}", part.label or str(category.label), part.amounts, note=_in_kind_note(part.in_kind))
            for place, part in enumerate(own)
        )
        amounts = tuple(added(year) for year in zip(*(part.amounts for part in own), strict=True))
        alone = len(own) == 1
        note = ", ".join(filter(None, [own[0].label, _in_kind_note(own[0].in_kind)])) if alone else ""
        yield Row(
            category.value,
            str(category.label),
            amounts,
            note=note,
            parts=() if alone else parts,
            printed=kept.get(category.value, {}),
        )


def _financing_rows(financing: Sequence[FinancingPart], kept: Mapping[str, dict[int, int]]) -> Iterator[Row]:
    for place, part in enumerate(financing):
        key = f"{FINANCING}.{place}"
        marks = [
            str(FinancingRole(part.role).label),
            _("public") if part.is_public else _("private"),
            _in_kind_note(part.in_kind),
        ]
        yield Row(key, part.financier, part.amounts, note=", ".join(filter(None, marks)), printed=kept.get(key, {}))


def _in_kind_note(in_kind: bool) -> str:
    return _("in kind") if in_kind else ""
