"""iCalendar files with the full rules of Swedish time, so that no deadline moves by an hour in somebody's calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone
from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from .dates import STOCKHOLM
from .text import clean_text

CONTENT_TYPE = "text/calendar; charset=utf-8"
_DEADLINE_LENGTH = timedelta(minutes=30)
"""A moment without length is not shown by all calendars, so a deadline is the half hour that ends with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """Something in the calendar. Without an end it is a deadline: the event ends at the moment, and rings before."""

    uid: str
    """The same for the same thing for ever, so that a changed time replaces the old one."""
    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    description: str = ""
    url: str = ""
    location: str = ""
    changed_at: datetime | None = None
    remind: timedelta | None = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """Something that concerns a whole day. It rings nowhere, and blocks nobody's time."""

    uid: str
    title: str
    on: date
    url: str = ""


def ics(events: "Iterable[CalendarEvent | CalendarDay]", *, name: str = "Kraftsamling", at: datetime | None = None) -> bytes:
    """The file: the rules of the time zone once, and the events in Stockholm's time."""
    calendar = Calendar()
    calendar.add("prodid", "-//Kraftsamling//kraftsamling//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", clean_text(name))
    calendar.add_component(_time_zone())
    for row in events:
        moment = at or timezone.now()
        calendar.add_component(_event(row, at=moment) if isinstance(row, CalendarEvent) else _day(row, at=moment))
    return bytes(calendar.to_ical())


def _time_zone() -> Timezone:
    """The rule of the European Union since 1996, written out: what a library derives may be an hour wrong at the change."""
    zone = Timezone()
    zone.add("tzid", "Europe/Stockholm")
    for part, name, begins, month, before, after in (
        (TimezoneDaylight(), "CEST", datetime(1996, 3, 31, 2), 3, 1, 2),  # noqa: DTZ001 - the standard asks for local time
        (TimezoneStandard(), "CET", datetime(1996, 10, 27, 3), 10, 2, 1),  # noqa: DTZ001
    ):
        part.add("tzname", name)
        part.add("dtstart", begins)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzoffsetfrom", timedelta(hours=before))
        part.add("tzoffsetto", timedelta(hours=after))
        zone.add_component(part)
    return zone


def _event(row: CalendarEvent, *, at: datetime) -> Event:
    starts_at, ends_at = (row.starts_at, row.ends_at) if row.ends_at else (row.starts_at - _DEADLINE_LENGTH, row.starts_at)
    event = Event()
    event.add("uid", row.uid)
    event.add("dtstamp", at)
    event.add("last-modified", row.changed_at or at)
    event.add("summary", clean_text(row.title))
    event.add("dtstart", _local(starts_at))
    event.add("dtend", _local(ends_at))
    for key, text in (("description", row.description), ("location", row.location), ("url", row.url)):
        if text:
            event.add(key, clean_text(text))
    if row.remind:
        event.add_component(_alarm(row.title, row.remind))
    return event


def _day(row: CalendarDay, *, at: datetime) -> Event:
    event = Event()
    event.add("uid", row.uid)
    event.add("dtstamp", at)
    event.add("summary", clean_text(row.title))
    event.add("dtstart", row.on)
    event.add("dtend", row.on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    if row.url:
        event.add("url", row.url)
    return event


def _local(moment: datetime) -> datetime:
    """In Stockholm's time, but in UTC in the hour that comes twice in October: there local time would mean the first one."""
    local = moment.astimezone(STOCKHOLM)
    return moment.astimezone(UTC) if local.fold else local


def _alarm(title: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", clean_text(title))
    alarm.add("trigger", -before)
    return alarm
