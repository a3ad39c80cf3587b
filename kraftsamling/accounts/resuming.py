"""A form sent after the session has expired, or from a page that has become too old: kept in the browser's own session until
its sender has logged in and says that it shall be sent. Never sent by itself, and never kept where a password is in it.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils import timezone

KEPT_IN = "form_to_resume"
KEPT_FOR = timedelta(days=2)
TECHNICAL = {"csrfmiddlewaretoken", "revision", "next"}
LEAST_FIELDS = 3
"""A form that is filled in has so many, or a text; what has less is a button, best pressed again on its own page."""
LONG = 40


class Kept(NamedTuple):
    to: str
    came_from: str
    fields: list[tuple[str, str]]
    had_file: bool

    def texts(self) -> list[str]:
        """What a person has written in it, to be recognised."""
        return [value for _name, value in self.fields if _is_text(value)]


def keep(request: HttpRequest) -> bool:
    """Whether what was sent is a form that now is kept."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    if request.method != "POST" or _sent_by_script(request) or not _is_filled_in(fields):
        return False
    request.session[KEPT_IN] = {
        "to": request.get_full_path(),
        "came_from": page_of(request),
        "fields": fields,
        "had_file": bool(request.FILES),
        "at": timezone.now().isoformat(),
    }
    return True


def kept(request: HttpRequest, *, at: datetime | None = None) -> Kept | None:
    found: dict[str, Any] | None = request.session.get(KEPT_IN)
    if found is None or datetime.fromisoformat(found["at"]) < (at or timezone.now()) - KEPT_FOR:
        return None
    fields = [(name, value) for name, value in found["fields"]]
    return Kept(found["to"], found["came_from"], fields, found["had_file"])


def forget_once_sent(request: HttpRequest) -> None:
    """The form goes to where it was meant for: that page takes it from here."""
    found = request.session.get(KEPT_IN)
    if found and request.method == "POST" and request.get_full_path() == found["to"]:
        del request.session[KEPT_IN]


def page_of(request: HttpRequest) -> str:
    """The page of ours that the form or button stood on; empty if that is not told."""
    page = urlsplit(request.headers.get("Referer", ""))
    if page.netloc != request.get_host():
        return ""
    return f"{page.path}?{page.query}" if page.query else page.path


def _sent_by_script(request: HttpRequest) -> bool:
    """The page is still there with what is written in it, and its script says so."""
    return bool(request.headers.get("HX-Request") or request.headers.get("X-Autosave"))


def _is_filled_in(fields: list[tuple[str, str]]) -> bool:
    if any("password" in name for name, _value in fields):
        return False
    filled = [value for name, value in fields if value.strip() and name not in TECHNICAL]
    return len(filled) >= LEAST_FIELDS or any(map(_is_text, filled))


def _is_text(value: str) -> bool:
    return len(value) > LONG or (" " in value.strip() and any(sign.isalpha() for sign in value))
