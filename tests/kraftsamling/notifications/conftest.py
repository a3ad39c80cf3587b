import copy
import datetime as dt

import pytest
from django.db import transaction

from tests.kraftsamling.notifications.smtp_sink import SmtpSink

LETTER = "tests/letter"
AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)  # a Friday, 10.00 in Stockholm


@pytest.fixture(autouse=True)
def _letters(tmp_path, settings):
    """A message kind of the tests' own."""
    folder = tmp_path / "templates" / "emails" / "tests"
    folder.mkdir(parents=True)
    text = "{% load i18n %}{% get_current_language as language %}Subject: {{ language }}: {{ title }}\n\n{{ receiver }}: {{ title }}\n-- \nKraftsamling {{ unsubscribe_url }}\n"
    (folder / "letter.txt").write_text(text)
    (folder / "letter.html").write_text("<p>{{ title }}</p>")
    (folder / "no_subject.txt").write_text("Hello\n")
    (folder / "no_subject.html").write_text("<p>Hello</p>")
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"].append(tmp_path / "templates")
    settings.TEMPLATES = templates


@pytest.fixture
def promise():
    """Promises a letter in a transaction of its own; nothing is delivered until the test says so."""

    def promised(*to, title="Kvittens", at=AT, **options):
        from kraftsamling.notifications import outbox

        with transaction.atomic():
            return outbox.promise(LETTER, to=to, context={"title": title}, at=at, **options)

    return promised


@pytest.fixture
def sink(settings):
    """sink(behaviour) starts a mail server and has Django use it."""
    running = []

    def start(behaviour=None):
        server = SmtpSink((lambda number: behaviour) if isinstance(behaviour, str) else behaviour or (lambda number: "accept"))
        server.__enter__()
        running.append(server)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        return server

    yield start
    for server in running:
        server.__exit__()
