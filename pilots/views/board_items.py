"""Information items for the board: made from the data, edited, made anew, printed."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.views.common import attempt, number
from kraftsamling.audit import log as audit
from kraftsamling.lib.pagination import paged
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role
from pilots import board, board_documents, builds
from pilots.actions import board as actions
from pilots.forms.board import BoardItemForm, BoardItemMakeForm, MakeAnewForm, board_item_content
from pilots.learning_tabs import tabs_for
from pilots.models import BoardItem, JointAnalysis, Project
from pilots.permissions import learning as permissions

from .keeping import beside, keeps_text, sent, typed


@require_GET
def board_item_list(request: HttpRequest) -> HttpResponse:
    permissions.require(permissions.can_read_board_items(request.user))
    items = BoardItem.objects.visible_to(request.user).select_related("programme", "saved_by")
    context = {
        "page": paged(request, items.order_by("-meeting_on", "-number", "-pk")),
        "tabs": tabs_for(request.user),
        "tab": "board_items",
        "may_write": bool(programmes_with_role(request.user, *OFFICERS)),
    }
    return render(request, "pilots/board_item_list.html", context)


def _offered(request: HttpRequest, programme: int | None = None) -> dict[str, Any]:
    """The projects and analyses that an item can be made of."""
    projects = Project.objects.handled_by(request.user, *OFFICERS).pilots().select_related("owner", "programme")
    analyses = JointAnalysis.objects.handled_by(request.user).published()
    if programme is not None:
        projects, analyses = projects.filter(programme=programme), analyses.filter(programme=programme)
    return {"projects": projects.order_by("title", "pk"), "analyses": analyses.order_by("-saved_at", "pk")}


@keeps_text
def board_item_create(request: HttpRequest) -> HttpResponse:
    permissions.require(bool(programmes_with_role(request.user, *OFFICERS)))
    form = BoardItemMakeForm(typed(request), **_offered(request))
    answer = sent(
        request,
        form,
        lambda: actions.make_board_item(form.cleaned_data["projects"][0].programme, **form.cleaned_data, by=request.user),
        done=_("The item is made from what is known today. Read it through and change what you like."),
    )
    if answer.went:
        return redirect("board_item_edit", answer.made.pk)
    return render(request, "pilots/board_item_create.html", {"form": form}, status=answer.status)


def _readable(request: HttpRequest, pk: int) -> BoardItem:
    items = BoardItem.objects.visible_to(request.user).select_related("programme__region", "analysis", "saved_by", "begun_by")
    return get_object_or_404(items, pk=pk)


def _written(request: HttpRequest, pk: int) -> BoardItem:
    item = _readable(request, pk)
    permissions.require(permissions.can_write_board_item(request.user, item))
    return item


@require_GET
def board_item_detail(request: HttpRequest, pk: int) -> HttpResponse:
    item = _readable(request, pk)
    may_write = permissions.can_write_board_item(request.user, item)
    context = {
        **board_documents.context_of(item),
        "may_write": may_write,
        "history": audit.history(item, internal=may_write).select_related("by")[:20],
    }
    return render(request, "pilots/board_item_detail.html", context)


@keeps_text
def board_item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    item = _written(request, pk)
    if not item.is_draft and request.method == "GET":
        return redirect(item)
    projects = board_documents.projects_of(item)
    form = BoardItemForm(typed(request), item=item, projects=projects, initial=board_item_content(item))
    seen = number(request.POST.get("revision", ""))
    answer = sent(
        request,
        form,
        lambda: actions.edit_board_item(item, values=form.heading(), texts=form.texts(), revision=seen, by=request.user),
        done=_("Saved."),
    )
    if answer.went:
        return redirect(item)
    theirs = _readable(request, pk)
    shown = beside(request, form, theirs, board_item_content(theirs), status=answer.status)
    return render(request, "pilots/board_item_edit.html", {"item": theirs, **shown}, status=answer.status)


def board_item_anew(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows what would change and asks; only then are the texts made anew."""
    item = _written(request, pk)
    projects = board_documents.projects_of(item)
    initial = {"projects": [project.pk for project in projects], "analysis": item.analysis_id}
    form = MakeAnewForm(request.POST or None, initial=initial, **_offered(request, item.programme_id))
    asked = {"take": request.POST.getlist("take"), "revision": number(request.POST.get("revision", "")), "by": request.user}
    answer = sent(
        request,
        form,
        lambda: actions.make_anew(item, **form.cleaned_data, **asked),
        done=_("The texts are made anew. What you had edited is as you left it."),
    )
    if answer.went:
        return redirect(item)
    return _anew_page(request, item, projects, form, status=answer.status)


def _anew_page(
    request: HttpRequest, item: BoardItem, projects: list[Project], form: MakeAnewForm, *, status: int
) -> HttpResponse:
    fresh = board.generated_texts(item.programme, projects, item.analysis, presenter=str(item.begun_by))
    whole = BoardItemForm(item=item, projects=projects)
    names = board.edited_names(item.content, item.generated)
    rows = [(name, whole.label_of(name), item.content[name], fresh.get(name, "")) for name in names]
    context = {"item": item, "form": form, "edited": [row for row in rows if row[2] != row[3]]}
    return render(request, "pilots/board_item_anew.html", context, status=status)


@require_POST
def board_item_ready(request: HttpRequest, pk: int) -> HttpResponse:
    item = _written(request, pk)
    act = partial(actions.ready_board_item, item, revision=number(request.POST.get("revision", "")), by=request.user)
    attempt(request, act, done=_("The item is ready for the meeting. The steering group can read it."))
    return redirect(item)


@require_POST
def board_item_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    item = _written(request, pk)
    attempt(request, partial(actions.reopen_board_item, item, by=request.user), done=_("The item can be changed again."))
    return redirect(item)


@require_POST
def board_item_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    item = _readable(request, pk)
    return redirect(builds.ask("board_item", item.pk, key=str(item.revision), by=request.user, at=timezone.now()))


@require_GET
def board_item_docx(request: HttpRequest, pk: int) -> HttpResponse:
    item = _readable(request, pk)
    response = HttpResponse(board_documents.docx_of(item), content_type=board_documents.DOCX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{board_documents.file_name(item)}.docx"'
    return response
