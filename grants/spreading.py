"""Money divided over parts and years so that not an öre is lost."""

from collections.abc import Iterable, Mapping
from datetime import date

from kraftsamling.lib.dates import days_per_year
from kraftsamling.lib.money import Kronor


def divided(amount: int, weights: Iterable[int]) -> list[int]:
    """The öre in proportion to the weights, rounded down; what is left over falls on the last one."""
    shares = list(weights)
    total = sum(shares)
    given = [amount * share // total for share in shares[:-1]]
    return [*given, amount - sum(given)]


def spread_over_years(amount: Kronor, lines: Mapping[int, int], starts_on: date, ends_on: date) -> dict[int, Kronor]:
    """The amount over the years, in proportion to the grant (öre) of each year in the budget, or else by the days of the period.

    What is left over by rounding falls on the last year, so that the parts always come to the amount.
    """
    shares = {year: ore for year, ore in sorted(lines.items()) if ore} or days_per_year(starts_on, ends_on)
    return {year: Kronor.from_ore(ore) for year, ore in zip(shares, divided(amount.ore, shares.values()), strict=True)}
