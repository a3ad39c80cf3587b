import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes import actions
from kraftsamling.programmes.models import ProgrammeRole, Role
from kraftsamling.programmes.permissions import can_give_roles, has_role
from tests.factories.accounts import UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC)


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def admin(programme):
    return UserFactory(roles=[(programme, Role.ADMINISTRATOR)])


def test_give_role_records_who_and_tells_the_person(programme, admin):
    user = UserFactory()
    given = actions.give_role(programme, user, Role.REVIEWER, by=admin, at=AT)
    assert (given.given_by, given.given_at, has_role(user, programme, Role.REVIEWER)) == (admin, AT, True)
    assert list(AuditEntry.objects.values_list("action", "by", "internal")) == [("programmes.role.give", admin.pk, True)]
    assert list(Message.objects.values_list("kind", "to_email")) == [("accounts/role_given", user.email)]


def test_give_first_role_has_no_giver_and_sends_nothing(programme):
    given = actions.give_first_role(programme, UserFactory(), Role.ADMINISTRATOR, at=AT)
    assert (given.given_by, Message.objects.count()) == (None, 0)


def test_give_role_twice_or_to_a_closed_account_is_refused(programme, admin):
    user = UserFactory()
    actions.give_role(programme, user, Role.REVIEWER, by=admin, at=AT)
    for receiver in (user, UserFactory(is_active=False)):
        with pytest.raises(TransitionRefused):
            actions.give_role(programme, receiver, Role.REVIEWER, by=admin, at=AT)
    assert ProgrammeRole.objects.filter(role=Role.REVIEWER).count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_of_the_programme_give_and_take_roles(programme, admin, role):
    somebody = UserFactory(roles=[(programme, role), (ProgrammeFactory(), Role.ADMINISTRATOR)])
    assert not can_give_roles(somebody, programme)
    with pytest.raises(PermissionDenied):
        actions.give_role(programme, somebody, Role.ADMINISTRATOR, by=somebody, at=AT)
    with pytest.raises(PermissionDenied):
        actions.take_role(programme.roles.get(user=admin), by=somebody, at=AT)


def test_take_role(programme, admin):
    user = UserFactory(roles=[(programme, Role.REVIEWER)])
    actions.take_role(programme.roles.get(user=user), by=admin, at=AT)
    assert list(programme.roles.values_list("user", flat=True)) == [admin.pk]
    assert AuditEntry.objects.get().details == {"name": user.name, "user": user.pk, "role": "reviewer"}


def test_take_role_from_the_last_administrator_is_refused(programme, admin):
    UserFactory(roles=[(programme, Role.ADMINISTRATOR)], is_active=False)
    with pytest.raises(TransitionRefused):
        actions.take_role(programme.roles.get(user=admin), by=admin, at=AT)
    other = UserFactory(roles=[(programme, Role.ADMINISTRATOR)])
    actions.take_role(programme.roles.get(user=admin), by=admin, at=AT)
    assert has_role(other, programme, Role.ADMINISTRATOR)


def test_take_role_that_is_already_taken_is_refused(programme, admin):
    given = ProgrammeRole.objects.get(user=UserFactory(roles=[(programme, Role.REVIEWER)]))
    stale = ProgrammeRole.objects.get(pk=given.pk)
    actions.take_role(given, by=admin, at=AT)
    with pytest.raises(LostRace):
        actions.take_role(stale, by=admin, at=AT)
