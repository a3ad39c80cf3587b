import contextlib
import csv
import datetime as dt
import gc
import io
import tracemalloc
from decimal import Decimal

import openpyxl
import pytest

from kraftsamling.lib.money import Kronor
from kraftsamling.lib.spreadsheet import MOST_AT_ONCE, XLSX_TYPE, csv_response, harmless, xlsx_bytes, xlsx_response

pytestmark = pytest.mark.django_db
"""Whoever closes a response closes old connections too."""

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    " =1+1",
    "\u00a0=1",
    '=HYPERLINK("http://x")',
]
HARMLESS = ["", "Hej", "1-1", "a=b", "'=1", "3 + 4", "é", "👨‍👩‍👧‍👦"]
MOMENT = dt.datetime(2026, 7, 1, 10, 30, tzinfo=dt.UTC)


def read_csv(header, rows):
    content = b"".join(csv_response("lista", header, rows).streaming_content).decode("utf-8")
    assert content[0] == "\ufeff"
    return list(csv.reader(io.StringIO(content[1:], newline=""), delimiter=";"))


def read_xlsx(header, rows, title="Lista"):
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(title, header, rows))).active


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_would_run_gets_an_apostrophe(text):
    assert harmless(text) == f"'{text}"
    assert read_csv([text], [[text]]) == [[f"'{text}"], [f"'{text}"]]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_left_alone(text):
    assert harmless(text) == text


def test_csv_writes_money_days_and_moments_as_swedish_programs_read_them():
    row = [Kronor("-1234.50"), Kronor(1000), MOMENT, dt.date(2026, 7, 1), Decimal("37.5"), 3, None, True, 'a;"b"\nc']
    assert read_csv(["x"] * 9, [row])[1] == [
        "-1234,5", "1000", "2026-07-01 12:30", "2026-07-01", "37,5", "3", "", "True", 'a;"b"\nc',
    ]  # fmt: skip


def test_csv_streams_rows_as_they_come():
    taken = []

    def rows():
        for number in range(3):
            taken.append(number)
            yield [number]

    stream = iter(csv_response("lista", ["n"], rows()).streaming_content)
    assert (next(stream), taken) == (b"\xef\xbb\xbfn\r\n", [])
    assert (next(stream), taken) == (b"0\r\n", [0])


def test_csv_says_its_name_and_type():
    response = csv_response("skisser", ["a"], [])
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="skisser.csv"'


@pytest.mark.parametrize("text", [*FORMULAS[:4], "=cmd|' /C calc'!A0"])
def test_xlsx_holds_text_and_no_formula(text):
    sheet = read_xlsx([text], [[text]])
    assert [(cell.data_type, cell.value) for cell in (sheet["A1"], sheet["A2"])] == [("s", text), ("s", f"'{text}")]


def test_xlsx_holds_numbers_days_and_moments_as_such():
    sheet = read_xlsx(["a"] * 6, [[Kronor("1000.50"), MOMENT, dt.date(2026, 7, 1), 7, None, "http://x.se"]])
    values = [cell.value for cell in sheet[2]]
    shown = [str(value) for value in values]
    assert shown == ["1000.5", "2026-07-01 12:30:00", "2026-07-01 00:00:00", "7", "", "http://x.se"]
    assert [sheet["A2"].number_format, sheet["B2"].number_format, sheet["C2"].number_format] == [
        "#,##0.00",
        "yyyy-mm-dd hh:mm",
        "yyyy-mm-dd",
    ]
    assert sheet["F2"].hyperlink is None
    assert sheet.freeze_panes == "A2"


def test_xlsx_cuts_a_title_that_is_too_long_and_a_text_that_no_cell_can_hold():
    sheet = read_xlsx(["a"], [["å" * 200_000]], title="x" * 60)
    assert (sheet.title, len(sheet["A2"].value)) == ("x" * 31, 32767)


@pytest.mark.parametrize(
    ("title", "named"),
    [("Skola/fritid: [alla]?", "Skola fritid   alla"), ("'Hemma'", "Hemma"), ("*/", "Sheet1"), ("x" * 30 + "'y", "x" * 30)],
)
def test_xlsx_takes_a_title_with_signs_that_the_format_refuses(title, named):
    assert openpyxl.load_workbook(io.BytesIO(xlsx_bytes(title, ["a"], []))).sheetnames == [named]


def test_xlsx_says_its_name_and_type():
    response = xlsx_response("skisser", "Skisser", ["a"], [])
    assert (response["Content-Type"], response["Content-Disposition"]) == (XLSX_TYPE, 'attachment; filename="skisser.xlsx"')


def large(rows, header=("Text", "Belopp", "När", "Dag")):
    response = xlsx_response("lista", "Lista", header, rows)
    with contextlib.closing(response):
        content = b"".join(response.streaming_content) if response.streaming else response.content
    return response, openpyxl.load_workbook(io.BytesIO(content)).active


def a_row(number):
    return [f"=Rad {number}", Kronor(f"{number}.50"), MOMENT, dt.date(2026, 7, 1)]


@pytest.mark.parametrize(("count", "is_streamed"), [(MOST_AT_ONCE - 1, False), (MOST_AT_ONCE, True), (MOST_AT_ONCE + 7, True)])
def test_a_large_sheet_says_the_same_as_a_small_one(count, is_streamed):
    response, sheet = large(map(a_row, range(count)))
    assert response.streaming is is_streamed
    assert (response["Content-Type"], response["Content-Disposition"]) == (XLSX_TYPE, 'attachment; filename="lista.xlsx"')
    assert sheet.max_row == count + 1
    last = sheet[count + 1]
    assert [(cell.data_type, str(cell.value)) for cell in last] == [
        ("s", f"'=Rad {count - 1}"),
        ("n", f"{count - 1}.5"),
        ("d", "2026-07-01 12:30:00"),
        ("d", "2026-07-01 00:00:00"),
    ]
    assert [cell.number_format for cell in last[1:]] == ["#,##0.00", "yyyy-mm-dd hh:mm", "yyyy-mm-dd"]
    assert (sheet.freeze_panes, sheet["A1"].value, sheet["A1"].font.bold) == ("A2", "Text", True)
    assert sheet.column_dimensions["C"].width > 10
    assert not is_streamed or round(sheet.column_dimensions["C"].width) == len("2026-07-01 12:30") + 3


def test_a_column_of_a_large_sheet_is_no_wider_than_a_screen_and_rows_may_be_short():
    rows = [["x" * 200_000, "y"], ["z"], *(["a", "b"] for _number in range(MOST_AT_ONCE))]
    _response, sheet = large(rows, header=["Text", "Mer", "Tom"])
    assert (round(sheet.column_dimensions["A"].width), len(sheet["A2"].value), sheet["B3"].value) == (61, 32767, None)


def test_a_sheet_of_many_rows_needs_no_more_memory_than_one_of_few():
    def most(count):
        gc.collect()
        tracemalloc.start()
        xlsx_response("lista", "Lista", ["a", "b"], ([f"Rad {number}", number] for number in range(count))).close()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(MOST_AT_ONCE)
    assert most(6 * MOST_AT_ONCE) < 1.1 * most(2 * MOST_AT_ONCE)
