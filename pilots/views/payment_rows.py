"""The rows of a payment request: written on the page, pasted, taken in from a sheet or from the bookkeeping."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from grants.budget import files, sheets
from grants.models import CostCategory
from grants.views.common import keeps_text, number, park_and_log_in, unparked
from kraftsamling.files import store
from kraftsamling.files.uploads import upload_refusal
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.transitions import TransitionRefused
from pilots import cost_editor, cost_reading, payment_rules, sie
from pilots.actions import payments as actions
from pilots.models import CostEntry, PaymentFile, PaymentFileKind, PaymentRequest
from pilots.money_page import request_context

from .payments import own_request

LARGEST_SHEET = 5 * 1024 * 1024
BOOKS_TYPE = "text/plain"


@keeps_text
def payment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    payment = own_request(request, pk)
    if not payment.is_being_written:
        return redirect(payment)
    if request.method == "POST":
        return _saved(request, payment)
    parked = unparked(request, path=request.path)
    if parked is None:
        return _page(request, payment)
    over = list(cost_editor.typed_rows(parked.dict()).values())
    return _page(request, payment, over=over, at_page=parked.get("page", ""), pasted=parked.get("paste", ""), restored=True)


def _entries(payment: PaymentRequest) -> Any:
    return CostEntry.objects.filter(request=payment).order_by("position")


def _page(
    request: HttpRequest,
    payment: PaymentRequest,
    *,
    over: Sequence[cost_editor.EditorRow] = (),
    at_page: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = request_context(payment, request.user, at=timezone.now())
    facts = context["facts"]
    page: Page = paged(request, _entries(payment), count=facts.count, number=at_page)
    blank = min(cost_editor.MOST_BLANK, max(cost_editor.BLANK_ROWS, number(request.GET.get("rader", ""), 0)))
    rows = cost_editor.page_rows(list(page.object_list), over, blank=blank)
    on_page = sum((entry.amount for entry in page.object_list), payment_rules.ZERO)
    context |= {
        "page": page,
        "rows": rows,
        "categories": CostCategory.choices,
        "elsewhere": (facts.asked - on_page).ore,
        "more_rows": blank + 15,
        "wrong": [row for row in rows if row.errors],
        "obstacles": payment_rules.obstacles(payment, at=timezone.now(), facts=facts),
        "warnings": payment_rules.warnings(payment) + payment_rules.above_budget(payment),
        "indirect": payment_rules.indirect_of(payment, facts),
        **more,
    }
    return render(request, "pilots/payment_edit.html", context, status=status)


def _saved(request: HttpRequest, payment: PaymentRequest) -> HttpResponse:
    """Keeps the rows that are right, and shows those that are not with what is to be put right."""
    typed = cost_editor.typed_rows(request.POST.dict())
    stored = {entry.pk: entry for entry in _entries(payment).filter(pk__in=[row.pk for row in typed.values() if row.pk])}
    found = cost_editor.read(typed, stored)
    try:
        actions.save_costs(
            payment, changed=found.changed, removed=found.removed, added=found.added,
            revision=number(request.POST.get("revision", "")), by=request.user,
        )  # fmt: skip
    except actions.EntriesConflict as refusal:
        payment.refresh_from_db()
        return _page(request, payment, over=list(typed.values()), status=409, conflict=str(refusal))
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(payment)
    if found.wrong:
        payment.refresh_from_db()
        return _page(request, payment, over=found.wrong)
    return _after(request, payment)


def _after(request: HttpRequest, payment: PaymentRequest) -> HttpResponse:
    goes_to = request.POST.get("do", "")
    if goes_to == "preview":
        return redirect("payment_preview", payment.pk)
    path = reverse("payment_edit", args=[payment.pk])
    if goes_to == "more":
        return redirect(f"{path}?rader={number(request.POST.get('more_rows', ''), 20)}&page=last#nya")
    messages.success(request, _("Saved."))
    where = goes_to.removeprefix("page-") if goes_to.startswith("page-") else request.POST.get("page", "")
    return redirect(f"{path}?page={number(where, 1)}")


def _kept(request: HttpRequest, payment: PaymentRequest, costs: Sequence[actions.Cost], *, pasted: str = "") -> HttpResponse:
    """Adds the rows after those that are there. What was pasted is shown again if it could not be taken in."""
    try:
        actions.save_costs(payment, added=costs, revision=number(request.POST.get("revision", "")), by=request.user)
    except TransitionRefused as refusal:
        if pasted:
            payment.refresh_from_db()
        if pasted and payment.is_being_written:
            return _page(request, payment, problems=[str(refusal)], pasted=pasted, status=409)
        messages.error(request, str(refusal))
    else:
        said = ngettext("%(count)d row was taken in, %(sum)s.", "%(count)d rows were taken in, %(sum)s.", len(costs))
        messages.success(request, said % {"count": len(costs), "sum": cost_reading.sum_of(costs).exact})
    return redirect("payment_edit", payment.pk)


@login_not_required
@require_POST
def payment_paste(request: HttpRequest, pk: int) -> HttpResponse:
    path = reverse("payment_edit", args=[pk])
    if not request.user.is_authenticated:
        return park_and_log_in(request, path=path)
    payment = own_request(request, pk)
    pasted = request.POST.get("paste", "")
    try:
        if len(pasted) > sheets.LONGEST_PASTE * 10:
            raise sheets.Unreadable([_("That is too much to paste at once. Send it as a file instead.")])
        rows = sheets.split_rows(pasted)
        costs = cost_reading.read_rows(rows, category=request.POST.get("category", ""))
    except sheets.Unreadable as refusal:
        return _page(request, payment, problems=refusal.messages, pasted=pasted)
    return _kept(request, payment, costs, pasted=pasted)


@require_POST
def payment_import(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet goes straight into the rows; a bookkeeping file is kept, and its accounts are asked about first."""
    payment = own_request(request, pk)
    sent = request.FILES.get("sheet")
    if refusal := upload_refusal(request) or ("" if sent else _("Choose a file first.")):
        messages.error(request, refusal)
        return redirect("payment_edit", pk)
    name = str(sent.name).lower()  # type: ignore[union-attr]
    if name.endswith((".se", ".si", ".sie", ".txt")):
        return _books_kept(request, payment, sent)
    try:
        rows = files.file_rows(
            str(sent.name), sent.file, sent.size or 0, most_rows=actions.MOST_ENTRIES, largest=LARGEST_SHEET, unpacked=8 * LARGEST_SHEET,  # type: ignore[union-attr, arg-type]
            too_large=_("The file is too large. Send a sheet with the rows of the request only."),
        )  # fmt: skip
        costs = cost_reading.read_rows(rows, category=request.POST.get("category", ""))
    except sheets.Unreadable as refused:
        return _page(request, payment, problems=refused.messages)
    return _kept(request, payment, costs)


def _books_kept(request: HttpRequest, payment: PaymentRequest, sent: Any) -> HttpResponse:
    content = sent.read(sie.LARGEST_FILE + 1)
    try:
        sie.read(content)
        stored = store.store_bytes(f"{sent.name}"[:150], content, BOOKS_TYPE, by=request.user)
        link = actions.add_file(payment, file=stored, kind=PaymentFileKind.BOOKS, by=request.user)
    except (sie.SieUnreadable, TransitionRefused) as refusal:
        messages.error(request, str(refusal))
        return redirect("payment_edit", payment.pk)
    return redirect("payment_books", payment.pk, link.pk)


def payment_books(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Which accounts of the bookkeeping are costs of the project, and of which category."""
    payment = own_request(request, pk)
    if not payment.is_being_written:
        return redirect(payment)
    books = payment.files.filter(kind=PaymentFileKind.BOOKS, removed_at=None).select_related("file")
    kept: PaymentFile = get_object_or_404(books, pk=link)
    file = sie.read(store.read(kept.file))
    marked = _marked(request, file)
    mapping, project = _mapping(request, file, marked), payment.project
    found = cost_reading.from_books(file, mapping=mapping, marked=marked, first=project.starts_on, last=project.ends_on)
    if request.method == "POST" and "take" in request.POST and found.costs:
        return _kept(request, payment, found.costs)
    context = request_context(payment, request.user, at=timezone.now()) | {
        "file": file, "kept": kept, "found": found, "sum": cost_reading.sum_of(found.costs), "objects": _objects(file, marked),
        "accounts": _accounts(file, marked, mapping), "categories": CostCategory.choices,
        "other_company": bool(file.org_number) and not _same_number(file.org_number, project.owner.org_number),
    }  # fmt: skip
    return render(request, "pilots/payment_books.html", context)


def _mapping(request: HttpRequest, file: sie.SieFile, marked: tuple[str, str] | None) -> dict[str, str]:
    """The category of each account: as chosen, or what is likely at first."""
    chosen = {
        account: request.POST.get(f"k_{account}", cost_reading.likely_category(account)) for account in file.used_accounts(marked)
    }
    return {account: key if key in CostCategory.values else cost_reading.LEAVE_OUT for account, key in chosen.items()}


def _accounts(file: sie.SieFile, marked: tuple[str, str] | None, mapping: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"number": account, "name": name, "count": count, "sum": total, "category": mapping[account]}
        for account, (name, count, total) in file.used_accounts(marked).items()
    ]


def _objects(file: sie.SieFile, marked: tuple[str, str] | None) -> list[tuple[str, str, bool]]:
    return [
        ("/".join(pair), f"{name} ({'/'.join(pair)})" if name else "/".join(pair), pair == marked)
        for pair, name in file.used_objects().items()
    ]


def _marked(request: HttpRequest, file: sie.SieFile) -> tuple[str, str] | None:
    chosen = request.POST.get("marked", request.GET.get("marked", ""))
    return next((pair for pair in file.used_objects() if "/".join(pair) == chosen), None)


def _same_number(one: str, other: str) -> bool:
    return one.replace("-", "")[-10:] == other.replace("-", "")[-10:]


@require_POST
def payment_indirect(request: HttpRequest, pk: int) -> HttpResponse:
    """A row with what the decided rate gives and is not there yet."""
    payment = own_request(request, pk)
    facts = payment_rules.facts_of(payment, on=stockholm_today(timezone.now()))
    indirect = payment_rules.indirect_of(payment, facts)
    if indirect.left <= payment_rules.ZERO:
        messages.error(request, _("The decided rate gives no more indirect costs than those that are there."))
        return redirect("payment_edit", pk)
    last = _entries(payment).last()
    booked_on = last.booked_on if last else payment.project.starts_on
    text = _("Indirect costs by the decided rate")
    cost = actions.Cost(booked_on, f"I{payment.number}", text, CostCategory.INDIRECT, indirect.left)
    return _kept(request, payment, [cost])
