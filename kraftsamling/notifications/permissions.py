"""Who may watch over messages: predicates only."""

from typing import Any

from .models import ADMINISTRATOR, OUTBOX_ROLES, Message


def can_see_outbox(user: Any) -> bool:
    return user.is_authenticated and any(role in OUTBOX_ROLES for _programme, role in user.programme_roles)


def can_handle_message(user: Any, message: Message) -> bool:
    """Send it again, or say that it arrived."""
    if not user.is_authenticated:
        return False
    if message.programme_id is None:
        return any(role == ADMINISTRATOR for _programme, role in user.programme_roles)
    return any((message.programme_id, role) in user.programme_roles for role in OUTBOX_ROLES)
