"""What a project may be paid: pure arithmetic on accumulated amounts, rounded once, half up (domain 2.1–2.3, 2003:596 5 and 11 §§).

Every figure is counted from the project's start, so that no rounding drifts and a correction of an earlier period mends itself.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from kraftsamling.lib.money import Kronor

ZERO = Kronor(0)
LAWFUL_SHARE = Decimal(50)
"""Per cent of the expenditure (2003:596, 5 §)."""
LARGEST_ADVANCE = Kronor(400_000)
"""11 §: never above this, and never above half of the grant."""
_WHOLE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Basis:
    """What the amount is worked out from; all sums are accumulated from the project's start."""

    share: Decimal
    """Exactly as decided, in per cent; never worked out from the budget."""
    cap: Kronor
    costs: Kronor
    """Approved costs, income taken off."""
    paid: Kronor
    """All payments and advances, repayments taken off."""
    holdback: Decimal = Decimal(0)
    """Per cent of the cap that waits for the final report."""
    final_report_approved: bool = False
    revoked: Kronor = ZERO
    """What has been revoked by decision (13 §): it is never paid, and not paid out once more when it has been repaid."""
    advances: Kronor = ZERO
    lawful: Decimal = LAWFUL_SHARE
    """The largest share that the law allows: 60 per cent where ERDF or ESF+ also pays (5 §)."""


class Step(NamedTuple):
    """One row of the calculation. The key says what it is; the page has the words."""

    key: str
    amount: Kronor
    law: str = ""
    counts: bool = True
    """False for a row that sets no limit this time."""


@dataclass(frozen=True, slots=True)
class Calculation:
    """The amount, and each step that led to it."""

    basis: Basis
    steps: tuple[Step, ...]
    entitled: Kronor
    releasable: Kronor
    payable: Kronor
    """What can be paid now: never below zero."""
    overpaid: Kronor
    """What has been paid above what is released; set off against later payments, repaid at the final settlement."""
    advance_left: Kronor
    """The part of the advances that no approved costs answer for yet."""


def whole_kronor(amount: Decimal) -> Kronor:
    """The one rounding: half up."""
    return Kronor(amount.quantize(_WHOLE, rounding=ROUND_HALF_UP))


def _down(amount: Decimal) -> Kronor:
    """A limit is never passed by rounding."""
    return Kronor(amount.quantize(_WHOLE, rounding=ROUND_FLOOR))


def whole_kronor_down(amount: Kronor) -> Kronor:
    """What can be paid of an amount: payments are made in whole kronor."""
    return _down(amount.amount)


def share_of_costs(share: Decimal, costs: Kronor) -> Kronor:
    """The share of the costs in whole kronor; nothing of costs below zero."""
    return whole_kronor(max(costs, ZERO).amount * share / 100)


def lawful_most(costs: Kronor, lawful: Decimal = LAWFUL_SHARE) -> Kronor:
    """The part of the costs that the law allows, without a krona more."""
    return _down(max(costs, ZERO).amount * lawful / 100)


def entitled(share: Decimal, costs: Kronor, cap: Kronor, *, revoked: Kronor = ZERO, lawful: Decimal = LAWFUL_SHARE) -> Kronor:
    """The lower of the share and the cap always wins; never above what the law allows, and less what has been revoked."""
    most = min(share_of_costs(share, costs), lawful_most(costs, lawful), _down(cap.amount))
    return _down(max(most - revoked, ZERO).amount)


def held_back(cap: Kronor, holdback: Decimal) -> Kronor:
    """How much of the cap waits for the final report."""
    return cap - ceiling_before_final(cap, holdback)


def ceiling_before_final(cap: Kronor, holdback: Decimal) -> Kronor:
    return _down(cap.amount * (100 - holdback) / 100)


def _entitled(basis: Basis) -> Kronor:
    return entitled(basis.share, basis.costs, basis.cap, revoked=basis.revoked, lawful=basis.lawful)


def releasable(basis: Basis) -> Kronor:
    """All that is entitled when the final report is approved; until then no more than the cap without the holdback."""
    whole = _entitled(basis)
    if basis.final_report_approved:
        return whole
    return min(whole, ceiling_before_final(basis.cap, basis.holdback))


def payable(basis: Basis) -> Kronor:
    """What can be paid now: in whole kronor, also after a recovery or a repayment with öre."""
    return whole_kronor_down(max(releasable(basis) - basis.paid, ZERO))


def calculate(basis: Basis) -> Calculation:
    """The amount with every step, for the page and for the frozen decision."""
    by_share, lawful, cap = (
        share_of_costs(basis.share, basis.costs),
        lawful_most(basis.costs, basis.lawful),
        _down(basis.cap.amount),
    )
    whole, released = _entitled(basis), releasable(basis)
    lowest = min(by_share, lawful, cap)
    steps = [
        Step("costs", basis.costs, "11 §"),
        Step("share", by_share, "5 §", counts=by_share == lowest),
        Step("lawful", lawful, "5 §", counts=lawful == lowest and lawful < by_share),
        Step("cap", cap, "", counts=cap == lowest),
    ]
    if basis.revoked:
        steps.append(Step("revoked", -basis.revoked, "13 §"))
    steps.append(Step("entitled", whole, "5 §"))
    if basis.holdback and not basis.final_report_approved:
        ceiling = ceiling_before_final(basis.cap, basis.holdback)
        steps.append(Step("holdback", ceiling, "", counts=ceiling < whole))
    steps += [Step("paid", -basis.paid, "11 §"), Step("payable", payable(basis), "11 §")]
    return Calculation(
        basis=basis,
        steps=tuple(steps),
        entitled=whole,
        releasable=released,
        payable=payable(basis),
        overpaid=max(basis.paid - released, ZERO),
        advance_left=min(basis.advances, max(basis.paid - whole, ZERO)),
    )


def largest_advance(
    cap: Kronor, *, advances: Kronor = ZERO, paid: Kronor = ZERO, revoked: Kronor = ZERO, held: Kronor = ZERO
) -> Kronor:
    """What may still be advanced: half of the grant and 400 000 kronor in all, and nothing above the cap (11 §).

    What has been revoked is never paid, and what is `held` waits for the final report, so neither is advanced.
    """
    most = min(_down(cap.amount / 2), LARGEST_ADVANCE) - advances
    return max(min(most, _down((cap - revoked - held - paid).amount)), ZERO)


def half_of(cap: Kronor) -> Kronor:
    return _down(cap.amount / 2)


def _held(basis: Basis) -> Kronor:
    return ZERO if basis.final_report_approved else held_back(basis.cap, basis.holdback)


def room_for_advance(basis: Basis) -> Kronor:
    """What is left of the grant to pay now: what has been revoked is never paid, and what is held back waits."""
    return max(_down((basis.cap - basis.revoked - _held(basis) - basis.paid).amount), ZERO)


def most_advanced(basis: Basis) -> Kronor:
    return largest_advance(basis.cap, advances=basis.advances, paid=basis.paid, revoked=basis.revoked, held=_held(basis))


def costs_that_answer_for(paid: Kronor, share: Decimal) -> Kronor:
    """The approved costs, in whole kronor, at which the share of them has reached what has been paid."""
    return Kronor((paid.amount * 100 / share).quantize(_WHOLE, rounding=ROUND_CEILING)) if share > 0 else ZERO


def excess_financing(costs: Kronor, other_financing: Kronor, grant: Kronor) -> Kronor:
    """How much all financing is above the costs: the grant is lowered by that at the final settlement (domain 2.5)."""
    over = (other_financing + grant - costs).amount
    return max(Kronor(over.quantize(_WHOLE, rounding=ROUND_CEILING)), ZERO) if over > 0 else ZERO


def largest_indirect(rate: Decimal, own_staff: Kronor) -> Kronor:
    """The decided rate on own staff (domain 10, rule 15)."""
    return max(own_staff, ZERO).percent(rate)
