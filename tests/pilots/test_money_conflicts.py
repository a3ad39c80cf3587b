"""Nobody pays in a case in which they are in conflict of interest: reported unasked, by anybody who handles it, and at once."""

import csv
import io
from html import unescape
from importlib import import_module
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from grants.models import ConflictDeclaration
from kraftsamling.audit.models import AuditEntry
from kraftsamling.files import store
from kraftsamling.lib.money import Kronor
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots.actions import conflicts, payment_review, payouts
from pilots.actions.money_common import economists_of
from pilots.models import Payout, PayoutBatch, Project, ProjectConflict
from tests.factories import grants as make
from tests.factories import money
from tests.factories import pilots as projects
from tests.factories.accounts import OrganisationFactory
from tests.grants.scene import again, fresh, signed_in, why

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

GROUND = "Min syster leder projektet."


@pytest.fixture(autouse=True)
def _in_may(time_machine):
    time_machine.move_to(money.PAYING, tick=False)


@pytest.fixture
def other():
    """Of the same programme: what the economist may still pay."""
    return money.create_project(title="Ett annat projekt")


def elsewhere(other):
    return money.create_project(programme=other.programme, title="Systerns projekt", registry_number="26RS9")


def granted(other):
    project = projects.create_project(make.create_published_call(programme=other.programme))
    project.reports.all().delete()
    Project.objects.filter(pk=project.pk).update(account=money.ACCOUNT)
    return Project.objects.get(pk=project.pk)


@pytest.fixture(params=[elsewhere, granted])
def project(request, other):
    return request.param(other)


@pytest.fixture
def by(other):
    return money.economist(other)


@pytest.fixture
def colleague(other):
    return money.economist(other)


def report(project, by):
    conflicts.report_conflict(project, ground=GROUND, by=by)
    return fresh(by)


def paid_for(project, amount, by):
    return money.create_decided(project, amount, by=by)


def test_who_has_reported_it_is_shut_out_of_every_step(project, by, colleague):
    request = money.create_sent_in(project, 10_000)
    by = report(project, by)
    revision = request.revision
    acts = [
        lambda: payment_review.approve_rest(request, revision=revision, by=by),
        lambda: payment_review.assess_rows(request, rows={}, revision=revision, by=by),
        lambda: payment_review.decide_request(request, revision=revision, by=by),
        lambda: conflicts.report_conflict(again(project), ground=GROUND, by=by),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    names = ["payment_detail", "payment_review"]
    assert [signed_in(by).get(reverse(name, args=[request.pk])).status_code for name in names] == [404, 404]
    assert signed_in(by).get(reverse("project_detail", args=[project.pk])).status_code == 404
    assert money.decide(request, by=colleague).state == "decided"


def test_the_file_they_make_leaves_it_out_and_a_colleague_pays_it(project, other, by, colleague):
    paid_for(project, 10_000, colleague)
    paid_for(other, 20_000, colleague)
    by = report(project, by)
    batch = payouts.make_batch(other.programme, by=by)
    rows = list(csv.reader(io.StringIO(store.read(batch.csv).decode("utf-8-sig")), delimiter=";"))
    assert (batch.count, [row[5] for row in rows[1:]]) == (1, ["Ett annat projekt"])
    assert "nothing to pay" in why(lambda: payouts.make_batch(other.programme, by=by))
    assert payouts.make_batch(other.programme, by=colleague).payouts.get().project == project


def test_a_file_with_that_payment_is_closed_to_them_also_afterwards(project, other, by, colleague):
    paid_for(other, 20_000, colleague)
    open_to_both = payouts.make_batch(other.programme, by=colleague)
    paid_for(project, 10_000, colleague)
    closed = payouts.make_batch(other.programme, by=colleague)
    assert set(PayoutBatch.objects.handled_by(by)) == {open_to_both, closed}

    client = signed_in(report(project, by))
    addresses = [
        reverse("payout_batch_file", args=[batch.pk, kind]) for batch in (open_to_both, closed) for kind in ("csv", "xlsx")
    ]
    assert [client.get(address).status_code for address in addresses] == [200, 200, 404, 404]
    page = client.get(reverse("payout_list")).content.decode()
    assert [address in page for address in addresses] == [True, True, False, False]
    assert (project.title in page, other.title in page) == (False, True)


def _addresses(*batches):
    return [reverse("payout_batch_file", args=[batch.pk, kind]) for batch in batches for kind in ("csv", "xlsx")]


def _take_back(project, by):
    payouts.take_back_from_file(Payout.objects.get(project=project), reason="Kontot var avslutat.", by=by)


def _sent_again(project, other, by):
    """In a file, taken back, and in a later one; a payment of the other project goes in each file."""
    paid_for(other, 20_000, by)
    paid_for(project, 10_000, by)
    first = payouts.make_batch(other.programme, by=by)
    _take_back(project, by)
    money.create_advance(other, 5_000, by=by)
    second = payouts.make_batch(other.programme, by=by)
    money.create_advance(other, 6_000, by=by)
    return first, second, payouts.make_batch(other.programme, by=by)


def test_a_file_that_a_payment_came_back_from_is_closed_to_them_too(project, other, by, colleague):
    first, second, third = _sent_again(project, other, colleague)
    payout = Payout.objects.get(project=project)
    assert (payout.batch, set(payout.files.all()), project.title in store.read(first.csv).decode()) == (
        second,
        {first, second},
        True,
    )
    assert [batch.count for batch in (first, second, third)] == [batch.made_with.count() for batch in (first, second, third)]
    assert set(PayoutBatch.objects.handled_by(by)) == {first, second, third}

    addresses = _addresses(first, second, third)
    client = signed_in(report(project, by))
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404, 404, 200, 200]
    page = client.get(reverse("payout_list")).content.decode()
    assert [address in page for address in addresses] == [False, False, False, False, True, True]
    assert [signed_in(colleague).get(address).status_code for address in addresses] == [200] * 6


def test_a_payment_that_came_back_and_waits_keeps_its_old_file_closed(project, other, by, colleague):
    paid_for(other, 20_000, colleague)
    paid_for(project, 10_000, colleague)
    batch = payouts.make_batch(other.programme, by=colleague)
    _take_back(project, colleague)
    assert Payout.objects.get(project=project).batch is None
    client = signed_in(report(project, by))
    assert [client.get(address).status_code for address in _addresses(batch)] == [404, 404]
    payouts.cancel_payout(Payout.objects.get(project=project), reason="Betalas senare.", by=colleague)
    assert [client.get(address).status_code for address in _addresses(batch)] == [404, 404]


def test_files_made_before_remember_what_the_case_log_tells(project, other, by, colleague):
    batches = _sent_again(project, other, colleague)
    before = [set(batch.made_with.all()) for batch in batches]
    for batch in batches:
        batch.made_with.clear()
    import_module("pilots.migrations.0015_payouts_of_a_file").remember(apps, None)
    assert [set(batch.made_with.all()) for batch in batches] == before


def test_files_made_before_remember_what_is_in_them_where_the_log_tells_nothing(project, other, by, colleague):
    paid_for(project, 10_000, colleague)
    batch = payouts.make_batch(other.programme, by=colleague)
    batch.made_with.clear()
    PayoutBatch.objects.update(number=99)
    import_module("pilots.migrations.0015_payouts_of_a_file").remember(apps, None)
    assert set(batch.made_with.all()) == set(Payout.objects.all())


def test_they_do_not_book_it_as_paid_cancel_it_or_take_it_back(project, other, by, colleague):
    paid_for(project, 10_000, colleague)
    payouts.make_batch(other.programme, by=colleague)
    by, payout = report(project, by), Payout.objects.get()
    row = payouts.PaidRow(payout.reference, payout.amount, money.PAYING.date())
    assert "does not wait" in why(lambda: payouts.mark_paid([row], by=by))
    for act in (payouts.cancel_payout, payouts.take_back_from_file):
        with pytest.raises(PermissionDenied):
            act(payout, reason="x", by=by)
    assert payouts.mark_paid([row], by=colleague) == 1


def test_they_are_not_told_of_it_and_what_waits_in_the_outbox_is_dropped(project, by, colleague):
    money.create_sent_in(project, 10_000)
    waiting = Message.objects.filter(kind="pilots/payment_arrived", to=by)
    assert waiting.get().state == "waiting"
    by = report(project, by)
    assert waiting.get().state == "dropped"
    assert set(economists_of(project)) == {colleague}


def test_it_is_logged_and_kept_where_the_case_is(project, by):
    report(project, by)
    entry = AuditEntry.objects.get(action="pilots.project.conflict")
    assert (entry.by, entry.details["ground"]) == (by, GROUND)
    kept = ConflictDeclaration.objects.in_conflict() if project.application_id else ProjectConflict.objects
    assert kept.get(user=by).ground == GROUND


@pytest.mark.parametrize("role", [Role.PROCESS_LEADER, Role.DECISION_MAKER, Role.FINANCE_OFFICER])
def test_whoever_handles_the_case_reports_it(project, role):
    person = make.officer(project.programme, role)
    report(project, person)
    assert not Project.objects.visible_to(fresh(person)).filter(pk=project.pk).exists()


@pytest.mark.parametrize("role", [Role.STEERING_GROUP, Role.COMMUNICATIONS_OFFICER, Role.REFERENCE_GROUP])
def test_who_does_not_handle_it_has_nothing_to_report(project, role):
    with pytest.raises(PermissionDenied):
        conflicts.report_conflict(project, ground=GROUND, by=make.officer(project.programme, role))
    with pytest.raises(PermissionDenied):
        conflicts.report_conflict(project, ground=GROUND, by=projects.writer(project))


def test_nobody_makes_a_file_of_what_their_own_organisation_takes_part_in(project, other, colleague):
    paid_for(project, 10_000, colleague)
    insider, house = money.economist(other), OrganisationFactory()
    insider.memberships.create(organisation=house)
    project.partners.create(name=house.name, organisation=house)
    insider = fresh(insider)
    assert "nothing to pay" in why(lambda: payouts.make_batch(other.programme, by=insider))
    assert insider not in economists_of(project)


# ---- The page


def test_it_is_reported_from_the_project_and_from_the_desk(project, by):
    request = money.create_sent_in(project, 10_000)
    client, address = signed_in(by), reverse("project_conflict", args=[project.pk])
    pages = [reverse("project_detail", args=[project.pk]), reverse("payment_review", args=[request.pk])]
    assert [f'action="{address}"' in client.get(page).content.decode() for page in pages] == [True, True]
    assert client.post(address, {"ground": " "}).status_code == 302
    assert client.get(pages[0]).status_code == 200
    assert client.post(address, {"ground": GROUND})["Location"] == reverse("home")
    assert [client.get(page).status_code for page in pages] == [404, 404]


def test_the_owner_is_not_asked(project):
    client, address = signed_in(projects.writer(project)), reverse("project_conflict", args=[project.pk])
    assert address not in client.get(reverse("project_detail", args=[project.pk])).content.decode()
    assert client.post(address, {"ground": GROUND}).status_code == 403


def test_what_was_written_is_back_after_an_expired_session(project, by):
    answer = Client().post(reverse("project_conflict", args=[project.pk]), {"ground": GROUND})
    [after_log_in] = parse_qs(urlsplit(answer["Location"]).query)["next"]
    page = unescape(signed_in(by).get(after_log_in).content.decode())
    assert GROUND in page
    assert not ProjectConflict.objects.exists()
    assert not ConflictDeclaration.objects.in_conflict().exists()
    assert Kronor(0) == Project.objects.get(pk=project.pk).paid
