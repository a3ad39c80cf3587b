"""Steering for the walks: the platform's own project with an imported sheet, and figures that have been kept."""

import datetime as dt

from grants.budget import platform
from grants.budget.store import store
from kraftsamling.accounts.models import Organisation
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from pilots.actions import enter_project
from pilots.actions import steering as actions
from pilots.steering.outcome import OutcomeLine


def steering(programme, people, *, at):
    """The arguments of each address."""
    leader, economist = people[Role.PROCESS_LEADER], people[Role.FINANCE_OFFICER]
    project = enter_project(
        programme, owner=Organisation.objects.get(org_number="232100-0164"), title="Kraftsamling barn och unga",
        registry_number="23RS10970", share=platform.DECIDED_SHARE, cap=platform.CAP, starts_on=dt.date(2024, 8, 1),
        ends_on=dt.date(2026, 8, 1), budget=store(platform.content(), printed=platform.PRINTED), by=leader, at=at,
    )  # fmt: skip
    lines = [
        OutcomeLine(2024, "own_staff", "Löner (exempel)", Kronor("438210.55")),
        OutcomeLine(2025, "travel", "", Kronor(9_000)),
    ]
    batch = actions.import_outcome(project, lines=lines, file_name="utfall.xlsx", by=economist, at=at - dt.timedelta(days=3))
    kept = actions.keep_snapshot(programme, name="Inför mötet (exempel)", by=leader, at=at - dt.timedelta(days=2))
    key = {"key": "pengar.granted"}
    rows = {
        "steering_rows": key,
        "steering_rows@parts": {"key": "pengar.left"},
        "steering_rows@projects": {"key": "projekt.alla.belopp"},
    }
    rows |= {f"steering_rows_file@{kind}": {**key, "kind": kind} for kind in ("csv", "xlsx")}
    rows |= {f"steering_yearly_file@{kind}": {"kind": kind} for kind in ("csv", "xlsx")}
    rows |= {"steering_rows_file": {**key, "kind": "pdf"}, "steering_yearly_file": {"kind": "pdf"}}
    return rows | {"steering_outcome_undo": {"pk": batch.pk}, "steering_snapshot": {"pk": kept.pk}}


TYPED = {
    "steering_snapshots": {"namn": "Före mötet i mars"},
    "steering_yearly_sent": {"ar": "2025"},
}
