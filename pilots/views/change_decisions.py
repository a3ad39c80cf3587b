"""The decision makers' side of a change: new terms, or a refusal."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grants.budget.store import content_of
from grants.permissions import require
from grants.views.common import keeps_text, number, unparked
from kraftsamling.lib.handover import after_commit
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from pilots import change_rules as rules
from pilots import tasks
from pilots.actions import changes as actions
from pilots.actions.projects import latest_terms
from pilots.comparison import compared
from pilots.forms.changes import ChangeDecisionForm, asked_content
from pilots.models import ChangeDecision, ChangeRequest
from pilots.permissions import projects as permissions

from .changes import readable_change
from .common import workroom


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text
def change_decide(request: HttpRequest, pk: int) -> HttpResponse:
    change = readable_change(request, pk)
    require(permissions.can_decide_change(request.user, change))
    if request.method == "POST":
        return _decide(request, change)
    if not change.is_waiting:
        return redirect(change)
    parked = unparked(request, path=request.path)
    initial = asked_content(change, presenter="")
    form = ChangeDecisionForm(parked, initial=initial, change=change)
    return _page(request, change, form, restored=parked is not None)


def _decide(request: HttpRequest, change: ChangeRequest) -> HttpResponse:
    form = ChangeDecisionForm(request.POST, change=change)
    if not form.is_valid():
        return _page(request, change, form, status=422)
    try:
        decision = _act(request, change, form)
    except LostRace as refusal:
        messages.error(request, str(refusal))
        return redirect(change)
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, change, form, status=409)
    after_commit(tasks.build_change_letter, decision.pk)
    messages.success(request, _("The decision is issued. The letter is made now and goes to the organisation by mail."))
    return redirect(change)


def _act(request: HttpRequest, change: ChangeRequest, form: ChangeDecisionForm) -> ChangeDecision:
    if not form.grants:
        return actions.refuse_change(change, values=form.parts(), by=request.user)
    seen = number(request.POST.get("terms", ""))
    return actions.grant_change(change, wanted=_wanted(change, form), values=form.parts(), seen_terms=seen, by=request.user)


def _wanted(change: ChangeRequest, form: ChangeDecisionForm) -> rules.NewTerms:
    """The terms as the form has them; owner and budget are those asked for, or stay."""
    typed, project = form.cleaned_data, change.project
    return rules.NewTerms(
        owner=change.new_owner if typed.get("new_owner") and change.new_owner else project.owner,
        eu_cofinanced=project.eu_cofinanced,
        budget=change.budget if typed.get("new_budget") and change.budget else project.budget,
        **{name: typed[name] for name in ("share", "cap", "starts_on", "ends_on")},
    )


def _page(
    request: HttpRequest, change: ChangeRequest, form: ChangeDecisionForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    project = change.project
    wished = {name: getattr(change, name) for name in (*actions.WISHES, "budget")}
    wanted = rules.wanted_by(project, wished)
    content = content_of(wanted.budget)
    costs = content.base
    years, rows = compared(content_of(project.budget), content_of(change.budget)) if change.budget else ([], [])
    context = workroom(
        request, project, "changes", change=change, form=form, terms=latest_terms(project), years=years, rows=rows, costs=costs,
        wishes=rules.differences(rules.as_they_are(project), wanted), exceeded=list(rules.exceeded(project, wanted, costs)), files=change.files.kept(),
        lacks_consent=rules.lacks_consent(change, change.new_owner), unlawful=list(rules.unlawful(wanted, content, rules.happened_in(project))), restored=False,
    )  # fmt: skip
    return render(request, "pilots/change_decide.html", {**context, **more}, status=status)
