"""Deliver one message, sweep up what waits, and bundle the digests."""

from celery import shared_task
from django.utils import timezone

from . import delivery, digests


@shared_task
def deliver(message_id: int) -> None:
    delivery.deliver(message_id)


@shared_task
def sweep() -> None:
    """What a broker or a worker lost is found here: the database is the queue, the broker only makes it fast."""
    delivery.take_back_stuck(at=timezone.now())
    digests.bundle(at=timezone.now())
    delivery.deliver_due()


@shared_task
def send_digests() -> None:
    digests.bundle(at=timezone.now())
    delivery.deliver_due()
