"""What several pages of the call share."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from grants import actions
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


def park_and_log_in(request: HttpRequest, *, path: str) -> HttpResponse:
    """The session expired while somebody wrote: their text is kept, and comes back after log-in."""
    typed = {
        name: [clean_text(value) for value in values] if len(values) > 1 else clean_text(values[0])
        for name, values in request.POST.lists()
        if values and name != "csrfmiddlewaretoken"
    }
    try:
        token = actions.park_text(path=path, content=typed)
    except TransitionRefused as refusal:
        return render(
            request, "grants/too_long_to_park.html", {"refusal": str(refusal), "log_in": log_in_first(path)}, status=413
        )
    return redirect(log_in_first(path, parkerad=token))


LONGEST_NUMBER = 9
"""Digits that fit the columns; more were never sent by our own pages."""


def number(text: str, default: int = -1) -> int:
    """A whole number from an address or a form, or the default for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else default
