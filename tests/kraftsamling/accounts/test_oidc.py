"""Log-in through another organisation, against a real provider in a thread."""

from urllib.parse import urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from oidc_provider_mock import User as ProviderUser
from oidc_provider_mock import run_server_in_thread

from kraftsamling.accounts import providers
from kraftsamling.accounts.models import User
from tests.factories.accounts import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
PEOPLE = [
    ProviderUser(sub="1", claims={"email": "nora@kommun.example", "email_verified": True, "name": "Nora Ny"}),
    ProviderUser(sub="2", claims={"email": "nora@kommun.example", "email_verified": False, "name": "Nora Falsk"}),
    ProviderUser(sub="3", claims={"email": "kommun@demo.example", "email_verified": True, "name": "Demo"}),
]


@pytest.fixture
def provider(settings, monkeypatch):
    with run_server_in_thread(user_claims=PEOPLE) as server:
        address = f"http://localhost:{server.server_port}"
        entry = (
            f'[{{"id": "kommun", "name": "Kommunens inloggning", "client_id": "k", "secret": "s", "server_url": "{address}"}}]'
        )
        monkeypatch.setenv("OIDC_PROVIDERS", entry)
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": providers.oidc_apps()}, "saml": {"APPS": []}}
        yield address


def log_in_through(client, sub):
    to_provider = client.post(reverse("openid_connect_login", args=["kommun"]))
    back = requests.post(to_provider["Location"], data={"sub": sub}, allow_redirects=False, timeout=10)
    answer = urlsplit(back.headers["Location"])
    assert answer.path == "/konto/oidc/kommun/svar/"
    return client.get(f"{answer.path}?{answer.query}")


def test_the_log_in_page_offers_the_provider(client, provider):
    page = client.get(reverse("account_login")).content.decode()
    assert page.count("Kommunens inloggning") == 1


def test_a_get_does_not_begin_the_log_in(client, provider):
    response = client.get(reverse("openid_connect_login", args=["kommun"]))
    assert (response.status_code, next(template.name for template in response.templates)) == (200, "socialaccount/login.html")


def test_a_new_person_gets_an_account_with_name_and_confirmed_address(client, provider):
    response = log_in_through(client, "1")
    user = User.objects.get()
    assert response["Location"] == reverse("home")
    assert (user.name, user.email, user.has_usable_password()) == ("Nora Ny", "nora@kommun.example", False)
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("nora@kommun.example", True)]
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_person_who_has_an_account_is_linked_by_the_verified_address(client, provider):
    user = UserFactory(email="nora@kommun.example", name="Nora Gammal")
    log_in_through(client, "1")
    assert User.objects.get() == user
    assert client.session["_auth_user_id"] == str(user.pk)
    assert list(SocialAccount.objects.values_list("user", "uid")) == [(user.pk, "1")]


def test_an_unverified_address_opens_nobody_elses_account(client, provider):
    UserFactory(email="nora@kommun.example")
    log_in_through(client, "2")
    assert "_auth_user_id" not in client.session
    assert not SocialAccount.objects.exists()


def test_a_demo_account_cannot_come_in_through_a_provider(client, provider):
    UserFactory(email="kommun@demo.example")
    assert log_in_through(client, "3")["Location"] == reverse("account_inactive")
    assert "_auth_user_id" not in client.session
