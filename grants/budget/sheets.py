"""Rows of a spreadsheet, pasted or read from a file, become the lines of a budget."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from grants.models import Appropriation, CostCategory, FinancingRole
from kraftsamling.lib.money import Kronor, parse_kronor
from kraftsamling.lib.text import clean_text

from .content import ZERO, added
from .edits import TYPED, compact, typed_amount, years_text
from .reading import (
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_KEPT,
    MOST_COSTS,
    MOST_FINANCING,
    MOST_YEARS,
    PRIVATE,
    PUBLIC,
)
from .rules import YEARS_FIELD

LONGEST_PASTE = 100_000
MOST_ROWS, MOST_COLUMNS = 200, 40
COLUMNS = 6
"""Text columns of our own sheets, before the years."""

_HARMLESS = re.compile(r"'(?=\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
_NOUGHT = re.compile(r"[-\u2013\u2014\u2212][\s\u00a0]*(?:kr)?")
"""How a spreadsheet shows nought in a column of money."""
_SUMS = ("summa", "totalt", "total", "sum", "delsumma")
_SHARES = ("andel", "share", "1:1 share", "own share", "1:1-andel", "egen andel")
_ALSO_ROLES = {
    "1:1": FinancingRole.GRANT,
    "1:1-medel": FinancingRole.GRANT,
    "1:1 medel": FinancingRole.GRANT,
    "sökt belopp": FinancingRole.GRANT,
    "egna medel": FinancingRole.OWN,
    "egen insats": FinancingRole.OWN,
    "medfinansiering": FinancingRole.OTHER,
    "övrig finansiering": FinancingRole.OTHER,
}
_ALSO_CATEGORIES = {
    "personal": CostCategory.OWN_STAFF,
    "lön": CostCategory.OWN_STAFF,
    "löner": CostCategory.OWN_STAFF,
    "resor": CostCategory.TRAVEL,
    "investeringar": CostCategory.INVESTMENT,
    "material": CostCategory.INVESTMENT,
    "lokaler": CostCategory.INVESTMENT,
}
_YES = {"ja", "yes", "x", "1", "true", "sant"}


class Unreadable(Exception):
    """The sheet could not be read. `messages` name the rows and say what would be right."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


@dataclass
class Sheet:
    """The lines found in a sheet, as values by field name, with their amounts by year."""

    years: list[int] = field(default_factory=list)
    costs: list[TYPED] = field(default_factory=list)
    financing: list[TYPED] = field(default_factory=list)


@dataclass
class _Header:
    """Which columns hold years; and whether the text columns are those of our own sheets."""

    years: dict[int, int]
    own: bool = False


# ---- Words


def _key(text: str) -> str:
    return " ".join(clean_text(text).replace("\u00a0", " ").casefold().split())


def _words(choices: Any) -> dict[str, str]:
    """Every name of the choices, in both languages, and the stored key."""
    found: dict[str, str] = {}
    for language in ("sv", "en"):
        with override(language):
            found |= {_key(str(choice.label)): str(choice.value) for choice in choices}
    return found | {_key(str(choice.value)): str(choice.value) for choice in choices}


def _words_of(text: str) -> set[str]:
    found = set()
    for language in ("sv", "en"):
        with override(language):
            found.add(_key(_(text)))
    return found


# ---- Reading


def pasted_rows(text: str) -> list[list[str]]:
    """The cells of what was pasted: tabs as from a spreadsheet, or semicolons as in a Swedish CSV. Raises Unreadable."""
    if len(text) > LONGEST_PASTE:
        raise Unreadable([_("That is too much to paste. Paste the rows of the budget only.")])
    return split_rows(text)


def split_rows(text: str) -> list[list[str]]:
    """The cells of rows with tabs or semicolons, however many. Raises Unreadable."""
    delimiter = "\t" if "\t" in text else ";"
    try:
        return [list(row) for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter)]
    except csv.Error:
        raise Unreadable([_("The rows could not be read. Copy them from the spreadsheet once more.")]) from None


def read(rows: Sequence[Sequence[Any]], *, years: Sequence[int]) -> Sheet:
    """The lines of the sheet. `years` are used where the sheet has no row of years. Raises Unreadable, naming each row."""
    if len(rows) > MOST_ROWS:
        raise Unreadable([_("The sheet has more than %(count)d rows. Keep the rows of the budget only.") % {"count": MOST_ROWS}])
    texts = [[_text(cell) for cell in row[:MOST_COLUMNS]] for row in rows]
    begin, header = _find_header(texts)
    sheet = Sheet(years=sorted(header.years.values()) if header else list(years))
    _guard_years(sheet.years)
    reader = _Reader(sheet, header)
    problems = []
    for number, row in enumerate(texts[begin:], start=begin + 1):
        try:
            reader.take(row)
        except ValidationError as error:
            problems.append(_("Row %(number)d: %(problem)s") % {"number": number, "problem": " ".join(error.messages)})
    if not problems and not sheet.costs and not sheet.financing:
        problems.append(_("No rows with costs or financing were found."))
    if problems:
        raise Unreadable(problems[:10])
    return sheet


def _guard_years(years: Sequence[int]) -> None:
    if not years:
        raise Unreadable([_("Begin with a row that has the years, or add the years in the budget first.")])
    if len(years) > MOST_YEARS or len(set(years)) < len(years):
        raise Unreadable([_("The row of years must have at most %(count)d years, each once.") % {"count": MOST_YEARS}])


def _text(cell: Any) -> str:
    """A cell as a person would write it. Amounts from a file come as Kronor."""
    if isinstance(cell, Kronor):
        return typed_amount(cell) if cell >= ZERO else f"-{typed_amount(-cell)}"
    text = clean_text("" if cell is None else str(cell)).strip()
    if _NOUGHT.fullmatch(text):
        return ""
    return _HARMLESS.sub("", text, count=1)[:LONGEST_KEPT] if text.startswith("'") else text[:LONGEST_KEPT]


def _year(text: str) -> int | None:
    digits = re.sub(r"[\s\u00a0]", "", text)
    return int(digits) if re.fullmatch(r"[0-9]{4}", digits) and FIRST_YEAR <= int(digits) <= LAST_YEAR else None


def _find_header(rows: Sequence[Sequence[str]]) -> tuple[int, _Header | None]:
    """The first row with anything in it, if it has years and begins with no name of a line."""
    for place, row in enumerate(rows):
        if not any(row):
            continue
        years = {column: year for column, text in enumerate(row) if (year := _year(text)) is not None}
        texts = [text for column, text in enumerate(row) if text and column not in years]
        if years and not any(_is_amount(text) for text in texts) and not _begins_line(row[0]):
            own = len(row) > COLUMNS and min(years) == COLUMNS and _key(row[0]) in _words_of("Part")
            return place + 1, _Header(years, own=own)
        return place, None
    return 0, None


def _begins_line(text: str) -> bool:
    return bool(category_of(text) or _role(text))


def _is_amount(text: str) -> bool:
    try:
        parse_kronor(text)
    except ValidationError:
        return False
    return True


def category_of(text: str) -> str:
    """The cost category that the words name, in either language; empty if they name none."""
    return str(_words(CostCategory).get(_key(text)) or _ALSO_CATEGORIES.get(_key(text), ""))


def _role(text: str) -> str:
    """By the name itself, or by its beginning: “Egna medel (aktivitetsmedel)”."""
    key = _key(text)
    known = {**_words(FinancingRole), **_ALSO_ROLES}
    if key in known:
        return str(known[key])
    return next(
        (role for word, role in known.items() if " " in word and key.startswith((f"{word} ", f"{word}:", f"{word},"))), ""
    )


def _is_sum(text: str) -> bool:
    key = _key(text)
    return bool(key) and (key.split()[0].rstrip(":") in _SUMS or key.startswith(_SHARES))


@dataclass
class _Reader:
    """Takes one row after the other into the sheet."""

    sheet: Sheet
    header: _Header | None

    def take(self, row: Sequence[str]) -> None:
        if not any(row) or _is_sum(row[0]) or (self.header and self.header.own and len(row) > 1 and _is_sum(row[1])):
            return
        if self.header and self.header.own:
            self._take_own(row)
        else:
            self._take_simple(row)

    def _take_own(self, row: Sequence[str]) -> None:
        """A row of our own sheet: part, category or role, label or financier, in kind, public, appropriation, years."""
        part, what, label, in_kind, public, appropriation = [*row, *[""] * COLUMNS][:COLUMNS]
        line = self._amounts(row)
        if _key(in_kind) in _YES:
            line["in_kind"] = "on"
        if _key(part) in _words_of("Cost"):
            if not category_of(what):
                raise ValidationError(_unknown_category(what))
            self._keep(self.sheet.costs, MOST_COSTS, {"category": category_of(what), "label": label, **line})
        elif _key(part) in _words_of("Financing"):
            if not _role(what):
                raise ValidationError(_unknown_role(what))
            source = {"public": _public(public), "appropriation": _words(Appropriation).get(_key(appropriation), "")}
            self._keep(self.sheet.financing, MOST_FINANCING, {"role": _role(what), "financier": label, **source, **line})
        else:
            raise ValidationError(
                _("Begin the row with “%(cost)s” or “%(financing)s”.") % {"cost": _("Cost"), "financing": _("Financing")}
            )

    def _take_simple(self, row: Sequence[str]) -> None:
        """A row of a plain table: a name, perhaps words about it, and the amounts."""
        name, *rest = row
        first_year = min(self.header.years) if self.header else None
        words = [text for text in (row[1:first_year] if first_year else _leading_words(rest)) if text]
        label = ", ".join(words)
        category, role = category_of(name), _role(name)
        if not category and not role:
            raise ValidationError(_unknown_category(name))
        line = self._amounts(row)
        if category:
            self._keep(self.sheet.costs, MOST_COSTS, {"category": category, "label": label, **line})
        else:
            self._keep(self.sheet.financing, MOST_FINANCING, {"role": role, "financier": label or name, **line})

    def _amounts(self, row: Sequence[str]) -> TYPED:
        cells = self._cells(row)
        for year, text in cells.items():
            if text:
                try:
                    parse_kronor(text)
                except ValidationError as error:
                    said = {"year": year, "text": text[:40], "problem": " ".join(error.messages)}
                    raise ValidationError(_("“%(text)s” for %(year)s. %(problem)s") % said) from None
        return {f"{year:04}": text for year, text in cells.items() if text}

    def _cells(self, row: Sequence[str]) -> dict[int, str]:
        if self.header:
            return {year: row[column] for column, year in self.header.years.items() if column < len(row)}
        amounts = list(row[1 + len(_leading_words(row[1:])) :])
        while amounts and not amounts[-1]:
            amounts.pop()
        years = self.sheet.years
        while len(amounts) > len(years) and not amounts[0]:
            amounts.pop(0)  # an empty column of words
        if len(amounts) == len(years) + 1 and _is_total(amounts):
            amounts.pop()
        if len(amounts) > len(years):
            said = {"amounts": len(amounts), "years": len(years)}
            raise ValidationError(
                _("There are %(amounts)d amounts but %(years)d years. Begin with a row that has the years.") % said
            )
        return dict(zip(years, amounts, strict=False))

    def _keep(self, lines: list[TYPED], most: int, line: TYPED) -> None:
        if len(lines) >= most:
            raise ValidationError(_("There are more lines than a budget can have (%(count)d).") % {"count": most})
        lines.append({name: value for name, value in line.items() if value})


def _leading_words(cells: Sequence[str]) -> list[str]:
    """The cells before the first amount."""
    found = []
    for text in cells:
        if _is_amount(text) or not text:
            break
        found.append(text)
    return found if len(found) < len([text for text in cells if text]) else []


def _is_total(amounts: Sequence[str]) -> bool:
    """The last is the sum of the others, give or take what rounding does."""
    try:
        *parts, total = [parse_kronor(text) if text else ZERO for text in amounts]
    except ValidationError:
        return False
    return abs((total - added(parts)).ore) <= 100 * len(parts)


def _public(text: str) -> str:
    key = _key(text)
    if key in _words_of("public"):
        return PUBLIC
    return PRIVATE if key in _words_of("private") else ""


def _unknown_category(name: str) -> str:
    wanted = ", ".join(str(choice.label) for choice in [*CostCategory, *FinancingRole])
    return _("“%(name)s” is not known. Begin the row with one of: %(wanted)s.") % {"name": name[:60], "wanted": wanted}


def _unknown_role(name: str) -> str:
    wanted = ", ".join(str(choice.label) for choice in FinancingRole)
    return _("“%(name)s” is not known. Begin the row with one of: %(wanted)s.") % {"name": name[:60], "wanted": wanted}


# ---- Into the budget


def merged(typed: TYPED, sheet: Sheet, *, replace: bool, years: Iterable[int]) -> TYPED:
    """The budget with the sheet's lines: after those that are there, or instead of them. Raises Unreadable if it gets too long."""
    found = {} if replace else compact(typed)
    counts = {kind: len({name.split("_")[1] for name in found if name.startswith(kind)}) for kind in ("b_c", "b_f")}
    for kind, lines, most in (("b_c", sheet.costs, MOST_COSTS), ("b_f", sheet.financing, MOST_FINANCING)):
        if counts[kind] + len(lines) > most:
            raise Unreadable([_("There are more lines than a budget can have (%(count)d).") % {"count": most}])
        for number, line in enumerate(lines, start=counts[kind]):
            found |= {f"{kind}{number}_{name}": value for name, value in line.items()}
    together = set(sheet.years) if replace else {*sheet.years, *years}
    if len(together) > MOST_YEARS:
        raise Unreadable([_("A budget can have at most %(count)d years.") % {"count": MOST_YEARS}])
    return {**found, YEARS_FIELD: years_text(together)}
