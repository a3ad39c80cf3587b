"""The owner's payment requests: the project's money, one request, its files, the reading through and the hand-in."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grants.permissions import require
from grants.views.common import as_file, attempt, number
from kraftsamling.accounts.models import Signatory
from kraftsamling.files import store
from kraftsamling.files.models import StoredFile
from kraftsamling.files.responses import send
from kraftsamling.files.uploads import upload_refusal
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.transitions import TransitionRefused
from pilots import accounts_of_money, builds, payment_rules
from pilots.actions import payments as actions
from pilots.forms.money import AccountForm, PaymentFileForm, PaymentSubmitForm, ReasonForm, whole_message
from pilots.models import CostEntry, DocumentBuild, PaymentRequest, Project, ProjectKind, Settlement
from pilots.money_page import request_context, versions_of, workroom_context
from pilots.payment_documents import KIND as DECISION
from pilots.permissions import money as permissions
from pilots.settlement_documents import LETTER as SETTLEMENT
from pilots.states import PaymentState

from .decision_documents import documents_of, led_to_document


def project_with_money(request: HttpRequest, pk: int) -> Project:
    """The project, if its money may be read. Raises Http404 otherwise: also for the platform's own project, which is paid by nobody."""
    projects = Project.objects.with_case_open_to(request.user).exclude(kind=ProjectKind.PLATFORM)
    return get_object_or_404(projects.with_details().select_related("budget"), pk=pk)


def readable_request(request: HttpRequest, pk: int) -> PaymentRequest:
    related = ("project__owner", "project__programme", "project__budget", "project__application__sketch__call", "submitted_by")
    requests = PaymentRequest.objects.visible_to(request.user).select_related(*related, "decided_by", "returned_by", "ready_by")
    return get_object_or_404(requests, pk=pk)


def own_request(request: HttpRequest, pk: int) -> PaymentRequest:
    """The request, if it is the person's organisation's. Raises Http404 otherwise."""
    found = readable_request(request, pk)
    if not permissions.can_ask_for_money(request.user, found.project):
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def project_money(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; posted to, it asks for the final settlement as a document."""
    project = project_with_money(request, pk)
    if request.method == "POST":
        return led_to_document(request, SETTLEMENT.kind, get_object_or_404(Settlement, project=project).pk)
    context = workroom_context(project, request.user, at=timezone.now())
    settlement = context["settlement"]
    context["documents"] = documents_of(request.user, SETTLEMENT.kind, settlement.pk) if settlement else []
    return render(request, "pilots/project_money.html", context)


@require_POST
def payment_begin(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_with_money(request, pk)
    try:
        made = actions.begin_request(project, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("project_money", pk)
    return redirect("payment_edit", made.pk)


@require_POST
def account_set(request: HttpRequest, pk: int) -> HttpResponse:
    project = project_with_money(request, pk)
    require(permissions.can_ask_for_money(request.user, project))
    form = AccountForm(request.POST)
    if form.is_valid():
        act = partial(actions.set_account, project, account=form.cleaned_data["account"], by=request.user)
        attempt(request, act, done=_("Saved. Coming payments go to that account."))
    else:
        messages.error(request, whole_message(form))
    return redirect("project_money", pk)


@require_GET
def payment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    payment = readable_request(request, pk)
    own = permissions.can_ask_for_money(request.user, payment.project)
    if own and payment.state == "draft":
        return redirect("payment_edit", pk)
    hidden = payment.holds_unsent and not own
    entries = CostEntry.objects.filter(request=payment).order_by("position") if not hidden else CostEntry.objects.none()
    context = request_context(payment, request.user, at=timezone.now())
    context |= {
        "own": own,
        "hidden": hidden,
        "page": paged(request, entries, count=0 if hidden else context["facts"].count),
        "versions": versions_of(payment),
        "document": DocumentBuild.objects.of(DECISION, pk).ready().first() if payment.amount is not None else None,
        "may_review": permissions.can_review_payment(request.user, payment.project),
    }
    return render(request, "pilots/payment_detail.html", context)


@require_POST
def payment_document(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision as a document: the page where it is fetched. It is asked for when the decision is made, and here if need be."""
    payment = readable_request(request, pk)
    if payment.state != PaymentState.DECIDED:
        raise Http404
    return redirect(builds.ask(DECISION, payment.pk, by=request.user, at=timezone.now()))


@require_GET
def payment_rows_file(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    payment = readable_request(request, pk)
    if payment.holds_unsent and not permissions.can_ask_for_money(request.user, payment.project):
        raise Http404
    header = [_("Booked"), _("Voucher"), _("Text"), _("Cost category"), _("Amount"), _("Approved"), _("Reason")]
    decided = payment.state == "decided" or permissions.can_review_payment(request.user, payment.project)
    rows = (
        [
            entry.booked_on, entry.voucher, entry.text, entry.get_category_display(), entry.amount,
            entry.approved if decided else None, entry.reason if decided else "",
        ]
        for entry in CostEntry.objects.filter(request=payment).order_by("position").iterator()
    )  # fmt: skip
    return as_file(kind, f"utbetalning-{payment.project_id}-{payment.number}", _("Costs"), header, rows)


# ---- Files


@require_POST
def payment_file_add(request: HttpRequest, pk: int) -> HttpResponse:
    payment = own_request(request, pk)
    form = PaymentFileForm(request.POST, request.FILES)
    if refusal := upload_refusal(request):
        messages.error(request, refusal)
    elif not form.is_valid():
        messages.error(request, _("Choose a file first."))
    else:
        try:
            stored = store.store(form.cleaned_data["file"], by=request.user)
            actions.add_file(payment, file=stored, kind=form.cleaned_data["kind"], by=request.user)
        except (ValidationError, TransitionRefused) as refused:
            messages.error(request, " ".join(refused.messages) if isinstance(refused, ValidationError) else str(refused))
        else:
            messages.success(request, _("The file is added."))
    return redirect("payment_preview", pk)


@require_POST
def payment_file_remove(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    payment = own_request(request, pk)
    found = get_object_or_404(payment.files.filter(removed_at=None).select_related("file", "request__project"), pk=link)
    attempt(request, partial(actions.remove_file, found, by=request.user), done=_("The file is taken away."))
    return redirect("payment_preview", pk)


@require_GET
def payment_file(request: HttpRequest, pk: int, file_id: Any) -> HttpResponseBase:
    """Who handles the case reads the files of what has been sent in, and the owner its own."""
    payment = readable_request(request, pk)
    own = permissions.can_ask_for_money(request.user, payment.project)
    files = StoredFile.objects.filter(pk__in=payment.files.values("file"))
    if not own:
        files = files.filter(pk__in=payment.versions.values("files"))
    return send(request, get_object_or_404(files, pk=file_id))


# ---- Reading through, signature, hand-in


def _signatories(payment: PaymentRequest) -> Any:
    current = Signatory.objects.current(on=stockholm_today(timezone.now()))
    return current.filter(organisation=payment.project.owner_id).order_by("name", "pk")


@require_GET
def payment_preview(request: HttpRequest, pk: int) -> HttpResponse:
    payment = own_request(request, pk)
    if not payment.is_being_written:
        return redirect(payment)
    return _preview(request, payment, PaymentSubmitForm(signatories=_signatories(payment)))


def _preview(request: HttpRequest, payment: PaymentRequest, form: PaymentSubmitForm) -> HttpResponse:
    context = request_context(payment, request.user, at=timezone.now())
    facts = context["facts"]
    context |= {
        "form": form,
        "signatories": form.fields["signatory"].queryset,  # type: ignore[attr-defined]
        "obstacles": payment_rules.obstacles(payment, at=timezone.now(), facts=facts),
        "warnings": payment_rules.warnings(payment) + payment_rules.above_budget(payment),
        "indirect": payment_rules.indirect_of(payment, facts),
        "file_form": PaymentFileForm(),
        "account_form": AccountForm(initial={"account": payment.project.account}),
        "withdraw_form": ReasonForm(label=_("Why do you withdraw the request?"), required=False),
        "ready": payment.ready_at and payment.ready_revision == payment.revision,
        "may_come_to": accounts_of_money.lines_of(accounts_of_money.if_approved(payment.project, facts.asked)),
    }
    return render(request, "pilots/payment_preview.html", context)


@require_POST
def payment_submit(request: HttpRequest, pk: int) -> HttpResponse:
    payment = own_request(request, pk)
    revision = number(request.POST.get("revision", ""))
    if "ready" in request.POST:
        act = partial(actions.mark_ready, payment, revision=revision, by=request.user)
        attempt(request, act, done=_("You have said that the request is ready. Now a colleague can send it in."))
        return redirect("payment_preview", pk)
    form = PaymentSubmitForm(request.POST, signatories=_signatories(payment))
    if not form.is_valid():
        return _preview(request, payment, form)
    try:
        version = actions.submit_request(payment, signatory=form.cleaned_data["signatory"], revision=revision, by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("payment_preview", pk)
    messages.success(request, _("The request is sent in. Receipt %(receipt)s.") % {"receipt": version.receipt_number})
    return redirect(payment)


@require_POST
def payment_final(request: HttpRequest, pk: int) -> HttpResponse:
    payment = own_request(request, pk)
    act = partial(actions.mark_final, payment, is_final=request.POST.get("is_final") == "1", by=request.user)
    attempt(request, act, done=_("Saved."))
    return redirect("payment_preview", pk)


@require_POST
def payment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    payment = own_request(request, pk)
    form = ReasonForm(request.POST, required=False)
    if not form.is_valid():
        messages.error(request, whole_message(form))
        return redirect(payment)
    act = partial(actions.withdraw_request, payment, reason=form.cleaned_data["reason"], by=request.user)
    attempt(request, act, done=_("The request is withdrawn. What was sent in is kept in the case."))
    return redirect("project_money", payment.project_id)
