"""Answers for people who are not logged in: the same for all, so they are built once a minute."""

import functools
import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

PUBLIC_SECONDS = 60
KEPT_HEADERS = ("Content-Type", "Content-Disposition")
"""What belongs to the content; the rest of the headers are set anew by the middleware."""

View = Callable[..., HttpResponseBase]


def public_page(view: View) -> View:
    """A page open to everybody, kept for a minute per address and language for those without a session.

    Nothing is kept that sets a cookie, is not a plain 200 answer or was asked for with a query string; such a string could
    be varied for ever. The browser asks again each time and is told “not modified” when nothing has changed.
    """

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _same_for_all(request):
            return view(request, *args, **kwargs)
        key = _key(request.path, get_language() or settings.LANGUAGE_CODE)
        kept = cache.get(key)
        if kept is None:
            fresh = view(request, *args, **kwargs)
            if not _may_be_kept(request, fresh):
                return fresh
            kept = (fresh.content, {name: fresh.headers[name] for name in KEPT_HEADERS if name in fresh.headers})  # type: ignore[attr-defined]
            cache.set(key, kept, PUBLIC_SECONDS)
        return _send(request, *kept)

    return login_not_required(answer)


def forget_public_page(path: str) -> None:
    """Shows a change at once, instead of within a minute. For transaction.on_commit."""
    for language, _name in settings.LANGUAGES:
        cache.delete(_key(path, language))


def _key(path: str, language: str) -> str:
    return f"public:{language}:{hashlib.sha256(path.encode()).hexdigest()}"


def _same_for_all(request: HttpRequest) -> bool:
    own = {settings.SESSION_COOKIE_NAME, "messages"}.intersection(request.COOKIES)
    return request.method in {"GET", "HEAD"} and not own and not request.GET and "HX-Request" not in request.headers


def _may_be_kept(request: HttpRequest, response: HttpResponseBase) -> bool:
    cookies = bool(response.cookies) or bool(request.META.get("CSRF_COOKIE_NEEDS_UPDATE")) or request.session.modified
    return response.status_code == HTTPStatus.OK and not response.streaming and not cookies


def _send(request: HttpRequest, content: bytes, headers: dict[str, str]) -> HttpResponseBase:
    response = HttpResponse(content, headers=headers)
    response.headers["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Cookie"
    return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response
