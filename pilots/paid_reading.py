"""Reads back what the finance system has paid: reference, amount and day, from CSV or XLSX."""

import csv
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grants.budget import files
from grants.budget.sheets import Unreadable
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.money import Kronor, parse_kronor

from .cost_reading import cell_text, day_of
from .models import Payout
from .states import PayoutState

MOST_ROWS = 5_000
LARGEST_FILE = 5 * 1024 * 1024
_COLUMNS = {
    "reference": {"referens", "reference", "betalningsreferens", "ocr/referens"},
    "amount": {"belopp, kronor", "belopp", "amount", "amount, kronor"},
    "paid_on": {"utbetald", "betald", "betaldag", "betalningsdag", "paid", "utbetalningsdag"},
}


class FoundRow(NamedTuple):
    """A row of the file: the payment it belongs to, or what is wrong with it."""

    number: int
    reference: str
    amount: Kronor | None
    paid_on: date | None
    problem: str = ""


def rows_of(upload: Any) -> list[list[Any]]:
    """The cells of the file. Raises Unreadable."""
    if str(upload.name).lower().endswith(".csv"):
        content = upload.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE or b"\x00" in content:
            raise Unreadable([_("The file could not be read. Send it as XLSX instead.")])
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
        first = text.split("\n", 1)[0]
        delimiter = next((sign for sign in (";", "\t", ",") if sign in first), ";")
        try:
            return list(csv.reader(text.splitlines(), delimiter=delimiter))
        except csv.Error:
            raise Unreadable([_("The file could not be read. Send it as XLSX instead.")]) from None
    return files.file_rows(
        str(upload.name), upload.file, upload.size or 0, most_rows=MOST_ROWS, largest=LARGEST_FILE, unpacked=8 * LARGEST_FILE,
        too_large=_("The file is too large."),
    )  # fmt: skip


def read(rows: Sequence[Sequence[Any]], payouts: Any, *, today: date) -> list[FoundRow]:
    """Each row with a day, against the payments that wait. Rows without a day are passed over: they are not paid yet."""
    texts = [[cell_text(cell) for cell in row] for row in rows]
    begin, columns = _header(texts)
    waiting = {payout.reference: payout for payout in payouts}
    found: list[FoundRow] = []
    seen: set[str] = set()
    for number, row in enumerate(texts[begin:], start=begin + 1):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
        if not cells["paid_on"] or not cells["reference"]:
            continue
        found.append(_judged(number, cells, waiting, seen, today=today))
        seen.add(cells["reference"])
    if not found:
        raise Unreadable([_("No row has both a reference and a day.")])
    return found[:MOST_ROWS]


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    for place, row in enumerate(rows[:20]):
        named = {
            name: n
            for n, text in enumerate(row)
            for name, words in _COLUMNS.items()
            if " ".join(text.casefold().split()) in words
        }
        if set(named) == set(_COLUMNS):
            return place + 1, named
    raise Unreadable([_("The columns Reference, Amount and Paid were not found in the first rows.")])


def _judged(number: int, cells: dict[str, str], waiting: dict[str, Payout], seen: set[str], *, today: date) -> FoundRow:
    try:
        amount, paid_on = parse_kronor(cells["amount"]), day_of(cells["paid_on"].replace("\u00a0", ""))
    except ValidationError as error:
        return FoundRow(number, cells["reference"], None, None, " ".join(error.messages))
    payout = waiting.get(cells["reference"])
    problem = ""
    if payout is None:
        problem = _("There is no payment with this reference.")
    elif payout.state == PayoutState.PAID:
        problem = _("It is booked as paid already.")
    elif payout.state != PayoutState.EXPORTED:
        problem = _("It has not been sent to the finance system.")
    elif payout.amount != amount:
        problem = _("The amount should be %(amount)s.") % {"amount": payout.amount.exact}
    elif paid_on > today:
        problem = _("The day has not come yet.")
    elif paid_on < stockholm_today(payout.decided_at):
        problem = _("It was decided later than that day.")
    elif cells["reference"] in seen:
        problem = _("It stands twice in the file.")
    return FoundRow(number, cells["reference"], amount, paid_on, problem)
