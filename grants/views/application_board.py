"""The comparison board of applications, and the reviewers who are asked about them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from grants import actions, permissions
from grants import application_board as board
from grants.board import criterion_means
from grants.forms.reviews import ApplicationFilterForm, AssignForm
from grants.models import Call, Sketch, Step
from grants.states import UNDECIDED_STATES
from kraftsamling.lib.pagination import paged

from .common import as_file, number
from .preparation import compared_call, tell_assigned


def _filters(request: HttpRequest, call: Call) -> tuple[ApplicationFilterForm, dict[str, Any]]:
    form = ApplicationFilterForm(request.GET or None, call=call)
    return form, form.cleaned_data if form.is_bound and form.is_valid() else {}


@require_GET
@vary_on_headers("HX-Target")
def applications_board(request: HttpRequest, slug: str) -> HttpResponse:
    call = compared_call(request, slug)
    form, filters = _filters(request, call)
    sort = request.GET.get("sort", board.DEFAULT_SORT)
    sums = board.sums(call, request.user, filters=filters)
    page = paged(request, board.rows(call, request.user, filters=filters, sort=sort), count=sums.count)
    context = {
        "call": call,
        "filter_form": form,
        "page": page,
        "rows": [
            (sketch, sketch.application, sketch.application.handed_in, board.own_share(sketch.application.handed_in))
            for sketch in page
        ],
        "sums": sums,
        "shown": _panel(request, call),
        "may_assign": permissions.can_assign_reviewers(request.user, call),
        "assign_form": AssignForm(call=call, sketches=Sketch.objects.none()),
        "sort": sort,
    }
    template = "grants/application_board.html" + ("#panel" if request.headers.get("HX-Target") == "panel" else "")
    return render(request, template, context)


def _panel(request: HttpRequest, call: Call) -> dict[str, Any] | None:
    """The application whose details stand beside the board, chosen by ?visa= in the address."""
    asked = number(request.GET.get("visa", ""))
    if asked < 0:
        return None
    related = ("application__current_version__main_focus_area", "organisation__seat", "call")
    sketch = board.chosen(call, request.user, filters={}).select_related(*related).filter(pk=asked).first()
    if sketch is None:
        return None
    version = sketch.application.handed_in
    texts = {row["name"]: row["text"] for section in version.content["sections"] for row in section["rows"]}
    return {
        "sketch": sketch,
        "application": sketch.application,
        "version": version,
        "summary": texts.get("summary", ""),
        "own_share": board.own_share(version),
        "means": criterion_means(sketch, step=Step.APPLICATION),
    }


@require_GET
def applications_board_file(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    call = compared_call(request, slug)
    _form, filters = _filters(request, call)
    rows = board.rows(call, request.user, filters=filters, sort=request.GET.get("sort", board.DEFAULT_SORT))
    return as_file(kind, f"ansokningar-{call.slug}", _("Applications"), board.export_header(), board.export_rows(rows))


@require_POST
def applications_assign(request: HttpRequest, slug: str) -> HttpResponse:
    call = compared_call(request, slug)
    permissions.require(permissions.can_assign_reviewers(request.user, call))
    waiting = board.chosen(call, request.user, filters={}).filter(application__state__in=UNDECIDED_STATES)
    form = AssignForm(request.POST, call=call, sketches=waiting)
    if form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("sketches", "reviewers")}
        tell_assigned(request, *actions.assign_reviewers(call, **chosen, step=Step.APPLICATION, by=request.user))
    else:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect("applications_board", call.slug)
