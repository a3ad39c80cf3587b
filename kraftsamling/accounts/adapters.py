"""Where django-allauth meets our people: names, languages, demo accounts, and mail in our own words."""

import logging
import smtplib
import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.text import clean_text
from kraftsamling.notifications.letters import write_letter

from . import demo, login_mails
from .client_address import client_address

log = logging.getLogger(__name__)

WAYS_TO_CONFIRM = {
    "reauthenticate": _("Write the password"),
    "mfa_reauthenticate": _("Write a code from the app"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
}


class AccountAdapter(DefaultAccountAdapter):
    """Log-in with our words, our mail, and one count of failed attempts per account."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "duplicate_email": _("You already use this e-mail address."),
        "email_password_mismatch": _("The e-mail address or the password is not right. Check both and try again."),
        "email_taken": _("Somebody already has an account with this e-mail address."),
        "enter_current_password": _("That is not your password now. Write the one you use today."),
        "incorrect_code": _("The code is not right. Check it in the mail or the app and write it again."),
        "incorrect_password": _("The password is not right."),
        "invalid_login": _("That did not work. Check the e-mail address."),
        "too_many_login_attempts": _(
            "Too many attempts for this account. Wait ten minutes, or log in with a passkey or a code by mail instead."
        ),
        "unknown_email": _("There is no account with this e-mail address."),
        "same_as_current": _("This is the address you already use."),
        "rate_limited": _("Too many attempts. Wait a few minutes and try again."),
    }

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.name = clean_text(form.cleaned_data.get("name") or user.name).strip()
        user.language = get_language() or user.language
        return super().save_user(request, user, form, commit=commit)

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Also the ways in without a password (code by mail, passkey, other systems) are shut to demo accounts."""
        if demo.is_shut_out(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """One count per account, whatever host name the attempts are sent to."""
        return str(credentials.get("email", "")).strip().lower()

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just logged in with a password or a key need not do it once more before changing the account."""
        request = allauth_context.request
        records = get_authentication_records(request, request.user)
        recently = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        if records and records[-1]["method"] in {"password", "mfa"} and records[-1]["at"] > recently:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        return [way | {"description": WAYS_TO_CONFIRM[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMultiAlternatives:
        receiver = email if isinstance(email, str) else email[0]
        kind, words = login_mails.letter_of(template_prefix.rpartition("/")[2], {**context, "email": receiver})
        letter = write_letter(kind, {**context, **words, "receiver": receiver}, language=get_language() or "sv")
        message = EmailMultiAlternatives(letter.subject, letter.text, self.get_from_email(), [receiver], headers=headers)
        message.attach_alternative(letter.html, "text/html")
        return message

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sent at once, for people wait for the code. If mail is down they are told, and may choose another way in."""
        try:
            self.render_mail(template_prefix, email, {**context, "request": self.request}).send()
        except (OSError, smtplib.SMTPException):
            log.exception("mail about log-in could not be sent")
            if self.request:
                messages.error(self.request, _("The mail could not be sent just now. Try again in a few minutes."))


class ProviderAdapter(DefaultSocialAccountAdapter):
    """People who come through their own organisation's log-in."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name"), data.get("last_name")]
        user.name = clean_text(data.get("name") or " ".join(part for part in parts if part) or user.email)[:120]
        user.language = get_language() or user.language
        return user


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator app and passkeys, with our words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _("Confirm the new address before you go on."),
        "cannot_delete_authenticator": _("You cannot take this away now."),
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("My passkey") if number == 1 else gettext("My passkey %(number)s") % {"number": number}
