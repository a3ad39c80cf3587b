"""An advance: asked for by the owner, granted or refused by a decision of its own (2003:596, 11 §)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused, advance
from pilots import accounts_of_money, decided_facts, entitlement, signals
from pilots.models import Advance, Payout, PayoutKind, Project
from pilots.permissions import money as permissions
from pilots.states import ADVANCE_MOVES, AdvanceState, ProjectState

from .money_common import ZERO, economists_of, lock_project, members_of, next_reference, tell


def most_that_can_be_advanced(project: Project) -> Kronor:
    return entitlement.most_advanced(accounts_of_money.basis_of(project))


def _guard(project: Project, amount: Kronor) -> None:
    if project.state != ProjectState.RUNNING:
        raise TransitionRefused(_("The project is closed, so no payment can be asked for."))
    if amount <= ZERO or amount.ore % 100:
        raise TransitionRefused(_("An advance is asked for in whole kronor, more than 0."))
    most = most_that_can_be_advanced(project)
    if amount > most:
        raise TransitionRefused(
            _(
                "%(amount)s is too much. An advance is at most half of the grant and at most 400 000 kr in all "
                "(2003:596, 11 §); here at most %(most)s."
            )
            % {"amount": amount.exact, "most": most.exact}
        )


@transaction.atomic
def ask_for_advance(project: Project, *, amount: Kronor, reasons: str, by: Any, at: datetime | None = None) -> Advance:
    """The owner asks, and says why it cannot wait for payment afterwards."""
    at = at or timezone.now()
    require(permissions.can_ask_for_money(by, project))
    project = lock_project(project)
    _guard(project, amount)
    if not reasons.strip():
        raise TransitionRefused(_("Write why an advance is needed. It is only given for special reasons."))
    try:
        with transaction.atomic():
            made = Advance.objects.create(project=project, asked=amount, reasons=reasons, asked_at=at, asked_by=by)
    except IntegrityError:
        raise TransitionRefused(_("An advance has been asked for already, and waits for its decision.")) from None

    audit.record("pilots.advance.ask", project, by=by, at=at, amount=amount.exact)
    tell(
        "advance_asked", project, to=economists_of(project), path=made.get_absolute_url(),
        key=f"advance-{made.pk}-asked", at=at, amount=amount.exact, reasons=reasons,
    )  # fmt: skip
    return made


@transaction.atomic
def withdraw_advance(made: Advance, *, by: Any, at: datetime | None = None) -> None:
    at = at or timezone.now()
    require(permissions.can_ask_for_money(by, made.project))

    advance(made, AdvanceState.WITHDRAWN, table=ADVANCE_MOVES)

    audit.record("pilots.advance.withdraw", made.project, by=by, at=at)


@transaction.atomic
def grant_advance(
    made: Advance,
    *,
    amount: Kronor,
    special_reasons: str,
    financial_check: str,
    presenter: str = "",
    by: Any,
    at: datetime | None = None,
) -> Payout:
    """A human grants it, with the special reasons and the check of the owner's finances that the law asks for."""
    at = at or timezone.now()
    require(permissions.can_decide_on_money(by, made.project))
    project = lock_project(made.project)
    _guard(project, amount)
    if amount > made.asked:
        raise TransitionRefused(_("No more can be granted than was asked for, %(asked)s.") % {"asked": made.asked.exact})
    if not special_reasons.strip() or not financial_check.strip():
        raise TransitionRefused(_("Write both the special reasons and what the check of the owner's finances showed (11 §)."))

    advance(
        made, AdvanceState.DECIDED, table=ADVANCE_MOVES, amount=amount, special_reasons=special_reasons,
        financial_check=financial_check, decided_at=at, decided_by=by,
        facts=decided_facts.of_advance(made, project, amount=amount, by=by, presenter=presenter),
    )  # fmt: skip
    payout = Payout.objects.create(
        project=project, kind=PayoutKind.ADVANCE, amount=amount, advance=made, reference=next_reference(project), account=project.account,
        decided_at=at, decided_by=by,
    )  # fmt: skip

    audit.record("pilots.advance.grant", project, by=by, at=at, amount=amount.exact, reasons=special_reasons)
    _tell_decided(made, at=at)
    return payout


@transaction.atomic
def refuse_advance(made: Advance, *, reasons: str, presenter: str = "", by: Any, at: datetime | None = None) -> None:
    at = at or timezone.now()
    require(permissions.can_decide_on_money(by, made.project))
    project = lock_project(made.project)
    if not reasons.strip():
        raise TransitionRefused(_("Write why the advance is not granted."))

    facts = decided_facts.of_advance(made, project, amount=ZERO, by=by, presenter=presenter)
    advance(made, AdvanceState.REFUSED, table=ADVANCE_MOVES, special_reasons=reasons, decided_at=at, decided_by=by, facts=facts)

    audit.record("pilots.advance.refuse", project, by=by, at=at, reasons=reasons)
    _tell_decided(made, at=at)


def _tell_decided(made: Advance, *, at: datetime) -> None:
    amount = made.amount.exact if made.amount is not None else ""
    tell(
        "advance_decided", made.project, to=members_of(made.project), path=made.get_absolute_url(),
        key=f"advance-{made.pk}-decided", at=at, amount=amount, reasons=made.special_reasons,
    )  # fmt: skip
    signals.advance_decided.send(Advance, advance=made, at=at)
