"""Authorised signatories and their proof."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kraftsamling.accounts import actions, permissions
from kraftsamling.accounts.forms import EndSignatoryForm, SignatoryForm
from kraftsamling.audit import log as audit
from kraftsamling.files.responses import send
from kraftsamling.files.uploads import upload_refusal
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.transitions import TransitionRefused

from .organisations import visible_organisation


def signatory_add(request: HttpRequest, pk: int) -> HttpResponse:
    organisation = visible_organisation(request, pk)
    permissions.require(permissions.can_register_signatory(request.user, organisation))
    initial = {"valid_from_on": stockholm_today()}
    too_large = upload_refusal(request) if request.method == "POST" else ""
    form = SignatoryForm(request.POST or None, request.FILES or None, initial=initial, organisation=organisation)
    form.fields["proof"].error_messages["required"] = too_large or form.fields["proof"].error_messages["required"]
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_signatory(organisation, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error("proof", error)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The signatory is registered."))
            return redirect(organisation)
    return render(request, "accounts/signatory_add.html", {"form": form, "organisation": organisation})


def signatory_proof(request: HttpRequest, pk: int, signatory_pk: int) -> HttpResponseBase:
    """Who does not belong to the organisation leaves a trace when they read the proof."""
    organisation = visible_organisation(request, pk)
    if not permissions.can_read_proof(request.user, organisation):
        raise Http404
    signatory = get_object_or_404(organisation.signatories.select_related("proof"), pk=signatory_pk)
    if not permissions.is_member(request.user, organisation):
        with transaction.atomic():
            audit.record("accounts.organisation.read_proof", organisation, by=request.user, name=signatory.name)
    return send(request, signatory.proof)


@require_POST
def signatory_end(request: HttpRequest, pk: int, signatory_pk: int) -> HttpResponse:
    organisation = visible_organisation(request, pk)
    signatory = get_object_or_404(organisation.signatories.select_related("organisation"), pk=signatory_pk)
    form = EndSignatoryForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the last day as year-month-day."))
        return redirect(organisation)
    try:
        actions.end_signatory(signatory, on=form.cleaned_data["on"], by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect(organisation)
