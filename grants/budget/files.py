"""Reads the cells of an XLSX file that somebody sends: values only, bounded, and nothing in it is run or fetched."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kraftsamling.files.kinds import XLSX, judge
from kraftsamling.lib.money import LARGEST, Kronor

from .sheets import MOST_COLUMNS, MOST_ROWS, Unreadable

LARGEST_FILE = 1024 * 1024
LARGEST_UNPACKED = 8 * 1024 * 1024
"""A budget is some thousand cells; what is larger than this is no budget, however small it is packed."""


def file_rows(
    name: str,
    stream: BinaryIO,
    size: int,
    *,
    most_rows: int = MOST_ROWS,
    largest: int = LARGEST_FILE,
    unpacked: int = 0,
    too_large: str = "",
) -> list[list[Any]]:
    """The cells of the first sheet: texts, and numbers as Kronor. Raises Unreadable with words."""
    too_large = too_large or _("The file is too large for a budget. Send a sheet with the rows of the budget only.")
    if size > largest:
        raise Unreadable([too_large])
    try:
        if judge(name, stream) != XLSX:
            raise Unreadable([_("Send an Excel file (xlsx), or copy the rows and paste them instead.")])
    except ValidationError as error:
        raise Unreadable(error.messages) from None
    _guard_unpacked(stream, unpacked or LARGEST_UNPACKED, too_large)
    try:
        return list(_rows(stream, most_rows))
    except Unreadable:
        raise
    except (OSError, EOFError, *_BROKEN):
        raise Unreadable(
            [_("The file could not be read. Save it again as xlsx, or copy the rows and paste them instead.")]
        ) from None


_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, SyntaxError, ValueError, KeyError, TypeError, AttributeError,
    IndexError, ArithmeticError, AssertionError, RuntimeError,
)  # fmt: skip
"""What openpyxl raises on a file that only looks like one; SyntaxError is the base of the XML parser's own."""


def _guard_unpacked(stream: BinaryIO, largest: int, too_large: str) -> None:
    """What the archive says it holds; more than it says is never unpacked."""
    stream.seek(0)
    with zipfile.ZipFile(stream) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > largest:
        raise Unreadable([too_large])
    stream.seek(0)


def _opened(stream: BinaryIO) -> Any:
    from openpyxl import load_workbook  # noqa: PLC0415 - 13 MB in every web process, for what few ever send
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        return load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except InvalidFileException as error:
        raise ValueError from error


def _rows(stream: BinaryIO, most_rows: int) -> Iterator[list[Any]]:
    book = _opened(stream)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in islice(sheet.iter_rows(max_col=MOST_COLUMNS, max_row=most_rows + 1, values_only=True), most_rows + 1):
            yield [_cell(value) for value in row]
    finally:
        book.close()


def _cell(value: Any) -> Any:
    """Numbers to the nearest öre, since a formula may give parts of one; everything else as text."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, int | float | Decimal):
        number = Decimal(str(value))
        if not number.is_finite() or abs(number) >= LARGEST:
            return str(value)
        return Kronor.rounded(number)
    return value
