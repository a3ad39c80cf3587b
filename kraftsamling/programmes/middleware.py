"""Everybody with a role in a programme protects the account with a second factor before anything else."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .permissions import is_staff_anywhere

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
ALWAYS_OPEN = frozenset({"language", "health", "second_factor_wanted"})
"""What a person without a second factor must still reach, besides the pages of log-in themselves."""
LOGIN_NAMES = ("account_", "mfa_", "socialaccount_")
NOT_YET = frozenset({"account_data"})
"""Pages of the account that hold more than is needed to set up a second factor."""


class StaffSecondFactorMiddleware:
    """Leads staff without a second factor to the page that explains why, whatever page they asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not settings.STAFF_SECOND_FACTOR or settings.SESSION_COOKIE_NAME not in request.COOKIES or _is_open(request):
            return None
        if not is_staff_anywhere(request.user) or has_second_factor(request.user):
            return None
        return HttpResponseRedirect(reverse("second_factor_wanted"))


def has_second_factor(user: Any) -> bool:
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def _is_open(request: HttpRequest) -> bool:
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    return name in ALWAYS_OPEN or (name.startswith(LOGIN_NAMES) and name not in NOT_YET)
