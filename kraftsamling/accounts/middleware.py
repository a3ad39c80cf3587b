"""What is done with every request: the language of its page, and the way by log-in for who is not logged in."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from kraftsamling.accounts import resuming


class LanguageMiddleware:
    """Never guesses from the browser: a Swedish authority speaks Swedish until asked for something else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self.language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    @staticmethod
    def language_of(request: HttpRequest) -> str:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            wanted = request.user.language
        return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class OwnPagesMiddleware:
    """What somebody with a session is shown is theirs: no cache between us and them keeps it, whatever its address looks like.

    Some keep all that ends in .csv, .xlsx or .pdf unless they are told otherwise, and do not look at cookies.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class LogInFirstMiddleware(LoginRequiredMiddleware):
    """Nothing is lost when the session has expired: a form that was sent is kept until its sender has logged in, and a button
    leads by log-in to the page it stood on, since many an address only takes buttons.
    """

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        if request.method == "POST" and request.user.is_authenticated:
            resuming.forget_once_sent(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        after = ""
        if request.method not in {"GET", "HEAD"}:
            after = reverse("resume") if resuming.keep(request) else resuming.page_of(request)
        if after:
            return redirect_to_login(after, self.get_login_url(view_func), self.get_redirect_field_name(view_func))
        return super().handle_no_permission(request, view_func)
