"""Decisions: the list, the page that all parties share, issue, letter, reading and correction."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, decision_documents, decision_rules, permissions, tasks
from grants.forms.decisions import CorrectionForm, DecisionFilterForm
from grants.models import Application, Decision, Preparation
from grants.states import ApplicationState
from kraftsamling.files.responses import send
from kraftsamling.lib.handover import after_commit
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.transitions import TransitionRefused

from .common import as_file, attempt, number

SHOWN_WAITING = 50


def readable_decision(request: HttpRequest, pk: int) -> Decision:
    decisions = Decision.objects.visible_to(request.user).with_details()
    related = ("budget", "replaces", "replaced_by", "issued_by", "proposed_by", "written_by", "read_by", "letter")
    return get_object_or_404(decisions.select_related(*related), pk=pk)


# ---- The list


def _rows(request: HttpRequest, form: DecisionFilterForm) -> Any:
    """The decisions the person may read, as the address says."""
    rows = Decision.objects.visible_to(request.user)
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if wanted.get("slag"):
        rows = rows.filter(kind=wanted["slag"])
    if wanted.get("lage") == "vantar":
        rows = rows.proposed()
    elif wanted.get("lage"):
        rows = rows.filter(state=wanted["lage"])
    if wanted.get("q"):
        fields = ("application_version__title", "application__sketch__organisation__name", "application__sketch__number",
                  "application__sketch__registry_number")  # fmt: skip
        words = [Q(**{f"{field}__icontains": wanted["q"]}) for field in fields]
        rows = rows.filter(words[0] | words[1] | words[2] | words[3])
    return rows.with_details().order_by(F("decided_on").desc(nulls_first=True), "-pk")


@require_GET
def decision_list(request: HttpRequest) -> HttpResponse:
    form = DecisionFilterForm(request.GET or None)
    waiting = Application.objects.readable_by_officer(request.user).awaiting_decision().without_decision()
    context = {
        "page": paged(request, _rows(request, form)),
        "filter_form": form,
        "waiting": waiting.select_related("sketch__organisation", "current_version", "preparation").order_by(
            "submitted_at", "pk"
        )[:SHOWN_WAITING],
    }
    return render(request, "grants/decision_list.html", context)


@require_GET
def decision_list_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    header = [
        _("Case number"), _("Registry number"), _("Project"), _("Organisation"), _("Organisation number"), _("Call"),
        _("Decision"), _("State"), _("Version"), _("Share, per cent"), _("At most"), _("Starts"), _("Ends"), _("Day of the decision"),
        _("Deciding body"), _("Minutes item or delegation item"),
    ]  # fmt: skip
    rows = (_file_row(decision) for decision in _rows(request, DecisionFilterForm(request.GET or None)))
    return as_file(kind, "beslut", _("Decisions"), header, rows)


def _file_row(decision: Decision) -> list[Any]:
    sketch, version = decision.application.sketch, decision.application_version
    return [
        sketch.number, sketch.registry_number, version.title, sketch.organisation.name, sketch.organisation.org_number,
        sketch.call.title, str(decision.get_kind_display()), str(decision.get_state_display()), decision.version, decision.share,
        decision.cap, decision.starts_on, decision.ends_on, decision.decided_on, decision.deciding_body, decision.item,
    ]  # fmt: skip


# ---- The page


@require_GET
def decision_detail(request: HttpRequest, pk: int) -> HttpResponse:
    decision = readable_decision(request, pk)
    own = permissions.can_confirm_decision(request.user, decision)
    versions = Decision.objects.visible_to(request.user).filter(application=decision.application).order_by("-version")
    context = {
        **decision_documents.letter_context(decision),
        "own": own,
        "words": decision.wording or decision_rules.wording(decision),
        "versions": versions.select_related("letter"),
        "officer": not own,
        "correction_form": CorrectionForm(),
    }
    if not own:
        context |= _officer_context(request, decision)
    return render(request, "grants/decision_detail.html", context)


def _officer_context(request: HttpRequest, decision: Decision) -> dict[str, Any]:
    """What stands between the draft and the decision, and what this person may do about it."""
    limits = decision_rules.limits_of(decision)
    preparation = Preparation.objects.filter(application=decision.application_id).first()
    obstacles = decision_rules.preparation_obstacles(preparation, cap=decision.cap) if decision.is_grant else []
    missing = decision_rules.missing_parts(decision)
    unlawful = list(decision_rules.unlawful(decision, limits))
    waits = decision.replaces_id is not None or decision.application.state == ApplicationState.SUBMITTED
    exceeded = list(decision_rules.exceeded(decision, limits)) if decision.is_draft else []
    return {
        "limits": limits,
        "preparation": preparation,
        "obstacles": [*unlawful, *obstacles],
        "missing": missing,
        "exceeded": exceeded,
        "waits": waits,
        "ready": waits and not (missing or obstacles or unlawful or (exceeded and not decision.exceeds_reason)),
        "may_decide": permissions.can_decide_on_application(request.user, decision.application),
        "may_handle": permissions.can_handle_application(request.user, decision.application),
    }


@require_POST
def decision_propose(request: HttpRequest, pk: int) -> HttpResponse:
    decision = readable_decision(request, pk)
    act = partial(actions.propose_decision, decision, revision=number(request.POST.get("revision", "")), by=request.user)
    attempt(request, act, done=_("The proposal now waits for a decision maker."))
    return redirect(decision)


@require_POST
def decision_drop(request: HttpRequest, pk: int) -> HttpResponse:
    decision = readable_decision(request, pk)
    act = partial(actions.drop_decision, decision, revision=number(request.POST.get("revision", "")), by=request.user)
    gone = attempt(request, act, done=_("The draft is taken away."))
    return redirect("decision_list") if gone else redirect(decision)


@require_POST
def decision_issue(request: HttpRequest, pk: int) -> HttpResponse:
    decision = readable_decision(request, pk)
    try:
        issued = actions.issue_decision(decision, revision=number(request.POST.get("revision", "")), by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        after_commit(tasks.build_letter, issued.pk)
        messages.success(request, _("The decision is issued. The letter is made now and goes to the organisation by mail."))
    return redirect(decision)


@require_GET
def decision_letter(request: HttpRequest, pk: int) -> HttpResponseBase:
    decision = readable_decision(request, pk)
    if decision.letter is None:
        raise Http404
    return send(request, decision.letter)


@require_POST
def decision_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    decision = readable_decision(request, pk)
    attempt(request, partial(actions.confirm_read, decision, by=request.user), done=_("Thank you. We see that you have read it."))
    return redirect(decision)


@require_POST
def decision_correct(request: HttpRequest, pk: int) -> HttpResponse:
    decision = readable_decision(request, pk)
    form = CorrectionForm(request.POST)
    permissions.require(permissions.can_write_decision(request.user, decision.application))
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect(decision)
    act = partial(actions.correct_decision, decision, correction=form.cleaned_data["correction"], by=request.user)
    begun = attempt(request, act, done=_("Change what was wrong, save, and issue the new version."))
    return redirect("decision_edit", decision.application_id) if begun else redirect(decision)
