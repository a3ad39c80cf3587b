"""The money of projects for the walks: a request in each state, payments, an advance, recoveries. All of one organisation."""

import datetime as dt

from kraftsamling.files import store
from kraftsamling.programmes.models import Role
from pilots.actions import payments, payouts, recoveries, settlements
from pilots.models import Payout, PayoutBatch
from tests.factories import applications, money

MEMBER = "member"

BOOKS = b'#SIETYP 4\n#KONTO 5010 "Lokalhyra"\n#OBJEKT 6 P1 Projektet\n#VER A 1 %s "Hyra"\n{\n#TRANS 5010 {6 P1} 4500.00\n}\n'


def money_of(programme, home, people, *, at):
    """The arguments of each address."""
    days, member = dt.timedelta(days=1), people[MEMBER]
    by, leader = people[Role.FINANCE_OFFICER], people[Role.PROCESS_LEADER]
    on = (at - 30 * days).date()

    def project(title):
        return money.create_project(
            programme=programme, owner=home, by=leader, title=f"{title} (exempel)", at=at - 200 * days,
            starts_on=(at - 190 * days).date(), ends_on=(at + 100 * days).date(),
        )  # fmt: skip

    def costs(*amounts):
        return [money.cost(amount, voucher=f"A{n}", on=on, text="Hyra av lokal") for n, amount in enumerate(amounts, start=1)]

    titles = ["Odling på gården", "Dans i parken", "Läxhjälp", "Fiske för unga", "Musik i källaren", "Bad i juni", "Teater i maj"]
    writing, sent, returned, paid, recovered, waiting, ended = (project(title) for title in titles)
    signs = applications.create_signatory(home, name="Sven Underskrivarsson (exempel)")

    def sent_in(project, *amounts, at):
        return money.create_sent_in(project, costs=costs(*amounts), by=member, at=at, with_name=signs)

    draft = money.create_draft(writing, costs=costs(1_200, 800, -300), by=member, at=at - 3 * days)
    books = store.store_bytes("bok.se", BOOKS % f"{on:%Y%m%d}".encode(), "text/plain", by=member)
    link = payments.add_file(draft, file=books, kind="books", by=member, at=at - 2 * days)
    in_review = sent_in(sent, 90_000, 4_000, at=at - 9 * days)
    back = sent_in(returned, 7_000, at=at - 9 * days)
    money.return_it(back, by=by, at=at - 2 * days)
    decided = sent_in(paid, 60_000, 5_000, at=at - 9 * days)
    money.decide(decided, by=by, at=at - 8 * days, deduct={2: (money.Kronor(4_000), "Moms ingår i beloppet.")})
    other = sent_in(recovered, 50_000, at=at - 9 * days)
    money.decide(other, by=by, at=at - 8 * days)
    money.pay_all(programme, by=by, at=at - 7 * days)
    money.decide(sent_in(paid, 3_000, at=at - 6 * days), by=by, at=at - 6 * days)
    payouts.make_batch(programme, by=by, at=at - 5 * days)
    money.decide(sent_in(paid, 2_000, at=at - 4 * days), by=by, at=at - 4 * days)
    asked = money.create_advance(waiting, 40_000, granted=False, at=at - 2 * days)
    granted = money.create_advance(sent, 20_000, by=by, at=at - days)
    hearing = money.create_hearing(paid, by=by, at=at - 2 * days, due_on=(at + 10 * days).date())
    recoveries.answer_recovery(hearing, answer="Vi har bokfört fel.", by=member, at=at - days)
    repaid = money.create_recovery_of(recovered, 5_000, by=by, at=at - 2 * days)

    money.approve_final_report(ended, by=by, at=at - 2 * days)
    settlements.settle(ended, other_financing=money.Kronor(0), seen_grant=money.Kronor(0), by=by, at=at - days)

    batch = PayoutBatch.objects.order_by("pk").first()
    one, case = {"pk": draft.pk}, {"pk": in_review.pk}
    names = ["edit", "paste", "import", "indirect", "file_add", "preview", "final", "submit", "withdraw"]
    rows = {f"payment_{name}": one for name in names}
    rows |= {f"payment_{name}": case for name in ["detail", "review", "approve_rest", "return", "decide"]}
    rows |= {"payment_edit@sent": case, "payment_detail@draft": one, "payment_detail@returned": {"pk": back.pk}}
    rows |= {"payment_document": {"pk": decided.pk}, "payment_document@sent": case}
    rows |= {"payment_detail@decided": {"pk": decided.pk}, "payment_rows_file": {**case, "kind": "pdf"}}
    rows |= {f"payment_rows_file@{kind}": {**case, "kind": kind} for kind in ("csv", "xlsx")}
    rows |= {"payment_rows_file@draft": {**one, "kind": "csv"}, "payment_books": {**one, "link": link.pk}}
    rows |= {
        "payment_file_remove": {**one, "link": draft.files.first().pk},
        "payment_file": {**case, "file_id": in_review.files.first().file_id},
        "payment_file@draft": {**one, "file_id": draft.files.first().file_id},
        "payout_batch_make": {"programme": programme.pk},
        "payout_batch_file": {"pk": batch.pk, "kind": "pdf"},
        "payout_cancel": {"pk": Payout.objects.to_be_sent().filter(project=paid).get().pk},
        "payout_take_back": {"pk": Payout.objects.sent().get().pk},
    }
    rows |= {f"payout_batch_file@{kind}": {"pk": batch.pk, "kind": kind} for kind in ("csv", "xlsx")}
    rows |= {key: {"pk": paid.pk} for key in ["project_money", "project_settle", "account_set", "recovery_open"]}
    rows |= {key: {"pk": waiting.pk} for key in ["payment_begin", "advance_ask"]}
    rows |= {key: {"pk": asked.pk} for key in ["advance_detail", "advance_decide", "advance_withdraw"]}
    rows |= {key: {"pk": hearing.pk} for key in ["recovery_detail", "recovery_answer", "recovery_decide", "recovery_drop"]}
    rows |= {"advance_detail@decided": {"pk": granted.pk}, "project_money@settled": {"pk": ended.pk}}
    return rows | {key: {"pk": repaid.pk} for key in ["recovery_detail@decided", "recovery_repay"]}
