"""The budget of an application: written by the organisation, by hand or from a spreadsheet."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grants import actions
from grants.actions.applications import draft_of
from grants.budget import edits, exports, files, prefill, sheets
from grants.budget.editor import editor
from grants.budget.reading import names, typed_budget
from grants.forms.applications import BUDGET_SECTION
from grants.models import Application, ApplicationDraft
from kraftsamling.accounts.models import PUBLIC_KINDS
from kraftsamling.files.uploads import upload_refusal
from kraftsamling.lib.transitions import TransitionRefused

from .applications import all_forms, next_part, own_application, part_url
from .common import as_file, autosaved, keeps_text, number, unparked


def budget_url(pk: int) -> str:
    return reverse("application_budget", args=[pk])


def period(application: Application, typed: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """When the project goes on: as the application says by now, else as the sketch said."""
    version = application.sketch.handed_in
    return _day(typed.get("starts_on")) or version.starts_on, _day(typed.get("ends_on")) or version.ends_on


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def setting_of(application: Application, draft: ApplicationDraft) -> edits.Setting:
    """The call, the period and the names that the form and its buttons need."""
    starts_on, ends_on = period(application, draft.content)
    sketch = application.sketch
    return edits.Setting(
        call=sketch.call,
        starts_on=starts_on,
        ends_on=ends_on,
        grant_from=sketch.call.funder or str(sketch.call.programme.region),
        own_name=sketch.organisation.name,
        own_is_public=sketch.organisation.kind in PUBLIC_KINDS,
    )


def page_context(
    application: Application,
    draft: ApplicationDraft,
    typed: dict[str, str],
    setting: edits.Setting,
    *,
    saved: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """What is begun from the sketch is not saved: until it is, the list of parts says that the budget remains."""
    form = edits.form_of(typed, setting)
    return {
        "application": application,
        "sketch": application.sketch,
        "call": setting.call,
        "setting": setting,
        "draft": draft,
        "revision": draft.revision,
        "form": form,
        "key": BUDGET_SECTION,
        "sections": all_forms(application, {**draft.content, **(typed if saved else {})}).progress(),
        "editor": editor(form),
        "wrong": form.wrong_at(),
        "remaining": form.remaining(),
        **more,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def application_budget(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor, and every button in it: each saves first, so that nothing typed is lost."""
    application = own_application(request, pk)
    return budget_save(request, application) if request.method == "POST" else budget_edit(request, application)


def budget_edit(request: HttpRequest, application: Application) -> HttpResponse:
    if not application.is_being_written:
        return redirect(application)
    draft = draft_of(application)
    setting = setting_of(application, draft)
    typed, revision = typed_budget(draft.content), draft.revision
    parked = unparked(request, path=budget_url(application.pk))
    from_sketch = not typed and parked is None
    if parked is not None:
        typed, revision = typed_budget(parked), number(parked.get("revision", ""))
    elif from_sketch:
        typed = prefill.from_sketch(application.sketch.handed_in.content, setting)
    context = page_context(
        application, draft, typed, setting, restored=parked is not None, from_sketch=from_sketch, saved=not from_sketch
    )
    context |= {"pasted": parked.get("paste", "") if parked else "", "problems": []}
    return render(request, "grants/budget/edit.html", {**context, "revision": revision})


def budget_save(request: HttpRequest, application: Application) -> HttpResponse:
    draft = draft_of(application)
    setting = setting_of(application, draft)
    edit, problems = pressed(request, typed_budget(request.POST), setting)
    try:
        save(application, draft, edit.typed, request)
    except actions.DraftConflict:
        return conflict_page(request, application, edit.typed, setting)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(application)
    if problems:
        context = page_context(
            application, draft_of(application), edit.typed, setting, problems=problems, pasted=request.POST.get("paste", "")
        )
        return render(request, "grants/budget/edit.html", context, status=422)
    if request.POST.get("do") == "save_next":
        return redirect(part_url(application, next_part(BUDGET_SECTION)))
    if edit.refused:
        messages.error(request, edit.refused)
    elif edit.said:
        messages.success(request, edit.said)
    return redirect(f"{budget_url(application.pk)}#{edit.anchor or 'checks'}")


def save(application: Application, draft: ApplicationDraft, typed: dict[str, str], request: HttpRequest) -> int:
    """Keeps the budget's part of the draft, and leaves the other parts as they are."""
    return actions.save_application_draft(
        application,
        typed=typed,
        names=names(draft.content) | names(typed),
        revision=number(request.POST.get("revision", "")),
        by=request.user,
    )


def pressed(request: HttpRequest, typed: dict[str, str], setting: edits.Setting) -> tuple[edits.Edit, list[str]]:
    """What the pressed button makes of what is typed; and what was wrong with the rows, if rows came with it."""
    button = request.POST.get("do", "")
    if button not in {"paste_add", "paste_replace", "import_add", "import_replace"}:
        return edits.apply(typed, button, setting), []
    source, _underscore, how = button.partition("_")
    years = edits.form_of(typed, setting).years
    try:
        rows = sheets.pasted_rows(request.POST.get("paste", "")) if source == "paste" else uploaded_rows(request)
        sheet = sheets.read(rows, years=years)
        merged = sheets.merged(typed, sheet, replace=how == "replace", years=years)
    except sheets.Unreadable as trouble:
        return edits.Edit(typed), trouble.messages
    count = len(sheet.costs) + len(sheet.financing)
    said = ngettext("%(count)d row has been read in.", "%(count)d rows have been read in.", count) % {"count": count}
    return edits.Edit(merged, anchor="costs", said=said), []


def uploaded_rows(request: HttpRequest) -> list[list[Any]]:
    too_large = upload_refusal(request)
    uploaded = request.FILES.get("sheet")
    if too_large or uploaded is None:
        raise sheets.Unreadable([too_large or _("Choose a file first.")])
    return files.file_rows(str(uploaded.name), uploaded.file, uploaded.size or 0)


def conflict_page(request: HttpRequest, application: Application, mine: dict[str, str], setting: edits.Setting) -> HttpResponse:
    """Both budgets; nothing is overwritten until the person has chosen."""
    draft = draft_of(application)
    theirs = typed_budget(draft.content)
    context = page_context(application, draft, mine, setting, differing=differences(theirs, mine, setting))
    return render(request, "grants/budget/conflict.html", context, status=409)


def differences(theirs: dict[str, str], mine: dict[str, str], setting: edits.Setting) -> list[tuple[str, str, str]]:
    """(line, what the other saved, what I have) for each line that differs, in the words of the page."""
    left, right = (exports.described(edits.form_of(typed, setting)) for typed in (theirs, mine))
    places = dict.fromkeys([*left, *right])
    return [(place, left.get(place, ""), right.get(place, "")) for place in places if left.get(place) != right.get(place)]


@login_not_required
@require_POST
def application_budget_autosave(request: HttpRequest, pk: int) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({"logged_out": True}, status=401)
    application = own_application(request, pk)
    draft, typed = draft_of(application), typed_budget(request.POST)

    def checks() -> str:
        form = edits.form_of(typed, setting_of(application, draft))
        context = {"wrong": form.wrong_at(), "remaining": form.remaining()}
        return render_to_string("grants/budget/_checks.html", context, request)

    said = _("Somebody else has saved this budget. Press Save, and you will see both.")
    return autosaved(
        partial(save, application, draft, typed, request), conflict=(said, budget_url(pk)), case=application, checks=checks
    )


@require_GET
def application_budget_file(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """The budget as it is saved, in a form that can be read in again."""
    application = own_application(request, pk)
    draft = draft_of(application)
    form = edits.form_of(typed_budget(draft.content), setting_of(application, draft))
    return as_file(kind, f"budget-{application.sketch.number}", _("Budget"), exports.header(form.years), exports.rows(form))
