"""When a project reports: reckoned from its first and last day, so that no day drifts, and from nothing else."""

from datetime import date, timedelta
from typing import NamedTuple

from kraftsamling.lib.dates import months_after

EVERY_MONTHS, FINAL_MONTHS = 3, 1
"""For projects that no call of ours has rules for."""
DAY = timedelta(days=1)


class Planned(NamedTuple):
    """One report of the plan."""

    is_final: bool
    covers_from_on: date
    covers_to_on: date
    due_on: date


def plan(starts_on: date, ends_on: date, *, every_months: int, final_months: int, days_to_write: int) -> list[Planned]:
    """A progress report of each whole period that ends before the project does, and a final report of the whole project.

    Each day is counted from the project's first day and not from the report before it: a project that begins on the 31st
    reports on the last day of shorter months, and on the 31st again after them.
    """
    reports = []
    begins = [months_after(starts_on, 0)]
    while (following := months_after(starts_on, every_months * len(begins))) <= ends_on:
        covers_to = following - DAY
        reports.append(Planned(False, begins[-1], covers_to, covers_to + timedelta(days=days_to_write)))
        begins.append(following)
    return [*reports, Planned(True, starts_on, ends_on, months_after(ends_on, final_months))]
