"""Bar charts as SVG inside the page: no picture file, no script, and the figures as a table beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 600
ROW = 44
BAR = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: what it is, how much of how much, and where it is drawn."""

    label: str
    value: int
    total: int
    top: int
    length: int

    @property
    def bar_top(self) -> int:
        return self.top + ROW - BAR - 6

    @property
    def text_top(self) -> int:
        return self.top + 16


def bars(rows: Sequence[tuple[str, int, int]]) -> list[Bar]:
    """(label, value, total) rows as bars of one scale: the largest total fills the width."""
    largest = max((total for _label, _value, total in rows), default=0)
    return [
        Bar(str(label), value, total, top=number * ROW, length=round(WIDTH * value / largest) if largest else 0)
        for number, (label, value, total) in enumerate(rows)
    ]
