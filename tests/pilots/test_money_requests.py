"""Payment requests: begun, written, signed and sent in, returned, withdrawn; each refusal says why and what would be right."""

import datetime as dt
import hashlib
import json

import pytest
from django.core.exceptions import PermissionDenied

from grants.models import Call, CostCategory
from kraftsamling.accounts.models import Signatory
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots import payment_rules
from pilots.actions import payment_review, payments
from pilots.models import CostEntry, PaymentRequest, PaymentVersion, Project, Report
from pilots.states import PaymentState
from tests.factories import applications, money
from tests.factories import grants as make
from tests.factories import pilots as projects
from tests.factories.accounts import UserFactory
from tests.grants.scene import why
from tests.kept import kept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

OUTSIDE = dt.date(2028, 1, 2)


def make_project():
    return money.create_project()


_project_once, project = kept(make_project)


@pytest.fixture
def writer(project):
    return projects.writer(project)


def texts(request, at=money.ASKING):
    return " ".join(obstacle.text for obstacle in payment_rules.obstacles(request, at=at))


def planned(project, due_on, state="planned", **values):
    return Report.objects.create(
        project=project, number=1, kind="progress", covers_from_on=project.starts_on, covers_to_on=due_on, due_on=due_on, state=state,
        **values,
    )  # fmt: skip


# ---- Begin


def test_a_draft_is_begun_and_seen_by_the_owner_alone(project, writer):
    request = payments.begin_request(project, by=writer, at=money.ASKING)
    assert (request.number, request.state, request.begun_by) == (1, "draft", writer)
    economist = money.economist(project)
    assert list(PaymentRequest.objects.visible_to(writer)) == [request]
    assert list(PaymentRequest.objects.visible_to(economist)) == []
    assert [m.kind for m in Message.objects.all()] == []


def test_only_a_member_of_the_owner_begins(project):
    for person in (UserFactory(), money.economist(project), make.officer(project.programme)):
        with pytest.raises(PermissionDenied):
            payments.begin_request(project, by=person, at=money.ASKING)


def test_not_while_another_is_open(project, writer):
    money.create_draft(project, 1_000)
    assert "Request 1 is open" in why(lambda: payments.begin_request(project, by=writer, at=money.ASKING))
    assert PaymentRequest.objects.count() == 1


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_every_open_state_stops_a_new_one_and_no_closed_one_does(project, writer, state):
    request = money.create_sent_in(project, 1_000)
    PaymentRequest.objects.filter(pk=request.pk).update(state=state)
    assert payment_rules.obstacles_to_begin(project, at=money.ASKING)
    PaymentRequest.objects.filter(pk=request.pk).update(state="withdrawn")
    assert payment_rules.obstacles_to_begin(project, at=money.ASKING) == []


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (dt.date(2027, 1, 14), "The project starts on"),
        (dt.date(2027, 1, 15), ""),
        (dt.date(2028, 1, 31), ""),
        (dt.date(2028, 2, 1), "The last day to ask for payment was"),
    ],
)
def test_the_time_to_ask_has_a_first_and_a_last_day(project, writer, day, said):
    at = dt.datetime.combine(day, dt.time(12), tzinfo=STOCKHOLM)
    found = payment_rules.obstacles_to_begin(project, at=at)
    assert [said in obstacle.text for obstacle in found] == ([True] if said else [])


def test_the_last_day_follows_the_setting_and_the_call(project, settings):
    settings.PAYMENT_LAST_REQUEST_MONTHS = 2
    assert payment_rules.last_request_day(project) == dt.date(2028, 2, 29)
    granted = projects.create_project()
    assert payment_rules.last_request_day(granted) == dt.date(2028, 1, 31)
    Call.objects.update(final_report_months=3)
    assert payment_rules.last_request_day(Project.objects.get(pk=granted.pk)) == dt.date(2028, 3, 31)


def test_not_in_a_closed_project(project, writer):
    Project.objects.filter(pk=project.pk).update(state="closed")
    assert "closed" in why(lambda: payments.begin_request(project, by=writer, at=money.ASKING))


@pytest.mark.parametrize(
    ("state", "due_on", "said"),
    [
        ("planned", dt.date(2027, 4, 19), "was due on"),
        ("returned", dt.date(2027, 4, 19), "was due on"),
        ("submitted", dt.date(2027, 4, 19), "waits to be approved"),
        ("planned", dt.date(2027, 4, 20), ""),
        ("cancelled", dt.date(2027, 4, 1), ""),
    ],
)
def test_reports_that_are_due_must_be_approved_first(project, writer, state, due_on, said):
    planned(project, due_on, state)
    found = payment_rules.obstacles_to_begin(project, at=money.ASKING)
    assert [said in obstacle.text for obstacle in found] == ([True] if said else [])


def test_an_approved_report_stops_nothing(project, writer):
    planned(project, dt.date(2027, 4, 1), "approved", approved_at=money.ASKING, approved_by=writer)
    assert payment_rules.obstacles_to_begin(project, at=money.ASKING) == []


def test_the_call_may_ask_for_no_reports(writer):
    granted = projects.create_project()
    granted.reports.all().delete()
    planned(granted, dt.date(2027, 4, 1))
    assert payment_rules.obstacles_to_begin(granted, at=money.ASKING)
    Call.objects.update(report_before_payment=False)
    assert payment_rules.obstacles_to_begin(Project.objects.get(pk=granted.pk), at=money.ASKING) == []


def test_the_account_of_the_application_is_taken_over():
    granted = projects.create_project()
    payments.begin_request(granted, by=projects.writer(granted), at=money.ASKING)
    assert Project.objects.get(pk=granted.pk).account == "Bankgiro 123-4567"


# ---- Write


def test_rows_are_added_changed_and_taken_away(project, writer):
    request = money.create_draft(project, 1_000, 2_000, 3_000, files=False)
    first, second, third = request.entries.order_by("position")
    payments.save_costs(
        request, changed={first.pk: money.cost(1_500, voucher="A9")}, removed=[second.pk], added=[money.cost(-200, voucher="K1")],
        revision=request.revision, by=writer,
    )  # fmt: skip
    rows = [(row.voucher, row.amount.whole) for row in request.entries.order_by("position")]
    assert rows == [("A9", 1_500), ("1:3", 3_000), ("K1", -200)]
    assert CostEntry.objects.filter(request=request).total() == Kronor(4_300)
    assert request.entries.order_by("position").last().position > third.position


def test_two_windows_do_not_overwrite_one_another(project, writer):
    request = money.create_draft(project, 1_000)
    stale = PaymentRequest.objects.get(pk=request.pk)
    payments.save_costs(request, added=[money.cost(1)], revision=request.revision, by=writer)
    with pytest.raises(payments.EntriesConflict):
        payments.save_costs(stale, added=[money.cost(2)], revision=stale.revision, by=writer)
    assert request.entries.count() == 2


def test_rows_of_another_request_are_not_touched(project, writer):
    other = money.create_sent_in(money.create_project(), 5_000)
    request = money.create_draft(project, 1_000)
    entry = other.entries.get()
    payments.save_costs(
        request, changed={entry.pk: money.cost(1)}, removed=[entry.pk], revision=request.revision, by=writer
    )  # fmt: skip
    assert (other.entries.get().amount, other.entries.count()) == (Kronor(5_000), 1)


def test_a_request_has_a_most_of_rows(project, writer, monkeypatch):
    monkeypatch.setattr(payments, "MOST_ENTRIES", 3)
    request = money.create_draft(project, 1, 2, 3)
    assert "at most 3 rows" in why(
        lambda: payments.save_costs(request, added=[money.cost(4)], revision=request.revision, by=writer)
    )


@pytest.mark.parametrize("state", [PaymentState.SUBMITTED, PaymentState.WITHDRAWN])
def test_what_has_been_sent_in_is_not_changed(project, writer, state):
    request = money.create_sent_in(project, 1_000)
    PaymentRequest.objects.filter(pk=request.pk).update(state=state)
    request.refresh_from_db()
    file = money.kept_file(by=writer)
    for act in (
        lambda: payments.save_costs(request, added=[money.cost(1)], revision=request.revision, by=writer),
        lambda: payments.add_file(request, file=file, kind="other", by=writer),
        lambda: payments.remove_file(request.files.first(), by=writer),
        lambda: payments.mark_ready(request, revision=request.revision, by=writer),
        lambda: payments.mark_final(request, is_final=True, by=writer),
    ):
        assert "no longer be changed" in why(act)


# ---- Hand in


def test_it_is_frozen_with_receipt_and_checksum_and_both_sides_are_told(project, writer):
    economist = money.economist(project)
    request = money.create_draft(project, 1_000, "2000.50")
    version = money.send_in(request)
    assert (request.state, request.submitted_by, request.signed_by_name) == ("submitted", writer, "Siv Signerande")
    assert version.receipt_number == request.receipt_number == f"UB{project.pk:05d}-1-1"
    assert version.content["entries"][1] == ["2027-02-01", "1:2", "Föreläsare", "external_services", "2000.5"]
    assert (version.content["total"], len(version.content["files"])) == ("3000.5", 2)
    whole = {"content": version.content, "receipt": version.receipt_number, "submitted_at": "2027-04-20T07:00:00+00:00"}
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert version.checksum == request.checksum == hashlib.sha256(text.encode()).hexdigest()
    assert version.files.count() == 2
    told = {(m.kind, m.to) for m in Message.objects.filter(kind__startswith="pilots/payment")}
    assert told == {("pilots/payment_receipt", writer), ("pilots/payment_arrived", economist)}
    assert Message.objects.get(kind="pilots/payment_arrived").subject == f"Ny utbetalningsbegäran 1: {project.title}"
    assert AuditEntry.objects.filter(action="pilots.payment.submit").count() == 1
    assert list(PaymentRequest.objects.visible_to(economist)) == [request]


def test_the_same_revision_twice_is_one_version(project, writer):
    request = money.create_draft(project, 1_000)
    signatory = money.signatory(project)
    first, second = (
        payments.submit_request(request, signatory=signatory, revision=request.revision, by=writer, at=money.ASKING)
        for _n in range(2)
    )
    assert first == second == PaymentVersion.objects.get()


def test_an_older_window_does_not_send_in(project, writer):
    request = money.create_draft(project, 1_000)
    with pytest.raises(payments.EntriesConflict):
        payments.submit_request(
            request, signatory=money.signatory(project), revision=request.revision - 1, by=writer, at=money.ASKING
        )


def test_nothing_without_rows_files_and_account(project, writer):
    Project.objects.filter(pk=project.pk).update(account="")
    request = payments.begin_request(Project.objects.get(pk=project.pk), by=writer, at=money.ASKING)
    said = texts(request)
    for part in ("no costs yet", "ledger", "income statement", "which account"):
        assert part in said
    refusal = why(lambda: money.send_in(request))
    assert said == refusal
    assert not PaymentVersion.objects.exists()


@pytest.mark.parametrize(
    ("day", "outside"),
    [(dt.date(2027, 1, 14), True), (dt.date(2027, 1, 15), False), (dt.date(2027, 4, 20), False), (dt.date(2027, 4, 21), True)],
)
def test_costs_outside_the_period_or_ahead_are_named(project, day, outside):
    request = money.create_draft(project, costs=[money.cost(1_000, voucher="A77", on=day)])
    assert ("A77" in texts(request), texts(request) != "") == (outside, outside)


def test_the_last_day_of_the_period_counts_and_the_next_does_not(project):
    request = money.create_draft(project, costs=[money.cost(1_000, voucher="A77", on=money.ENDS)])
    assert texts(request, at=money.AFTER) == ""
    row = request.entries.get()
    payments.save_costs(
        request,
        changed={row.pk: money.cost(1, voucher="A78", on=OUTSIDE)},
        revision=request.revision,
        by=projects.writer(project),
    )
    assert "Outside the project's period" in texts(request, at=money.AFTER)


def test_many_rows_outside_are_counted(project):
    costs = [money.cost(1, voucher=f"B{n}", on=OUTSIDE) for n in range(8)]
    assert "B4 and 3 more" in texts(money.create_draft(project, costs=costs), at=money.AFTER)


def test_the_last_day_holds_at_the_hand_in_too(project):
    request = money.create_draft(project, 1_000)
    late = dt.datetime(2028, 2, 1, 0, 0, tzinfo=STOCKHOLM)
    assert "last day to ask for payment" in why(lambda: money.send_in(request, at=late))
    money.send_in(request, at=late - dt.timedelta(minutes=1))


def test_a_report_that_has_become_due_stops_the_hand_in(project):
    request = money.create_draft(project, 1_000)
    planned(project, dt.date(2027, 4, 19))
    assert "was due on" in why(lambda: money.send_in(request))


def test_indirect_costs_are_at_most_the_decided_rate_from_the_start(project, writer):
    project.budget.indirect_rate = 15
    project.budget.save()
    staff, indirect = CostCategory.OWN_STAFF, CostCategory.INDIRECT
    first = money.create_draft(project, costs=[money.cost(10_000, category=staff), money.cost(1_500, category=indirect)])
    assert "Indirect" not in texts(first)
    money.send_in(first)
    money.decide(first)
    second = money.create_draft(project, costs=[money.cost(100, category=staff), money.cost("15.01", category=indirect)])
    found = payment_rules.indirect_of(second, payment_rules.facts_of(second, on=money.ASKING.date()))
    assert (found.own_staff, found.asked, found.most) == (Kronor(10_100), Kronor("1515.01"), Kronor(1_515))
    assert "at most 1\u00a0515\u00a0kr" in texts(second)


def test_a_voucher_of_an_earlier_request_is_asked_about(project):
    money.create_decided(project, costs=[money.cost(1_000, voucher="A1"), money.cost(1_000, voucher="A2")])
    second = money.create_draft(project, costs=[money.cost(1_000, voucher="A2"), money.cost(1_000, voucher="A3")])
    assert payment_rules.repeated_vouchers(second) == [("A2", 1)]
    (text,) = payment_rules.warnings(second)
    assert "A2 (request 1)" in text
    assert texts(second) == ""


def test_a_withdrawn_request_is_no_earlier_one(project):
    first = money.create_draft(project, costs=[money.cost(1_000, voucher="A1")])
    payments.withdraw_request(first, reason="", by=projects.writer(project), at=money.ASKING)
    assert payment_rules.warnings(money.create_draft(project, costs=[money.cost(1, voucher="A1")])) == []


# ---- Signature


def test_the_signatory_has_a_current_proof(project, writer):
    request = money.create_draft(project, 1_000)
    signatory = money.signatory(project)
    Signatory.objects.filter(pk=signatory.pk).update(valid_to_on=dt.date(2027, 4, 19))
    assert "valid today" in why(lambda: money.send_in(request))
    other = money.signatory(money.create_project())
    assert "valid today" in why(
        lambda: payments.submit_request(request, signatory=other, revision=request.revision, by=writer, at=money.ASKING)
    )
    Signatory.objects.filter(pk=signatory.pk).update(valid_to_on=dt.date(2027, 4, 20))
    money.send_in(request)


def test_a_signatory_with_an_account_signs_with_it(project, writer):
    request = money.create_draft(project, 1_000)
    colleague = UserFactory(member_of=project.owner)
    applications.create_signatory(project.owner, user=colleague)
    assert "has an account" in why(lambda: money.send_in(request, by=writer))
    money.send_in(request, by=colleague)


def test_two_sign_together(project, writer):
    request = money.create_draft(project, 1_000)
    applications.create_signatory(project.owner, jointly=True)
    colleague = UserFactory(member_of=project.owner)
    assert "Two people" in why(lambda: money.send_in(request, by=colleague))
    payments.mark_ready(request, revision=request.revision, by=writer, at=money.ASKING)
    assert "Two people" in why(lambda: money.send_in(request, by=writer))
    payments.save_costs(request, added=[money.cost(1)], revision=request.revision, by=writer)
    request.refresh_from_db()
    assert "Two people" in why(lambda: money.send_in(request, by=colleague))
    payments.mark_ready(request, revision=request.revision, by=writer, at=money.ASKING)
    money.send_in(request, by=colleague)


@pytest.mark.parametrize("place", ["says ready", "sends in"])
def test_a_joint_signatory_with_an_account_is_one_of_the_two(project, place):
    request = money.create_draft(project, 1_000)
    one, other, signs = (UserFactory(member_of=project.owner) for _ in range(3))
    applications.create_signatory(project.owner, jointly=True, user=signs)
    payments.mark_ready(request, revision=request.revision, by=one, at=money.ASKING)
    assert "has an account" in why(lambda: money.send_in(request, by=other))
    if place == "says ready":
        payments.mark_ready(request, revision=request.revision, by=signs, at=money.ASKING)
    else:
        other = signs
    money.send_in(request, by=other)
    assert request.submitted_by == other


# ---- Returned and withdrawn


def test_a_returned_request_is_completed_and_keeps_its_versions(project, writer):
    economist = money.economist(project)
    request = money.create_sent_in(project, 1_000, 2_000)
    row = request.entries.first()
    payment_review.assess_rows(
        request, rows={row.pk: (Kronor(900), "Moms.")}, revision=request.revision, by=economist, at=money.REVIEWING
    )
    payment_review.return_request(
        request,
        reason="Kvittot saknas.",
        due_on=dt.date(2027, 5, 10),
        revision=request.revision,
        by=economist,
        at=money.REVIEWING,
    )
    assert (request.state, request.return_due_on, request.returned_by) == ("returned", dt.date(2027, 5, 10), economist)
    payments.save_costs(
        request, changed={row.pk: money.cost(950, voucher="1:1")}, revision=request.revision, by=writer, at=money.REVIEWING
    )
    row.refresh_from_db()
    assert (row.approved, row.reason) == (None, "")
    request.refresh_from_db()
    money.send_in(request, at=money.PAYING)
    assert [v.content["total"] for v in PaymentVersion.objects.order_by("number")] == ["3000", "2950"]
    assert request.receipt_number.endswith("-1-2")
    assert request.return_due_on is None


def test_a_completion_has_its_own_last_day_and_not_that_of_the_project(project):
    request = money.create_sent_in(project, 1_000)
    at = dt.datetime(2028, 1, 30, 9, tzinfo=STOCKHOLM)
    payment_review.return_request(
        request, reason="Mer.", due_on=dt.date(2028, 2, 10), revision=request.revision, by=money.economist(project), at=at
    )
    late = dt.datetime(2028, 2, 11, 0, 0, tzinfo=STOCKHOLM)
    assert "should have been completed" in why(lambda: money.send_in(request, at=late))
    money.send_in(request, at=late - dt.timedelta(minutes=1))


def test_a_return_says_what_and_by_when(project):
    request = money.create_sent_in(project, 1_000)
    by = money.economist(project)

    def back(reason, due_on):
        return why(
            lambda: payment_review.return_request(
                request, reason=reason, due_on=due_on, revision=request.revision, by=by, at=money.REVIEWING
            )
        )

    assert "what is to be completed" in back(" ", dt.date(2027, 5, 1))
    assert "lie ahead" in back("Mer.", dt.date(2027, 4, 25))


def test_a_withdrawn_request_makes_room_for_a_new_one(project, writer):
    economist = money.economist(project)
    request = money.create_sent_in(project, 1_000)
    payments.withdraw_request(request, reason="Fel period.", by=writer, at=money.ASKING)
    assert request.state == "withdrawn"
    assert list(Message.objects.filter(kind="pilots/payment_withdrawn").values_list("to", flat=True)) == [economist.pk]
    assert payments.begin_request(project, by=writer, at=money.ASKING).number == 2


def test_a_decided_request_is_not_withdrawn(project, writer):
    request = money.create_decided(project, 1_000)
    request.refresh_from_db()
    assert "cannot go" in why(lambda: payments.withdraw_request(request, reason="", by=writer, at=money.ASKING))


def test_a_new_account_is_told_to_both_sides_and_logged(project, writer):
    economist = money.economist(project)
    payments.set_account(project, account="Plusgiro 12 34-5", by=writer, at=money.ASKING)
    assert Project.objects.get(pk=project.pk).account == "Plusgiro 12 34-5"
    assert {m.to for m in Message.objects.filter(kind="pilots/account_changed")} == {writer, economist}
    payments.set_account(project, account="Plusgiro 12 34-5", by=writer, at=money.ASKING)
    assert AuditEntry.objects.filter(action="pilots.payment.account").count() == 1
    with pytest.raises(PermissionDenied):
        payments.set_account(project, account="X", by=economist, at=money.ASKING)


@pytest.mark.parametrize("role", Role.values)
def test_who_reads_a_request_that_has_been_sent_in(project, role):
    request = money.create_sent_in(project, 1_000)
    person = make.officer(project.programme, role)
    reads = role in {Role.PROCESS_LEADER, Role.PROCESS_TEAM, Role.DECISION_MAKER, Role.FINANCE_OFFICER}
    assert list(PaymentRequest.objects.visible_to(person)) == [request] * reads
