"""Payments: one file each, fetched again with the same bytes, paid days read back, cancelled and taken back."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied

from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace
from kraftsamling.programmes.models import Role
from pilots import paid_reading
from pilots.actions import payouts as actions
from pilots.models import Payout, PayoutBatch, Project
from tests.factories import grants as make
from tests.factories import money
from tests.factories import pilots as projects
from tests.grants.scene import why

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def payout(project, by):
    money.create_decided(project, 100_000, by=by)
    return Payout.objects.get()


def test_a_file_has_each_payment_once(project, by, payout):
    batch = actions.make_batch(project.programme, by=by, at=money.PAYING)
    payout.refresh_from_db()
    assert (batch.number, batch.count, batch.total, payout.state, payout.batch) == (1, 1, Kronor(40_000), "exported", batch)
    assert "nothing to pay" in why(lambda: actions.make_batch(project.programme, by=by, at=money.PAYING))
    money.create_advance(project, 20_000, by=by)
    assert actions.make_batch(project.programme, by=by, at=money.PAYING).number == 2


def test_what_stands_in_the_file(project, by, payout):
    batch = actions.make_batch(project.programme, by=by, at=money.PAYING)
    text = store.read(batch.csv).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text), delimiter=";")
    assert header[:2] == ["Referens", "Belopp, kronor"] or header[:2] == ["Reference", "Amount, kronor"]
    assert row[:5] == [payout.reference, "40000", project.owner.name, project.owner.org_number, money.ACCOUNT]
    cells = list(openpyxl.load_workbook(io.BytesIO(store.read(batch.xlsx))).active.values)
    assert cells[1][:2] == (payout.reference, 40_000)
    assert store.verify(batch.csv)
    assert store.verify(batch.xlsx)


def test_hostile_names_run_nothing_in_the_file(project, by, payout):
    project.owner.name = "=cmd|' /C calc'!A0"
    project.owner.save()
    batch = actions.make_batch(project.programme, by=by, at=money.PAYING)
    assert "'=cmd" in store.read(batch.csv).decode()


def test_the_file_filled_in_by_the_finance_system_is_read_back(project, by, payout):
    batch = actions.make_batch(project.programme, by=by, at=money.PAYING)
    lines = list(csv.reader(io.StringIO(store.read(batch.csv).decode("utf-8-sig")), delimiter=";"))
    lines[1][-1] = "2027-05-04"
    lines[0][0], lines[0][1], lines[0][-1] = "Referens", "Belopp, kronor", "Utbetald"
    found = paid_reading.read(lines, Payout.objects.all(), today=dt.date(2027, 5, 10))
    assert [(row.reference, row.amount, row.paid_on, row.problem) for row in found] == [
        (payout.reference, Kronor(40_000), dt.date(2027, 5, 4), "")
    ]
    rows = [actions.PaidRow(row.reference, row.amount, row.paid_on) for row in found]
    assert actions.mark_paid(rows, by=by, at=dt.datetime(2027, 5, 10, 9, tzinfo=STOCKHOLM)) == 1
    payout.refresh_from_db()
    assert (payout.state, payout.paid_on, payout.recoverable_until_on) == ("paid", dt.date(2027, 5, 4), dt.date(2037, 5, 4))


@pytest.mark.parametrize(("amount", "day"), [(39_999, dt.date(2027, 5, 3)), (40_000, dt.date(2027, 5, 4))])
def test_what_does_not_agree_is_not_booked(project, by, payout, amount, day):
    actions.make_batch(project.programme, by=by, at=money.PAYING)
    rows = [actions.PaidRow(payout.reference, Kronor(amount), day)]
    assert why(lambda: actions.mark_paid(rows, by=by, at=money.PAYING))
    payout.refresh_from_db()
    assert payout.state == "exported"


def test_all_rows_or_none(project, by, payout):
    money.create_advance(project, 20_000, by=by)
    actions.make_batch(project.programme, by=by, at=money.PAYING)
    rows = [
        actions.PaidRow(payout.reference, Kronor(40_000), money.PAYING.date()),
        actions.PaidRow("KS9", Kronor(1), money.PAYING.date()),
    ]
    assert "KS9" in why(lambda: actions.mark_paid(rows, by=by, at=money.PAYING))
    assert not Payout.objects.paid().exists()


def test_a_payment_is_not_booked_twice_or_before_it_is_sent(project, by, payout):
    rows = [actions.PaidRow(payout.reference, Kronor(40_000), money.PAYING.date())]
    assert why(lambda: actions.mark_paid(rows, by=by, at=money.PAYING))
    actions.make_batch(project.programme, by=by, at=money.PAYING)
    actions.mark_paid(rows, by=by, at=money.PAYING)
    assert why(lambda: actions.mark_paid(rows, by=by, at=money.PAYING))


def test_a_cancelled_payment_can_be_paid_by_a_later_decision(project, by, payout):
    assert "why" in why(lambda: actions.cancel_payout(payout, reason=" ", by=by))
    actions.cancel_payout(payout, reason="Fel konto.", by=by, at=money.PAYING)
    assert (payout.state, Project.objects.get(pk=project.pk).paid) == ("cancelled", Kronor(0))
    assert money.create_decided(project, 1, by=by).amount == Kronor(40_000)
    assert Payout.objects.counting().total() == Kronor(40_000)


def test_what_is_in_a_file_is_not_cancelled_but_can_be_taken_back(project, by, payout):
    actions.make_batch(project.programme, by=by, at=money.PAYING)
    payout.refresh_from_db()
    assert "cannot go" in why(lambda: actions.cancel_payout(payout, reason="x", by=by))
    Project.objects.filter(pk=project.pk).update(account="Bankgiro 765-4321")
    payout = Payout.objects.select_related("project").get()
    assert why(lambda: actions.take_back_from_file(payout, reason="", by=by))
    actions.take_back_from_file(payout, reason="Kontot var avslutat.", by=by, at=money.PAYING)
    assert (payout.state, payout.batch, payout.account) == ("decided", None, "Bankgiro 765-4321")
    with pytest.raises(LostRace):
        actions.take_back_from_file(payout, reason="x", by=by)
    assert actions.make_batch(project.programme, by=by, at=money.PAYING).number == 2
    assert PayoutBatch.objects.first().count == 1


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.FINANCE_OFFICER])
def test_who_pays(project, payout, role):
    person = make.officer(project.programme, role)
    with pytest.raises(PermissionDenied):
        actions.make_batch(project.programme, by=person)
    with pytest.raises(PermissionDenied):
        actions.cancel_payout(payout, reason="x", by=person)
    assert why(
        lambda: actions.mark_paid(
            [actions.PaidRow(payout.reference, payout.amount, money.PAYING.date())], by=person, at=money.PAYING
        )
    )


def test_nobody_pays_their_own_organisation(project, payout):
    insider = make.officer(project.programme, Role.FINANCE_OFFICER)
    insider.memberships.create(organisation=project.owner)
    insider = type(insider).objects.get(pk=insider.pk)
    assert "nothing to pay" in why(lambda: actions.make_batch(project.programme, by=insider, at=money.PAYING))
    with pytest.raises(PermissionDenied):
        actions.cancel_payout(payout, reason="x", by=insider)
    assert projects.writer(project)
