"""The rows behind a figure: a page and a file, both of the same queryset. What is closed to the person is counted and not shown."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from grants.views.common import as_file
from kraftsamling.lib.pagination import paged_by_key
from pilots.steering import boards
from pilots.steering.figures import Opened, opened
from pilots.steering.rows import details_of, every_row, in_order, shown_rows
from pilots.steering.scope import Scope

from .common import page, scope_asked


@require_GET
def steering_rows(request: HttpRequest, key: str) -> HttpResponse:
    scope = scope_asked(request)
    board = boards.board_of(key)
    spec = boards.spec_of(scope, key)
    back = {"back": reverse(board.url_name) + scope.query}
    if spec is None:
        figure, parts = boards.made_of(scope, key)
        return render(request, "pilots/steering/parts.html", page(scope, "", figure=figure, parts=parts, **back))
    found = opened(scope, spec)
    listed = paged_by_key(request, in_order(found), details=details_of(found), count=found.shown_number)
    context = page(
        scope, "", figure=found, kind=spec.base.kind, page=listed, rows=shown_rows(found, scope, listed.object_list), **back
    )  # type: ignore[union-attr]
    return render(request, "pilots/steering/rows.html", context)


@require_GET
def steering_rows_file(request: HttpRequest, key: str, kind: str) -> HttpResponseBase:
    scope = scope_asked(request)
    spec = boards.spec_of(scope, key)
    if spec is None or kind not in {"csv", "xlsx"}:
        raise Http404
    found = opened(scope, spec)
    header = [str(column) for column in spec.base.kind.columns]  # type: ignore[union-attr]
    return as_file(kind, "rader", str(spec.label)[:30], [*header, *_last_heading(found)], _file_rows(found, scope))


def _last_heading(found: Opened) -> list[str]:
    return [_("Amount")] if found.is_money else []


def _file_rows(found: Opened, scope: Scope) -> Iterator[list[Any]]:
    for row in every_row(found, scope):
        yield [*(str(cell) if hasattr(cell, "url") else cell for cell in row.cells), *([row.amount] if found.is_money else [])]
    if found.hidden:
        filling = [""] * (len(found.spec.base.kind.columns) - 1)  # type: ignore[union-attr]
        closed = _("Not shown to you: %(count)d") % {"count": found.hidden}
        yield [closed, *filling, *([found.hidden_value] if found.is_money else [])]
