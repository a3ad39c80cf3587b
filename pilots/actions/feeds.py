"""A person's own calendar address."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from pilots.models import CalendarFeed


@transaction.atomic
def renew_feed(user: Any, *, at: datetime | None = None) -> CalendarFeed:
    """Gives a new address; the old one stops working at once."""
    at = at or timezone.now()
    feed, made = CalendarFeed.objects.get_or_create(user_id=user.pk, defaults={"made_at": at, "number": 2})
    if not made:
        CalendarFeed.objects.filter(pk=feed.pk).update(number=F("number") + 1, made_at=at)
        feed.refresh_from_db()
    return feed
