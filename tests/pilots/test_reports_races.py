"""Two at once, in two threads against a real database: a report is approved or returned once, and sent in as one version."""

import pytest

from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from pilots import report_content
from pilots.actions import reports as actions
from pilots.forms.reports import ReportForms, content_of
from pilots.models import Report, ReportReview, ReportVersion
from tests.factories import grants as make
from tests.factories import reports
from tests.factories.pilots import create_elsewhere, writer
from tests.passes import THREADS, leave_to_second_pass
from tests.races import at_once, refusals

leave_to_second_pass(THREADS)
pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = range(4)


@pytest.fixture
def report(transactional_db):
    return create_elsewhere().reports.order_by("due_on").first()


@pytest.fixture
def submitted(report):
    reports.create_submitted(report)
    return report


def fetched(report):
    return Report.objects.with_details().select_related("current_version").get(pk=report.pk)


def officers(report):
    return [make.officer(report.project.programme) for _n in range(2)]


def one_wins(answers):
    (lost,) = refusals(answers)
    assert lost in {LostRace, TransitionRefused}


@pytest.mark.parametrize("_round", ROUNDS)
def test_one_officer_approves_while_another_returns(submitted, _round):
    one, two = officers(submitted)
    first, second = fetched(submitted), fetched(submitted)
    one_wins(at_once(lambda: reports.approve(first, by=one), lambda: reports.give_back(second, by=two)))

    review, report = ReportReview.objects.get(), fetched(submitted)
    assert (report.state, review.decided_by) in {("approved", one), ("returned", two)}
    assert report.approved_by == (one if report.state == "approved" else None)
    assert (review.outcome, bool(review.comments)) == (report.state, report.state == "returned")
    told = Message.objects.filter(kind__in=["pilots/report_approved", "pilots/report_returned"])
    assert set(told.values_list("kind", flat=True)) == {f"pilots/report_{report.state}"}
    assert AuditEntry.objects.filter(action__in=["pilots.report.approve", "pilots.report.return"]).count() == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_officers_approve_at_once(submitted, _round):
    people = officers(submitted)
    pages = [(fetched(submitted), by) for by in people]
    one_wins(at_once(*[lambda read=read, by=by: reports.approve(read, by=by) for read, by in pages]))
    assert fetched(submitted).approved_by == ReportReview.objects.get().decided_by
    assert Message.objects.filter(kind="pilots/report_approved", to=writer(submitted.project)).count() == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_officers_return_at_once(submitted, _round):
    people = officers(submitted)
    words = {by: f"Skriv mer, säger {by.pk}." for by in people}
    pages = [(fetched(submitted), by) for by in people]
    one_wins(at_once(*[lambda read=read, by=by: reports.give_back(read, by=by, resultat=words[by]) for read, by in pages]))
    review = ReportReview.objects.get()
    assert review.comments == {"resultat": words[review.decided_by]}
    assert Message.objects.filter(kind="pilots/report_returned", to=writer(submitted.project)).count() == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_comments_that_are_saved_while_the_report_is_approved(submitted, _round):
    one, two = officers(submitted)
    first, second = fetched(submitted), fetched(submitted).current_version

    def comment():
        return actions.save_review(second, comments={"resultat": "Vänta."}, revision=0, by=two, at=reports.REVIEWING)

    answers = at_once(lambda: reports.approve(first, by=one), comment)
    review = ReportReview.objects.get()
    if fetched(submitted).state == "approved":
        assert (review.comments.get("resultat", ""), review.decided_by) == ("", one)
    else:
        assert (review.comments, review.outcome) == ({"resultat": "Vänta."}, "")
    assert len(refusals(answers)) == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_report_sent_in_twice_at_once_is_one_version(report, _round):
    revision = reports.write(report)

    def send():
        fresh = fetched(report)
        given = report_content.given(fresh)
        content = content_of(ReportForms(actions.draft_of(fresh).content, given=given))
        return actions.submit_report(
            fresh, content=content, given=given, signatory=None, revision=revision, by=writer(report.project), at=reports.WRITING
        )

    first, second = at_once(send, send)
    assert first == second == ReportVersion.objects.get()
    assert Message.objects.filter(kind="pilots/report_receipt", to=writer(report.project)).count() == 1
