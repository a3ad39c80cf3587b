"""The page's own address with one thing changed: sorting, page or format. Everything else in it is kept."""

from typing import Any

from django.http import HttpRequest


def query_with(request: HttpRequest, *, drop: tuple[str, ...] = (), **changes: Any) -> str:
    """“?…” with some parameters set and some taken away; “?” when nothing is left, which is a link to the bare page."""
    query = request.GET.copy()
    for name in drop:
        query.pop(name, None)
    for name, value in changes.items():
        query[name] = str(value)
    return f"?{query.urlencode()}"


def address_as(request: HttpRequest, file_format: str) -> str:
    """/x/y/?a=b as /x/y.csv?a=b: the same rows in another format, all pages of them."""
    query = query_with(request, drop=("page",))
    return f"{request.path.rstrip('/')}.{file_format}{query if len(query) > 1 else ''}"


def sort_link(request: HttpRequest, key: str, *, current: str, numeric: bool) -> str:
    """Turns the order around if the list is sorted by the key already; numbers begin with the largest."""
    other_way = {key: f"-{key}", f"-{key}": key}
    return query_with(request, drop=("page",), sort=other_way.get(current, f"-{key}" if numeric else key))
