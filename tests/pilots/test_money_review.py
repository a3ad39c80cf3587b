"""The economist's desk: row by row, the formula, a lower amount by hand and never a higher one, and who may do it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from grants.models import CostCategory
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots import accounts_of_money
from pilots.actions import payment_review as actions
from pilots.models import CostEntry, PaymentRequest, Payout, Project
from pilots.states import PaymentState
from tests.factories import grants as make
from tests.factories import money
from tests.factories import pilots as projects
from tests.factories.accounts import UserFactory
from tests.factories.programmes import ProgrammeRoleFactory
from tests.grants.scene import why

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def request_in(project):
    return money.create_sent_in(project, 100_000, 50_000, -10_000)


def assess(request, by, *said):
    """(position, approved, reason) of each row."""
    rows = {request.entries.get(position=place).pk: (Kronor(approved), reason) for place, approved, reason in said}
    return actions.assess_rows(request, rows=rows, revision=request.revision, by=by, at=money.REVIEWING)


def decide(request, by, **kwargs):
    return actions.decide_request(request, revision=request.revision, by=by, at=money.REVIEWING, **kwargs)


# ---- Row by row


def test_a_row_is_approved_deducted_or_refused(request_in, by):
    assess(request_in, by, (1, 90_000, "Moms ingår."), (2, 0, "Utanför projektet."), (3, -10_000, ""))
    found = list(request_in.entries.order_by("position").values_list("approved", "reason"))
    assert found == [(Kronor(90_000), "Moms ingår."), (Kronor(0), "Utanför projektet."), (Kronor(-10_000), "")]
    assert request_in.revision == 4


@pytest.mark.parametrize(
    ("place", "approved", "reason", "said"),
    [
        (1, 99_999, "", "write why"),
        (1, 99_999, "  ", "write why"),
        (1, "100000.01", "Mer.", "more than what is asked for"),
        (1, -1, "Nej.", "no less than 0"),
        (3, -9_999, "Mer.", "more than what is asked for"),
        (3, -10_001, "", "write why"),
    ],
)
def test_what_cannot_be_said_of_a_row(request_in, by, place, approved, reason, said):
    assert said in why(lambda: assess(request_in, by, (place, approved, reason)))
    assert not request_in.entries.exclude(approved=None).exists()


def test_an_income_can_be_counted_higher(request_in, by):
    assess(request_in, by, (3, -12_000, "Avgiften var högre enligt huvudboken."))
    assert request_in.entries.get(position=3).approved == Kronor(-12_000)


def test_the_rest_is_approved_whole(request_in, by):
    assess(request_in, by, (1, 90_000, "Moms."))
    actions.approve_rest(request_in, revision=request_in.revision, by=by, at=money.REVIEWING)
    assert [row.approved.whole for row in request_in.entries.order_by("position")] == [90_000, 50_000, -10_000]


def test_an_older_window_changes_nothing(request_in, by):
    stale = PaymentRequest.objects.get(pk=request_in.pk)
    assess(request_in, by, (1, 90_000, "Moms."))
    for act in (
        lambda: assess(stale, by, (1, 0, "Nej.")),
        lambda: actions.approve_rest(stale, revision=stale.revision, by=by),
        lambda: decide(stale, by),
        lambda: actions.return_request(
            stale, reason="x", due_on=dt.date(2027, 6, 1), revision=stale.revision, by=by, at=money.REVIEWING
        ),
    ):
        with pytest.raises(LostRace):
            act()
    assert request_in.entries.get(position=1).approved == Kronor(90_000)


# ---- The decision


def test_the_formula_is_paid_frozen_and_told(project, by, request_in):
    decided = money.decide(request_in, by=by, deduct={1: (Kronor(90_000), "Moms ingår i beloppet.")})
    assert (decided.state, decided.amount, decided.formula, decided.decided_by) == ("decided", Kronor(52_000), Kronor(52_000), by)
    payout = Payout.objects.get()
    assert (payout.amount, payout.kind, payout.request, payout.account) == (Kronor(52_000), "request", request_in, money.ACCOUNT)
    assert Project.objects.get(pk=project.pk).paid == Kronor(52_000)
    lines = {line.key: line for line in accounts_of_money.thawed(decided.calculation)}
    assert {key: line.amount.whole for key, line in lines.items()} == {
        "costs": 130_000,
        "share": 52_000,
        "lawful": 65_000,
        "cap": 150_000,
        "entitled": 52_000,
        "paid": 0,
        "payable": 52_000,
    }
    assert (lines["share"].label.split()[0], lines["payable"].law) == ("40", "2003:596, 11 §")
    letter = Message.objects.get(kind="pilots/payment_decided")
    assert letter.to == projects.writer(project)
    assert letter.subject == f"52 000 kr betalas ut: utbetalningsbegäran 1, {project.title}"
    for part in ("52\u00a0000\u00a0kr", "Moms ingår i beloppet.", "1:1"):
        assert part in letter.text


def test_what_is_approved_counts_first_when_it_is_decided(project, by, request_in):
    entries = CostEntry.objects.filter(request__project=project)
    actions.approve_rest(request_in, revision=request_in.revision, by=by)
    assert (entries.approved_sum(), accounts_of_money.standing(project).entitled) == (Kronor(0), Kronor(0))
    decide(request_in, by)
    assert (entries.approved_sum(), accounts_of_money.standing(project).entitled) == (Kronor(140_000), Kronor(56_000))


def test_every_row_is_assessed_first(request_in, by):
    assess(request_in, by, (1, 100_000, ""))
    assert "2 rows have not been assessed" in why(lambda: decide(request_in, by))


@pytest.mark.parametrize(
    ("amount", "reason", "said"),
    [
        (Kronor(56_001), "Mer.", "A higher amount is not possible"),
        (Kronor(55_999), "", "Write why"),
        (Kronor(55_999), " ", "Write why"),
        (Kronor(-1), "x", "whole kronor"),
        (Kronor("55000.50"), "x", "whole kronor"),
    ],
)
def test_a_higher_amount_is_impossible_and_a_lower_one_has_a_reason(request_in, by, amount, reason, said):
    actions.approve_rest(request_in, revision=request_in.revision, by=by)
    assert said in why(lambda: decide(request_in, by, amount=amount, lower_reason=reason))
    assert not Payout.objects.exists()
    assert PaymentRequest.objects.get(pk=request_in.pk).state == "submitted"


def test_a_lower_amount_is_paid_and_the_rest_comes_with_the_next(project, by, request_in):
    decided = money.decide(request_in, by=by, amount=Kronor(50_000), lower_reason="Resten prövas i nästa begäran.")
    assert (decided.amount, decided.formula, decided.lower_reason) == (
        Kronor(50_000),
        Kronor(56_000),
        "Resten prövas i nästa begäran.",
    )
    second = money.create_decided(project, 10_000, by=by)
    assert second.amount == Kronor(10_000)
    assert Project.objects.get(pk=project.pk).paid == Kronor(60_000)


def test_nothing_to_pay_is_a_decision_without_a_payment(project, by):
    request = money.create_decided(project, -5_000, by=by)
    assert (request.amount, Payout.objects.count()) == (Kronor(0), 0)


def test_a_correction_of_an_earlier_period_is_settled_by_itself(project, by):
    money.create_decided(project, 100_000, by=by)
    second = money.create_decided(project, -20_000, by=by)
    assert (second.amount, accounts_of_money.standing(project).overpaid) == (Kronor(0), Kronor(8_000))
    third = money.create_decided(project, 30_000, by=by)
    assert third.amount == Kronor(4_000)


def test_the_cap_binds(project, by):
    assert money.create_decided(project, 375_000, by=by).amount == Kronor(150_000)
    assert money.create_decided(project, 50_000, by=by).amount == Kronor(0)


def test_the_holdback_waits_for_the_final_report(project, by):
    Project.objects.filter(pk=project.pk).update(holdback=Decimal(10))
    assert money.create_decided(project, 375_000, by=by).amount == Kronor(135_000)
    money.approve_final_report(project, by=by)
    assert money.create_decided(project, 1, by=by).amount == Kronor(15_000)


def test_indirect_costs_above_the_rate_must_be_deducted(project, by):
    project.budget.indirect_rate = 15
    project.budget.save()
    request = money.create_sent_in(
        project, costs=[money.cost(10_000, category=CostCategory.OWN_STAFF), money.cost(1_500, category=CostCategory.INDIRECT)]
    )
    assess(request, by, (1, 8_000, "Inte anställd i projektet."), (2, 1_500, ""))
    assert "Deduct what is above" in why(lambda: decide(request, by))
    assess(request, by, (2, 1_200, "15 procent av det som har godkänts."))
    assert decide(request, by).amount == Kronor(3_680)


@pytest.mark.parametrize("state", ["draft", "returned", "decided", "withdrawn"])
def test_only_what_waits_is_decided(project, by, request_in, state):
    values = {"state": state}
    if state == PaymentState.DECIDED:
        money.decide(request_in, by=by)
    else:
        PaymentRequest.objects.filter(pk=request_in.pk).update(**values)
    request_in.refresh_from_db()
    for act in (
        lambda: decide(request_in, by),
        lambda: actions.approve_rest(request_in, revision=request_in.revision, by=by),
        lambda: actions.return_request(request_in, reason="x", due_on=dt.date(2027, 6, 1), revision=request_in.revision, by=by),
    ):
        assert "does not wait" in why(act)


# ---- Who


def acts(request, by):
    return [
        lambda: actions.assess_rows(request, rows={}, revision=request.revision, by=by),
        lambda: actions.approve_rest(request, revision=request.revision, by=by),
        lambda: actions.return_request(request, reason="x", due_on=dt.date(2027, 6, 1), revision=request.revision, by=by),
        lambda: decide(request, by),
    ]


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.FINANCE_OFFICER])
def test_no_other_role_reviews(project, request_in, role):
    for act in acts(request_in, make.officer(project.programme, role)):
        with pytest.raises(PermissionDenied):
            act()


def test_nobody_of_the_owner_or_a_partner_reviews(project, request_in):
    insider = projects.writer(project)
    ProgrammeRoleFactory(programme=project.programme, user=insider, role=Role.FINANCE_OFFICER)
    partner = UserFactory(member_of=projects.create_elsewhere().owner, roles=[(project.programme, Role.FINANCE_OFFICER)])
    project.partners.create(name="Parten", organisation=partner.organisations.get())
    for person in (insider, partner):
        for act in acts(request_in, type(person).objects.get(pk=person.pk)):
            with pytest.raises(PermissionDenied):
                act()


def test_nobody_of_another_programme_reviews(request_in):
    for act in acts(request_in, money.economist(money.create_project())):
        with pytest.raises(PermissionDenied):
            act()


def test_drafts_are_not_reviewed_in_secret(project, by):
    draft = money.create_draft(project, 1_000)
    assert list(CostEntry.objects.filter(request__in=PaymentRequest.objects.visible_to(by))) == []
    assert draft.state == "draft"
