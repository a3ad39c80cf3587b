"""Lists are paged in the database, and a page number that makes no sense shows the nearest page."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50


def paged(request: HttpRequest, rows: "QuerySet | list", *, size: int = PAGE_SIZE) -> Page:
    return Paginator(rows, size).get_page(request.GET.get("page"))
