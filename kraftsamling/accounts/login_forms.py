"""The forms of log-in: allauth's own, with our labels and help, and without placeholders."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms
from allauth.socialaccount import forms as provider_forms
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "name": _("Your name"),
    "password": _("Password"),
    "oldpassword": _("Your password now"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "code": _("Code"),
}
PASSWORD_HELP = _("At least 12 signs. Three or four words that do not belong together are easy to remember and hard to guess.")


class _OurWords:
    """Labels from one list; help and labels of the form itself beat it."""

    labels: dict[str, Any] = {}
    help_texts: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.label = self.labels.get(name) or LABELS.get(name) or field.label
            field.help_text = self.help_texts.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = _("Fill this in.")
        if "code" in self.fields:  # type: ignore[attr-defined]
            self.fields["code"].widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}  # type: ignore[attr-defined]


class _NamedForm(forms.Form):
    """The sign-up asks for a name, for colleagues and officers must see who wrote what."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class LoginForm(_OurWords, account_forms.LoginForm):
    """In a demo installation the password of the demo accounts may stand filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        if settings.DEMO and self.initial.get("password"):
            self.fields["password"].widget.render_value = True  # type: ignore[attr-defined]


class SignupForm(_OurWords, account_forms.SignupForm, _NamedForm):
    field_order = ["name", "email", "password1"]
    labels = {"password1": _("Choose a password")}
    help_texts = {
        "name": _("First name and last name, as your colleagues know you."),
        "email": _("Preferably your work address. You log in with it, and we send a code to it."),
        "password1": PASSWORD_HELP,
    }


class ProviderSignupForm(_OurWords, provider_forms.SignupForm, _NamedForm):
    field_order = ["name", "email"]
    help_texts = {"email": _("We send a code to this address to check that it is yours.")}


class NewEmailForm(_OurWords, account_forms.AddEmailForm):
    labels = {"email": _("New e-mail address")}
    help_texts = {"email": _("We send a code to it. Until you have written the code, your old address is the one that counts.")}


class ChangePasswordForm(_OurWords, account_forms.ChangePasswordForm):
    help_texts = {"password1": PASSWORD_HELP}


class SetPasswordForm(_OurWords, account_forms.SetPasswordForm):
    help_texts = {"password1": PASSWORD_HELP}


class ResetPasswordForm(_OurWords, account_forms.ResetPasswordForm):
    help_texts = {"email": _("The address you log in with.")}


class NewPasswordForm(_OurWords, account_forms.ResetPasswordKeyForm):
    help_texts = {"password1": PASSWORD_HELP}


class ReauthenticateForm(_OurWords, account_forms.ReauthenticateForm):
    """Asks who it is once more before something that changes the account."""


class RequestLoginCodeForm(_OurWords, account_forms.RequestLoginCodeForm):
    help_texts = {"email": _("The address you log in with.")}


class LoginCodeForm(_OurWords, account_forms.ConfirmLoginCodeForm):
    labels = {"code": _("Code from the mail")}


class EmailCodeForm(_OurWords, account_forms.ConfirmEmailVerificationCodeForm):
    labels = {"code": _("Code from the mail")}


class PasswordCodeForm(_OurWords, account_forms.ConfirmPasswordResetCodeForm):
    labels = {"code": _("Code from the mail")}


class SecondFactorForm(_OurWords, mfa_forms.AuthenticateForm):
    labels = {"code": _("Code from the app, or a recovery code")}


class SecondFactorAgainForm(_OurWords, mfa_forms.ReauthenticateForm):
    labels = {"code": _("Code from the app, or a recovery code")}


class ActivateAppForm(_OurWords, totp_forms.ActivateTOTPForm):
    labels = {"code": _("Code from the app")}
    help_texts = {"code": _("Six digits that the app shows when you have scanned the picture.")}


class AddPasskeyForm(_OurWords, passkey_forms.AddWebAuthnForm):
    """Always a key that can be logged in with; a mere second factor is the authenticator app."""

    labels = {"name": _("Name of the passkey"), "passwordless": _("Log in with only this passkey, without a password")}
    help_texts = {"name": _("So that you can tell your keys apart, for example “Work laptop”.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(_OurWords, passkey_forms.EditWebAuthnForm):
    labels = {"name": _("Name of the passkey")}
