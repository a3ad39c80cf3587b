"""What can happen to a report: written together, sent in, returned with comments, approved."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.actions.freezing import checksum
from grants.actions.sketches import DraftConflict
from grants.permissions import require
from kraftsamling.accounts.models import Signatory
from kraftsamling.audit import log as audit
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import later_moment_text, stockholm_today
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category
from kraftsamling.search import index
from pilots import report_content
from pilots.models import (
    IndicatorValue,
    Report,
    ReportDraft,
    ReportedCost,
    ReportFile,
    ReportReview,
    ReportVersion,
    ReviewOutcome,
)
from pilots.permissions import reports as permissions
from pilots.report_content import Given, ReportContent
from pilots.report_people import members_of_project, officers_of_project
from pilots.states import REPORT_MOVES, ProjectState, ReportState

from .report_plan import later_name, name_of, tell_owner

MOST_FILES = 20


def draft_of(report: Report) -> ReportDraft:
    """The draft as it stands now."""
    return ReportDraft.objects.get(report=report)


def _lock(report: Report) -> None:
    """Locks the report and reads its state anew, so that no older window writes into one that has moved on."""
    locked = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    for name in ("state", "due_on", "return_due_on", "current_version_id"):
        setattr(report, name, getattr(locked, name))


def _require_writable(report: Report) -> None:
    _lock(report)
    if not report.is_being_written:
        raise TransitionRefused(_("The report has been sent in or is no longer asked for, and cannot be changed."))


# ---- Writing


@transaction.atomic
def save_report_draft(
    report: Report,
    *,
    typed: Mapping[str, Any],
    names: frozenset[str],
    begun: Mapping[str, Any],
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> int:
    """Keeps what was typed in one part of the report, right or wrong, and gives the new revision.

    `names` are the fields of that part; other parts are left as they are, and in a draft that nobody has saved they are
    what the report was `begun` with. Raises DraftConflict if the draft is not the one this window began from.
    """
    at = at or timezone.now()
    require(permissions.can_write_report(by, report))
    _require_writable(report)
    draft = draft_of(report)
    before = draft.content if draft.revision else dict(begun)
    content = {**{name: value for name, value in before.items() if name not in names}, **typed}
    if draft.content == content and draft.revision == revision:
        return revision
    try:
        claim(draft, expecting={"revision": revision}, revision=revision + 1, content=content, saved_at=at, saved_by=by)
    except LostRace:
        raise DraftConflict from None
    return draft.revision


@transaction.atomic
def add_report_file(report: Report, *, file: StoredFile, alt: str = "", by: Any, at: datetime | None = None) -> ReportFile:
    """Lays a file beside the draft; with words for who does not see it, it is a picture of the report."""
    at = at or timezone.now()
    require(permissions.can_write_report(by, report))
    _require_writable(report)
    if report.files.kept().count() >= MOST_FILES:
        raise TransitionRefused(_("A report can have at most %(count)d files.") % {"count": MOST_FILES})

    link = ReportFile.objects.create(report=report, file=file, is_picture=bool(alt), alt=alt, added_at=at, added_by=by)
    ReportDraft.objects.filter(report=report).update(revision=F("revision") + 1, saved_at=at, saved_by=by)

    audit.record(
        "pilots.report.add_file", report.project, by=by, at=at, report=name_of(report), name=file.name, sha256=file.sha256
    )
    return link


@transaction.atomic
def remove_report_file(link: ReportFile, *, by: Any, at: datetime | None = None) -> None:
    """Takes a file away from the draft. Versions already handed in keep theirs."""
    at = at or timezone.now()
    report = link.report
    require(permissions.can_write_report(by, report))
    _require_writable(report)

    claim(link, expecting={"removed_at": None}, removed_at=at, removed_by=by)
    ReportDraft.objects.filter(report=report).update(revision=F("revision") + 1, saved_at=at, saved_by=by)

    audit.record("pilots.report.remove_file", report.project, by=by, at=at, report=name_of(report), name=link.file.name)


# ---- Handing in


@transaction.atomic
def mark_report_ready(report: Report, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """The first of two says that this revision is ready. Another person sends it in; a change makes it unready again."""
    at = at or timezone.now()
    require(permissions.can_write_report(by, report))
    _require_writable(report)
    if draft_of(report).revision != revision:
        raise DraftConflict

    ReportDraft.objects.filter(report=report).update(ready_revision=revision, ready_at=at, ready_by=by)


@transaction.atomic
def submit_report(
    report: Report,
    *,
    content: ReportContent,
    given: Given,
    signatory: Signatory | None,
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> ReportVersion:
    """Freezes the draft of that revision as a version with receipt. The same revision twice gives the same receipt.

    Never refused for being late: a late report is welcome, and marked as late. The final report is signed.
    Raises TransitionRefused when the signature does not hold, DraftConflict when the draft has moved on.
    """
    at = at or timezone.now()
    require(permissions.can_write_report(by, report))
    _lock(report)
    already = report.versions.filter(draft_revision=revision).first()
    if already:
        return already
    _guard_submission(report, signatory, revision=revision, by=by, at=at)

    version = _freeze(report, content, signatory, given=given, revision=revision, by=by, at=at)
    _keep_figures(version, content)

    details = {"receipt": version.receipt_number, "checksum": version.checksum, "late": version.was_late}
    audit.record("pilots.report.submit", report.project, by=by, at=at, report=name_of(report), **details)
    body = "\n".join(row["text"] for section in content.sections for row in section["rows"])
    title = f"{version.content['name']}: {report.project.title}"
    index.put("report", report.pk, title=title, body=body, url=report.get_absolute_url(), at=at)
    _tell_of_arrival(report, version, at=at)
    return version


def _guard_submission(report: Report, signatory: Signatory | None, *, revision: int, by: Any, at: datetime) -> None:
    if not report.is_being_written:
        raise TransitionRefused(_("The report has been sent in or is no longer asked for, and cannot be sent in again."))
    if report.project.state != ProjectState.RUNNING:
        raise TransitionRefused(_("The project is closed, so no more reports are taken in."))
    draft = draft_of(report)
    if draft.revision != revision:
        raise DraftConflict
    if report.is_final:
        _guard_signature(report, draft, signatory, by=by, at=at)


def _guard_signature(report: Report, draft: ReportDraft, signatory: Signatory | None, *, by: Any, at: datetime) -> None:
    """A named person with a current proof; two people where the organisation asks for it (domain 10, rule 24)."""
    current = Signatory.objects.current(on=stockholm_today(at)).filter(organisation=report.project.owner_id)
    if signatory is None or not current.filter(pk=signatory.pk).exists():
        raise TransitionRefused(_("Choose a signatory of the organisation whose proof is valid today."))
    if signatory.jointly and (draft.ready_revision != draft.revision or draft.ready_by_id == by.pk):
        raise TransitionRefused(_("Two people send in together: one says that the report is ready, and another one sends it in."))
    signing = {by.pk, draft.ready_by_id} if signatory.jointly else {by.pk}
    if signatory.user_id and signatory.user_id not in signing:
        raise TransitionRefused(
            _("%(name)s has an account and signs with it. Ask %(name)s to log in and send in.") % {"name": signatory.name}
        )


def _freeze(
    report: Report, content: ReportContent, signatory: Signatory | None, *, given: Given, revision: int, by: Any, at: datetime
) -> ReportVersion:
    number = report.versions.count() + 1
    links = list(report.files.kept().select_related("file").order_by("added_at", "pk"))
    kept = report_content.frozen(report, content, links, given=given)
    receipt = receipt_number(report, number)
    signed = signatory if report.is_final else None
    version = ReportVersion.objects.create(
        report=report,
        number=number,
        draft_revision=revision,
        content=kept,
        checksum=checksum(kept, receipt=receipt, at=at),
        receipt_number=receipt,
        submitted_at=at,
        submitted_by=by,
        due_on=report.last_day,
        signatory=signed,
        signed_by_name=signed.name if signed else "",
    )
    version.files.add(*(link.file for link in links))
    advance(report, ReportState.SUBMITTED, table=REPORT_MOVES, current_version=version)
    return version


def receipt_number(report: Report, number: int) -> str:
    """P12-R3-2: the project, the report, and which time it is sent in; S for the final report."""
    part = "S" if report.is_final else f"R{report.number}"
    return f"P{report.project_id}-{part}-{number}"


def _keep_figures(version: ReportVersion, content: ReportContent) -> None:
    ReportedCost.objects.bulk_create(
        ReportedCost(version=version, category=category, year=year, booked=booked, forecast=forecast)
        for category, year, booked, forecast in content.costs
    )
    IndicatorValue.objects.bulk_create(
        IndicatorValue(
            indicator=row.indicator, version=version, measured_on=row.measured_on, value=row.value, women=row.women, men=row.men
        )
        for row in content.outcomes
    )


def _tell_of_arrival(report: Report, version: ReportVersion, *, at: datetime) -> None:
    """The receipt to those who sent in, and the news to those who handle it."""
    project = report.project
    context = {
        "report": later_name(report),
        "title": project.title,
        "organisation": project.owner.name,
        "receipt": version.receipt_number,
        "moment": later_moment_text(version.submitted_at),
        "by": str(version.submitted_by),
        "signed_by": version.signed_by_name,
        "checksum": version.checksum,
        "late": version.was_late,
        "number": version.number,
        "path": report.get_absolute_url(),
    }
    more: dict[str, Any] = {"about": project, "programme_id": project.programme_id, "at": at}
    contacts = members_of_project(project).filter(memberships__is_contact=True, memberships__organisation=project.owner_id)
    outbox.promise(
        "pilots/report_receipt", to=[*contacts.distinct(), version.submitted_by], context=context,
        dedupe_key=f"report-receipt-{version.pk}", **more,
    )  # fmt: skip
    outbox.promise(
        "pilots/report_arrived", to=officers_of_project(project), context=context, category=Category.NEWS,
        dedupe_key=f"report-arrived-{version.pk}", **more,
    )  # fmt: skip


# ---- Review


@transaction.atomic
def save_review(
    version: ReportVersion, *, comments: Mapping[str, str], revision: int, by: Any, at: datetime | None = None
) -> ReportReview:
    """Keeps an officer's comments, unseen by the owner until the report is returned or approved.

    Raises DraftConflict if a colleague has written since this window was opened.
    """
    at = at or timezone.now()
    report = version.report
    require(permissions.can_review_report(by, report))
    _lock(report)
    if report.state != ReportState.SUBMITTED or report.current_version_id != version.pk:
        raise TransitionRefused(_("The report has moved on. Reload the page to see what has happened."))
    kept = {key: text for key, text in comments.items() if text}
    review, made = ReportReview.objects.get_or_create(
        version=version, defaults={"comments": kept, "revision": 1, "saved_at": at, "saved_by": by}
    )
    if made or review.comments == kept:
        return review
    try:
        new = {"comments": kept, "revision": revision + 1, "saved_at": at, "saved_by": by}
        claim(review, expecting={"revision": revision}, **new)
    except LostRace:
        raise DraftConflict from None
    return review


@transaction.atomic
def return_report(
    version: ReportVersion,
    *,
    comments: Mapping[str, str],
    due_on: date,
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> None:
    """Sends the report back with comments and a day. The draft is open again; the version stays as it is."""
    at = at or timezone.now()
    if not any(comments.values()):
        raise TransitionRefused(_("Write at least one comment, so that the organisation knows what to complete."))
    if due_on <= stockholm_today(at):
        raise TransitionRefused(_("Give the organisation at least until tomorrow."))
    review = save_review(version, comments=comments, revision=revision, by=by, at=at)
    report = version.report

    moved = {"return_due_on": due_on, "due_reason": "", "planned_on": stockholm_today(at)}
    advance(report, ReportState.RETURNED, table=REPORT_MOVES, **moved)
    claim(review, expecting={"outcome": ""}, outcome=ReviewOutcome.RETURNED, decided_at=at, decided_by=by)

    audit.record("pilots.report.return", report.project, by=by, at=at, report=name_of(report), day=due_on.isoformat())
    tell_owner(report, "pilots/report_returned", at=at, day=due_on, by=str(by))


@transaction.atomic
def approve_report(
    version: ReportVersion, *, comments: Mapping[str, str], revision: int, by: Any, at: datetime | None = None
) -> None:
    """A named officer approves the report as it was handed in. What the comments say follows along."""
    at = at or timezone.now()
    review = save_review(version, comments=comments, revision=revision, by=by, at=at)
    report = version.report

    advance(report, ReportState.APPROVED, table=REPORT_MOVES, approved_at=at, approved_by=by)
    claim(review, expecting={"outcome": ""}, outcome=ReviewOutcome.APPROVED, decided_at=at, decided_by=by)

    audit.record("pilots.report.approve", report.project, by=by, at=at, report=name_of(report))
    tell_owner(report, "pilots/report_approved", at=at, by=str(by))
