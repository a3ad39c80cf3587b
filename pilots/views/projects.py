"""Projects: the overview of the workroom, and what the owner and the officers write in it."""

from datetime import date
from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grants.budget.store import table_of
from grants.forms.reviews import ConflictForm
from grants.models import Decision
from grants.permissions import require
from grants.views.common import attempt, conflict_reported, keeps_text, number, unparked
from kraftsamling.lib.dates import day_text, stockholm_today
from kraftsamling.lib.transitions import LostRace
from pilots.actions import conflicts
from pilots.actions import descriptions as actions
from pilots.forms.projects import DescriptionForm, PeopleForm, description_content, people_content
from pilots.histories import history_of
from pilots.models import ChangeRequest, Project
from pilots.permissions import projects as permissions
from pilots.phases import phase_of
from pilots.states import ProjectState
from pilots.timeline import coming_days

from .common import readable_project, workroom
from .keeping import keeps_text_on, part_of

SOON = 3
"""So many of the coming days stand on the overview."""


@require_GET
def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where am I, what can I do now, what comes next and when."""
    project, today = readable_project(request, pk), stockholm_today()
    prefetch_related_objects([project], "municipalities")
    decisions = Decision.objects.visible_to(request.user).filter(application=project.application_id).exclude_drafts()
    describes = permissions.can_describe_project(request.user, project)
    context = workroom(
        request,
        project,
        "overview",
        phase=phase_of(project, on=today),
        table=table_of(project.budget, decided_share=project.share),
        decisions=list(decisions.order_by("-version")) if project.application_id else [],
        may_describe=describes,
        may_publish=permissions.can_publish_project(request.user, project),
        conflict_form=_conflict_form(request, project),
        owns=permissions.is_member(request.user, project),
        missing=actions.missing_for_publication(project),
        areas=project.focus_areas.order_by("position"),
        partners=project.partners.order_by("pk"),
        team=project.team.order_by("pk"),
        municipalities=", ".join(place.name for place in project.municipalities.all()),
        coming=[day for day in coming_days(project, request.user) if not day.is_past(today)][:SOON],
        open_change=ChangeRequest.objects.visible_to(request.user).open().filter(project=project).first(),
        steps=steps_of(project, today),
        history=history_of(project, request.user, internal=False).select_related("by")[:8],
    )  # fmt: skip
    return render(request, "pilots/project_detail.html", context)


def _conflict_form(request: HttpRequest, project: Project) -> ConflictForm | None:
    if not permissions.can_report_conflict(request.user, project):
        return None
    return ConflictForm(part_of(unparked(request, path=request.path), "ground"))


@keeps_text_on("project_detail")
@require_POST
def project_conflict(request: HttpRequest, pk: int) -> HttpResponse:
    project = readable_project(request, pk)
    require(permissions.can_report_conflict(request.user, project))
    return conflict_reported(request, project, conflicts.report_conflict)


class Step(NamedTuple):
    """A step of the project's life, as the page draws it."""

    label: str
    detail: str
    state: str


def steps_of(project: Project, today: date) -> list[Step]:
    """Decided, carried out, settled: where the project is now."""
    closed = project.state != ProjectState.RUNNING
    begun, ended = today >= project.starts_on, today > project.ends_on
    return [
        Step(_("Decided"), _("The terms that count stand below."), "done"),
        Step(_("Begins"), day_text(project.starts_on), "done" if begun or closed else "now"),
        Step(_("Is carried out"), _("until %(day)s") % {"day": day_text(project.ends_on)},
             "done" if ended or closed else "now" if begun else "todo"),
        Step(_("Final report and settlement"), "", "done" if closed else "now" if ended else "todo"),
    ]  # fmt: skip


# ---- What the project is, in words


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def project_describe(request: HttpRequest, pk: int) -> HttpResponse:
    return _written(request, pk, DescriptionWriting())


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def project_people(request: HttpRequest, pk: int) -> HttpResponse:
    return _written(request, pk, PeopleWriting())


class DescriptionWriting:
    """The description: its form, and what saving it does."""

    heading = gettext_lazy("Change the description")
    lead = gettext_lazy("What the project is, for its public page and for those who follow it.")

    def form(self, request: HttpRequest, project: Project, data: Any = None) -> DescriptionForm:
        by_officer = permissions.can_handle_project(request.user, project)
        initial = None if data is not None else description_content(project)
        return DescriptionForm(data, initial=initial, project=project, by_officer=by_officer)

    def theirs(self, project: Project) -> dict[str, Any]:
        return description_content(project)

    def save(self, project: Project, form: Any, **by: Any) -> None:
        actions.describe_project(project, values=form.cleaned_data, **by)


class PeopleWriting:
    """Partners and team: the form, and what saving it does."""

    heading = gettext_lazy("Partners and team")
    lead = gettext_lazy("Who takes part, and who works in the project. Groups that are no legal persons may take part too.")

    def form(self, request: HttpRequest, project: Project, data: Any = None) -> PeopleForm:
        return PeopleForm(data, initial=None if data is not None else people_content(project))

    def theirs(self, project: Project) -> dict[str, Any]:
        return people_content(project)

    def save(self, project: Project, form: Any, **by: Any) -> None:
        actions.set_people(project, partners=form.partners(), team=form.team(), **by)


def _written(request: HttpRequest, pk: int, writing: "DescriptionWriting | PeopleWriting") -> HttpResponse:
    """Shows the form or saves it. Nothing typed is lost to a colleague."""
    project = readable_project(request, pk)
    require(permissions.can_describe_project(request.user, project))
    if request.method == "POST":
        return _save(request, project, writing)
    parked = unparked(request, path=request.path)
    revision = number(parked.get("revision", "")) if parked is not None else project.revision
    form = writing.form(request, project, parked)
    return _form_page(request, project, writing, form, revision=revision, restored=parked is not None)


def _save(request: HttpRequest, project: Project, writing: "DescriptionWriting | PeopleWriting") -> HttpResponse:
    form, revision = writing.form(request, project, request.POST), number(request.POST.get("revision", ""))
    if not form.is_valid():
        return _form_page(request, project, writing, form, revision=revision, status=422)
    try:
        writing.save(project, form, revision=revision, by=request.user)
    except LostRace:
        theirs = readable_project(request, project.pk)
        differing = form.differing(writing.theirs(theirs))
        return _form_page(request, theirs, writing, form, revision=theirs.revision, differing=differing, lost=True, status=409)
    messages.success(request, _("Saved."))
    return redirect(project)


def _form_page(
    request: HttpRequest, project: Project, writing: Any, form: Any, *, revision: int, status: int = 200, **more: Any
) -> HttpResponse:
    context = workroom(request, project, "overview", form=form, revision=revision, writing=writing)
    more = {"restored": False, "lost": False, "differing": [], **more}
    return render(request, "pilots/project_edit.html", {**context, **more}, status=status)


# ---- In public


@require_POST
def project_publish(request: HttpRequest, pk: int) -> HttpResponse:
    project = readable_project(request, pk)
    revision = number(request.POST.get("revision", ""))
    act = partial(actions.publish_project, project, revision=revision, by=request.user, at=timezone.now())
    attempt(request, act, done=_("The page is published, with the texts as they are now."))
    return redirect(project)


@require_POST
def project_unpublish(request: HttpRequest, pk: int) -> HttpResponse:
    project = readable_project(request, pk)
    act = partial(actions.unpublish_project, project, by=request.user)
    attempt(request, act, done=_("The page is taken down. Its address is kept for the day it comes back."))
    return redirect(project)
