"""Advances, recoveries and the final settlement: each a decision of its own."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.permissions import require
from grants.views.common import attempt
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from pilots import accounts_of_money
from pilots.actions import advances, recoveries, settlements
from pilots.forms.money import (
    AdvanceDecisionForm,
    AdvanceForm,
    AnswerForm,
    ReasonForm,
    RecoveryDecisionForm,
    RecoveryForm,
    RepaymentForm,
    SettlementForm,
    whole_message,
)
from pilots.models import Advance, Recovery, RecoveryGround
from pilots.permissions import money as permissions
from pilots.workroom import parts_of

from .payments import project_with_money

# ---- Advance


def advance_ask(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_with_money(request, pk)
    require(permissions.can_ask_for_money(request.user, project))
    form = AdvanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = advances.ask_for_advance(project, **form.cleaned_data, by=request.user)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("You have asked for an advance. You are told when it has been decided."))
            return redirect(made)
    context = {"project": project, "form": form, "most": advances.most_that_can_be_advanced(project)}
    return render(request, "pilots/advance_ask.html", context)


def _advance(request: HttpRequest, pk: int) -> Advance:
    return get_object_or_404(
        Advance.objects.visible_to(request.user).with_details().select_related("asked_by", "decided_by"), pk=pk
    )


@require_GET
def advance_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _advance_page(request, _advance(request, pk))


def _advance_page(request: HttpRequest, made: Advance, form: AdvanceDecisionForm | None = None) -> HttpResponse:
    most = advances.most_that_can_be_advanced(made.project)
    context = {
        "advance": made,
        "project": made.project,
        "parts": parts_of(made.project, request.user),
        "open_part": "money",
        "own": permissions.can_ask_for_money(request.user, made.project),
        "may_decide": permissions.can_decide_on_money(request.user, made.project),
        "most": most,
        "form": form or AdvanceDecisionForm(initial={"amount": min(most, made.asked)}),
    }
    return render(request, "pilots/advance_detail.html", context)


@require_POST
def advance_decide(request: HttpRequest, pk: int) -> HttpResponse:
    made = _advance(request, pk)
    require(permissions.can_decide_on_money(request.user, made.project))
    form = AdvanceDecisionForm(request.POST)
    if not form.is_valid():
        return _advance_page(request, made, form)
    try:
        _decided(request, made, form)
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return _advance_page(request, made, form)
    messages.success(request, _("Decided. The owner has been told."))
    return redirect(made)


def _decided(request: HttpRequest, made: Advance, form: AdvanceDecisionForm) -> None:
    said = {name: form.cleaned_data[name] for name in ("special_reasons", "financial_check")}
    if "refuse" in request.POST:
        advances.refuse_advance(made, reasons=said["special_reasons"], by=request.user)
        return
    amount = form.cleaned_data["amount"]
    advances.grant_advance(made, amount=Kronor(0) if amount is None else amount, **said, by=request.user)


@require_POST
def advance_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    made = _advance(request, pk)
    require(permissions.can_ask_for_money(request.user, made.project))
    attempt(request, partial(advances.withdraw_advance, made, by=request.user), done=_("You have withdrawn it."))
    return redirect(made)


# ---- Recovery


def recovery_open(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_with_money(request, pk)
    require(permissions.can_decide_on_money(request.user, project))
    form = RecoveryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = recoveries.open_recovery(project, **form.cleaned_data, by=request.user)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The owner has been told and can answer. Nothing is decided yet."))
            return redirect(made)
    return render(request, "pilots/recovery_open.html", {"project": project, "form": form})


def _recovery(request: HttpRequest, pk: int) -> Recovery:
    related = ("opened_by", "answered_by", "decided_by")
    return get_object_or_404(Recovery.objects.visible_to(request.user).with_details().select_related(*related), pk=pk)


@require_GET
def recovery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _recovery_page(request, _recovery(request, pk))


def _recovery_page(request: HttpRequest, made: Recovery, form: RecoveryDecisionForm | None = None) -> HttpResponse:
    may_decide = permissions.can_decide_on_money(request.user, made.project)
    context = {
        "recovery": made,
        "project": made.project,
        "parts": parts_of(made.project, request.user),
        "open_part": "money",
        "own": permissions.can_ask_for_money(request.user, made.project),
        "may_decide": may_decide,
        "recovered": list(made.parts.select_related("payout").order_by("pk")),
        "repayments": list(made.repayments.order_by("paid_on", "pk")),
        "left": recoveries.left_to_repay(made) if made.state == "decided" else None,
        "answer_form": AnswerForm(initial={"answer": made.answer}),
        "form": form or (_decision_form(made) if may_decide and made.state == "hearing" else None),
        "repay_form": RepaymentForm(),
        "drop_form": ReasonForm(label=_("Why is nothing recovered?")),
    }
    return render(request, "pilots/recovery_detail.html", context)


def _decision_form(made: Recovery, data: object = None) -> RecoveryDecisionForm:
    payouts = recoveries.recoverable_of(made.project)
    return RecoveryDecisionForm(data, payouts=payouts, may_revoke=made.ground != RecoveryGround.OVERPAID)


@require_POST
def recovery_answer(request: HttpRequest, pk: int) -> HttpResponse:
    made = _recovery(request, pk)
    require(permissions.can_ask_for_money(request.user, made.project))
    form = AnswerForm(request.POST)
    if form.is_valid():
        act = partial(recoveries.answer_recovery, made, answer=form.cleaned_data["answer"], by=request.user)
        attempt(request, act, done=_("Thank you. Your answer is read before anything is decided."))
    else:
        messages.error(request, whole_message(form))
    return redirect(made)


@require_POST
def recovery_decide(request: HttpRequest, pk: int) -> HttpResponse:
    made = _recovery(request, pk)
    require(permissions.can_decide_on_money(request.user, made.project))
    form = _decision_form(made, request.POST)
    if not form.is_valid():
        return _recovery_page(request, made, form)
    said = form.cleaned_data
    try:
        recoveries.decide_recovery(
            made, parts=form.parts(), reasons=said["reasons"], interest_basis=said["interest_basis"],
            whole=said.get("whole", False), by=request.user,
        )  # fmt: skip
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return _recovery_page(request, _recovery(request, pk), form)
    messages.success(request, _("Decided. The owner has been told."))
    return redirect(made)


@require_POST
def recovery_drop(request: HttpRequest, pk: int) -> HttpResponse:
    made = _recovery(request, pk)
    require(permissions.can_decide_on_money(request.user, made.project))
    form = ReasonForm(request.POST)
    if form.is_valid():
        act = partial(recoveries.drop_recovery, made, reasons=form.cleaned_data["reason"], by=request.user)
        attempt(request, act, done=_("Nothing is recovered. The owner has been told."))
    else:
        messages.error(request, whole_message(form))
    return redirect(made)


@require_POST
def recovery_repay(request: HttpRequest, pk: int) -> HttpResponse:
    made = _recovery(request, pk)
    require(permissions.can_decide_on_money(request.user, made.project))
    form = RepaymentForm(request.POST)
    if form.is_valid():
        act = partial(recoveries.book_repayment, made, **form.cleaned_data, by=request.user)
        attempt(request, act, done=_("The repayment is booked."))
    else:
        messages.error(request, whole_message(form))
    return redirect(made)


# ---- Final settlement


def project_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """First the calculation with what was typed, then the settlement of exactly that sum."""
    project = project_with_money(request, pk)
    require(permissions.can_decide_on_money(request.user, project))
    form = SettlementForm(request.POST or None)
    outcome = None
    if request.method == "POST" and form.is_valid():
        other = form.cleaned_data["other_financing"]
        outcome = settlements.outcome_of(project, other_financing=other)
        if "settle" in request.POST and _settled(request, project, form):
            return redirect("project_money", pk)
    context = {
        "project": project,
        "form": form,
        "outcome": outcome,
        "seen": outcome.grant.ore if outcome else "",
        "obstacles": settlements.obstacles_to_settle(project),
        "lines": accounts_of_money.lines_of(accounts_of_money.standing(project)),
    }
    return render(request, "pilots/project_settle.html", context)


def _settled(request: HttpRequest, project: object, form: SettlementForm) -> bool:
    try:
        ore = int(request.POST.get("seen", ""))
    except ValueError:
        ore = -1
    said = form.cleaned_data
    try:
        settlements.settle(
            project, other_financing=said["other_financing"], note=said["note"], seen_grant=Kronor.from_ore(ore), by=request.user  # type: ignore[arg-type]
        )  # fmt: skip
    except LostRace:
        form.add_error(None, _("The sum has changed since you read it. Read the calculation once more."))
        return False
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The project is settled and closed. The owner has been told."))
    return True
