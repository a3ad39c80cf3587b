import datetime as dt

import icalendar
import pytest

from kraftsamling.lib.calendar import CalendarEvent, ics
from kraftsamling.lib.dates import STOCKHOLM

AT = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def read(*events):
    return icalendar.Calendar.from_ical(ics(events, at=AT))


def deadline(**fields):
    return CalendarEvent(
        **{"uid": "call-1-closes@example.se", "title": "Sista dag", "starts_at": utc(2026, 11, 28, 15), **fields}
    )


@pytest.mark.parametrize(
    ("moment", "clock"),
    [
        (utc(2026, 11, 28, 15), "16:00"),
        (utc(2026, 6, 28, 15), "17:00"),
        (utc(2026, 3, 29, 1, 0), "03:00"),
        (utc(2026, 10, 25, 1, 0), "02:00"),
    ],
)
def test_a_deadline_is_the_half_hour_that_ends_with_it_in_the_time_of_stockholm(moment, clock):
    event = read(deadline(starts_at=moment)).events[0]
    assert (event.end.astimezone(STOCKHOLM).strftime("%H:%M"), event.end.astimezone(dt.UTC)) == (clock, moment)
    assert event.end.astimezone(dt.UTC) - event.start.astimezone(dt.UTC) == dt.timedelta(minutes=30)


def test_times_are_local_with_their_zone_except_in_the_hour_that_comes_twice():
    written = [
        read(deadline(starts_at=moment)).events[0]["dtend"].params.get("TZID")
        for moment in (utc(2026, 6, 1), utc(2026, 10, 25, 1))
    ]
    assert written == ["Europe/Stockholm", None]


def test_the_rules_of_the_clock_are_in_the_file_and_right_to_the_second():
    zone = read(deadline()).timezones[0].to_tz(lookup_tzid=False)
    offsets = {
        utc(2026, 3, 29, 0, 59, 59): 1, utc(2026, 3, 29, 1): 2, utc(2026, 10, 25, 0, 59, 59): 2, utc(2026, 10, 25, 1): 1,
        utc(2037, 3, 29, 0, 59): 1, utc(2037, 3, 29, 1): 2,
    }  # fmt: skip
    assert {moment: moment.astimezone(zone).utcoffset() // dt.timedelta(hours=1) for moment in offsets} == offsets


def test_a_deadline_rings_a_day_before_and_an_event_can_be_silent():
    alarms = [event.walk("valarm") for event in read(deadline(), deadline(uid="2", remind=None)).events]
    assert [len(found) for found in alarms] == [1, 0]
    assert (alarms[0][0]["action"], alarms[0][0]["trigger"].dt) == ("DISPLAY", dt.timedelta(days=-1))


def test_an_event_with_an_end_keeps_both_and_what_is_told_of_it():
    event = read(
        deadline(ends_at=utc(2026, 11, 28, 17), description="Rad 1\nRad 2; och, mer", url="https://x.se/a", location="Örebro")
    ).events[0]
    assert (event.start.astimezone(dt.UTC), event.end.astimezone(dt.UTC)) == (utc(2026, 11, 28, 15), utc(2026, 11, 28, 17))
    assert (str(event["description"]), str(event["url"]), str(event["location"])) == (
        "Rad 1\nRad 2; och, mer",
        "https://x.se/a",
        "Örebro",
    )


def test_a_title_cannot_smuggle_in_lines_of_its_own():
    calendar = read(deadline(title="X\r\nEND:VEVENT\r\nBEGIN:VEVENT\x00\ud800"))
    assert [str(event["summary"]) for event in calendar.events] == ["X\nEND:VEVENT\nBEGIN:VEVENT\ufffd"]


def test_the_file_without_events_is_still_a_calendar():
    assert [component.name for component in read().walk()] == ["VCALENDAR", "VTIMEZONE", "DAYLIGHT", "STANDARD"]


def test_what_a_calendar_needs_to_replace_an_old_time():
    event = read(deadline(changed_at=utc(2026, 2, 1))).events[0]
    assert (str(event["uid"]), event["dtstamp"].dt, event["last-modified"].dt) == (
        "call-1-closes@example.se",
        AT,
        utc(2026, 2, 1),
    )
