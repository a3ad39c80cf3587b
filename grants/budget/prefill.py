"""The first budget of an application: what the sketch said, spread over the years of the project."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from grants.models import Appropriation, FinancingRole
from kraftsamling.lib.dates import days_per_year
from kraftsamling.lib.money import Kronor

from .content import ZERO, BudgetContent, added
from .edits import TYPED, Setting, own_source, typed_amount, years_text
from .reading import MOST_YEARS, PRIVATE, PUBLIC
from .rules import YEARS_FIELD


def from_sketch(kept: Mapping[str, Any], setting: Setting) -> TYPED:
    """Typed fields from a handed-in sketch. Each amount is spread by how much of the project falls in each year.

    Parts are in whole kronor and add up to what the sketch says; own financing takes up the last krona each year.
    """
    if not setting.starts_on or not setting.ends_on:
        return {}
    days = days_per_year(setting.starts_on, setting.ends_on)
    years = list(days)[:MOST_YEARS]
    weights = [days[year] for year in years]
    costs = {key: spread(_kronor(amount), weights) for key, amount in kept.get("costs", {}).items() if _kronor(amount)}
    grant = spread(_kronor(kept.get("sought")), weights)
    other = spread(_kronor(kept.get("other_financing")), weights)
    own = spread(_kronor(kept.get("own_financing")), weights)
    own = _balanced(list(costs.values()), [grant, other], own)
    typed = {YEARS_FIELD: years_text(years)}
    for number, (category, amounts) in enumerate(costs.items()):
        typed |= {f"b_c{number}_category": category, **_cells(f"b_c{number}", years, amounts)}
    lines = [
        ({"role": FinancingRole.GRANT.value, "financier": setting.grant_from}, grant),
        ({"role": FinancingRole.OWN.value, **own_source(setting)}, own),
        ({"role": FinancingRole.OTHER.value, "appropriation": Appropriation.OTHER.value}, other),
    ]
    used = [(line, amounts) for line, amounts in lines if any(amounts)]
    for number, (line, amounts) in enumerate(used):
        typed |= {f"b_f{number}_{name}": value for name, value in line.items()} | _cells(f"b_f{number}", years, amounts)
    return typed


def spread(amount: Kronor, weights: Sequence[int]) -> list[Kronor]:
    """The amount in parts by weight, in whole kronor, adding up to the amount; the last takes what is over."""
    total = sum(weights)
    if not total:
        return [amount]
    parts = [Kronor(int(amount.amount * weight / total)) for weight in weights[:-1]]
    return [*parts, amount - added(parts)]


def _balanced(costs: list[list[Kronor]], others: list[list[Kronor]], own: list[Kronor]) -> list[Kronor]:
    """Own financing as what is left each year, if the sketch was in balance and that is never less than nothing."""
    left = [added(row[place] for row in costs) - added(row[place] for row in others) for place in range(len(own))]
    return left if added(left) == added(own) and min(left, default=ZERO) >= ZERO else own


def _cells(prefix: str, years: Sequence[int], amounts: Sequence[Kronor]) -> TYPED:
    return {f"{prefix}_{year:04}": typed_amount(amount) for year, amount in zip(years, amounts, strict=True)}


def _kronor(text: Any) -> Kronor:
    return Kronor(Decimal(str(text))) if text else ZERO


def from_content(content: BudgetContent) -> TYPED:
    """Typed fields from a budget that is kept, so that it can be written on."""
    typed = {YEARS_FIELD: years_text(content.years)}
    for number, cost in enumerate(content.costs):
        line = {"category": str(cost.category), "label": cost.label, "in_kind": "on" if cost.in_kind else ""}
        typed |= _line(f"b_c{number}", line) | _cells(f"b_c{number}", content.years, cost.amounts)
    for number, part in enumerate(content.financing):
        line = {
            "role": str(part.role), "financier": part.financier, "public": PUBLIC if part.is_public else PRIVATE,
            "in_kind": "on" if part.in_kind else "", "appropriation": str(part.appropriation),
        }  # fmt: skip
        typed |= _line(f"b_f{number}", line) | _cells(f"b_f{number}", content.years, part.amounts)
    return typed


def _line(prefix: str, values: Mapping[str, str]) -> TYPED:
    return {f"{prefix}_{name}": value for name, value in values.items() if value}
