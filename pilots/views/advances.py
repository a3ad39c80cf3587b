"""Advances, recoveries and the final settlement: each a decision of its own."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grants.permissions import require
from grants.views.common import attempt, unparked
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from pilots import accounts_of_money
from pilots.actions import advances, recoveries, settlements
from pilots.advance_documents import LETTER as ADVANCE
from pilots.advance_documents import WITH_CHECK
from pilots.forms.money import (
    AdvanceDecisionForm,
    AdvanceForm,
    AnswerForm,
    DropForm,
    RecoveryDecisionForm,
    RecoveryForm,
    RepaymentForm,
    SettlementForm,
)
from pilots.models import Advance, Recovery, RecoveryGround
from pilots.permissions import money as permissions
from pilots.recovery_documents import LETTER as RECOVERY
from pilots.workroom import parts_of

from .decision_documents import documents_of, led_to_document
from .keeping import keeps_text, keeps_text_on, part_of, typed
from .payments import project_with_money

# ---- Advance


@keeps_text
def advance_ask(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_with_money(request, pk)
    require(permissions.can_ask_for_money(request.user, project))
    form = AdvanceForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = advances.ask_for_advance(project, **form.cleaned_data, by=request.user)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("You have asked for an advance. You are told when it has been decided."))
            return redirect(made)
    restored = form.is_bound and request.method == "GET"
    context = {"project": project, "form": form, "most": advances.most_that_can_be_advanced(project), "restored": restored}
    return render(request, "pilots/advance_ask.html", context)


def _advance(request: HttpRequest, pk: int) -> Advance:
    return get_object_or_404(
        Advance.objects.visible_to(request.user).with_details().select_related("asked_by", "decided_by"), pk=pk
    )


@require_http_methods(["GET", "POST"])
def advance_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; posted to, it asks for the decision as a document."""
    if request.method == "POST":
        return led_to_document(request, ADVANCE.kind, _advance(request, pk).pk)
    parked = part_of(unparked(request, path=request.path), "special_reasons")
    form = AdvanceDecisionForm(parked) if parked is not None else None
    return _advance_page(request, _advance(request, pk), form, restored=form is not None)


def _advance_page(
    request: HttpRequest, made: Advance, form: AdvanceDecisionForm | None = None, *, restored: bool = False
) -> HttpResponse:
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
        "documents": documents_of(request.user, ADVANCE.kind, made.pk, "", WITH_CHECK) if made.decided_at else [],
        "restored": restored,
    }
    return render(request, "pilots/advance_detail.html", context)


@keeps_text_on("advance_detail")
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
    said = {name: form.cleaned_data[name] for name in ("special_reasons", "financial_check", "presenter")}
    if "refuse" in request.POST:
        advances.refuse_advance(made, reasons=said["special_reasons"], presenter=said["presenter"], by=request.user)
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


@keeps_text
def recovery_open(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_with_money(request, pk)
    require(permissions.can_decide_on_money(request.user, project))
    form = RecoveryForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = recoveries.open_recovery(project, **form.cleaned_data, by=request.user)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The owner has been told and can answer. Nothing is decided yet."))
            return redirect(made)
    restored = form.is_bound and request.method == "GET"
    return render(request, "pilots/recovery_open.html", {"project": project, "form": form, "restored": restored})


def _recovery(request: HttpRequest, pk: int) -> Recovery:
    related = ("opened_by", "answered_by", "decided_by")
    return get_object_or_404(Recovery.objects.visible_to(request.user).with_details().select_related(*related), pk=pk)


@require_http_methods(["GET", "POST"])
def recovery_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; posted to, it asks for the decision as a document."""
    if request.method == "POST":
        return led_to_document(request, RECOVERY.kind, _recovery(request, pk).pk)
    made, parked = _recovery(request, pk), unparked(request, path=request.path)
    forms: dict[str, Any] = {
        "answer_form": AnswerForm(part_of(parked, "answer"), initial={"answer": made.answer}),
        "drop_form": DropForm(part_of(parked, "reason")),
        "repay_form": RepaymentForm(part_of(parked, "paid_on")),
    }
    decision = part_of(parked, "interest_basis")
    return _recovery_page(request, made, decision=decision, restored=parked is not None, **forms)


def _recovery_page(
    request: HttpRequest, made: Recovery, *, form: RecoveryDecisionForm | None = None, decision: Any = None, **more: Any
) -> HttpResponse:
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
        "form": form or (_decision_form(made, decision) if may_decide and made.state == "hearing" else None),
        "repay_form": RepaymentForm(),
        "drop_form": DropForm(),
        "restored": False,
        "documents": documents_of(request.user, RECOVERY.kind, made.pk) if made.decided_at else [],
        **more,
    }
    return render(request, "pilots/recovery_detail.html", context)


def _decision_form(made: Recovery, data: object = None) -> RecoveryDecisionForm:
    payouts = recoveries.recoverable_of(made.project)
    return RecoveryDecisionForm(data, payouts=payouts, may_revoke=made.ground != RecoveryGround.OVERPAID)


def _small(
    request: HttpRequest, made: Recovery, *, act: Callable[[dict[str, Any]], object], done: str, **named: Form
) -> HttpResponse:
    """One of the small forms on the page of a recovery: done, or the page with what was written and what is wrong."""
    [form] = named.values()
    if not form.is_valid():
        return _recovery_page(request, made, **named)
    attempt(request, lambda: act(form.cleaned_data), done=done)
    return redirect(made)


@keeps_text_on("recovery_detail")
@require_POST
def recovery_answer(request: HttpRequest, pk: int) -> HttpResponse:
    made = _recovery(request, pk)
    require(permissions.can_ask_for_money(request.user, made.project))
    act = partial(recoveries.answer_recovery, made, by=request.user)
    done = _("Thank you. Your answer is read before anything is decided.")
    form = AnswerForm(request.POST)
    return _small(request, made, answer_form=form, act=lambda said: act(answer=said["answer"]), done=done)


@keeps_text_on("recovery_detail")
@require_POST
def recovery_decide(request: HttpRequest, pk: int) -> HttpResponse:
    made = _recovery(request, pk)
    require(permissions.can_decide_on_money(request.user, made.project))
    form = _decision_form(made, request.POST)
    if not form.is_valid():
        return _recovery_page(request, made, form=form)
    said = form.cleaned_data
    try:
        recoveries.decide_recovery(
            made, parts=form.parts(), reasons=said["reasons"], interest_basis=said["interest_basis"],
            whole=said.get("whole", False), presenter=said["presenter"], by=request.user,
        )  # fmt: skip
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return _recovery_page(request, _recovery(request, pk), form=form)
    messages.success(request, _("Decided. The owner has been told."))
    return redirect(made)


@keeps_text_on("recovery_detail")
@require_POST
def recovery_drop(request: HttpRequest, pk: int) -> HttpResponse:
    made = _recovery(request, pk)
    require(permissions.can_decide_on_money(request.user, made.project))
    act = partial(recoveries.drop_recovery, made, by=request.user)
    done = _("Nothing is recovered. The owner has been told.")

    def drop(said: dict[str, Any]) -> None:
        act(reasons=said["reason"], presenter=said["presenter"])

    return _small(request, made, drop_form=DropForm(request.POST), act=drop, done=done)


@keeps_text_on("recovery_detail")
@require_POST
def recovery_repay(request: HttpRequest, pk: int) -> HttpResponse:
    made = _recovery(request, pk)
    require(permissions.can_decide_on_money(request.user, made.project))
    act = partial(recoveries.book_repayment, made, by=request.user)
    done = _("The repayment is booked.")
    return _small(request, made, repay_form=RepaymentForm(request.POST), act=lambda said: act(**said), done=done)


# ---- Final settlement


@keeps_text
def project_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """First the calculation with what was typed, then the settlement of exactly that sum."""
    project = project_with_money(request, pk)
    require(permissions.can_decide_on_money(request.user, project))
    form = SettlementForm(typed(request))
    outcome, restored = None, form.is_bound and request.method == "GET"
    if form.is_bound and form.is_valid():
        other = form.cleaned_data["other_financing"]
        outcome = settlements.outcome_of(project, other_financing=other)
        if "settle" in request.POST and _settled(request, project, form):
            return redirect("project_money", pk)
    context = {
        "project": project,
        "form": form,
        "outcome": outcome,
        "restored": restored,
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
            project, other_financing=said["other_financing"], note=said["note"], presenter=said["presenter"],  # type: ignore[arg-type]
            seen_grant=Kronor.from_ore(ore), by=request.user,
        )  # fmt: skip
    except LostRace:
        form.add_error(None, _("The sum has changed since you read it. Read the calculation once more."))
        return False
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The project is settled and closed. The owner has been told."))
    return True
