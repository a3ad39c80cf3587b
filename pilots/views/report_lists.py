"""Reports over all projects, what is late on top; the same rows as files, and all of a call as one archive."""

from typing import Any

from django import forms
from django.db.models import Case, DateField, F, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.models import Call
from grants.permissions import require
from grants.views.common import as_file
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.pagination import in_portions, paged_by_key
from kraftsamling.programmes.permissions import OFFICERS, is_officer, programmes_with_role
from pilots import builds
from pilots.models import Report, ReportKind
from pilots.report_documents import BATCH, batch_key, versions_of_call
from pilots.states import ReportState

LATE = "sena"
LATE_FIRST, TO_READ, TO_WRITE, DONE = range(4)


class ReportFilterForm(forms.Form):
    """Which reports the list shows; every choice stands in the address."""

    q = forms.CharField(required=False, max_length=100)
    lage = forms.ChoiceField(required=False)
    slag = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Project, organisation or number")
        self.fields["lage"].label = _("State")
        self.fields["lage"].choices = [("", _("All")), (LATE, _("Late")), *ReportState.choices]  # type: ignore[attr-defined]
        self.fields["slag"].label = _("Kind")
        self.fields["slag"].choices = [("", _("All")), *ReportKind.choices]  # type: ignore[attr-defined]


def _rows(request: HttpRequest, form: ReportFilterForm) -> QuerySet:
    """The reports that the person may read, as the address says: late, to read, to write, and then what is done, newest first."""
    today, rows = stockholm_today(), Report.objects.visible_to(request.user).with_last_day()
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if wanted.get("slag"):
        rows = rows.filter(kind=wanted["slag"])
    if wanted.get("lage") == LATE:
        rows = rows.overdue(on=today)
    elif wanted.get("lage"):
        rows = rows.filter(state=wanted["lage"])
    else:
        rows = rows.asked_for()
    if wanted.get("q"):
        fields = ("project__title", "project__owner__name", "project__registry_number")
        words = [Q(**{f"{field}__icontains": wanted["q"]}) for field in fields]
        rows = rows.filter(words[0] | words[1] | words[2])
    writing = Q(state__in=[ReportState.PLANNED, ReportState.RETURNED])
    rank = Case(
        When(writing & Q(last_on__lt=today), then=Value(LATE_FIRST)),
        When(state=ReportState.SUBMITTED, then=Value(TO_READ)),
        When(writing, then=Value(TO_WRITE)),
        default=Value(DONE),
        output_field=IntegerField(),
    )
    soonest = Case(When(rank=DONE, then=Value(None)), default=F("last_on"), output_field=DateField())
    rows = rows.annotate(rank=rank).with_details().select_related("approved_by").defer("current_version__content")
    return rows.order_by("rank", soonest, "-last_on", "pk")


@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    form = ReportFilterForm(request.GET or None)
    programmes = programmes_with_role(request.user, *OFFICERS)
    calls = Call.objects.filter(programme__in=programmes, sketches__application__project__reports__current_version__isnull=False)
    context = {
        "page": paged_by_key(request, _rows(request, form)),
        "filter_form": form,
        "today": stockholm_today(),
        "calls": calls.distinct().order_by("-closes_at", "pk") if programmes else [],
    }
    return render(request, "pilots/report_list.html", context)


@require_GET
def report_list_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    header = [
        _("Registry number"), _("Project"), _("Organisation"), _("Organisation number"), _("Report"), _("Kind"), _("Covers from"),
        _("Covers to"), _("Last day"), _("State"), _("Late"), _("Sent in"), _("Receipt"), _("Approved by"),
    ]  # fmt: skip
    today = stockholm_today()
    found = _rows(request, ReportFilterForm(request.GET or None))
    rows = (_file_row(report, today) for report in in_portions(found))
    return as_file(kind, "rapporter", _("Reports"), header, rows)


def _file_row(report: Report, today: Any) -> list[Any]:
    project, version = report.project, report.current_version
    late = report.is_late(on=today) or bool(version and version.was_late)
    return [
        project.registry_number, project.title, project.owner.name, project.owner.org_number, str(report),
        str(report.get_kind_display()), report.covers_from_on, report.covers_to_on, report.last_day,
        str(report.get_state_display()), _("Yes") if late else _("No"), version.submitted_at if version else None,
        version.receipt_number if version else "", str(report.approved_by or ""),
    ]  # fmt: skip


@require_POST
def report_batch(request: HttpRequest, slug: str) -> HttpResponse:
    """All reports of the call that have come in, as one archive."""
    call = get_object_or_404(Call.objects.filter(programme__in=programmes_with_role(request.user, *OFFICERS)), slug=slug)
    require(is_officer(request.user, call.programme_id))
    key = batch_key(versions_of_call(call.pk, request.user))
    return redirect(builds.ask(BATCH, call.pk, key=key, by=request.user, at=timezone.now()))
