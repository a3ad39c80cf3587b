"""What is kept of the figures: snapshots, the yearly report, and documents."""

from dataclasses import replace
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grants.views.common import as_file, attempt
from kraftsamling.lib.pagination import paged
from pilots import builds
from pilots.actions import steering as actions
from pilots.forms.steering import SnapshotForm
from pilots.models import Snapshot, YearlyReport
from pilots.permissions import steering as permissions
from pilots.steering import boards, documents, snapshots, yearly
from pilots.steering.scope import Scope, narrowed

from .common import number, page, scope_asked

# ---- Snapshots


@require_http_methods(["GET", "HEAD", "POST"])
def steering_snapshots(request: HttpRequest) -> HttpResponse:
    scope = scope_asked(request)
    may_keep = permissions.can_keep_snapshot(request.user, scope.programme)
    form = SnapshotForm(request.POST or None)
    if request.method == "POST":
        if not may_keep:
            raise PermissionDenied
        if form.is_valid():
            act = partial(actions.keep_snapshot, scope.programme, name=form.cleaned_data["namn"], by=request.user)
            attempt(request, act, done=_("The figures are kept."))
            return redirect(request.get_full_path())
    kept = (
        Snapshot.objects.filter(programme=scope.programme).select_related("kept_by").defer("figures").order_by("-kept_at", "-pk")
    )
    context = page(scope, "snapshots", with_call=False, with_year=False, page=paged(request, kept), form=form, may_keep=may_keep)
    return render(request, "pilots/steering/snapshots.html", context, status=422 if form.errors else 200)


@require_GET
def steering_snapshot(request: HttpRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(Snapshot.objects.visible_to(request.user).select_related("programme__region", "kept_by"), pk=pk)
    scope = replace(scope_asked(request), programme=kept.programme, call=None, year=None)
    board = next((one for one in boards.KEPT if one.prefix == request.GET.get("del")), boards.KEPT[0])
    rows = snapshots.compared(kept, scope, board)
    changed = [row for row in rows if row.is_changed]
    shown = rows if request.GET.get("visa") == "alla" else changed
    context = page(
        scope, "snapshots", with_call=False, with_year=False, kept=kept, rows=shown, unchanged=len(rows) - len(changed),
        shows_all=shown is rows, board=board, boards=boards.KEPT,
    )  # fmt: skip
    return render(request, "pilots/steering/snapshot.html", context)


# ---- The yearly report


def _of_year(request: HttpRequest) -> Scope:
    """Of the year in the address, or of the last one that is over. The report is of the whole programme."""
    asked = request.GET.copy()
    scope = scope_asked(request)
    if not asked.get("ar"):
        asked["ar"] = str(yearly.year_to_report(scope.on))
    asked["utlysning"] = ""
    return narrowed(scope, asked)


@require_GET
def steering_yearly(request: HttpRequest) -> HttpResponse:
    scope = _of_year(request)
    found = yearly.figures(scope)
    handed_in = YearlyReport.objects.filter(programme=scope.programme, year=scope.year).select_related("sent_by").first()
    context = page(
        scope,
        "yearly",
        with_call=False,
        whole=[found[f"ar.alla.{name}"] for name in ("antal", "beviljat", "betalt")],
        tables=yearly.tables(scope, found),
        by_sex=yearly.by_sex(scope),
        due_on=yearly.due_on(scope.year or 0),
        handed_in=handed_in,
        file_url=reverse("steering_yearly_file", args=["xlsx"]) + scope.query,
        may_tell=permissions.can_tell_yearly_report(request.user, scope.programme) and (scope.year or 0) < scope.on.year,
    )
    return render(request, "pilots/steering/yearly.html", context)


@require_GET
def steering_yearly_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    scope = _of_year(request)
    header = [str(name) for name in yearly.SHEET_HEADER]
    return as_file(
        kind, f"arsrapport-{scope.year}", _("Yearly report %(year)d") % {"year": scope.year}, header, yearly.sheet_rows(scope)
    )


@require_POST
def steering_yearly_sent(request: HttpRequest) -> HttpResponse:
    scope = scope_asked(request)
    if not permissions.can_tell_yearly_report(request.user, scope.programme):
        raise PermissionDenied
    year = number(request.POST.get("ar", ""))
    attempt(
        request, partial(actions.tell_yearly_report, scope.programme, year=year, by=request.user), done=_("Noted. Thank you.")
    )
    return redirect(f"{reverse('steering_yearly')}?ar={year}")


# ---- Documents


@require_POST
def steering_document(request: HttpRequest) -> HttpResponse:
    """Asks for the dashboards as one document, of the choice in the address; its page shows how far it has come."""
    scope, at = scope_asked(request), timezone.now()
    with transaction.atomic():
        build = builds.ask(documents.KIND, scope.programme.pk, key=documents.key_of(scope, at=at), by=request.user, at=at)
    return redirect(build)
