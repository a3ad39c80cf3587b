"""What the workers do for the registry: each fetches and calls one action."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from pilots import builds
from pilots.actions import evaluations, report_reminders, steering


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
