"""A worker is killed in the middle of delivering: no message is lost, and none is sent twice."""

import collections
import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from kraftsamling.lib import services
from tests.kraftsamling.notifications.smtp_sink import ACCEPT, HOLD_ANSWER, HOLD_GREETING, HOLD_MAIL, SmtpSink

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = 40
BEFORE_THE_KILL = 10
WORKERS = 3
SLOW = 0.03

PROMISE = f"""
from django.db import transaction
from kraftsamling.notifications import outbox
with transaction.atomic():
    for number in range({MESSAGES}):
        item = {{"subject": f"Nr {{number}}", "text": "Text"}}
        outbox.promise("notifications/digest", to=[f"r{{number}}@example.org"], context={{"items": [item], "count": 1}})
"""
STATES = """
import json
from kraftsamling.notifications.delivery import message_id_of
from kraftsamling.notifications.models import Message
print(json.dumps([[message.pk, message_id_of(message), message.state] for message in Message.objects.all()]))
"""
SWEEP = """
from datetime import timedelta
from django.utils import timezone
from kraftsamling.notifications import delivery
delivery.take_back_stuck(at=timezone.now(), older_than=timedelta(0))
"""
JUDGE = """
from django.utils import timezone
from kraftsamling.accounts.models import User
from kraftsamling.notifications import actions
from kraftsamling.notifications.models import Message
from kraftsamling.places.models import Region
from kraftsamling.programmes.models import Programme
region, _ = Region.objects.get_or_create(code="18", defaults={{"name": "Örebro län", "letter": "T"}})
programme = Programme.objects.create(region=region, slug="p", name="P", funder="R")
user = User.objects.create_user("admin@example.org", name="Admin")
programme.roles.create(user=user, role="administrator", given_at=timezone.now())
for message in Message.objects.filter(state="uncertain"):
    arrived = message.pk in {arrived}
    (actions.mark_arrived if arrived else actions.send_again)(message, by=user)
"""
FINISH = """
import time
from kraftsamling.notifications import delivery
from kraftsamling.notifications.models import Message
until = time.monotonic() + 60
while Message.objects.on_its_way().exists() and time.monotonic() < until:
    delivery.deliver_due()
"""


class Installation:
    """A database, a broker and workers of their own, reached as an installation is: through manage.py."""

    def __init__(self, folder, mail_port, database_url):
        self.folder = folder
        wanted = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")
        self.env = {name: os.environ[name] for name in wanted if name in os.environ} | {
            "DATA_DIR": str(folder),
            "SECRET_KEY": "only for this test, and long enough to be taken for a secret key",
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "kraftsamling.settings",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail_port),
        }

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code):
        return self.manage("shell", "--no-imports", "-c", code)

    def states(self):
        return json.loads(self.shell(STATES).strip().splitlines()[-1])

    @contextlib.contextmanager
    def process(self, *command):
        process = subprocess.Popen(command, cwd=ROOT, env=self.env, start_new_session=True, stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            kill(process)

    def broker(self):
        return self.process(*services.broker_command(self.folder / "valkey.sock", self.folder / "valkey"))

    def worker(self):
        return self.process(
            sys.executable, "-m", "celery", "-A", "kraftsamling", "worker", "-c", str(WORKERS), "--loglevel", "ERROR",
            "--without-mingle", "--without-gossip",
        )  # fmt: skip


def kill(process):
    """The worker and all its children, without a word of warning."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def database_url(request):
    """Of the same engine as the rest of the tests; empty for a SQLite file in the installation's own folder."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield ""
        return
    import psycopg

    parts = urlsplit(url)
    name = f"killed_worker_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(parts._replace(path=f"/{name}"))
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def behaviour(number):
    """Ten go well; then three workers stand still, each at another point of the hand-over."""
    holds = {BEFORE_THE_KILL + 1: HOLD_GREETING, BEFORE_THE_KILL + 2: HOLD_MAIL, BEFORE_THE_KILL + 3: HOLD_ANSWER}
    return holds.get(number, ACCEPT)


@pytest.mark.services
def test_no_message_is_lost_or_sent_twice_when_a_worker_is_killed(tmp_path_factory, database_url):
    folder = tmp_path_factory.mktemp("killed")
    with SmtpSink(behaviour, slow=SLOW) as sink:
        installation = Installation(folder, sink.port, database_url)
        installation.manage("migrate", "-v", "0")
        with installation.broker():
            installation.shell(PROMISE)
            with installation.worker() as worker:
                assert sink.wait_until(lambda sink: sink.held == WORKERS, 60), (sink.connections, sink.held)
                kill(worker)
            sink.released.set()
            assert collections.Counter(state for _pk, _id, state in installation.states()) == {
                "sent": BEFORE_THE_KILL, "sending": WORKERS, "waiting": MESSAGES - BEFORE_THE_KILL - WORKERS,
            }  # fmt: skip

            installation.shell(SWEEP)
            after = installation.states()
            assert collections.Counter(state for _pk, _id, state in after) == {
                "sent": BEFORE_THE_KILL, "uncertain": 2, "waiting": MESSAGES - BEFORE_THE_KILL - 2,
            }  # fmt: skip
            kept = {mail["Message-ID"] for mail in sink.mails}
            uncertain = {pk: message_id for pk, message_id, state in after if state == "uncertain"}
            arrived = [pk for pk, message_id in uncertain.items() if message_id in kept]
            assert len(arrived) == 1

            with installation.worker():
                installation.shell(JUDGE.format(arrived=arrived))
                installation.shell(FINISH)
                assert sink.wait_until(lambda sink: len(sink.mails) >= MESSAGES, 60)
                finished = installation.states()

    assert {state for _pk, _id, state in finished} == {"sent"}
    assert sorted(mail["Message-ID"] for mail in sink.mails) == sorted(message_id for _pk, message_id, _state in finished)
    assert sorted(mail["To"] for mail in sink.mails) == sorted(f"r{number}@example.org" for number in range(MESSAGES))
