"""What the workers do for the call: each fetches and calls one action."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db.models import Count
from django.utils import timezone, translation

from kraftsamling.accounts.models import User
from kraftsamling.files import store
from kraftsamling.lib.dates import months_before, stockholm_today
from kraftsamling.lib.handover import after_commit
from kraftsamling.lib.pdf import html_to_pdf
from kraftsamling.lib.transitions import LostRace

from . import actions, decision_documents, documents, records
from .actions.correspondence import RULING_MONTHS, WARNING_MONTHS
from .actions.sketches import PARKED_FOR
from .models import (
    Application,
    ApplicationVersion,
    Assessment,
    Call,
    CompletionRequest,
    Decision,
    Disclosure,
    ParkedText,
    Sketch,
    SketchVersion,
    Step,
)
from .models.completions import undecided

log = logging.getLogger(__name__)

APPLICATION_REMINDERS = (14, 7, 2)
REVIEW_REMINDERS = (7, 2, 0, -1)
"""Days before the reviewers' deadline; -1 is the day after."""
DRAFT_REMINDERS = (7, 2)
COMPLETION_REMINDERS = (7, 2, 0)
DISCLOSURE_WAIT = timedelta(minutes=5)
RECEIPT_WAIT = timedelta(minutes=2)
MOST_LEFT = 100


@shared_task
def build_receipt(version_id: int) -> None:
    """Builds the receipt of a handed-in sketch, lays it in the case and mails it. Doing it twice changes nothing."""
    related = ("sketch__organisation", "sketch__call__programme", "submitted_by")
    version = SketchVersion.objects.select_related(*related).get(pk=version_id)
    _build(version, "receipt", documents.receipt_context, actions.attach_receipt)


def _build(version: Any, template: str, context: Callable[[Any], dict[str, Any]], attach: Callable[..., None]) -> None:
    if version.receipt_pdf_id:
        return
    with translation.override("sv"):
        pdf = html_to_pdf(f"pdf/grants/{template}.html", context(version), title=f"Kvitto {version.receipt_number}")
    stored = store.store_bytes(f"kvitto-{version.receipt_number}.pdf", pdf, "application/pdf", by=None)
    try:
        attach(version, pdf=stored)
    except LostRace:
        log.info("the receipt %s was already there", version.receipt_number)


@shared_task
def build_missing_receipts() -> None:
    """Takes up receipts that no worker has built; each in a task of its own, as the letters of decisions."""
    before = timezone.now() - RECEIPT_WAIT
    for version_id in SketchVersion.objects.without_receipt(before=before).values_list("pk", flat=True)[:MOST_LEFT]:
        after_commit(build_receipt, version_id)
    for version_id in ApplicationVersion.objects.without_receipt(before=before).values_list("pk", flat=True)[:MOST_LEFT]:
        after_commit(build_application_receipt, version_id)


@shared_task
def build_application_receipt(version_id: int) -> None:
    """As build_receipt, of an application."""
    related = ("application__sketch__organisation", "application__sketch__call__programme", "submitted_by", "budget")
    version = ApplicationVersion.objects.select_related(*related).get(pk=version_id)
    _build(version, "application_receipt", documents.application_receipt_context, actions.attach_application_receipt)


@shared_task
def lapse_applications() -> None:
    """Closes invitations whose last moment has passed without anything having been sent in."""
    at = timezone.now()
    for application in Application.objects.overdue(at).select_related("sketch__call", "sketch__organisation"):
        try:
            actions.lapse_application(application, at=at)
        except LostRace:
            log.info("application %s was sent in or given more time meanwhile", application.pk)


@shared_task
def build_letter(decision_id: int) -> None:
    """Builds the letter of an issued decision, lays it in the case and mails it. Doing it twice changes nothing."""
    decision = (
        Decision.objects.exclude_drafts().select_related("budget", "issued_by", "replaces").with_details().get(pk=decision_id)
    )
    if decision.letter_id:
        return
    with translation.override("sv"):
        title = decision_documents.letter_title(decision)
        pdf = html_to_pdf("pdf/grants/decision.html", decision_documents.letter_context(decision), title=title)
    stored = store.store_bytes(decision_documents.letter_name(decision), pdf, "application/pdf", by=None)
    try:
        actions.attach_letter(decision, pdf=stored)
    except LostRace:
        log.info("the letter of decision %s was already there", decision_id)


@shared_task
def build_missing_letters() -> None:
    """Takes up letters that no worker has built; each in a task of its own, so that one that fails does not stop the others."""
    before = timezone.now() - RECEIPT_WAIT
    for decision_id in Decision.objects.without_letter(before=before).values_list("pk", flat=True)[:MOST_LEFT]:
        after_commit(build_letter, decision_id)


@shared_task
def remind() -> None:
    """The day's reminders, to invited organisations, reviewers and writers of drafts."""
    at = timezone.now()
    _remind_invited(at)
    _remind_reviewers(at)
    _remind_writers(at)
    _remind_returned(at)
    _remind_leaders(at)


def _remind_invited(at: datetime) -> None:
    today = stockholm_today(at)
    for application in Application.objects.due_after(at).select_related(
        "sketch__call", "sketch__organisation", "sketch__current_version"
    ):
        days = (stockholm_today(application.due_at) - today).days
        if days in APPLICATION_REMINDERS:
            actions.remind_about_application(application, days=days, at=at)


def _remind_reviewers(at: datetime) -> None:
    today = stockholm_today(at)
    for step in Step.values:
        remaining = Assessment.objects.to_remind().in_step(step).of_current_reviewers()
        for call in Call.objects.filter(pk__in=remaining.values("sketch__call")).order_by("pk"):
            due_at: Any = call.reviewed_by(step)
            days = (stockholm_today(due_at) - today).days
            if days in REVIEW_REMINDERS:
                _remind_reviewers_of(call, remaining.filter(sketch__call=call), step=step, days=days, due_at=due_at, at=at)


def _remind_reviewers_of(call: Call, remaining: Any, *, step: str, days: int, due_at: datetime, at: datetime) -> None:
    counts = remaining.values("reviewer").annotate(count=Count("pk")).order_by("reviewer")
    for row in counts:
        reviewer = User.objects.get(pk=row["reviewer"])
        actions.remind_reviewer(call, reviewer, step=step, count=row["count"], days=days, due_at=due_at, at=at)


def _remind_writers(at: datetime) -> None:
    today = stockholm_today(at)
    for sketch in Sketch.objects.in_draft().in_published_call().select_related("call", "organisation", "draft"):
        deadline = sketch.deadline()
        days = (stockholm_today(deadline) - today).days
        if at < deadline and days in DRAFT_REMINDERS:
            actions.remind_about_draft(sketch, days=days, at=at)


def _remind_returned(at: datetime) -> None:
    today = stockholm_today(at)
    related = ("application__sketch__call", "application__sketch__organisation", "application__current_version")
    for completion in CompletionRequest.objects.awaiting_organisation(at=at).select_related(*related):
        days = (stockholm_today(completion.due_at) - today).days
        if days in COMPLETION_REMINDERS:
            actions.remind_about_completion(completion, days=days, at=at)


def _remind_leaders(at: datetime) -> None:
    """Of applications that soon have waited six months, or have; of each moment once, and of the later one alone."""
    late = months_before(at, RULING_MONTHS)
    waiting = undecided(Application.objects.all()).filter(came_in_at__lt=months_before(at, WARNING_MONTHS))
    for application in waiting.select_related("sketch__call", "sketch__organisation", "current_version"):
        months = RULING_MONTHS if application.came_in_at < late else WARNING_MONTHS
        actions.remind_about_ruling(application, months=months, at=at)


@shared_task
def lapse_completions() -> None:
    """Requests for completion whose time is over."""
    at = timezone.now()
    related = ("application__sketch__call", "application__sketch__organisation", "application__current_version")
    for completion in CompletionRequest.objects.overdue(at=at).select_related(*related).order_by("due_at", "pk"):
        actions.lapse_completion(completion, at=at)


@shared_task
def build_disclosure(disclosure_id: int) -> None:
    """Makes the file of documents that are handed out. Doing it twice changes nothing."""
    related = ("sketch__call__programme", "sketch__organisation", "sketch__current_version", "sketch__outcome")
    disclosure = Disclosure.objects.select_related(*related, "sketch__application").get(pk=disclosure_id)
    try:
        if not actions.claim_disclosure(disclosure, at=timezone.now()):
            return
        with translation.override("sv"):
            title = f"Handlingar i ärende {disclosure.sketch.number}"
            pdf = html_to_pdf("pdf/grants/record.html", records.disclosure_context(disclosure), title=title)
        name = f"handlingar-{disclosure.sketch.number}-{disclosure.pk}.pdf"
        actions.finish_disclosure(disclosure, pdf=store.store_bytes(name, pdf, "application/pdf", by=None))
    except LostRace:
        log.info("the disclosure %s is made by somebody else", disclosure_id)
    except Exception as error:
        log.exception("the disclosure %s could not be made", disclosure_id)
        actions.fail_disclosure(disclosure, error=f"{type(error).__name__}: {error}")


@shared_task
def build_left_disclosures() -> None:
    """Takes up files that no worker has made, or that a worker has left half made."""
    before = timezone.now() - DISCLOSURE_WAIT
    for disclosure_id in Disclosure.objects.left_behind(before=before).values_list("pk", flat=True)[:20]:
        build_disclosure(disclosure_id)


@shared_task
def clear_parked_texts() -> None:
    """Texts nobody came back for are not kept longer than needed."""
    ParkedText.objects.filter(parked_at__lt=timezone.now() - PARKED_FOR).delete()
