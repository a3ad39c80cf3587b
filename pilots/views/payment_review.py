"""The economist's desk: what waits, one request row by row, and the decision."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.forms.reviews import ConflictForm
from grants.permissions import require
from grants.views.common import attempt, number, unparked
from kraftsamling.lib.money import Kronor, parse_signed_kronor, typed
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.text import clean_text, identity_number_refusal, identity_numbers
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import has_role_anywhere
from pilots import accounts_of_money, payment_rules
from pilots.actions import payment_review as actions
from pilots.forms.money import PaymentDecisionForm, ReturnForm
from pilots.models import CostEntry, PaymentRequest, Project
from pilots.money_page import request_context, with_sums
from pilots.permissions import money as permissions
from pilots.states import PaymentState

from .keeping import keeps_text, keeps_text_on, part_of
from .payments import readable_request

LONGEST_REASON = 400


@require_GET
def payment_list(request: HttpRequest) -> HttpResponse:
    """All requests that have been sent in, those that wait first."""
    if not has_role_anywhere(request.user, Role.FINANCE_OFFICER):
        raise Http404
    theirs = Project.objects.handled_by(request.user, Role.FINANCE_OFFICER)
    requests = with_sums(PaymentRequest.objects.sent_in().filter(project__in=theirs))
    waiting = request.GET.get("lage", "vantar") != "alla"
    if waiting:
        requests = requests.waiting_for_economist()
    order = ("submitted_at", "pk") if waiting else ("-submitted_at", "-pk")
    page = paged(request, requests.select_related("project__owner").order_by(*order))
    return render(request, "pilots/payment_list.html", {"page": page, "waiting": waiting})


def reviewed(request: HttpRequest, pk: int) -> PaymentRequest:
    """The request for its economist: 403 for who reads it without being that, and for who has a part in the project."""
    payment = readable_request(request, pk)
    require(permissions.can_review_payment(request.user, payment.project))
    return payment


@keeps_text
def payment_review(request: HttpRequest, pk: int) -> HttpResponse:
    payment = reviewed(request, pk)
    if payment.state != PaymentState.SUBMITTED:
        return redirect(payment)
    if request.method == "POST":
        return _assessed(request, payment)
    parked = unparked(request, path=request.path)
    if parked is None:
        return _page(request, payment)
    rows, wrong = _typed(parked.dict())
    forms: dict[str, Any] = {
        "return_form": ReturnForm(part_of(parked, "due_on")),
        "decision_form": PaymentDecisionForm(part_of(parked, "lower_reason")),
    }
    return _page(request, payment, over=_shown(rows) | wrong, at_page=parked.get("page", ""), restored=True, **forms)


def _page(
    request: HttpRequest,
    payment: PaymentRequest,
    *,
    over: dict[int, dict[str, Any]] | None = None,
    at_page: str = "",
    **more: Any,
) -> HttpResponse:
    over = over or {}
    entries = CostEntry.objects.filter(request=payment)
    context = request_context(payment, request.user, at=timezone.now())
    facts = context["facts"]
    page = paged(request, entries.order_by("position"), count=facts.count, number=at_page)
    rows = [_row(entry, over.get(entry.pk, {})) for entry in page]
    calculation = accounts_of_money.if_approved(payment.project, context["approved"])
    context |= {
        "page": page,
        "rows": rows,
        "faulty": [row for row in rows if row["error"]],
        "left": facts.left,
        "lines": accounts_of_money.lines_of(calculation),
        "calculation": calculation,
        "warnings": payment_rules.warnings(payment) + payment_rules.above_budget(payment),
        "indirect": payment_rules.indirect_of(payment, facts, column="approved"),
        "return_form": ReturnForm(),
        "decision_form": PaymentDecisionForm(),
        "restored": False,
        "conflict_form": ConflictForm(),
        **more,
    }
    return render(request, "pilots/payment_review.html", context)


def _row(entry: CostEntry, typed_over: dict[str, Any]) -> dict[str, Any]:
    approved = "" if entry.approved is None else typed(entry.approved)
    return {"entry": entry, "approved": approved, "reason": entry.reason, "error": "", "names_voucher": False, **typed_over}


def _assessed(request: HttpRequest, payment: PaymentRequest) -> HttpResponse:
    """Notes what is said of the rows on the page. A row left empty is not assessed yet."""
    rows, wrong = _typed(request.POST.dict())
    try:
        actions.assess_rows(payment, rows=rows, revision=number(request.POST.get("revision", "")), by=request.user)
    except TransitionRefused as refusal:
        payment.refresh_from_db()
        over: dict[int, dict[str, Any]] = {**_shown(rows), **wrong}
        if isinstance(refusal, actions.RowRefused):
            over[refusal.row] |= {"error": str(refusal), "names_voucher": True}
        return _page(request, payment, over=over, refusal=str(refusal))
    if wrong:
        payment.refresh_from_db()
        return _page(request, payment, over=wrong)
    messages.success(request, _("Saved. The owner sees nothing until you have decided."))
    return redirect(f"{request.path}?page={number(request.POST.get('page', ''), 1)}")


def _shown(rows: dict[int, actions.Assessed]) -> dict[int, dict[str, str]]:
    return {pk: {"approved": typed(approved), "reason": reason} for pk, (approved, reason) in rows.items()}


def _typed(post: dict[str, str]) -> tuple[dict[int, actions.Assessed], dict[int, dict[str, str]]]:
    rows: dict[int, actions.Assessed] = {}
    wrong: dict[int, dict[str, str]] = {}
    for name, value in post.items():
        if not name.startswith("a") or number(name[1:]) < 0:
            continue
        pk, text = number(name[1:]), value.strip()
        reason = clean_text(post.get(f"s{pk}", "")).strip()[:LONGEST_REASON]
        if not text:
            continue
        try:
            if identity_numbers(reason):
                raise ValidationError(identity_number_refusal())
            rows[pk] = (parse_signed_kronor(text), reason)
        except ValidationError as error:
            wrong[pk] = {"approved": text[:40], "reason": reason, "error": " ".join(error.messages)}
    return rows, wrong


@require_POST
def payment_approve_rest(request: HttpRequest, pk: int) -> HttpResponse:
    payment = reviewed(request, pk)
    act = partial(actions.approve_rest, payment, revision=number(request.POST.get("revision", "")), by=request.user)
    attempt(request, act, done=_("The other rows are approved whole. Nothing is decided yet."))
    return redirect("payment_review", pk)


def _again(request: HttpRequest, pk: int, **form: Any) -> HttpResponse:
    """The page with the form as it was sent, and what stands in its way; the request itself, if it has moved on."""
    payment = reviewed(request, pk)
    if payment.state == PaymentState.SUBMITTED:
        return _page(request, payment, **form)
    messages.error(request, _("The request does not wait for the economist: it is decided, returned or withdrawn."))
    return redirect(payment)


@keeps_text_on("payment_review")
@require_POST
def payment_return(request: HttpRequest, pk: int) -> HttpResponse:
    payment = reviewed(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _again(request, pk, return_form=form)
    revision = number(request.POST.get("revision", ""))
    try:
        actions.return_request(payment, **form.cleaned_data, revision=revision, by=request.user)
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return _again(request, pk, return_form=form)
    messages.success(request, _("The request is returned. The owner has been told."))
    return redirect(payment)


@keeps_text_on("payment_review")
@require_POST
def payment_decide(request: HttpRequest, pk: int) -> HttpResponse:
    payment = reviewed(request, pk)
    form = PaymentDecisionForm(request.POST)
    if not form.is_valid():
        return _again(request, pk, decision_form=form)
    try:
        decided = actions.decide_request(
            payment, amount=form.cleaned_data["amount"], lower_reason=form.cleaned_data["lower_reason"],
            revision=number(request.POST.get("revision", "")), by=request.user,
        )  # fmt: skip
    except TransitionRefused as refusal:
        form.add_error(None, str(refusal))
        return _again(request, pk, decision_form=form)
    amount = decided.amount or Kronor(0)
    messages.success(request, _("Decided: %(amount)s. The owner has been told.") % {"amount": amount.exact})
    return redirect(payment)
