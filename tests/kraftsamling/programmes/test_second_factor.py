import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from kraftsamling.programmes.models import Role
from tests.factories.accounts import UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db
WANTED = "/konto/tvasteg/kravs/"
PAGES = ["home", "start", "organisation_list", "account_data"]
STILL_OPEN = ["account_home", "mfa_index", "account_logout", "health", "second_factor_wanted"]


@pytest.fixture(autouse=True)
def _demanded(settings):
    settings.STAFF_SECOND_FACTOR = True


def leads_to(user, name):
    client = Client()
    client.force_login(user)
    return client.get(reverse(name)).headers.get("Location")


def staff(role=Role.REVIEWER):
    return UserFactory(roles=[(ProgrammeFactory(), role)])


@pytest.mark.parametrize("role", Role.values)
def test_every_role_is_led_to_set_up_a_second_step(role):
    user = staff(role)
    assert [leads_to(user, name) for name in PAGES] == [WANTED] * len(PAGES)


@pytest.mark.parametrize("name", STILL_OPEN)
def test_what_is_needed_to_set_it_up_stays_open(name):
    assert leads_to(staff(), name) is None


@pytest.mark.parametrize(("kind", "enough"), [("totp", True), ("webauthn", True), ("recovery_codes", False)])
def test_an_app_or_a_passkey_is_enough(kind, enough):
    user = staff()
    Authenticator.objects.create(user=user, type=kind, data={})
    assert (leads_to(user, "home") is None) is enough


def test_people_without_a_role_and_visitors_are_left_alone():
    assert leads_to(UserFactory(), "home") is None
    assert Client().get(reverse("account_login")).status_code == 200


def test_nothing_is_demanded_where_the_setting_is_off(settings):
    settings.STAFF_SECOND_FACTOR = False
    assert leads_to(staff(), "home") is None


def test_the_page_explains_and_leads_both_ways():
    client = Client()
    client.force_login(staff())
    page = client.get(WANTED).content.decode()
    assert [page.count(reverse(name)) for name in ("mfa_add_webauthn", "mfa_activate_totp")] == [1, 1]
    assert leads_to(UserFactory(), "second_factor_wanted") == reverse("mfa_index")
