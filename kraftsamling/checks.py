"""What a real installation may not have: `manage.py check --deploy` refuses it, each with one sentence."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

LEAST_SECRET_LENGTH = 50
LEAST_SECRET_SIGNS = 12
REAL_MAIL = "django.core.mail.backends.smtp.EmailBackend"


def _has_weak_secret() -> bool:
    secret = settings.SECRET_KEY
    return secret == settings.DEVELOPMENT_SECRET or len(secret) < LEAST_SECRET_LENGTH or len(set(secret)) < LEAST_SECRET_SIGNS


def _shares_sqlite() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") and settings.WEB_HOSTS > 1


RULES: Sequence[tuple[str, Callable[[], bool], str]] = [
    ("E001", lambda: settings.DEMO, "Demo mode is on: anyone can log in with the demo accounts. Set DEMO=off."),
    ("E002", lambda: settings.DEBUG, "Debugging is on: error pages show settings and data. Set DEBUG=off."),
    ("E003", _has_weak_secret, f"The secret can be guessed: set SECRET_KEY to at least {LEAST_SECRET_LENGTH} random characters."),
    ("E004", _shares_sqlite, "SQLite cannot be shared by several machines: set DATABASE_URL to PostgreSQL, or WEB_HOSTS=1."),
    (
        "E005",
        lambda: settings.EMBEDDED_BROKER,
        "The embedded broker is for trying out: set REDIS_URL to a Redis or Valkey server.",
    ),
    (
        "E006",
        lambda: settings.CELERY_TASK_ALWAYS_EAGER,
        "Tasks run inside the web pages, and people wait for them: set TASKS_EAGER=off.",
    ),
    ("E007", lambda: settings.EMAIL_BACKEND != REAL_MAIL, "Mail does not leave this machine: set EMAIL_HOST to a mail server."),
    (
        "E008",
        lambda: not settings.SECURE,
        "The site is reached without encryption: set SITE_URL to an address that begins with https://.",
    ),
]


@register(Tags.security, deploy=True)
def check_installation(app_configs: Any, **kwargs: Any) -> list[Error]:
    return [
        Error(f"{sentence} See docs/operations.md.", id=f"kraftsamling.{code}") for code, broken, sentence in RULES if broken()
    ]
