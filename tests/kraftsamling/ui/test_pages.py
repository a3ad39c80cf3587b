import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from kraftsamling.home.errors import csrf_failure, server_error
from kraftsamling.programmes.models import Role
from tests.factories.accounts import UserFactory
from tests.factories.programmes import ProgrammeFactory


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_gallery_is_open_to_everybody_with_a_role(client, role):
    client.force_login(UserFactory(roles=[(ProgrammeFactory(), role)]))
    response = client.get(reverse("gallery"))
    assert (response.status_code, response.templates[0].name) == (200, "components/gallery.html")


@pytest.mark.django_db
def test_gallery_does_not_exist_for_others(client):
    assert client.get(reverse("gallery")).status_code == 302
    client.force_login(UserFactory())
    assert client.get(reverse("gallery")).status_code == 404


@pytest.mark.django_db
def test_missing_page_says_what_to_do_and_sets_no_cookie(client):
    response = client.get("/finns-inte/", follow=True)
    page = response.content.decode()
    assert (response.status_code, dict(client.cookies)) == (404, {})
    assert page.count("<h1>") == 1
    assert "csrfmiddlewaretoken" not in page


@pytest.mark.django_db
def test_missing_page_says_what_to_do_to_those_who_are_in_and_those_who_are_not(client):
    assert "Logga in om det gäller" in client.get("/finns-inte/").content.decode()
    client.force_login(UserFactory(name="Kim <b>"))
    page = client.get("/finns-inte/").content.decode()
    assert ("Du är inloggad som Kim &lt;b&gt;." in page, "Logga in om det gäller" in page) == (True, False)


@pytest.mark.django_db
def test_logged_in_page_can_log_out(client):
    client.force_login(UserFactory())
    page = client.get("/finns-inte/").content.decode()
    assert page.count("csrfmiddlewaretoken") == page.count('<form method="post"') == 1


@pytest.mark.django_db
def test_refused_form_says_that_nothing_was_saved():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    response = client.post(reverse("gallery"))
    assert (response.status_code, response.templates[0].name) == (403, "403_csrf.html")


def test_broken_page_asks_nothing_of_the_database():
    response = server_error(RequestFactory().get("/"))
    assert (response.status_code, response.content.decode().count("<h1>")) == (500, 1)


def test_refusal_and_breakage_are_shown_to_everybody():
    assert (csrf_failure.login_required, server_error.login_required) == (False, False)


@pytest.mark.parametrize(("page", "code"), [("400", "400"), ("403", "403"), ("403_csrf", "403"), ("429", "429")])
def test_error_page_renders_without_anything_in_the_context(page, code):
    html = render_to_string(f"{page}.html")
    assert (html.count("<h1>"), f'<p class="code">{code}</p>' in html) == (1, True)


def test_mail_has_its_button_and_its_ways_out():
    context = {
        "action_url": "https://kraft.example/?a=1&b=2",
        "preferences_url": "https://kraft.example/p",
        "unsubscribe_url": "",
    }
    html = render_to_string("emails/base.html", context)
    text = render_to_string("emails/base.txt", context)
    assert (html.count('href="https://kraft.example/?a=1&amp;b=2"'), html.count("https://kraft.example/p")) == (2, 1)
    assert text.startswith("Subject: Kraftsamling\n\n")
    assert next(line for line in text.splitlines() if "https" in line) == "https://kraft.example/?a=1&b=2"
    assert "\n-- \n" in text
