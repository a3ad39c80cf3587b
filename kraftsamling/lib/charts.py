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


# ---- Several series: each has a colour, a pattern and a shape of its own, so that colour never carries meaning alone


@dataclass(frozen=True, slots=True)
class Look:
    """How a series is drawn. Written into the drawing itself, so that it looks the same in a page and in a document."""

    colour: str
    pattern: str
    """Path of a pattern in a square of 8, drawn in white over the colour; empty for a plain fill."""
    dash: str
    marker: str
    """Path of a marker around the origin."""


LOOKS = (
    Look("#0f5c63", "", "", "M-5-5h10v10h-10z"),
    Look("#9c4d08", "M0 8 8 0M-2 2 2-2M6 10 10 6", "9 5", "M0-6 6 0 0 6-6 0z"),
    Look("#2c58a5", "M4 1.6a2.4 2.4 0 1 0 .01 0z", "2 5", "M0-6 6 5H-6z"),
    Look("#a33a62", "M0 4h8", "12 4 2 4", "M0-5a5 5 0 1 0 .01 0z"),
    Look("#5b6b77", "M4 0v8", "4 4", "M-5 0h10M0-5v10"),
)
STACK_ROW, STACK_BAR, GROUP_BAR, GROUP_GAP = 58, 22, 18, 34
LINE_HEIGHT, LINE_LEFT, LINE_TOP, LINE_BOTTOM = 300, 110, 16, 34
STEPS = 4


@dataclass(frozen=True, slots=True)
class Series:
    """The name of a series and how it is drawn."""

    name: str
    look: Look
    number: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar."""

    x: int
    y: int
    width: int
    height: int
    series: Series
    text: str


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A row of a chart: its label, where that stands, its parts, and its values as text for the table."""

    label: str
    y: int
    segments: list[Segment]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a template needs to draw a chart and its table."""

    width: int
    height: int
    series: list[Series]
    rows: list[ChartRow]


Values = Sequence[tuple[str, Sequence[tuple[int, str]]]]
"""Rows of (label, [(value, value in words)]), one value for each series."""


def series_of(names: Sequence[str]) -> list[Series]:
    return [Series(str(name), LOOKS[place % len(LOOKS)], place) for place, name in enumerate(names)]


def stacked_bars(names: Sequence[str], values: Values) -> Drawing:
    """A bar for each row, divided into the series. What is below zero is not drawn; the table has it."""
    series = series_of(names)
    largest = max((sum(max(0, value) for value, _text in row) for _label, row in values), default=0)
    rows = []
    for number, (label, row) in enumerate(values):
        x, segments = 0, []
        for one, (value, text) in zip(series, row, strict=True):
            width = round(WIDTH * max(0, value) / largest) if largest else 0
            if width:
                segments.append(Segment(x, number * STACK_ROW + 24, width, STACK_BAR, one, text))
            x += width
        rows.append(ChartRow(str(label), number * STACK_ROW + 16, segments, [text for _value, text in row]))
    return Drawing(WIDTH, max(1, len(rows)) * STACK_ROW, series, rows)


def grouped_bars(names: Sequence[str], values: Values) -> Drawing:
    """For each row a bar for each series, on one scale."""
    series = series_of(names)
    largest = max((value for _label, row in values for value, _text in row), default=0)
    rows, y = [], 0
    for label, row in values:
        segments = [
            Segment(0, y + 24 + place * (GROUP_BAR + 3), round(WIDTH * max(0, value) / largest) if largest > 0 else 0, GROUP_BAR, one, text)
            for place, (one, (value, text)) in enumerate(zip(series, row, strict=True))
        ]  # fmt: skip
        rows.append(ChartRow(str(label), y + 16, segments, [text for _value, text in row]))
        y += 24 + len(series) * (GROUP_BAR + 3) + GROUP_GAP - 20
    return Drawing(WIDTH, max(1, y), series, rows)


@dataclass(frozen=True, slots=True)
class Line:
    """One series as a line through its points; it may stop before the last of them."""

    series: Series
    points: list[tuple[int, int]]

    @property
    def path(self) -> str:
        return "M" + "L".join(f"{x} {y}" for x, y in self.points) if self.points else ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Lines over a scale of years or other steps."""

    width: int
    height: int
    series: list[Series]
    lines: list[Line]
    across: list[tuple[int, str]]
    """Where each label stands."""
    up: list[tuple[int, int]]
    """(height of the rule, value) of the scale."""
    left: int
    rows: list[ChartRow]


def line_graph(names: Sequence[str], values: Sequence[tuple[str, Sequence[tuple[int | None, str]]]]) -> Graph:
    """A line for each series over the labels of the rows; a value that is None is not drawn."""
    series = series_of(names)
    largest = _round_up(max((value for _label, row in values for value, _text in row if value is not None), default=0))
    inner, floor = WIDTH - LINE_LEFT - 45, LINE_HEIGHT - LINE_BOTTOM
    step = inner / max(1, len(values) - 1)
    xs = [LINE_LEFT + 10 + round(step * place) for place in range(len(values))]

    def height(value: int) -> int:
        return floor - round((floor - LINE_TOP) * max(0, value) / largest)

    lines = [
        Line(
            one,
            [
                (x, height(value))
                for x, (_label, row) in zip(xs, values, strict=True)
                if (value := row[one.number][0]) is not None
            ],
        )
        for one in series
    ]
    up = [(height(largest * place // STEPS), largest * place // STEPS) for place in range(STEPS + 1)]
    across = [(x, str(label)) for x, (label, _row) in zip(xs, values, strict=True)]
    rows = [ChartRow(str(label), 0, [], [text for _value, text in row]) for label, row in values]
    return Graph(WIDTH, LINE_HEIGHT, series, lines, across, up, LINE_LEFT, rows)


def _round_up(value: int) -> int:
    """A number a scale can end at: one digit with noughts, never less than the number of steps."""
    size = 1
    while True:
        for lead in (1, 2, 3, 4, 5, 6, 8):
            if lead * size >= max(value, STEPS):
                return lead * size
        size *= 10
