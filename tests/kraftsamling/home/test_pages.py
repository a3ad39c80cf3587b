import datetime as dt
import json
import re

import pytest
from django.core import mail, signing
from django.test import Client

from kraftsamling.audit.models import AuditEntry
from kraftsamling.home.actions import MOST_PER_HOUR, send_accessibility_message
from kraftsamling.home.views.accessibility import _SALT
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.notifications.models import Category, Message
from kraftsamling.programmes.models import Role
from tests.factories.accounts import UserFactory
from tests.kraftsamling.home.builders import NOW

pytestmark = pytest.mark.django_db

OPEN_PAGES = [
    "/",
    "/om/",
    "/tillganglighet/",
    "/integritet/",
    "/kakor/",
    "/suomeksi/",
    "/halsa/",
    "/robots.txt",
    "/.well-known/security.txt",
    "/pilotprojekt/",
    "/pilotprojekt.csv",
    "/pilotprojekt.json",
]


@pytest.mark.parametrize("address", OPEN_PAGES)
@pytest.mark.parametrize("with_programme", [True, False])
def test_open_pages_answer_without_log_in_and_set_no_cookie(address, with_programme, request):
    if with_programme:
        request.getfixturevalue("programme")
    response = Client().get(address)
    assert (response.status_code, response.cookies) == (200, {})


@pytest.mark.parametrize("address", [page for page in OPEN_PAGES if page.endswith("/") and page != "/halsa/"])
def test_pages_name_no_other_host_but_in_links_and_have_no_inline_code(programme, address):
    content = Client().get(address).content.decode()
    assert re.findall(r'(?:src|action)="https?://[^"]*', content) == []
    assert re.findall(r"<link[^>]+https?://", content) == []
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on\w+=", content) == []


@pytest.mark.parametrize("address", [*OPEN_PAGES[1:2], *OPEN_PAGES[3:6]])
def test_information_pages_are_only_read(address):
    assert Client().post(address).status_code == 405


def test_the_finnish_page_says_that_it_is_finnish(programme):
    content = Client().get("/suomeksi/").content.decode().partition("<main")[2].partition("</main>")[0]
    assert content.count('lang="fi"') == content.count("<section") + 1
    assert "Tietoa suomeksi" in content


def test_cookies_are_named_as_they_are_called(settings, programme):
    content = Client().get("/kakor/").content.decode()
    names = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME]
    assert re.findall(r"<code>(\w+)</code>", content) == names


def test_robots_stay_out_of_what_needs_log_in(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /hem/", "Disallow: /konto/", "Disallow: /sprak/"} <= set(lines)


def test_the_security_text_has_a_contact_and_has_not_expired(client, settings, now):
    settings.SITE_URL = "https://kraftsamling.example.se"
    lines = dict(line.split(": ", 1) for line in client.get("/.well-known/security.txt").content.decode().splitlines())
    assert lines["Contact"] == "https://kraftsamling.example.se/tillganglighet/"
    assert dt.timedelta(days=30) < dt.datetime.fromisoformat(lines["Expires"]) - now < dt.timedelta(days=365)


def test_the_old_address_of_the_icon_leads_to_the_new(client):
    assert client.get("/favicon.ico")["Location"] == "/static/img/favicon.svg"


# ---- Language


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("/om/", "/om/"),
        ("/utlysningar/?sort=-title&page=2", "/utlysningar/?sort=-title&page=2"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("om/", "/"),
        ("", "/"),
        ("/x\r\nSet-Cookie: a=b", "/x%0D%0ASet-Cookie:%20a=b"),
    ],
)
def test_the_choice_of_language_leads_back_but_never_to_another_host(target, location):
    response = Client().get("/sprak/", {"till": "en", "next": target})
    assert (response.status_code, response["Location"]) == (302, location)


def test_a_visitor_s_choice_is_kept_in_a_cookie_and_the_page_speaks_it(settings, programme):
    visitor = Client()
    assert 'lang="sv"' in visitor.get("/om/").content.decode()[:40]
    cookie = visitor.get("/sprak/", {"till": "en", "next": "/om/"}).cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["httponly"], cookie["samesite"], cookie["max-age"]) == ("en", True, "Lax", 365 * 24 * 3600)
    assert 'lang="en"' in visitor.get("/om/").content.decode()[:40]
    visitor.get("/sprak/", {"till": "sv"})
    assert 'lang="sv"' in visitor.get("/om/").content.decode()[:40]


def test_a_person_s_choice_is_kept_with_the_person(client):
    user = UserFactory(language="sv")
    client.force_login(user)
    client.get("/sprak/", {"till": "en"})
    user.refresh_from_db()
    assert user.language == "en"


@pytest.mark.parametrize("wanted", ["fi", "xx", "", "en-GB"])
def test_a_language_that_the_service_does_not_speak_changes_nothing(wanted):
    response = Client().get("/sprak/", {"till": wanted})
    assert (response.status_code, response.cookies) == (302, {})


# ---- Health


def test_health_is_green_with_every_part_named(client, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    response = client.get("/halsa/")
    assert response.status_code == 200
    assert json.loads(response.content) == {
        "ok": True,
        "database": {"ok": True},
        "broker": {"ok": True, "note": "tasks run at once, without a broker"},
        "messages": {"ok": True, "oldest_waiting_seconds": 0},
    }
    assert "no-store" in response["Cache-Control"]


def waiting_message(at):
    return Message.objects.create(
        kind="x", category=Category.CASE, to_email="m@example.se", language="sv", subject="S", text="", html="", written_at=at, next_attempt_at=at
    )  # fmt: skip


@pytest.mark.parametrize(("age", "status"), [(15 * 60, 200), (15 * 60 + 1, 503)])
def test_health_turns_red_when_a_message_has_waited_too_long(client, now, age, status):
    waiting_message(now - dt.timedelta(seconds=age))
    response = client.get("/halsa/")
    assert (response.status_code, response.json()["ok"], response.json()["messages"]["oldest_waiting_seconds"]) == (
        status,
        status == 200,
        age,
    )


def test_health_turns_red_when_the_broker_is_away_and_tells_no_address(client, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://:hemligt@127.0.0.1:1/0"}}
    response = client.get("/halsa/")
    assert (response.status_code, response.json()["broker"]) == (503, {"ok": False, "problem": "the broker does not answer"})
    assert b"hemligt" not in response.content


@pytest.mark.django_db(transaction=True)
def test_health_turns_red_when_tables_are_missing(client):
    from django.db import connection

    table = Message._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_away"')
    try:
        response = client.get("/halsa/")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{table}_away" RENAME TO "{table}"')
    assert (response.status_code, response.json()["messages"]["ok"], response.json()["database"]["ok"]) == (503, False, True)


# ---- Accessibility: the statement and its message function


@pytest.fixture
def leader(programme):
    return UserFactory(roles=[(programme, Role.PROCESS_LEADER)], language="en")


def told(**fields):
    return {"subject": "barrier", "page": "/om/", "message": "Knappen syns inte.", "email": "lo@example.se", **fields}


def test_the_statement_has_its_eleven_parts(client, programme):
    content = client.get("/tillganglighet/").content.decode()
    parts = [
        "Region Örebro län", "Kraftsamling barn och unga", "meets the demands of the law in part", "What does not work for everybody",
        "Assessed", "Statement last changed", "How we have tested", "Write to us", "https://www.digg.se/tdosanmalan",
        "unreasonably burdensome", "What the law does not cover",
    ]  # fmt: skip
    assert [part for part in parts if part not in content] == []


def test_a_message_becomes_a_case_with_a_number_in_log_mail_and_receipt(
    client, programme, leader, now, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/tillganglighet/", told(message="Knappen syns inte. <b>Å</b>"))
    assert response.status_code == 302
    entry = AuditEntry.objects.get()
    number = entry.details["number"]
    assert re.fullmatch(r"T260310-[A-Z0-9]{6}", number)
    assert (entry.action, entry.by, entry.at, entry.target) == (
        "home.accessibility_message",
        None,
        now,
        f"programmes.programme:{programme.pk}",
    )
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([leader.email], f"Message about accessibility, {number}")
    for part in (number, "Something is hard or impossible for me to use", "/om/", "lo@example.se", "Knappen syns inte. <b>Å</b>"):
        assert part in sent.body
    assert "<b>Å</b>" not in sent.alternatives[0][0]
    receipt = Client(headers={"cookie": ""}).get(response["Location"].partition("#")[0])
    assert f"<strong>{number}</strong>" in receipt.content.decode()
    assert (response.cookies, receipt.cookies) == ({}, {})


def test_the_form_needs_no_cookie_and_no_token(programme, leader):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/tillganglighet/", told()).status_code == 302
    assert "csrfmiddlewaretoken" not in strict.get("/tillganglighet/").content.decode()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"message": ""}, "This field is required."),
        ({"message": "\u202e\u2066 "}, "Write what you want to tell us."),
        (
            {"message": "Jag heter 640823-2384"},
            (
                "Take away the personal identity number. Never write about single children, only about groups. "
                "If it is a telephone number, write it in groups: 070-123 45 67."
            ),
        ),
        ({"message": "x" * 4001}, "Ensure this value has at most 4000 characters (it has 4001)."),
        ({"message": "x" * 200_000}, "Ensure this value has at most 4000 characters (it has 200000)."),
        ({"email": "inte en adress"}, "Enter a valid email address."),
        ({"subject": "annat"}, "Select a valid choice. annat is not one of the available choices."),
        ({"website": "http://spam.example"}, "The message could not be sent. Leave the hidden field empty."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(client, leader, fields, error):
    from stdnum import luhn

    if "640823" in fields.get("message", ""):
        fields = {"message": f"Jag heter 640823-238{luhn.calc_check_digit('640823238')}"}
    response = client.post("/tillganglighet/", told(**fields))
    assert (response.status_code, AuditEntry.objects.count(), Message.objects.count()) == (200, 0, 0)
    messages = [text for texts in response.context["form"].errors.values() for text in texts]
    assert messages == [error]


def test_text_that_was_refused_is_kept_in_the_form(client, leader):
    response = client.post("/tillganglighet/", told(email="x", message="Lång och viktig text"))
    assert "Lång och viktig text</textarea>" in response.content.decode()


def test_without_anybody_to_receive_the_visitor_is_told(client, programme):
    response = client.post("/tillganglighet/", told())
    assert response.context["form"].non_field_errors() == [
        "There is nobody here yet who can receive your message. Please call or write to the region."
    ]
    assert AuditEntry.objects.count() == 0


def test_without_a_programme_there_is_no_form(client):
    assert client.post("/tillganglighet/", told()).status_code == 200
    assert "<form method" not in client.get("/tillganglighet/").content.decode().partition("<main")[2]


@pytest.mark.parametrize("role", [Role.PROCESS_LEADER, Role.ADMINISTRATOR])
def test_the_leaders_receive_it_and_the_administrators_where_there_is_none(programme, role):
    receivers = [UserFactory(roles=[(programme, role)]) for _number in range(2)]
    UserFactory(roles=[(programme, role)], is_active=False)
    UserFactory(roles=[(programme, Role.PROCESS_TEAM)])
    if role == Role.PROCESS_LEADER:
        UserFactory(roles=[(programme, Role.ADMINISTRATOR)])
    send_accessibility_message(programme, subject="x", page="", message="m", email="", at=NOW)
    assert set(Message.objects.values_list("to_email", flat=True)) == {user.email for user in receivers}


def test_a_flood_stops_and_passes_over(programme, leader):
    def send(at):
        return send_accessibility_message(programme, subject="x", page="", message="m", email="", at=at)

    numbers = {send(NOW) for _message in range(MOST_PER_HOUR)}
    assert len(numbers) == MOST_PER_HOUR
    with pytest.raises(TransitionRefused):
        send(NOW + dt.timedelta(minutes=59))
    send(NOW + dt.timedelta(hours=1))


def test_a_receipt_that_we_did_not_write_is_not_shown(client, programme):
    for forged in ("T260310-ABCDEF", signing.dumps("T260310-ABCDEF", salt="another"), "%00"):
        assert "we have your message" not in client.get("/tillganglighet/", {"kvitto": forged}).content.decode()
    assert "we have your message" in client.get("/tillganglighet/", {"kvitto": signing.dumps("T1", salt=_SALT)}).content.decode()
