import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraftsamling.lib.line_charts import BAR_LEFT, BAR_WIDTH, BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, line_chart, paired_bars

DAY = dt.date(2027, 1, 1)
values = st.lists(
    st.tuples(st.dates(dt.date(2024, 1, 1), dt.date(2030, 1, 1)), st.decimals(0, 10**9, places=2)),
    max_size=12, unique_by=lambda pair: pair[0],
)  # fmt: skip


@given(values=values, target=st.none() | st.decimals(0, 10**9, places=2))
def test_all_is_drawn_inside(values, target):
    chart = line_chart(values, target=target)
    assert len(chart.points) == len(values)
    assert [point.day for point in chart.points] == sorted(day for day, _value in values)
    for point in chart.points:
        assert LEFT <= point.x <= WIDTH - RIGHT
        assert TOP <= point.y <= HEIGHT - BOTTOM
    assert chart.target is None or TOP <= chart.target.y <= HEIGHT - BOTTOM
    assert [tick.y for tick in chart.ticks] == sorted((tick.y for tick in chart.ticks), reverse=True)


@given(values=values)
def test_days_below_the_chart_do_not_run_into_one_another(values):
    shown = line_chart(values).days
    assert all(second.x - first.x >= 72 for first, second in pairwise(shown))
    assert not values or shown[0].x == line_chart(values).points[0].x
    figures = line_chart(values).figures
    assert all(second.x - first.x >= 24 for first, second in pairwise(figures))
    assert not values or figures[-1] == line_chart(values).points[-1]


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 4), (3, 4), (4, 4), (41, 80), (57, 80), (85, 100), (101, 200), ("0.5", "0.8"), (1_000_001, 2_000_000)],
)
def test_the_scale_ends_at_a_round_figure_above(highest, top):
    assert line_chart([(DAY, Decimal(highest))]).ticks[-1].value == Decimal(top)


def test_more_is_higher_and_later_is_to_the_right():
    first, second = line_chart([(DAY, Decimal(10)), (DAY + dt.timedelta(days=90), Decimal(30))]).points
    assert (first.y > second.y, first.x < second.x) == (True, True)


def test_a_figure_is_not_written_across_the_line_of_the_target():
    chart = line_chart([(DAY, Decimal(60)), (DAY + dt.timedelta(days=90), Decimal(76))], target=Decimal(85))
    assert [point.label_y > point.y for point in chart.points] == [False, True]


def test_the_longest_bar_fills_the_width_and_nothing_is_drawn_backwards():
    bars = paired_bars([("Lön", 400, 100), ("Resor", 0, -50)])
    assert [(bar.first, bar.second) for bar in bars] == [(BAR_WIDTH - BAR_LEFT, (BAR_WIDTH - BAR_LEFT) // 4), (0, 0)]
    assert paired_bars([("Inget", 0, 0)])[0].first == 0
