"""Bars share one scale: the largest total fills the width."""

from kraftsamling.lib.charts import ROW, WIDTH, bars


def test_the_largest_total_fills_the_width_and_the_rest_follow():
    drawn = bars([("A", 19, 19), ("B", 0, 12), ("C", 6, 12)])
    assert [(bar.label, bar.length, bar.top) for bar in drawn] == [
        ("A", WIDTH, 0),
        ("B", 0, ROW),
        ("C", round(WIDTH * 6 / 19), 2 * ROW),
    ]


def test_nothing_of_nothing_has_no_length():
    assert [bar.length for bar in bars([("A", 0, 0)])] == [0]
    assert bars([]) == []
