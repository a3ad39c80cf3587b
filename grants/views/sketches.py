"""The organisation's sketches: begin, write, hand in, follow."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, permissions, progress, tasks
from grants.forms.drafts import typed_content
from grants.forms.sketches import FileForm, SketchForm, StartForm, WithdrawForm
from grants.models import Call, Sketch
from grants.states import SketchState
from kraftsamling.accounts.models import Organisation
from kraftsamling.lib.handover import after_commit
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.transitions import TransitionRefused

from .common import attempt, autosaved, checks_of, keeps_text_on, log_in_first, number, unparked


def own_sketch(request: HttpRequest, pk: int) -> Sketch:
    """The sketch, if it is the person's organisation's. Raises Http404 otherwise."""
    sketches = Sketch.objects.of_organisations(request.user).select_related("call__programme", "organisation", "draft__saved_by")
    return get_object_or_404(sketches, pk=pk)


LISTED = (
    "state", "number", "created_at", "current_version__title", "draft__title", "organisation__name", "call__title", "call__slug",
    "call__state", "call__opens_at", "call__closes_at", "call__answer_expected_on", "call__decision_expected_on",
    "application__state", "application__due_at",
)  # fmt: skip
"""What a row shows, and what the next moment of the case is told from. All columns of the five tables take three times as long."""


@require_GET
def sketch_list(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    mine = Sketch.objects.of_organisations(request.user).with_moments().order_by("-created_at", "-pk")
    page = paged(request, mine.select_related("call", "organisation", "draft", "current_version").only(*LISTED))
    context = {
        "page": page,
        "rows": [(sketch, progress.next_moment(sketch, at=at)) for sketch in page],
        "open_calls": Call.objects.open(at=at).order_by("closes_at", "pk")[:5],
    }
    return render(request, "grants/sketch_list.html", context)


def sketch_start(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.public().select_related("programme"), slug=slug)
    mine = Organisation.objects.of_member(request.user)
    organisations = mine.filter(kind__in=call.eligible_kinds).in_swedish_order()
    form = StartForm(request.POST or None, organisations=organisations, initial={"organisation": organisations.first()})
    if request.method == "POST" and form.is_valid():
        try:
            sketch = actions.start_sketch(call, form.cleaned_data["organisation"], by=request.user)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("sketch_edit", sketch.pk)
    context = {"call": call, "form": form, "organisations": organisations, "others": mine.exclude(kind__in=call.eligible_kinds)}
    return render(request, "grants/sketch_start.html", {**context, "is_open": call.is_open(timezone.now())})


def bound_form(sketch: Sketch, typed: dict[str, Any]) -> SketchForm:
    """The form with what was typed; it knows the files beside the draft, since some may be asked for."""
    links = list(sketch.files.filter(removed_at=None).select_related("file", "question").order_by("added_at", "pk"))
    form = SketchForm(typed, call=sketch.call, files_for=frozenset(link.question_id for link in links if link.question_id))
    form.links = links
    return form


def page_context(request: HttpRequest, sketch: Sketch, form: SketchForm, **more: Any) -> dict[str, Any]:
    at, deadline = timezone.now(), sketch.deadline()
    return {
        "sketch": sketch,
        "form": form,
        "wrong": form.wrong(),
        "remaining": form.remaining(),
        "revision": sketch.draft.revision,
        "files": form.links,
        "file_form": FileForm(questions=form.questions),
        "deadline": deadline,
        "may_be_handed_in": sketch.call.takes_sketches(at, until=deadline),
        "at": at,
        **more,
    }


@require_GET
def sketch_edit(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = own_sketch(request, pk)
    if sketch.state not in {SketchState.DRAFT, SketchState.SUBMITTED}:
        return redirect(sketch)
    typed, revision = sketch.draft.content, sketch.draft.revision
    parked = _unparked(request, sketch)
    if parked is not None:
        typed, revision = parked
    form = bound_form(sketch, typed)
    form.is_valid()
    context = page_context(request, sketch, form, restored=parked is not None)
    if request.GET.get("kontroll") != "1":
        form.hide_remaining()
    return render(request, "grants/sketch_edit.html", {**context, "revision": revision})


def _unparked(request: HttpRequest, sketch: Sketch) -> tuple[dict[str, Any], int] | None:
    """What was sent after the session had expired, with the revision that window began from."""
    content = unparked(request, path=reverse("sketch_edit", args=[sketch.pk]))
    if content is None:
        return None
    return typed_content(content, bound_form(sketch, {})), number(content.get("revision", ""))


@require_POST
@keeps_text_on("sketch_edit")
def sketch_save(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = own_sketch(request, pk)
    typed = typed_content(request.POST, bound_form(sketch, {}))
    try:
        actions.save_draft(sketch, content=typed, revision=number(request.POST.get("revision", "")), by=request.user)
    except actions.DraftConflict:
        return conflict_page(request, sketch, typed)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(sketch)
    if "next" in request.POST:
        return redirect("sketch_preview", sketch.pk)
    messages.success(request, _("Saved."))
    return redirect("sketch_edit", sketch.pk)


def conflict_page(request: HttpRequest, sketch: Sketch, mine: dict[str, Any]) -> HttpResponse:
    """Both texts, side by side; nothing is overwritten until the person has chosen."""
    sketch.draft.refresh_from_db()
    form = bound_form(sketch, mine)
    form.is_valid()
    form.hide_remaining()
    differing = form.differences(sketch.draft.content, mine)
    context = page_context(request, sketch, form, differing=differing)
    return render(request, "grants/sketch_conflict.html", context, status=409)


@login_not_required
@require_POST
def sketch_autosave(request: HttpRequest, pk: int) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({"logged_out": True}, status=401)
    sketch = own_sketch(request, pk)
    form = bound_form(sketch, {})
    form.data = typed = typed_content(request.POST, form)
    save = partial(actions.save_draft, sketch, content=typed, revision=number(request.POST.get("revision", "")), by=request.user)

    said = _("Somebody else has saved this sketch. Press Save, and you will see both texts.")
    return autosaved(
        save, conflict=(said, reverse("sketch_edit", args=[pk])), case=sketch, checks=partial(checks_of, request, form)
    )


@require_GET
def sketch_preview(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = own_sketch(request, pk)
    form = bound_form(sketch, sketch.draft.content)
    content = form.content() if form.is_valid() else None
    texts = [(form.fields[name].label, text) for name, text in content.texts.items()] if content else []
    context = page_context(request, sketch, form, content=content, texts=texts)
    return render(request, "grants/sketch_preview.html", context)


@login_not_required
@require_POST
def sketch_submit(request: HttpRequest, pk: int) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(log_in_first(reverse("sketch_preview", args=[pk])))
    sketch = own_sketch(request, pk)
    form = bound_form(sketch, sketch.draft.content)
    if not form.is_valid():
        return redirect(f"{reverse('sketch_edit', args=[pk])}?kontroll=1")
    try:
        version = actions.submit_sketch(
            sketch, content=form.content(), revision=number(request.POST.get("revision", "")), by=request.user
        )
    except actions.DraftConflict:
        messages.error(
            request, _("The sketch was changed after you opened this page. Read it through once more, then send it in.")
        )
        return redirect("sketch_preview", pk)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("sketch_preview", pk)
    after_commit(tasks.build_receipt, version.pk)
    messages.success(request, _("The sketch is sent in. Receipt %(receipt)s.") % {"receipt": version.receipt_number})
    return redirect(sketch)


def sketch_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = own_sketch(request, pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.withdraw_sketch, sketch, reason=form.cleaned_data["reason"], by=request.user)
        attempt(request, act, done=_("The sketch is withdrawn."))
        return redirect(sketch)
    return render(request, "grants/sketch_withdraw.html", {"sketch": sketch, "form": form})


def organisation_context(request: HttpRequest, sketch: Sketch) -> dict[str, Any]:
    """What the organisation sees of its own case."""
    at = timezone.now()
    return {
        "steps": progress.steps(sketch, at=at),
        "ball": progress.ball(sketch, at=at),
        "may_be_handed_in": sketch.may_be_handed_in(at),
        "may_write": permissions.can_write_sketch(request.user, sketch),
        "has_unsent_changes": sketch.current_version is not None
        and sketch.draft.revision != sketch.current_version.draft_revision,
        "outcome": getattr(sketch, "outcome", None) if sketch.state in {SketchState.INVITED, SketchState.DECLINED} else None,
        "application": getattr(sketch, "application", None),
        "contacts_count": sketch.organisation.memberships.filter(is_contact=True).count(),
    }
