"""What the workers do for the registry: each fetches and calls one action."""

import logging
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone, translation

from kraftsamling.files import store
from kraftsamling.lib.handover import after_commit
from kraftsamling.lib.pdf import html_to_pdf
from kraftsamling.lib.transitions import LostRace
from pilots import builds, change_documents
from pilots.actions import change_letters, evaluations, report_reminders, steering
from pilots.models import ChangeDecision

log = logging.getLogger(__name__)

LETTER_WAIT = timedelta(minutes=2)
MOST_LETTERS = 100


@shared_task(bind=True, soft_time_limit=240)
def make_document(self: Any, build_id: int) -> None:
    """A task that is handed out again because its process was killed has the same id, and so may take up its own work."""
    builds.run(build_id, worker=str(self.request.id or ""))


@shared_task
def take_up_left_documents() -> None:
    builds.take_up_left(at=timezone.now())


@shared_task
def remind_about_reports() -> None:
    report_reminders.remind_about_reports(at=timezone.now())


@shared_task
def ask_for_follow_ups() -> None:
    """Once a day; years that were missed are caught up with."""
    evaluations.ask_for_follow_ups(at=timezone.now())


@shared_task
def write_steering_letters() -> None:
    """Every day from the first weekday of the month; whoever has been written to this month is left alone."""
    steering.write_due_letters(at=timezone.now())


@shared_task
def build_change_letter(decision_id: int) -> None:
    """Builds the letter of a change decision, lays it beside the change and mails it. Doing it twice changes nothing."""
    decision = ChangeDecision.objects.with_details().get(pk=decision_id)
    if decision.letter_id:
        return
    with translation.override("sv"):
        title = change_documents.letter_title(decision)
        pdf = html_to_pdf("pdf/pilots/change_decision.html", change_documents.letter_context(decision), title=title)
    stored = store.store_bytes(change_documents.letter_name(decision), pdf, "application/pdf", by=None)
    try:
        change_letters.attach_change_letter(decision, pdf=stored)
    except LostRace:
        log.info("the letter of change decision %s was already there", decision_id)


@shared_task
def build_missing_change_letters() -> None:
    """Takes up letters that no worker has built; each in a task of its own, so that one that fails does not stop the others."""
    left = ChangeDecision.objects.without_letter(before=timezone.now() - LETTER_WAIT)
    for decision_id in left.values_list("pk", flat=True)[:MOST_LETTERS]:
        after_commit(build_change_letter, decision_id)
