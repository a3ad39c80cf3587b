"""A sheet from the finance system becomes booked lines: read, shown, and only then laid in."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from grants.budget.sheets import Unreadable
from grants.models import CostCategory
from kraftsamling.lib.money import Kronor, parse_kronor
from kraftsamling.lib.text import clean_text, identity_number_refusal, identity_numbers
from pilots.models import Project

LONGEST_TEXT = 200
HEADINGS = {
    "year": {"år", "ar", "year"},
    "category": {"kostnadsslag", "slag", "kategori", "cost category", "category"},
    "amount": {"belopp", "utfall", "summa", "amount"},
    "text": {"text", "beskrivning", "what it is", "vad det är"},
}
ALSO = {"personal": "own_staff", "löner": "own_staff", "tjänster": "external_services", "resor": "travel"}
_NEGATIVE = re.compile(r"^[-\u2212]\s*")


class OutcomeLine(NamedTuple):
    """One line of the sheet. Below zero for a correction."""

    year: int
    category: str
    text: str
    amount: Kronor


def read(rows: Sequence[Sequence[Any]], project: Project) -> list[OutcomeLine]:
    """The lines of a sheet whose first row names the columns. Raises Unreadable, naming each row that is wrong."""
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(str(cell or "").strip() for cell in row)]
    if not filled:
        raise Unreadable([_("The sheet is empty.")])
    columns = _columns(filled[0][1])
    lines, wrong = [], []
    for number, row in filled[1:]:
        try:
            lines.append(_line(row, columns, project))
        except ValidationError as error:
            wrong.append(_("Row %(number)d: %(problem)s") % {"number": number, "problem": " ".join(error.messages)})
    if not lines and not wrong:
        wrong.append(_("No rows with outcome were found under the headings."))
    if wrong:
        raise Unreadable(wrong)
    return lines


def _columns(row: Sequence[Any]) -> dict[str, int]:
    cells = [_word(cell) for cell in row]
    found = {
        name: next(place for place, cell in enumerate(cells) if cell in words)
        for name, words in HEADINGS.items()
        if any(cell in words for cell in cells)
    }
    if missing := {"year", "category", "amount"} - set(found):
        names = {"year": _("Year"), "category": _("Cost category"), "amount": _("Amount")}
        said = ", ".join(names[name] for name in ("year", "category", "amount") if name in missing)
        raise Unreadable([_("The first row must name the columns. These are missing: %(columns)s.") % {"columns": said}])
    return found


def _line(row: Sequence[Any], columns: dict[str, int], project: Project) -> OutcomeLine:
    cells = {name: row[place] if place < len(row) else "" for name, place in columns.items()}
    text = clean_text(str(cells.get("text") or "")).strip()
    if len(text) > LONGEST_TEXT:
        raise ValidationError(_("The text is longer than %(count)d characters.") % {"count": LONGEST_TEXT})
    if identity_numbers(text):
        raise ValidationError(identity_number_refusal())
    return OutcomeLine(_year(cells["year"], project), _category(cells["category"]), text, _amount(cells["amount"]))


def _year(cell: Any, project: Project) -> int:
    text = str(cell.whole) if isinstance(cell, Kronor) else _word(cell)
    first, last = project.starts_on.year, project.ends_on.year
    if not text.isascii() or not text.isdecimal() or not first <= int(text[:5]) <= last:
        raise ValidationError(
            _("“%(cell)s” is no year of the project, %(first)d–%(last)d.") % {"cell": text[:20], "first": first, "last": last}
        )
    return int(text)


def _category(cell: Any) -> str:
    word = _word(cell)
    found = _categories().get(word)
    if found is None:
        raise ValidationError(_("“%(cell)s” is no cost category of the budget.") % {"cell": word[:40]})
    return found


def _categories() -> dict[str, str]:
    """By their names in both languages, and by their keys."""
    found: dict[str, str] = {category.value: category.value for category in CostCategory} | ALSO
    for language in ("sv", "en"):
        with override(language):
            found |= {_word(category.label): category.value for category in CostCategory}
    return found


def _amount(cell: Any) -> Kronor:
    if isinstance(cell, Kronor):
        return cell
    text = str(cell or "").strip()
    positive = _NEGATIVE.sub("", text)
    amount = parse_kronor(positive)
    return -amount if positive != text else amount


def _word(cell: Any) -> str:
    if isinstance(cell, Kronor):
        return str(cell.whole)
    return " ".join(clean_text(str(cell or "")).replace("\u00a0", " ").casefold().split())
