"""The words of the mails about log-in: a code to write, a change that was made, or a way to go on."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

CODES = {
    "login_code": (_("Your code to log in"), _("Write this code on the page where you are logging in.")),
    "email_confirmation_signup": (
        _("Confirm your e-mail address to open your account"),
        _("Somebody, probably you, is opening an account with this address. Write this code on the page where you did it."),
    ),
    "email_confirmation": (
        _("Confirm your new e-mail address"),
        _("Write this code on the page where you changed your address."),
    ),
    "password_reset_code": (
        _("Your code to choose a new password"),
        _("Write this code on the page where you asked for a new password."),
    ),
}
CHANGES = {
    "email_confirm": (_("Your e-mail address is confirmed"), _("Your e-mail address has been confirmed.")),
    "email_changed": (
        _("Your e-mail address has been changed"),
        _("Your e-mail address has been changed. You now log in with %(to_email)s."),
    ),
    "email_deleted": (
        _("An e-mail address has been taken away from your account"),
        _("The address %(deleted_email)s no longer belongs to your account."),
    ),
    "password_changed": (_("Your password has been changed"), _("The password of your account has been changed.")),
    "password_set": (_("You now have a password"), _("A password has been chosen for your account.")),
    "password_reset": (_("You have a new password"), _("A new password has been chosen for your account with a code by mail.")),
    "totp_activated": (_("Authenticator app added to your account"), _("An authenticator app now protects your account.")),
    "totp_deactivated": (
        _("Authenticator app taken away from your account"),
        _("Your account is no longer protected by an authenticator app."),
    ),
    "webauthn_added": (_("Passkey added to your account"), _("A passkey has been added. It can be used to log in.")),
    "webauthn_removed": (_("Passkey taken away from your account"), _("A passkey has been taken away. It no longer works.")),
    "recovery_codes_generated": (
        _("New recovery codes for your account"),
        _("New recovery codes have been made. The old ones no longer work."),
    ),
    "account_connected": (
        _("A new way to log in to your account"),
        _("You can now log in through %(provider)s."),
    ),
    "account_disconnected": (
        _("A way to log in has been taken away from your account"),
        _("You can no longer log in through %(provider)s."),
    ),
}
WAYS_ON = {
    "unknown_account": (
        _("There is no account with this e-mail address"),
        _("Somebody, probably you, tried to log in with this address, but there is no account with it."),
        _("Open an account"),
        "account_signup",
    ),
    "account_already_exists": (
        _("You already have an account"),
        _("Somebody, probably you, tried to open an account with this address. You already have one."),
        _("Log in"),
        "account_login",
    ),
}


def letter_of(name: str, context: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The kind of letter and its own words for one of allauth's mails."""
    if name in CODES:
        subject, lead = CODES[name]
        return "account/code", {"subject": subject, "lead": lead, "code": context["code"]}
    if name in WAYS_ON:
        subject, lead, label, url_name = WAYS_ON[name]
        action_url = settings.SITE_URL + reverse(url_name)
        return "account/way_on", {"subject": subject, "lead": lead, "action_label": label, "action_url": action_url}
    subject, lead = CHANGES[name]
    action_url = settings.SITE_URL + reverse("account_home")
    return "account/change", {
        "subject": subject,
        "lead": lead % context,
        "action_label": _("See my account"),
        "action_url": action_url,
    }
