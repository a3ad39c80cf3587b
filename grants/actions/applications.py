"""What can happen to an application while it is written, and when it is sent in."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import permissions
from grants.models import Application, ApplicationDraft
from grants.states import WRITING_STATES
from kraftsamling.lib.transitions import LostRace, TransitionRefused, claim

from .sketches import DraftConflict


def lock_application(application: Application) -> None:
    """Locks the application and reads its state anew, so that no older window writes into a case that has moved on."""
    locked = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    application.state, application.due_at = locked.state, locked.due_at


@transaction.atomic
def save_application_draft(
    application: Application, *, typed: dict[str, Any], names: frozenset[str], revision: int, by: Any, at: datetime | None = None
) -> int:
    """Keeps what was typed in one part of the application, right or wrong, and gives the new revision.

    `names` are the fields of that part; other parts are left as they are.
    Raises DraftConflict if the draft is not the one this window began from.
    """
    at = at or timezone.now()
    permissions.require(permissions.can_write_application(by, application))
    lock_application(application)
    if application.state not in WRITING_STATES:
        raise TransitionRefused(_("The application has been sent in and can no longer be changed."))
    draft = draft_of(application)
    content = {**{name: value for name, value in draft.content.items() if name not in names}, **typed}
    if draft.content == content and draft.revision == revision:
        return revision
    try:
        claim(draft, expecting={"revision": revision}, revision=revision + 1, content=content, saved_at=at, saved_by=by)
    except LostRace:
        raise DraftConflict from None
    return draft.revision


def draft_of(application: Application) -> ApplicationDraft:
    """The draft; applications invited before there was a form get theirs now."""
    draft, _made = ApplicationDraft.objects.get_or_create(application=application)
    return draft
