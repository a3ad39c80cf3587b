"""A person's own pages: my data, my organisations, closing the account."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kraftsamling.accounts import actions, resuming
from kraftsamling.accounts.actions.account import alone_in
from kraftsamling.accounts.forms import CloseAccountForm, NameForm
from kraftsamling.accounts.models import Organisation, User
from kraftsamling.accounts.own_data import own_data
from kraftsamling.lib.transitions import TransitionRefused


def account_home(request: HttpRequest) -> HttpResponse:
    user = request.user
    return render(request, "accounts/account_home.html", {"form": _name_form(user), **_protection(user)})


@require_safe
@never_cache
def resume(request: HttpRequest) -> HttpResponse:
    """What was sent while the person was logged out: it goes where it was meant for when they say so."""
    kept = resuming.kept(request)
    return redirect("home") if kept is None else render(request, "accounts/resume.html", {"kept": kept})


@require_POST
def account_name(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/account_home.html", {"form": form, **_protection(request.user)})
    actions.change_name(request.user, form.cleaned_data["name"], by=request.user)
    actions.change_language(request.user, form.cleaned_data["language"], by=request.user)
    messages.success(request, _("Saved."))
    return redirect("account_home")


def _name_form(user: Any) -> NameForm:
    return NameForm(initial={"name": user.name, "language": user.language})


def _protection(user: Any) -> dict[str, Any]:
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return {
        "organisations": Organisation.objects.of_member(user).in_swedish_order(),
        "has_app": Authenticator.Type.TOTP in kinds,
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_password": user.has_usable_password(),
        "pending_email": EmailAddress.objects.get_new(user),
    }


@never_cache
def account_data(request: HttpRequest) -> HttpResponse:
    """All we keep about the person, as a file (dataskyddsförordningen, artikel 15 och 20)."""
    response = JsonResponse(own_data(request.user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="mina-uppgifter.json"'
    return response


def account_close(request: HttpRequest) -> HttpResponse:
    form = CloseAccountForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "alone_in": alone_in(request.user), "has_role": bool(request.user.programme_roles)}
        return render(request, "accounts/account_close.html", context)
    try:
        actions.close_account(User.objects.get(pk=request.user.pk), by=request.user)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("account_close")
    logout(request)
    return redirect("account_inactive")
