"""Passkeys with Chromium's virtual authenticator, and what a strict policy lets through."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def guarded_page(page, live_server):
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    page.on(
        "request", lambda request: None if request.url.startswith((live_server.url, "data:")) else trouble.append(request.url)
    )
    yield page
    assert trouble == []


def log_in(page, live_server, user):
    page.goto(live_server.url + reverse("account_login"))
    page.fill("#id_login", user.email)
    page.fill("#id_password", PASSWORD)
    page.click("main form.stack button[type=submit]")
    page.wait_for_url(live_server.url + reverse("home"))


def test_a_passkey_is_added_and_logs_in_without_a_password(guarded_page, live_server):
    page, user = guarded_page, UserFactory()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    log_in(page, live_server, user)

    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    page.fill("#id_name", "Arbetsdator")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(live_server.url + reverse("mfa_view_recovery_codes"))
    assert Authenticator.objects.get(type="webauthn").data["name"] == "Arbetsdator"

    page.context.clear_cookies()
    page.goto(live_server.url + reverse("account_login"))
    page.click("#passkey_login")
    page.wait_for_url(live_server.url + reverse("home"))

    page.context.clear_cookies()
    page.goto(live_server.url + reverse("account_login"))
    page.fill("#id_login", user.email)
    page.fill("#id_password", PASSWORD)
    page.click("main form.stack button[type=submit]")
    page.wait_for_url(live_server.url + reverse("mfa_authenticate"))
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(live_server.url + reverse("home"))


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_log_in_fit_and_load_under_the_policy(guarded_page, live_server, width):
    page, user = guarded_page, UserFactory()
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page, live_server, user)
    for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_index", "account_home", "account_change_password"):
        page.goto(live_server.url + reverse(name))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(live_server.url + reverse("mfa_activate_totp"))
    assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 0
