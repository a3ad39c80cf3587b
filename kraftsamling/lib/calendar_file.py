"""The iCalendar file itself. Loaded where one is asked for: the library takes nine megabytes of every process that has it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from .calendar import CalendarDay, CalendarEvent
from .dates import STOCKHOLM
from .text import clean_text

_DEADLINE_LENGTH = timedelta(minutes=30)
"""A moment without length is not shown by all calendars, so a deadline is the half hour that ends with it."""


def ics(events: Iterable[CalendarEvent | CalendarDay], *, name: str, at: datetime | None) -> bytes:
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
