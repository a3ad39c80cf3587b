"""What the database itself keeps as it was sent in or decided, whoever writes to it. On both engines."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from kraftsamling.files import store
from kraftsamling.lib.money import Kronor
from pilots import frozen, triggers
from pilots.actions import advances, payouts, recoveries
from pilots.models import PaymentVersion, Payout, Recovery, ReportReview, ReportVersion
from tests.factories import grants as make
from tests.factories import money, reports
from tests.factories import pilots as projects
from tests.kept import kept
from tests.pilots.sql import run, triggers_laid

pytestmark = pytest.mark.django_db


def refused(name, table, change, pk, *values):
    with pytest.raises(IntegrityError, match=name):
        run(f"UPDATE {table} SET {change} WHERE id = %s", *values, pk)


def not_deleted(name, table, pk):
    """A database in memory is one of a test, and is emptied."""
    if connection.vendor == "postgresql":
        with pytest.raises(IntegrityError, match=name):
            run(f"DELETE FROM {table} WHERE id = %s", pk)


def file():
    return store.store_bytes("bevis.pdf", b"%PDF-1.7", "application/pdf", by=None)


def test_all_triggers_are_laid_and_lifted():
    wanted = {name for table in frozen.TABLES for name in frozen.names_of(table)}
    assert triggers_laid("frozen_") == wanted
    frozen.lay(connection)
    assert triggers_laid("frozen_") == wanted
    frozen.lift(connection)
    assert triggers_laid("frozen_") == set()
    frozen.lay(connection)
    assert triggers_laid("frozen_") == wanted


@pytest.mark.parametrize(
    "change",
    [
        "content = '{}'", "checksum = 'x'", "receipt_number = 'x'", "signed_by_name = 'Någon annan'", "number = 9", "revision = 99",
        "submitted_at = '2020-01-01 10:00:00+00:00'",
    ],
)  # fmt: skip
def test_a_payment_request_as_it_was_sent_in_is_never_changed(project, change):
    version = money.send_in(money.create_draft(project, 100_000))
    refused(frozen.SENT_IN, "pilots_paymentversion", change, version.pk)
    not_deleted(frozen.SENT_IN, "pilots_paymentversion", version.pk)
    run("UPDATE pilots_paymentversion SET content = content WHERE id = %s", version.pk)


def test_the_files_of_what_was_sent_in_are_never_exchanged(project):
    version = money.send_in(money.create_draft(project, 100_000))
    link = PaymentVersion.files.through.objects.filter(paymentversion=version).first()
    with pytest.raises(IntegrityError, match=frozen.SENT_IN), transaction.atomic():
        PaymentVersion.files.through.objects.filter(pk=link.pk).update(storedfile=file())
    not_deleted(frozen.SENT_IN, "pilots_paymentversion_files", link.pk)


def make_report():
    found = projects.create_elsewhere().reports.order_by("due_on").first()
    reports.create_submitted(found)
    return found


_report_once, report = kept(make_report)


@pytest.mark.parametrize(
    "change", ["content = '{}'", "checksum = 'x'", "receipt_number = 'x'", "draft_revision = 99", "due_on = '2030-01-01'"]
)
def test_a_report_as_it_was_handed_in_is_never_changed(report, change):
    version = report.current_version
    refused(frozen.SENT_IN, "pilots_reportversion", change, version.pk)
    refused(frozen.SENT_IN, "pilots_reportedcost", "booked = booked + 1", version.costs.first().pk)
    not_deleted(frozen.SENT_IN, "pilots_reportedcost", version.costs.first().pk)
    not_deleted(frozen.SENT_IN, "pilots_reportversion", version.pk)


def test_the_document_of_a_report_is_laid_beside_it_once(report):
    version = report.current_version
    ReportVersion.objects.filter(pk=version.pk).update(pdf=file())
    with pytest.raises(IntegrityError, match=frozen.SENT_IN), transaction.atomic():
        ReportVersion.objects.filter(pk=version.pk).update(pdf=file())


def test_what_an_officer_has_said_of_a_report_is_changed_until_it_is_decided(report):
    by = make.officer(report.project.programme)
    review = ReportReview.objects.create(version=report.current_version, saved_at=reports.REVIEWING, saved_by=by)
    ReportReview.objects.filter(pk=review.pk).delete()
    reports.approve(report, by=by)
    review = ReportReview.objects.get()
    for change in ('comments = \'{"": "x"}\'', "outcome = 'returned'", "decided_at = '2020-01-01 10:00:00+00:00'"):
        refused(frozen.DECIDED, "pilots_reportreview", change, review.pk)
    not_deleted(frozen.DECIDED, "pilots_reportreview", review.pk)


PAID = ["paid_on = '2030-01-01'", "account = 'Bankgiro 1-1'", "reference = 'X1'", "exported_at = NULL", "batch_id = NULL"]


@pytest.mark.parametrize("change", PAID)
def test_what_has_been_paid_stays_where_and_when_it_was_paid(project, by, change):
    money.create_decided(project, 100_000, by=by)
    money.pay_all(project.programme, by=by, at=money.PAYING)
    refused(triggers.FIXED, "pilots_payout", change, Payout.objects.get().pk)


def test_an_account_is_changed_only_when_the_payment_comes_back(project, by):
    money.create_decided(project, 100_000, by=by)
    made = Payout.objects.get()
    refused(triggers.FIXED, "pilots_payout", "account = 'Bankgiro 1-1'", made.pk)
    payouts.make_batch(project.programme, by=by, at=money.PAYING)
    refused(triggers.FIXED, "pilots_payout", "account = 'Bankgiro 1-1'", made.pk)
    refused(triggers.FIXED, "pilots_payout", "reference = 'X1'", made.pk)
    type(project).objects.filter(pk=project.pk).update(account="Bankgiro 765-4321")
    made.refresh_from_db()
    payouts.take_back_from_file(made, reason="Kontot var avslutat.", by=by, at=money.PAYING)
    assert Payout.objects.get().account == "Bankgiro 765-4321"


@pytest.mark.parametrize(
    "change", ["amount = amount + 100", "special_reasons = 'x'", "financial_check = 'x'", "asked = 1", "state = 'asked', decided_at = NULL, decided_by_id = NULL"]
)  # fmt: skip
def test_a_decided_advance_is_never_changed(project, change):
    made = money.create_advance(project, 50_000)
    refused(frozen.DECIDED, "pilots_advance", change, made.pk)
    not_deleted(frozen.DECIDED, "pilots_advance", made.pk)


def test_a_refused_advance_is_never_changed_and_one_that_waits_is(project, by):
    made = money.create_advance(project, 50_000, granted=False)
    assert run("UPDATE pilots_advance SET reasons = 'Nya skäl.' WHERE id = %s", made.pk) == 1
    advances.refuse_advance(made, reasons="Ekonomin är stark.", by=by, at=money.REVIEWING)
    refused(frozen.DECIDED, "pilots_advance", "special_reasons = 'x'", made.pk)


@pytest.fixture
def recovery(project, by):
    money.create_decided(project, 100_000, by=by)
    money.pay_all(project.programme, by=by, at=money.PAYING)
    return money.create_recovery(project, 20_000, by=by)


@pytest.mark.parametrize(
    "change",
    ["amount = amount - 100", "reasons = 'x'", "interest_basis = 'x'", "ground = 'use'", "answer = 'x'", "whole = NOT whole",
     "state = 'dropped'", "state = 'hearing', decided_at = NULL, decided_by_id = NULL"],
)  # fmt: skip
def test_a_decided_recovery_is_never_changed(recovery, change):
    refused(frozen.DECIDED, "pilots_recovery", change, recovery.pk)
    not_deleted(frozen.DECIDED, "pilots_recovery", recovery.pk)
    part = recovery.parts.get()
    refused(frozen.DECIDED, "pilots_recoverypart", "amount = amount - 100", part.pk)
    not_deleted(frozen.DECIDED, "pilots_recoverypart", part.pk)


def test_a_recovery_is_over_once(recovery, by):
    recoveries.book_repayment(
        recovery, amount=Kronor(20_000), paid_on=dt.date(2027, 6, 1), by=by, at=dt.datetime(2027, 6, 2, tzinfo=dt.UTC)
    )
    assert Recovery.objects.get().state == "settled"
    for change in ("state = 'decided'", "settled_at = NULL", "settled_at = '2020-01-01 10:00:00+00:00'"):
        refused(frozen.DECIDED, "pilots_recovery", change, recovery.pk)
