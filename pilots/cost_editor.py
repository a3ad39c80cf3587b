"""The rows of a payment request as a page shows them: stored, typed over, and empty ones to write in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kraftsamling.lib.money import typed
from kraftsamling.lib.text import clean_text

from .actions.payments import Cost
from .cost_reading import FIELDS, LONGEST_KEPT, cost_of
from .models import CostEntry

BLANK_ROWS, MOST_BLANK = 5, 50
_NAME = re.compile(r"(r[1-9]\d{0,17}|n\d{1,3})_(date|voucher|text|category|amount|remove)", re.ASCII)


@dataclass
class EditorRow:
    """One row of the page. `pk` is None for one that is not stored yet."""

    prefix: str
    pk: int | None
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    removed: bool = False

    @property
    def is_blank(self) -> bool:
        """The category alone is no beginning: its box always has a value."""
        return self.pk is None and not any(self.values.get(name, "").strip() for name in FIELDS if name != "category")


def stored_row(entry: CostEntry) -> EditorRow:
    return EditorRow(f"r{entry.pk}", entry.pk, values_of(entry))


def values_of(entry: CostEntry) -> dict[str, str]:
    return {
        "date": entry.booked_on.isoformat(), "voucher": entry.voucher, "text": entry.text, "category": entry.category,
        "amount": typed(entry.amount),
    }  # fmt: skip


def typed_rows(post: Mapping[str, Any]) -> dict[str, EditorRow]:
    """What was typed, by row. Nothing is judged here."""
    found: dict[str, EditorRow] = {}
    for name in post:
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        prefix, part = match.groups()
        row = found.setdefault(prefix, EditorRow(prefix, int(prefix[1:]) if prefix[0] == "r" else None, {}))
        if part == "remove":
            row.removed = True
        else:
            row.values[part] = clean_text(str(post[name]))[:LONGEST_KEPT]
    return found


@dataclass
class Read:
    """What the typed rows come to."""

    changed: dict[int, Cost] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)
    added: list[Cost] = field(default_factory=list)
    wrong: list[EditorRow] = field(default_factory=list)


def read(rows: Mapping[str, EditorRow], stored: Mapping[int, CostEntry]) -> Read:
    """Each typed row that is new, changed, taken away or wrong. Rows of nobody's, or of another request, are passed over."""
    found = Read()
    for row in rows.values():
        entry = stored.get(row.pk) if row.pk is not None else None
        if row.is_blank or (row.pk is not None and entry is None) or (row.removed and entry is None):
            continue
        if row.removed and entry is not None:
            found.removed.append(entry.pk)
            continue
        if entry is not None and row.values == values_of(entry):
            continue
        cost, problems = cost_of(row.values)
        if cost is None:
            row.errors = {problem.field: problem.text for problem in problems}
            found.wrong.append(row)
        elif entry is not None:
            found.changed[entry.pk] = cost
        else:
            found.added.append(cost)
    return found


def page_rows(entries: Sequence[CostEntry], over: Sequence[EditorRow] = (), *, blank: int = BLANK_ROWS) -> list[EditorRow]:
    """The stored rows with what was typed over them, the new ones that are not right yet, and empty ones."""
    typed_over = {row.pk: row for row in over if row.pk is not None}
    rows = [typed_over.get(entry.pk) or stored_row(entry) for entry in entries]
    new = [row for row in over if row.pk is None and not row.is_blank]
    for number, row in enumerate(new):
        row.prefix = f"n{number}"
    return [*rows, *new, *(EditorRow(f"n{len(new) + n}", None, {}) for n in range(blank))]
