"""Moments in Swedish time, as the demo data tells of them."""

from datetime import datetime

from kraftsamling.lib.dates import STOCKHOLM


def moment(year: int, month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


def at_clock(day: datetime, hour: int) -> datetime:
    return day.astimezone(STOCKHOLM).replace(hour=hour, minute=0, second=0, microsecond=0)
