"""What can happen to the public documents of a case: marked with a warning, and gathered to be handed out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import permissions
from grants.models import Disclosure, SecrecyMark, Sketch
from grants.states import DISCLOSURE_MOVES, DisclosureState
from kraftsamling.audit import log as audit
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.transitions import TransitionRefused, advance, claim

MOST_ATTEMPTS = 3


@transaction.atomic
def mark_document(
    sketch: Sketch, *, document: str, title: str, section: str, authority: str, by: Any, at: datetime | None = None
) -> SecrecyMark:
    """Marks that something in the document may be secret, with section, date and authority (OSL 5 kap. 5 §)."""
    at = at or timezone.now()
    permissions.require(permissions.can_handle_sketch(by, sketch))
    Sketch.objects.select_for_update(of=("self",)).get(pk=sketch.pk)
    if SecrecyMark.objects.filter(sketch=sketch, document=document, removed_at=None).exists():
        raise TransitionRefused(_("The document is marked already. Take that mark away first."))

    mark = SecrecyMark.objects.create(
        sketch=sketch, document=document, section=section, authority=authority, marked_at=at, marked_by=by
    )

    audit.record("grants.record.mark", sketch, by=by, at=at, document=title, section=section)
    return mark


@transaction.atomic
def unmark_document(mark: SecrecyMark, *, title: str, by: Any, at: datetime | None = None) -> None:
    """Takes the warning away. The mark is kept with who took it away and when."""
    at = at or timezone.now()
    permissions.require(permissions.can_handle_sketch(by, mark.sketch))

    claim(mark, expecting={"removed_at": None}, removed_at=at, removed_by=by)

    audit.record("grants.record.unmark", mark.sketch, by=by, at=at, document=title, section=mark.section)


@transaction.atomic
def disclose_documents(
    sketch: Sketch,
    *,
    documents: Sequence[str],
    titles: Sequence[str],
    left_out: str = "",
    without_contacts: bool = False,
    by: Any,
    at: datetime | None = None,
) -> Disclosure:
    """Orders one file of the chosen documents. Kept: who, when and which; not for whom, since anybody may ask unnamed."""
    at = at or timezone.now()
    permissions.require(permissions.can_handle_sketch(by, sketch))
    if not documents:
        raise TransitionRefused(_("Tick the documents to hand out."))

    disclosure = Disclosure.objects.create(
        sketch=sketch, documents=list(documents), left_out=left_out, without_contacts=without_contacts, asked_at=at, asked_by=by
    )

    audit.record("grants.record.disclose", sketch, by=by, at=at, documents="; ".join(titles))
    return disclosure


@transaction.atomic
def claim_disclosure(disclosure: Disclosure, *, at: datetime) -> bool:
    """Takes the work for one worker. After some attempts it is given up with a reason, so that nobody waits in vain."""
    if disclosure.state != DisclosureState.PENDING:
        return False
    if disclosure.attempts >= MOST_ATTEMPTS:
        fail_disclosure(disclosure, error=_("The file could not be made, although we tried several times."))
        return False
    expecting = {"state": DisclosureState.PENDING, "claimed_at": disclosure.claimed_at, "attempts": disclosure.attempts}
    claim(disclosure, expecting=expecting, claimed_at=at, attempts=disclosure.attempts + 1)
    return True


@transaction.atomic
def finish_disclosure(disclosure: Disclosure, *, pdf: StoredFile) -> None:
    advance(disclosure, DisclosureState.READY, table=DISCLOSURE_MOVES, pdf=pdf, error="")


@transaction.atomic
def fail_disclosure(disclosure: Disclosure, *, error: str) -> None:
    advance(disclosure, DisclosureState.FAILED, table=DISCLOSURE_MOVES, error=error[:300])


@transaction.atomic
def retry_disclosure(disclosure: Disclosure, *, by: Any, at: datetime | None = None) -> None:
    """Once more, after it could not be made."""
    at = at or timezone.now()
    permissions.require(permissions.can_handle_sketch(by, disclosure.sketch))

    advance(disclosure, DisclosureState.PENDING, table=DISCLOSURE_MOVES, error="", attempts=0, claimed_at=None)

    audit.record("grants.record.retry", disclosure.sketch, by=by, at=at)
