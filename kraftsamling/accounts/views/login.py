"""The log-in page: allauth's, with a status that says when there were too many attempts, and the demo accounts."""

from typing import Any

from allauth.account.views import LoginView as AllauthLoginView
from django.conf import settings
from django.http import HttpResponse

from kraftsamling.accounts import demo

TOO_MANY_REQUESTS = 429


class LoginView(AllauthLoginView):
    """`?som=kommun` fills in that demo account, in a demo installation only."""

    def get_initial(self) -> dict[str, Any]:
        initial = super().get_initial()
        account = demo.account_named(self.request.GET.get("som", "")) if settings.DEMO else None
        if account:
            initial |= {"login": account.email, "password": demo.DEMO_PASSWORD}
        return initial

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if settings.DEMO:
            context |= {"demo_accounts": demo.DEMO_ACCOUNTS, "demo_password": demo.DEMO_PASSWORD}
        return context

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error("__all__", "too_many_login_attempts"):
            response.status_code = TOO_MANY_REQUESTS
        return response
