"""Two at once, in two threads against a real database: one wins, and no money goes out twice."""

import pytest

from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from pilots.actions import advances, payment_review, payments, payouts
from pilots.models import Advance, PaymentRequest, PaymentVersion, Payout, PayoutBatch, Project
from tests.factories import money
from tests.factories import pilots as projects
from tests.passes import THREADS, leave_to_second_pass
from tests.races import at_once, refusals

leave_to_second_pass(THREADS)
pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 3


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_economists_who_decide_at_once(_round):
    project = money.create_project()
    request = money.create_sent_in(project, 100_000)
    people = [money.economist(project), money.economist(project)]
    payment_review.approve_rest(request, revision=request.revision, by=people[0], at=money.REVIEWING)
    revision = request.revision

    def decide(by):
        fresh = PaymentRequest.objects.select_related("project").get(pk=request.pk)
        return payment_review.decide_request(fresh, revision=revision, by=by, at=money.REVIEWING)

    answers = at_once(*[lambda by=by: decide(by) for by in people])
    (lost,) = refusals(answers)
    assert lost in {TransitionRefused, LostRace}
    assert Payout.objects.get().amount == Kronor(40_000)
    assert Project.objects.get().paid == Kronor(40_000)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_request_sent_in_twice_at_once_is_one_version(_round):
    project = money.create_project()
    request = money.create_draft(project, 100_000)
    signatory, writer = money.signatory(project), projects.writer(project)

    def submit():
        fresh = PaymentRequest.objects.select_related("project__owner").get(pk=request.pk)
        return payments.submit_request(fresh, signatory=signatory, revision=request.revision, by=writer, at=money.ASKING)

    first, second = at_once(submit, submit)
    assert first == second == PaymentVersion.objects.get()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_requests_begun_at_once_are_one(_round):
    project = money.create_project()
    writer = projects.writer(project)

    def begin():
        return payments.begin_request(Project.objects.get(pk=project.pk), by=writer, at=money.ASKING)

    assert len(refusals(at_once(begin, begin))) == 1
    assert PaymentRequest.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_files_made_at_once_share_no_payment(_round):
    project = money.create_project()
    by = money.economist(project)
    money.create_decided(project, 100_000, by=by)

    def make():
        return payouts.make_batch(project.programme, by=by, at=money.PAYING)

    assert len(refusals(at_once(make, make))) == 1
    assert PayoutBatch.objects.get().count == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_advance_and_a_payment_decided_at_once_stay_under_the_cap(_round):
    project = money.create_project()
    by = money.economist(project)
    request = money.create_sent_in(project, 375_000)
    payment_review.approve_rest(request, revision=request.revision, by=by, at=money.REVIEWING)
    made = money.create_advance(project, 75_000, granted=False)

    def pay():
        fresh = PaymentRequest.objects.select_related("project").get(pk=request.pk)
        return payment_review.decide_request(fresh, revision=request.revision, by=by, at=money.REVIEWING)

    def grant():
        fresh = Advance.objects.select_related("project__owner").get(pk=made.pk)
        return advances.grant_advance(
            fresh, amount=Kronor(75_000), special_reasons="x", financial_check="x", by=by, at=money.REVIEWING
        )

    at_once(pay, grant)
    assert Project.objects.get().paid == Payout.objects.counting().total() == Kronor(150_000)
