"""Line charts and paired bars as vector graphics: where each point and word is drawn, and nothing about what it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDTH, HEIGHT = 560, 190
LEFT, RIGHT, TOP, BOTTOM = 58, 120, 16, 30
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """A measured value and where it is drawn."""

    day: date
    value: Decimal
    x: int
    y: int
    label_y: int
    """The figure stands above its point, or below it where there is no room or the target's line would cross it."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart, with its figure."""

    value: Decimal
    y: int

    @property
    def label_y(self) -> int:
        return self.y + 4


@dataclass(frozen=True, slots=True)
class LineChart:
    """All that a template needs to draw: points, the lines across, and the target."""

    points: list[Point]
    ticks: list[Tick]
    target: Tick | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def path(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)

    @property
    def day_y(self) -> int:
        return self.bottom + 18

    @property
    def words_x(self) -> int:
        return self.right + 8

    @property
    def days(self) -> list[Point]:
        """The points whose day there is room to write below: the first, the last, and those between that stand apart."""
        return _apart([*self.points[:1], *self.points[:0:-1]], _DAY_WIDTH)

    @property
    def figures(self) -> list[Point]:
        """The points whose figure there is room to write, the newest first of all."""
        return _apart(self.points[::-1], _FIGURE_WIDTH)


_DAY_WIDTH, _FIGURE_WIDTH = 72, 24


def _apart(points: Sequence[Point], width: int) -> list[Point]:
    """Those that stand so far from all that come before them in the order given."""
    shown: list[Point] = []
    for point in points:
        if all(abs(point.x - other.x) >= width for other in shown):
            shown.append(point)
    return sorted(shown, key=lambda point: point.x)


def line_chart(values: Sequence[tuple[date, Decimal]], *, target: Decimal | None = None) -> LineChart:
    """The values along their days, from nothing to a round figure above the highest of them and the target."""
    ordered = sorted(values)
    top = _round_top(max([value for _day, value in ordered] + ([target] if target is not None else []), default=Decimal(1)))
    days = [day.toordinal() for day, _value in ordered]
    first, span = (days[0], max(days[-1] - days[0], 1)) if days else (0, 1)
    line = None if target is None else _y(target, top)
    points = [
        Point(day, value, _x(ordinal - first, span, len(days)), _y(value, top), _label_y(_y(value, top), line))
        for (day, value), ordinal in zip(ordered, days, strict=True)
    ]
    ticks = [Tick(top * place / _TICKS, _y(top * place / _TICKS, top)) for place in range(_TICKS + 1)]
    return LineChart(points, ticks, None if target is None else Tick(target, _y(target, top)))


def _x(passed: int, span: int, count: int) -> int:
    inner = WIDTH - LEFT - RIGHT
    return LEFT + (round(inner * passed / span) if count > 1 else inner // 2)


def _label_y(y: int, line: int | None) -> int:
    above = y - 9
    crossed = line is not None and above - 12 <= line <= above + 3
    return y + 18 if y <= TOP + 12 or crossed else above


def _y(value: Decimal, top: Decimal) -> int:
    height = HEIGHT - TOP - BOTTOM
    return TOP + height - round(height * max(value, Decimal(0)) / top)


def _round_top(highest: Decimal) -> Decimal:
    """The smallest of 1, 2, 2,5, 5 and 10 times a power of ten, four times over, that holds the highest value."""
    if highest <= 0:
        return Decimal(_TICKS)
    step = highest / _TICKS
    power = Decimal(10) ** (step.adjusted())
    return next(each for each in _STEPS if each * power >= step) * power * _TICKS


BAR_WIDTH, BAR_ROW, BAR_THICK, BAR_LEFT = 560, 46, 12, 190


@dataclass(frozen=True, slots=True)
class PairedBar:
    """Two lengths of the same thing, one above the other."""

    label: str
    first: int
    second: int
    top: int

    @property
    def first_top(self) -> int:
        return self.top + 8

    @property
    def second_top(self) -> int:
        return self.top + 8 + BAR_THICK + 2

    @property
    def text_top(self) -> int:
        return self.top + 24


def paired_bars(rows: Sequence[tuple[str, int, int]]) -> list[PairedBar]:
    """(label, first, second) in one scale: the largest fills the width. Nothing is drawn for less than nothing."""
    largest = max((max(first, second) for _label, first, second in rows), default=0)
    room = BAR_WIDTH - BAR_LEFT

    def length(amount: int) -> int:
        return round(room * max(amount, 0) / largest) if largest > 0 else 0

    return [PairedBar(label, length(first), length(second), n * BAR_ROW) for n, (label, first, second) in enumerate(rows)]
