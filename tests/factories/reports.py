"""Reports for tests: written through the form, handed in and reviewed through the actions."""

import datetime as dt

from kraftsamling.lib.dates import STOCKHOLM
from pilots import report_content
from pilots.actions import reports as actions
from pilots.forms.reports import ReportForms, content_of
from tests.factories.applications import create_signatory
from tests.factories.pilots import writer

WRITING = dt.datetime(2027, 4, 20, 9, tzinfo=STOCKHOLM)
REVIEWING = dt.datetime(2027, 5, 3, 9, tzinfo=STOCKHOLM)

WORDS = {
    "summary": "Lotsarna är igång och har träffat fyrtio unga.",
    "activity_1_name": "Två lotsar utbildas.",
    "activity_1_done": "done",
    "activity_1_text": "Båda lotsarna har gått utbildningen.",
    "deviations": "Starten blev två veckor senare, eftersom lokalen inte var klar.",
    "results": "Fler unga har hittat till en förening.",
    "did_not_work": "Affischer i skolan gav ingenting.",
    "learnings": "Det personliga mötet avgör.",
    "collaboration": "Två föreningar och en skola.",
    "gender_equality": "Lika många flickor som pojkar.",
    "integration": "Texter på fyra språk.",
    "next_steps": "Nästa grupp börjar i augusti.",
    "dissemination": "Vi berättade på vårens träff.",
    "economy": "Kostnaderna följer budgeten.",
}
FINAL_WORDS = {
    "goal_1_name": "Lotsarna är på plats.",
    "goal_1_reached": "yes",
    "goal_1_text": "Båda arbetade hela perioden.",
    "carried_on": "Kommunen anställer en lots.",
    "others": "Börja med en skola.",
}


def typed_report(report, **changes):
    """What a writer types into all the parts, complete and right."""
    given = report_content.given(report)
    typed = {**report_content.begun(report, given=given), **WORDS, **(FINAL_WORDS if report.is_final else {})}
    for category in given.categories:
        for year in given.years:
            typed[f"cost_{category}_{year}_booked"] = "100 000"
            typed[f"cost_{category}_{year}_forecast"] = "390 000"
    for indicator in given.indicators:
        typed |= {f"outcome_{indicator.pk}_value": "22", f"outcome_{indicator.pk}_on": report.covers_to_on.isoformat()}
        if indicator.concerns_people:
            typed |= {f"outcome_{indicator.pk}_women": "12", f"outcome_{indicator.pk}_men": "10"}
    return {name: value for name, value in {**typed, **changes}.items() if value is not None}


def write(report, *, by=None, at=WRITING, **changes):
    """Saves a complete draft; gives its revision."""
    typed = typed_report(report, **changes)
    draft = actions.draft_of(report)
    return actions.save_report_draft(
        report, typed=typed, names=frozenset({*typed, *draft.content}), begun={}, revision=draft.revision,
        by=by or writer(report.project), at=at,
    )  # fmt: skip


def send_in(report, *, by=None, at=WRITING, signatory=None):
    """Sends in the draft as it stands; gives the version."""
    draft = actions.draft_of(report)
    given = report_content.given(report)
    whole = ReportForms(draft.content, given=given)
    assert whole.is_complete(), (whole.wrong(), whole.remaining())
    if report.is_final and signatory is None:
        signatory = report.project.owner.signatories.first() or create_signatory(report.project.owner)
    version = actions.submit_report(
        report, content=content_of(whole), given=given, signatory=signatory, revision=draft.revision,
        by=by or writer(report.project), at=at,
    )  # fmt: skip
    report.refresh_from_db()
    return version


def create_submitted(report, *, by=None, at=WRITING, signatory=None, **changes):
    """Written and handed in."""
    write(report, by=by, at=at, **changes)
    return send_in(report, by=by, at=at, signatory=signatory)


def approve(report, *, by, at=REVIEWING):
    actions.approve_report(report.current_version, comments={}, revision=0, by=by, at=at)
    report.refresh_from_db()


def give_back(report, *, by, at=REVIEWING, due_on=dt.date(2027, 5, 20), **comments):
    said = comments or {"resultat": "Berätta mer om resultaten."}
    actions.return_report(report.current_version, comments=said, due_on=due_on, revision=0, by=by, at=at)
    report.refresh_from_db()
