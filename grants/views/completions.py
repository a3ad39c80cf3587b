"""Requests for completion: asked, changed and followed up by the officers, and the organisation's request for a ruling."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, permissions
from grants.forms.correspondence import CompletionForm, ExtendForm
from grants.models import Application, CompletionRequest
from grants.states import UNDECIDED_STATES, ApplicationState, CompletionState
from kraftsamling.lib.transitions import TransitionRefused

from .common import attempt, keeps_text_on, unparked


def party_application(request: HttpRequest, pk: int) -> Application:
    """The application, for the organisation and for those who handle or decide. Raises Http404 otherwise."""
    applications = Application.objects.of_organisations(request.user) | Application.objects.readable_by_officer(request.user)
    related = ("sketch__call__programme", "sketch__organisation", "sketch__current_version", "current_version")
    return get_object_or_404(applications.select_related(*related), pk=pk)


def _completion(request: HttpRequest, pk: int, completion: int) -> CompletionRequest:
    application = party_application(request, pk)
    found = get_object_or_404(application.completions.all(), pk=completion)
    found.application = application
    return found


@require_GET
def completion_ask(request: HttpRequest, pk: int) -> HttpResponse:
    application = party_application(request, pk)
    permissions.require(permissions.can_handle_application(request.user, application))
    typed = unparked(request, path=reverse("completion_ask", args=[pk]))
    return _ask_page(request, application, CompletionForm(typed))


def _ask_page(request: HttpRequest, application: Application, form: CompletionForm, *, status: int = 200) -> HttpResponse:
    context = {"application": application, "sketch": application.sketch, "form": form}
    context["is_open"] = application.state == ApplicationState.SUBMITTED
    return render(request, "grants/completion_ask.html", context, status=status)


@require_POST
@keeps_text_on("completion_ask")
def completion_send(request: HttpRequest, pk: int) -> HttpResponse:
    application = party_application(request, pk)
    permissions.require(permissions.can_handle_application(request.user, application))
    form = CompletionForm(request.POST)
    if not form.is_valid():
        return _ask_page(request, application, form)
    try:
        actions.request_completion(application, by=request.user, **form.cleaned_data)
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return _ask_page(request, application, form, status=422)
    messages.success(request, _("The request is sent, and the application is returned to the organisation."))
    return redirect(application)


@require_POST
def completion_extend(request: HttpRequest, pk: int, completion: int) -> HttpResponse:
    found = _completion(request, pk, completion)
    permissions.require(permissions.can_handle_application(request.user, found.application))
    form = ExtendForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect(found.application)
    act = partial(actions.extend_completion, found, due_at=form.cleaned_data["due_at"], by=request.user)
    attempt(request, act, done=_("They have got more time, and are told."))
    return redirect(found.application)


@require_POST
def completion_cancel(request: HttpRequest, pk: int, completion: int) -> HttpResponse:
    found = _completion(request, pk, completion)
    act = partial(actions.cancel_completion, found, by=request.user)
    attempt(request, act, done=_("The request is taken back. The application waits for its decision as it was last sent in."))
    return redirect(found.application)


@require_POST
def completion_follow_up(request: HttpRequest, pk: int, completion: int) -> HttpResponse:
    found = _completion(request, pk, completion)
    follow_up = request.POST.get("follow_up", "")
    act = partial(actions.follow_up_completion, found, follow_up=follow_up, by=request.user)
    attempt(request, act, done=_("It is noted in the case what is done."))
    return redirect(found.application)


@require_POST
def ruling_ask(request: HttpRequest, pk: int) -> HttpResponse:
    application = party_application(request, pk)
    act = partial(actions.ask_for_ruling, application, by=request.user)
    attempt(request, act, done=_("You have asked for a ruling. The process leader is told, and has four weeks."))
    return redirect(application)


def completion_context(request: HttpRequest, application: Application, *, at: datetime) -> dict[str, Any]:
    """What the page of an application needs to show completions and the ruling to both sides (_completions.html, _ruling.html)."""
    if not permissions.can_read_messages(request.user, application.sketch):
        return {}
    own = permissions.can_write_application(request.user, application)
    handles = not own and permissions.can_handle_application(request.user, application)
    rows = list(application.completions.select_related("asked_by", "followed_up_by").order_by("-asked_at", "-pk"))
    lapsed = [row for row in rows[:1] if row.state == CompletionState.LAPSED and row.followed_up_at is None]
    waits = application.state == ApplicationState.SUBMITTED
    asked = getattr(application, "ruling_request", None)
    return {
        "completions": rows,
        "may_ask_completion": handles,
        "ask_is_open": waits,
        "extend_form": ExtendForm(),
        "to_follow_up": lapsed[0] if waits and lapsed and permissions.can_follow_up_completion(request.user, lapsed[0]) else None,
        "follow_ups": [(choice.value, choice.label) for choice in actions.follow_ups_of(lapsed[0])] if lapsed else [],
        "ruling": asked,
        "ruling_due_at": actions.ruling_due_at(asked.asked_at) if asked else None,
        "ruling_refusal": actions.ruling_refusal(application, at=at) if own and application.submitted_at else "",
        "may_ask_ruling": own and application.state in UNDECIDED_STATES,
    }


def page_of_application(request: HttpRequest, application: Application) -> dict[str, Any]:
    return completion_context(request, application, at=timezone.now())
