"""Reads a bookkeeping file in the Swedish format SIE 4: accounts, objects, vouchers and their rows.

Only what a payment request needs is read. The standard says cp437 (“PC8”); files in UTF-8 and Windows letters exist and are told
apart by their content. Rows #BTRANS (taken away) and #RTRANS (added, always followed by the same #TRANS) are left out, as the
standard has it for readers that do not tell them apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.utils.translation import gettext as _

from kraftsamling.lib.money import LARGEST, Kronor
from kraftsamling.lib.text import clean_text

LARGEST_FILE = 10 * 1024 * 1024
MOST_ROWS = 200_000
MOST_ACCOUNTS, MOST_OBJECTS = 1_000, 5_000
"""With rows: the page asks about each of them."""
LONGEST_LINE = 10_000
PROJECT_DIMENSION = "6"
"""Dimension 6 is “project” in the standard (SIE 4B, #DIM)."""

_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|(\{(?:[^{}"]|"(?:[^"\\]|\\.)*")*\})|([^\s"{}]\S*)')
"""A list of objects holds no other list: a brace that is never closed is looked at once, and not from each brace before it."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_ESCAPED = re.compile(r"\\(.)")
_ENTRY = re.compile(r"\s*#([A-Za-zÅÄÖåäö]+)(.*)", re.DOTALL)


class SieUnreadable(Exception):
    """Not a SIE 4 file, or one that is broken. The text says which line and what is wrong."""


class Transaction(NamedTuple):
    """One row of a voucher. Debit is above zero."""

    account: str
    objects: tuple[tuple[str, str], ...]
    """(dimension, object) pairs."""
    amount: Kronor
    booked_on: date
    text: str
    voucher: str


@dataclass
class SieFile:
    """What was found in the file."""

    company: str = ""
    org_number: str = ""
    accounts: dict[str, str] = field(default_factory=dict)
    objects: dict[tuple[str, str], str] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)

    def used_accounts(self, marked: tuple[str, str] | None = None) -> dict[str, tuple[str, int, Kronor]]:
        """Name, number of rows and sum of each account with rows, in order of account."""
        found: dict[str, tuple[str, int, Kronor]] = {}
        for row in self.rows(marked):
            name, count, total = found.get(row.account, (self.accounts.get(row.account, ""), 0, Kronor(0)))
            found[row.account] = (name, count + 1, total + row.amount)
        return dict(sorted(found.items()))

    def used_objects(self) -> dict[tuple[str, str], str]:
        """The objects that rows are marked with, with their names; projects first."""
        used = {pair for row in self.transactions for pair in row.objects}
        ordered = sorted(used, key=lambda pair: (pair[0] != PROJECT_DIMENSION, pair))
        return {pair: self.objects.get(pair, "") for pair in ordered}

    def rows(self, marked: tuple[str, str] | None = None) -> Iterator[Transaction]:
        return (row for row in self.transactions if marked is None or marked in row.objects)


def decoded(content: bytes) -> str:
    """The text of the file, whichever of the three encodings it really has."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    windows = sum(content.count(byte) for byte in b"\xe5\xe4\xf6\xc5\xc4\xd6")
    dos = sum(content.count(byte) for byte in b"\x86\x84\x94\x8f\x8e\x99")
    return content.decode("cp1252", errors="replace") if windows > dos else content.decode("cp437")


def read(content: bytes) -> SieFile:
    """Raises SieUnreadable with the line and what is wrong with it."""
    if len(content) > LARGEST_FILE:
        raise SieUnreadable(_("The file is too large. Export the project's rows only."))
    if b"\x00" in content or not re.match(rb"(?:\xef\xbb\xbf)?\s*#\w+", content):
        raise SieUnreadable(
            _("This is not a SIE file. Choose “SIE 4, transactions” when you export from the bookkeeping system.")
        )
    reader = _Reader()
    for number, line in enumerate(_LINE_END.split(decoded(content)), start=1):
        reader.take(number, line)
    return reader.finished()


def _parts(text: str) -> list[str]:
    r"""The fields of a line: bare words, quoted texts with \\" inside, and object lists in braces."""
    found = []
    for match in _PART.finditer(text):
        quoted, braces, bare = match.groups()
        if quoted is not None:
            found.append(_ESCAPED.sub(r"\1", quoted))
        else:
            found.append(braces if braces is not None else bare)
    return found


class _Reader:
    """Takes one line after the other; knows whether it stands inside a voucher."""

    def __init__(self) -> None:
        self.file = SieFile()
        self.voucher: tuple[str, date, str] | None = None
        self.inside = False
        self.kind = ""

    def take(self, number: int, line: str) -> None:
        stripped = line.strip()
        if not stripped:
            return
        if len(stripped) > LONGEST_LINE:
            raise SieUnreadable(_("Line %(number)d is too long.") % {"number": number})
        if stripped in {"{", "}"}:
            self._brace(number, stripped)
            return
        entry = _ENTRY.fullmatch(stripped)
        if entry is None:
            raise SieUnreadable(_("Line %(number)d does not begin with #.") % {"number": number})
        try:
            self._entry(entry[1].upper(), _parts(entry[2]))
        except (IndexError, ValueError, InvalidOperation):
            raise SieUnreadable(
                _("Line %(number)d could not be read: %(line)s") % {"number": number, "line": clean_text(stripped)[:80]}
            ) from None

    def _brace(self, number: int, sign: str) -> None:
        opens = sign == "{"
        if opens == self.inside or (opens and self.voucher is None):
            raise SieUnreadable(_("Line %(number)d: a brace stands where it should not.") % {"number": number})
        self.inside = opens
        if not opens:
            self.voucher = None

    def _entry(self, label: str, parts: list[str]) -> None:
        match label:
            case "SIETYP":
                self.kind = parts[0]
            case "FNAMN":
                self.file.company = clean_text(parts[0])
            case "ORGNR":
                self.file.org_number = parts[0]
            case "KONTO":
                self.file.accounts[clean_text(parts[0])] = clean_text(parts[1])[:100]
            case "OBJEKT":
                self.file.objects[parts[0], parts[1]] = clean_text(parts[2] if len(parts) > 2 else "")[:100]  # noqa: PLR2004
            case "VER":
                self._begin(parts)
            case "TRANS" if self.inside and self.voucher is not None:
                self._row(parts)

    def _begin(self, parts: list[str]) -> None:
        if self.inside:
            raise ValueError("a voucher inside a voucher")
        series, number, day, *rest = parts
        self.voucher = (clean_text(f"{series}{number}")[:40], _day(day), clean_text(rest[0] if rest else ""))

    def _row(self, parts: list[str]) -> None:
        voucher, day, text = self.voucher or ("", date.min, "")
        account, objects, amount, *rest = parts
        account = clean_text(account)
        if not objects.startswith("{"):
            raise ValueError("no object list")
        own_day = _day(rest[0]) if rest and rest[0] else day
        own_text = clean_text(rest[1]) if len(rest) > 1 else ""
        words = own_text or text or self.file.accounts.get(account, "")
        self.file.transactions.append(Transaction(account, _pairs(objects), _amount(amount), own_day, words[:200], voucher))
        if len(self.file.transactions) > MOST_ROWS:
            raise SieUnreadable(_("The file has too many rows. Export the project's rows only."))

    def finished(self) -> SieFile:
        if self.inside:
            raise SieUnreadable(_("The file ends in the middle of a voucher. Export it once more."))
        if not self.file.transactions:
            kind = f" (SIE {self.kind})" if self.kind else ""
            raise SieUnreadable(
                _("There are no vouchers in the file%(kind)s. Choose “SIE 4, transactions” when you export.") % {"kind": kind}
            )
        used = {row.account for row in self.file.transactions}
        marked = {pair for row in self.file.transactions for pair in row.objects}
        if len(used) > MOST_ACCOUNTS or len(marked) > MOST_OBJECTS:
            raise SieUnreadable(_("The file has too many accounts. Export the project's rows only."))
        return self.file


def _pairs(objects: str) -> tuple[tuple[str, str], ...]:
    parts = _parts(objects[1:-1])
    if len(parts) % 2:
        raise ValueError("an object without a dimension")
    return tuple(zip(parts[::2], parts[1::2], strict=True))


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{8}", text):
        raise ValueError("not a day")
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no time zone


def _amount(text: str) -> Kronor:
    if not re.fullmatch(r"-?[0-9]{1,12}(?:[.,][0-9]{1,2})?", text):
        raise ValueError("not an amount")
    amount = Kronor(Decimal(text.replace(",", ".")))
    if abs(amount.amount) >= LARGEST:
        raise ValueError("too large")
    return amount
