"""What happens to a person's own account."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kraftsamling.accounts.models import Membership, Organisation, User
from kraftsamling.accounts.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.text import clean_text
from kraftsamling.lib.transitions import TransitionRefused, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category


@transaction.atomic
def open_account(*, email: str, name: str, password: str | None = None, language: str = "sv", at: datetime | None = None) -> User:
    """Opens an account whose address counts as confirmed: for demo data and for an installation's first administrator."""
    user = User.objects.create_user(email, password, name=clean_text(name).strip(), language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    audit.record("accounts.user.open", user, by=user, at=at)
    return user


@transaction.atomic
def change_name(user: User, name: str, *, by: User, at: datetime | None = None) -> None:
    require(by == user)
    name = clean_text(name).strip()
    if name == user.name:
        return
    claim(user, expecting={"is_active": True}, name=name)
    audit.record("accounts.user.change_name", user, by=by, at=at)


@transaction.atomic
def change_language(user: User, language: str, *, by: User, at: datetime | None = None) -> None:
    """Pages and mails come in this language from now on. Raises TransitionRefused for a language we do not have."""
    require(by == user)
    if language not in dict(settings.LANGUAGES):
        raise TransitionRefused(_("We do not have that language."))
    if language == user.language:
        return
    claim(user, expecting={"is_active": True}, language=language)
    audit.record("accounts.user.change_language", user, by=by, at=at, language=language)


@transaction.atomic
def close_account(user: User, *, by: User, at: datetime | None = None) -> None:
    """The person can no longer log in and leaves their organisations; what they have written stays with those.

    Refused while the person has a role in a programme: an administrator takes the roles first, so that nobody's work
    is left without anybody who does it.
    """
    require(by == user)
    if user.roles.exists():
        raise TransitionRefused(_("You have a role in a programme. Ask an administrator to take it from you first."))
    claim(user, expecting={"is_active": True}, is_active=False)
    organisations = list(Organisation.objects.of_member(user))
    Membership.objects.filter(user=user).delete()
    user.join_requests.filter(answered_at=None).delete()
    audit.record("accounts.user.close", user, by=by, at=at)
    for organisation in organisations:
        audit.record("accounts.organisation.leave", organisation, by=by, at=at)
    outbox.promise(
        "accounts/account_closed", to=[user.email], context={"name": user.name}, category=Category.ACCOUNT, about=user, at=at
    )


def alone_in(user: User) -> list[Organisation]:
    """The organisations that nobody belongs to when this person closes the account."""
    return [
        organisation
        for organisation in Organisation.objects.of_member(user).in_swedish_order()
        if not User.objects.members_of(organisation).exclude(pk=user.pk).exists()
    ]
