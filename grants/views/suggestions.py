"""Assignment by suggestion: proposed by load and experience, changed and accepted by the process leader."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants import actions, permissions, suggestions
from grants.forms.suggestions import AcceptForm, SuggestForm
from grants.models import Call, Step
from kraftsamling.lib.pagination import paged


def reviewers_suggest(request: HttpRequest, slug: str) -> HttpResponse:
    return _suggest(request, slug, step=Step.SKETCH)


def applications_suggest(request: HttpRequest, slug: str) -> HttpResponse:
    return _suggest(request, slug, step=Step.APPLICATION)


def _suggest(request: HttpRequest, slug: str, *, step: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.compared_by(request.user).select_related("programme"), slug=slug)
    permissions.require(permissions.can_assign_reviewers(request.user, call))
    form = SuggestForm(request.GET or None, step=step)
    proposals, loads = suggestions.suggest(call, request.user, step=step, per_case=form.per_case())
    if request.method == "POST":
        _accept(request, call, AcceptForm(request.POST, proposals), step=step)
        return redirect(request.get_full_path())
    context = {
        "call": call,
        "of_applications": step == Step.APPLICATION,
        "form": form,
        "page": paged(request, proposals),
        "loads": loads.values(),
        "short": sum(proposal.missing > 0 for proposal in proposals),
    }
    return render(request, "grants/reviewers_suggest.html", context)


def _accept(request: HttpRequest, call: Call, form: AcceptForm, *, step: str) -> None:
    if not form.chosen:
        messages.error(request, _("Nobody was asked. Tick at least one case and choose who is to read it."))
        return
    assigned, passed_over = actions.accept_suggestion(call, chosen=form.chosen, step=step, by=request.user)
    messages.success(request, ngettext("%(n)d assignment is given.", "%(n)d assignments are given.", assigned) % {"n": assigned})
    _tell_what_was_left(request, passed_over + form.refused + form.gone)


def _tell_what_was_left(request: HttpRequest, left: Any) -> None:
    if left:
        text = ngettext(
            "%(n)d choice was left out, since it could not be made any longer. Look through the list again.",
            "%(n)d choices were left out, since they could not be made any longer. Look through the list again.",
            left,
        )
        messages.info(request, text % {"n": left})
