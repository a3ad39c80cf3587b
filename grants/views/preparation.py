"""The officers' side: the comparison board, reviewers, answers and letters."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from grants import actions, board, documents, letters, permissions
from grants.forms.reviews import AssignForm, BoardFilterForm, LetterForm, OutcomeForm
from grants.models import Assessment, Call, Outcome, Sketch
from grants.states import SketchState
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.transitions import LostRace, TransitionRefused

from .common import as_file, attempt, number

SHOWN_WITHOUT_ANSWER = 20
TICK_DOTS = 2
"""The tick beside a letter: outcome, revision and the fingerprint of the wording, with dots between."""


def compared_call(request: HttpRequest, slug: str) -> Call:
    calls = Call.objects.compared_by(request.user).select_related("programme").with_frame().with_pending()
    return get_object_or_404(calls, slug=slug)


def handled_sketch(request: HttpRequest, pk: int) -> Sketch:
    sketches = Sketch.objects.readable_by_officer(request.user).select_related(
        "call__programme", "organisation__seat", "current_version__main_focus_area", "outcome"
    )
    return get_object_or_404(sketches, pk=pk)


@require_GET
def preparation_list(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    calls = Call.objects.compared_by(request.user)
    permissions.require(calls.exists())
    context = {"page": paged(request, calls.with_frame().with_counts().order_by("-opens_at", "-pk")), "at": at}
    return render(request, "grants/preparation_list.html", context)


def _filters(request: HttpRequest, call: Call) -> tuple[BoardFilterForm, dict[str, Any]]:
    form = BoardFilterForm(request.GET or None, call=call)
    return form, form.cleaned_data if form.is_bound and form.is_valid() else {}


@require_GET
@vary_on_headers("HX-Target")
def board_detail(request: HttpRequest, slug: str) -> HttpResponse:
    call = compared_call(request, slug)
    form, filters = _filters(request, call)
    sort = request.GET.get("sort", board.DEFAULT_SORT)
    sums = board.sums(call, request.user, filters=filters)
    rows = board.rows(call, request.user, filters=filters, sort=sort).only(*board.SHOWN)
    context = {
        "call": call,
        "filter_form": form,
        "page": paged(request, rows, count=sums.count),
        "sums": sums,
        "shown": _panel(request, call),
        "may_assign": permissions.can_assign_reviewers(request.user, call),
        "assign_form": AssignForm(call=call, sketches=Sketch.objects.none()),
        "sort": sort,
    }
    template = "grants/board_detail.html#panel" if request.headers.get("HX-Target") == "panel" else "grants/board_detail.html"
    return render(request, template, context)


def _panel(request: HttpRequest, call: Call) -> dict[str, Any] | None:
    """The sketch whose details stand beside the board, chosen by ?visa= in the address."""
    asked = number(request.GET.get("visa", ""))
    if asked < 0:
        return None
    sketches = board.with_figures(Sketch.objects.readable_by_officer(request.user).filter(call=call), reader=request.user)
    sketch = (
        sketches.select_related("current_version__main_focus_area", "organisation__seat", "call", "outcome")
        .filter(pk=asked)
        .first()
    )
    if sketch is None:
        return None
    return {"sketch": sketch, "version": sketch.current_version, "means": board.criterion_means(sketch)}


@require_GET
def board_file(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    call = compared_call(request, slug)
    _form, filters = _filters(request, call)
    rows = board.rows(call, request.user, filters=filters, sort=request.GET.get("sort", board.DEFAULT_SORT))
    return as_file(kind, f"skisser-{call.slug}", _("Sketches"), board.export_header(), board.export_rows(rows))


def reviewers(request: HttpRequest, slug: str) -> HttpResponse:
    call = compared_call(request, slug)
    readable = Sketch.objects.readable_by_officer(request.user).filter(call=call).awaiting_outcome()
    form = AssignForm(request.POST or None, call=call, sketches=readable)
    if request.method == "POST":
        permissions.require(permissions.can_assign_reviewers(request.user, call))
        if form.is_valid():
            _assign(request, call, form)
        else:
            messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("reviewers", call.slug)
    assessments = (
        Assessment.objects.filter(sketch__in=Sketch.objects.readable_by_officer(request.user).filter(call=call))
        .of_open_cases()
        .remaining()
        .select_related("reviewer", "sketch__current_version", "sketch__organisation")
    )
    progress = board.reviewer_progress(call)
    context = {
        "call": call,
        "form": form,
        "progress": progress,
        "page": paged(request, assessments.order_by("reviewer__name", "sketch__number", "pk")),
        "may_assign": permissions.can_assign_reviewers(request.user, call),
        "sketches": readable.with_details().order_by("number"),
    }
    return render(request, "grants/reviewers.html", context)


def _assign(request: HttpRequest, call: Call, form: AssignForm) -> None:
    assigned, passed_over = actions.assign_reviewers(
        call, sketches=form.cleaned_data["sketches"], reviewers=form.cleaned_data["reviewers"], by=request.user
    )
    tell_assigned(request, assigned, passed_over)


def tell_assigned(request: HttpRequest, assigned: int, passed_over: int) -> None:
    messages.success(request, ngettext("%(n)d assignment is given.", "%(n)d assignments are given.", assigned) % {"n": assigned})
    if passed_over:
        text = ngettext(
            "%(n)d was passed over, since the reviewer's own organisation takes part or a conflict of interest is known.",
            "%(n)d were passed over, since the reviewer's own organisation takes part or a conflict of interest is known.",
            passed_over,
        )
        messages.info(request, text % {"n": passed_over})


@require_POST
def reviewer_remove(request: HttpRequest, pk: int) -> HttpResponse:
    readable = Sketch.objects.readable_by_officer(request.user)
    assessment = get_object_or_404(
        Assessment.objects.filter(sketch__in=readable).select_related("sketch__call", "reviewer"), pk=pk
    )
    attempt(request, partial(actions.unassign_reviewer, assessment, by=request.user), done=_("The assignment is taken back."))
    return redirect("reviewers", assessment.sketch.call.slug)


def outcome_edit(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = handled_sketch(request, pk)
    permissions.require(permissions.can_handle_sketch(request.user, sketch))
    outcome = getattr(sketch, "outcome", None)
    seen = {"kind": outcome.kind, "reason": outcome.reason, "application_due_at": outcome.application_due_at} if outcome else {}
    form = OutcomeForm(request.POST or None, initial={**seen, "revision": outcome.revision if outcome else 0})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.prepare_outcome(sketch, by=request.user, **form.cleaned_data)
        except LostRace:
            return _outcome_conflict(request, sketch, form)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
            status = 422
        else:
            messages.success(request, _("The answer is prepared. It is not sent until you send all answers."))
            return redirect("board_detail", sketch.call.slug)
    return render(request, "grants/outcome_edit.html", _outcome_context(sketch, form), status=status)


def _outcome_context(sketch: Sketch, form: OutcomeForm, **more: Any) -> dict[str, Any]:
    return {
        "sketch": sketch,
        "form": form,
        "parts": documents.version_sections(sketch.current_version),
        "means": board.criterion_means(sketch),
        "is_open": sketch.state == SketchState.SUBMITTED,
        **more,
    }


def _outcome_conflict(request: HttpRequest, sketch: Sketch, form: OutcomeForm) -> HttpResponse:
    """A colleague was first: theirs stands, ours is kept in the form, and saving again is a choice made with open eyes."""
    theirs = Outcome.objects.filter(sketch=sketch).select_related("prepared_by").first()
    typed = {**form.cleaned_data, "revision": theirs.revision if theirs else 0}
    again = OutcomeForm(initial=typed)
    return render(
        request, "grants/outcome_edit.html", _outcome_context(sketch, again, theirs=theirs, was_conflict=True), status=409
    )


@require_POST
def outcome_drop(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = handled_sketch(request, pk)
    outcome = get_object_or_404(Outcome.objects.pending().select_related("sketch__call"), sketch=sketch)
    act = partial(actions.drop_outcome, outcome, revision=number(request.POST.get("revision", "")), by=request.user)
    attempt(request, act, done=_("The prepared answer is taken away."))
    return redirect("outcomes", sketch.call.slug)


def pending_outcomes(request: HttpRequest, call: Call) -> Any:
    readable = Sketch.objects.readable_by_officer(request.user).filter(call=call)
    return (
        Outcome.objects.pending()
        .filter(sketch__in=readable)
        .select_related("sketch__call__programme", "sketch__organisation", "sketch__current_version", "prepared_by")
    )


@require_GET
def outcomes(request: HttpRequest, slug: str) -> HttpResponse:
    call = compared_call(request, slug)
    pending = list(pending_outcomes(request, call).order_by("-kind", "sketch__number"))
    for outcome in pending:
        outcome.text = letters.letter(outcome)
        outcome.tick = f"{outcome.pk}.{outcome.revision}.{letters.fingerprint(outcome.text)}"
    unanswered = Sketch.objects.readable_by_officer(request.user).filter(call=call, outcome=None).awaiting_outcome()
    context = {
        "call": call,
        "pending": pending,
        "unanswered_count": unanswered.count(),
        "unanswered": unanswered.with_details().order_by("number")[:SHOWN_WITHOUT_ANSWER],
        "sent": Outcome.objects.sent().filter(sketch__call=call).count(),
        "may_send": permissions.can_publish_call(request.user, call),
        "may_prepare": permissions.can_assign_reviewers(request.user, call),
    }
    return render(request, "grants/outcomes.html", context)


def letter_edit(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = handled_sketch(request, pk)
    outcome = get_object_or_404(
        Outcome.objects.pending().select_related("sketch__call", "sketch__organisation", "sketch__current_version"), sketch=sketch
    )
    permissions.require(permissions.can_handle_sketch(request.user, sketch))
    form = LetterForm(request.POST or None, initial={"letter": letters.letter(outcome), "revision": outcome.revision})
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_letter(outcome, by=request.user, **form.cleaned_data)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
            return render(request, "grants/letter_edit.html", {"outcome": outcome, "sketch": sketch, "form": form}, status=409)
        messages.success(request, _("The letter is saved."))
        return redirect("outcomes", sketch.call.slug)
    return render(request, "grants/letter_edit.html", {"outcome": outcome, "sketch": sketch, "form": form})


@require_POST
def outcomes_send(request: HttpRequest, slug: str) -> HttpResponse:
    """Sends what was ticked on the page, in the wording that was shown there."""
    call = compared_call(request, slug)
    ticks = (value.split(".") for value in request.POST.getlist("outcome") if value.count(".") == TICK_DOTS)
    chosen = {number(pk): (number(revision), seen) for pk, revision, seen in ticks}
    found = list(pending_outcomes(request, call).filter(pk__in=chosen).order_by("pk"))
    if not chosen or len(found) != len(chosen):
        messages.error(request, _("Tick the answers to send.") if not chosen else str(LostRace()))
        return redirect("outcomes", slug)
    for outcome in found:
        outcome.revision = chosen[outcome.pk][0]
    try:
        seen = {pk: fingerprint for pk, (_revision, fingerprint) in chosen.items()}
        sent = actions.send_outcomes(call, outcomes=found, seen=seen, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, ngettext("%(n)d answer is sent.", "%(n)d answers are sent.", sent) % {"n": sent})
    return redirect("outcomes", slug)
