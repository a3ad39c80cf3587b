"""Learnings and indicators across projects: the lists, their files, and one learning."""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.views.common import as_file, attempt, number
from kraftsamling.audit import log as audit
from kraftsamling.lib.pagination import paged, paged_by_key
from kraftsamling.programmes.models import FocusArea
from kraftsamling.programmes.permissions import OFFICERS, has_role_anywhere
from pilots import quotes
from pilots.actions import learning as actions
from pilots.forms.learning import NOTE, VERSION, LearningFilterForm, LearningForm, learning_content
from pilots.learning_tabs import tabs_for
from pilots.models import Indicator, IndicatorValue, Learning, Project
from pilots.permissions import learning as permissions
from pilots.states import ReportState

from .keeping import beside, keeps_text, sent, typed

# ---- The list


def _filter_form(request: HttpRequest) -> LearningFilterForm:
    """Offers what the learnings the person may read are about."""
    read = Learning.objects.visible_to(request.user).order_by()
    areas = FocusArea.objects.filter(Exists(read.filter(project__programme=OuterRef("programme"))))
    projects = Project.objects.filter(pk__in=read.values("project")).only("title")
    return LearningFilterForm(
        request.GET or None, projects=projects.order_by("title", "pk"), areas=areas.order_by("programme", "position")
    )


def _chosen(request: HttpRequest, form: LearningFilterForm) -> "QuerySet[Learning]":
    """The learnings the person may read, as the address says."""
    rows = Learning.objects.visible_to(request.user)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if wanted.get("slag"):
        rows = rows.filter(kind=wanted["slag"])
    if wanted.get("projekt"):
        rows = rows.filter(project=wanted["projekt"])
    if wanted.get("faktor"):
        rows = rows.filter(pk__in=Learning.focus_areas.through.objects.filter(focusarea=wanted["faktor"]).values("learning"))
    sources = {VERSION: Q(version__isnull=False), NOTE: Q(note__isnull=False)}
    if wanted.get("kalla"):
        rows = rows.filter(sources.get(wanted["kalla"], Q(version=None, note=None)))
    for word in (wanted.get("q") or "").split()[:8]:
        rows = rows.filter(Q(text__icontains=word) | Q(project__title__icontains=word) | Q(project__owner__name__icontains=word))
    return rows.with_details().order_by("-written_at", "-pk")


@require_GET
def learning_list(request: HttpRequest) -> HttpResponse:
    form = _filter_form(request)
    context = {
        "page": paged_by_key(request, _chosen(request, form), details=Learning.objects.with_details()),
        "filter_form": form,
        "tabs": tabs_for(request.user),
        "tab": "learnings",
        "may_write": has_role_anywhere(request.user, *OFFICERS),
    }
    return render(request, "pilots/learning_list.html", context)


@require_GET
def learning_list_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    header = [
        _("Project"), _("Owner"), _("Kind"), _("What was learned"), _("Protective factors"), _("Where it comes from"),
        _("Part of the report"), _("May be shown in public"), _("Written"),
    ]  # fmt: skip
    rows = (_file_row(learning) for learning in _chosen(request, _filter_form(request)))
    return as_file(kind, "lardomar", _("Learnings"), header, rows)


def _file_row(learning: Learning) -> list[Any]:
    return [
        learning.project.title, learning.project.owner.name, str(learning.get_kind_display()), learning.text,
        ", ".join(area.name for area in learning.focus_areas.all()), _source_of(learning), learning.section,
        _("Yes") if learning.is_public else _("No"), learning.written_at,
    ]  # fmt: skip


def _source_of(learning: Learning) -> str:
    source = learning.version or learning.note
    return quotes.source_name(source) if source else _("Written by an officer")


# ---- One learning


def _readable(request: HttpRequest, pk: int) -> Learning:
    related = ("project__programme", "written_by", "changed_by")
    return get_object_or_404(Learning.objects.visible_to(request.user).with_details().select_related(*related), pk=pk)


@require_GET
def learning_detail(request: HttpRequest, pk: int) -> HttpResponse:
    learning = _readable(request, pk)
    may_change = permissions.can_change_learning(request.user, learning)
    context = {
        "learning": learning,
        "source": _source_of(learning),
        "may_change": may_change,
        "reads_project": Project.objects.visible_to(request.user).filter(pk=learning.project_id).exists(),
        "reads_report": Project.objects.with_case_open_to(request.user).filter(pk=learning.project_id).exists(),
        "history": audit.history(learning, internal=may_change).select_related("by")[:20],
    }
    return render(request, "pilots/learning_detail.html", context)


@require_GET
def learning_pick(request: HttpRequest, what: str) -> HttpResponse:
    """Which project the learning or the interview is about: a plain list, so that nothing depends on a script."""
    if not has_role_anywhere(request.user, *OFFICERS):
        raise PermissionDenied
    projects = Project.objects.handled_by(request.user, *OFFICERS).select_related("owner").order_by("title", "pk")
    return render(request, "pilots/learning_pick.html", {"page": paged(request, projects), "is_note": what == "intervju"})


def written_about(request: HttpRequest, pk: int) -> Project:
    """A project that the person may see, and may write about as an officer: otherwise 404 or 403."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("programme", "owner"), pk=pk)
    permissions.require(permissions.is_team_of(request.user, project))
    return project


@keeps_text
def learning_create(request: HttpRequest, pk: int) -> HttpResponse:
    project = written_about(request, pk)
    form = LearningForm(typed(request), project=project)
    answer = sent(
        request,
        form,
        lambda: actions.write_learning(project, values=form.values(), by=request.user),
        done=_("The learning is written down."),
    )
    if answer.went:
        return redirect(answer.made)
    context = {"project": project, "form": form, "restored": form.is_bound and request.method == "GET"}
    return render(request, "pilots/learning_edit.html", context, status=answer.status)


@keeps_text
def learning_edit(request: HttpRequest, pk: int) -> HttpResponse:
    learning = _readable(request, pk)
    permissions.require(permissions.can_change_learning(request.user, learning))
    form = LearningForm(typed(request), project=learning.project, initial=learning_content(learning))
    seen = number(request.POST.get("revision", ""))
    answer = sent(
        request,
        form,
        lambda: actions.change_learning(learning, values=form.values(), revision=seen, by=request.user),
        done=_("Saved."),
    )
    if answer.went:
        return redirect(learning)
    theirs = _readable(request, pk)
    shown = beside(request, form, theirs, learning_content(theirs), status=answer.status)
    context = {"project": theirs.project, "learning": theirs, **shown}
    return render(request, "pilots/learning_edit.html", context, status=answer.status)


@require_POST
def learning_remove(request: HttpRequest, pk: int) -> HttpResponse:
    learning = _readable(request, pk)
    act = partial(actions.remove_learning, learning, revision=number(request.POST.get("revision", "")), by=request.user)
    gone = attempt(request, act, done=_("The learning is taken away."))
    return redirect("learning_list") if gone else redirect(learning)


# ---- Indicators


def _indicators(user: Any) -> "QuerySet[Indicator]":
    """Of the projects the person may read, with the latest outcome that an approved report tells."""
    approved = IndicatorValue.objects.filter(
        indicator=OuterRef("pk"), version__report__state=ReportState.APPROVED, version__report__current_version=F("version")
    ).order_by("-measured_on", "-pk")
    latest = {f"latest_{name}": Subquery(approved.values(name)[:1]) for name in ("value", "women", "men", "measured_on")}
    rows = Indicator.objects.filter(project__in=Project.objects.visible_to(user)).annotate(**latest)
    return rows.select_related("project__owner").order_by("project__title", "project", "position", "pk")


@require_GET
def indicator_overview(request: HttpRequest) -> HttpResponse:
    context = {"page": paged(request, _indicators(request.user)), "tabs": tabs_for(request.user), "tab": "indicators"}
    return render(request, "pilots/indicator_overview.html", context)


@require_GET
def indicator_overview_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    header = [
        _("Project"), _("Owner"), _("Indicator"), _("Unit"), _("At the start"), _("Target"), _("Latest outcome"),
        _("Of these girls and women"), _("Of these boys and men"), _("As of"), _("Source"),
    ]  # fmt: skip
    rows = (
        [
            one.project.title, one.project.owner.name, one.name, one.unit, one.baseline, one.target, one.latest_value,
            one.latest_women, one.latest_men, one.latest_measured_on, one.source,
        ]
        for one in _indicators(request.user)
    )  # fmt: skip
    return as_file(kind, "indikatorer", _("Indicators"), header, rows)
