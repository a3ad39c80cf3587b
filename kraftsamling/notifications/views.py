"""Mail preferences, the one-click way out, and the outbox that the process leader watches."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kraftsamling.audit import log as audit
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.spreadsheet import csv_response
from kraftsamling.lib.transitions import TransitionRefused

from . import actions, kinds, permissions, preferences
from .forms import PreferencesForm
from .letters import SIGNATURE
from .listing import TONES, by_state, file_rows, header, listing, waiting_words
from .models import ALWAYS_SENT, SENDABLE_AGAIN, Category, Message, MessageState


def mail_preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, initial=preferences.frequencies(request.user))
    if request.method == "POST" and form.is_valid():
        actions.choose_frequencies(request.user, form.cleaned_data)
        messages.success(request, _("Your choices are saved."))
        return redirect("mail_preferences")
    always = [category for category in Category if category in ALWAYS_SENT]
    return render(request, "notifications/mail_preferences.html", {"form": form, "always": always})


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A mail program posts here by itself (RFC 8058); a person who follows the link gets a button."""
    try:
        receiver = preferences.read_token(token)
    except preferences.WrongTokenError:
        return render(request, "notifications/unsubscribe.html", {"wrong": True}, status=404)
    if request.method == "POST":
        actions.turn_off(**receiver)
    labels = [Category(category).label for category in receiver["categories"]]
    return render(request, "notifications/unsubscribe.html", {"labels": labels, "done": request.method == "POST"})


@require_safe
def outbox_list(request: HttpRequest) -> HttpResponse:
    _require_outbox(request)
    form, rows, counted, count = listing(request.user, request.GET)
    page = paged(request, rows, count=count)
    for message in page:
        message.kind_label, message.tone = kinds.label_of(message.kind), TONES[message.state]
    context = {
        "form": form,
        "page": page,
        "numbers": by_state(counted),
        "waiting": waiting_words(timezone.now()),
        "sort": "-written",
    }
    return render(request, "notifications/outbox_list.html", context)


@require_safe
def outbox_csv(request: HttpRequest) -> HttpResponseBase:
    _require_outbox(request)
    rows = listing(request.user, request.GET).messages
    return csv_response("utskick", header(), file_rows(rows))


@require_safe
def message_detail(request: HttpRequest, pk: int) -> HttpResponse:
    message = _visible_message(request, pk)
    context = {
        "message": message,
        "kind_label": kinds.label_of(message.kind),
        "tone": TONES[message.state],
        "text": "" if message.category == Category.ACCOUNT else message.text.partition(SIGNATURE)[0],
        "can_send_again": message.state in SENDABLE_AGAIN,
        "can_mark_arrived": message.state == MessageState.UNCERTAIN,
        "history": audit.history(message, internal=True),
    }
    return render(request, "notifications/message_detail.html", context)


@require_POST
def message_send_again(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.send_again, _("The message is on its way again."))


@require_POST
def message_arrived(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.mark_arrived, _("The message is marked as arrived."))


def _act(request: HttpRequest, pk: int, action: Callable[..., None], done: str) -> HttpResponse:
    message = _visible_message(request, pk)
    try:
        action(message, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("message_detail", pk=message.pk)


def _visible_message(request: HttpRequest, pk: int) -> Message:
    _require_outbox(request)
    return get_object_or_404(Message.objects.visible_to(request.user).select_related("to", "digest"), pk=pk)


def _require_outbox(request: HttpRequest) -> None:
    if not permissions.can_see_outbox(request.user):
        raise Http404
