"""Money that comes back: the owner is heard, a human decides with ground and amount per payment, repayments are booked."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.models import ReleaseReason
from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import day_text, stockholm_today
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from pilots import accounts_of_money, decided_facts, signals
from pilots.models import PaymentRequest, Payout, PayoutKind, Project, Recovery, RecoveryGround, RecoveryPart
from pilots.permissions import money as permissions
from pilots.states import PROJECT_MOVES, RECOVERY_MOVES, PayoutState, ProjectState, RecoveryState

from .frames import release_frame
from .money_common import ZERO, economists_of, lock_project, members_of, next_reference, tell


@transaction.atomic
def open_recovery(
    project: Project, *, ground: str, text: str, hearing_due_on: date, by: Any, at: datetime | None = None
) -> Recovery:
    """Tells the owner what has come up, and by when it can answer, before anything is decided (förvaltningslagen 25 §)."""
    at = at or timezone.now()
    require(permissions.can_decide_on_money(by, project))
    project = lock_project(project)
    if not text.strip():
        raise TransitionRefused(_("Write what has come up, so that the owner can answer it."))
    if hearing_due_on <= stockholm_today(at):
        raise TransitionRefused(_("The last day must lie ahead."))
    return begin_hearing(project, ground=ground, text=text, hearing_due_on=hearing_due_on, by=by, at=at)


def begin_hearing(project: Project, *, ground: str, text: str, hearing_due_on: date, by: Any, at: datetime) -> Recovery:
    """Also what the final settlement does with an over-payment."""
    try:
        with transaction.atomic():
            made = Recovery.objects.create(
                project=project, ground=ground, text=text, hearing_due_on=hearing_due_on, opened_at=at, opened_by=by
            )
    except IntegrityError:
        raise TransitionRefused(_("The owner is being heard about a recovery already. Decide on that one first.")) from None

    audit.record("pilots.recovery.open", project, by=by, at=at, ground=ground, text=text, due=day_text(hearing_due_on))
    tell(
        "recovery_hearing", project, to=members_of(project), path=made.get_absolute_url(), key=f"recovery-{made.pk}-hearing",
        at=at, ground=made.get_ground_display(), text=text, due_on=hearing_due_on,
    )  # fmt: skip
    return made


@transaction.atomic
def answer_recovery(made: Recovery, *, answer: str, by: Any, at: datetime | None = None) -> None:
    """The owner's answer. It can be written anew until the decision."""
    at = at or timezone.now()
    require(permissions.can_ask_for_money(by, made.project))
    if made.state != RecoveryState.HEARING:
        raise TransitionRefused(_("The recovery has been decided on, so it can no longer be answered here."))
    if not answer.strip():
        raise TransitionRefused(_("Write your answer."))

    claim(made, expecting={"state": RecoveryState.HEARING}, answer=answer, answered_at=at, answered_by=by)

    audit.record("pilots.recovery.answer", made.project, by=by, at=at, answer=answer)
    tell(
        "recovery_answered", made.project, to=economists_of(made.project), path=made.get_absolute_url(),
        key=f"recovery-{made.pk}-answer-{at.isoformat()}", at=at, answer=answer,
    )  # fmt: skip


# ---- The decision


@transaction.atomic
def decide_recovery(
    made: Recovery, *, parts: Mapping[int, Kronor], reasons: str, interest_basis: str, whole: bool = False, presenter: str = "",
    by: Any, at: datetime | None = None,
) -> Recovery:  # fmt: skip
    """A human decides how much of each payment is to come back. Revoking the whole grant ends the project."""
    at = at or timezone.now()
    require(permissions.can_decide_on_money(by, made.project))
    project = lock_project(made.project)
    made.refresh_from_db(fields=["state", "answered_at", "answer", "hearing_due_on"])
    made.project = project
    _guard_hearing(made, at=at)
    if not reasons.strip() or not interest_basis.strip():
        raise TransitionRefused(_("Write the reasons, and the interest: rate and from which day, or why none is asked for."))
    chosen = _guarded_parts(project, parts, at=at)
    amount = sum((part for _payout, part in chosen), ZERO)
    _guard_amount(made, project, amount, whole=whole)

    advance(
        made, RecoveryState.DECIDED, table=RECOVERY_MOVES, amount=amount, reasons=reasons, interest_basis=interest_basis,
        whole=whole, decided_at=at, decided_by=by,
        facts=decided_facts.of_recovery(made, project, by=by, presenter=presenter, whole=whole),
    )  # fmt: skip
    RecoveryPart.objects.bulk_create(RecoveryPart(recovery=made, payout=payout, amount=part) for payout, part in chosen)
    if whole and project.state == ProjectState.RUNNING:
        advance(project, ProjectState.REVOKED, table=PROJECT_MOVES, closed_at=at)
        release_frame(project, reason=ReleaseReason.REVOCATION, at=at)
    _record_decision(made, by=by, at=at)
    settle_what_is_even(project, at=at)
    made.refresh_from_db()
    return made


def _guard_hearing(made: Recovery, *, at: datetime) -> None:
    if made.state != RecoveryState.HEARING:
        raise LostRace
    if made.answered_at is None and stockholm_today(at) <= made.hearing_due_on:
        raise TransitionRefused(
            _("The owner has not answered, and has until %(day)s to do so. Decide after that day.")
            % {"day": day_text(made.hearing_due_on)}
        )


def _guarded_parts(project: Project, parts: Mapping[int, Kronor], *, at: datetime) -> list[tuple[Payout, Kronor]]:
    """Each payment with its part: no more than it was, no more than is left of it, within its own ten years."""
    chosen = []
    payouts = {payout.pk: payout for payout in recoverable_of(project)}
    for key, part in parts.items():
        if not part:
            continue
        payout = payouts.get(key)
        if payout is None:
            raise TransitionRefused(_("Choose among the payments that have been made to the project."))
        left = payout.left_to_recover  # type: ignore[attr-defined]
        if part < ZERO or part > left:
            raise TransitionRefused(
                _("Of %(reference)s at most %(left)s can be recovered.") % {"reference": payout.reference, "left": left.exact}
            )
        until = payout.recoverable_until_on
        if until is None or stockholm_today(at) > until:
            raise TransitionRefused(
                _("%(reference)s was paid more than ten years ago and can no longer be recovered (2003:596, 13 §).")
                % {"reference": payout.reference}
            )
        chosen.append((payout, part))
    return chosen


def recoverable_of(project: Project) -> list[Payout]:
    """The payments that have been made, each with left_to_recover; the newest first."""
    payouts = list(Payout.objects.filter(project=project).paid().outgoing().order_by("-paid_on", "-pk"))
    taken = (
        RecoveryPart.objects.filter(payout__project=project).order_by().values("payout").annotate(sum=Sum("amount"))
        .values_list("payout", "sum")
    )  # fmt: skip
    known = dict(taken)
    for payout in payouts:
        payout.left_to_recover = payout.amount - known.get(payout.pk, ZERO)  # type: ignore[attr-defined]
    return payouts


def _guard_amount(made: Recovery, project: Project, amount: Kronor, *, whole: bool) -> None:
    paid = Payout.objects.filter(project=project).counting().total()
    if amount > paid:
        raise TransitionRefused(
            _("%(amount)s is more than what the project has been paid and not repaid, %(paid)s.")
            % {"amount": amount.exact, "paid": paid.exact}
        )
    if amount <= ZERO and not (whole and not paid):
        raise TransitionRefused(_("Write how much of at least one payment is to be recovered."))
    if whole and made.ground == RecoveryGround.OVERPAID:
        raise TransitionRefused(_("The grant can only be revoked on one of the three grounds of 13 §."))
    if whole and amount != paid:
        raise TransitionRefused(
            _("If the whole grant is revoked, all that has been paid is recovered: %(paid)s.") % {"paid": paid.exact}
        )
    if whole and PaymentRequest.objects.open().filter(project=project).exists():
        raise TransitionRefused(_("A payment request is open. Return or decide it first."))
    unpaid = Payout.objects.filter(project=project).counting().exclude(state=PayoutState.PAID)
    if whole and unpaid.exists():
        raise TransitionRefused(_("A payment is on its way. Cancel it, or wait until it has been paid."))


def _record_decision(made: Recovery, *, by: Any, at: datetime) -> None:
    project = made.project
    amount = (made.amount or ZERO).exact
    audit.record(
        "pilots.recovery.revoke" if made.whole else "pilots.recovery.decide", project, by=by, at=at, amount=amount,
        ground=made.ground, reasons=made.reasons, interest=made.interest_basis,
    )  # fmt: skip
    tell(
        "recovery_decided", project, to=members_of(project), path=made.get_absolute_url(), key=f"recovery-{made.pk}-decided",
        at=at, amount=amount, ground=made.get_ground_display(), reasons=made.reasons, interest=made.interest_basis,
        whole=made.whole,
        parts=[
            {"reference": part.payout.reference, "paid_on": part.payout.paid_on, "amount": part.amount.exact}
            for part in made.parts.select_related("payout").order_by("pk")
        ],
    )  # fmt: skip
    signals.recovery_decided.send(Recovery, recovery=made, at=at)


@transaction.atomic
def drop_recovery(made: Recovery, *, reasons: str, presenter: str = "", by: Any, at: datetime | None = None) -> None:
    """After the hearing: nothing is recovered, and why."""
    at = at or timezone.now()
    require(permissions.can_decide_on_money(by, made.project))
    if not reasons.strip():
        raise TransitionRefused(_("Write why nothing is recovered."))

    facts = decided_facts.of_recovery(made, made.project, by=by, presenter=presenter)
    advance(made, RecoveryState.DROPPED, table=RECOVERY_MOVES, reasons=reasons, decided_at=at, decided_by=by, facts=facts)

    audit.record("pilots.recovery.drop", made.project, by=by, at=at, reasons=reasons)
    tell(
        "recovery_dropped", made.project, to=members_of(made.project), path=made.get_absolute_url(),
        key=f"recovery-{made.pk}-dropped", at=at, reasons=reasons,
    )  # fmt: skip
    signals.recovery_decided.send(Recovery, recovery=made, at=at)


# ---- The money comes back


def left_to_repay(made: Recovery) -> Kronor:
    """What has not come back yet. What has been set off against later payments is not counted: then the recovery is over."""
    return (made.amount or ZERO) + made.repayments.counting().total()


@transaction.atomic
def book_repayment(made: Recovery, *, amount: Kronor, paid_on: date, by: Any, at: datetime | None = None) -> Payout:
    """Money that has come in to the finance system. Interest is booked there and not here."""
    at = at or timezone.now()
    require(permissions.can_decide_on_money(by, made.project))
    project = lock_project(made.project)
    made.refresh_from_db(fields=["state", "amount"])
    if made.state != RecoveryState.DECIDED:
        raise TransitionRefused(_("Nothing waits to be repaid in this recovery."))
    if amount <= ZERO or amount > left_to_repay(made):
        raise TransitionRefused(
            _("Write an amount above 0, and at most what is left: %(left)s.") % {"left": left_to_repay(made).exact}
        )
    if paid_on > stockholm_today(at):
        raise TransitionRefused(_("The day of the repayment has not come yet."))
    if any(payout.paid_on and paid_on < payout.paid_on for payout in Payout.objects.filter(recovered__recovery=made)):
        raise TransitionRefused(_("That day lies before the payment that is repaid."))

    payout = Payout.objects.create(
        project=project, kind=PayoutKind.REPAYMENT, state=PayoutState.PAID, amount=-amount, recovery=made,
        reference=next_reference(project), decided_at=at, decided_by=by, paid_on=paid_on,
    )  # fmt: skip
    if project.state != ProjectState.RUNNING:
        release_frame(project, reason=ReleaseReason.REPAYMENT, at=at)
    audit.record("pilots.recovery.repaid", project, by=by, at=at, amount=amount.exact, day=day_text(paid_on))
    settle_what_is_even(project, at=at)
    return payout


def settle_what_is_even(project: Project, *, at: datetime) -> None:
    """Recoveries are over when all has been repaid, or when later payments have been so much lower: set off."""
    waiting = list(Recovery.objects.decided().filter(project=project))
    if not waiting:
        return
    even = project.state == ProjectState.RUNNING and not accounts_of_money.standing(project).overpaid
    for made in waiting:
        repaid = not left_to_repay(made)
        if repaid or (even and made.ground != RecoveryGround.OVERPAID):
            advance(made, RecoveryState.SETTLED, table=RECOVERY_MOVES, settled_at=at)
            audit.record("pilots.recovery.settle", project, at=at, how="repaid" if repaid else "set_off")
