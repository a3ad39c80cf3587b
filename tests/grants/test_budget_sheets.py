"""The budget and spreadsheets: rows pasted, files read in, files taken out, and hostile content of all of them."""

import csv
import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.budget import exports, files, sheets
from grants.budget.reading import BudgetForm
from grants.models import Appropriation, CostCategory, FinancingRole
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.spreadsheet import csv_response, xlsx_bytes
from kraftsamling.lib.text import clean_text
from tests.grants.test_budget_reading import call, typed

SEED = """\
\t2024\t2025\t2026\tTotalt
Egen personal\t456 852\t989 804\t554 884\t2 001 541
Externa tjänster\t110 000\t170 000\t161 087\t441 087
Resor och logi\t10 000\t10 000\t10 000\t30 000
Indirekta kostnader\t97 721\t211 719\t118 690\t428 130
Summa bokförda kostnader\t674 573\t1 381 523\t844 661\t2 900 757
Egna medel (aktivitetsmedel)\t488 391\t1 000 223\t611 535\t2 100 148
1:1-medel\t186 182\t381 300\t233 126\t800 609
Summa finansiering\t674 573\t1 381 523\t844 661\t2 900 757
"""
FORMULAS = ["=1+1", "+46", "-5", "@SUM(A1)", "\t=1", "＝cmd|' /C calc'!A0"]


def pasted(text, *, years=(2027, 2028)):
    return sheets.read(sheets.pasted_rows(text), years=years)


def problems(text, **kwargs):
    with pytest.raises(sheets.Unreadable) as trouble:
        pasted(text, **kwargs)
    return trouble.value.messages


def lines(form):
    """What a form says, without its numbering."""
    costs = [(line.get("category"), line.get("label"), line.in_kind, line.of_years(form.years)) for line in form.costs]
    names = ("role", "financier", "public", "appropriation")
    financing = [(*map(line.get, names), line.in_kind, line.of_years(form.years)) for line in form.financing]
    return form.years, costs, financing


def merged_form(sheet):
    return BudgetForm(sheets.merged({}, sheet, replace=True, years=()), call=call())


def told(trouble):
    assert trouble.messages
    assert all(trouble.messages)


# ---- Pasting


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_regions_own_table_is_read_as_it_stands(language):
    with translation.override(language):
        sheet = pasted(SEED)

    assert sheet.years == [2024, 2025, 2026]
    assert sheet.costs == [
        {"category": "own_staff", "2024": "456 852", "2025": "989 804", "2026": "554 884"},
        {"category": "external_services", "2024": "110 000", "2025": "170 000", "2026": "161 087"},
        {"category": "travel", "2024": "10 000", "2025": "10 000", "2026": "10 000"},
        {"category": "indirect", "2024": "97 721", "2025": "211 719", "2026": "118 690"},
    ]
    assert sheet.financing == [
        {"role": "own", "financier": "Egna medel (aktivitetsmedel)", "2024": "488 391", "2025": "1 000 223", "2026": "611 535"},
        {"role": "grant", "financier": "1:1-medel", "2024": "186 182", "2025": "381 300", "2026": "233 126"},
    ]


def test_rows_without_a_row_of_years_follow_the_budgets_years():
    sheet = pasted("Egen personal\tProjektledare\t100 000\t50000\nResor\t\t1\t2\t3")

    assert sheet.costs == [
        {"category": "own_staff", "label": "Projektledare", "2027": "100 000", "2028": "50000"},
        {"category": "travel", "2027": "1", "2028": "2"},  # the third is their sum
    ]


@pytest.mark.parametrize("nought", ["-", " - ", "\u2013", "-   kr", "\u2212\u00a0kr", "\u2014"])
def test_a_dash_is_how_a_spreadsheet_shows_nought(nought):
    """It is no amount, and no words about the line either: the amount after it stays in its own year."""
    assert pasted(f"\t2027\t2028\nResor\t{nought}\t500").costs == [{"category": "travel", "2028": "500"}]
    assert pasted(f"Resor\t{nought}\t500").costs == [{"category": "travel", "2028": "500"}]
    assert pasted(f"Resor\tBuss\t{nought}\t500").costs == [{"category": "travel", "label": "Buss", "2028": "500"}]


def test_semicolons_and_quotes_are_read_too():
    sheet = pasted('Del;2027\n"Egen personal";"1 000,50"')

    assert sheet.costs == [{"category": "own_staff", "2027": "1 000,50"}]


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        ("Konfetti\t5", 1, "Konfetti"),
        ("\t2027\nEgen personal\t100\nResor\tmycket", 3, "mycket"),
        ("Egen personal\t1\t2\t3\t4", 1, "4"),
        ("Egen personal\t-5", 1, "-5"),
    ],
)
def test_what_cannot_be_read_names_the_row(text, row, words):
    (problem,) = problems(text)

    assert str(row) in problem
    assert words in problem


@pytest.mark.parametrize("text", ["", "\n\n", "\t2027\t2028", "Summa\t5\t6"])
def test_nothing_to_read_is_told(text):
    assert len(problems(text)) == 1


def test_a_sheet_without_years_asks_for_them():
    assert len(problems("Egen personal\t5", years=())) == 1
    assert len(problems("\t2027\t2027\nEgen personal\t5\t6")) == 1
    assert len(problems("\t" + "\t".join(str(year) for year in range(2027, 2036)) + "\nResor\t1")) == 1


def test_what_is_too_much_is_refused():
    assert len(problems("x" * (sheets.LONGEST_PASTE + 1))) == 1
    assert len(problems("Resor\t1\n" * (sheets.MOST_ROWS + 1))) == 1
    assert "41" in problems("Resor\t1\n" * 41)[0]


def test_rows_are_added_after_those_that_are_there_or_instead_of_them():
    sheet = pasted("\t2029\nResor\t7")
    added = sheets.merged(typed(), sheet, replace=False, years=[2027, 2028])
    instead = sheets.merged(typed(), sheet, replace=True, years=[2027, 2028])

    assert {name: added[name] for name in typed() if name != "b_years"} == {n: v for n, v in typed().items() if n != "b_years"}
    assert (added["b_years"], added["b_c3_category"], added["b_c3_2029"]) == ("2027 2028 2029", "travel", "7")
    assert instead == {"b_years": "2029", "b_c0_category": "travel", "b_c0_2029": "7"}


def test_adding_more_than_a_budget_can_have_changes_nothing():
    sheet = pasted("Resor\t1\n" * 38)

    with pytest.raises(sheets.Unreadable):
        sheets.merged(typed(), sheet, replace=False, years=[2027])


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_pasting_anything_is_read_or_refused_with_words(text):
    try:
        sheet = pasted(text)
    except sheets.Unreadable as trouble:
        told(trouble)
    else:
        merged_form(sheet)


cells = st.sampled_from(
    ["", "2027", "2028", "Egen personal", "Resor", "1:1-medel", "Egna medel x", "5", "1 000", "x", "=1", '"', "Summa", "Del"]
)


@given(st.lists(st.lists(cells, max_size=9), max_size=6))
@settings(max_examples=300)
def test_any_table_is_read_or_refused_with_words(rows):
    try:
        merged_form(sheets.read(rows, years=[2027]))
    except sheets.Unreadable as trouble:
        told(trouble)


# ---- Out, and in again


words = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=12)
    .map(clean_text)
    .filter(lambda text: not text.strip().startswith("'"))
)
amount = st.integers(min_value=0, max_value=10**11).map(Kronor.from_ore)


@st.composite
def raw_budgets(draw):
    from grants.budget.edits import typed_amount

    raw = {"b_years": "2027 2028 2030"}
    for number in range(draw(st.integers(0, 4))):
        raw[f"b_c{number}_category"] = draw(st.sampled_from(CostCategory.values))
        raw[f"b_c{number}_label"] = draw(words)
        raw[f"b_c{number}_in_kind"] = draw(st.sampled_from(["", "on"]))
        raw |= {f"b_c{number}_{year}": typed_amount(draw(amount)) for year in (2027, 2028, 2030)}
    for number in range(draw(st.integers(1, 3))):
        raw[f"b_f{number}_role"] = draw(st.sampled_from(FinancingRole.values))
        raw[f"b_f{number}_financier"] = draw(words)
        raw[f"b_f{number}_public"] = draw(st.sampled_from(["", "0", "1"]))
        raw[f"b_f{number}_appropriation"] = draw(st.sampled_from(["", *Appropriation.values]))
        raw[f"b_f{number}_in_kind"] = draw(st.sampled_from(["", "on"]))
        raw |= {f"b_f{number}_{year}": typed_amount(draw(amount)) for year in (2027, 2028, 2030)}
    return raw


def as_xlsx(form):
    return xlsx_bytes("Budget", exports.header(form.years), exports.rows(form))


def as_csv(form):
    return b"".join(csv_response("b", exports.header(form.years), exports.rows(form)).streaming_content).decode("utf-8-sig")


@given(raw_budgets(), st.sampled_from(["sv", "en"]))
@settings(max_examples=40)
def test_what_is_taken_out_as_a_file_reads_in_the_same(raw, language):
    with translation.override(language):
        form = BudgetForm(raw, call=call())
        content = as_xlsx(form)
        again = merged_form(sheets.read(files.file_rows("b.xlsx", io.BytesIO(content), len(content)), years=[]))

    assert lines(again) == lines(form)


@given(raw_budgets(), st.sampled_from(["sv", "en"]))
@settings(max_examples=60)
def test_what_is_taken_out_as_csv_can_be_pasted_in_the_same(raw, language):
    with translation.override(language):
        form = BudgetForm(raw, call=call())
        again = merged_form(pasted(as_csv(form), years=[]))

    assert lines(again) == lines(form)


def test_an_amount_that_cannot_be_read_is_taken_out_as_it_was_typed():
    form = BudgetForm(typed(b_c0_2027="tvåhundra"), call=call())

    assert "tvåhundra" in as_csv(form)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_label_is_a_formula_in_the_file(formula):
    form = BudgetForm(typed(b_c0_label=formula), call=call())

    row = next(csv.reader(io.StringIO(as_csv(form).split("\n", 1)[1]), delimiter=";"))
    assert row[2].startswith("'")
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(form))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


# ---- Files


def workbook(rows, *, formulas=()):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    for row, column, formula, value in formulas:
        sheet.write_formula(row, column, formula, value=value)
    book.close()
    return buffer.getvalue()


def from_file(content, name="budget.xlsx"):
    return sheets.read(files.file_rows(name, io.BytesIO(content), len(content)), years=[2027, 2028])


def refused(content, name="budget.xlsx"):
    with pytest.raises(sheets.Unreadable) as trouble:
        from_file(content, name)
    return trouble.value.messages


def test_a_plain_table_in_excel_is_read_with_its_numbers():
    sheet = from_file(workbook([["", 2027, 2028], ["Egen personal", 100_000.5, 50_000], ["1:1-medel", 0.1 + 0.2, 25_000]]))

    assert sheet.years == [2027, 2028]
    assert sheet.costs == [{"category": "own_staff", "2027": "100 000,50", "2028": "50 000"}]
    assert sheet.financing == [{"role": "grant", "financier": "1:1-medel", "2027": "0,30", "2028": "25 000"}]


def test_the_value_of_a_formula_is_read_and_the_formula_is_not():
    content = workbook([["", 2027], ["Egen personal", ""]], formulas=[(1, 1, "=100*3", 300)])

    assert from_file(content).costs == [{"category": "own_staff", "2027": "300"}]


def test_a_cell_with_an_error_names_its_row():
    (problem,) = refused(workbook([["", 2027], ["Resor", ""]], formulas=[(1, 1, "=1/0", "#DIV/0!")]))

    assert "2" in problem
    assert "#DIV/0!" in problem


@pytest.mark.parametrize("number", [-5, 1e15, 10**12])
def test_a_number_that_is_no_amount_names_its_row(number):
    (problem,) = refused(workbook([["", 2027], ["Resor", number]]))

    assert problem.startswith(("Row 2", "Rad 2"))


def test_a_file_that_is_no_workbook_is_refused_with_words():
    for content, name in [(b"hej", "b.xlsx"), (b"PK\x03\x04skrap", "b.xlsx"), (b"%PDF-1.4", "b.pdf"), (b"", "b.xlsx")]:
        assert len(refused(content, name)) == 1


def repacked(content, **parts):
    """The same workbook with parts changed or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry, parts.pop(entry.filename, old.read(entry)))
        for name, data in parts.items():
            new.writestr(name, data)
    return buffer.getvalue()


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&g;</t></si></sst>"""
THIEF = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&a;</t></si></sst>"""


@pytest.mark.parametrize("part", [BOMB, THIEF, "<sst", "", "<x/>"])
def test_hostile_xml_is_refused_with_words(part):
    plain = workbook([["", 2027], ["Resor", 5]])

    assert len(refused(repacked(plain, **{"xl/sharedStrings.xml": part}))) == 1


def test_what_unpacks_to_too_much_is_never_unpacked():
    plain = workbook([["", 2027], ["Resor", 5]])

    assert len(refused(repacked(plain, **{"xl/media/a.xml": b"0" * (files.LARGEST_UNPACKED + 1)}))) == 1
    assert len(refused(plain + b"\0" * files.LARGEST_FILE)) == 1


def test_a_workbook_with_macros_is_refused():
    plain = workbook([["", 2027], ["Resor", 5]])

    assert len(refused(repacked(plain, **{"xl/vbaProject.bin": b"x"}))) == 1


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=4000))
@settings(max_examples=60)
def test_a_damaged_workbook_never_raises_anything_else(junk, place):
    plain = workbook([["", 2027], ["Resor", 5]])
    try:
        from_file(plain[:place] + junk + plain[place + len(junk) :])
    except sheets.Unreadable as trouble:
        told(trouble)
