"""Who presses a button after the session has expired comes back to the page it stood on, and a filled in form is kept."""

import html
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kraftsamling.accounts.tasks import clear_expired_sessions
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
BUTTON = "board_item_ready"
MORNING = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def led_to(client, method="post", **headers):
    answer = getattr(client, method)(reverse(BUTTON, args=[1]), headers=headers)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("account_login"))
    return unquote(answer["Location"].partition("next=")[2])


@pytest.mark.parametrize("page", ["/larande/arenden/1/", "/larande/?q=a&slag=worked"])
def test_a_button_leads_back_to_its_page(client, page):
    assert led_to(client, referer=f"http://testserver{page}") == page


@pytest.mark.parametrize("referer", ["", "http://elsewhere.example/larande/", "//elsewhere.example/", "not an address"])
def test_another_site_leads_nobody_anywhere(client, referer):
    assert led_to(client, referer=referer) == reverse(BUTTON, args=[1])


def test_an_address_that_is_visited_is_where_one_comes(client):
    assert led_to(client, "get", referer="http://testserver/larande/") == reverse(BUTTON, args=[1])


# ---- A form that is filled in

REASON = "Vi hann inte få med alla.\r\nDet gör vi till våren i stället."
TYPED = {"ground": REASON, "kind": "one", "revision": "3"}


@pytest.fixture
def member():
    return UserFactory()


def waiting(client):
    """The page of the form that is kept, as its HTML, the form's fields and the texts that are shown."""
    page = client.get(reverse("resume")).content.decode()
    form = page[page.index('<form method="post" action="/larande') :] if 'action="/larande' in page else page
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
    texts = re.findall(r'<blockquote class="prose">(.*?)</blockquote>', page, re.DOTALL)
    return page, {name: html.unescape(value) for name, value in fields}, [html.unescape(text) for text in texts]


def is_waiting(client):
    return client.get(reverse("resume")).status_code == 200


def sent(client, data=TYPED, **more):
    """Posted while logged out; gives where it leads after log-in."""
    headers = {"referer": "http://testserver/larande/arenden/1/"} | more.pop("headers", {})
    answer = client.post(f"{reverse(BUTTON, args=[1])}?flik=2", {"csrfmiddlewaretoken": "x", **data}, headers=headers, **more)
    return unquote(answer["Location"].partition("next=")[2])


def test_a_form_comes_back_after_log_in_and_goes_where_it_was_meant_for(client, member):
    assert sent(client) == reverse("resume")
    client.force_login(member)
    page, fields, texts = waiting(client)
    assert f'action="{reverse(BUTTON, args=[1])}?flik=2"' in page
    assert (set(fields) - set(TYPED), {name: fields[name] for name in TYPED}) == ({"csrfmiddlewaretoken"}, TYPED)
    assert texts == [REASON]
    assert 'href="/larande/arenden/1/"' in page
    assert "no-store" in client.get(reverse("resume"))["Cache-Control"]


def test_the_way_by_the_log_in_page_keeps_the_form(client, member):
    path = sent(client)
    answer = client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD, "next": path})
    assert answer["Location"] == path
    assert waiting(client)[2] == [REASON]


def test_another_browser_does_not_see_it(client, member):
    sent(client)
    other = Client()
    other.force_login(member)
    assert other.get(reverse("resume"))["Location"] == reverse("home")


def test_it_is_forgotten_once_it_is_sent_and_not_before(client, member):
    sent(client)
    client.force_login(member)
    client.post(reverse(BUTTON, args=[1]), TYPED)
    assert is_waiting(client)
    client.post(f"{reverse(BUTTON, args=[1])}?flik=2", TYPED)
    assert client.get(reverse("resume"))["Location"] == reverse("home")


@pytest.mark.parametrize(("days", "is_kept"), [(2, True), (2.001, False)])
def test_it_is_kept_for_two_days(client, member, days, is_kept, time_machine):
    time_machine.move_to(MORNING, tick=False)
    sent(client)
    time_machine.move_to(MORNING + timedelta(days=days), tick=False)
    client.force_login(member)
    assert is_waiting(client) is is_kept


@pytest.mark.parametrize(
    ("data", "is_kept"),
    [
        ({"revision": "3", "do": "approve"}, False),
        ({"revision": "12", "next": "/en lång väg/", "do": "approve"}, False),
        ({"a": "100", "b": "200"}, False),
        ({"a": "100", "b": "200", "c": " "}, False),
        ({"a": "100", "b": "200", "c": "300"}, True),
        ({"a": "100 000"}, False),
        ({"a": "två ord"}, True),
        ({"a": "x" * 40}, False),
        ({"a": "x" * 41}, True),
        ({"oldpassword": "prova kraftsamling", "password1": "en ny mening", "password2": "en ny mening"}, False),
    ],
)
def test_a_form_is_kept_and_a_button_is_not(client, data, is_kept):
    assert (sent(client, data) == reverse("resume")) is is_kept


@pytest.mark.parametrize("header", ["HX-Request", "X-Autosave"])
def test_what_a_script_sends_is_still_on_its_page(client, header):
    assert sent(client, headers={header: "1"}) == "/larande/arenden/1/"


def test_a_file_cannot_be_kept_and_is_told_of(client, member):
    sent(client, {**TYPED, "file": SimpleUploadedFile("plan.txt", b"Plan")})
    client.force_login(member)
    page, fields, _texts = waiting(client)
    assert ('<div class="notice">' in page, "file" in fields) == (True, False)


HOSTILE = "<script>alert(1)</script> \x00 \u202e \U0001f600"


def test_a_hostile_text_is_shown_as_text(client, member):
    sent(client, {"ground": HOSTILE})
    client.force_login(member)
    page, fields, texts = waiting(client)
    assert "<script>alert" not in page
    assert (fields["ground"], texts) == (HOSTILE, [HOSTILE])


# ---- A page that was opened before the last log-in


def of_old_page(member, origin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    return client, client.post(reverse("account_name"), TYPED, headers={"origin": origin})


def test_a_form_from_an_old_page_of_ours_is_kept(member):
    client, answer = of_old_page(member, "http://testserver")
    assert (answer.status_code, answer["Location"]) == (302, reverse("resume"))
    assert waiting(client)[2] == [REASON]


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "https://testserver", "http://testserver:81", "null", ""])
def test_a_form_from_another_site_is_refused(member, origin):
    client, answer = of_old_page(member, origin)
    assert answer.status_code == 403
    assert client.get(reverse("resume"))["Location"] == reverse("home")


def test_sessions_that_have_expired_are_cleared_with_what_they_kept(client):
    sent(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    live = SessionStore()
    live.create()
    clear_expired_sessions()
    assert list(Session.objects.values_list("pk", flat=True)) == [live.session_key]


# ---- What one sees is one's own


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/hem/",
        "/konto/",
        "/utlysningar/",
        "/sok/?q=a",
        "/beslut.csv",
        "/beslut.xlsx",
        "/projekt/rapporter.csv",
        "/finns-inte/",
    ],
)
def test_no_cache_on_the_way_keeps_what_somebody_who_is_logged_in_is_shown(client, member, address):
    client.force_login(member)
    answer = client.get(address)
    assert (answer["Cache-Control"], "Cookie" in answer["Vary"]) == ("private, no-cache", True)


def test_pages_that_say_more_about_keeping_say_it_still(client, member):
    client.force_login(member)
    assert "no-store" in client.get(reverse("account_data"))["Cache-Control"]
    assert Client().get("/")["Cache-Control"] == "no-cache"
