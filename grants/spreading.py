"""Money divided over parts and years so that not an öre is lost."""

from collections.abc import Iterable, Mapping
from datetime import date

from kraftsamling.lib.money import Kronor


def divided(amount: int, weights: Iterable[int]) -> list[int]:
    """The öre in proportion to the weights, rounded down; what is left over falls on the last one."""
    shares = list(weights)
    total = sum(shares)
    given = [amount * share // total for share in shares[:-1]]
    return [*given, amount - sum(given)]


def days_per_year(starts_on: date, ends_on: date) -> dict[int, int]:
    """The days of the period in each year, first and last day included."""
    return {
        year: (min(ends_on, date(year, 12, 31)) - max(starts_on, date(year, 1, 1))).days + 1
        for year in range(starts_on.year, ends_on.year + 1)
    }


def spread_over_years(amount: Kronor, lines: Mapping[int, int], starts_on: date, ends_on: date) -> dict[int, Kronor]:
    """The amount over the years: as the application's budget has it, or else by the days of the period."""
    shares = {year: ore for year, ore in sorted(lines.items()) if ore} or days_per_year(starts_on, ends_on)
    return {year: Kronor.from_ore(ore) for year, ore in zip(shares, divided(amount.ore, shares.values()), strict=True)}
