"""Advance, recovery, final settlement and what goes back to the frame: each a decision of its own."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from grants import decision_rules, simulator
from grants.models import Decision, FrameRelease
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots import accounts_of_money
from pilots.actions import advances, payments, recoveries, settlements
from pilots.models import Advance, Payout, Project, Recovery, Settlement
from pilots.signals import terms_changed
from tests.factories import grants as make
from tests.factories import money
from tests.factories import pilots as projects
from tests.grants.scene import again, why

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


# ---- Advance


def test_an_advance_is_asked_for_granted_and_settled_against_later_payments(project, by):
    made = money.create_advance(project, 75_000, by=by)
    payout = Payout.objects.get()
    assert (made.state, payout.kind, payout.amount, payout.advance) == ("decided", "advance", Kronor(75_000), made)
    assert accounts_of_money.standing(project).advance_left == Kronor(75_000)
    assert money.create_decided(project, 100_000, by=by).amount == Kronor(0)
    assert accounts_of_money.standing(project).advance_left == Kronor(35_000)
    assert money.create_decided(project, 150_000, by=by).amount == Kronor(25_000)
    assert accounts_of_money.standing(project).advance_left == Kronor(0)
    assert [m.kind for m in Message.objects.filter(kind__startswith="pilots/advance").order_by("pk")] == [
        "pilots/advance_asked",
        "pilots/advance_decided",
    ]


def ask(project, amount, reasons="Därför."):
    return advances.ask_for_advance(project, amount=Kronor(amount), reasons=reasons, by=projects.writer(project), at=money.ASKING)


@pytest.mark.parametrize(
    ("amount", "reasons", "said"),
    [
        (75_001, "x", "at most half"),
        (0, "x", "more than 0"),
        (-5, "x", "more than 0"),
        ("10.50", "x", "whole kronor"),
        (75_000, " ", "Write why"),
    ],
)
def test_what_cannot_be_asked_for(project, amount, reasons, said):
    assert said in why(lambda: ask(project, amount, reasons))
    assert not Advance.objects.exists()


def test_never_above_400_000_in_all(project, by):
    Project.objects.filter(pk=project.pk).update(cap=Kronor(2_000_000))
    assert "at most 400" in why(lambda: ask(again(project), 400_001))
    money.create_advance(project, 300_000, by=by)
    assert "at most 100\u00a0000\u00a0kr" in why(lambda: ask(project, 100_001))
    money.create_advance(project, 100_000, by=by)
    assert "at most 0\u00a0kr" in why(lambda: ask(project, 1))


def test_one_is_asked_for_at_a_time(project):
    ask(project, 10_000)
    assert "already" in why(lambda: ask(project, 10_000))


def grant(made, by, **values):
    said = {"amount": made.asked, "special_reasons": "Skäl.", "financial_check": "Granskad.", **values}
    return advances.grant_advance(made, **said, by=by, at=money.ASKING)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"special_reasons": " "}, "special reasons"),
        ({"financial_check": ""}, "check of the owner"),
        ({"amount": Kronor(10_001)}, "No more can be granted"),
        ({"amount": Kronor(0)}, "more than 0"),
    ],
)
def test_a_grant_has_reasons_and_check(project, by, values, said):
    made = ask(project, 10_000)
    assert said in why(lambda: grant(made, by, **values))
    assert not Payout.objects.exists()


def test_less_than_was_asked_for_can_be_granted(project, by):
    made = ask(project, 10_000)
    assert grant(made, by, amount=Kronor(4_000)).amount == Kronor(4_000)


def test_an_advance_is_refused_with_reasons_or_withdrawn(project, by):
    made = ask(project, 10_000)
    assert "why" in why(lambda: advances.refuse_advance(made, reasons="", by=by))
    advances.refuse_advance(made, reasons="Ekonomin är inte ordnad.", by=by, at=money.ASKING)
    assert (made.state, made.decided_by) == ("refused", by)
    assert "cannot go" in why(lambda: grant(made, by))
    second = ask(project, 5_000)
    advances.withdraw_advance(second, by=projects.writer(project), at=money.ASKING)
    assert second.state == "withdrawn"


@pytest.mark.parametrize("role", Role.values)
def test_who_decides_on_an_advance(project, role):
    made = ask(project, 10_000)
    person = make.officer(project.programme, role)
    if role in {Role.FINANCE_OFFICER, Role.DECISION_MAKER}:
        grant(made, person)
    else:
        with pytest.raises(PermissionDenied):
            grant(made, person)


def test_the_owner_does_not_decide_and_others_do_not_ask(project, by):
    made = ask(project, 10_000)
    with pytest.raises(PermissionDenied):
        grant(made, projects.writer(project))
    with pytest.raises(PermissionDenied):
        advances.ask_for_advance(project, amount=Kronor(1), reasons="x", by=by)


# ---- Recovery


@pytest.fixture
def paid(project, by):
    """100 000 kr paid on 3 May 2027."""
    money.create_decided(project, 250_000, by=by)
    money.pay_all(project.programme, by=by)
    return Payout.objects.get()


def decide(made, by, *, at=dt.datetime(2027, 5, 25, 9, tzinfo=STOCKHOLM), parts=None, **values):
    said = {"reasons": "Skäl.", "interest_basis": "Räntelagen 6 §.", **values}
    return recoveries.decide_recovery(made, parts=parts or {}, **said, by=by, at=at)


def test_the_owner_is_heard_first(project, by, paid):
    made = money.create_hearing(project, by=by)
    parts = {paid.pk: Kronor(20_000)}
    on_the_day = dt.datetime(2027, 5, 20, 23, tzinfo=STOCKHOLM)
    assert "has until" in why(lambda: decide(made, by, parts=parts, at=on_the_day))
    decide(made, by, parts=parts, at=on_the_day + dt.timedelta(hours=2))
    assert made.state == "decided"


def test_an_answer_lets_it_be_decided_at_once(project, by, paid):
    made = money.create_hearing(project, by=by)
    recoveries.answer_recovery(made, answer="Vi har bokfört fel.", by=projects.writer(project), at=money.PAYING)
    decide(made, by, parts={paid.pk: Kronor(20_000)}, at=money.PAYING)
    found = Recovery.objects.get()
    assert (found.amount, found.state, found.parts.get().amount) == (Kronor(20_000), "decided", Kronor(20_000))
    kinds = list(Message.objects.filter(kind__startswith="pilots/recovery").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["pilots/recovery_hearing", "pilots/recovery_answered", "pilots/recovery_decided"]
    assert recoveries.left_to_repay(found) == Kronor(20_000)


@pytest.mark.parametrize(
    ("amount", "values", "said"),
    [
        (100_001, {}, "at most 100\u00a0000"),
        (-1, {}, "at most"),
        (0, {}, "at least one payment"),
        (5, {"reasons": " "}, "Write the reasons"),
        (5, {"interest_basis": ""}, "interest"),
        (99_999, {"whole": True}, "all that has been paid"),
    ],
)
def test_what_cannot_be_decided(project, by, paid, amount, values, said):
    made = money.create_hearing(project, by=by)
    assert said in why(lambda: decide(made, by, parts={paid.pk: Kronor(amount)}, **values))
    assert Recovery.objects.get().state == "hearing"


def test_each_payment_has_its_own_ten_years(project, by, paid):
    made = money.create_hearing(project, by=by)
    assert paid.recoverable_until_on is None or paid.recoverable_until_on == dt.date(2037, 5, 3)
    last = dt.datetime(2037, 5, 3, 12, tzinfo=STOCKHOLM)
    too_late = last + dt.timedelta(days=1)
    parts = {paid.pk: Kronor(10)}
    assert "more than ten years ago" in why(lambda: decide(made, by, parts=parts, at=too_late))
    decide(made, by, parts=parts, at=last)


def test_the_same_payment_is_not_recovered_twice(project, by, paid):
    money.create_recovery(project, 60_000, by=by)
    made = money.create_hearing(project, by=by, at=dt.datetime(2027, 6, 1, 9, tzinfo=STOCKHOLM), due_on=dt.date(2027, 6, 10))
    at = dt.datetime(2027, 6, 11, 9, tzinfo=STOCKHOLM)
    assert "at most 40\u00a0000" in why(lambda: decide(made, by, parts={paid.pk: Kronor(40_001)}, at=at))


def test_a_payment_of_another_project_is_not_recovered(project, by, paid):
    made = money.create_hearing(project, by=by)
    assert "Choose among" in why(lambda: decide(made, by, parts={999_999: Kronor(1)}))


def test_repaid_money_is_not_paid_out_again(project, by, paid):
    made = money.create_recovery(project, 20_000, by=by)
    assert again(project).paid == Kronor(100_000)
    recoveries.book_repayment(made, amount=Kronor(15_000), paid_on=dt.date(2027, 6, 1), by=by, at=money.AFTER)
    assert (again(project).paid, Recovery.objects.get().state) == (Kronor(85_000), "decided")
    recoveries.book_repayment(made, amount=Kronor(5_000), paid_on=dt.date(2027, 6, 5), by=by, at=money.AFTER)
    assert (again(project).paid, Recovery.objects.get().state) == (Kronor(80_000), "settled")
    assert accounts_of_money.standing(project).payable == Kronor(0)
    assert money.create_decided(project, 25_000, by=by).amount == Kronor(10_000)


def test_a_recovery_is_set_off_against_the_next_payment(project, by, paid):
    made = money.create_recovery(project, 20_000, by=by)
    assert money.create_decided(project, 25_000, by=by).amount == Kronor(0)
    assert Recovery.objects.get().state == "decided"
    assert money.create_decided(project, 50_000, by=by).amount == Kronor(10_000)
    made.refresh_from_db()
    assert (made.state, again(project).paid) == ("settled", Kronor(110_000))
    assert "Nothing waits" in why(
        lambda: recoveries.book_repayment(made, amount=Kronor(1), paid_on=money.ENDS, by=by, at=money.AFTER)
    )


@pytest.mark.parametrize(
    ("amount", "day"),
    [(20_001, dt.date(2027, 6, 1)), (0, dt.date(2027, 6, 1)), (-5, dt.date(2027, 6, 1)), (5, dt.date(2028, 1, 21))],
)
def test_what_cannot_be_booked_as_repaid(project, by, paid, amount, day):
    made = money.create_recovery(project, 20_000, by=by)
    assert why(lambda: recoveries.book_repayment(made, amount=Kronor(amount), paid_on=day, by=by, at=money.AFTER))
    assert not Payout.objects.repayments().exists()


def test_the_whole_grant_is_revoked(project, by, paid):
    made = money.create_hearing(project, by=by)
    decide(made, by, parts={paid.pk: Kronor(100_000)}, whole=True)
    found = again(project)
    assert (found.state, found.closed_at is not None, Recovery.objects.get().whole) == ("revoked", True, True)
    with pytest.raises(TransitionRefused):
        payments.begin_request(found, by=projects.writer(project), at=money.ASKING)


def test_nothing_is_revoked_while_a_request_is_open_or_a_payment_on_its_way(project, by, paid):
    made = money.create_hearing(project, by=by)
    request = money.create_sent_in(project, 10_000)
    act = lambda: decide(made, by, parts={paid.pk: Kronor(100_000)}, whole=True)  # noqa: E731
    assert "request is open" in why(act)
    money.decide(request, by=by)
    assert why(act)


def test_after_the_hearing_nothing_may_be_recovered(project, by, paid):
    made = money.create_hearing(project, by=by)
    assert why(lambda: recoveries.drop_recovery(made, reasons="", by=by))
    recoveries.drop_recovery(made, reasons="Förklaringen håller.", by=by, at=money.PAYING)
    assert made.state == "dropped"
    with pytest.raises(LostRace):
        decide(made, by, parts={paid.pk: Kronor(5)})


def test_hearing_needs_words_and_time_and_one_at_a_time(project, by):
    def opened(**values):
        said = {"ground": "use", "text": "Fel.", "hearing_due_on": dt.date(2027, 5, 20), **values}
        return recoveries.open_recovery(project, **said, by=by, at=money.PAYING)

    assert "what has come up" in why(lambda: opened(text=" "))
    assert "lie ahead" in why(lambda: opened(hearing_due_on=dt.date(2027, 5, 3)))
    opened()
    assert "already" in why(opened)


def test_who_decides_on_a_recovery_and_who_answers(project, by, paid):
    made = money.create_hearing(project, by=by)
    writer = projects.writer(project)
    with pytest.raises(PermissionDenied):
        recoveries.answer_recovery(made, answer="x", by=by)
    for person in (writer, make.officer(project.programme), make.officer(project.programme, Role.STEERING_GROUP)):
        with pytest.raises(PermissionDenied):
            decide(made, person, parts={paid.pk: Kronor(5)})
        with pytest.raises(PermissionDenied):
            recoveries.book_repayment(made, amount=Kronor(1), paid_on=money.ENDS, by=person)


# ---- Final settlement and the frame


@pytest.fixture
def granted():
    """From a call with a frame of 1 000 000: 28 per cent, at most 150 000 kr."""
    found = projects.create_project()
    Project.objects.filter(pk=found.pk).update(account=money.ACCOUNT)
    return again(found)


def left_of_frame(project):
    """What another application of the call could be granted at most, as the decision rules have it."""
    call = project.application.sketch.call
    draft = Decision(application=type(project.application)(sketch=project.application.sketch), budget=project.budget)
    draft.application_version = project.decision.application_version
    del call
    return decision_rules.limits_of(draft).frame_left


def settled(project, by, *, other=0, at=money.AFTER, **kwargs):
    outcome = settlements.outcome_of(again(project), other_financing=Kronor(other))
    return settlements.settle(project, other_financing=Kronor(other), seen_grant=outcome.grant, by=by, at=at, **kwargs)


def test_what_is_left_goes_back_to_the_frame(granted):
    by = money.economist(granted)
    assert left_of_frame(granted) == Kronor(850_000)
    money.create_decided(granted, 300_000, by=by)
    money.pay_all(granted.programme, by=by)
    money.approve_final_report(granted, by=by)
    made = settled(granted, by, other=216_000)
    assert (made.costs, made.grant, made.paid, made.released) == (Kronor(300_000), Kronor(84_000), Kronor(84_000), Kronor(66_000))
    release = FrameRelease.objects.get()
    assert (release.amount, release.year, release.reason) == (Kronor(66_000), 2027, "settlement")
    assert left_of_frame(granted) == Kronor(916_000)
    found = simulator.material(granted.application.sketch.call, granted.application.sketch.call.created_by, "application")
    sums = simulator.sums(found, {})
    assert (sums.left, sums.released, sums.granted, [year.left for year in sums.years]) == (
        Kronor(916_000),
        Kronor(66_000),
        Kronor(150_000),
        [Kronor(916_000)],
    )
    assert (again(granted).state, Payout.objects.count()) == ("closed", 1)


def test_the_holdback_is_paid_at_the_settlement(granted):
    by = money.economist(granted)
    Project.objects.filter(pk=granted.pk).update(holdback=Decimal(20))
    money.create_decided(granted, 1_000_000, by=by)
    money.pay_all(granted.programme, by=by)
    assert again(granted).paid == Kronor(120_000)
    money.approve_final_report(granted, by=by)
    made = settled(granted, by)
    last = Payout.objects.order_by("-pk").first()
    assert (last.kind, last.amount, made.grant, made.released) == ("final", Kronor(30_000), Kronor(150_000), Kronor(0))
    assert (again(granted).paid, FrameRelease.objects.count()) == (Kronor(150_000), 0)


def test_an_advance_that_costs_do_not_answer_for_is_recovered(granted):
    by = money.economist(granted)
    money.create_advance(granted, 75_000, by=by)
    money.create_decided(granted, 100_000, by=by)
    money.pay_all(granted.programme, by=by)
    money.approve_final_report(granted, by=by)
    made = settled(granted, by)
    hearing = Recovery.objects.get()
    assert (made.grant, hearing.ground, hearing.state) == (Kronor(28_000), "overpaid", "hearing")
    assert made.released == Kronor(75_000)
    payout = Payout.objects.get()
    later = money.AFTER + dt.timedelta(days=30)
    recoveries.decide_recovery(hearing, parts={payout.pk: Kronor(47_000)}, reasons="x", interest_basis="x", by=by, at=later)
    recoveries.book_repayment(hearing, amount=Kronor(47_000), paid_on=later.date(), by=by, at=later)
    assert (again(granted).paid, FrameRelease.objects.total(), Recovery.objects.get().state) == (
        Kronor(28_000),
        Kronor(122_000),
        "settled",
    )
    assert left_of_frame(granted) == Kronor(1_000_000 - 28_000)


def test_financing_above_the_costs_lowers_the_grant(granted):
    by = money.economist(granted)
    money.create_decided(granted, 100_000, by=by)
    money.pay_all(granted.programme, by=by)
    money.approve_final_report(granted, by=by)
    made = settled(granted, by, other="77000.50")
    assert (made.excess, made.grant) == (Kronor(5_001), Kronor(22_999))
    assert "5\u00a0001" in Recovery.objects.get().text


def test_why_it_cannot_be_settled_yet(granted):
    by = money.economist(granted)
    request = money.create_sent_in(granted, 100_000)
    ask(granted, 1_000)
    money.create_hearing(granted, by=by)
    said = why(lambda: settled(granted, by))
    for part in ("final report", "request is open", "advance", "being heard"):
        assert part in said
    money.decide(request, by=by)
    assert "on its way" in why(lambda: settled(granted, by))
    assert not Settlement.objects.exists()


def test_a_sum_that_has_changed_since_it_was_read_is_not_settled(granted):
    by = money.economist(granted)
    money.approve_final_report(granted, by=by)
    with pytest.raises(LostRace):
        settlements.settle(granted, other_financing=Kronor(0), seen_grant=Kronor(1), by=by, at=money.AFTER)


def test_a_settled_project_is_not_settled_again_or_paid(granted):
    by = money.economist(granted)
    money.approve_final_report(granted, by=by)
    settled(granted, by)
    assert "closed already" in why(lambda: settled(granted, by))
    assert "closed" in why(lambda: ask(again(granted), 1_000))


def test_who_settles(granted):
    money.approve_final_report(granted, by=money.economist(granted))
    for person in (projects.writer(granted), make.officer(granted.programme)):
        with pytest.raises(PermissionDenied):
            settled(granted, person)
    settled(granted, make.officer(granted.programme, Role.DECISION_MAKER))


def test_a_revoked_grant_goes_back_to_the_frame(granted):
    by = money.economist(granted)
    money.create_decided(granted, 100_000, by=by)
    money.pay_all(granted.programme, by=by)
    made = money.create_recovery(granted, 28_000, by=by, whole=True)
    assert FrameRelease.objects.total() == Kronor(122_000)
    recoveries.book_repayment(made, amount=Kronor(28_000), paid_on=dt.date(2027, 6, 1), by=by, at=money.AFTER)
    assert (FrameRelease.objects.total(), left_of_frame(granted)) == (Kronor(150_000), Kronor(1_000_000))


def test_a_project_decided_elsewhere_has_taken_nothing_from_a_frame(project, by):
    money.approve_final_report(project, by=by)
    assert settled(project, by).released == Kronor(0)
    assert not FrameRelease.objects.exists()


def test_new_terms_are_felt_in_the_frame(granted):
    def cap_becomes(kronor):
        Project.objects.filter(pk=granted.pk).update(cap=Kronor(kronor))
        with transaction.atomic():
            terms_changed.send(sender=Project, project=again(granted), at=money.ASKING)

    cap_becomes(120_000)
    assert (FrameRelease.objects.get().amount, left_of_frame(granted)) == (Kronor(30_000), Kronor(880_000))
    cap_becomes(180_000)
    assert (FrameRelease.objects.total(), left_of_frame(granted)) == (Kronor(-30_000), Kronor(820_000))
    cap_becomes(150_000)
    assert (FrameRelease.objects.total(), left_of_frame(granted)) == (Kronor(0), Kronor(850_000))
    cap_becomes(150_000)
    assert FrameRelease.objects.count() == 3
