"""A report as it is read: by the owner, and by those who handle it once it has come in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.permissions import require
from grants.views.common import compare_page
from kraftsamling.files.models import StoredFile
from kraftsamling.files.responses import send
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import TransitionRefused
from pilots import builds
from pilots.actions import reports as actions
from pilots.forms.report_review import MoveForm, ReasonForm, ReviewForm
from pilots.models import DocumentBuild, Report, ReportReview, ReportVersion
from pilots.permissions import reports as permissions
from pilots.report_documents import KIND, parts_of_version
from pilots.states import ReportState


def readable_report(request: HttpRequest, pk: int) -> Report:
    """In any capacity the person has. Raises Http404 otherwise."""
    reports = (
        Report.objects.visible_to(request.user).with_details().select_related("current_version__submitted_by", "approved_by")
    )
    return get_object_or_404(reports, pk=pk)


@require_GET
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    report = readable_report(request, pk)
    own = permissions.can_write_report(request.user, report)
    version = report.current_version
    versions = list(report.versions.select_related("submitted_by").order_by("-number"))
    context = {
        "report": report,
        "project": report.project,
        "own": own,
        "may_review": permissions.can_review_report(request.user, report),
        "version": version,
        "versions": versions,
        "today": stockholm_today(),
    }
    if version:
        context |= _version_context(version, decided_only=True)
    if context["may_review"] and report.is_being_written:
        context |= {"move_form": MoveForm(initial={"due_on": report.last_day}), "cancel_form": ReasonForm(prefix="avsluta")}
    return render(request, "pilots/report_detail.html", context)


def _version_context(version: ReportVersion, *, decided_only: bool) -> dict[str, Any]:
    """The frozen report as parts, what the officer has said of each, and its document."""
    reviews = ReportReview.objects.filter(version=version).select_related("decided_by")
    review = (reviews.exclude(outcome="") if decided_only else reviews).first()
    build = DocumentBuild.objects.of(KIND, version.pk).that_count().first()
    return {"parts": parts_of_version(version, comments=review.comments if review else {}), "review": review, "build": build}


@require_GET
def report_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    report = readable_report(request, pk)
    version = get_object_or_404(report.versions.select_related("submitted_by"), number=number)
    context = {"report": report, "project": report.project, "version": version}
    return render(request, "pilots/report_version.html", context | _version_context(version, decided_only=True))


@require_POST
def report_pdf(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Asks a worker for the document; the next page shows how far it has come. Asked for again it is the same file."""
    report = readable_report(request, pk)
    version = get_object_or_404(report.versions, number=number)
    return redirect(builds.ask(KIND, version.pk, by=request.user, at=timezone.now()))


@require_GET
def report_compare(request: HttpRequest, pk: int) -> HttpResponse:
    report = readable_report(request, pk)
    return compare_page(request, report, report.versions.all(), changes, title=f"{report}, {report.project}")


def changes(before: ReportVersion, after: ReportVersion) -> list[tuple[str, str, str]]:
    """(label, then, now) of every text, amount and outcome that differs, in the order of the report."""
    old, new = _texts(before), _texts(after)
    nothing = ("", "")
    return [
        (new.get(name, old.get(name, nothing))[0], then, now)
        for name in dict.fromkeys([*old, *new])
        if (then := old.get(name, nothing)[1]) != (now := new.get(name, nothing)[1])
    ]


def _texts(version: ReportVersion) -> dict[str, tuple[str, str]]:
    content = version.content
    rows = {row["name"]: (row["label"], row["text"]) for section in content["sections"] for row in section["rows"]}
    for row in content["indicators"]:
        words = [row["value"], row["women"], row["men"], row["measured_on"]]
        rows[f"indicator-{row['id']}"] = (row["name"], " · ".join(word for word in words if word))
    for row in content["costs"]:
        label = f"{row['category']['name']} {row['year']}"
        rows[f"cost-{row['category']['key']}-{row['year']}"] = (
            label,
            f"{_('booked')} {row['booked']} · {_('foreseen')} {row['forecast']}",
        )
    kept = "\n".join(file["name"] for file in [*content["pictures"], *content["files"]])
    return rows | {"files": (_("Pictures and files"), kept)}


@require_GET
def report_file(request: HttpRequest, pk: int, file_id: UUID) -> HttpResponseBase:
    """The owner reaches the draft's files too; others only what has been handed in."""
    report = readable_report(request, pk)
    through = ReportVersion.files.through
    sent = through.objects.filter(reportversion__report=report, storedfile=file_id).exists()
    kept = sent or (permissions.can_write_report(request.user, report) and report.files.filter(file=file_id).exists())
    files = StoredFile.objects.filter(pk=file_id) if kept else StoredFile.objects.none()
    return send(request, get_object_or_404(files))


# ---- Review


def report_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Comments part by part, and what follows: back with a day, or approved."""
    report = readable_report(request, pk)
    require(permissions.can_review_report(request.user, report))
    version = report.current_version
    if version is None or report.state != ReportState.SUBMITTED:
        return redirect(report)
    form = ReviewForm(request.POST or None, version=version)
    if request.method == "POST" and form.is_valid() and _reviewed(request, version, form):
        return redirect("report_review", pk) if form.outcome == "save" else redirect(report)
    context = {
        "report": report, "project": report.project, "version": version, "form": form, "own": False,
        **_version_context(version, decided_only=False),
    }  # fmt: skip
    return render(request, "pilots/report_review.html", context, status=422 if form.errors else 200)


def _reviewed(request: HttpRequest, version: ReportVersion, form: ReviewForm) -> bool:
    said = {"comments": form.comments(), "revision": form.cleaned_data["revision"], "by": request.user}
    try:
        if form.outcome == "approve":
            actions.approve_report(version, **said)
            messages.success(request, _("The report is approved, and the organisation has been told."))
        elif form.outcome == "return":
            actions.return_report(version, due_on=form.cleaned_data["due_on"], **said)
            messages.success(request, _("The report is returned, and the organisation has been told."))
        else:
            actions.save_review(version, **said)
            messages.success(request, _("Saved. The organisation does not see it yet."))
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return False
    return True
