"""The accounts of a demo installation: one per role, with one password that everybody may know."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEMO_DOMAIN = "demo.example"
DEMO_PASSWORD = settings.DEMO_PASSWORD


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A name before the @, and what the person comes for."""

    name: str
    comes_for: "str | Promise"

    @property
    def email(self) -> str:
        return f"{self.name}@{DEMO_DOMAIN}"


DEMO_ACCOUNTS = [
    DemoAccount("kommun", _("Writes for a municipality")),
    DemoAccount("kommun.kollega", _("Colleague in the same municipality")),
    DemoAccount("firmatecknare", _("Signs for the municipality")),
    DemoAccount("forening", _("Writes for a study association")),
    DemoAccount("processledare", _("Process leader: calls, review, invitations")),
    DemoAccount("processteam", _("Process team")),
    DemoAccount("granskare", _("Reviewer")),
    DemoAccount("beslut", _("Decision maker")),
    DemoAccount("ekonom", _("Finance officer")),
    DemoAccount("kommunikator", _("Communications officer")),
    DemoAccount("styrgrupp", _("Steering group")),
    DemoAccount("referensgrupp", _("Reference group")),
    DemoAccount("admin", _("Administrator")),
]


def is_demo_email(email: str) -> bool:
    return email.rpartition("@")[2].lower() == DEMO_DOMAIN


def is_shut_out(user: Any) -> bool:
    """A demo account has a password that everybody knows: it never works where demo mode is off."""
    return is_demo_email(user.email) and not settings.DEMO


def account_named(name: str) -> DemoAccount | None:
    return next((account for account in DEMO_ACCOUNTS if account.name == name), None)
