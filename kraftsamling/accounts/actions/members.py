"""How people come to act for an organisation, and stop doing so."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from kraftsamling.accounts.models import Invitation, JoinRequest, Membership, Organisation, User
from kraftsamling.accounts.permissions import ADMINISTRATOR, can_accept_invitation, can_manage_members, is_member, require
from kraftsamling.audit import log as audit
from kraftsamling.lib.text import clean_text
from kraftsamling.lib.transitions import TransitionRefused, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category

from .organisations import add_member, forget_organisations

INVITATION_LASTS = timedelta(days=14)
MOST_INVITATIONS, MOST_JOIN_REQUESTS = 50, 10
"""What one person writes in a day and a night. Both are mails to others with words of the person's own in them, and an account
is free to open: more than anybody needs would be sent in our name.
"""


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def ask_to_join(organisation: Organisation, *, by: User, message: str = "", at: datetime | None = None) -> JoinRequest:
    """Asks the members to be let in; where there are none left, the administrators are asked."""
    at = at or timezone.now()
    if Membership.objects.filter(organisation=organisation, user=by).exists():
        raise TransitionRefused(_("You belong to the organisation already."))
    if by.join_requests.filter(asked_at__gt=at - timedelta(days=1)).count() >= MOST_JOIN_REQUESTS:
        raise TransitionRefused(_("You have asked very many times in a day. Please go on tomorrow."))
    request, is_new = JoinRequest.objects.get_or_create(
        organisation=organisation,
        user=by,
        answered_at=None,
        defaults={"message": clean_text(message).strip()[:500], "asked_at": at},
    )
    if not is_new:
        raise TransitionRefused(_("You have asked already. The members have not answered yet."))
    audit.record("accounts.organisation.ask_to_join", organisation, by=by, at=at)
    outbox.promise(
        "accounts/join_requested",
        to=_who_answers(organisation),
        context={
            "organisation": organisation.name,
            "name": by.name,
            "email": by.email,
            "message": request.message,
            "action_url": _address(organisation),
            "action_label": _l("Answer"),
        },
        about=organisation,
        at=at,
    )
    return request


@transaction.atomic
def answer_join_request(request: JoinRequest, *, accept: bool, by: User, at: datetime | None = None) -> None:
    """Lets the person in or says no; of two members who answer at once, one wins."""
    at = at or timezone.now()
    require(can_manage_members(by, request.organisation))
    claim(request, expecting={"answered_at": None}, answered_at=at, answered_by=by, accepted=accept)
    if accept:
        add_member(request.organisation, request.user)
    audit.record(
        "accounts.organisation.answer_join_request",
        request.organisation,
        by=by,
        at=at,
        accepted=accept,
        name=request.user.name,
    )
    outbox.promise(
        "accounts/join_answered",
        to=[request.user],
        context={
            "organisation": request.organisation.name,
            "accepted": accept,
            "action_url": _address(request.organisation) if accept else "",
            "action_label": _l("Open the organisation"),
        },
        about=request.organisation,
        at=at,
    )


@transaction.atomic
def invite(organisation: Organisation, *, email: str, by: User, at: datetime | None = None) -> Invitation:
    """Mails a link that works once, for the invited address only, for fourteen days. Only its hash is kept."""
    at = at or timezone.now()
    email = email.strip().lower()
    require(can_manage_members(by, organisation))
    if User.objects.members_of(organisation).filter(email__iexact=email).exists():
        raise TransitionRefused(_("That person belongs to the organisation already."))
    if organisation.invitations.open(at=at).filter(email__iexact=email).exists():
        raise TransitionRefused(
            _("That person is already invited and has not answered. Take the invitation back to send a new one.")
        )
    if Invitation.objects.filter(invited_by=by, invited_at__gt=at - timedelta(days=1)).count() >= MOST_INVITATIONS:
        raise TransitionRefused(_("You have invited very many people in a day. Please go on tomorrow."))
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        secret_hash=hash_of(secret),
        invited_by=by,
        invited_at=at,
        expires_at=at + INVITATION_LASTS,
    )
    audit.record("accounts.organisation.invite", organisation, by=by, at=at, email=email)
    outbox.promise(
        "accounts/invited",
        to=[User.objects.active().filter(email__iexact=email).first() or email],
        context={
            "organisation": organisation.name,
            "name": by.name,
            "expires_at": invitation.expires_at,
            "action_url": settings.SITE_URL + reverse("invitation_accept", args=[secret]),
            "action_label": _l("Answer the invitation"),
        },
        about=organisation,
        at=at,
    )
    return invitation


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User, at: datetime | None = None) -> None:
    """The link that was mailed stops working."""
    at = at or timezone.now()
    require(can_manage_members(by, invitation.organisation))
    claim(invitation, expecting={"accepted_at": None, "revoked_at": None}, revoked_at=at, revoked_by=by)
    audit.record("accounts.organisation.revoke_invitation", invitation.organisation, by=by, at=at, email=invitation.email)


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: User, at: datetime | None = None) -> None:
    at = at or timezone.now()
    require(can_accept_invitation(by, invitation))
    if invitation.expires_at <= at:
        raise TransitionRefused(_("The invitation is too old. Ask for a new one."))
    claim(invitation, expecting={"accepted_at": None, "revoked_at": None}, accepted_at=at, accepted_by=by)
    add_member(invitation.organisation, by)
    by.join_requests.filter(organisation=invitation.organisation, answered_at=None).delete()
    audit.record("accounts.organisation.accept_invitation", invitation.organisation, by=by, at=at)
    outbox.promise(
        "accounts/invitation_accepted",
        to=[invitation.invited_by],
        context={
            "organisation": invitation.organisation.name,
            "name": by.name,
            "action_url": _address(invitation.organisation),
            "action_label": _l("Open the organisation"),
        },
        category=Category.NEWS,
        about=invitation.organisation,
        at=at,
    )


@transaction.atomic
def leave(organisation: Organisation, *, by: User, at: datetime | None = None) -> None:
    """Never the last member: somebody must be able to act for the organisation."""
    require(is_member(by, organisation))
    _take_away(organisation, by, last=_("You are the last member. Invite a colleague before you leave."))
    audit.record("accounts.organisation.leave", organisation, by=by, at=at)


@transaction.atomic
def remove_member(organisation: Organisation, user: User, *, by: User, at: datetime | None = None) -> None:
    """Takes the person's way to the organisation's cases away; what they wrote stays. Never the last member."""
    require(can_manage_members(by, organisation))
    if user == by:
        leave(organisation, by=by, at=at)
        return
    _take_away(organisation, user, last=_("This is the last member. Somebody else must join first."))
    audit.record("accounts.organisation.remove_member", organisation, by=by, at=at, name=user.name)
    outbox.promise(
        "accounts/member_removed",
        to=[user],
        context={"organisation": organisation.name, "name": by.name},
        category=Category.ACCOUNT,
        about=organisation,
        at=at,
    )


@transaction.atomic
def set_contact(membership: Membership, *, is_contact: bool, by: User, at: datetime | None = None) -> None:
    """Contacts get the organisation's mail. The last contact stays one, so that no letter goes unread."""
    organisation = _locked(membership.organisation)
    require(can_manage_members(by, organisation))
    others = organisation.memberships.filter(is_contact=True, user__is_active=True).exclude(pk=membership.pk)
    if not is_contact and not others.exists():
        raise TransitionRefused(_("Somebody must get the organisation’s mail. Choose another contact first."))
    claim(membership, expecting={"is_contact": not is_contact}, is_contact=is_contact)
    audit.record(
        "accounts.organisation.set_contact", organisation, by=by, at=at, is_contact=is_contact, name=membership.user.name
    )


def _take_away(organisation: Organisation, user: User, *, last: str) -> None:
    _locked(organisation)
    if not User.objects.members_of(organisation).exclude(pk=user.pk).exists():
        raise TransitionRefused(last)
    taken, _rows = Membership.objects.filter(organisation=organisation, user=user).delete()
    if not taken:
        raise TransitionRefused(_("That person does not belong to the organisation any longer."))
    forget_organisations(user)


def _locked(organisation: Organisation) -> Organisation:
    """So that two members who remove each other at once cannot leave the organisation without anybody."""
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def _who_answers(organisation: Organisation) -> list[User]:
    members = list(User.objects.members_of(organisation))
    return members or list(User.objects.active().filter(roles__role=ADMINISTRATOR).distinct())


def _address(organisation: Organisation) -> str:
    return settings.SITE_URL + organisation.get_absolute_url()
