"""iCalendar files with the full rules of Swedish time, so that no deadline moves by an hour in somebody's calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

CONTENT_TYPE = "text/calendar; charset=utf-8"


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
    from . import calendar_file  # noqa: PLC0415 - see there

    return calendar_file.ics(events, name=name, at=at)
