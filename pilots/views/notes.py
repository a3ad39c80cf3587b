"""Interview notes, their passages, the themes, and the matrix of projects and themes."""

from functools import partial
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.models import Call
from grants.views.common import as_file, attempt, number
from kraftsamling.audit import log as audit
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.spreadsheet import harmless
from kraftsamling.programmes.models import Programme
from kraftsamling.programmes.permissions import OFFICERS, has_role_anywhere, programmes_with_role
from pilots.actions import learning as actions
from pilots.forms.learning import NoteForm, PassageFilterForm, PassageForm, ThemeForm, note_content, passages_of
from pilots.learning_tabs import tabs_for
from pilots.matrix import matrix_of, projects_for
from pilots.models import InterviewNote, Project, Theme
from pilots.permissions import learning as permissions

from .keeping import beside, keeps_text, keeps_text_on, part_of, sent, typed, unparked
from .learning import written_about

# ---- Notes


@require_GET
def note_list(request: HttpRequest) -> HttpResponse:
    notes = InterviewNote.objects.visible_to(request.user).with_details().annotate(number_of_passages=Count("passages"))
    context = {
        "page": paged(request, notes.order_by("-held_on", "-pk")),
        "tabs": tabs_for(request.user),
        "tab": "notes",
        "may_write": has_role_anywhere(request.user, *OFFICERS),
    }
    return render(request, "pilots/note_list.html", context)


def _readable(request: HttpRequest, pk: int) -> InterviewNote:
    related = ("approved_by", "changed_by")
    return get_object_or_404(InterviewNote.objects.visible_to(request.user).with_details().select_related(*related), pk=pk)


def _note_page(request: HttpRequest, note: InterviewNote, form: PassageForm | None = None, status: int = 200) -> HttpResponse:
    may_change = permissions.can_change_note(request.user, note)
    context = {
        "note": note,
        "may_change": may_change,
        "passages": note.passages.select_related("theme").order_by("theme__position", "theme", "pk") if may_change else [],
        "form": form or PassageForm(programme=note.project.programme_id),
        "history": audit.history(note, internal=may_change).select_related("by")[:20],
    }
    return render(request, "pilots/note_detail.html", context, status=status)


@require_GET
def note_detail(request: HttpRequest, pk: int) -> HttpResponse:
    note, parked = _readable(request, pk), part_of(unparked(request, path=request.path), "quote")
    return _note_page(request, note, PassageForm(parked, programme=note.project.programme_id))


@keeps_text
def note_create(request: HttpRequest, pk: int) -> HttpResponse:
    project, form = written_about(request, pk), NoteForm(typed(request))
    answer = sent(
        request,
        form,
        lambda: actions.write_note(project, values=form.values(), by=request.user),
        done=_("The note is saved. Now code its passages with themes."),
    )
    if answer.went:
        return redirect(answer.made)
    context = {"project": project, "form": form, "restored": form.is_bound and request.method == "GET"}
    return render(request, "pilots/note_edit.html", context, status=answer.status)


@keeps_text
def note_edit(request: HttpRequest, pk: int) -> HttpResponse:
    note = _readable(request, pk)
    permissions.require(permissions.can_change_note(request.user, note))
    form = NoteForm(typed(request), initial=note_content(note))
    seen = number(request.POST.get("revision", ""))
    answer = sent(
        request,
        form,
        lambda: actions.change_note(note, values=form.values(), revision=seen, by=request.user),
        done=_("Saved."),
    )
    if answer.went:
        return redirect(note)
    theirs = _readable(request, pk)
    shown = beside(request, form, theirs, note_content(theirs), status=answer.status)
    return render(request, "pilots/note_edit.html", {"project": theirs.project, "note": theirs, **shown}, status=answer.status)


@require_POST
def note_approve(request: HttpRequest, pk: int) -> HttpResponse:
    note = _readable(request, pk)
    act = partial(actions.approve_note, note, revision=number(request.POST.get("revision", "")), by=request.user)
    attempt(request, act, done=_("The note is approved. The owner reads it, and it can be quoted."))
    return redirect(note)


@require_POST
def note_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    note = _readable(request, pk)
    attempt(request, partial(actions.reopen_note, note, by=request.user), done=_("The approval is taken back."))
    return redirect(note)


@keeps_text_on("note_detail")
@require_POST
def passage_add(request: HttpRequest, pk: int) -> HttpResponse:
    note = _readable(request, pk)
    permissions.require(permissions.can_change_note(request.user, note))
    form = PassageForm(request.POST, programme=note.project.programme_id)
    answer = sent(
        request,
        form,
        lambda: actions.code_passage(note, **form.cleaned_data, by=request.user),
        done=_("The passage is coded."),
    )
    if answer.went:
        return redirect(note)
    return _note_page(request, note, form, status=422)


@require_POST
def passage_remove(request: HttpRequest, pk: int, passage: int) -> HttpResponse:
    note = _readable(request, pk)
    found = get_object_or_404(note.passages.select_related("theme", "note__project"), pk=passage)
    attempt(request, partial(actions.uncode_passage, found, by=request.user), done=_("The coding is taken away."))
    return redirect(note)


# ---- Themes


def _kept_programmes(request: HttpRequest) -> Any:
    programmes = Programme.objects.filter(pk__in=programmes_with_role(request.user, *OFFICERS)).order_by("name", "pk")
    permissions.require(programmes.exists())
    return programmes


@keeps_text
def theme_list(request: HttpRequest) -> HttpResponse:
    programmes = _kept_programmes(request)
    programme = programmes.filter(pk=number(request.POST.get("programme", ""))).first() or programmes[0]
    form = ThemeForm(typed(request))
    answer = sent(
        request,
        form,
        lambda: actions.add_theme(programme, values=form.cleaned_data, by=request.user),
        done=_("The theme is added."),
    )
    if answer.went:
        return redirect("theme_list")
    themes = Theme.objects.filter(programme__in=programmes).select_related("programme").annotate(used=Count("passages"))
    context = {
        "themes": themes.in_order(),
        "form": form,
        "programmes": programmes,
        "tabs": tabs_for(request.user),
        "tab": "notes",
    }
    return render(request, "pilots/theme_list.html", context, status=answer.status)


def _kept_theme(request: HttpRequest, pk: int) -> Theme:
    themes = Theme.objects.filter(programme__in=programmes_with_role(request.user, *OFFICERS))
    return get_object_or_404(themes.select_related("programme"), pk=pk)


@keeps_text
def theme_edit(request: HttpRequest, pk: int) -> HttpResponse:
    theme = _kept_theme(request, pk)
    initial = {"name": theme.name, "description": theme.description, "position": theme.position}
    form = ThemeForm(typed(request), initial=initial)
    answer = sent(
        request,
        form,
        lambda: actions.change_theme(theme, values=form.cleaned_data, by=request.user),
        done=_("Saved."),
    )
    if answer.went:
        return redirect("theme_list")
    return render(request, "pilots/theme_edit.html", {"theme": _kept_theme(request, pk), "form": form}, status=answer.status)


@require_POST
def theme_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of use, or into use again: what the button said."""
    theme = _kept_theme(request, pk)
    act = actions.restore_theme if "tillbaka" in request.POST else actions.retire_theme
    attempt(request, partial(act, theme, by=request.user), done=_("Saved."))
    return redirect("theme_list")


# ---- The matrix


def _matrix(request: HttpRequest) -> "tuple[QuerySet[Project], QuerySet[Call], Call | None]":
    permissions.require(permissions.can_read_matrix(request.user))
    programmes = programmes_with_role(request.user, *permissions.MATRIX_READERS)
    calls = Call.objects.filter(programme__in=programmes, pk__in=_calls_with_projects(programmes)).order_by("-opens_at", "pk")
    call = calls.filter(pk=number(request.GET.get("utlysning", ""))).first()
    return projects_for(request.user, call=call), calls, call


def _calls_with_projects(programmes: list[int]) -> Any:
    with_application = Project.objects.filter(programme__in=programmes, application__isnull=False)
    return with_application.order_by().values("application__sketch__call")


@require_GET
def matrix(request: HttpRequest) -> HttpResponse:
    projects, calls, call = _matrix(request)
    page = paged(request, projects)
    context = {
        "page": page,
        "matrix": matrix_of(projects, page),
        "calls": calls,
        "chosen": call,
        "opens": permissions.can_read_passages(request.user),
        "tabs": tabs_for(request.user),
        "tab": "matrix",
    }
    return render(request, "pilots/matrix.html", context)


@require_GET
def matrix_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    projects, _calls, _call = _matrix(request)
    found = matrix_of(projects, projects)
    header = [_("Project"), _("Owner"), *(harmless(theme.name) for theme in found.themes), _("In all")]
    rows = [[row.project.title, row.project.owner.name, *(cell.count for cell in row.cells), row.total] for row in found.rows]
    last = [_("In all"), "", *(cell.count for cell in found.totals), found.total]
    return as_file(kind, "matris", _("Matrix"), header, [*rows, last])


@require_GET
def passage_list(request: HttpRequest) -> HttpResponse:
    if not permissions.can_read_passages(request.user):
        raise Http404
    projects = Project.objects.handled_by(request.user, *OFFICERS).order_by("title", "pk")
    form = PassageFilterForm(request.GET or None, projects=projects)
    context = {"page": paged(request, passages_of(form, request.user)), "filter_form": form}
    return render(request, "pilots/passage_list.html", context)
