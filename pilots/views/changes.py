"""Changes of the terms: written by the owner, read by who handles the case, decided by a decision maker."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grants.actions import DraftConflict
from grants.budget import edits, prefill
from grants.budget.editor import editor
from grants.budget.reading import names, typed_budget
from grants.budget.store import content_of
from grants.forms.drafts import typed_content
from grants.permissions import require
from grants.rules import percent_text
from grants.views.budgets import differences as budget_differences
from grants.views.budgets import pressed
from grants.views.common import attempt, autosaved, keeps_text, number, unparked
from kraftsamling.lib.transitions import TransitionRefused
from pilots import change_rules as rules
from pilots.actions import changes as actions
from pilots.change_documents import terms_before
from pilots.comparison import compared
from pilots.forms.changes import ChangeFileForm, ChangeForm, WholeChange
from pilots.models import ChangeRequest
from pilots.permissions import projects as permissions

from .common import case_project, workroom


def readable_change(request: HttpRequest, pk: int) -> ChangeRequest:
    """The change, for who may read it. Raises Http404 otherwise; a draft is the owner's alone."""
    related = (
        "decision__decided_by",
        "decision__letter",
        "decision__terms",
        "asked_by",
        "saved_by",
        "project__application__sketch__call",
    )
    changes = ChangeRequest.objects.visible_to(request.user).with_details().select_related(*related)
    return get_object_or_404(changes, pk=pk)


def own_draft(request: HttpRequest, pk: int) -> ChangeRequest:
    """A change that a member of the owner writes in. Raises Http404 for others, PermissionDenied for who only reads it."""
    change = readable_change(request, pk)
    require(permissions.can_write_change(request.user, change))
    return change


@require_GET
def change_list(request: HttpRequest, pk: int) -> HttpResponse:
    project = case_project(request, pk)
    changes = ChangeRequest.objects.visible_to(request.user).filter(project=project).select_related("decision", "organisation")
    may_ask = permissions.can_ask_for_change(request.user, project)
    context = workroom(
        request, project, "changes", changes=changes.order_by("-number"), may_ask=may_ask,
        open_change=next((change for change in changes if change.is_draft or change.is_waiting), None),
        tolerance=percent_text(rules.tolerance_of(project)),
    )  # fmt: skip
    return render(request, "pilots/change_list.html", context)


@require_POST
def change_begin(request: HttpRequest, pk: int) -> HttpResponse:
    project = case_project(request, pk)
    try:
        change = actions.begin_change(project, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("change_list", pk)
    return redirect("change_edit", change.pk)


@require_GET
def change_detail(request: HttpRequest, pk: int) -> HttpResponse:
    change = readable_change(request, pk)
    project, own = change.project, permissions.can_write_change(request.user, change)
    whole = WholeChange(change, change.content) if change.is_draft else None
    decision = getattr(change, "decision", None)
    before = terms_before(decision) if decision else project
    years, rows = _compared(change, whole, before)
    context = workroom(
        request, project, "changes", change=change, own=own, decision=decision, years=years, rows=rows, files=change.files.kept(),
        lacks_consent=rules.lacks_consent(change, _new_owner(change, whole)), file_form=ChangeFileForm() if whole else None,
        wishes=_wishes(change, whole, before), remaining=whole.remaining() if whole else [], wrong=whole.wrong() if whole else [],
        may_decide=permissions.can_decide_change(request.user, change), terms=getattr(decision, "terms", None),
    )  # fmt: skip
    return render(request, "pilots/change_detail.html", context)


def _new_owner(change: ChangeRequest, whole: WholeChange | None) -> Any:
    return whole.form.wishes()["new_owner"] if whole else change.new_owner


def _wishes(change: ChangeRequest, whole: WholeChange | None, before: Any) -> list[tuple[str, str, str]]:
    """(what, as it is, as wished), in words. `before` is what it is laid beside: the terms then, or the project as it is."""
    if whole is None:
        wished = {name: getattr(change, name) for name in ("cap", "share", "starts_on", "ends_on", "new_owner")}
    elif whole.form.errors:
        return []
    else:
        wished = whole.form.wishes()
    return rules.differences(rules.as_they_are(before), rules.wanted_by(before, wished))


def _compared(change: ChangeRequest, whole: WholeChange | None, before: Any) -> tuple[list[int], list[Any]]:
    """The budget as it was when it was asked for, and as wished."""
    wished = whole.content() if whole else content_of(change.budget) if change.budget else None
    return ([], []) if wished is None else compared(content_of(before.budget), wished)


# ---- Writing


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def change_edit(request: HttpRequest, pk: int) -> HttpResponse:
    change = own_draft(request, pk)
    if not change.is_draft:
        return redirect(change)
    if request.method == "POST":
        return _save(request, change)
    parked = unparked(request, path=request.path)
    content = {**change.content, **parked.dict()} if parked is not None else change.content
    revision = number(parked.get("revision", "")) if parked is not None else change.revision
    return _edit_page(request, change, content, revision=revision, restored=parked is not None)


def _edit_page(
    request: HttpRequest, change: ChangeRequest, content: Any, *, revision: int, status: int = 200, **more: Any
) -> HttpResponse:
    whole = WholeChange(change, content)
    context = workroom(
        request, change.project, "changes", change=change, form=whole.form, revision=revision, remaining=whole.remaining(),
        wrong=whole.wrong(), tolerance=percent_text(rules.tolerance_of(change.project)),
    )  # fmt: skip
    whole.form.hide_remaining()
    more = {"restored": False, "lost": False, "differing": [], **more}
    return render(request, "pilots/change_edit.html", {**context, **more}, status=status)


def _save(request: HttpRequest, change: ChangeRequest) -> HttpResponse:
    typed, revision = _typed(request, change), number(request.POST.get("revision", ""))
    try:
        save = partial(actions.save_change, change, typed=typed, names=frozenset(ChangeForm.base_fields), by=request.user)
        save(revision=revision)
    except DraftConflict:
        theirs = readable_change(request, change.pk)
        differing = ChangeForm({}, project=change.project).differences(theirs.content, typed)
        mine = {**theirs.content, **typed}
        return _edit_page(request, theirs, mine, revision=theirs.revision, differing=differing, lost=True, status=409)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(change)
    messages.success(request, _("Saved."))
    return redirect("change_budget", change.pk) if request.POST.get("next") == "budget" else redirect(change)


def _typed(request: HttpRequest, change: ChangeRequest) -> dict[str, Any]:
    return typed_content(request.POST, ChangeForm({}, project=change.project))


@login_not_required
@require_POST
def change_autosave(request: HttpRequest, pk: int) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({"logged_out": True}, status=401)
    change = own_draft(request, pk)
    typed = _typed(request, change)
    save = partial(
        actions.save_change, change, typed=typed, names=frozenset(ChangeForm.base_fields),
        revision=number(request.POST.get("revision", "")), by=request.user,
    )  # fmt: skip

    def checks() -> str:
        whole = WholeChange(change, {**change.content, **typed})
        return render_to_string("pilots/_change_checks.html", {"wrong": whole.wrong(), "remaining": whole.remaining()}, request)

    said = _("Somebody else has saved this change. Press Save, and you will see both.")
    return autosaved(save, conflict=(said, reverse("change_edit", args=[pk])), case=change, checks=checks)


# ---- The budget that is wished for


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def change_budget(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor, beginning with the budget that counts. Each button saves first, so that nothing typed is lost."""
    change = own_draft(request, pk)
    if not change.is_draft:
        return redirect(change)
    if request.method == "POST":
        return _save_budget(request, change)
    parked = unparked(request, path=request.path)
    typed = typed_budget(parked if parked is not None else change.content)
    revision = number(parked.get("revision", "")) if parked is not None else change.revision
    untouched = not typed
    typed = typed or prefill.from_content(content_of(change.project.budget))
    return _budget_page(request, change, typed, revision=revision, untouched=untouched, restored=parked is not None)


def _budget_page(
    request: HttpRequest, change: ChangeRequest, typed: dict[str, str], *, revision: int, status: int = 200, **more: Any
) -> HttpResponse:
    setting = _setting(change)
    form = edits.form_of(typed, setting)
    now = content_of(change.project.budget)
    tolerance = rules.tolerance_of(change.project)
    context = workroom(
        request, change.project, "changes", change=change, call=setting.call, editor=editor(form), wrong=form.wrong_at(),
        remaining=form.remaining(), revision=revision, tolerance=percent_text(tolerance),
        moves=[(move, move.is_within(tolerance)) for move in rules.moves(now, form.content)] if form.content else [],
        small=form.content is not None and rules.is_only_a_small_move(now, form.content, tolerance),
    )  # fmt: skip
    defaults = {"problems": [], "pasted": "", "differing": [], "lost": False, "restored": False, "untouched": False}
    return render(request, "pilots/change_budget.html", {**context, **defaults, **more}, status=status)


def _setting(change: ChangeRequest) -> edits.Setting:
    return WholeChange(change, change.content).setting


def _save_budget(request: HttpRequest, change: ChangeRequest) -> HttpResponse:
    setting = _setting(change)
    edit, problems = pressed(request, typed_budget(request.POST), setting)
    typed = {} if request.POST.get("do") == "drop" else edit.typed
    try:
        revision = actions.save_change(
            change, typed=typed, names=names(change.content) | names(typed), revision=number(request.POST.get("revision", "")),
            by=request.user,
        )  # fmt: skip
    except DraftConflict:
        theirs = readable_change(request, change.pk)
        differing = budget_differences(typed_budget(theirs.content), typed, setting)
        return _budget_page(request, theirs, typed, revision=theirs.revision, differing=differing, lost=True, status=409)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(change)
    if problems:
        pasted = request.POST.get("paste", "")
        return _budget_page(request, change, edit.typed, revision=revision, problems=problems, pasted=pasted, status=422)
    return _after_button(request, change, edit)


def _after_button(request: HttpRequest, change: ChangeRequest, edit: edits.Edit) -> HttpResponse:
    if request.POST.get("do") in {"save_next", "drop"}:
        return redirect(change)
    if edit.refused:
        messages.error(request, edit.refused)
    elif edit.said:
        messages.success(request, edit.said)
    return redirect(f"{reverse('change_budget', args=[change.pk])}#{edit.anchor or 'checks'}")


# ---- Sending and taking back


@require_POST
def change_send(request: HttpRequest, pk: int) -> HttpResponse:
    change = own_draft(request, pk)
    whole = WholeChange(change, change.content)
    if change.is_draft and not whole.is_complete():
        messages.error(request, _("Something remains to be filled in or put right. It is listed below."))
        return redirect(change)
    act = partial(
        actions.send_change, change, values=whole.values() if change.is_draft else {"reason": change.reason}, budget=whole.content(),
        revision=number(request.POST.get("revision", "")), by=request.user,
    )  # fmt: skip
    attempt(request, act, done=_("The change is sent. You are told by mail when it is decided."))
    return redirect(change)


@require_POST
def change_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    change = own_draft(request, pk)
    attempt(request, partial(actions.withdraw_change, change, by=request.user), done=_("The change is taken back."))
    return redirect("change_list", change.project_id)
