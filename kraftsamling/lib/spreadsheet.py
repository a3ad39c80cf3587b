"""Lists as files: streamed CSV and XLSX, safe to open in a spreadsheet program."""

import contextlib
import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

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


MOST_AT_ONCE = 1000
"""Rows that a sheet is made of in the memory. One with more is written row by row to a file, so that it takes no more of it."""
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False}
_WIDEST = 60
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\]")
"""Signs that the format refuses in the name of a sheet; a name that people have chosen becomes one."""


def xlsx_bytes(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    buffer = io.BytesIO()
    with _book(buffer, in_memory=True) as book:
        _fill(book, title, header, rows).autofit()
    return buffer.getvalue()


def _large_xlsx(title: str, header: Sequence[str], first: list[Sequence[Any]], rest: Iterable[Sequence[Any]]) -> Any:
    """An open file, which is gone when it is closed. The first rows tell how wide the columns are."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - who sends it closes it
    with _book(file, constant_memory=True) as book:
        sheet = _fill(book, title, header, chain(first, rest))
        for column, name in enumerate(header):
            longest = max(len(_csv_cell(row[column])) for row in [header, *first] if column < len(row))
            sheet.set_column(column, column, min(max(longest, len(str(name))) + 2, _WIDEST))
    file.seek(0)
    return file


@contextlib.contextmanager
def _book(file: Any, **options: bool) -> Iterator[Any]:
    import xlsxwriter  # noqa: PLC0415 - two megabytes, which few processes need

    book = xlsxwriter.Workbook(file, {**_SAFE, **options})
    yield book
    book.close()


def _fill(book: Any, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    sheet = book.add_worksheet(_NOT_IN_A_TITLE.sub(" ", title)[:31].strip("' ") or None)
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
    return sheet


def _write(sheet: Any, row: int, column: int, value: Any, cell_format: Any) -> None:
    cell = _cell(value)
    match cell:
        case bool() | str():
            sheet.write_string(row, column, str(cell))
        case datetime() | date():
            sheet.write_datetime(row, column, cell, cell_format)
        case _:
            sheet.write_number(row, column, cell, cell_format)


def xlsx_response(filename: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    rest = iter(rows)
    first = list(islice(rest, MOST_AT_ONCE))
    response: HttpResponseBase
    if len(first) < MOST_AT_ONCE:
        response = HttpResponse(xlsx_bytes(title, header, first), content_type=XLSX_TYPE)
    else:
        response = FileResponse(_large_xlsx(title, header, first, rest), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{filename}.xlsx"'
    return response
