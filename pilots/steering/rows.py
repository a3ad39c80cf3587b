"""Rows as a page and a file show them: cells in words, and the amount that the figure adds up."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import ExpressionWrapper, F, QuerySet

from kraftsamling.lib.money import KronorField

from .figures import Opened
from .scope import Scope

AMOUNT = "counted_amount"


class ShownRow(NamedTuple):
    """A row in words, and its part of the figure."""

    cells: tuple[Any, ...]
    amount: Any


def in_order(found: Opened) -> QuerySet:
    """The rows that the person may see, with what a row shows."""
    kind = found.spec.base.kind  # type: ignore[union-attr]
    rows = kind.with_details(found.shown).order_by(*kind.order_by)
    if found.spec.amount:
        rows = rows.annotate(**{AMOUNT: _amount(found.spec.amount)})
    return rows


def _amount(name: str) -> Any:
    return ExpressionWrapper(F(name), output_field=KronorField())


def shown_rows(found: Opened, scope: Scope, rows: Iterable[Any]) -> list[ShownRow]:
    kind, listed = found.spec.base.kind, list(rows)  # type: ignore[union-attr]
    may = kind.links(listed, scope)
    return [ShownRow(kind.cells(row, scope, may), getattr(row, AMOUNT, None)) for row in listed]
