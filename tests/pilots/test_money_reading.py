"""Costs that are typed, pasted or sent as a sheet, and the file of what has been paid."""

import datetime as dt
import io

import openpyxl
import pytest

from grants.budget import files, sheets
from grants.budget.sheets import Unreadable
from kraftsamling.lib.money import Kronor, parse_signed_kronor, typed
from pilots import cost_editor, cost_reading, paid_reading
from pilots.actions.payments import Cost

pytestmark = pytest.mark.usefixtures("english")

TYPED = {"date": "2027-02-01", "voucher": "A1", "text": "Hyra", "category": "investment", "amount": "4 500,50"}


@pytest.mark.parametrize(
    ("text", "ore"),
    [
        ("-500", -50_000),
        ("−500", -50_000),
        ("500-", -50_000),
        ("(500)", -50_000),
        ("- 1 500,50 kr", -150_050),
        ("500", 50_000),
        ("–5", -500),
    ],
)
def test_amounts_below_zero(text, ore):
    assert parse_signed_kronor(text).ore == ore
    assert parse_signed_kronor(typed(Kronor.from_ore(ore))).ore == ore


@pytest.mark.parametrize("text", ["--5", "-", "()", "5-5", "-(5)", "(-5)"])
def test_what_is_no_amount_below_zero(text):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        parse_signed_kronor(text)


def test_a_row_as_typed():
    cost, wrong = cost_reading.cost_of(TYPED)
    assert (cost, wrong) == (Cost(dt.date(2027, 2, 1), "A1", "Hyra", "investment", Kronor("4500.50")), [])


@pytest.mark.parametrize("text", ["20270201", "27-02-01", "270201", "2027-02-01"])
def test_days_as_people_write_them(text):
    assert cost_reading.day_of(text) == dt.date(2027, 2, 1)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("date", "", "year-month-day"), ("date", "2027-02-30", "year-month-day"), ("date", "1999-12-31", "year-month-day"),
        ("date", "٢٠٢٧-٠٢-٠١", "year-month-day"), ("voucher", "", "number of the voucher"), ("voucher", "x" * 41, "Shorten"),
        ("voucher", "19811218-9876", "identity number"), ("text", "", "what the cost is"), ("text", "å" * 201, "Shorten"),
        ("text", "Arvode 811218-9876", "identity number"), ("category", "", "Choose one"), ("category", "mat", "Choose one"),
        ("amount", "", "digits only"), ("amount", "0", "other than 0"), ("amount", "1e5", "digits only"),
        ("amount", "9" * 14, "too large"),
    ],
)  # fmt: skip
def test_each_field_says_what_would_be_right(field, value, said):
    cost, wrong = cost_reading.cost_of({**TYPED, field: value})
    assert (cost, [problem.field for problem in wrong]) == (None, [field])
    assert said in wrong[0].text


def rows(text, **kwargs):
    return cost_reading.read_rows(sheets.split_rows(text), **kwargs)


def test_pasted_rows_in_our_own_order():
    found = rows(
        "2027-02-01\tA1\tHyra\tTravel and accommodation\t1 500,50\n\n2027-02-02\tA2\tRättelse\tresor\t-100\nSumma\t\t\t\t1 400,50\n"
    )
    assert [(cost.voucher, cost.category, cost.amount.ore) for cost in found] == [
        ("A1", "travel", 150_050),
        ("A2", "travel", -10_000),
    ]


def test_columns_are_found_by_their_names_and_debit_and_credit_are_read():
    text = "Huvudbok\nVer.nr;Datum;Konto;Text;Debet;Kredit\nA1;2027-02-01;5010;Hyra;1500;\nA2;2027-02-02;5010;Retur;;200\n"
    found = rows(text, category="investment")
    assert [(cost.voucher, cost.text, cost.amount.whole) for cost in found] == [("A1", "Hyra", 1500), ("A2", "Retur", -200)]


def test_what_is_wrong_is_said_row_by_row_and_nothing_is_taken_in():
    with pytest.raises(Unreadable) as refusal:
        rows("2027-02-01\tA1\tHyra\tresor\t1\n2027-13-01\tA2\tHyra\tresor\tx\n")
    (text,) = refusal.value.messages
    assert (text.startswith("Row 2:"), "year-month-day" in text, "digits only" in text) == (True, True, True)
    with pytest.raises(Unreadable, match="No rows"):
        rows("\n\n")
    with pytest.raises(Unreadable, match="cost categories"):
        rows("2027-02-01\tA1\tHyra\t\t1\n")


def test_problems_and_rows_have_a_most(monkeypatch):
    with pytest.raises(Unreadable) as refusal:
        rows("fel\n" * 50)
    assert len(refusal.value.messages) == cost_reading.MOST_PROBLEMS
    monkeypatch.setattr(cost_reading, "MOST_ENTRIES", 2)
    with pytest.raises(Unreadable, match="at most 2 rows"):
        rows("2027-02-01\tA1\tHyra\tresor\t1\n" * 3)


def workbook(*lines):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_sheet_with_days_and_numbers():
    content = workbook(
        ["Datum", "Verifikation", "Text", "Kostnadsslag", "Belopp"],
        [dt.datetime(2027, 2, 1), 1042, "Hyra", "Resor", 1500.505],
        ["2027-02-02", "A 2", "'-5 grader", "resor", -20],
        [None, None, None, None, None],
        ["Summa", None, None, None, 1480.5],
    )
    found = cost_reading.read_rows(files.file_rows("k.xlsx", io.BytesIO(content), len(content), most_rows=10))
    assert [(c.booked_on.day, c.voucher, c.text, c.amount.ore) for c in found[1:]] == [(2, "A 2", "-5 grader", -2_000)]
    assert (found[0].voucher, found[0].amount.ore) == ("1042", 150_051)


# ---- The page's rows


class Entry:
    def __init__(self, pk):
        self.pk, self.booked_on, self.voucher, self.text = pk, dt.date(2027, 2, 1), "A1", "Hyra"
        self.category, self.amount = "investment", Kronor(-5)


def post(prefix, **values):
    return {f"{prefix}_{name}": value for name, value in {**TYPED, **values}.items()}


def test_the_pages_rows_are_told_apart():
    same = cost_editor.values_of(Entry(7))
    typed_rows = cost_editor.typed_rows(
        post("n0") | post("n1", date="", voucher="", text="", amount="") | post("n2", amount="x") | post("r7", **same)
        | post("r8", amount="9") | post("r9", amount="1") | {"r9_remove": "1", "r99_amount": "5", "x_amount": "1", "n0_other": "1"}
    )  # fmt: skip
    found = cost_editor.read(typed_rows, {7: Entry(7), 8: Entry(8), 9: Entry(9)})
    assert ([c.voucher for c in found.added], list(found.changed), found.removed) == (["A1"], [8], [9])
    assert [(row.prefix, list(row.errors)) for row in found.wrong] == [("n2", ["amount"])]
    shown = cost_editor.page_rows([Entry(7), Entry(8)], found.wrong, blank=2)
    assert [(row.prefix, row.pk) for row in shown] == [("r7", 7), ("r8", 8), ("n0", None), ("n1", None), ("n2", None)]
    assert shown[2].values["amount"] == "x"


def test_what_is_typed_is_bounded_and_cleaned():
    (row,) = cost_editor.typed_rows({"n0_text": "a\x00\u202e" + "å" * 200_000}).values()
    assert (len(row.values["text"]), row.values["text"][:2]) == (cost_reading.LONGEST_KEPT, "aå")
    assert cost_editor.typed_rows({"r0_text": "x", "r" + "9" * 30 + "_text": "x", "n0_TEXT": "x"}) == {}


# ---- What has been paid


class Waiting:
    def __init__(self, reference, amount, state="exported"):
        self.reference, self.amount, self.state = reference, Kronor(amount), state
        self.decided_at = dt.datetime(2027, 5, 1, 9, tzinfo=dt.UTC)


def judged(*lines, header=("Referens", "Belopp, kronor", "Utbetald")):
    waiting = [Waiting("KS1-1", 100), Waiting("KS1-2", 200, "paid"), Waiting("KS1-3", 300, "decided")]
    return paid_reading.read([header, *lines], waiting, today=dt.date(2027, 5, 10))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("KS1-1", "100,00", "2027-05-03"), ""),
        (("KS1-1", "100,01", "2027-05-03"), "should be"),
        (("KS1-9", "100", "2027-05-03"), "no payment"),
        (("KS1-2", "200", "2027-05-03"), "booked as paid already"),
        (("KS1-3", "300", "2027-05-03"), "not been sent"),
        (("KS1-1", "100", "2027-05-11"), "not come yet"),
        (("KS1-1", "100", "2027-04-30"), "decided later"),
        (("KS1-1", "hundra", "2027-05-03"), "digits only"),
        (("KS1-1", "100", "i går"), "year-month-day"),
    ],
)
def test_each_row_of_the_file_is_judged(line, said):
    (row,) = judged(line)
    assert said in row.problem
    assert bool(row.problem) is bool(said)


def test_rows_without_a_day_are_passed_over_and_doubles_are_told():
    found = judged(("KS1-1", "100", ""), ("KS1-1", "100", "2027-05-03"), ("KS1-1", "100", "2027-05-04"))
    assert [(row.number, "twice" in row.problem) for row in found] == [(3, False), (4, True)]
    with pytest.raises(Unreadable, match="No row"):
        judged(("KS1-1", "100", ""))
    with pytest.raises(Unreadable, match="columns"):
        judged(("KS1-1", "100", "x"), header=("a", "b", "c"))
