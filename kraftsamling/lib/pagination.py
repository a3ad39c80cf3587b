"""Lists are paged in the database, and a page number that makes no sense shows the nearest page."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50


def paged(
    request: HttpRequest, rows: "QuerySet | list", *, size: int = PAGE_SIZE, count: int | None = None, number: str = ""
) -> Page:
    """The page asked for. `count` where the number of rows is known already, `number` where the address does not say it."""
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count  # type: ignore[misc]
    return paginator.get_page(number or request.GET.get("page"))


def paged_by_key(request: HttpRequest, rows: QuerySet, *, details: QuerySet | None = None, count: int | None = None) -> Page:
    """The page asked for, of many wide rows: only their keys are put in order, and the rows of the page are read by them.

    `details` where the rows of known keys can be read without the conditions that chose them.
    """
    page = paged(request, rows.values_list("pk", flat=True), count=count)
    keys = list(page.object_list)
    found = {row.pk: row for row in (rows if details is None else details).filter(pk__in=keys)}
    page.object_list = [found[key] for key in keys if key in found]
    return page


def in_portions(rows: QuerySet, *, size: int = 500) -> Iterator[Any]:
    """All rows in their order, read some hundred at a time by their keys: the database need not keep wide rows to sort them."""
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        portion = keys[start : start + size]
        found = {row.pk: row for row in rows.order_by().filter(pk__in=portion)}
        yield from (found[key] for key in portion if key in found)
