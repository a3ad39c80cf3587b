"""How often each receiver wants what, and the signed link that turns a category off without log-in."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from kraftsamling.lib.dates import STOCKHOLM

from .models import ALWAYS_SENT, Category, Frequency, Preference, TurnedOffAddress

DIGEST_HOUR = 7
_SALT = "notifications.unsubscribe"


class WrongTokenError(Exception):
    """The link was not made by us, or has been broken on its way."""


def frequencies(user: Any) -> dict[str, str]:
    """Every category with how often the person wants it."""
    chosen = dict(Preference.objects.filter(user=user).values_list("category", "frequency"))
    return {category: chosen.get(category, Frequency.AT_ONCE) for category in Category.values}


def wanted(category: str, users: Iterable[Any], emails: Iterable[str]) -> tuple[dict[int, str], frozenset[str]]:
    """Frequency per user key, and the addresses without account that have turned the category off."""
    if category in ALWAYS_SENT:
        return {}, frozenset()
    chosen = Preference.objects.filter(category=category, user__in=list(users)).values_list("user_id", "frequency")
    emails = list(emails)
    off = TurnedOffAddress.objects.filter(category=category, email__in=emails).values_list("email", flat=True) if emails else ()
    return dict(chosen), frozenset(off)


def next_digest(frequency: str, *, at: datetime) -> datetime:
    """The first digest after the moment: every day at 07.00, or on Mondays at 07.00."""
    local = at.astimezone(STOCKHOLM)
    day = local.date()
    if local.time() >= time(DIGEST_HOUR):
        day += timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        day += timedelta(days=-day.weekday() % 7)
    return datetime.combine(day, time(DIGEST_HOUR), tzinfo=STOCKHOLM)


def token_for(*, user_id: int | None, email: str, categories: Iterable[str]) -> str:
    who = {"u": user_id} if user_id else {"e": email}
    return signing.dumps({**who, "c": sorted(categories)}, salt=_SALT)


def read_token(token: str) -> dict[str, Any]:
    """Raises WrongTokenError."""
    try:
        content = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise WrongTokenError from error
    return {"user_id": content.get("u"), "email": content.get("e", ""), "categories": content["c"]}


def unsubscribe_url(*, user_id: int | None, email: str, categories: Iterable[str]) -> str:
    """Empty if there is nothing that may be turned off."""
    categories = [category for category in categories if category not in ALWAYS_SENT]
    if not categories:
        return ""
    return settings.SITE_URL + reverse("unsubscribe", args=[token_for(user_id=user_id, email=email, categories=categories)])


def preferences_url() -> str:
    return settings.SITE_URL + reverse("mail_preferences")
