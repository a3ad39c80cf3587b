"""Preparations and decisions for tests. States are reached through the actions, never written."""

import datetime as dt
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from grants import actions
from grants.models import Check, DecisionKind, StateAid
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from tests.factories.applications import PDF

PREPARING = dt.datetime(2026, 12, 5, 9, tzinfo=STOCKHOLM)
DECIDING = dt.datetime(2026, 12, 10, 9, tzinfo=STOCKHOLM)

CHECKED = {
    **{f"{check.value}_ok": True for check in Check},
    **{f"{check.value}_note": "Prövat." for check in Check},
    "strategy_link": "Bidrar till goda uppväxtvillkor.",
    "state_aid": StateAid.NOT_AID,
    "state_aid_reason": "Sökanden bedriver ingen ekonomisk verksamhet i projektet.",
    "previous_aid": None,
    "euro_rate": None,
    "euro_rate_on": None,
}
GRANT = {
    "kind": DecisionKind.GRANTED,
    "share": Decimal(28),
    "cap": Kronor(150_000),
    "starts_on": dt.date(2027, 1, 15),
    "ends_on": dt.date(2027, 12, 31),
    "conditions": "Utbetalas i efterskott mot redovisade kostnader.",
    "follow_up": "Projektet följs upp varje år.",
    "financing_plan": "1:1-medel och egna medel.",
    "final_report": "Slutrapport inom en månad.",
    "reasons": "Projektet är väl genomtänkt.",
    "strategy_link": "Bidrar till goda uppväxtvillkor.",
    "no_appeal": "Beslutet får inte överklagas.",
    "deciding_body": "Regional tillväxtnämnd",
    "decided_on": dt.date(2026, 12, 9),
    "minutes_item": "2026-12-09 § 2",
    "delegation_item": "",
    "presenter": "Före Dragande",
    "took_part": "",
    "exceeds_reason": "",
}
"""Complete, within every limit of the call of tests.factories.grants."""

REJECTION = {**GRANT, "kind": DecisionKind.REJECTED, "share": None, "cap": None, "reasons": "Medlen räcker inte."}


def prepare(application, *, by, revision=0, at=PREPARING, **changes):
    return actions.save_preparation(application, values={**CHECKED, **changes}, revision=revision, by=by, at=at)


def certificate(application, *, by, at=PREPARING):
    file = store.store(SimpleUploadedFile("intyg.pdf", PDF, "application/pdf"), by=by, at=at)
    actions.add_certificate(application, file=file, by=by, at=at)
    return file


def write(application, *, by, revision=0, at=PREPARING, values=GRANT, **changes):
    seen = application.current_version.number
    return actions.write_decision(application, values={**values, **changes}, revision=revision, seen_version=seen, by=by, at=at)


def issue(decision, *, by, at=DECIDING, revision=None):
    return actions.issue_decision(decision, revision=decision.revision if revision is None else revision, by=by, at=at)


def decide(application, *, officer, decider, at=DECIDING, values=GRANT, **changes):
    """Prepared, written, and issued."""
    if not hasattr(application, "preparation"):
        prepare(application, by=officer)
    return issue(write(application, by=officer, values=values, **changes), by=decider, at=at)
