import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.contrib.auth import get_user
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext as _

from kraftsamling.accounts import demo
from kraftsamling.accounts.models import User
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def log_in(client, email, password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def code_in(message):
    return re.search(r"^    (\S+)$", message.body, re.MULTILINE).group(1)


def user_of(client):
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = client.session
    return get_user(request)


# ---- Password


def test_log_in_by_password_in_any_case(client):
    user = UserFactory(email="mira@example.se")
    response = log_in(client, "Mira@Example.se")
    assert (response.status_code, response["Location"]) == (302, reverse("home"))
    assert user_of(client) == user


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client):
    user = UserFactory()
    answers = []
    for email in (user.email, "nobody@example.se"):
        response = log_in(client, email, "wrong")
        answers.append((response.status_code, response.context["form"].non_field_errors()))
    assert answers[0] == answers[1]


def test_a_closed_account_cannot_log_in(client):
    user = UserFactory(is_active=False)
    assert log_in(client, user.email)["Location"] == reverse("account_inactive")
    assert not user_of(client).is_authenticated


def test_pages_that_need_log_in_lead_there_and_back(client):
    user = UserFactory()
    to_login = client.get(reverse("account_home"))
    assert to_login["Location"] == f"{reverse('account_login')}?next={reverse('account_home')}"
    response = client.post(to_login["Location"], {"login": user.email, "password": PASSWORD, "next": reverse("account_home")})
    assert response["Location"] == reverse("account_home")


def test_log_in_never_leads_to_another_host(client):
    user = UserFactory()
    data = {"login": user.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post(reverse("account_login"), data)["Location"] == reverse("home")


# ---- Code by mail


def test_log_in_by_code(client):
    user = UserFactory()
    response = client.post(reverse("account_request_login_code"), {"email": user.email})
    assert response["Location"] == reverse("account_confirm_login_code")
    [message] = mail.outbox
    assert (message.to, [kind for _body, kind in message.alternatives]) == ([user.email], ["text/html"])
    client.post(reverse("account_confirm_login_code"), {"code": code_in(message)})
    assert user_of(client) == user


def test_a_wrong_code_lets_nobody_in_and_three_end_it(client):
    user = UserFactory()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    answers = [client.post(reverse("account_confirm_login_code"), {"code": "WRONG1"}).status_code for _ in range(3)]
    right = client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[0])})
    assert (answers, right["Location"], user_of(client).is_authenticated) == (
        [200, 200, 302],
        reverse("account_request_login_code"),
        False,
    )


def test_a_code_for_an_unknown_address_tells_nothing_on_the_page():
    known, unknown = UserFactory().email, "nobody@example.se"
    pages = [Client().post(reverse("account_request_login_code"), {"email": email})["Location"] for email in (known, unknown)]
    assert pages[0] == pages[1]
    assert [message.to for message in mail.outbox] == [[known], [unknown]]
    assert len({message.subject for message in mail.outbox}) == 2


# ---- Opening an account


def sign_up(client, **values):
    wanted = {"name": "Nils Ny", "email": "Nils@Example.se", "password1": "fem lugna uttrar simmar"}
    return client.post(reverse("account_signup"), {**wanted, **values})


def test_sign_up_asks_for_the_name_and_confirms_the_address_by_code(client):
    response = sign_up(client)
    assert response["Location"] == reverse("account_email_verification_sent")
    assert not user_of(client).is_authenticated
    response = client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[0])})
    user = User.objects.get()
    assert (user.name, user.email, user.language, user_of(client)) == ("Nils Ny", "nils@example.se", "sv", user)
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("nils@example.se", True)]


@pytest.mark.parametrize("values", [{"name": ""}, {"email": "x"}, {"password1": "kort"}, {"password1": "password1234"}])
def test_sign_up_refuses(client, values):
    assert sign_up(client, **values).status_code == 200
    assert not User.objects.exists()


def test_sign_up_with_an_address_that_has_an_account_tells_only_its_owner(client):
    owner = UserFactory(email="nils@example.se")
    response = sign_up(client)
    assert response["Location"] == reverse("account_email_verification_sent")
    assert [message.to for message in mail.outbox] == [[owner.email]]
    assert User.objects.get() == owner


# ---- Password by code, and the rest of the account


def test_a_forgotten_password_is_chosen_anew_by_code(client):
    user = UserFactory()
    client.post(reverse("account_reset_password"), {"email": user.email})
    client.post(reverse("account_confirm_password_reset_code"), {"code": code_in(mail.outbox[0])})
    new = {"password1": "fem lugna uttrar simmar", "password2": "fem lugna uttrar simmar"}
    response = client.post(reverse("account_complete_password_reset"), new)
    user.refresh_from_db()
    assert response["Location"] == reverse("account_password_reset_completed")
    assert user.check_password("fem lugna uttrar simmar")


def test_the_address_changes_when_the_code_is_written(client):
    user = UserFactory(email="old@example.se")
    log_in(client, user.email)
    client.post(reverse("account_email"), {"email": "new@example.se", "action_add": "1"})
    user.refresh_from_db()
    assert (user.email, mail.outbox[0].to) == ("old@example.se", ["new@example.se"])
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[0])})
    user.refresh_from_db()
    assert user.email == "new@example.se"
    assert mail.outbox[1].to == ["old@example.se"]


def test_every_mail_about_log_in_has_a_subject_of_its_own():
    from django.utils.translation import override

    from kraftsamling.accounts.login_mails import CHANGES, CODES, WAYS_ON

    for language in ("sv", "en"):
        with override(language):
            subjects = [str(words[0]) for words in [*CODES.values(), *CHANGES.values(), *WAYS_ON.values()]]
        assert len(subjects) == len(set(subjects)) == 19


# ---- Second step


@pytest.fixture
def with_app():
    user = UserFactory()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return user, secret


def totp_code(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_log_in_with_an_app_needs_its_code(client, with_app):
    user, secret = with_app
    assert log_in(client, user.email)["Location"] == reverse("mfa_authenticate")
    assert not user_of(client).is_authenticated
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": totp_code(secret)})
    assert user_of(client) == user


def test_what_protects_the_account_is_changed_only_by_who_has_just_shown_who_they_are(client):
    user = UserFactory()
    client.force_login(user)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"] == f"{reverse('account_reauthenticate')}?next=%2Fkonto%2Ftvasteg%2Fapp%2Flagg-till%2F"
    client.post(asked["Location"], {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_the_address_is_changed_only_by_who_has_just_shown_who_they_are(client):
    user = UserFactory()
    client.force_login(user)
    asked = client.post(reverse("account_email"), {"email": "ny@example.se", "action_add": "1"})
    assert (asked["Location"], mail.outbox) == (f"{reverse('account_reauthenticate')}?next=%2Fkonto%2Fe-post%2F", [])
    assert client.post(asked["Location"], {"password": "fel", "next": reverse("account_email")}).status_code == 200
    assert mail.outbox == []
    client.post(asked["Location"], {"password": PASSWORD, "next": reverse("account_email")})
    assert [message.to for message in mail.outbox] == [["ny@example.se"]]
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail.outbox[-1])})
    user.refresh_from_db()
    assert user.email == "ny@example.se"


def test_an_app_is_added_with_its_first_code(client):
    user = UserFactory()
    log_in(client, user.email)
    page = client.get(reverse("mfa_activate_totp"))
    response = client.post(reverse("mfa_activate_totp"), {"code": totp_code(page.context["form"].secret)})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    assert user.authenticator_set.count() == 2


# ---- Demo accounts


def demo_user():
    return UserFactory(email="kommun@demo.example")


def test_a_demo_account_never_gets_in_where_demo_mode_is_off(client, settings):
    user = demo_user()
    assert log_in(client, user.email)["Location"] == reverse("account_inactive")
    assert not user_of(client).is_authenticated
    client.post(reverse("account_request_login_code"), {"email": user.email})
    client.post(reverse("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})
    assert not user_of(client).is_authenticated


def test_a_session_of_a_demo_account_ends_when_demo_mode_is_turned_off(client, settings):
    settings.DEMO = True
    user = demo_user()
    client.force_login(user)
    assert user_of(client) == user
    settings.DEMO = False
    assert not user_of(client).is_authenticated


def test_who_was_logged_out_while_writing_is_told_that_the_text_is_kept(client):
    words = _("You had been logged out. Log in, and you come back to your text.")
    shown = [
        words in client.get(reverse("account_login"), {"next": address}).content.decode()
        for address in ("/skisser/1/skriv/", "/skisser/1/skriv/?parkerad=abc", reverse("resume"))
    ]
    assert shown == [False, True, True]


def test_the_log_in_page_shows_the_demo_accounts_in_demo_mode_only(client, settings):
    page = client.get(reverse("account_login"), {"som": "kommun"}).content.decode()
    assert (demo.DEMO_PASSWORD in page, "kommun@demo.example" in page) == (False, False)
    settings.DEMO = True
    page = client.get(reverse("account_login"), {"som": "kommun"})
    assert page.context["form"]["login"].value() == "kommun@demo.example"
    shown = [account.email in page.content.decode() for account in demo.DEMO_ACCOUNTS]
    assert shown == [True] * 13
    assert page.content.decode().count('href="?som=') == 13
    unknown = client.get(reverse("account_login"), {"som": "nobody"})
    assert unknown.context["form"]["login"].value() is None


# ---- All pages


@pytest.mark.parametrize(
    "name",
    ["account_login", "account_signup", "account_request_login_code", "account_reset_password", "account_inactive", "account_logout",
     "socialaccount_login_cancelled", "socialaccount_login_error", "account_password_reset_completed"],
)  # fmt: skip
def test_open_pages_answer_and_only_forms_set_a_cookie(client, name):
    response = client.get(reverse(name), follow=True)
    assert response.status_code == 200
    assert set(response.cookies) <= {"csrftoken", "sessionid"}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("account_login", "/konto/logga-in/"),
        ("account_signup", "/konto/skapa/"),
        ("account_logout", "/konto/logga-ut/"),
        ("account_home", "/konto/"),
        ("account_reset_password", "/konto/losenord/glomt/"),
        ("account_request_login_code", "/konto/engangskod/"),
        ("mfa_index", "/konto/tvasteg/"),
        ("mfa_list_webauthn", "/konto/passnyckel/"),
        ("organisation_list", "/organisationer/"),
        ("organisation_all", "/organisationer/alla/"),
    ],
)
def test_addresses_are_stable(name, path):
    assert reverse(name) == path
