"""Lists as files: streamed CSV and XLSX, safe to open in a spreadsheet program."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse

from .dates import STOCKHOLM
from .money import Kronor

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BOM = "\ufeff"


def harmless(text: str) -> str:
    """A text that no spreadsheet program runs as a formula: an apostrophe is put before the first sign."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) or text.lstrip(" \u00a0").startswith(_FORMULA_STARTS) else text


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case Kronor():
            return value.amount
        case datetime():
            return value.astimezone(STOCKHOLM).replace(tzinfo=None)
        case bool():
            return value
        case int() | Decimal() | date():
            return value
        case _:
            return harmless(str(value))


def _csv_cell(value: Any) -> str:
    if type(value) is str:
        return harmless(value)
    cell = _cell(value)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", ",")
    return str(cell)


class _Echo:
    def write(self, value: str) -> str:
        return value


def _csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    yield _BOM + writer.writerow([harmless(str(name)) for name in header])
    for row in rows:
        yield writer.writerow([_csv_cell(value) for value in row])


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The same as csv_response sends, for a file that is kept."""
    return "".join(_csv_lines(header, rows))


def csv_response(filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Semicolons, decimal comma and a byte order mark: what Swedish spreadsheet programs open as it stands."""
    response = StreamingHttpResponse(_csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
    return response


def xlsx_bytes(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    formats = {
        Kronor: book.add_format({"num_format": "#,##0.00"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for column, name in enumerate(header):
        sheet.write_string(0, column, str(name), bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value, formats.get(type(value)))
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, cell_format: Any) -> None:
    cell = _cell(value)
    match cell:
        case bool() | str():
            sheet.write_string(row, column, str(cell))
        case datetime() | date():
            sheet.write_datetime(row, column, cell, cell_format)
        case _:
            sheet.write_number(row, column, cell, cell_format)


def xlsx_response(filename: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    response = HttpResponse(xlsx_bytes(title, header, rows), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{filename}.xlsx"'
    return response
