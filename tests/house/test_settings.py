"""A wrong setting stops the start with one sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEE = "See docs/operations.md, “Settings”."


def check(tmp_path, *arguments, **variables):
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path / "data"),
        "SECRET_KEY": "only for this test, but long enough to be taken",
        **variables,
    }
    environment = {name: value for name, value in environment.items() if value is not None}
    command = [sys.executable, "manage.py", "check", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DEMO": "maybe"}, f"DEMO is “maybe”, but must be on or off. {SEE}"),
        ({"DEBUG": "2"}, f"DEBUG is “2”, but must be on or off. {SEE}"),
        ({"TASKS_EAGER": "x"}, f"TASKS_EAGER is “x”, but must be on or off. {SEE}"),
        ({"STAFF_SECOND_FACTOR": "x"}, f"STAFF_SECOND_FACTOR is “x”, but must be on or off. {SEE}"),
        ({"EMAIL_USE_TLS": "x"}, f"EMAIL_USE_TLS is “x”, but must be on or off. {SEE}"),
        ({"PORT": "abc"}, f"PORT is “abc”, but must be a whole number. {SEE}"),
        ({"PORT": "0"}, f"PORT is 0, but must be at least 1. {SEE}"),
        ({"PORT": "65536"}, f"PORT is 65536, but must be at most 65535. {SEE}"),
        ({"EMAIL_PORT": "65536"}, f"EMAIL_PORT is 65536, but must be at most 65535. {SEE}"),
        ({"WEB_HOSTS": "0"}, f"WEB_HOSTS is 0, but must be at least 1. {SEE}"),
        (
            {"SECRET_KEY": None},
            "SECRET_KEY is missing, and neither DEBUG nor DEMO is on. See docs/operations.md, “Settings”.",
        ),
        (
            {"SECRET_KEY_FILE": "/nowhere"},
            f"SECRET_KEY_FILE points at “/nowhere”, which cannot be read (No such file or directory). {SEE}",
        ),
        (
            {"SITE_URL": "example.se"},
            (
                "SITE_URL must be a whole address that begins with https:// or http://, such as "
                f"https://kraftsamling.example.se. {SEE}"
            ),
        ),
        (
            {"DATABASE_URL": "mysql://me:secret@db/x"},
            (
                "DATABASE_URL must be a whole address that begins with postgres:// or postgresql:// or sqlite://, such as "
                f"postgres://user:password@host/database. {SEE}"
            ),
        ),
        (
            {"DATABASE_URL": "postgres://me:secret@db:port/x"},
            (
                "DATABASE_URL must be a whole address that begins with postgres:// or postgresql:// or sqlite://, such as "
                f"postgres://user:password@host/database. {SEE}"
            ),
        ),
        (
            {"REDIS_URL": "localhost:6379"},
            (
                "REDIS_URL must be a whole address that begins with redis:// or rediss:// or unix://, such as "
                f"redis://host:6379/0. {SEE}"
            ),
        ),
        (
            {"EMAIL_BACKEND": "pigeon"},
            f"EMAIL_BACKEND is “pigeon”, but must be one of smtp, filebased, console, locmem, dummy. {SEE}",
        ),
        ({"LOG_LEVEL": "loud"}, f"LOG_LEVEL is “loud”, but must be one of DEBUG, INFO, WARNING, ERROR. {SEE}"),
        (
            {"DATA_DIR": "/proc/nowhere"},
            f"DATA_DIR is “/proc/nowhere”, where no folder can be made (No such file or directory). {SEE}",
        ),
        (
            {"PRIVATE_FILES_ACCEL_PREFIX": "private"},
            f"PRIVATE_FILES_ACCEL_PREFIX is “private”, but must begin and end with “/”. {SEE}",
        ),
        (
            {"SITE_URL": "https://kommun.example/kraft"},
            (
                f"SITE_URL must be a whole address that begins with https:// or http://, such as https://kraftsamling.example.se,"
                f" and nothing after it. {SEE}"
            ),
        ),
        ({"ALLOWED_HOSTS": " , "}, f"ALLOWED_HOSTS is “,”, but must be names of hosts with commas between. {SEE}"),
        (
            {"ALLOWED_HOSTS": "a.example,https://b.example"},
            f"ALLOWED_HOSTS is “a.example,https://b.example”, but must be names of hosts with commas between. {SEE}",
        ),
        (
            {"DEFAULT_FROM_EMAIL": "Kraftsamling"},
            f"DEFAULT_FROM_EMAIL is “Kraftsamling”, but must be an address for mail, such as Kraftsamling <post@example.se>. {SEE}",
        ),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(tmp_path, variables, sentence):
    done = check(tmp_path, **variables)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence + "\n")


def test_right_settings_start_without_a_word_of_warning(tmp_path):
    done = check(tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "System check identified no issues (0 silenced).\n", "")


PRODUCTION = {
    "SECRET_KEY": "Zq3vX9mK1pT7wB5nR8cY2dF6gH4jL0aS-eUiOxWyVbNtMrQkPz_example",
    "SITE_URL": "https://kraftsamling.example",
    "DATABASE_URL": "postgres://kraftsamling@db.example/kraftsamling",
    "REDIS_URL": "redis://redis.example/0",
    "EMAIL_HOST": "mail.example",
}


def test_a_real_installation_passes_the_deploy_checks_of_django_and_ours(tmp_path):
    done = check(tmp_path, "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert (done.returncode, done.stdout, done.stderr) == (0, "System check identified no issues (0 silenced).\n", "")


def test_the_demo_does_not_pass_the_deploy_checks(tmp_path):
    done = check(tmp_path, "--deploy", DEMO="on", SECRET_KEY=None)

    codes = re.findall(r"\(kraftsamling\.(\w+)\)", done.stderr)
    assert (done.returncode, codes) == (1, ["E001", "E003", "E005", "E007", "E008"])
