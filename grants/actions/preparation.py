"""What can happen in the preparation of an application: the checklist saved, a certificate laid in, the aid registered."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import permissions
from grants.models import Application, Preparation, StateAid
from grants.states import UNDECIDED_STATES, ApplicationState
from kraftsamling.audit import log as audit
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import TransitionRefused, claim

from .locks import lock_application

PREPARED_STATES = UNDECIDED_STATES
"""In these an application is prepared, also while the organisation completes it."""


def preparation_of(application: Application) -> Preparation:
    """The preparation, begun now if it has not been."""
    found, _made = Preparation.objects.get_or_create(application=application)
    return found


@transaction.atomic
def save_preparation(
    application: Application, *, values: Mapping[str, Any], revision: int, by: Any, at: datetime | None = None
) -> Preparation:
    """Keeps the checklist. `revision` is the one seen: LostRace if a colleague has changed it in the meantime."""
    at = at or timezone.now()
    permissions.require(permissions.can_handle_application(by, application))
    _lock_prepared(application)
    preparation = preparation_of(application)
    changes = dict(values)
    _require_come(changes.get("euro_rate_on"), _("The day of the rate has not come yet."), at=at)
    aid = (changes.get("state_aid", preparation.state_aid), changes.get("state_aid_reason", preparation.state_aid_reason).strip())
    if aid[0] and not aid[1]:
        raise TransitionRefused(_("Write why you assess the state aid as you do."))
    if aid != (preparation.state_aid, preparation.state_aid_reason):
        changes |= {"state_aid_at": at if aid[0] else None, "state_aid_by": by if aid[0] else None}

    claim(preparation, expecting={"revision": revision}, revision=revision + 1, saved_at=at, saved_by=by, **changes)

    audit.record("grants.preparation.save", application.sketch, by=by, at=at)
    if "state_aid_at" in changes:
        label = str(StateAid(aid[0]).label) if aid[0] else "–"
        audit.record("grants.preparation.state_aid", application.sketch, by=by, at=at, aid=label, reason=aid[1])
    return preparation


@transaction.atomic
def add_certificate(application: Application, *, file: StoredFile, by: Any, at: datetime | None = None) -> None:
    """Lays a certificate of de minimis aid in the case. None is ever taken away."""
    permissions.require(permissions.can_handle_application(by, application))
    _lock_prepared(application)

    preparation_of(application).certificates.add(file)

    audit.record("grants.preparation.certificate", application.sketch, by=by, at=at, name=file.name, sha256=file.sha256)


@transaction.atomic
def note_aid_registered(application: Application, *, on: date, by: Any, at: datetime | None = None) -> None:
    """Notes that granted de minimis aid has been registered, as the law asks for (lag 2013:388, 12 a §)."""
    _require_come(on, _("The day of the registration has not come yet."), at=at or timezone.now())
    permissions.require(permissions.can_handle_application(by, application))
    lock_application(application)
    if (
        application.state != ApplicationState.GRANTED
        or not Preparation.objects.filter(application=application, state_aid=StateAid.DE_MINIMIS).exists()
    ):
        raise TransitionRefused(_("There is no granted de minimis aid to register."))

    claim(application.preparation, expecting={"aid_registered_on": None}, aid_registered_on=on)

    audit.record("grants.preparation.registered", application.sketch, by=by, at=at, on=on.isoformat())


def _require_come(day: date | None, refusal: str, *, at: datetime) -> None:
    if day and day > stockholm_today(at):
        raise TransitionRefused(refusal)


def _lock_prepared(application: Application) -> None:
    lock_application(application)
    if application.state not in PREPARED_STATES:
        raise TransitionRefused(_("The application is not being prepared: it has been decided or taken back, or is not sent in."))
