"""What several pages of the call share."""

import functools
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from grants import actions
from grants.forms.reviews import ConflictForm
from kraftsamling.lib.dates import moment_text
from kraftsamling.lib.spreadsheet import csv_response, xlsx_response
from kraftsamling.lib.text import clean_text
from kraftsamling.lib.transitions import TransitionRefused


def attempt(request: HttpRequest, act: Callable[[], Any], *, done: str) -> bool:
    """Runs one action and tells how it went; gives whether it went through."""
    try:
        act()
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return False
    if done:
        messages.success(request, done)
    return True


def as_file(kind: str, filename: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """A list's rows in the wanted format. Raises Http404 for a format that is not there."""
    match kind:
        case "csv":
            return csv_response(filename, header, rows)
        case "xlsx":
            return xlsx_response(filename, title, header, rows)
    raise Http404


def log_in_first(path: str, **query: str) -> str:
    """The log-in address that leads back to the path."""
    after = f"{path}?{urlencode(query)}" if query else path
    return f"{reverse('account_login')}?{urlencode({'next': after})}"


LONGEST_NAME, MOST_NAMES = 60, 1500
"""Of the fields that are kept for somebody who is not logged in; more than any form of ours has."""


def unparked(request: HttpRequest, *, path: str) -> "MultiValueDict[str, str] | None":
    """What was sent after the session had expired, as if it had just been sent; None if there is nothing."""
    token = clean_text(request.GET.get("parkerad", ""))
    content = actions.unpark_text(token, path=path) if token else None
    return None if content is None else MultiValueDict(content)


def park_and_log_in(request: HttpRequest, *, path: str) -> HttpResponse:
    """The session expired while somebody wrote: their text is kept, and comes back after log-in."""
    try:
        token = _parked(request, path)
    except TransitionRefused as refusal:
        return render(
            request, "grants/too_long_to_park.html", {"refusal": str(refusal), "log_in": log_in_first(path)}, status=413
        )
    return redirect(log_in_first(path, parkerad=token))


def _parked(request: HttpRequest, path: str) -> str:
    typed = {
        clean_text(name)[:LONGEST_NAME]: [clean_text(value) for value in values]
        for name, values in islice(request.POST.lists(), MOST_NAMES)
        if name != "csrfmiddlewaretoken"
    }
    return actions.park_text(path=path, content=typed)


def sent_back(request: HttpRequest, *, path: str, anchor: str = "") -> HttpResponse:
    """A small form on another page is not right: its text is back there, with what is wrong at the field."""
    try:
        token = _parked(request, path)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(path)
    return redirect(f"{path}?{urlencode({'parkerad': token})}{anchor}")


def part_of(parked: Any, name: str) -> Any:
    """What was kept, if it comes from the form with that field: a page may have several."""
    return parked if parked is not None and name in parked else None


def keeps_text(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What somebody sends after the session has expired is kept, and comes back after log-in."""

    @login_not_required
    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            return park_and_log_in(request, path=request.path)
        return redirect(log_in_first(request.get_full_path()))

    return answer


def keeps_text_on(page: str, *part: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """As keeps_text, for a small form that stands on another page: its text comes back there."""

    def of(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @login_not_required
        @functools.wraps(view)
        def answer(request: HttpRequest, pk: int, **more: Any) -> HttpResponse:
            if request.user.is_authenticated:
                return view(request, pk, **more)
            path = reverse(page, args=[pk, *part])
            return park_and_log_in(request, path=path) if request.method == "POST" else redirect(log_in_first(path))

        return answer

    return of


def conflict_reported(request: HttpRequest, case: Any, report: Callable[..., Any]) -> HttpResponse:
    """The person's own report of a conflict of interest: the case closes to them, so that they are led home."""
    form = ConflictForm(request.POST)
    if not form.is_valid():
        return sent_back(request, path=case.get_absolute_url())
    report(case, ground=form.cleaned_data["ground"], by=request.user)
    messages.success(request, _("Thank you. The case is now closed to you, and others will handle it."))
    return redirect("home")


def autosaved(
    save: Callable[[], int], *, case: Any, checks: Callable[[], str], conflict: tuple[str, str] | None = None
) -> JsonResponse:
    """Answers what a page saves by itself while somebody writes: the new revision, or that it could not be kept.

    `conflict` is what to say and where to go when a colleague was first; `case` is shown for any other refusal.
    """
    try:
        revision = save()
    except TransitionRefused as refusal:
        by_colleague = conflict if isinstance(refusal, actions.DraftConflict) else None
        said, url = by_colleague or (str(refusal), case.get_absolute_url())
        return JsonResponse({"conflict": True, "saved": said, "url": url}, status=409)
    saved = _("Saved %(moment)s") % {"moment": moment_text(timezone.now())}
    return JsonResponse({"saved": saved, "revision": revision, "checks_html": checks(), "conflict": False, "url": ""})


def checks_of(request: HttpRequest, form: Any) -> str:
    """What remains and what is wrong in a draft, as the page shows it beside the form."""
    form.is_valid()
    return render_to_string(
        "grants/_draft_checks.html", {"wrong": form.wrong(), "remaining": form.remaining(), "form": form}, request
    )


LONGEST_NUMBER = 9
"""Digits that fit the columns; more were never sent by our own pages."""


def number(text: str, default: int = -1) -> int:
    """A whole number from an address or a form, or the default for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else default


NEEDED_TO_COMPARE = 2


def compare_page(
    request: HttpRequest, case: Any, versions: "QuerySet[Any]", changes: Callable[[Any, Any], list[Any]], *, title: str = ""
) -> HttpResponse:
    """Two versions: those that the address asks for, otherwise the two latest. Leads back where there is one alone."""
    numbers = list(versions.order_by("number").values_list("number", flat=True))
    if len(numbers) < NEEDED_TO_COMPARE:
        return redirect(case)
    before = versions.get(number=_one_of(request, "fran", numbers[-2], numbers))
    after = versions.get(number=_one_of(request, "till", numbers[-1], numbers))
    context = {
        "case": case,
        "title": title or after.title,
        "before": before,
        "after": after,
        "numbers": numbers,
        "changes": changes(before, after),
    }
    return render(request, "grants/version_compare.html", context)


def _one_of(request: HttpRequest, name: str, default: int, numbers: Sequence[int]) -> int:
    """The number that the address asks for, if it is one of those that are there."""
    asked = number(request.GET.get(name, ""))
    return asked if asked in numbers else default
