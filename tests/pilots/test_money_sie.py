"""Bookkeeping files in SIE 4: encodings, quoting, object lists, and files that are broken."""

import contextlib
import datetime as dt
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraftsamling.lib.money import Kronor
from pilots import cost_reading, sie
from pilots.sie import SieUnreadable

pytestmark = pytest.mark.usefixtures("english")

FILE = r"""#FLAGGA 0
#PROGRAM "Bokföring Ett" 2.1
#FORMAT PC8
#GEN 20270401
#SIETYP 4
#FNAMN "Föreningen \"Norrsken\""
#ORGNR 802000-1234
#RAR 0 20270101 20271231
#KONTO 5010 "Lokalhyra"
#KONTO 7010 "Löner åäöÅÄÖé"
#KONTO 1930 Bank
#DIM 6 "Projekt"
#OBJEKT 6 P1 "Fritidslots"
#OBJEKT 1 "Nord öst" "Kostnadsställe"
#VER A 1 20270201 "Hyra februari" 20270203 "Sign"
{
   #TRANS 5010 {6 P1 1 "Nord öst"} 4500.00 "" "Lokal i \"Forum\""
   #TRANS 1930 {} -4500.00
}
#VER "B" "22" 20270228 ""
{
#BTRANS 7010 {6 "P1"} 1.00
#TRANS 7010 {6 "P1"} 31000,50 20270227 ""
#RTRANS 7010 {6 "P1"} 5.00
#TRANS 7010 {6 "P1"} 5.00
#TRANS 1930 {} -31005.50
}
"""


def test_accounts_objects_and_rows_in_cp437():
    found = sie.read(FILE.encode("cp437"))
    assert (found.company, found.org_number) == ('Föreningen "Norrsken"', "802000-1234")
    assert found.accounts == {"5010": "Lokalhyra", "7010": "Löner åäöÅÄÖé", "1930": "Bank"}
    assert found.used_objects() == {("6", "P1"): "Fritidslots", ("1", "Nord öst"): "Kostnadsställe"}
    first, _bank, salary, added, _bank2 = found.transactions
    assert first == sie.Transaction(
        "5010", (("6", "P1"), ("1", "Nord öst")), Kronor(4500), dt.date(2027, 2, 1), 'Lokal i "Forum"', "A1"
    )
    assert (salary.amount, salary.booked_on, salary.voucher, salary.text) == (
        Kronor("31000.50"),
        dt.date(2027, 2, 27),
        "B22",
        "Löner åäöÅÄÖé",
    )
    assert added.amount == Kronor(5)


@pytest.mark.parametrize("encoding", ["cp437", "cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_encoding_is_told_apart_by_the_letters(encoding, end):
    found = sie.read(FILE.replace("\n", end).encode(encoding))
    assert found.accounts["7010"] == "Löner åäöÅÄÖé"


def test_sums_and_rows_of_one_project():
    found = sie.read(FILE.encode("cp437"))
    assert found.used_accounts(("6", "P1")) == {
        "5010": ("Lokalhyra", 1, Kronor(4500)),
        "7010": ("Löner åäöÅÄÖé", 2, Kronor("31005.50")),
    }
    assert found.used_accounts(("6", "P9")) == {}
    assert found.used_accounts()["1930"][1] == 2


def test_the_mapping_gives_costs_and_says_what_was_left_out():
    found = sie.read(FILE.encode("cp437"))
    mapping = {"5010": "investment", "7010": "own_staff"}
    taken = cost_reading.from_books(
        found, mapping=mapping, marked=("6", "P1"), first=dt.date(2027, 2, 1), last=dt.date(2027, 2, 26)
    )
    assert [(cost.voucher, cost.category, cost.amount) for cost in taken.costs] == [("A1", "investment", Kronor(4500))]
    assert (taken.outside, taken.identity_numbers) == (2, [])
    whole = cost_reading.from_books(
        found, mapping={**mapping, "1930": ""}, marked=None, first=dt.date(2027, 1, 1), last=dt.date(2027, 12, 31)
    )
    assert cost_reading.sum_of(whole.costs) == Kronor("35505.50")


def test_an_identity_number_in_a_text_is_not_taken_in():
    text = FILE.replace('"Lokal i \\"Forum\\""', '"Arvode 19811218-9876"')
    taken = cost_reading.from_books(
        sie.read(text.encode("cp437")),
        mapping={"5010": "investment"},
        marked=None,
        first=dt.date(2027, 1, 1),
        last=dt.date(2027, 12, 31),
    )
    assert [(cost.text, cost.voucher) for cost in taken.costs] == [("Lokalhyra", "A1")]
    assert taken.identity_numbers == ["A1"]


@pytest.mark.parametrize(
    ("account", "category"),
    [
        ("7010", "own_staff"),
        ("5811", "travel"),
        ("5010", "investment"),
        ("5910", "external_services"),
        ("6550", "external_services"),
        ("4010", "external_services"),
        ("3985", ""),
        ("1930", ""),
        ("8410", ""),
    ],
)
def test_a_likely_category_is_suggested(account, category):
    assert cost_reading.likely_category(account) == category


def test_income_on_an_account_is_below_zero():
    text = FILE.replace('#TRANS 5010 {6 P1 1 "Nord öst"} 4500.00', "#TRANS 3990 {} -250.00")
    taken = cost_reading.from_books(
        sie.read(text.encode("cp437")),
        mapping={"3990": "external_services"},
        marked=None,
        first=dt.date(2027, 1, 1),
        last=dt.date(2027, 12, 31),
    )
    assert [cost.amount for cost in taken.costs] == [Kronor(-250)]


BEGIN = "#SIETYP 4\n#VER A 1 20270201 x\n{\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a SIE file"),
        ("Datum;Ver;Belopp\n", "not a SIE file"),
        ("#SIETYP 1\n#KONTO 1 A\n", "no vouchers in the file (SIE 1)"),
        ("#SIETYP 4\n", "no vouchers"),
        (BEGIN, "ends in the middle"),
        (BEGIN + "#TRANS 5010 {} 5.00\n", "ends in the middle"),
        (BEGIN + "#TRANS 5010 {} fem\n}\n", "Line 4"),
        (BEGIN + "#TRANS 5010 {} 5.001\n}\n", "Line 4"),
        (BEGIN + "#TRANS 5010 {} 9999999999999.00\n}\n", "Line 4"),
        (BEGIN + "#TRANS 5010 5.00\n}\n", "Line 4"),
        (BEGIN + "#TRANS 5010 {6} 5.00\n}\n", "Line 4"),
        (BEGIN + "#TRANS 5010 {} 5.00 20270230\n}\n", "Line 4"),
        (BEGIN + "#TRANS\n}\n", "Line 4"),
        (BEGIN + "#VER A 2 20270201 x\n}\n", "Line 4"),
        (BEGIN + "{\n}\n", "Line 4"),
        ("#SIETYP 4\n}\n", "Line 2"),
        ("#SIETYP 4\n{\n}\n", "Line 2"),
        ("#SIETYP 4\nhej\n", "does not begin with #"),
        ("#VER A 1 2027-02-01 x\n{\n}\n", "Line 1"),
        ("#VER A\n", "Line 1"),
        ("#SIETYP 4\n#FNAMN " + "x" * 11_000, "too long"),
    ],
)
def test_a_broken_file_says_where(text, said):
    with pytest.raises(SieUnreadable) as refusal:
        sie.read(text.encode("cp437"))
    assert said in str(refusal.value)


def test_rows_outside_a_voucher_and_unknown_labels_are_passed_over():
    text = "#SIETYP 4\n#TRANS 5010 {} 5.00\n#NYTT något\n#IB 0 1930 5\n" + BEGIN + "#TRANS 5010 {} 7.00\n#UNDERDIM x\n}\n"
    assert [row.amount for row in sie.read(text.encode("cp437")).transactions] == [Kronor(7)]


def test_braces_and_quotes_inside_a_quoted_object():
    text = BEGIN + '#TRANS 5010 {"6" "P}1" 1 "a\\"b"} 7.00 "" "x {y} z"\n}\n'
    (row,) = sie.read(text.encode("cp437")).transactions
    assert (row.objects, row.text) == ((("6", "P}1"), ("1", 'a"b')), "x {y} z")


def test_lines_full_of_braces_that_are_never_closed_take_no_time():
    lines = [f"#OKÄND {sign * 9_000}" for sign in ("{", '{"', '{"a"', "{a ")]
    begun = process_time()
    with pytest.raises(SieUnreadable):
        sie.read("\n".join(["#SIETYP 4", *(line[:9_900] for line in lines)]).encode())
    assert process_time() - begun < 2  # eight seconds for each line, where every brace looks for its end


def test_too_large_and_binary(monkeypatch):
    with pytest.raises(SieUnreadable):
        sie.read(b"#SIETYP 4\n\x00")
    monkeypatch.setattr(sie, "LARGEST_FILE", 10)
    with pytest.raises(SieUnreadable, match="too large"):
        sie.read(FILE.encode())
    monkeypatch.undo()
    monkeypatch.setattr(sie, "MOST_ROWS", 1)
    with pytest.raises(SieUnreadable, match="too many"):
        sie.read(FILE.encode())


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_or_refused(content):
    with contextlib.suppress(SieUnreadable):
        sie.read(b"#SIETYP 4\n" + content)


@given(
    st.lists(
        st.sampled_from(
            ["#VER A 1 20270201 x", "{", "}", '#TRANS 5010 {} 5.00 "" "a', "#TRANS 1 {6 P} -1", "#KONTO 1", '"', "\\"]
        ),
        max_size=12,
    )
)
def test_any_order_of_lines_is_read_or_refused(lines):
    with contextlib.suppress(SieUnreadable):
        sie.read("\n".join(["#SIETYP 4", *lines]).encode())
