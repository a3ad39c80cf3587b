"""Reads booked costs: from the fields of the page, from rows pasted or sent as a sheet, and from a bookkeeping file."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grants.budget.sheets import Unreadable, category_of
from grants.models import CostCategory
from kraftsamling.lib.money import Kronor, parse_signed_kronor, typed
from kraftsamling.lib.text import clean_text, identity_number_refusal, identity_numbers

from .actions.payments import MOST_ENTRIES, Cost
from .sie import SieFile, Transaction

LONGEST_TEXT, LONGEST_VOUCHER, LONGEST_KEPT = 200, 40, 400
MOST_PROBLEMS = 10
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)

FIELDS = ("date", "voucher", "text", "category", "amount")
_COLUMNS = {
    "date": {"datum", "bokförd", "bokföringsdatum", "bokf.datum", "date", "booked", "verifikationsdatum", "verdatum", "dag"},
    "voucher": {"ver", "ver.", "verifikat", "verifikation", "verifikationsnummer", "ver.nr", "vernr", "ver nr", "voucher", "nr"},
    "text": {"text", "beskrivning", "benämning", "vad", "what it is", "description", "transaktionsinfo", "vertext"},
    "category": {"kostnadsslag", "kategori", "category", "cost category"},
    "amount": {"belopp", "summa", "kronor", "amount", "belopp, kronor", "belopp (kr)"},
    "debit": {"debet", "debit"},
    "credit": {"kredit", "credit"},
}
_SUMS = ("summa", "totalt", "total", "delsumma", "omslutning")


class CostProblem(NamedTuple):
    """What is wrong with one field."""

    field: str
    text: str


def cost_of(values: Mapping[str, str]) -> tuple[Cost | None, list[CostProblem]]:
    """One row as typed: the cost, or what is wrong with each field."""
    problems: list[CostProblem] = []
    found: dict[str, Any] = {}
    for name, read in (("date", day_of), ("voucher", _voucher), ("text", _text), ("category", _category), ("amount", _amount)):
        try:
            found[name] = read(values.get(name, "").strip())
        except ValidationError as error:
            problems.append(CostProblem(name, " ".join(error.messages)))
    if problems:
        return None, problems
    return Cost(found["date"], found["voucher"], found["text"], found["category"], found["amount"]), []


def day_of(text: str) -> date:
    for pattern, form in (
        (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"), (r"\d{8}", "%Y%m%d"), (r"\d{2}-\d{2}-\d{2}", "%y-%m-%d"), (r"\d{6}", "%y%m%d"),
    ):  # fmt: skip
        if re.fullmatch(pattern, text, re.ASCII):
            try:
                day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
            except ValueError:
                break
            if FIRST_DAY <= day <= LAST_DAY:
                return day
    raise ValidationError(_("Write the day as year-month-day, for example 2027-01-15."))


def _voucher(text: str) -> str:
    if not text:
        raise ValidationError(_("Write the number of the voucher, for example A125."))
    if len(text) > LONGEST_VOUCHER:
        raise ValidationError(_("Shorten the text to at most %(count)d characters.") % {"count": LONGEST_VOUCHER})
    return _allowed(text)


def _text(text: str) -> str:
    if not text:
        raise ValidationError(_("Write what the cost is."))
    if len(text) > LONGEST_TEXT:
        raise ValidationError(_("Shorten the text to at most %(count)d characters.") % {"count": LONGEST_TEXT})
    return _allowed(text)


def _allowed(text: str) -> str:
    if identity_numbers(text):
        raise ValidationError(identity_number_refusal())
    return text


def _category(text: str) -> str:
    if text in CostCategory.values:
        return text
    found = category_of(text)
    if not found:
        wanted = ", ".join(str(choice.label) for choice in CostCategory)
        raise ValidationError(_("Choose one of the cost categories: %(wanted)s.") % {"wanted": wanted})
    return found


def _amount(text: str) -> Kronor:
    amount = parse_signed_kronor(text)
    if not amount:
        raise ValidationError(_("Write an amount other than 0."))
    return amount


# ---- Rows pasted or sent


def read_rows(rows: Sequence[Sequence[Any]], *, category: str = "") -> list[Cost]:
    """The costs of the sheet. `category` is for rows that name none. Raises Unreadable, naming each row that is wrong."""
    texts = [[cell_text(cell) for cell in row] for row in rows]
    if len(texts) > MOST_ENTRIES:
        raise Unreadable([_("A request can have at most %(count)d rows. Send in more than one.") % {"count": MOST_ENTRIES}])
    begin, columns = _columns(texts)
    costs: list[Cost] = []
    problems: list[str] = []
    for number, row in enumerate(texts[begin:], start=begin + 1):
        values = _values(row, columns)
        if not any(row) or _is_sum(row, values):
            continue
        cost, wrong = cost_of({**values, "category": values.get("category") or category})
        if cost is not None:
            costs.append(cost)
        elif len(problems) < MOST_PROBLEMS:
            problems.append(_("Row %(number)d: %(problem)s") % {"number": number, "problem": " ".join(p.text for p in wrong)})
    if not problems and not costs:
        problems.append(_("No rows with costs were found."))
    if problems:
        raise Unreadable(problems)
    return costs


def cell_text(cell: Any) -> str:
    """A cell as a person would write it: amounts from a file come as Kronor, days as days."""
    match cell:
        case None:
            return ""
        case Kronor():
            return typed(cell)
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
    text = clean_text(str(cell)).strip()
    return re.sub(r"^'(?=\s*[=+\-@])", "", text)[:LONGEST_KEPT]


def _columns(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Which column holds what, by the first row if it names them; in our own order otherwise."""
    for place, row in enumerate(rows[:20]):
        named = {name: n for n, text in enumerate(row) for name, words in _COLUMNS.items() if _key(text) in words}
        if {"date", "voucher"} <= set(named) and ("amount" in named or "debit" in named):
            return place + 1, named
    return 0, {name: place for place, name in enumerate(FIELDS)}


def _key(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").casefold().split())


def _values(row: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    values = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
    if "amount" not in columns:
        credit = values.get("credit", "").lstrip("-\u2212")
        values["amount"] = values.get("debit") or (f"-{credit}" if credit else "")
    voucher = values.get("voucher", "")
    if re.fullmatch(r"[\d\u00a0]+", voucher):
        values["voucher"] = voucher.replace("\u00a0", "")  # a number from a sheet
    day = values.get("date", "")
    if re.fullmatch(r"[\d\u00a0]+", day):
        values["date"] = day.replace("\u00a0", "")
    return values


def _is_sum(row: Sequence[str], values: Mapping[str, str]) -> bool:
    """A row of sums has no voucher and says so."""
    return not values.get("voucher") and any(_key(text).startswith(_SUMS) for text in row)


# ---- From a bookkeeping file

LEAVE_OUT = ""
NO_VOUCHER = "-"
_FIRST_DIGITS = {
    "7": CostCategory.OWN_STAFF, "58": CostCategory.TRAVEL, "50": CostCategory.INVESTMENT, "51": CostCategory.INVESTMENT,
    "52": CostCategory.INVESTMENT, "54": CostCategory.INVESTMENT, "4": CostCategory.EXTERNAL_SERVICES,
    "5": CostCategory.EXTERNAL_SERVICES, "6": CostCategory.EXTERNAL_SERVICES,
}  # fmt: skip


def likely_category(account: str) -> str:
    """By the first digits of the account plan BAS: a suggestion, which the person changes. Income is left out until chosen."""
    for digits, category in sorted(_FIRST_DIGITS.items(), key=lambda pair: -len(pair[0])):
        if account.startswith(digits):
            return str(category)
    return LEAVE_OUT


class FromBooks(NamedTuple):
    """What a bookkeeping file gives with a mapping: the costs, and what was left out and why."""

    costs: list[Cost]
    outside: int
    """Rows booked outside the period."""
    identity_numbers: list[str]
    """Vouchers with a personal identity number in the text: taken in without the text."""


def from_books(
    file: SieFile, *, mapping: Mapping[str, str], marked: tuple[str, str] | None, first: date, last: date
) -> FromBooks:
    """The rows of the accounts that have a category, within the period; debit is a cost, credit is taken off."""
    costs, outside, hidden = [], 0, []
    for row in file.rows(marked):
        category = mapping.get(row.account, LEAVE_OUT)
        if not category or not row.amount:
            continue
        if not first <= row.booked_on <= last:
            outside += 1
            continue
        voucher, text = _without_identity(row.voucher), _text_of(file, row, category)
        if identity_numbers(row.voucher) or identity_numbers(row.text):
            hidden.append(voucher)
        costs.append(Cost(row.booked_on, voucher, text[:LONGEST_TEXT], category, row.amount))
    return FromBooks(costs, outside, hidden)


def _text_of(file: SieFile, row: Transaction, category: str) -> str:
    """The text of the row; the name or number of its account if there is none that may be kept."""
    texts = (row.text.strip(), file.accounts.get(row.account, ""), row.account, str(CostCategory(category).label))
    return next(text for text in texts if text and not identity_numbers(text))


def _without_identity(voucher: str) -> str:
    for number in identity_numbers(voucher):
        voucher = voucher.replace(number, "")
    return voucher.strip() or NO_VOUCHER


def sum_of(costs: Iterable[Cost]) -> Kronor:
    return Kronor.from_ore(sum(cost.amount.ore for cost in costs))
