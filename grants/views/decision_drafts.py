"""The officers' and decision makers' side: the checklist, and the draft of the decision."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, cofinancing, decision_rules, permissions, proposals
from grants.actions.preparation import PREPARED_STATES
from grants.forms.decisions import AidRegisteredForm, DecisionForm, PreparationForm, decision_content, preparation_content
from grants.models import Application, Decision, Preparation
from kraftsamling.files import store
from kraftsamling.files.responses import send
from kraftsamling.files.uploads import upload_refusal
from kraftsamling.lib.transitions import LostRace, TransitionRefused

from .common import attempt, keeps_text_on, number, unparked


def prepared_application(request: HttpRequest, pk: int) -> Application:
    """A case that has been sent in, for its officers and decision makers. Raises Http404 otherwise."""
    applications = Application.objects.readable_by_officer(request.user).submitted_ever()
    related = ("sketch__call__programme", "sketch__organisation", "current_version__budget", "current_version__main_focus_area")
    return get_object_or_404(applications.select_related(*related), pk=pk)


# ---- The checklist


@require_GET
def application_preparation(request: HttpRequest, pk: int) -> HttpResponse:
    application = prepared_application(request, pk)
    preparation = _preparation(application)
    parked = unparked(request, path=reverse("application_preparation", args=[pk]))
    revision = preparation.revision if preparation else 0
    if parked is None:
        return _preparation_page(
            request, application, PreparationForm(initial=preparation_content(preparation)), revision=revision
        )
    return _preparation_page(
        request, application, PreparationForm(parked), revision=number(parked.get("revision", "")), restored=True
    )


def _preparation(application: Application) -> Preparation | None:
    rows = Preparation.objects.select_related("saved_by", "state_aid_by").prefetch_related("certificates")
    return rows.filter(application=application).first()


def _preparation_page(
    request: HttpRequest, application: Application, form: PreparationForm, *, revision: int, status: int = 200, **more: Any
) -> HttpResponse:
    preparation, cap = _preparation(application), application.handed_in.sought
    may_handle = permissions.can_handle_application(request.user, application)
    context = {
        "application": application,
        "sketch": application.sketch,
        "preparation": preparation,
        "form": form,
        "revision": revision,
        "may_save": may_handle and application.state in PREPARED_STATES,
        "may_handle": may_handle,
        "obstacles": decision_rules.preparation_obstacles(preparation, cap=cap),
        "euro": _euro(preparation, application),
        "draft": Decision.objects.filter(application=application).order_by("-version").first(),
        "cofinancing": cofinancing.from_frozen(application.handed_in.content.get("cofinancing", [])),
        "registered_form": AidRegisteredForm(),
        **more,
    }
    return render(request, "grants/application_preparation.html", context, status=status)


def _euro(preparation: Preparation | None, application: Application) -> dict[str, str] | None:
    """What is sought in euro, and with earlier aid; None as long as the rate or the aid is not known."""
    if preparation is None or not preparation.euro_rate or preparation.previous_aid is None:
        return None
    sought = application.handed_in.sought
    return {
        "sought": decision_rules.euro_text(decision_rules.in_euro(sought, preparation.euro_rate)),
        "total": decision_rules.euro_text(decision_rules.de_minimis_total(preparation, sought)),
        "ceiling": decision_rules.euro_text(decision_rules.DE_MINIMIS_CEILING),
    }


@require_POST
@keeps_text_on("application_preparation")
def preparation_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps the certificate first, whatever else may have to be mended."""
    application = prepared_application(request, pk)
    permissions.require(permissions.can_handle_application(request.user, application))
    form, revision = PreparationForm(request.POST, request.FILES), number(request.POST.get("revision", ""))
    _keep_certificate(request, application)
    if not form.is_valid():
        return _preparation_page(request, application, form, revision=revision, status=422)
    try:
        actions.save_preparation(application, values=form.values(), revision=revision, by=request.user)
    except LostRace:
        return _preparation_conflict(request, application, form)
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return _preparation_page(request, application, form, revision=revision, status=409)
    messages.success(request, _("Saved."))
    return redirect("application_preparation", pk)


def _keep_certificate(request: HttpRequest, application: Application) -> None:
    refusal = upload_refusal(request)
    if refusal:
        messages.error(request, refusal)
    if "certificate" not in request.FILES:
        return
    try:
        stored = store.store(request.FILES["certificate"], by=request.user)
        actions.add_certificate(application, file=stored, by=request.user)
    except (ValidationError, TransitionRefused) as refused:
        messages.error(request, " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused))
    else:
        messages.success(request, _("The certificate is added."))


def _preparation_conflict(request: HttpRequest, application: Application, form: PreparationForm) -> HttpResponse:
    """A colleague saved first: theirs stands, ours is in the form, and saving again is a choice made with open eyes."""
    theirs = _preparation(application)
    differing = form.differing(preparation_content(theirs))
    return _preparation_page(
        request, application, form, revision=theirs.revision if theirs else 0, differing=differing, status=409
    )


@require_GET
def preparation_file(request: HttpRequest, pk: int, file_id: UUID) -> HttpResponseBase:
    application = prepared_application(request, pk)
    preparation = _preparation(application)
    found = next((file for file in preparation.certificates.all() if file.pk == file_id), None) if preparation else None
    if found is None:
        raise Http404
    return send(request, found)


@require_POST
def aid_registered(request: HttpRequest, pk: int) -> HttpResponse:
    application = prepared_application(request, pk)
    form = AidRegisteredForm(request.POST)
    permissions.require(permissions.can_handle_application(request.user, application))
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("application_preparation", pk)

    def act() -> None:
        actions.note_aid_registered(application, on=form.cleaned_data["on"], by=request.user)

    attempt(request, act, done=_("Noted."))
    return redirect("application_preparation", pk)


# ---- The draft


def _draft(application: Application) -> Decision | None:
    return Decision.objects.in_draft().filter(application=application).select_related("written_by", "replaces").first()


def _draft_form(request: HttpRequest, application: Application, draft: Decision | None, data: Any = None) -> DecisionForm:
    corrects = draft.replaces if draft else None
    if data is not None:
        return DecisionForm(data, corrects=corrects)
    saved = decision_content(draft) if draft else proposals.first_draft(application, presenter=str(request.user))
    return DecisionForm(initial=saved, corrects=corrects)


@require_GET
def decision_edit(request: HttpRequest, pk: int) -> HttpResponse:
    application = prepared_application(request, pk)
    draft = _draft(application)
    if draft is None and application.state not in PREPARED_STATES:
        decided = Decision.objects.filter(application=application).order_by("-version").first()
        return redirect(decided or application)
    parked = unparked(request, path=reverse("decision_edit", args=[pk]))
    form = _draft_form(request, application, draft, parked)
    revision = number(parked.get("revision", "")) if parked is not None else draft.revision if draft else 0
    return _draft_page(request, application, form, revision=revision, restored=parked is not None)


def _draft_page(
    request: HttpRequest, application: Application, form: DecisionForm, *, revision: int, status: int = 200, **more: Any
) -> HttpResponse:
    draft, version = _draft(application), application.handed_in
    costs = decision_rules.counted_costs(version.budget)
    context = {
        "application": application,
        "sketch": application.sketch,
        "version": version,
        "draft": draft,
        "form": form,
        "revision": revision,
        "costs": costs,
        "computed_share": version.sought.share_of(costs),
        "obstacles": decision_rules.preparation_obstacles(_preparation(application), cap=None),
        **more,
    }
    return render(request, "grants/decision_edit.html", context, status=status)


@require_POST
@keeps_text_on("decision_edit")
def decision_save(request: HttpRequest, pk: int) -> HttpResponse:
    application = prepared_application(request, pk)
    form, revision = (
        _draft_form(request, application, _draft(application), request.POST),
        number(request.POST.get("revision", "")),
    )
    if not form.is_valid():
        return _draft_page(request, application, form, revision=revision, status=422)
    seen = number(request.POST.get("seen_version", ""))
    try:
        decision = actions.write_decision(
            application, values=form.cleaned_data, revision=revision, seen_version=seen, by=request.user
        )
    except LostRace:
        return _draft_conflict(request, application, form)
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return _draft_page(request, application, form, revision=revision, status=409)
    messages.success(request, _("The draft is saved. Nobody outside sees it until it is issued."))
    return redirect(decision)


def _draft_conflict(request: HttpRequest, application: Application, form: DecisionForm) -> HttpResponse:
    """As with the checklist: both texts are shown, and nothing is overwritten unseen."""
    theirs = _draft(application)
    differing = form.differing(decision_content(theirs)) if theirs else []
    return _draft_page(
        request, application, form, revision=theirs.revision if theirs else 0, differing=differing, lost=True, status=409
    )
