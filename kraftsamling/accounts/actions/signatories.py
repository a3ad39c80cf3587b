"""Who may sign for an organisation, with the proof."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kraftsamling.accounts.models import Organisation, Signatory, User
from kraftsamling.accounts.permissions import can_register_signatory, require
from kraftsamling.audit import log as audit
from kraftsamling.files import store
from kraftsamling.lib.text import clean_text
from kraftsamling.lib.transitions import TransitionRefused, claim


@transaction.atomic
def add_signatory(
    organisation: Organisation,
    *,
    name: str,
    proof: Any,
    valid_from_on: date,
    by: User,
    title: str = "",
    user: User | None = None,
    jointly: bool = False,
    valid_to_on: date | None = None,
    at: datetime | None = None,
) -> Signatory:
    """Registers an authorised signatory and keeps the proof byte for byte.

    Raises ValidationError if the file cannot be accepted, TransitionRefused if the person with an account is no member.
    """
    at = at or timezone.now()
    require(can_register_signatory(by, organisation))
    if user and not User.objects.members_of(organisation).filter(pk=user.pk).exists():
        raise TransitionRefused(_("That person does not belong to the organisation. Invite them first."))
    signatory = Signatory.objects.create(
        organisation=organisation,
        name=clean_text(name).strip(),
        title=clean_text(title).strip(),
        user=user,
        jointly=jointly,
        proof=store.store(proof, by=by, at=at),
        valid_from_on=valid_from_on,
        valid_to_on=valid_to_on,
        registered_at=at,
        registered_by=by,
    )
    audit.record(
        "accounts.organisation.add_signatory", organisation, by=by, at=at, name=signatory.name, proof=signatory.proof.name
    )
    return signatory


@transaction.atomic
def end_signatory(signatory: Signatory, *, on: date, by: User, at: datetime | None = None) -> None:
    """The day is the last one on which the person may sign."""
    require(can_register_signatory(by, signatory.organisation))
    if on < signatory.valid_from_on:
        raise TransitionRefused(_("The last day cannot be before the first."))
    if signatory.valid_to_on and signatory.valid_to_on < on:
        raise TransitionRefused(_("The signatory is already valid no longer than that day."))
    claim(signatory, expecting={"valid_to_on": signatory.valid_to_on}, valid_to_on=on)
    audit.record(
        "accounts.organisation.end_signatory", signatory.organisation, by=by, at=at, name=signatory.name, on=on.isoformat()
    )
