"""Calls: the public pages, and the officers' preparation of them."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, completeness, permissions
from grants.forms.calls import (
    AnswerForm,
    CallCreateForm,
    CallForm,
    CriterionForm,
    CriterionFormSet,
    ExtensionForm,
    QuestionFormSet,
)
from grants.models import Call, Question, Sketch
from grants.states import CallState
from kraftsamling.audit import log as audit
from kraftsamling.lib.calendar import CalendarEvent, ics
from kraftsamling.lib.http import public_page
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Programme
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role

from .common import as_file, attempt, number


@public_page
@require_GET
def call_list(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    calls = Call.objects.select_related("programme").with_frame()
    context = {
        "at": at,
        "open_calls": calls.open(at=at).order_by("closes_at", "pk"),
        "coming_calls": calls.coming(at=at).order_by("opens_at", "pk"),
        "closed_calls": calls.closed(at=at).order_by("-closes_at", "pk")[:50],
        "drafts": calls.run_by(request.user).in_preparation().order_by("title", "pk"),
        "can_create": bool(programmes_with_role(request.user, *OFFICERS)),
    }
    return render(request, "grants/call_list.html", context)


@public_page
@require_GET
def call_list_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    header = [
        _("Title"),
        _("Opens"),
        _("Closes"),
        _("Frame"),
        _("Smallest grant"),
        _("Largest grant"),
        _("Highest share, per cent"),
    ]
    calls = Call.objects.published().with_frame().order_by("-opens_at", "pk")
    rows = ([c.title, c.opens_at, c.closes_at, c.frame_total, c.smallest_grant, c.largest_grant, c.highest_share] for c in calls)
    return as_file(kind, "utlysningar", _("Calls"), header, rows)


@public_page
@require_GET
def call_detail(request: HttpRequest, slug: str) -> HttpResponse:
    at = timezone.now()
    calls = Call.objects.visible_to(request.user).select_related("programme__region")
    call = get_object_or_404(calls.prefetch_related("frames", "criteria", "focus_areas", "answers"), slug=slug)
    context = {
        "call": call,
        "at": at,
        "frame": call.frame(),
        "weights": sum(criterion.weight for criterion in call.criteria.all()),
        "can_edit": permissions.can_edit_call(request.user, call),
        "can_compare": permissions.can_read_board(request.user, call),
        "own_sketches": Sketch.objects.of_organisations(request.user).filter(call=call).select_related("draft", "organisation"),
        "is_open": call.is_open(at),
        "is_coming": call.is_coming(at),
        "is_draft": call.state == CallState.DRAFT,
    }
    return render(request, "grants/call_detail.html", context)


@public_page
@require_GET
def call_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.public(), slug=slug)
    moments = [
        ("opens", call.opens_at, _("The call opens: %(title)s")),
        ("closes", call.closes_at, _("Last moment for sketches: %(title)s")),
        ("applications", call.application_due_at, _("Last moment for invited applications: %(title)s")),
    ]
    url = settings.SITE_URL + call.get_absolute_url()
    events = [
        CalendarEvent(uid=f"{call.slug}-{key}@kraftsamling", title=text % {"title": call.title}, starts_at=moment, url=url)
        for key, moment, text in moments
        if moment
    ]
    response = HttpResponse(ics(events, name=call.title), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{call.slug}.ics"'
    return response


def call_create(request: HttpRequest) -> HttpResponse:
    programmes = Programme.objects.filter(pk__in=programmes_with_role(request.user, *OFFICERS)).order_by("name")
    permissions.require(programmes.exists())
    form = CallCreateForm(request.POST or None, programmes=programmes)
    if request.method == "POST" and form.is_valid():
        call = actions.create_call(form.cleaned_data["programme"], title=form.cleaned_data["title"], by=request.user)
        return redirect("call_edit", call.slug)
    return render(request, "grants/call_create.html", {"form": form})


@require_POST
def call_clone(request: HttpRequest, slug: str) -> HttpResponse:
    original = get_object_or_404(Call.objects.run_by(request.user).select_related("programme"), slug=slug)
    call = actions.clone_call(original, title=_("Copy of %(title)s") % {"title": original.title[:120]}, by=request.user)
    messages.success(request, _("This is a copy. Set new moments and frames, and a title of its own."))
    return redirect("call_edit", call.slug)


def call_edit(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.run_by(request.user).select_related("programme"), slug=slug)
    form = CallForm(request.POST or None, instance=call)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _save_call(request, call, form)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("call_edit", call.slug)
    return render(request, "grants/call_edit.html", _edit_context(request, call, form), status=status)


def _save_call(request: HttpRequest, call: Call, form: CallForm) -> None:
    """One form, two things: the fields, and the frames when they have changed."""
    before = {frame.year: frame.amount for frame in call.frames.all()}
    revision = number(request.POST.get("revision", ""))
    actions.edit_call(call, values=form.values(), revision=revision, by=request.user)
    if form.frames() != before:
        actions.set_frames(call, frames=form.frames(), by=request.user)


def _edit_context(request: HttpRequest, call: Call, form: CallForm) -> dict[str, Any]:
    is_draft = call.state == CallState.DRAFT
    return {
        "call": call,
        "form": form,
        "missing": completeness.missing(call, at=timezone.now()) if is_draft else [],
        "is_draft": is_draft,
        "can_publish": permissions.can_publish_call(request.user, call),
        "history": audit.history(call, internal=True).select_related("by")[:20],
    }


@require_POST
def call_publish(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.run_by(request.user).select_related("programme"), slug=slug)
    if attempt(request, partial(actions.publish_call, call, by=request.user), done=_("The call is published.")):
        return redirect(call)
    return redirect("call_edit", call.slug)


@require_POST
def call_cancel(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.run_by(request.user), slug=slug)
    attempt(request, partial(actions.cancel_call, call, by=request.user), done=_("The call is cancelled."))
    return redirect("call_edit", call.slug)


def call_criteria(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.run_by(request.user), slug=slug)
    initial = [CriterionForm.initial_of(criterion) for criterion in call.criteria.order_by("position", "pk")]
    forms = CriterionFormSet(request.POST or None, initial=initial)
    if request.method == "POST" and forms.is_valid():
        rows = [row for form in forms if (row := form.row())]
        if attempt(
            request, partial(actions.set_criteria, call, criteria=rows, by=request.user), done=_("The criteria are saved.")
        ):
            return redirect("call_criteria", call.slug)
    return render(
        request, "grants/call_rows.html", {"call": call, "forms": forms, "what": "criteria", "is_draft": call.state == "draft"}
    )


def call_questions(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.run_by(request.user), slug=slug)
    fields = ["label", "step", "kind", "help_text", "word_limit", "choices", "required"]
    initial = [{name: getattr(q, name) for name in fields} for q in Question.objects.filter(call=call).order_by("position", "pk")]
    forms = QuestionFormSet(request.POST or None, initial=initial)
    if request.method == "POST" and forms.is_valid():
        rows = [row for form in forms if (row := form.row())]
        if attempt(
            request, partial(actions.set_questions, call, questions=rows, by=request.user), done=_("The questions are saved.")
        ):
            return redirect("call_questions", call.slug)
    return render(
        request, "grants/call_rows.html", {"call": call, "forms": forms, "what": "questions", "is_draft": call.state == "draft"}
    )


def call_answers(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.run_by(request.user), slug=slug)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.answer_question(call, by=request.user, **form.cleaned_data)
        messages.success(request, _("The question and its answer are on the call's page."))
        return redirect("call_answers", call.slug)
    answers = call.answers.order_by("answered_at", "pk")
    return render(request, "grants/call_answers.html", {"call": call, "form": form, "answers": answers})


@require_POST
def call_answer_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    call = get_object_or_404(Call.objects.run_by(request.user), slug=slug)
    actions.remove_answer(get_object_or_404(call.answers.all(), pk=pk), by=request.user)
    messages.success(request, _("The question is taken off the page."))
    return redirect("call_answers", call.slug)


def call_extension(request: HttpRequest, slug: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.run_by(request.user), slug=slug)
    form = ExtensionForm(request.POST or None, call=call)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        act = partial(actions.extend_deadline, call, values.pop("organisation"), by=request.user, **values)
        if attempt(request, act, done=_("The organisation has more time, and has been told by mail.")):
            return redirect("call_extension", call.slug)
    extensions = call.extensions.select_related("organisation", "given_by").order_by("-given_at", "-pk")
    return render(request, "grants/call_extension.html", {"call": call, "form": form, "extensions": extensions})
