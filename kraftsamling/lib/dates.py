"""Moments and days as people in Sweden read them. Moments are stored in UTC and shown in Europe/Stockholm."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NBSP = "\u00a0"


def stockholm_today(at: datetime | None = None) -> date:
    return (at or timezone.now()).astimezone(STOCKHOLM).date()


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that is too short (lag 1930:173)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_have_passed(since: datetime, months: int, *, at: datetime) -> bool:
    """By the calendar in Stockholm: from the first moment of the day that bears the same number."""
    return stockholm_today(at) >= months_after(stockholm_today(since), months)


def months_before(at: datetime, months: int) -> datetime:
    """What came in before this moment has waited so many months or more: the other way round of months_have_passed."""
    today = stockholm_today(at)
    last = months_after(today, -months)
    while months_after(last + timedelta(days=1), months) <= today:
        last += timedelta(days=1)
    return start_of_day(last + timedelta(days=1))


def days_per_year(starts_on: date, ends_on: date) -> dict[int, int]:
    """The days of the period in each year, first and last day included."""
    return {
        year: (min(ends_on, date(year, 12, 31)) - max(starts_on, date(year, 1, 1))).days + 1
        for year in range(starts_on.year, ends_on.year + 1)
    }


def start_of_day(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=STOCKHOLM)


def end_of_day(day: date) -> datetime:
    """The moment after the day: periods are half-open."""
    return start_of_day(day + timedelta(days=1))


def day_text(day: date) -> str:
    """28 november 2026."""
    return date_format(day, "j F Y").replace(" ", NBSP, 1)


def moment_text(moment: datetime) -> str:
    """28 november 2026 kl. 16.00: a deadline always shows its clock time."""
    local = moment.astimezone(STOCKHOLM)
    return _("%(day)s at %(time)s") % {"day": day_text(local.date()), "time": local.strftime("%H.%M")}


later_moment_text = lazy(moment_text, str)
"""The same, worded first when it is shown: for messages that are written in each receiver's language."""


def time_left_text(until: datetime, *, at: datetime) -> str:
    """“12 days left”, counted in calendar days in Stockholm; hours and minutes in the last twenty-four hours."""
    if until <= at:
        return _("the time has passed")
    days = (stockholm_today(until) - stockholm_today(at)).days
    if until - at >= timedelta(days=1):
        return ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    hours, rest = divmod(until - at, timedelta(hours=1))
    if hours:
        return ngettext("%(count)d hour left", "%(count)d hours left", hours) % {"count": hours}
    minutes = max(1, int(rest.total_seconds() // 60))
    return ngettext("%(count)d minute left", "%(count)d minutes left", minutes) % {"count": minutes}
