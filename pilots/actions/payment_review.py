"""What the economist can do with a payment request: approve, deduct or refuse row by row, return it, decide."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import day_text, stockholm_today
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from pilots import accounts_of_money, entitlement, payment_rules, signals
from pilots.models import CostEntry, PaymentRequest, Payout, PayoutKind
from pilots.permissions import money as permissions
from pilots.states import PAYMENT_MOVES, PaymentState

from .money_common import ZERO, members_of, next_reference, tell
from .payments import AT_ONCE, lock_request
from .recoveries import settle_what_is_even

Assessed = tuple[Kronor, str]
"""What is approved of a row, and why it is less than what was asked for."""


def _under_review(request: PaymentRequest, *, revision: int, by: Any) -> PaymentRequest:
    """The request as the economist has read it. Raises LostRace if anybody has changed it since."""
    require(permissions.can_review_payment(by, request.project))
    fresh = lock_request(request)
    if fresh.state != PaymentState.SUBMITTED:
        raise TransitionRefused(_("The request does not wait for the economist: it is decided, returned or withdrawn."))
    if fresh.revision != revision:
        raise LostRace
    return fresh


@transaction.atomic
def assess_rows(
    request: PaymentRequest, *, rows: Mapping[int, Assessed], revision: int, by: Any, at: datetime | None = None
) -> int:
    """Notes what is approved of each row. Less than what was asked for needs a reason, more is impossible."""
    at = at or timezone.now()
    fresh = _under_review(request, revision=revision, by=by)
    entries = list(CostEntry.objects.filter(request=fresh, pk__in=list(rows)))
    for entry in entries:
        entry.approved, entry.reason = rows[entry.pk]
        _guard_row(entry)
    CostEntry.objects.bulk_update(entries, ["approved", "reason"], batch_size=AT_ONCE)

    claim(request, expecting={"revision": revision, "state": PaymentState.SUBMITTED}, revision=revision + 1)
    return revision + 1


class RowRefused(TransitionRefused):
    """Something is wrong with what is said of one row, and which."""

    def __init__(self, text: str, *, row: int) -> None:
        super().__init__(text)
        self.row = row


def _guard_row(entry: CostEntry) -> None:
    approved = entry.approved
    if approved is None:
        raise RowRefused(_("Write what is approved of voucher %(voucher)s.") % {"voucher": entry.voucher}, row=entry.pk)
    words = {"voucher": entry.voucher, "approved": approved.exact, "amount": entry.amount.exact}
    if approved > entry.amount:
        text = _("Voucher %(voucher)s: %(approved)s is more than what is asked for, %(amount)s.")
        raise RowRefused(text % words, row=entry.pk)
    if entry.amount > ZERO and approved < ZERO:
        text = _("Voucher %(voucher)s: no less than 0 can be approved of a cost.")
        raise RowRefused(text % words, row=entry.pk)
    if approved < entry.amount and not entry.reason.strip():
        text = _("Voucher %(voucher)s: write why %(approved)s is approved of %(amount)s. The owner reads it.")
        raise RowRefused(text % words, row=entry.pk)


@transaction.atomic
def approve_rest(request: PaymentRequest, *, revision: int, by: Any, at: datetime | None = None) -> int:
    """Approves whole every row that nothing has been said about."""
    at = at or timezone.now()
    fresh = _under_review(request, revision=revision, by=by)

    CostEntry.objects.filter(request=fresh).not_assessed().update(approved=F("amount"), reason="")
    claim(request, expecting={"revision": revision, "state": PaymentState.SUBMITTED}, revision=revision + 1)
    return revision + 1


@transaction.atomic
def return_request(
    request: PaymentRequest, *, reason: str, due_on: date, revision: int, by: Any, at: datetime | None = None
) -> None:
    """Returns it for completion: what is missing, and by when. The owner can change it and send it in again."""
    at = at or timezone.now()
    fresh = _under_review(request, revision=revision, by=by)
    if not reason.strip():
        raise TransitionRefused(_("Write what is to be completed."))
    if due_on <= stockholm_today(at):
        raise TransitionRefused(_("The last day must lie ahead."))

    advance(
        fresh, PaymentState.RETURNED, table=PAYMENT_MOVES,
        returned_at=at, returned_by=by, return_reason=reason, return_due_on=due_on, revision=revision + 1,
    )  # fmt: skip

    audit.record("pilots.payment.return", fresh.project, by=by, at=at, number=fresh.number, reason=reason, due=day_text(due_on))
    tell(
        "payment_returned", fresh.project, to=members_of(fresh.project), path=fresh.get_absolute_url(),
        key=f"payment-returned-{fresh.pk}-{revision}", at=at, request=fresh.number, reason=reason, due_on=due_on,
    )  # fmt: skip
    request.refresh_from_db()


@transaction.atomic
def decide_request(
    request: PaymentRequest,
    *,
    amount: Kronor | None = None,
    lower_reason: str = "",
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> PaymentRequest:
    """A human decides what is paid: the formula's amount, or a lower one with a reason. Never more.

    The project's row is locked, so that the sum is worked out on everything that has been decided before.
    """
    at = at or timezone.now()
    fresh = _under_review(request, revision=revision, by=by)
    entries = CostEntry.objects.filter(request=fresh)
    _guard_decision(fresh, payment_rules.facts_of(fresh, on=stockholm_today(at)))
    found = entitlement.calculate(accounts_of_money.basis_of(fresh.project, more=entries.approved_so_far()))
    amount = _guard_amount(found.payable if amount is None else amount, found.payable, lower_reason)

    advance(
        fresh, PaymentState.DECIDED, table=PAYMENT_MOVES, decided_at=at, decided_by=by, formula=found.payable, amount=amount,
        lower_reason=lower_reason if amount < found.payable else "", calculation=accounts_of_money.frozen(found),
        revision=revision + 1,
    )  # fmt: skip
    if amount:
        Payout.objects.create(
            project=fresh.project, kind=PayoutKind.REQUEST, amount=amount, request=fresh,
            reference=next_reference(fresh.project), account=fresh.project.account, decided_at=at, decided_by=by,
        )  # fmt: skip
    settle_what_is_even(fresh.project, at=at)

    _record_decision(fresh, by=by, at=at)
    signals.payment_decided.send(PaymentRequest, request=fresh, at=at)
    request.refresh_from_db()
    return fresh


def _guard_decision(request: PaymentRequest, facts: payment_rules.Facts) -> None:
    if facts.left:
        raise TransitionRefused(
            ngettext(
                "%(count)d row has not been assessed. Approve it, or say what is deducted.",
                "%(count)d rows have not been assessed. Approve the rest, or say what is deducted.",
                facts.left,
            )
            % {"count": facts.left}
        )
    broken = [obstacle.text for obstacle in payment_rules.indirect_obstacles(request, facts, column="approved")]
    if broken:
        raise TransitionRefused(" ".join([*broken, _("Deduct what is above.")]))


def _guard_amount(amount: Kronor, most: Kronor, lower_reason: str) -> Kronor:
    if amount > most:
        raise TransitionRefused(
            _("%(amount)s is more than what can be paid, %(most)s. A higher amount is not possible.")
            % {"amount": amount.exact, "most": most.exact}
        )
    if amount < ZERO or amount.ore % 100:
        raise TransitionRefused(_("Payments are made in whole kronor, and never below 0."))
    if amount < most and not lower_reason.strip():
        raise TransitionRefused(
            _("The calculation gives %(most)s. Write why %(amount)s is to be paid.")
            % {"amount": amount.exact, "most": most.exact}
        )
    return amount


def _record_decision(request: PaymentRequest, *, by: Any, at: datetime) -> None:
    project, entries = request.project, CostEntry.objects.filter(request=request)
    asked, approved, amount = entries.total(), entries.approved_so_far(), request.amount or ZERO
    audit.record(
        "pilots.payment.decide", project, by=by, at=at, number=request.number,
        asked=asked.exact, approved=approved.exact, amount=amount.exact, reason=request.lower_reason,
    )  # fmt: skip
    deducted = [
        {"voucher": entry.voucher, "text": entry.text, "less": (entry.amount - entry.approved).exact, "reason": entry.reason}
        for entry in entries.filter(approved__lt=F("amount")).order_by("position")[:100]
        if entry.approved is not None
    ]
    tell(
        "payment_decided", project, to=members_of(project), path=request.get_absolute_url(),
        key=f"payment-decided-{request.pk}", at=at, request=request.number, asked=asked.exact, approved=approved.exact,
        amount=amount.exact, lower_reason=request.lower_reason, deducted=deducted,
        lines=[{**line, "amount": Kronor(line["amount"]).exact} for line in request.calculation["lines"]],
    )  # fmt: skip
