"""What the database itself refuses of money, whoever writes to it. On both engines."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from kraftsamling.lib.money import Kronor
from pilots import triggers
from pilots.actions import payouts
from pilots.models import CostEntry, PaymentRequest, Payout, Project
from tests.factories import money
from tests.factories import pilots as projects
from tests.pilots.sql import run, triggers_laid

pytestmark = pytest.mark.django_db


def refused(name, statement, *values):
    with pytest.raises(IntegrityError, match=name):
        run(statement, *values)


def payout(project, by, amount, kind="request", **values):
    with transaction.atomic():
        return Payout.objects.create(
            project=project, kind=kind, amount=Kronor(amount), reference=f"T{Payout.objects.count()}-{project.pk}",
            decided_at=money.REVIEWING, decided_by=by, **values,
        )  # fmt: skip


def paid_of(project):
    return Project.objects.get(pk=project.pk).paid


def approved(project, by, amount):
    """A decided request with that much approved and nothing paid."""
    request = money.create_sent_in(project, amount)
    CostEntry.objects.filter(request=request).update(approved=Kronor(amount))
    PaymentRequest.objects.filter(pk=request.pk).update(
        state="decided", decided_at=money.REVIEWING, decided_by=by, amount=Kronor(0), formula=Kronor(0)
    )
    return PaymentRequest.objects.get(pk=request.pk)


def test_all_triggers_are_laid():
    wanted = set(triggers._sqlite()) if connection.vendor == "sqlite" else {
        "money_payout_kept", "money_payout_fixed", "money_project_paid", "money_entry_frozen", "money_request_frozen",
    }  # fmt: skip
    assert triggers_laid("money_") == wanted
    triggers.lay(connection)
    assert triggers_laid("money_") == wanted


def test_paid_is_the_sum_of_what_is_not_cancelled(project, by):
    request = approved(project, by, 250_000)
    first = payout(project, by, 60_000, request=request)
    assert paid_of(project) == Kronor(60_000)
    second = payout(project, by, 40_000, "final")
    payout(project, by, -15_000, "repayment", state="paid", paid_on=dt.date(2027, 6, 1))
    assert paid_of(project) == Kronor(85_000)
    with transaction.atomic():
        Payout.objects.filter(pk=second.pk).update(state="cancelled", cancelled_at=money.PAYING, cancelled_by=by)
    assert paid_of(project) == Kronor(45_000)
    Payout.objects.filter(pk=first.pk).update(state="exported")
    assert paid_of(project) == Kronor(45_000)


def test_paid_cannot_be_written_by_hand(project, by):
    payout(project, by, 100_000, request=approved(project, by, 250_000))
    refused(triggers.KEPT, "UPDATE pilots_project SET paid = 0 WHERE id = %s", project.pk)
    refused(triggers.KEPT, "UPDATE pilots_project SET paid = paid - 1 WHERE id = %s", project.pk)
    refused("pilots_project|project_is_never_paid_above_its_cap|project_paid", "UPDATE pilots_project SET paid = %s", 10**12)
    run("UPDATE pilots_project SET paid = paid WHERE id = %s", project.pk)


def test_a_payment_never_passes_the_share_of_the_approved_costs(project, by):
    request = approved(project, by, 250_000)  # 40 per cent: 100 000
    with pytest.raises(IntegrityError, match=triggers.ABOVE_FORMULA):
        payout(project, by, 100_001, request=request)
    assert paid_of(project) == Kronor(0)
    payout(project, by, 60_000, request=request)
    with pytest.raises(IntegrityError, match=triggers.ABOVE_FORMULA):
        payout(project, by, 40_001, "final")
    payout(project, by, 40_000, "final")
    assert paid_of(project) == Kronor(100_000)


def test_half_a_krona_is_rounded_up_and_less_is_not(project, by):
    approved(project, by, "101.25")  # 40,50
    with pytest.raises(IntegrityError, match=triggers.ABOVE_FORMULA):
        payout(project, by, 42, "final")
    payout(project, by, 41, "final")
    assert paid_of(project) == Kronor(41)


def test_less_than_half_a_krona_is_nothing(project, by):
    approved(project, by, "101.24")
    with pytest.raises(IntegrityError, match=triggers.ABOVE_FORMULA):
        payout(project, by, 41, "final")
    payout(project, by, 40, "final")


def test_rounding_never_passes_half_of_the_costs(by, project):
    Project.objects.filter(pk=project.pk).update(share=Decimal(50))
    approved(project, by, "1.99")
    with pytest.raises(IntegrityError, match=triggers.ABOVE_FORMULA):
        payout(project, by, 1, "final")


def test_60_per_cent_where_european_money_also_pays(project, by):
    Project.objects.filter(pk=project.pk).update(share=Decimal(60), eu_cofinanced=True)
    approved(project, by, 100_000)
    with pytest.raises(IntegrityError, match=triggers.ABOVE_FORMULA):
        payout(project, by, 60_001, "final")
    payout(project, by, 60_000, "final")
    Project.objects.filter(pk=project.pk).update(share=Decimal(50), eu_cofinanced=False)


def test_the_cap_holds(project, by):
    request = approved(project, by, 10_000_000)
    with pytest.raises(IntegrityError):
        payout(project, by, 150_001, request=request)
    payout(project, by, 150_000, request=request)
    with pytest.raises(IntegrityError):
        payout(project, by, 1, "final")
    with pytest.raises(IntegrityError, match="project_is_never_paid_above_its_cap"), transaction.atomic():
        Project.objects.filter(pk=project.pk).update(cap=Kronor(149_999))


def test_costs_that_are_not_decided_give_nothing(project, by):
    request = money.create_sent_in(project, 250_000)
    CostEntry.objects.filter(request=request).update(approved=Kronor(250_000))
    with pytest.raises(IntegrityError, match=triggers.ABOVE_FORMULA):
        payout(project, by, 1, request=request)


def test_what_is_revoked_is_never_paid_again(project, by):
    request = approved(project, by, 250_000)
    payout(project, by, 100_000, request=request, state="paid", paid_on=dt.date(2027, 5, 3))
    made = money.create_recovery(project, 20_000, by=by)
    payout(project, by, -20_000, "repayment", state="paid", paid_on=dt.date(2027, 6, 1), recovery=made)
    with pytest.raises(IntegrityError, match=triggers.ABOVE_FORMULA):
        payout(project, by, 1, "final")


def test_an_advance_is_at_most_half_of_the_grant_by_sql_too(project, by):
    made = money.create_advance(project, 75_000, granted=False)
    with pytest.raises(IntegrityError, match=triggers.ABOVE_ADVANCE):
        payout(project, by, 75_001, "advance", advance=made)
    payout(project, by, 75_000, "advance", advance=made)
    assert paid_of(project) == Kronor(75_000)


def test_an_advance_is_not_a_krona_above_half_of_an_odd_grant(project, by):
    Project.objects.filter(pk=project.pk).update(cap=Kronor(149_999))
    made = money.create_advance(Project.objects.get(pk=project.pk), 74_999, granted=False)
    with pytest.raises(IntegrityError, match=triggers.ABOVE_ADVANCE):
        payout(project, by, 75_000, "advance", advance=made)
    payout(project, by, 74_999, "advance", advance=made)


def test_an_advance_is_at_most_400_000_by_sql_too(by, project):
    Project.objects.filter(pk=project.pk).update(cap=Kronor(5_000_000))
    made = money.create_advance(Project.objects.get(pk=project.pk), 400_000, granted=False)
    with pytest.raises(IntegrityError, match=triggers.ABOVE_ADVANCE):
        payout(project, by, 400_001, "advance", advance=made)
    payout(project, by, 400_000, "advance", advance=made)


def test_an_advance_has_a_decision_and_a_payment_its_request(project, by):
    for kind in ("advance", "request"):
        with pytest.raises(IntegrityError):
            payout(project, by, 1, kind)


def test_a_payout_is_cancelled_never_changed(project, by):
    made = payout(project, by, 60_000, request=approved(project, by, 250_000))
    for change in ("amount = amount - 1", "amount = amount + 1", "kind = 'final'", "request_id = NULL"):
        refused(triggers.FIXED, f"UPDATE pilots_payout SET {change} WHERE id = %s", made.pk)
    Payout.objects.filter(pk=made.pk).update(state="cancelled", cancelled_at=money.PAYING, cancelled_by=by)
    refused(
        triggers.FIXED,
        "UPDATE pilots_payout SET state = 'decided', cancelled_at = NULL, cancelled_by_id = NULL WHERE id = %s",
        made.pk,
    )
    if connection.vendor == "postgresql":
        refused(triggers.FIXED, "DELETE FROM pilots_payout WHERE id = %s", made.pk)


def test_a_decided_request_is_never_changed(project, by):
    request = approved(project, by, 250_000)
    entry = request.entries.get()
    for change in ("approved = approved - 1", "amount = amount + 100", "voucher = 'B'"):
        refused(triggers.FROZEN, f"UPDATE pilots_costentry SET {change} WHERE id = %s", entry.pk)
    for change in ("state = 'submitted', decided_at = NULL, decided_by_id = NULL", "amount = amount", "formula = 5"):
        refused(triggers.FROZEN, f"UPDATE pilots_paymentrequest SET {change} WHERE id = %s", request.pk)
    entry.pk, entry.position = None, 99
    with pytest.raises(IntegrityError, match=triggers.FROZEN), transaction.atomic():
        entry.save(force_insert=True)
    if connection.vendor == "postgresql":
        refused(triggers.FROZEN, "DELETE FROM pilots_costentry WHERE request_id = %s", request.pk)


def test_no_row_is_moved_into_a_decided_request(project, by):
    request = approved(project, by, 250_000)
    other = money.create_draft(project, 5_000)
    refused(
        triggers.FROZEN, "UPDATE pilots_costentry SET request_id = %s, position = 50 WHERE request_id = %s", request.pk, other.pk
    )


def test_a_closed_project_is_not_paid(project, by):
    approved(project, by, 250_000)
    Project.objects.filter(pk=project.pk).update(state="closed")
    with pytest.raises(IntegrityError, match=triggers.NOT_RUNNING):
        payout(project, by, 1, "final")


def test_a_decided_amount_is_at_most_the_formula_and_a_lower_one_has_a_reason(project, by):
    request = money.create_sent_in(project, 1_000)
    rows = PaymentRequest.objects.filter(pk=request.pk)
    decided = {"state": "decided", "decided_at": money.REVIEWING, "decided_by": by, "lower_reason": "Avrundat."}
    for values, name in (
        ({"amount": Kronor(401), "formula": Kronor(400)}, "payment_is_at_most_what_the_formula_gives"),
        ({"amount": Kronor(-1), "formula": Kronor(400)}, "payment_is_at_most_what_the_formula_gives"),
        ({"amount": None, "formula": Kronor(400)}, "payment_is_at_most_what_the_formula_gives"),
        ({"amount": Kronor(399), "formula": Kronor(400), "lower_reason": ""}, "a_lower_payment_has_a_reason"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**{**decided, **values})
    rows.update(**decided, amount=Kronor(399), formula=Kronor(400))


def test_one_open_request_by_sql(project, by):
    request = money.create_draft(project, 1_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentRequest.objects.create(
            project=project, number=7, begun_at=money.ASKING, begun_by=projects.writer(project), state=request.state
        )


@pytest.mark.parametrize(
    "change",
    [
        "decided_by_id = NULL",
        "decided_at = '2020-01-01'",
        "receipt_number = 'X'",
        "checksum = 'x'",
        "lower_reason = 'x'",
        "number = 9",
    ],
)
def test_nothing_at_all_is_changed_in_a_decided_request(project, by, change):
    money.create_decided(project, 100_000, by=by)
    refused(triggers.FROZEN, f"UPDATE pilots_paymentrequest SET {change} WHERE project_id = %s", project.pk)


@pytest.mark.parametrize("state", ["paid", "exported"])
def test_what_is_paid_or_on_its_way_is_not_cancelled_so_that_it_could_be_paid_again(project, by, state):
    money.create_decided(project, 100_000, by=by)
    if state == "paid":
        money.pay_all(project.programme, by=by, at=money.PAYING)
    else:
        payouts.make_batch(project.programme, by=by, at=money.PAYING)
    cancel = "UPDATE pilots_payout SET state = 'cancelled', paid_on = NULL, cancelled_at = %s, cancelled_by_id = %s"
    refused(triggers.FIXED, cancel, money.PAYING, by.pk)
    if state == "paid":
        refused(triggers.FIXED, "UPDATE pilots_payout SET state = 'decided', paid_on = NULL")
    assert paid_of(project) == Kronor(40_000)
