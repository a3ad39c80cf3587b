"""The files beside a change: added and taken away while it is written, frozen when it is sent."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.transitions import TransitionRefused, claim
from pilots.models import ChangeFile, ChangeRequest
from pilots.permissions import projects as permissions
from pilots.states import ChangeState

MOST_FILES = 20


@transaction.atomic
def add_file(change: ChangeRequest, *, file: StoredFile, kind: str, by: Any, at: datetime | None = None) -> ChangeFile:
    """Lays a file beside the draft, for example the new owner's consent."""
    at = at or timezone.now()
    fresh = _writable(change, by=by)
    if fresh.files.filter(removed_at=None).count() >= MOST_FILES:
        raise TransitionRefused(_("A change can have at most %(count)d files.") % {"count": MOST_FILES})

    link = ChangeFile.objects.create(change=fresh, file=file, kind=kind, added_at=at, added_by=by)
    _new_revision(fresh)

    audit.record("pilots.change.add_file", fresh, by=by, at=at, name=file.name, sha256=file.sha256)
    return link


@transaction.atomic
def remove_file(link: ChangeFile, *, by: Any, at: datetime | None = None) -> None:
    """Takes a file away from the draft."""
    at = at or timezone.now()
    fresh = _writable(link.change, by=by)

    claim(link, expecting={"removed_at": None}, removed_at=at, removed_by=by)
    _new_revision(fresh)

    audit.record("pilots.change.remove_file", fresh, by=by, at=at, name=link.file.name)


def _writable(change: ChangeRequest, *, by: Any) -> ChangeRequest:
    """With the row locked, so that nothing is laid beside a change that is being sent."""
    require(permissions.can_write_change(by, change))
    fresh = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=change.pk)
    refuse_sent(fresh)
    return fresh


def refuse_sent(change: ChangeRequest) -> None:
    if not change.is_draft:
        raise TransitionRefused(_("The change has been sent or taken back, and its files can no longer be changed."))


def _new_revision(change: ChangeRequest) -> None:
    """Who has read the draft without the file has not read what is sent."""
    claim(change, expecting={"revision": change.revision, "state": ChangeState.DRAFT}, revision=change.revision + 1)


def files_as_json(change: ChangeRequest) -> dict[str, Any]:
    """For the checksum: what each file is and its own checksum. Nothing where there are none."""
    files = [[link.kind, link.file.name, link.file.sha256] for link in change.files.kept()]
    return {"files": files} if files else {}
