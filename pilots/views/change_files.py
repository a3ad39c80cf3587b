"""What lies beside a change: its files, and the letter of the decision. Handed out to who may read the change, and nobody else."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.views.common import attempt
from kraftsamling.files import store
from kraftsamling.files.responses import send
from kraftsamling.files.uploads import upload_refusal
from kraftsamling.lib.transitions import TransitionRefused
from pilots.actions import change_files as actions
from pilots.forms.changes import ChangeFileForm
from pilots.models import ChangeRequest

from .changes import own_draft, readable_change


@require_POST
def change_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    change = own_draft(request, pk)
    form = ChangeFileForm(request.POST, request.FILES)
    if refusal := upload_refusal(request):
        messages.error(request, refusal)
    elif not form.is_valid():
        messages.error(request, _("Choose a file first."))
    else:
        _keep(request, change, form)
    return redirect(f"{change.get_absolute_url()}#bilagor")


def _keep(request: HttpRequest, change: ChangeRequest, form: ChangeFileForm) -> None:
    try:
        actions.refuse_sent(change)
        stored = store.store(form.cleaned_data["file"], by=request.user)
        actions.add_file(change, file=stored, kind=form.cleaned_data["kind"], by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    except TransitionRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The file is added."))


@require_POST
def change_file_remove(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    change = own_draft(request, pk)
    found = get_object_or_404(change.files.kept().select_related("change"), pk=link)
    attempt(request, partial(actions.remove_file, found, by=request.user), done=_("The file is taken away."))
    return redirect(f"{change.get_absolute_url()}#bilagor")


@require_GET
def change_file(request: HttpRequest, pk: int, file_id: Any) -> HttpResponseBase:
    change = readable_change(request, pk)
    return send(request, get_object_or_404(change.files.kept(), file=file_id).file)


@require_GET
def change_letter(request: HttpRequest, pk: int) -> HttpResponseBase:
    decision = getattr(readable_change(request, pk), "decision", None)
    if decision is None or decision.letter is None:
        raise Http404
    return send(request, decision.letter)
