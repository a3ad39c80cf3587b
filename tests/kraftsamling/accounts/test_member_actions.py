import datetime as dt
import re

import pytest
from django.core.exceptions import PermissionDenied

from kraftsamling.accounts import actions
from kraftsamling.accounts.actions.members import INVITATION_LASTS, MOST_INVITATIONS, MOST_JOIN_REQUESTS, hash_of
from kraftsamling.accounts.models import Invitation, JoinRequest, Membership, User
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC)
SOON = AT + dt.timedelta(days=1)


def trail():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def mailed():
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


def secret_in(message):
    return re.search(r"/organisationer/inbjudan/([^/\s]+)/", message.text).group(1)


@pytest.fixture
def organisation():
    return OrganisationFactory(name="Hallsbergs kommun")


@pytest.fixture
def member(organisation):
    return UserFactory(member_of=organisation, name="Mira Medlem")


# ---- Asking to join


def test_ask_to_join_mails_every_member(organisation, member):
    other, stranger = UserFactory(member_of=organisation), UserFactory()
    request = actions.ask_to_join(organisation, message="Hej", by=stranger, at=AT)
    assert (request.message, request.asked_at, request.answered_at) == ("Hej", AT, None)
    assert sorted(mailed()) == sorted([("accounts/join_requested", member.email), ("accounts/join_requested", other.email)])
    assert trail() == ["accounts.organisation.ask_to_join"]


def test_ask_to_join_an_organisation_without_members_mails_the_administrators(organisation):
    admin = UserFactory(roles=[(ProgrammeFactory(), Role.ADMINISTRATOR)])
    UserFactory(roles=[(ProgrammeFactory(), Role.REVIEWER)])
    actions.ask_to_join(organisation, by=UserFactory(), at=AT)
    assert mailed() == [("accounts/join_requested", admin.email)]


def test_ask_to_join_twice_is_refused(organisation, member):
    stranger = UserFactory()
    actions.ask_to_join(organisation, by=stranger, at=AT)
    with pytest.raises(TransitionRefused):
        actions.ask_to_join(organisation, by=stranger, at=AT)
    assert JoinRequest.objects.count() == 1


def test_ask_to_join_as_member_is_refused(organisation, member):
    with pytest.raises(TransitionRefused):
        actions.ask_to_join(organisation, by=member, at=AT)


@pytest.mark.parametrize("accept", [True, False])
def test_answer_join_request(organisation, member, accept):
    stranger = UserFactory()
    request = actions.ask_to_join(organisation, by=stranger, at=AT)
    actions.answer_join_request(request, accept=accept, by=member, at=SOON)
    request.refresh_from_db()
    assert (request.accepted, request.answered_at, request.answered_by) == (accept, SOON, member)
    assert organisation.members.contains(stranger) is accept
    assert mailed()[-1] == ("accounts/join_answered", stranger.email)
    assert trail()[-1] == "accounts.organisation.answer_join_request"


def test_answer_join_request_by_an_outsider_is_refused(organisation, member):
    request = actions.ask_to_join(organisation, by=UserFactory(), at=AT)
    with pytest.raises(PermissionDenied):
        actions.answer_join_request(request, accept=True, by=request.user, at=SOON)
    assert not organisation.members.contains(request.user)


def test_answer_join_request_that_somebody_has_answered_is_refused(organisation, member):
    request = actions.ask_to_join(organisation, by=UserFactory(), at=AT)
    stale = JoinRequest.objects.select_related("organisation", "user").get()
    actions.answer_join_request(request, accept=False, by=member, at=SOON)
    with pytest.raises(LostRace):
        actions.answer_join_request(stale, accept=True, by=member, at=SOON)
    assert not organisation.members.contains(request.user)


# ---- Inviting


def test_invite_mails_a_link_and_keeps_only_its_hash(organisation, member):
    invitation = actions.invite(organisation, email=" Kollega@Example.SE ", by=member, at=AT)
    message = Message.objects.get()
    assert (invitation.email, invitation.expires_at) == ("kollega@example.se", AT + INVITATION_LASTS)
    assert invitation.secret_hash == hash_of(secret_in(message))
    assert mailed() == [("accounts/invited", "kollega@example.se")]
    assert trail() == ["accounts.organisation.invite"]


def test_invite_writes_to_a_person_with_an_account_in_their_language(organisation, member):
    UserFactory(email="kollega@example.se", language="en")
    actions.invite(organisation, email="kollega@example.se", by=member, at=AT)
    assert list(Message.objects.values_list("language", flat=True)) == ["en"]


def test_invite_a_member_or_twice_is_refused(organisation, member):
    with pytest.raises(TransitionRefused):
        actions.invite(organisation, email=member.email.upper(), by=member, at=AT)
    actions.invite(organisation, email="kollega@example.se", by=member, at=AT)
    with pytest.raises(TransitionRefused):
        actions.invite(organisation, email="kollega@example.se", by=member, at=SOON)
    assert Invitation.objects.count() == 1


def test_invite_again_after_the_first_has_become_too_old(organisation, member):
    actions.invite(organisation, email="kollega@example.se", by=member, at=AT)
    actions.invite(organisation, email="kollega@example.se", by=member, at=AT + INVITATION_LASTS)
    assert Invitation.objects.count() == 2


def test_nobody_floods_a_mailbox_with_invitations_that_are_taken_back(organisation, member):
    for _ in range(MOST_INVITATIONS):
        actions.revoke_invitation(actions.invite(organisation, email="offer@example.se", by=member, at=AT), by=member, at=AT)
    other, colleague = OrganisationFactory(), UserFactory(member_of=organisation)
    Membership.objects.create(organisation=other, user=member)
    member = User.objects.get(pk=member.pk)
    for where in (organisation, other):
        with pytest.raises(TransitionRefused, match="i morgon"):
            actions.invite(where, email="offer@example.se", by=member, at=AT + dt.timedelta(hours=23))
    assert actions.invite(organisation, email="ny@example.se", by=colleague, at=AT).pk
    assert actions.invite(other, email="offer@example.se", by=member, at=SOON).pk


def test_who_has_been_told_no_does_not_ask_for_ever(organisation, member):
    person = UserFactory()
    for _ in range(MOST_JOIN_REQUESTS):
        asked = actions.ask_to_join(organisation, by=person, at=AT)
        actions.answer_join_request(asked, accept=False, by=member, at=AT)
    with pytest.raises(TransitionRefused, match="i morgon"):
        actions.ask_to_join(organisation, by=person, at=AT + dt.timedelta(hours=23))
    assert actions.ask_to_join(organisation, by=person, at=SOON).answered_at is None
    assert Message.objects.filter(kind="accounts/join_requested").count() == MOST_JOIN_REQUESTS + 1


def test_invite_by_an_outsider_is_refused(organisation, member):
    with pytest.raises(PermissionDenied):
        actions.invite(organisation, email="kollega@example.se", by=UserFactory(), at=AT)


def test_accept_invitation_makes_a_member(organisation, member):
    colleague = UserFactory(email="kollega@example.se")
    invitation = actions.invite(organisation, email="Kollega@example.se", by=member, at=AT)
    actions.accept_invitation(invitation, by=colleague, at=SOON)
    invitation.refresh_from_db()
    assert (invitation.accepted_at, invitation.accepted_by) == (SOON, colleague)
    assert colleague.organisation_ids == {organisation.pk}
    assert trail()[-1] == "accounts.organisation.accept_invitation"
    assert mailed()[-1] == ("accounts/invitation_accepted", member.email)


def test_accept_invitation_for_another_address_is_refused(organisation, member):
    invitation = actions.invite(organisation, email="kollega@example.se", by=member, at=AT)
    with pytest.raises(PermissionDenied):
        actions.accept_invitation(invitation, by=UserFactory(), at=SOON)


@pytest.mark.parametrize(("late", "works"), [(dt.timedelta(seconds=-1), True), (dt.timedelta(0), False)])
def test_accept_invitation_until_it_is_too_old(organisation, member, late, works):
    colleague = UserFactory(email="kollega@example.se")
    invitation = actions.invite(organisation, email=colleague.email, by=member, at=AT)
    moment = AT + INVITATION_LASTS + late
    if works:
        actions.accept_invitation(invitation, by=colleague, at=moment)
    else:
        with pytest.raises(TransitionRefused):
            actions.accept_invitation(invitation, by=colleague, at=moment)
    assert organisation.members.contains(colleague) is works


def test_accept_invitation_that_was_taken_back_or_used_is_refused(organisation, member):
    colleague = UserFactory(email="kollega@example.se")
    invitation = actions.invite(organisation, email=colleague.email, by=member, at=AT)
    stale = Invitation.objects.select_related("organisation", "invited_by").get()
    actions.revoke_invitation(invitation, by=member, at=SOON)
    with pytest.raises(LostRace):
        actions.accept_invitation(stale, by=colleague, at=SOON)
    with pytest.raises(LostRace):
        actions.revoke_invitation(stale, by=member, at=SOON)
    assert not organisation.members.contains(colleague)


def test_revoke_invitation_by_an_outsider_is_refused(organisation, member):
    invitation = actions.invite(organisation, email="kollega@example.se", by=member, at=AT)
    with pytest.raises(PermissionDenied):
        actions.revoke_invitation(invitation, by=UserFactory(), at=SOON)


# ---- Leaving


def test_leave(organisation, member):
    other = UserFactory(member_of=organisation)
    actions.leave(organisation, by=other, at=AT)
    assert (list(organisation.members.all()), other.organisation_ids) == ([member], frozenset())
    assert trail() == ["accounts.organisation.leave"]


def test_leave_as_the_last_active_member_is_refused(organisation, member):
    UserFactory(member_of=organisation, is_active=False)
    with pytest.raises(TransitionRefused):
        actions.leave(organisation, by=member, at=AT)
    assert organisation.members.contains(member)


def test_leave_as_an_outsider_is_refused(organisation, member):
    with pytest.raises(PermissionDenied):
        actions.leave(organisation, by=UserFactory(), at=AT)


def test_remove_member_tells_the_person(organisation, member):
    other = UserFactory(member_of=organisation)
    actions.remove_member(organisation, other, by=member, at=AT)
    assert list(organisation.members.all()) == [member]
    assert mailed() == [("accounts/member_removed", other.email)]
    assert trail() == ["accounts.organisation.remove_member"]


def test_remove_the_last_member_is_refused_for_administrators_too(organisation, member):
    admin = UserFactory(roles=[(ProgrammeFactory(), Role.ADMINISTRATOR)])
    with pytest.raises(TransitionRefused):
        actions.remove_member(organisation, member, by=admin, at=AT)


def test_two_members_who_remove_each_other_leave_one(organisation, member):
    other = UserFactory(member_of=organisation)
    other_in_their_request = User.objects.get(pk=other.pk)
    assert other_in_their_request.organisation_ids == {organisation.pk}
    actions.remove_member(organisation, other, by=member, at=AT)
    with pytest.raises(TransitionRefused):
        actions.remove_member(organisation, member, by=other_in_their_request, at=AT)
    assert list(organisation.members.all()) == [member]


def test_remove_member_by_an_outsider_is_refused(organisation, member):
    UserFactory(member_of=organisation)
    with pytest.raises(PermissionDenied):
        actions.remove_member(organisation, member, by=UserFactory(), at=AT)


# ---- Contacts


def test_set_contact(organisation, member):
    other = Membership.objects.create(organisation=organisation, user=UserFactory(), is_contact=False)
    actions.set_contact(other, is_contact=True, by=member, at=AT)
    actions.set_contact(Membership.objects.get(user=member), is_contact=False, by=member, at=AT)
    assert dict(Membership.objects.values_list("user", "is_contact")) == {member.pk: False, other.user_id: True}


def test_set_contact_never_takes_the_last_one_away(organisation, member):
    Membership.objects.create(organisation=organisation, user=UserFactory(is_active=False), is_contact=True)
    with pytest.raises(TransitionRefused):
        actions.set_contact(Membership.objects.get(user=member), is_contact=False, by=member, at=AT)


def test_set_contact_by_an_outsider_is_refused(organisation, member):
    with pytest.raises(PermissionDenied):
        actions.set_contact(Membership.objects.get(user=member), is_contact=False, by=UserFactory(), at=AT)


def test_set_contact_from_a_stale_copy_is_refused(organisation, member):
    UserFactory(member_of=organisation)
    first, second = (Membership.objects.select_related("user", "organisation").get(user=member) for _ in range(2))
    actions.set_contact(first, is_contact=False, by=member, at=AT)
    with pytest.raises(LostRace):
        actions.set_contact(second, is_contact=False, by=member, at=AT)
