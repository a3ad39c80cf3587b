import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser

from kraftsamling.accounts import permissions
from kraftsamling.accounts.models import Invitation, Organisation
from kraftsamling.programmes.models import Role
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db
WHO = ["visitor", "outsider", "member", *Role.values]


@pytest.fixture
def organisation():
    return OrganisationFactory()


@pytest.fixture
def people(organisation):
    programme = ProgrammeFactory()
    return {
        "visitor": AnonymousUser(),
        "outsider": UserFactory(member_of=OrganisationFactory()),
        "member": UserFactory(member_of=organisation),
        **{role: UserFactory(roles=[(programme, role)]) for role in Role.values},
    }


@pytest.mark.parametrize(
    ("predicate", "allowed"),
    [
        ("is_member", {"member"}),
        ("can_see_organisation", {"member", "administrator", "process_leader", "process_team"}),
        ("can_read_proof", {"member", "administrator", "process_leader", "process_team"}),
        ("can_change_organisation", {"member", "administrator"}),
        ("can_manage_members", {"member", "administrator"}),
        ("can_register_signatory", {"member"}),
    ],
)
def test_who_may(people, organisation, predicate, allowed):
    assert {who for who in WHO if getattr(permissions, predicate)(people[who], organisation)} == allowed


def test_who_sees_all_organisations(people):
    allowed = {who for who in WHO if permissions.sees_all_organisations(people[who])}
    assert allowed == {"administrator", "process_leader", "process_team"}
    assert {who for who in WHO if permissions.is_administrator(people[who])} == {"administrator"}


def test_visible_to_agrees_with_the_predicate(people, organisation):
    seen = {who for who in WHO if Organisation.objects.visible_to(people[who]).contains(organisation)}
    assert seen == {who for who in WHO if permissions.can_see_organisation(people[who], organisation)}


def test_only_the_invited_address_may_accept(organisation):
    at = dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC)
    invitation = Invitation(organisation=organisation, email="Kollega@example.se", invited_at=at, expires_at=at)
    invited, other = UserFactory(email="kollega@example.se"), UserFactory()
    answers = [permissions.can_accept_invitation(who, invitation) for who in (AnonymousUser(), other, invited)]
    assert answers == [False, False, True]
