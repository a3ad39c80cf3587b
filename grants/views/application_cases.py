"""The application as a case: shown to the organisation as theirs, and to those who handle it once it has come in."""

from functools import partial
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from grants import actions, documents, permissions, progress
from grants.forms.hand_in import MoreTimeForm
from grants.models import Application, ApplicationVersion, Decision
from kraftsamling.files.models import StoredFile
from kraftsamling.files.responses import send

from .common import attempt, compare_page
from .completions import page_of_application


def readable_application(request: HttpRequest, pk: int) -> Application:
    """In any capacity the person has. Raises Http404 otherwise."""
    applications = Application.objects.visible_to(request.user).select_related(
        "sketch__call__programme",
        "sketch__organisation",
        "sketch__current_version",
        "sketch__outcome",
        "sketch__application",
        "current_version__submitted_by",
        "current_version__budget",
    )
    return get_object_or_404(applications, pk=pk)


@require_GET
def application_detail(request: HttpRequest, pk: int) -> HttpResponse:
    application = readable_application(request, pk)
    sketch, at = application.sketch, timezone.now()
    own = permissions.can_write_application(request.user, application)
    officer = not own and permissions.can_read_case_as_officer(request.user, sketch)
    decisions = Decision.objects.visible_to(request.user).filter(application=application).order_by("-version")
    context = {
        "application": application,
        "sketch": sketch,
        "own": own,
        "at": at,
        "steps": progress.steps(sketch, at=at),
        "ball": progress.ball(sketch, at=at),
        "may_handle": not own and permissions.can_handle_application(request.user, application),
        "reads_as_officer": officer,
        "decisions": decisions if officer else decisions.exclude_drafts(),
        "versions": application.versions.select_related("submitted_by").order_by("-number"),
        **page_of_application(request, application),
    }
    context["case_links"] = "completions" in context
    if application.current_version:
        context["version"] = application.current_version
        context["parts"] = documents.application_parts(application.current_version)
    else:
        context["sketch_parts"] = documents.version_sections(sketch.handed_in)
    return render(request, "grants/application_detail.html", context)


@require_GET
def application_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    application = readable_application(request, pk)
    version = get_object_or_404(application.versions.select_related("submitted_by", "budget"), number=number)
    context = {
        "application": application,
        "sketch": application.sketch,
        "version": version,
        "parts": documents.application_parts(version),
    }
    return render(request, "grants/application_version.html", context)


@require_GET
def application_compare(request: HttpRequest, pk: int) -> HttpResponse:
    application = readable_application(request, pk)
    return compare_page(request, application, application.versions.select_related("budget"), changes)


def changes(before: ApplicationVersion, after: ApplicationVersion) -> list[tuple[str, str, str]]:
    """(label, then, now) of every text and amount that differs, in the order of the application."""
    old, new = _texts(before), _texts(after)
    labels = {**{name: label for name, (label, _text) in old.items()}, **{name: label for name, (label, _text) in new.items()}}
    nothing = ("", "")
    return [
        (label, then, now)
        for name, label in labels.items()
        if (then := old.get(name, nothing)[1]) != (now := new.get(name, nothing)[1])
    ]


def _texts(version: ApplicationVersion) -> dict[str, tuple[str, str]]:
    rows = {row["name"]: (row["label"], row["text"]) for section in version.content["sections"] for row in section["rows"]}
    parts = documents.application_parts(version)
    rows |= {f"budget-{label}": (label, text) for label, text in documents.budget_texts(parts["table"])}
    files = "\n".join(file["name"] for file in version.content["files"])
    return rows | {"files": (_("Files"), files)}


@require_GET
def application_receipt(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    application = readable_application(request, pk)
    version = get_object_or_404(application.versions.select_related("receipt_pdf"), number=number)
    if version.receipt_pdf is None:
        raise Http404
    return send(request, version.receipt_pdf)


@require_GET
def application_file(request: HttpRequest, pk: int, file_id: UUID) -> HttpResponseBase:
    """The organisation reaches its draft's files too; others only what has been handed in."""
    application = readable_application(request, pk)
    through = ApplicationVersion.files.through
    keys = set(through.objects.filter(applicationversion__application=application).values_list("storedfile_id", flat=True))
    if permissions.can_write_application(request.user, application):
        keys |= set(application.files.values_list("file_id", flat=True))
    if file_id not in keys:
        raise Http404
    return send(request, get_object_or_404(StoredFile, pk=file_id))


def application_extend(request: HttpRequest, pk: int) -> HttpResponse:
    application = readable_application(request, pk)
    permissions.require(permissions.can_handle_application(request.user, application))
    form = MoreTimeForm(request.POST or None, initial={"due_at": application.due_at})
    if request.method == "POST" and form.is_valid():
        act = partial(actions.extend_application, application, **form.cleaned_data, by=request.user)
        if attempt(request, act, done=_("The organisation has more time, and has been told.")):
            return redirect(application)
    return render(request, "grants/application_extend.html", {"application": application, "form": form})
