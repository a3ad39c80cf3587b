"""Lists are paged in the database, and a page number that makes no sense shows the nearest page."""

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
