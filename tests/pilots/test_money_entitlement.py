"""What a project may be paid: the worked cases of the domain, its special situations, and rounding."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraftsamling.lib.money import Kronor
from pilots.entitlement import (
    Basis,
    calculate,
    ceiling_before_final,
    entitled,
    excess_financing,
    held_back,
    largest_advance,
    largest_indirect,
    lawful_most,
    payable,
    releasable,
    share_of_costs,
)

SHARE, CAP = Decimal(28), Kronor(800_609)
ZERO = Kronor(0)


def basis(costs, paid=0, **more):
    return Basis(**{"share": SHARE, "cap": CAP, "costs": Kronor(costs), "paid": Kronor(paid), **more})


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        (0, 0),
        (500_000, 140_000),
        (2_000_000, 560_000),
        (2_700_000, 756_000),
        (2_859_315, 800_608),  # 800 608,20
        (2_859_316, 800_608),  # 800 608,48
        (2_859_317, 800_609),  # 800 608,76: rounding meets the cap
        (2_859_318, 800_609),  # the cap binds from here
        (2_900_757, 800_609),
        (3_100_000, 800_609),
    ],
)
def test_the_worked_cases(costs, expected):
    assert entitled(SHARE, Kronor(costs), CAP) == Kronor(expected)


def test_the_share_of_the_worked_cases_is_exact_before_it_is_rounded():
    assert share_of_costs(SHARE, Kronor(2_900_757)) == Kronor(812_212)
    assert share_of_costs(SHARE, Kronor("1.78")) == ZERO  # 0,4984
    assert share_of_costs(Decimal(25), Kronor(2)) == Kronor(1)  # 0,50 is rounded up
    assert share_of_costs(Decimal("27.60"), Kronor(2_900_757)) == Kronor(800_609)


def test_the_project_may_underspend_before_it_loses_any_grant():
    last = Kronor(2_900_757 - 41_440)
    assert (entitled(SHARE, last, CAP), entitled(SHARE, last - Kronor(1), CAP)) == (CAP, CAP - Kronor(1))
    assert entitled(Decimal("27.60"), Kronor(2_900_757 - 3), CAP) < CAP


@pytest.mark.parametrize(
    ("costs", "expected"), [("0.99", 0), ("1.99", 0), ("2.00", 1), ("199999.99", 99_999), (200_000, 100_000)]
)
def test_rounding_never_goes_above_half_of_the_costs(costs, expected):
    assert entitled(Decimal(50), Kronor(costs), Kronor(300_000)) == Kronor(expected) == lawful_most(Kronor(costs))


def test_a_cap_with_ore_is_never_passed():
    assert entitled(SHARE, Kronor(3_000_000), Kronor("800609.99")) == CAP
    assert calculate(basis(3_000_000, cap=Kronor("800609.99"))).payable == CAP


def test_costs_below_zero_give_nothing():
    assert entitled(SHARE, Kronor(-500), CAP) == ZERO
    assert payable(basis(-500)) == ZERO
    assert lawful_most(Kronor(-500)) == ZERO


def test_what_has_been_paid_is_taken_off():
    assert payable(basis(500_000, 100_000)) == Kronor(40_000)
    assert payable(basis(2_859_317, 800_608)) == Kronor(1)


def test_income_and_a_correction_mend_earlier_periods():
    before = calculate(basis(500_000))
    after = calculate(basis(450_000, before.payable.whole))
    assert (after.payable, after.overpaid) == (ZERO, Kronor(14_000))
    assert calculate(basis(600_000, before.payable.whole)).payable == Kronor(28_000)


def test_the_holdback_waits_for_the_final_report():
    held = basis(2_900_757, holdback=Decimal(10))
    assert ceiling_before_final(CAP, Decimal(10)) == Kronor(720_548)  # 720 548,10
    assert held_back(CAP, Decimal(10)) == Kronor(80_061)
    assert (releasable(held), payable(held)) == (Kronor(720_548), Kronor(720_548))
    approved = basis(2_900_757, 720_548, holdback=Decimal(10), final_report_approved=True)
    assert payable(approved) == Kronor(80_061)
    assert releasable(basis(500_000, holdback=Decimal(10))) == Kronor(140_000)


def test_an_advance_is_settled_against_later_payments():
    first = calculate(basis(500_000, 200_000, advances=Kronor(200_000)))
    assert (first.payable, first.advance_left) == (ZERO, Kronor(60_000))
    later = calculate(basis(1_000_000, 200_000, advances=Kronor(200_000)))
    assert (later.payable, later.advance_left) == (Kronor(80_000), ZERO)


@pytest.mark.parametrize(
    ("cap", "advances", "paid", "expected"),
    [
        (100_000, 0, 0, 50_000),
        (300_000, 0, 0, 150_000),
        (300_000, 100_000, 100_000, 50_000),
        (800_609, 0, 0, 400_000),
        (800_000, 0, 0, 400_000),
        (799_999, 0, 0, 399_999),
        (300_000, 0, 200_000, 100_000),
        (300_000, 150_000, 150_000, 0),
        (300_000, 200_000, 200_000, 0),
    ],
)
def test_the_largest_advance(cap, advances, paid, expected):
    assert largest_advance(Kronor(cap), advances=Kronor(advances), paid=Kronor(paid)) == Kronor(expected)


def test_what_is_revoked_is_not_paid_out_once_more_when_it_has_been_repaid():
    assert entitled(SHARE, Kronor(500_000), CAP, revoked=Kronor(40_000)) == Kronor(100_000)
    before = calculate(basis(500_000, 140_000, revoked=Kronor(40_000)))
    after = calculate(basis(500_000, 100_000, revoked=Kronor(40_000)))
    assert (before.payable, before.overpaid, after.payable, after.overpaid) == (ZERO, Kronor(40_000), ZERO, ZERO)
    assert entitled(SHARE, Kronor(100), CAP, revoked=Kronor(40_000)) == ZERO


def test_a_revoked_grant_is_set_off_against_the_next_payment():
    assert payable(basis(1_000_000, 140_000, revoked=Kronor(40_000))) == Kronor(100_000)


def test_all_financing_is_at_most_the_costs():
    assert excess_financing(Kronor(1_000), Kronor(720), Kronor(280)) == ZERO
    assert excess_financing(Kronor(1_000), Kronor(700), Kronor(280)) == ZERO
    assert excess_financing(Kronor(1_000), Kronor("720.01"), Kronor(280)) == Kronor(1)


def test_indirect_costs_are_the_rate_on_own_staff():
    assert largest_indirect(Decimal("21.39"), Kronor(100_000)) == Kronor(21_390)
    assert largest_indirect(Decimal(15), Kronor(-10)) == ZERO


def test_the_steps_can_be_followed():
    found = calculate(basis(2_900_757, 100_000, holdback=Decimal(10), revoked=Kronor(600)))
    assert [(step.key, step.amount.whole, step.counts) for step in found.steps] == [
        ("costs", 2_900_757, True),
        ("share", 812_212, False),
        ("lawful", 1_450_378, False),
        ("cap", 800_609, True),
        ("revoked", -600, True),
        ("entitled", 800_009, True),
        ("holdback", 720_548, True),
        ("paid", -100_000, True),
        ("payable", 620_548, True),
    ]
    plain = calculate(basis(500_000))
    assert [step.key for step in plain.steps] == ["costs", "share", "lawful", "cap", "entitled", "paid", "payable"]
    assert [step.key for step in plain.steps if not step.counts] == ["lawful", "cap"]


AMOUNTS = st.integers(min_value=-(10**9), max_value=10**9).map(Kronor.from_ore)
SHARES = st.integers(min_value=1, max_value=5_000).map(lambda hundredths: Decimal(hundredths) / 100)


@given(costs=st.lists(AMOUNTS, max_size=12), share=SHARES, cap=st.integers(min_value=1, max_value=10**8).map(Kronor.from_ore))
def test_paying_in_steps_comes_to_the_same_krona_as_paying_at_once(costs, share, cap):
    """Rounding drifts nowhere: what has been paid is always the highest entitlement so far."""
    total, paid, highest = ZERO, ZERO, ZERO
    for cost in costs:
        total += cost
        now = calculate(Basis(share=share, cap=cap, costs=total, paid=paid))
        paid += now.payable
        highest = max(highest, now.entitled)
        assert (now.payable.ore % 100, paid) == (0, highest)
        assert paid <= cap
    if costs and highest == entitled(share, total, cap):
        assert paid == payable(Basis(share=share, cap=cap, costs=total, paid=ZERO))


@given(costs=AMOUNTS, share=SHARES, cap=st.integers(min_value=1, max_value=10**8).map(Kronor.from_ore))
def test_the_entitlement_is_within_half_a_krona_of_the_share_and_never_above_half_of_the_costs(costs, share, cap):
    found = entitled(share, costs, cap)
    assert ZERO <= found <= cap
    assert found.amount * 2 <= max(costs, ZERO).amount
    assert found.amount - max(costs, ZERO).amount * share / 100 <= Decimal("0.5")
