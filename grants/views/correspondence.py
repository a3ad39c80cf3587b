"""The thread of messages in a case."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, permissions
from grants.forms.correspondence import ConversationForm, MessageForm
from grants.models import Sketch
from kraftsamling.files import store
from kraftsamling.files.responses import send
from kraftsamling.files.uploads import upload_refusal
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.transitions import TransitionRefused

from .common import attempt, keeps_text_on, unparked

SHOWN = 50


def party_sketch(request: HttpRequest, pk: int) -> Sketch:
    """The case, for the organisation and for those who handle or decide. Raises Http404 otherwise."""
    sketches = Sketch.objects.open_to_parties(request.user).select_related(
        "call__programme", "organisation", "current_version", "outcome", "application"
    )
    return get_object_or_404(sketches, pk=pk)


@require_GET
def case_messages(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = party_sketch(request, pk)
    typed = unparked(request, path=reverse("case_messages", args=[pk]))
    spoken = typed is not None and f"{ConversationForm.prefix}-text" in typed
    message_form = MessageForm(typed) if typed is not None and not spoken else MessageForm()
    conversation_form = ConversationForm(typed) if spoken else ConversationForm()
    actions.mark_read(sketch, by=request.user, at=timezone.now())
    return _page(request, sketch, message_form, conversation_form)


def _page(
    request: HttpRequest, sketch: Sketch, form: MessageForm, conversation_form: ConversationForm, *, status: int = 200
) -> HttpResponse:
    own = permissions.can_write_sketch(request.user, sketch)
    handles = not own and permissions.can_handle_sketch(request.user, sketch)
    thread = sketch.case_messages.select_related("written_by", "file").order_by("-written_at", "-pk")
    context: dict[str, Any] = {
        "sketch": sketch, "own": own, "may_write": own or handles, "may_note": handles, "form": form,
        "conversation_form": conversation_form, "page": paged(request, thread, size=SHOWN),
    }  # fmt: skip
    return render(request, "grants/case_messages.html", context, status=status)


@require_POST
@keeps_text_on("case_messages")
def case_message_write(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = party_sketch(request, pk)
    form = MessageForm(request.POST, request.FILES)
    if refusal := upload_refusal(request):
        form.add_error("file", refusal)
    if not form.is_valid() or not _written(request, sketch, form):
        permissions.require(permissions.can_write_sketch(request.user, sketch) or _handles(request, sketch))
        return _page(request, sketch, form, ConversationForm(), status=422)
    messages.success(request, _("The message is sent."))
    return redirect("case_messages", pk)


def _handles(request: HttpRequest, sketch: Sketch) -> bool:
    return permissions.can_handle_sketch(request.user, sketch)


def _written(request: HttpRequest, sketch: Sketch, form: MessageForm) -> bool:
    """Writes the message with its file; what is wrong stands in the form, and the text is kept there."""
    permissions.require(permissions.can_write_sketch(request.user, sketch) or _handles(request, sketch))
    upload = form.cleaned_data["file"]
    try:
        stored = store.store(upload, by=request.user) if upload else None
        actions.write_message(sketch, text=form.cleaned_data["text"], file=stored, by=request.user)
    except ValidationError as refusal:
        form.add_error("file", refusal)
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
    return form.is_valid()


@require_POST
@keeps_text_on("case_messages")
def case_conversation_write(request: HttpRequest, pk: int) -> HttpResponse:
    sketch = party_sketch(request, pk)
    permissions.require(_handles(request, sketch))
    form = ConversationForm(request.POST)
    if not form.is_valid():
        return _page(request, sketch, MessageForm(), form, status=422)
    act = partial(actions.note_conversation, sketch, by=request.user, **form.cleaned_data)
    if not attempt(request, act, done=_("The conversation is written down.")):
        return _page(request, sketch, MessageForm(), form, status=422)
    return redirect("case_messages", pk)


@require_GET
def case_message_file(request: HttpRequest, pk: int, message: int) -> HttpResponseBase:
    sketch = party_sketch(request, pk)
    found = get_object_or_404(sketch.case_messages.select_related("file"), pk=message)
    if found.file is None:
        raise Http404
    return send(request, found.file)
