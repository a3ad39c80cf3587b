"""Bundles what people want once a day or once a week into one mail."""

from datetime import datetime
from typing import Any

from django.db import transaction

from .letters import SIGNATURE, new_message
from .models import Category, Message, MessageState

KIND = "notifications/digest"


def bundle(*, at: datetime) -> int:
    """Writes one digest to each person whose digest is due. Returns how many."""
    receivers = list(Message.objects.digest_due(at=at).order_by("to_id").values_list("to_id", flat=True).distinct())
    return sum(_bundle_for(user_id, at=at) for user_id in receivers)


@transaction.atomic
def _bundle_for(user_id: int, *, at: datetime) -> bool:
    messages = list(
        Message.objects.digest_due(at=at).filter(to_id=user_id).select_related("to").order_by("programme_id", "written_at", "pk")
    )
    if not messages:
        return False
    digest = _digest_of(messages, at=at)
    taken = Message.objects.filter(pk__in=[message.pk for message in messages], state=MessageState.DIGEST)
    if taken.update(state=MessageState.BUNDLED, digest=digest) != len(messages):
        raise RuntimeError("somebody else bundled the same messages")
    return True


def _digest_of(messages: list[Message], *, at: datetime) -> Message:
    categories = sorted({message.category for message in messages})
    programmes = {message.programme_id for message in messages}
    digest = new_message(
        KIND,
        {"items": [_item(message) for message in messages], "count": len(messages)},
        user=messages[0].to,
        email=messages[0].to.email.lower(),  # type: ignore[union-attr]
        category=categories[0] if len(categories) == 1 else Category.NEWS,
        categories=categories,
    )
    digest.programme_id = programmes.pop() if len(programmes) == 1 else None
    digest.written_at = digest.next_attempt_at = at
    digest.save(force_insert=True)
    return digest


def _item(message: Message) -> dict[str, Any]:
    return {"subject": message.subject, "text": message.text.partition(SIGNATURE)[0].strip(), "written_at": message.written_at}
