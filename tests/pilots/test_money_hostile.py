"""Money against who lies, hurries, or comes back after a while: each of these once went wrong."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse

from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.text import identity_numbers
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Role
from pilots import cost_reading, sie
from pilots.actions import advances, payments, payouts, recoveries, settlements
from pilots.models import Payout, Project
from tests.factories import grants as make
from tests.factories import money
from tests.factories import pilots as projects
from tests.grants.scene import again, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


LATER = dt.datetime(2027, 4, 27, 9, tzinfo=STOCKHOLM)
"""Before the first report is due, so that only money stands in the way."""


@pytest.fixture
def paid(project, by):
    """80 000 kronor of 200 000."""
    money.create_decided(project, 200_000, by=by)
    money.pay_all(project.programme, by=by, at=LATER)
    return again(project)


# ---- Öre in a recovery


@pytest.mark.parametrize("repaid", ["", "500.50", "1000.50"])
def test_a_recovery_with_ore_does_not_lock_the_payments_that_follow(paid, by, repaid):
    made = money.create_recovery_of(paid, "1000.50", by=by, at=LATER)
    if repaid:
        recoveries.book_repayment(made, amount=Kronor(repaid), paid_on=LATER.date(), by=by, at=LATER)

    request = money.create_decided(again(paid), 100_000, by=by, at=LATER)

    # 40 per cent of 300 000 less 1 000.50 is 118 999.50: in whole kronor, less what has been paid and not come back
    left = {"": 38_999, "500.50": 39_499, "1000.50": 39_999}[repaid]
    assert (request.amount, request.formula) == (Kronor(left), Kronor(left))


def test_a_settlement_after_a_recovery_with_ore_pays_whole_kronor(paid, by):
    made = money.create_recovery_of(paid, "1000.50", by=by, at=LATER)
    recoveries.book_repayment(made, amount=Kronor("1000.25"), paid_on=LATER.date(), by=by, at=LATER)
    request = money.create_sent_in(again(paid), 100_000, at=LATER)
    money.decide(request, by=by, at=LATER, amount=Kronor(30_000), lower_reason="Resten vid slutavräkningen.")
    money.pay_all(paid.programme, by=by, at=LATER)
    money.approve_final_report(paid, by=by)

    grant = settlements.outcome_of(again(paid), other_financing=Kronor(0)).grant
    settlements.settle(again(paid), other_financing=Kronor(0), seen_grant=grant, by=by, at=money.AFTER)

    final = Payout.objects.get(kind="final")
    assert (grant, final.amount) == (Kronor(118_999), Kronor(9_999))


# ---- Revoked money does not come back as an advance


def test_what_has_been_revoked_and_repaid_is_not_paid_once_more_as_an_advance(paid, by):
    made = money.create_recovery_of(paid, 80_000, by=by, at=LATER)
    recoveries.book_repayment(made, amount=Kronor(80_000), paid_on=LATER.date(), by=by, at=LATER)
    assert advances.most_that_can_be_advanced(again(paid)) == Kronor(70_000)
    with pytest.raises(TransitionRefused, match=r"at most 70.000"):
        money.create_advance(again(paid), 70_001, by=by, at=LATER)


def test_what_is_held_back_until_the_final_report_is_not_paid_as_an_advance(project, by):
    Project.objects.filter(pk=project.pk).update(holdback=20)
    assert money.create_decided(again(project), 400_000, by=by).amount == Kronor(120_000)
    assert advances.most_that_can_be_advanced(again(project)) == Kronor(0)
    money.approve_final_report(project, by=by)
    assert advances.most_that_can_be_advanced(again(project)) == Kronor(30_000)


# ---- A payment of the final settlement


def test_what_a_settlement_pays_is_not_cancelled_since_nothing_could_pay_it_afterwards(paid, by):
    request = money.create_sent_in(paid, 100_000, at=LATER)
    money.decide(request, by=by, at=LATER, amount=Kronor(30_000), lower_reason="Resten vid slutavräkningen.")
    money.pay_all(paid.programme, by=by, at=LATER)
    money.approve_final_report(paid, by=by)
    settlements.settle(again(paid), other_financing=Kronor(0), seen_grant=Kronor(120_000), by=by, at=money.AFTER)
    final = Payout.objects.get(kind="final")

    with pytest.raises(TransitionRefused, match="settled"):
        payouts.cancel_payout(final, reason="Fel konto.", by=by, at=money.AFTER)

    assert again(paid).paid == Kronor(120_000)


# ---- A session that has expired


@pytest.fixture
def long_draft(project):
    return money.create_draft(project, *range(1, 61), files=False)


def sent_after_expiry(client, owner, path, data):
    """What the owner sends without a session, and the page they come to after log-in."""
    with time_machine.travel(money.ASKING, tick=False):
        away = client.post(path, data)
        assert away.status_code == 302
        back = parse_qs(urlsplit(away["Location"]).query)["next"][0]
        return signed_in(owner).get(back).content.decode()


def test_rows_of_a_later_page_come_back_after_an_expired_session(client, project, long_draft):
    entry = long_draft.entries.get(position=55)
    typed = {"date": "2027-02-01", "voucher": "SKRIVET", "text": "Skrivet länge", "category": "travel", "amount": "77"}
    data = {f"r{entry.pk}_{name}": value for name, value in typed.items()} | {"revision": long_draft.revision, "page": "2"}
    page = sent_after_expiry(client, projects.writer(project), reverse("payment_edit", args=[long_draft.pk]), data)
    assert "SKRIVET" in page


def test_what_was_pasted_comes_back_after_an_expired_session(client, project, long_draft):
    data = {"paste": "2027-02-01\tKLISTRAT\tHyra\tresor\t100", "category": "travel", "revision": long_draft.revision}
    page = sent_after_expiry(client, projects.writer(project), reverse("payment_paste", args=[long_draft.pk]), data)
    assert "KLISTRAT" in page


@pytest.mark.parametrize(("revision", "last"), [(0, "2027-02-01\tSIST\tHyra\tresor\t100"), (None, "SIST")])
def test_what_was_pasted_is_still_there_when_it_could_not_be_taken_in(project, long_draft, revision, last):
    """A colleague was first, or the last row of thousands is wrong."""
    rows = "\n".join([f"2027-02-01\tP{n}\t{'Hyra ' * 30}\tresor\t100" for n in range(3000)] + [last])
    with time_machine.travel(money.ASKING, tick=False):
        data = {"paste": rows, "revision": long_draft.revision if revision is None else revision}
        page = signed_in(projects.writer(project)).post(reverse("payment_paste", args=[long_draft.pk]), data)
    assert "SIST</textarea>" in page.content.decode() or last in page.content.decode()
    assert long_draft.entries.count() == 60


def test_what_the_economist_had_said_of_the_rows_comes_back_after_an_expired_session(client, project, by):
    request = money.create_sent_in(project, *range(1, 61))
    entry = request.entries.get(position=55)
    data = {f"a{entry.pk}": "50", f"s{entry.pk}": "Kvitto saknas", "revision": request.revision, "page": "2"}
    assert "Kvitto saknas" in sent_after_expiry(client, by, reverse("payment_review", args=[request.pk]), data)
    assert entry.approved is None


# ---- A bookkeeping file that says more than it should

BIRTH = "19121212-1212"
BOOKS = """#FLAGGA 0
#KONTO 7010 "Lön Tolvan {birth}"
#VER A "{birth}" 20270201 ""
{{
#TRANS 7010 {{}} 100.00
#TRANS 7010 {{}} 200.00 20270201 "Tolvan {birth}"
#TRANS {birth} {{}} 300.00 20270201 "Konto"
#TRANS {birth} {{}} 400.00
}}
"""


def test_identity_numbers_are_left_out_wherever_a_bookkeeping_file_has_them():
    file = sie.read(BOOKS.format(birth=BIRTH).encode())
    mapping = dict.fromkeys(file.used_accounts(), "travel")
    found = cost_reading.from_books(file, mapping=mapping, marked=None, first=dt.date(2027, 1, 1), last=dt.date(2027, 12, 31))
    assert [cost.amount.whole for cost in found.costs] == [100, 200, 300, 400]
    assert not [cost for cost in found.costs if identity_numbers(f"{cost.voucher} {cost.text}")]
    assert all(cost.voucher and cost.text for cost in found.costs)
    assert found.identity_numbers


def test_vouchers_and_accounts_of_a_bookkeeping_file_are_cleaned():
    file = sie.read('#VER "A\u0001\u202e" 1 20270201 ""\n{\n#TRANS "50\u000110" {} 5.00\n}\n'.encode())
    assert (file.transactions[0].voucher, file.transactions[0].account) == ("A1", "5010")


def test_a_bookkeeping_file_with_more_accounts_than_a_page_can_ask_about_is_refused():
    for row in ("#TRANS {n} {{}} 1.00", '#TRANS 5010 {{6 "P{n}"}} 1.00'):
        rows = "\n".join(row.format(n=n) for n in range(5_001))
        with pytest.raises(sie.SieUnreadable, match="too many accounts"):
            sie.read(f'#FLAGGA 0\n#VER A 1 20270201 "x"\n{{\n{rows}\n}}\n'.encode())


# ---- What comes back from the finance system


def test_a_payment_is_not_booked_as_paid_before_it_was_decided(project, by):
    money.create_decided(project, 200_000, by=by)
    batch = payouts.make_batch(project.programme, by=by, at=LATER)
    row = payouts.PaidRow(batch.payouts.get().reference, Kronor(80_000), dt.date(2017, 1, 1))
    with pytest.raises(TransitionRefused, match="later than that day"):
        payouts.mark_paid([row], by=by, at=LATER)


# ---- Drafts in the history of the project


def test_the_history_tells_nobody_but_the_owner_of_a_draft(project, by):
    money.create_draft(project, 100)
    steering = make.officer(project.programme, Role.STEERING_GROUP)
    for address in ("project_detail", "project_history"):
        path = reverse(address, args=[project.pk])
        assert "huvudbok.pdf" in signed_in(projects.writer(project)).get(path).content.decode()
        for user in (by, steering, make.officer(project.programme)):
            assert "huvudbok.pdf" not in signed_in(user).get(path).content.decode()


def test_the_steering_group_reads_neither_account_nor_the_answer_of_who_is_heard(paid, by):
    payments.set_account(paid, account="Bankgiro 999-0001", by=projects.writer(paid), at=LATER)
    made = money.create_hearing(paid, by=by, at=LATER)
    recoveries.answer_recovery(made, answer="Vår kassör var sjuk.", by=projects.writer(paid), at=LATER)
    for user, reads in ((by, True), (make.officer(paid.programme, Role.STEERING_GROUP), False)):
        page = signed_in(user).get(reverse("project_history", args=[paid.pk])).content.decode()
        assert ("Vår kassör var sjuk." in page, "999-0001" in page) == (reads, reads)


# ---- A repayment


def test_a_repayment_is_not_made_before_the_payment_it_repays(paid, by):
    made = money.create_recovery_of(paid, 1_000, by=by, at=LATER)
    day = LATER.date()
    with pytest.raises(TransitionRefused, match="lies before the payment"):
        recoveries.book_repayment(made, amount=Kronor(1_000), paid_on=day - dt.timedelta(days=1), by=by, at=LATER)
    recoveries.book_repayment(made, amount=Kronor(1_000), paid_on=day, by=by, at=LATER)
