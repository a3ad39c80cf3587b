"""What a budget must fulfil (domain 10, rules 1, 3, 4, 5 and 15). Each reason stands at the cell it is about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from grants import rules
from grants.models import Call, CostCategory, FinancingRole
from grants.rules import Breach
from kraftsamling.lib.money import Kronor

from .content import BudgetContent, CostPart, FinancingPart
from .tables import sum_errors, table_of_content

YEARS_FIELD = "b_years"


@dataclass(frozen=True)
class Places:
    """Under which field names the lines stand in the form."""

    costs: tuple[str, ...]
    financing: tuple[str, ...]

    @classmethod
    def in_order(cls, content: BudgetContent) -> "Places":
        return cls(
            tuple(f"b_c{number}" for number in range(len(content.costs))),
            tuple(f"b_f{number}" for number in range(len(content.financing))),
        )


Pair = tuple[str, CostPart | FinancingPart]
"""The field name of a line, and the line."""


@dataclass(frozen=True)
class _Read:
    """The content with the field names of its lines."""

    content: BudgetContent
    places: Places

    def costs(self, *, category: str = "", in_kind: bool | None = None) -> list[tuple[str, CostPart]]:
        pairs = zip(self.places.costs, self.content.costs, strict=True)
        return [
            (prefix, part)
            for prefix, part in pairs
            if (not category or part.category == category) and (in_kind is None or part.in_kind == in_kind)
        ]

    def financing(self, *, role: str = "", in_kind: bool | None = None) -> list[tuple[str, FinancingPart]]:
        pairs = zip(self.places.financing, self.content.financing, strict=True)
        return [
            (prefix, part)
            for prefix, part in pairs
            if (not role or part.role == role) and (in_kind is None or part.in_kind == in_kind)
        ]

    def every_line(self) -> list[Pair]:
        return [*self.costs(), *self.financing()]

    def of_year(self, pairs: Iterable[Pair], year: int) -> Kronor:
        return self.content.of_year([part for _prefix, part in pairs], year)

    def cell(self, pairs: Iterable[Pair], year: int | None = None) -> str:
        """The first cell that holds something, in that year or in any; else the first line's; else the years."""
        years = self.content.years
        pairs = list(pairs)
        wanted = [year] if year else years
        for prefix, part in pairs:
            for place, column in enumerate(years):
                if column in wanted and part.amounts[place]:
                    return f"{prefix}_{column}"
        return f"{pairs[0][0]}_{wanted[0]}" if pairs and wanted else YEARS_FIELD


def breaches(
    call: Call,
    content: BudgetContent,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    places: Places | None = None,
) -> list[Breach]:
    """Every rule that the budget breaks."""
    read = _Read(content, places or Places.in_order(content))
    return [
        *_grant_breaches(call, read),
        *_own_breaches(call, read),
        *_balance_breaches(read),
        *_in_kind_breaches(read),
        *_indirect_breaches(call, read),
        *_year_breaches(read, starts_on, ends_on),
        *_sum_breaches(read),
    ]


def indirect_allowed(call: Call, staff: Kronor) -> Kronor:
    """The rate of own staff in whole kronor, half up: what the region prints (AC-033)."""
    return Kronor(staff.percent(call.indirect_rate).whole)


def indirect_most(call: Call, staff: Kronor) -> Kronor:
    """The exact amount passes, and the same rounded to whole kronor."""
    return max(staff.percent(call.indirect_rate), indirect_allowed(call, staff))


def _grant_breaches(call: Call, read: _Read) -> Iterator[Breach]:
    """The call's limits, and at most its share, never above what the law allows, of the costs that count."""
    lines = read.financing(role=FinancingRole.GRANT)
    cell, content = read.cell(lines), read.content
    for prefix, part in lines:
        if part.in_kind:
            yield Breach(f"{prefix}_in_kind", _("The money you seek cannot be in kind."))
    if len(lines) > 1:
        yield Breach(f"{lines[1][0]}_financier", _("Write the money you seek on one line only."))
    if not content.sought:
        return
    found = list(rules.amount_breaches(call, content.sought))
    if not content.base:
        found.append(Breach("", _("The grant is counted on costs that are paid in money, and there are none in the budget.")))
    elif content.in_kind:
        found += _share_of_base(call, content)
    else:
        found += rules.share_breaches(call, content.sought, content.base, eu_cofinanced=content.eu_cofinanced)
    yield from (Breach(cell, breach.message) for breach in found)


def _share_of_base(call: Call, content: BudgetContent) -> Iterator[Breach]:
    limit = rules.highest_share(call, eu_cofinanced=content.eu_cofinanced)
    if content.share is not None and content.share > limit:
        yield Breach(
            "",
            _(
                "The amount sought may be at most %(share)s per cent of the costs in money, since what is given in kind does not count: with %(base)s, at most %(most)s."
            )
            % {
                "share": rules.percent_text(limit),
                "base": content.base.exact,
                "most": Kronor.from_ore(int(content.base.ore * limit / 100)).exact,
            },
        )


def _own_breaches(call: Call, read: _Read) -> Iterator[Breach]:
    """Own financing, in money and in kind, of all costs."""
    content = read.content
    cell = read.cell(read.financing(role=FinancingRole.OWN) or read.financing())
    for breach in rules.own_financing_breaches(call, content.own, content.total_cost):
        yield Breach(cell, breach.message)


def _balance_breaches(read: _Read) -> Iterator[Breach]:
    """Costs and financing in money are equal each year, and so in total (AC-034). What is in kind has its own rule."""
    costs, money = read.costs(in_kind=False), read.financing(in_kind=False)
    for year in read.content.years:
        paid, financed = read.of_year(costs, year), read.of_year(money, year)
        if paid == financed:
            continue
        lines = [pair for pair in money if pair[1].role == FinancingRole.OWN] or money or costs
        gap = {"year": year, "gap": (max(paid, financed) - min(paid, financed)).exact}
        if paid > financed:
            text = _("%(year)s: the financing in money is %(gap)s less than the costs. They should be equal each year.") % gap
        else:
            text = _("%(year)s: the financing in money is %(gap)s more than the costs. They should be equal each year.") % gap
        yield Breach(read.cell(lines, year), text)


def _in_kind_breaches(read: _Read) -> Iterator[Breach]:
    """What is given in kind stands with the same amount on both sides (domain 10, rule 15)."""
    costs, given = read.costs(in_kind=True), read.financing(in_kind=True)
    for year in read.content.years:
        cost, financed = read.of_year(costs, year), read.of_year(given, year)
        values = {"year": year, "cost": cost.exact, "financed": financed.exact}
        if cost > financed:
            text = _(
                "%(year)s: costs in kind are %(cost)s, but only %(financed)s stands as financing in kind. Write the same amount as financing, by whoever gives it."
            )
            yield Breach(read.cell(costs, year), text % values)
        elif financed > cost:
            text = _(
                "%(year)s: financing in kind is %(financed)s, but only %(cost)s stands as costs in kind. Write the same amount as a cost."
            )
            yield Breach(read.cell(given, year), text % values)


def _indirect_breaches(call: Call, read: _Read) -> Iterator[Breach]:
    """At most the call's rate of own staff in money, year by year. A call without a rate has no indirect costs."""
    lines = read.costs(category=CostCategory.INDIRECT)
    for prefix, part in lines:
        if part.in_kind:
            yield Breach(f"{prefix}_in_kind", _("Indirect costs are counted by the rate, and cannot be in kind."))
    staff_lines = read.costs(category=CostCategory.OWN_STAFF, in_kind=False)
    for year in read.content.years:
        indirect, staff = read.of_year(lines, year), read.of_year(staff_lines, year)
        if indirect <= indirect_most(call, staff):
            continue
        if not call.indirect_rate:
            text = _("In this call no indirect costs are counted. Take the amount away.")
        else:
            text = _(
                "%(year)s: indirect costs may be at most %(rate)s per cent of own staff: with %(staff)s, at most %(most)s."
            ) % {
                "year": year,
                "rate": rules.percent_text(call.indirect_rate),
                "staff": staff.exact,
                "most": indirect_allowed(call, staff).exact,
            }
        yield Breach(read.cell(lines, year), text)


def _year_breaches(read: _Read, starts_on: date | None, ends_on: date | None) -> Iterator[Breach]:
    """Costs count inside the project's period only; a year that it touches is inside."""
    if not starts_on or not ends_on or ends_on < starts_on:
        return
    for year in read.content.years:
        if starts_on.year <= year <= ends_on.year:
            continue
        text = _("%(year)s is outside the project, which goes on in %(years)s. Move the amounts, or take the year away.")
        lines = read.every_line()
        used = read.of_year(lines, year)
        period = sorted({starts_on.year, ends_on.year})
        values = {"year": year, "years": "–".join(map(str, period))}
        yield Breach(read.cell(lines, year) if used else YEARS_FIELD, text % values)


def _sum_breaches(read: _Read) -> Iterator[Breach]:
    """Whole kronor always add up; many amounts with öre may print sums that nobody can follow."""
    for error in sum_errors(table_of_content(read.content))[:1]:
        text = _(
            "With öre in so many cells, the sum of “%(row)s” would be printed %(gap)s kronor away from its parts. Write whole kronor."
        )
        values = {"row": error.label, "gap": abs(error.difference)}
        yield Breach(_with_ore(read), text % values)


def _with_ore(read: _Read) -> str:
    for prefix, part in read.every_line():
        for year, amount in zip(read.content.years, part.amounts, strict=True):
            if amount.amount % Decimal(1):
                return f"{prefix}_{year}"
    return YEARS_FIELD
