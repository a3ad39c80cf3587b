import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest

from kraftsamling.lib.money import Kronor
from kraftsamling.lib.spreadsheet import XLSX_TYPE, csv_response, harmless, xlsx_bytes, xlsx_response

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


def test_xlsx_says_its_name_and_type():
    response = xlsx_response("skisser", "Skisser", ["a"], [])
    assert (response["Content-Type"], response["Content-Disposition"]) == (XLSX_TYPE, 'attachment; filename="skisser.xlsx"')
