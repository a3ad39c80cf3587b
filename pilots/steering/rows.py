"""Rows as a page and a file show them: cells in words, and the amount that the figure adds up."""

from collections.abc import Iterable, Iterator
from itertools import islice
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


def details_of(found: Opened) -> QuerySet | None:
    """What the rows of a page are read from when their keys are known; an amount may be worked out from the rows alone."""
    kind = found.spec.base.kind  # type: ignore[union-attr]
    return None if found.spec.amount else kind.with_details(found.shown.model._default_manager.all())


def _amount(name: str) -> Any:
    return ExpressionWrapper(F(name), output_field=KronorField())


def shown_rows(found: Opened, scope: Scope, rows: Iterable[Any]) -> list[ShownRow]:
    kind, listed = found.spec.base.kind, list(rows)  # type: ignore[union-attr]
    may = kind.links(listed, scope)
    return [ShownRow(kind.cells(row, scope, may), getattr(row, AMOUNT, None)) for row in listed]


PORTION = 500


def every_row(found: Opened, scope: Scope) -> Iterator[ShownRow]:
    """All of them some hundred at a time, so that many need no more memory than few."""
    rows = in_order(found).iterator(PORTION)
    while portion := list(islice(rows, PORTION)):
        yield from shown_rows(found, scope, portion)
