"""How scores become one figure: a weighted mean per reviewer. Supports the choice, never makes it."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

THOUSANDTH = Decimal("0.001")


def weighted_mean(scores: Iterable[tuple[int, int]]) -> Decimal:
    """The mean of (score, weight) pairs, to a thousandth, half up. Raises ValueError without any weight."""
    total = weights = 0
    for score, weight in scores:
        total += score * weight
        weights += weight
    if not weights:
        raise ValueError("there is nothing to take a mean of")
    return (Decimal(total) / weights).quantize(THOUSANDTH, rounding=ROUND_HALF_UP)
