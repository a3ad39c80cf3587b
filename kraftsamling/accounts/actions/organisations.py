"""What happens to an organisation itself."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kraftsamling.accounts.identity import parse_org_number
from kraftsamling.accounts.models import Membership, Organisation, User
from kraftsamling.accounts.permissions import can_change_organisation, require
from kraftsamling.audit import log as audit
from kraftsamling.lib.text import clean_text
from kraftsamling.lib.transitions import TransitionRefused, claim
from kraftsamling.places.models import Municipality


@transaction.atomic
def register_organisation(
    *, name: str, org_number: str, kind: str, legal_form: str, seat: Municipality, by: User, at: datetime | None = None
) -> Organisation:
    """Registers the organisation with the person as its first member and contact.

    Raises TransitionRefused if it is here already: then the person asks to join instead.
    """
    organisation = Organisation(
        name=clean_text(name).strip(),
        org_number=parse_org_number(org_number),
        kind=kind,
        legal_form=legal_form,
        seat=seat,
    )
    try:
        with transaction.atomic():
            organisation.save(force_insert=True)
    except IntegrityError:
        raise TransitionRefused(_("The organisation is here already. Ask to join it.")) from None
    add_member(organisation, by)
    audit.record("accounts.organisation.register", organisation, by=by, at=at or timezone.now())
    return organisation


@transaction.atomic
def change_organisation(organisation: Organisation, *, by: User, at: datetime | None = None, **values: Any) -> None:
    """Changes name, kind, legal form or seat. The organisation number is what it is and never changes."""
    require(can_change_organisation(by, organisation))
    changed = {field: value for field, value in values.items() if getattr(organisation, field) != value}
    if not changed:
        return
    expecting = {field: getattr(organisation, field) for field in changed}
    claim(organisation, expecting=expecting, **changed)
    audit.record("accounts.organisation.change", organisation, by=by, at=at, fields=sorted(changed))


def add_member(organisation: Organisation, user: User) -> bool:
    """Whether the person was not a member before."""
    _membership, is_new = Membership.objects.get_or_create(organisation=organisation, user=user)
    forget_organisations(user)
    return is_new


def forget_organisations(user: User) -> None:
    """The memberships that the request has read already no longer hold."""
    user.__dict__.pop("organisation_ids", None)
