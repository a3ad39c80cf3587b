"""How the outbox is doing, for the health page and for those who watch it."""

from datetime import datetime, timedelta

from django.db.models import Min

from .models import Message


def oldest_waiting(at: datetime) -> timedelta | None:
    """How long the oldest message that is due has waited; None if nothing waits."""
    oldest = Message.objects.due(at=at).aggregate(oldest=Min("next_attempt_at"))["oldest"]
    return at - oldest if oldest else None
