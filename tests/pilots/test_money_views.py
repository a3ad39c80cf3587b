"""The pages of money, with and without JavaScript: rows that are kept, files, the desk, the file for the finance system."""

import datetime as dt
import io
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from pilots.actions import payment_review, payments
from pilots.models import Advance, CostEntry, PaymentRequest, Payout, Project, Recovery
from tests.factories import grants as make
from tests.factories import money
from tests.factories import pilots as projects
from tests.factories.accounts import UserFactory
from tests.factories.applications import PDF
from tests.grants.scene import again, questions, signed_in, told
from tests.kept import kept
from tests.pilots.test_money_reading import workbook
from tests.pilots.test_money_sie import FILE

pytestmark = pytest.mark.django_db

ROW = {"date": "2027-02-01", "voucher": "A1", "text": "Hyra", "category": "investment", "amount": "4 500,50"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(money.ASKING, tick=False):
        yield


def make_project():
    return money.create_project()


_project_once, project = kept(make_project)


@pytest.fixture
def owner(project):
    return signed_in(projects.writer(project))


@pytest.fixture
def by(project):
    return money.economist(project)


def url(name, *args, **query):
    return reverse(name, args=args) + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")


def typed(prefix="n0", **values):
    return {f"{prefix}_{name}": value for name, value in {**ROW, **values}.items()}


def text_of(page):
    return page.content.decode()


# ---- The owner


def test_a_request_is_begun_written_attached_signed_and_sent_in(project, owner):
    page = owner.post(url("payment_begin", project.pk), follow=True)
    made = PaymentRequest.objects.get()
    assert page.redirect_chain[-1][0] == url("payment_edit", made.pk)
    owner.post(url("payment_edit", made.pk), {**typed(), "revision": 0, "do": "preview"})
    assert [(e.voucher, e.amount) for e in made.entries.all()] == [("A1", Kronor("4500.50"))]
    for kind in ("ledger", "income"):
        file = SimpleUploadedFile("huvudbok.pdf", PDF, "application/pdf")
        owner.post(url("payment_file_add", made.pk), {"kind": kind, "file": file})
    page = owner.get(url("payment_preview", made.pk))
    assert "1\u00a0800\u00a0kr" in text_of(page)  # 40 per cent, if all is approved
    signatory = money.signatory(project)
    made.refresh_from_db()
    refused = text_of(owner.post(url("payment_submit", made.pk), {"revision": made.revision}))
    summary = refused.split('class="errors" role="alert" tabindex="-1" autofocus')[1].split("</ul>")[0]
    assert re.findall(r'href="#([^"]+)"', summary) == ["id_signatory_0", "id_is_true"]
    page = owner.post(
        url("payment_submit", made.pk), {"signatory": signatory.pk, "is_true": "on", "revision": made.revision}, follow=True
    )
    made.refresh_from_db()
    assert (made.state, made.receipt_number in told(page)[0]) == ("submitted", True)
    assert "SHA-256" in text_of(page)


def test_right_rows_are_kept_and_wrong_ones_come_back_with_what_is_wrong(project, owner):
    made = money.create_draft(project, 1_000, files=False)
    row = made.entries.get()
    page = owner.post(
        url("payment_edit", made.pk),
        {
            **typed("n0"),
            **typed("n1", amount="tusen", voucher="B7"),
            **typed(f"r{row.pk}", date="i går"),
            "revision": made.revision,
        },
    )
    text = text_of(page)
    assert made.entries.count() == 2
    for part in ('value="tusen"', 'value="B7"', 'value="i går"', 'aria-invalid="true"', 'role="alert"'):
        assert part in text
    assert again(row).amount == Kronor(1_000)


def test_count_again_without_javascript_shows_the_sum(project, owner):
    made = money.create_draft(project, 1_000, files=False)
    page = owner.post(url("payment_edit", made.pk), {**typed(), "revision": made.revision, "do": "save"}, follow=True)
    assert "5\u00a0501\u00a0kr" in text_of(page)
    assert 'data-elsewhere="0"' in text_of(page)


def test_a_colleague_was_first_and_nothing_typed_is_lost(project, owner):
    made = money.create_draft(project, 1_000, files=False)
    page = owner.post(url("payment_edit", made.pk), {**typed(), "revision": made.revision - 1})
    assert (page.status_code, made.entries.count()) == (409, 1)
    assert 'value="4 500,50"' in text_of(page)
    assert f'name="revision" value="{made.revision}"' in text_of(page)


def test_who_was_logged_out_gets_the_rows_back(project, owner, client):
    made = money.create_draft(project, 1_000, files=False)
    answer = client.post(url("payment_edit", made.pk), {**typed(), "revision": made.revision})
    assert answer.status_code == 302
    from urllib.parse import parse_qs, urlparse

    back = parse_qs(urlparse(answer["Location"]).query)["next"][0]
    assert 'value="4 500,50"' in text_of(owner.get(back))


def test_pasted_rows(project, owner):
    made = money.create_draft(project, 1_000, files=False)
    rows = "2027-02-01\tA5\tBuss\tresor\t1 500\n2027-02-02\tA6\tTåg\t\t-20\n"
    page = owner.post(url("payment_paste", made.pk), {"paste": rows, "revision": made.revision})
    assert "Rad 2" in text_of(page) or "Row 2" in text_of(page)
    assert (rows.split("\t")[2] in text_of(page), made.entries.count()) == (True, 1)
    owner.post(url("payment_paste", made.pk), {"paste": rows, "category": "travel", "revision": made.revision})
    assert [e.amount.whole for e in made.entries.order_by("position")] == [1_000, 1_500, -20]


def test_an_excel_file(project, owner):
    made = money.create_draft(project, 1_000, files=False)
    content = workbook(["Datum", "Ver", "Text", "Kostnadsslag", "Belopp"], [dt.datetime(2027, 2, 1), 7, "Buss", "resor", 99.5])
    sheet = SimpleUploadedFile("kostnader.xlsx", content)
    owner.post(url("payment_import", made.pk), {"sheet": sheet, "revision": made.revision})
    assert made.entries.last().amount == Kronor("99.50")


def test_thousands_of_rows_are_taken_in_and_shown_page_by_page(project, owner):
    made = money.create_draft(project, 1_000, files=False)
    content = workbook(
        ["Datum", "Ver", "Text", "Kostnadsslag", "Belopp"], *[["2027-02-01", f"A{n}", "Buss", "resor", 10] for n in range(3_000)]
    )
    owner.post(url("payment_import", made.pk), {"sheet": SimpleUploadedFile("k.xlsx", content), "revision": made.revision})
    assert made.entries.count() == 3_001
    page = owner.get(url("payment_edit", made.pk, page=61))
    assert len(text_of(page)) < 150_000
    assert 'value="A2999"' in text_of(page)
    assert "31\u00a0000\u00a0kr" in text_of(page)


def test_a_bookkeeping_file_asks_for_the_accounts_first(project, owner):
    made = money.create_draft(project, 1_000, files=False)
    sheet = SimpleUploadedFile("bok.se", FILE.encode("cp437"))
    page = owner.post(url("payment_import", made.pk), {"sheet": sheet, "revision": made.revision}, follow=True)
    text = text_of(page)
    assert ("Lokalhyra" in text, "Fritidslots" in text, made.entries.count()) == (True, True, 1)
    link = made.files.get()
    made.refresh_from_db()
    path = url("payment_books", made.pk, link.pk)
    data = {"marked": "6/P1", "k_5010": "travel", "k_7010": "", "revision": made.revision}
    assert "4\u00a0500" in text_of(owner.post(path, data))
    owner.post(path, {**data, "take": "1"})
    last = made.entries.last()
    assert (last.voucher, last.category, last.amount, made.entries.count()) == ("A1", "travel", Kronor(4_500), 2)


@pytest.mark.parametrize(
    ("name", "content"), [("bok.se", b"hej"), ("k.xlsx", b"PK\x03\x04"), ("k.exe", b"MZ"), ("tom.se", b"#SIETYP 4")]
)
def test_a_file_that_cannot_be_read_changes_nothing(project, owner, name, content):
    made = money.create_draft(project, 1_000, files=False)
    page = owner.post(
        url("payment_import", made.pk), {"sheet": SimpleUploadedFile(name, content), "revision": made.revision}, follow=True
    )
    assert (page.status_code, made.entries.count(), made.files.count()) == (200, 1, 0)
    assert told(page) or 'role="alert"' in text_of(page)


def test_indirect_costs_are_filled_in_by_the_rate(project, owner):
    project.budget.indirect_rate = 15
    project.budget.save()
    made = money.create_draft(project, costs=[money.cost(10_000, category="own_staff")], files=False)
    owner.post(url("payment_indirect", made.pk), {"revision": made.revision})
    assert made.entries.get(category="indirect").amount == Kronor(1_500)
    made.refresh_from_db()
    owner.post(url("payment_indirect", made.pk), {"revision": made.revision})
    assert made.entries.filter(category="indirect").count() == 1


def test_why_nothing_can_be_begun_is_shown_before_anybody_tries(project, owner):
    Project.objects.filter(pk=project.pk).update(starts_on=dt.date(2027, 5, 1))
    text = text_of(owner.get(url("project_money", project.pk)))
    assert ("1\u00a0maj 2027" in text, url("payment_begin", project.pk) in text) == (True, False)


def test_hostile_text_is_shown_as_text(project, owner, by):
    script = "<script>alert(1)</script>\"'=cmd"
    made = money.create_draft(project, costs=[money.cost(1_000, voucher="<b>A1", text=script)])
    money.send_in(made)
    for client, name in ((owner, "payment_detail"), (signed_in(by), "payment_review")):
        text = text_of(client.get(url(name, made.pk)))
        assert ("<script>alert" in text, "<b>A1" in text, "&lt;script&gt;" in text) == (False, False, True)
    rows = b"".join(owner.get(url("payment_rows_file", made.pk, "csv")).streaming_content).decode()
    assert "<b>A1" in rows
    made = money.create_draft(money.create_project(), costs=[money.cost(5, voucher="=1+1", text="@SUM(A1)")])
    rows = b"".join(
        signed_in(projects.writer(made.project)).get(url("payment_rows_file", made.pk, "csv")).streaming_content
    ).decode()
    assert ("'=1+1" in rows, "'@SUM" in rows) == (True, True)


def test_very_long_and_odd_input_is_no_failure(project, owner):
    made = money.create_draft(project, 1_000, files=False)
    for text in ("å" * 200_000, "😀\x00\u202e", "811218-9876"):
        page = owner.post(
            url("payment_edit", made.pk), {**typed(text=text, amount="1"), "revision": again(made).revision}, follow=True
        )
        assert page.status_code == 200
    assert [e.text for e in made.entries.order_by("position")] == ["Föreläsare", "😀"]


def test_others_see_nothing_of_it(project, owner):
    made = money.create_draft(project, 1_000)
    other = signed_in(projects.writer(money.create_project()))
    economist = signed_in(money.economist(project))
    file = made.files.first()
    for client in (other, economist):
        for name in ("payment_detail", "payment_edit", "payment_preview"):
            assert client.get(url(name, made.pk)).status_code == 404
        assert client.get(url("payment_file", made.pk, file.file_id)).status_code == 404
        assert client.get(url("payment_rows_file", made.pk, "csv")).status_code == 404
    assert other.get(url("project_money", project.pk)).status_code == 404
    assert "1\u00a0000\u00a0kr" not in text_of(economist.get(url("project_money", project.pk)))


def test_what_is_changed_after_a_return_is_hidden_until_it_comes_in_again(project, owner, by):
    made = money.create_sent_in(project, 1_000)
    money.return_it(made, by=by, at=money.ASKING)
    payments.save_costs(made, added=[money.cost(77, voucher="HEMLIG")], revision=made.revision, by=projects.writer(project))
    new = payments.add_file(
        again(made), file=money.kept_file("ny.pdf", by=projects.writer(project)), kind="other", by=projects.writer(project)
    )
    economist = signed_in(by)
    assert "HEMLIG" not in text_of(economist.get(url("payment_detail", made.pk)))
    assert economist.get(url("payment_rows_file", made.pk, "csv")).status_code == 404
    assert economist.get(url("payment_file", made.pk, new.file_id)).status_code == 404
    assert "HEMLIG" in text_of(owner.get(url("payment_edit", made.pk)))


def test_what_was_never_sent_in_again_stays_hidden_when_the_request_is_withdrawn(project, owner, by):
    made = money.create_sent_in(project, 1_000)
    money.return_it(made, by=by, at=money.ASKING + dt.timedelta(minutes=1))
    writer, economist = projects.writer(project), signed_in(by)
    payments.save_costs(made, added=[money.cost(77, voucher="HEMLIG")], revision=made.revision, by=writer)
    payments.withdraw_request(again(made), reason="", by=writer)
    assert "HEMLIG" not in text_of(economist.get(url("payment_detail", made.pk)))
    assert economist.get(url("payment_rows_file", made.pk, "csv")).status_code == 404
    lists = [url("payment_list") + "?lage=alla", url("project_money", project.pk)]
    assert ["1\u00a0077\u00a0kr" in text_of(economist.get(page)) for page in lists] == [False, False]
    assert "HEMLIG" in text_of(owner.get(url("payment_detail", made.pk)))


def test_what_was_sent_in_is_read_also_when_it_has_been_withdrawn(project, by):
    made = money.create_sent_in(project, 1_000)
    payments.withdraw_request(made, reason="", by=projects.writer(project))
    assert "1\u00a0000\u00a0kr" in text_of(signed_in(by).get(url("payment_detail", made.pk)))


# ---- The economist


def test_the_desk_from_first_row_to_decision(project, by):
    made = money.create_sent_in(project, 100_000, 50_000)
    economist = signed_in(by)
    assert project.title in text_of(economist.get(url("payment_list")))
    first, second = made.entries.order_by("position")
    page = economist.post(
        url("payment_review", made.pk),
        {f"a{first.pk}": "90 000", f"s{first.pk}": "", f"a{second.pk}": "", "revision": made.revision},
    )
    assert ('value="90\u00a0000"' in text_of(page) or 'value="90 000"' in text_of(page), first.approved) == (True, None)
    page = economist.post(
        url("payment_review", made.pk),
        {f"a{first.pk}": "90 000", f"s{first.pk}": "Moms.", "revision": made.revision},
        follow=True,
    )
    assert "36\u00a0000\u00a0kr" in text_of(page)
    made.refresh_from_db()
    economist.post(url("payment_approve_rest", made.pk), {"revision": made.revision})
    made.refresh_from_db()
    page = economist.post(
        url("payment_decide", made.pk), {"revision": made.revision, "amount": "", "lower_reason": ""}, follow=True
    )
    made.refresh_from_db()
    assert (made.state, made.amount) == ("decided", Kronor(56_000))
    for part in ("2003:596, 11 §", "56\u00a0000\u00a0kr", "Moms."):
        assert part in text_of(page)


def test_a_higher_amount_is_refused_on_the_page_too(project, by):
    made = money.create_sent_in(project, 1_000)
    payment_review.approve_rest(made, revision=made.revision, by=by)
    page = signed_in(by).post(
        url("payment_decide", made.pk), {"revision": made.revision, "amount": "401", "lower_reason": "x"}, follow=True
    )
    assert (again(made).state, told(page), page.status_code) == ("submitted", [], 200)
    assert text_of(page).count("401\u00a0kr är mer än vad som kan betalas ut, 400\u00a0kr.") == 1


def test_a_row_that_cannot_be_read_stays_on_the_page(project, by):
    made = money.create_sent_in(project, 1_000)
    row = made.entries.get()
    page = signed_in(by).post(
        url("payment_review", made.pk), {f"a{row.pk}": "hundra", f"s{row.pk}": "x", "revision": made.revision}
    )
    assert ('value="hundra"' in text_of(page), again(row).approved) == (True, None)
    page = signed_in(by).post(
        url("payment_review", made.pk), {f"a{row.pk}": "5", f"s{row.pk}": "Arvode 811218-9876", "revision": again(made).revision}
    )
    assert again(row).reason == ""


@pytest.mark.parametrize(
    ("approved", "reason", "said", "saved"),
    [
        (
            "0",
            "",
            "Verifikation V1: skriv varför 0\u00a0kr godkänns av 1\u00a0000\u00a0kr. Projektägaren läser det.",
            "Inget sparades",
        ),
        ("1 001", "x", "Verifikation V1: 1\u00a0001\u00a0kr är mer än vad som begärs, 1\u00a0000\u00a0kr.", "Inget sparades"),
        ("hundra", "x", "V1: ", "En rad är inte sparad än"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_on_top_with_the_focus_and_leads_to_the_row(project, by, approved, reason, said, saved):
    made = money.create_sent_in(project, 1_000)
    row = made.entries.get()
    made.entries.update(voucher="V1")
    typed = {f"a{row.pk}": approved, f"s{row.pk}": reason, "revision": made.revision}
    page = text_of(signed_in(by).post(url("payment_review", made.pk), typed))
    summary = page.partition('<div class="errors" role="alert" tabindex="-1" autofocus>')[2].partition("</div>")[0]
    assert (f"<h2>{saved}</h2>" in summary, f'<a href="#a{row.pk}">{said}' in summary) == (True, True)
    assert f'aria-invalid="true" aria-describedby="e{row.pk}"' in page


def test_the_owner_sees_nothing_of_the_review_until_it_is_decided(project, owner, by):
    made = money.create_sent_in(project, 1_000)
    row = made.entries.get()
    payment_review.assess_rows(made, rows={row.pk: (Kronor(1), "MYCKET TVEKSAMT")}, revision=made.revision, by=by)
    assert "TVEKSAMT" not in text_of(owner.get(url("payment_detail", made.pk)))
    rows = b"".join(owner.get(url("payment_rows_file", made.pk, "csv")).streaming_content).decode()
    assert "TVEKSAMT" not in rows
    assert "TVEKSAMT" not in text_of(owner.get(url("project_money", project.pk)))


def test_the_file_is_made_fetched_twice_filled_in_and_read_back(project, by):
    money.create_decided(project, 100_000, by=by)
    economist = signed_in(by)
    economist.post(url("payout_batch_make", project.programme_id))
    payout = Payout.objects.get()
    first, second = (
        b"".join(economist.get(url("payout_batch_file", payout.batch_id, "xlsx")).streaming_content) for _n in range(2)
    )
    assert first == second
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(first))
    book.active.cell(row=2, column=10, value=dt.datetime(2027, 4, 20))
    filled = io.BytesIO()
    book.save(filled)
    page = economist.post(url("payout_paid"), {"file": SimpleUploadedFile("betalda.xlsx", filled.getvalue())})
    assert (payout.reference in text_of(page), Payout.objects.get().state) == (True, "exported")
    page = economist.post(url("payout_paid"), {"rows": page.context["packed"]}, follow=True)
    assert (Payout.objects.get().paid_on, Payout.objects.get().state) == (dt.date(2027, 4, 20), "paid")
    assert told(page) == ["1 utbetalning är bokförd som gjord."]


@pytest.mark.parametrize(
    "rows", ["x", "a|b|c", "KS|1e9|2027-01-01", "KS9|100|2027-04-01", "\x00|" * 9, "KS|" + "9" * 5000 + "|2027-01-01"]
)
def test_rows_that_were_tampered_with_book_nothing(project, by, rows):
    page = signed_in(by).post(url("payout_paid"), {"rows": rows}, follow=True)
    assert (page.status_code, len(told(page))) == (200, 1)


def test_a_csv_with_other_letters_is_read(project, by):
    money.create_decided(project, 100_000, by=by)
    money.payouts.make_batch(project.programme, by=by, at=money.ASKING)
    reference = Payout.objects.get().reference
    for content in (
        f"Referens;Belopp;Betaldag\n{reference};40000,00;2027-04-20\n".encode("utf-8-sig"),
        f"Referens;Belopp;Betaldag;Mottagare\n{reference};40 000;2027-04-20;Åmål\n".encode("cp1252"),
    ):
        page = signed_in(by).post(url("payout_paid"), {"file": SimpleUploadedFile("b.csv", content)})
        assert len(page.context["right"]) == 1


# ---- Advance, recovery, settlement


def test_an_advance_is_asked_for_and_granted(project, owner, by):
    page = owner.post(url("advance_ask", project.pk), {"amount": "75 001", "reasons": "x"})
    assert ("75\u00a0000\u00a0kr" in text_of(page), Advance.objects.count()) == (True, 0)
    owner.post(url("advance_ask", project.pk), {"amount": "50 000", "reasons": "Vi har inget eget kapital."})
    made = Advance.objects.get()
    said = {"amount": "40 000", "special_reasons": "Liten förening.", "financial_check": ""}
    page = signed_in(by).post(url("advance_decide", made.pk), said)
    assert ("Liten förening." in text_of(page), again(made).state) == (True, "asked")
    signed_in(by).post(url("advance_decide", made.pk), {**said, "financial_check": "Ordnad."})
    assert (again(made).state, again(project).paid) == ("decided", Kronor(40_000))
    assert "Ordnad." not in text_of(owner.get(url("advance_detail", made.pk)))


def test_a_recovery_from_hearing_to_repayment(project, owner, by):
    money.create_decided(project, 100_000, by=by)
    money.pay_all(project.programme, by=by, at=money.ASKING)
    economist = signed_in(by)
    said = {"ground": "conditions", "text": "Hyran hör inte hit.", "hearing_due_on": "2027-05-10"}
    economist.post(url("recovery_open", project.pk), said)
    made = Recovery.objects.get()
    owner.post(url("recovery_answer", made.pk), {"answer": "Vi håller med."})
    payout = Payout.objects.get()
    page = economist.post(url("recovery_decide", made.pk), {f"part_{payout.pk}": "50 000", "reasons": "x", "interest_basis": "x"})
    assert ("40\u00a0000\u00a0kr" in text_of(page), again(made).state) == (True, "hearing")
    economist.post(url("recovery_decide", made.pk), {f"part_{payout.pk}": "5 000", "reasons": "x", "interest_basis": "x"})
    assert again(made).amount == Kronor(5_000)
    economist.post(url("recovery_repay", made.pk), {"amount": "5 000", "paid_on": "2027-04-20"})
    assert (again(made).state, again(project).paid) == ("settled", Kronor(35_000))
    assert "2037" in text_of(owner.get(url("recovery_detail", made.pk)))


def test_the_settlement_is_read_before_it_is_done(project, by):
    money.create_decided(project, 100_000, by=by)
    money.pay_all(project.programme, by=by, at=money.ASKING)
    money.approve_final_report(project, by=by)
    economist = signed_in(by)
    page = economist.post(url("project_settle", project.pk), {"other_financing": "60 000"})
    assert (again(project).state, page.context["seen"]) == ("running", 4_000_000)
    economist.post(url("project_settle", project.pk), {"other_financing": "60 000", "settle": "1", "seen": "1"})
    assert again(project).state == "running"
    economist.post(url("project_settle", project.pk), {"other_financing": "60 000", "settle": "1", "seen": "4000000"})
    assert again(project).state == "closed"
    assert "40\u00a0000\u00a0kr" in text_of(economist.get(url("project_money", project.pk)))


# ---- Questions to the database


def filled(project, by, count):
    for _n in range(count):
        money.create_decided(project, 1_000, by=by)


PAGES = ["project_money", "payment_list", "payment_list?lage=alla", "payout_list"]


@pytest.mark.parametrize("name", PAGES)
def test_one_and_three_ask_the_same(project, by, name):
    person = signed_in(by)
    path = url(name, project.pk) if name == "project_money" else url(name.partition("?")[0]) + name[len(name.partition("?")[0]) :]
    filled(project, by, 1)
    money.create_sent_in(money.create_project(programme=project.programme), 10)
    one, _page = questions(person, path)
    filled(project, by, 2)
    for _n in range(2):
        money.create_sent_in(money.create_project(programme=project.programme), 10)
    three, page = questions(person, path)
    assert page.status_code == 200
    assert len(one) == len(three) <= (15 if name == "project_money" else 12), "\n".join(three)


@pytest.mark.parametrize(
    "name", ["payment_detail", "payment_review", "payment_edit", "payment_preview", "advance_detail", "recovery_detail"]
)
def test_a_page_asks_few_questions(project, by, name):
    owner = signed_in(projects.writer(project))
    if name in {"payment_edit", "payment_preview"}:
        path = url(name, money.create_draft(project, 1, 2, 3).pk)
    elif name == "advance_detail":
        path = url(name, money.create_advance(project, 10, granted=False).pk)
    elif name == "recovery_detail":
        money.create_decided(project, 100_000, by=by)
        money.pay_all(project.programme, by=by, at=money.ASKING)
        path = url(name, money.create_hearing(project, by=by).pk)
    else:
        path = url(name, money.create_sent_in(project, 1, 2, 3).pk)
    asked, page = questions(owner if name in {"payment_edit", "payment_preview"} else signed_in(by), path)
    assert page.status_code == 200
    assert len(asked) <= 15, "\n".join(asked)


def test_the_platforms_own_project_has_no_payments(project, by):
    Project.objects.filter(pk=project.pk).update(kind="platform")
    assert signed_in(by).get(url("project_money", project.pk)).status_code == 404


def test_the_steering_group_reads_no_requests(project, by):
    made = money.create_decided(project, 1_000, by=by)
    for person in (make.officer(project.programme, Role.STEERING_GROUP), UserFactory()):
        assert signed_in(person).get(url("payment_detail", made.pk)).status_code == 404
    assert CostEntry.objects.count() == 1
