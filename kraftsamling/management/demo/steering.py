"""What makes the dashboards alive: outcome laid in by the finance officer, one sheet taken back, yearly reports handed in, and
figures kept last quarter.
"""

from datetime import datetime, timedelta
from typing import Any

from grants.models import CostCategory
from kraftsamling.lib.dates import months_after, stockholm_today
from kraftsamling.lib.money import Kronor
from pilots.actions import steering as actions
from pilots.models import Project, ProjectKind
from pilots.steering.outcome import OutcomeLine

from .moments import moment

STAFF, SERVICES = CostCategory.OWN_STAFF, CostCategory.EXTERNAL_SERVICES
TRAVEL, INDIRECT = CostCategory.TRAVEL, CostCategory.INDIRECT
BOOKED = {
    2024: [(STAFF, "438210.55"), (SERVICES, "96400"), (TRAVEL, "7315.40"), (INDIRECT, "93733.24")],
    2025: [(STAFF, "1004118.20"), (SERVICES, "151250"), (TRAVEL, "11480.75"), (INDIRECT, "214780.88")],
    2026: [(STAFF, "521904.35"), (SERVICES, "143700"), (TRAVEL, "8236.10"), (INDIRECT, "111635.34")],
}
"""Invented, near the budget of the seed document."""
WRONG = [(STAFF, "5219043.50")]
"""A sheet with the comma in the wrong place, laid in and taken back."""


def steering(demo: Any, at: datetime) -> None:
    project = Project.objects.filter(programme=demo.programme, kind=ProjectKind.PLATFORM).first()
    if project is None:
        raise RuntimeError("the demo has no project of the platform's own")
    economist, leader = demo.users["ekonom"], demo.users["processledare"]
    _lay_in(project, [2024], "utfall-2024 (exempel).xlsx", by=economist, at=moment(2025, 2, 3, 13))
    _lay_in(project, [2024, 2025], "utfall-2025 (exempel).xlsx", by=economist, at=moment(2026, 2, 2, 10))
    for year in range(project.starts_on.year, at.year):
        handed_in = moment(year + 1, 2, 13, 14)
        if handed_in < at:
            actions.tell_yearly_report(demo.programme, year=year, by=leader, at=handed_in)
    kept_at = at - timedelta(days=91)
    day = stockholm_today(kept_at)
    quarter = (day.month - 1) // 3 + 1
    actions.keep_snapshot(demo.programme, name=f"Kvartal {quarter} {day.year} (exempel)", by=leader, at=kept_at)
    wrong_at = max(kept_at, moment(*months_after(day, 1).timetuple()[:3]))
    lines = [OutcomeLine(2026, category, "Fel decimaltecken (exempel)", Kronor(amount)) for category, amount in WRONG]
    wrong = actions.import_outcome(
        project, lines=lines, file_name="utfall-2026-fel (exempel).xlsx", by=economist, at=wrong_at
    )  # fmt: skip
    actions.undo_import(wrong, by=economist, at=wrong_at + timedelta(minutes=12))
    _lay_in(project, [2026], "utfall-2026 (exempel).xlsx", by=economist, at=wrong_at + timedelta(hours=1))


def _lay_in(project: Project, years: list[int], file_name: str, *, by: Any, at: datetime) -> None:
    lines = [
        OutcomeLine(year, category, "Ur ekonomisystemet (exempel)", Kronor(amount))
        for year in years
        for category, amount in BOOKED[year]
    ]
    actions.import_outcome(project, lines=lines, file_name=file_name, by=by, at=at)
