"""Payments on their way: the file for the finance system, the days they were paid, and one that is cancelled."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.files import store
from kraftsamling.lib.dates import day_text, stockholm_today
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.spreadsheet import XLSX_TYPE, csv_text, xlsx_bytes
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance
from kraftsamling.programmes.models import Programme
from pilots.models import Payout, PayoutBatch
from pilots.permissions import money as permissions
from pilots.states import PAYOUT_MOVES, PayoutState, ProjectState

from .money_common import ZERO, lock_project

CSV_TYPE = "text/csv"


@transaction.atomic
def make_batch(programme: Programme, *, by: Any, at: datetime | None = None) -> PayoutBatch:
    """All that is to be paid goes into one file, once. The programme's row is locked, so that two files never share a payment."""
    at = at or timezone.now()
    require(permissions.can_see_payouts(by, programme))
    Programme.objects.select_for_update().get(pk=programme.pk)
    payouts = list(
        Payout.objects.handled_by(by).filter(project__programme=programme).to_be_sent().select_for_update(of=("self",))
        .select_related("project__owner").order_by("pk")
    )  # fmt: skip
    payouts = [payout for payout in payouts if not permissions.takes_part(by, payout.project)]
    if not payouts:
        raise TransitionRefused(_("There is nothing to pay."))

    last = PayoutBatch.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0
    batch = _stored(programme, payouts, number=last + 1, by=by, at=at)
    batch.made_with.set(payouts)
    for payout in payouts:
        advance(payout, PayoutState.EXPORTED, table=PAYOUT_MOVES, exported_at=at, batch=batch)

    for payout in payouts:
        audit.record("pilots.payout.export", payout.project, by=by, at=at, reference=payout.reference, batch=batch.number)
    return batch


def _stored(programme: Programme, payouts: Sequence[Payout], *, number: int, by: Any, at: datetime) -> PayoutBatch:
    with translation.override(settings.LANGUAGE_CODE):
        header, rows = header_of_file(), [row_of_file(payout) for payout in payouts]
        title = _("Payments %(number)d") % {"number": number}
    name = f"betalningar-{number}"
    return PayoutBatch.objects.create(
        programme=programme, number=number, made_at=at, made_by=by, count=len(payouts),
        total=sum((payout.amount for payout in payouts), ZERO),
        csv=store.store_bytes(f"{name}.csv", csv_text(header, rows).encode(), CSV_TYPE, by=by, at=at),
        xlsx=store.store_bytes(f"{name}.xlsx", xlsx_bytes(title, header, rows), XLSX_TYPE, by=by, at=at),
    )  # fmt: skip


def header_of_file() -> list[str]:
    return [
        _("Reference"), _("Amount, kronor"), _("Receiver"), _("Organisation number"), _("Account"), _("Project"),
        _("Registry number"), _("Kind"), _("Decided"), _("Paid"),
    ]  # fmt: skip


def row_of_file(payout: Payout) -> list[Any]:
    """The last column is for the finance system to fill in, so that the same sheet can be read back."""
    project = payout.project
    return [
        payout.reference, payout.amount, project.owner.name, project.owner.org_number, payout.account, project.title,
        project.registry_number, str(payout.get_kind_display()), stockholm_today(payout.decided_at), "",
    ]  # fmt: skip


# ---- Read back


class PaidRow(NamedTuple):
    """A payment that the finance system says has been made."""

    reference: str
    amount: Kronor
    paid_on: date


@transaction.atomic
def mark_paid(rows: Sequence[PaidRow], *, by: Any, at: datetime | None = None) -> int:
    """Books the days, all or none. Raises TransitionRefused for a reference that does not wait, or another amount."""
    at = at or timezone.now()
    found = {
        payout.reference: payout
        for payout in Payout.objects.handled_by(by)
        .filter(reference__in=[row.reference for row in rows])
        .select_related("project")
    }
    for row in rows:
        payout = found.get(row.reference)
        if payout is None or payout.state != PayoutState.EXPORTED or payout.amount != row.amount:
            raise TransitionRefused(_("%(reference)s does not wait to be paid with that amount.") % {"reference": row.reference})
        require(permissions.can_see_payouts(by, payout.project.programme_id))
        if row.paid_on > stockholm_today(at):
            raise TransitionRefused(_("%(reference)s: the day has not come yet.") % {"reference": row.reference})
        if row.paid_on < stockholm_today(payout.decided_at):
            raise TransitionRefused(_("%(reference)s: it was decided later than that day.") % {"reference": row.reference})
        advance(payout, PayoutState.PAID, table=PAYOUT_MOVES, paid_on=row.paid_on)
        audit.record(
            "pilots.payout.paid", payout.project, by=by, at=at, reference=payout.reference, amount=payout.amount.exact,
            day=day_text(row.paid_on),
        )  # fmt: skip
    return len(rows)


@transaction.atomic
def cancel_payout(payout: Payout, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """Takes back a payment that is in no file yet. Its amount can be paid by a later decision."""
    at = at or timezone.now()
    require(permissions.can_review_payment(by, payout.project))
    if not reason.strip():
        raise TransitionRefused(_("Write why the payment is cancelled."))
    if lock_project(payout.project).state != ProjectState.RUNNING:
        raise TransitionRefused(
            _(
                "The project is settled, so nothing could pay it afterwards. If the account was wrong, let it come back from the file."
            )
        )

    advance(payout, PayoutState.CANCELLED, table=PAYOUT_MOVES, cancelled_at=at, cancelled_by=by, cancel_reason=reason)

    audit.record(
        "pilots.payout.cancel",
        payout.project,
        by=by,
        at=at,
        reference=payout.reference,
        amount=payout.amount.exact,
        reason=reason,
    )


@transaction.atomic
def take_back_from_file(payout: Payout, *, reason: str, by: Any, at: datetime | None = None) -> None:
    """The finance system could not pay it, for example because the account was wrong: it waits for the next file."""
    at = at or timezone.now()
    require(permissions.can_review_payment(by, payout.project))
    if not reason.strip():
        raise TransitionRefused(_("Write why the payment could not be made."))
    if payout.state != PayoutState.EXPORTED:
        raise LostRace
    account = lock_project(payout.project).account

    advance(payout, PayoutState.DECIDED, table=PAYOUT_MOVES, exported_at=None, batch=None, account=account)

    audit.record("pilots.payout.take_back", payout.project, by=by, at=at, reference=payout.reference, reason=reason)
