"""Each thing that a real installation may not have is refused, and nothing else is."""

import warnings

import pytest

from kraftsamling.checks import check_installation

RIGHT = {
    "DEMO": False,
    "DEBUG": False,
    "SECRET_KEY": "Zq3vX9mK1pT7wB5nR8cY2dF6gH4jL0aS-eUiOxWyVbNtMrQkPz",
    "WEB_HOSTS": 2,
    "EMBEDDED_BROKER": False,
    "CELERY_TASK_ALWAYS_EAGER": False,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "SECURE": True,
}


@pytest.fixture
def installation(settings):
    for name, value in RIGHT.items():
        setattr(settings, name, value)
    _database(settings, "django.db.backends.postgresql")
    return settings


def _database(settings, engine):
    """Django warns when the databases of a test run change; here only the setting is read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        settings.DATABASES = {"default": {"ENGINE": engine}}


def codes():
    return [error.id for error in check_installation(None)]


def test_a_right_installation_is_silent(installation):
    assert codes() == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DEMO", True, "E001"),
        ("DEBUG", True, "E002"),
        ("SECRET_KEY", RIGHT["SECRET_KEY"][:49], "E003"),
        ("SECRET_KEY", "abcdefghijk" * 5, "E003"),
        ("EMBEDDED_BROKER", True, "E005"),
        ("CELERY_TASK_ALWAYS_EAGER", True, "E006"),
        ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "E007"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "E007"),
        ("SECURE", False, "E008"),
    ],
)
def test_one_wrong_thing_is_refused(installation, name, value, code):
    setattr(installation, name, value)

    assert codes() == [f"kraftsamling.{code}"]


def test_the_secret_of_development_is_refused_however_long_it_is(installation):
    installation.DEVELOPMENT_SECRET = installation.SECRET_KEY

    assert codes() == ["kraftsamling.E003"]


@pytest.mark.parametrize(("hosts", "expected"), [(1, []), (2, ["kraftsamling.E004"])])
def test_sqlite_is_for_one_machine(installation, hosts, expected):
    _database(installation, "django.db.backends.sqlite3")
    installation.WEB_HOSTS = hosts

    assert codes() == expected
