import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied

from kraftsamling.accounts import actions
from kraftsamling.accounts.actions.account import alone_in
from kraftsamling.accounts.models import Membership, User
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC)


def test_open_account_has_a_confirmed_address():
    user = actions.open_account(email="Ny.Person@Example.se", name="Ny Person", password="seven quiet otters", at=AT)
    assert (user.email, user.check_password("seven quiet otters")) == ("ny.person@example.se", True)
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("ny.person@example.se", True, True)]


def test_change_name_and_language():
    user = UserFactory(name="Gammal", language="sv")
    actions.change_name(user, "Ny\u0000tt", by=user, at=AT)
    actions.change_language(user, "en", by=user, at=AT)
    user.refresh_from_db()
    assert (user.name, user.language) == ("Nytt", "en")
    trail = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert trail == ["accounts.user.change_name", "accounts.user.change_language"]


def test_the_same_name_and_language_leave_no_trace():
    user = UserFactory()
    actions.change_name(user, user.name, by=user, at=AT)
    actions.change_language(user, user.language, by=user, at=AT)
    assert not AuditEntry.objects.exists()


def test_change_language_to_one_we_do_not_have_is_refused():
    user = UserFactory()
    with pytest.raises(TransitionRefused):
        actions.change_language(user, "xx", by=user, at=AT)


def test_nobody_changes_somebody_else():
    user, other = UserFactory(), UserFactory()
    for act in (
        lambda: actions.change_name(user, "Kapad", by=other, at=AT),
        lambda: actions.change_language(user, "en", by=other, at=AT),
        lambda: actions.close_account(user, by=other, at=AT),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_close_account_leaves_the_organisations_and_tells_by_mail():
    organisation = OrganisationFactory()
    user = UserFactory(member_of=organisation)
    actions.close_account(user, by=user, at=AT)
    user.refresh_from_db()
    assert (user.is_active, Membership.objects.count()) == (False, 0)
    assert list(Message.objects.values_list("kind", "to_email")) == [("accounts/account_closed", user.email)]
    trail = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert trail == ["accounts.user.close", "accounts.organisation.leave"]


def test_close_account_with_a_role_is_refused():
    user = UserFactory(roles=[(ProgrammeFactory(), Role.REVIEWER)])
    with pytest.raises(TransitionRefused):
        actions.close_account(user, by=user, at=AT)
    assert User.objects.get(pk=user.pk).is_active


def test_close_account_twice_is_refused():
    user = UserFactory()
    stale = User.objects.get(pk=user.pk)
    actions.close_account(user, by=user, at=AT)
    with pytest.raises(LostRace):
        actions.close_account(stale, by=stale, at=AT)


def test_alone_in_counts_active_members_only():
    shared, mine = OrganisationFactory(), OrganisationFactory()
    user = UserFactory(member_of=[shared, mine])
    UserFactory(member_of=shared)
    UserFactory(member_of=mine, is_active=False)
    assert alone_in(user) == [mine]
