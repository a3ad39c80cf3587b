"""The final settlement: what the grant became, what is paid or to come back, and what returns to the frame."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.models import ReleaseReason
from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance
from pilots import accounts_of_money, decided_facts, entitlement, signals
from pilots.entitlement import Calculation
from pilots.models import PaymentRequest, Payout, PayoutKind, Project, Recovery, RecoveryGround, Settlement
from pilots.permissions import money as permissions
from pilots.states import PROJECT_MOVES, PayoutState, ProjectState

from .frames import release_frame
from .money_common import ZERO, lock_project, members_of, next_reference, tell
from .recoveries import begin_hearing, left_to_repay

HEARING_DAYS = 21
"""Time to answer when more has been paid than the settlement gives."""


class Outcome(NamedTuple):
    """What the settlement comes to."""

    calculation: Calculation
    excess: Kronor
    grant: Kronor

    @property
    def difference(self) -> Kronor:
        """Above zero: to be paid. Below: to come back."""
        return self.grant - self.calculation.basis.paid

    @property
    def to_pay(self) -> Kronor:
        return entitlement.whole_kronor_down(max(self.difference, ZERO))


def outcome_of(project: Project, *, other_financing: Kronor) -> Outcome:
    """All financing is at most the costs: what is above lowers the grant (domain 2.5; 2003:596, 5 and 9 §§)."""
    found = accounts_of_money.standing(project)
    excess = min(entitlement.excess_financing(found.basis.costs, other_financing, found.entitled), found.entitled)
    return Outcome(found, excess, found.entitled - excess)


def obstacles_to_settle(project: Project) -> list[str]:
    """Why it cannot be settled yet, and what would be right."""
    found = []
    if project.state != ProjectState.RUNNING:
        found.append(_("The project is closed already."))
    if not accounts_of_money.final_report_approved(project):
        found.append(_("The final report is not approved yet. Approve it first."))
    if PaymentRequest.objects.open().filter(project=project).exists():
        found.append(_("A payment request is open. Return or decide it first."))
    if project.advances.asked().exists():
        found.append(_("An advance has been asked for. Decide on it first."))
    if Recovery.objects.in_hearing().filter(project=project).exists():
        found.append(_("The owner is being heard about a recovery. Decide on it first."))
    if Payout.objects.filter(project=project).counting().exclude(state=PayoutState.PAID).exists():
        found.append(_("A payment is on its way. Settle when it has been paid."))
    return found


@transaction.atomic
def settle(
    project: Project, *, other_financing: Kronor, note: str = "", presenter: str = "", seen_grant: Kronor, by: Any,
    at: datetime | None = None,
) -> Settlement:  # fmt: skip
    """Closes the project. `seen_grant` is the sum the person has read: if it has changed since, nothing is done."""
    at = at or timezone.now()
    require(permissions.can_decide_on_money(by, project))
    fresh = lock_project(project)
    obstacles = obstacles_to_settle(fresh)
    if obstacles:
        raise TransitionRefused(" ".join(obstacles))
    if other_financing < ZERO:
        raise TransitionRefused(_("The amount cannot be less than zero."))
    found = outcome_of(fresh, other_financing=other_financing)
    if found.grant != seen_grant:
        raise LostRace

    to_repay = _to_repay(fresh)
    facts = decided_facts.of_settlement(fresh, to_repay=to_repay, by=by, presenter=presenter)
    _pay_or_ask_back(fresh, found, to_repay=to_repay, by=by, at=at)
    advance(fresh, ProjectState.CLOSED, table=PROJECT_MOVES, closed_at=at)
    released = release_frame(fresh, reason=ReleaseReason.SETTLEMENT, at=at)
    settlement = Settlement.objects.create(
        project=fresh, costs=found.calculation.basis.costs, other_financing=other_financing, grant=found.grant,
        paid=found.calculation.basis.paid, excess=found.excess, released=released, note=note, settled_at=at, settled_by=by,
        calculation=accounts_of_money.frozen(found.calculation), facts=facts | decided_facts.of_release(fresh),
    )  # fmt: skip

    _record(settlement, found, by=by, at=at)
    project.refresh_from_db()
    return settlement


def _to_repay(project: Project) -> Kronor:
    """What has been decided to be repaid, and has not come back."""
    return sum((left_to_repay(made) for made in Recovery.objects.decided().filter(project=project)), ZERO)


def _pay_or_ask_back(project: Project, found: Outcome, *, to_repay: Kronor, by: Any, at: datetime) -> None:
    if found.to_pay:
        Payout.objects.create(
            project=project, kind=PayoutKind.FINAL, amount=found.to_pay, reference=next_reference(project), account=project.account,
            decided_at=at, decided_by=by,
        )  # fmt: skip
    over = -found.difference - to_repay
    if over > ZERO:
        text = _("At the final settlement the grant became %(grant)s. %(paid)s has been paid, so %(over)s is to come back.") % {
            "grant": found.grant.exact, "paid": found.calculation.basis.paid.exact, "over": over.exact,
        }  # fmt: skip
        due = stockholm_today(at) + timedelta(days=HEARING_DAYS)
        begin_hearing(project, ground=RecoveryGround.OVERPAID, text=text, hearing_due_on=due, by=by, at=at)


def _record(settlement: Settlement, found: Outcome, *, by: Any, at: datetime) -> None:
    project = settlement.project
    audit.record(
        "pilots.project.settle", project, by=by, at=at, grant=found.grant.exact, costs=settlement.costs.exact,
        paid=settlement.paid.exact, released=settlement.released.exact,
    )  # fmt: skip
    tell(
        "project_settled", project, to=members_of(project), path=reverse("project_money", args=[project.pk]), key=f"settlement-{settlement.pk}",
        at=at, grant=found.grant.exact, costs=settlement.costs.exact, paid=settlement.paid.exact,
        to_pay=found.to_pay.exact if found.to_pay else "",
        to_repay=(-found.difference).exact if found.difference < ZERO else "",
    )  # fmt: skip
    signals.project_settled.send(Settlement, settlement=settlement, at=at)
