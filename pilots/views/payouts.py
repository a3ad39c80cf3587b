"""Payments: the list, the files for the finance system, and what it has paid."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from grants.budget.sheets import Unreadable
from grants.permissions import require
from grants.views.common import attempt
from kraftsamling.files.responses import send
from kraftsamling.files.uploads import upload_refusal
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Programme, Role
from kraftsamling.programmes.permissions import has_role_anywhere, programmes_with_role
from pilots import paid_reading
from pilots.actions import payouts as actions
from pilots.cost_reading import day_of
from pilots.forms.money import PaidFileForm, ReasonForm, whole_message
from pilots.models import Payout, PayoutBatch
from pilots.permissions import money as permissions

SHOWN_BATCHES = 10


def _economist_only(request: HttpRequest) -> None:
    if not has_role_anywhere(request.user, Role.FINANCE_OFFICER):
        raise Http404


@require_GET
def payout_list(request: HttpRequest) -> HttpResponse:
    _economist_only(request)
    payouts = Payout.objects.handled_by(request.user).select_related("project__owner", "batch").order_by("-decided_at", "-pk")
    waiting = Payout.objects.handled_by(request.user).to_be_sent()
    context = {
        "page": paged(request, payouts),
        "to_send": waiting.total(),
        "programmes": Programme.objects.filter(pk__in=programmes_with_role(request.user, Role.FINANCE_OFFICER)).order_by("pk"),
        "batches": PayoutBatch.objects.handled_by(request.user)
        .select_related("made_by")
        .order_by("-made_at", "-pk")[:SHOWN_BATCHES],
        "form": PaidFileForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "pilots/payout_list.html", context)


@require_POST
def payout_batch_make(request: HttpRequest, programme: int) -> HttpResponse:
    _economist_only(request)
    chosen = get_object_or_404(Programme, pk=programme)
    require(permissions.can_see_payouts(request.user, chosen))
    attempt(request, partial(actions.make_batch, chosen, by=request.user), done=_("The file is made. Fetch it below."))
    return redirect("payout_list")


@require_GET
def payout_batch_file(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    batch = get_object_or_404(PayoutBatch.objects.handled_by(request.user).select_related("csv", "xlsx"), pk=pk)
    if kind not in {"csv", "xlsx"}:
        raise Http404
    return send(request, getattr(batch, kind))


def payout_paid(request: HttpRequest) -> HttpResponse:
    """What the file says, row by row, before anything is booked; then the booking."""
    _economist_only(request)
    if request.method != "POST":
        return redirect("payout_list")
    if "rows" in request.POST:
        return _booked(request)
    form = PaidFileForm(request.POST, request.FILES)
    if refusal := upload_refusal(request) or ("" if form.is_valid() else _("Choose a file first.")):
        messages.error(request, refusal)
        return redirect("payout_list")
    try:
        sheet = paid_reading.rows_of(form.cleaned_data["file"])
        rows = paid_reading.read(sheet, Payout.objects.handled_by(request.user), today=stockholm_today(timezone.now()))
    except Unreadable as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("payout_list")
    return render(request, "pilots/payout_paid.html", _shown(rows))


def _shown(rows: list[paid_reading.FoundRow]) -> dict[str, Any]:
    """What the page shows, and the rows that can be booked as they are sent back."""
    right = [row for row in rows if not row.problem]
    amounts = [row.amount or Kronor(0) for row in right]
    packed = "\n".join(f"{row.reference}|{amount.ore}|{row.paid_on}" for row, amount in zip(right, amounts, strict=True))
    return {"rows": rows, "right": right, "total": sum(amounts, Kronor(0)), "packed": packed}


def _booked(request: HttpRequest) -> HttpResponse:
    try:
        rows = [_unpacked(line) for line in request.POST["rows"].splitlines() if line.strip()]
        count = actions.mark_paid(rows, by=request.user)
    except (TransitionRefused, ValueError) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            ngettext("%(count)d payment is booked as paid.", "%(count)d payments are booked as paid.", count) % {"count": count},
        )
    return redirect("payout_list")


def _unpacked(line: str) -> actions.PaidRow:
    """Everything is judged anew by the action: what comes back from a page is only typed text."""
    try:
        reference, ore, day = line.split("|")
        return actions.PaidRow(reference, Kronor.from_ore(int(ore)), day_of(day))
    except (ValueError, ValidationError, OverflowError):
        raise ValueError(_("The rows could not be read. Send the file once more.")) from None


def _payout(request: HttpRequest, pk: int) -> Payout:
    _economist_only(request)
    related: Any = ("project__owner", "project__programme", "project__application__sketch__call")
    return get_object_or_404(Payout.objects.handled_by(request.user).select_related(*related), pk=pk)


def _with_reason(request: HttpRequest, pk: int, action: Any, done: str) -> HttpResponse:
    payout, form = _payout(request, pk), ReasonForm(request.POST)
    require(permissions.can_review_payment(request.user, payout.project))
    if form.is_valid():
        attempt(request, partial(action, payout, reason=form.cleaned_data["reason"], by=request.user), done=done)
    else:
        messages.error(request, whole_message(form))
    return redirect("payout_list")


@require_POST
def payout_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, actions.cancel_payout, _("The payment is cancelled."))


@require_POST
def payout_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_reason(request, pk, actions.take_back_from_file, _("The payment waits for the next file."))
