import datetime as dt

import pytest
from django.utils import translation

from kraftsamling.lib.dates import NBSP, day_text, days_per_year, later_moment_text, moment_text, stockholm_today, time_left_text


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (utc(2026, 1, 15, 22, 59), dt.date(2026, 1, 15)),
        (utc(2026, 1, 15, 23, 0), dt.date(2026, 1, 16)),
        (utc(2026, 7, 15, 21, 59), dt.date(2026, 7, 15)),
        (utc(2026, 7, 15, 22, 0), dt.date(2026, 7, 16)),
        (utc(2026, 12, 31, 23, 0), dt.date(2027, 1, 1)),
    ],
)
def test_the_day_turns_at_midnight_in_stockholm(at, day):
    assert stockholm_today(at) == day


def test_a_day_is_written_in_the_language_of_the_page():
    with translation.override("sv"):
        assert day_text(dt.date(2026, 3, 1)) == f"1{NBSP}mars 2026"
    with translation.override("en"):
        assert day_text(dt.date(2026, 3, 1)) == f"1{NBSP}March 2026"


@pytest.mark.parametrize(
    ("moment", "clock"),
    [
        (utc(2026, 11, 28, 15, 0), "16.00"),
        (utc(2026, 6, 28, 15, 0), "17.00"),
        (utc(2026, 3, 29, 0, 59), "01.59"),
        (utc(2026, 3, 29, 1, 0), "03.00"),
        (utc(2026, 10, 25, 0, 59), "02.59"),
        (utc(2026, 10, 25, 1, 0), "02.00"),
    ],
)
def test_a_moment_shows_the_clock_of_stockholm_also_when_it_changes(moment, clock):
    assert moment_text(moment).rpartition(" ")[2] == clock


def test_a_deadline_at_midnight_belongs_to_the_new_day():
    assert moment_text(utc(2026, 11, 28, 23, 0)) == f"29{NBSP}November 2026 at 00.00"


def test_a_moment_for_later_is_worded_when_it_is_shown():
    lazy = later_moment_text(utc(2026, 3, 1, 11))
    with translation.override("en"):
        assert str(lazy) == f"1{NBSP}March 2026 at 12.00"
    with translation.override("sv"):
        assert str(lazy).startswith(f"1{NBSP}mars 2026")


@pytest.mark.parametrize(
    ("at", "until", "text"),
    [
        (utc(2026, 11, 16, 10), utc(2026, 11, 28, 15), "12 days left"),
        (utc(2026, 11, 27, 15), utc(2026, 11, 28, 15), "1 day left"),
        (utc(2026, 11, 27, 9), utc(2026, 11, 28, 15), "1 day left"),
        (utc(2026, 11, 26, 16), utc(2026, 11, 28, 15), "2 days left"),
        (utc(2026, 11, 27, 15, 0, 1), utc(2026, 11, 28, 15), "23 hours left"),
        (utc(2026, 11, 27, 22), utc(2026, 11, 28, 0, 30), "2 hours left"),
        (utc(2026, 11, 28, 13, 59, 59), utc(2026, 11, 28, 15), "1 hour left"),
        (utc(2026, 11, 28, 14, 0, 1), utc(2026, 11, 28, 15), "59 minutes left"),
        (utc(2026, 11, 28, 14, 58), utc(2026, 11, 28, 15), "2 minutes left"),
        (utc(2026, 11, 28, 14, 59, 59), utc(2026, 11, 28, 15), "1 minute left"),
        (utc(2026, 11, 28, 15), utc(2026, 11, 28, 15), "the time has passed"),
        (utc(2026, 11, 28, 15, 0, 1), utc(2026, 11, 28, 15), "the time has passed"),
        (utc(2026, 3, 28, 11), utc(2026, 3, 29, 11), "1 day left"),
        (utc(2026, 3, 28, 11), utc(2026, 3, 29, 10), "23 hours left"),
        (utc(2026, 10, 24, 10), utc(2026, 10, 25, 11), "1 day left"),
    ],
)
def test_time_left_in_days_hours_and_minutes(at, until, text):
    assert time_left_text(until, at=at) == text


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2027-01-01", "2027-12-31", {2027: 365}),
        ("2027-12-31", "2028-01-01", {2027: 1, 2028: 1}),
        ("2027-07-01", "2029-02-28", {2027: 184, 2028: 366, 2029: 59}),
        ("2028-02-29", "2028-02-29", {2028: 1}),
    ],
)
def test_days_per_year_count_first_and_last_day(starts, ends, expected):
    assert days_per_year(dt.date.fromisoformat(starts), dt.date.fromisoformat(ends)) == expected
