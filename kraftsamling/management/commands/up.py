"""Runs the whole product on one machine: broker, web server, worker and clock as real processes."""

import contextlib
import hashlib
import shutil
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import translation

from kraftsamling.accounts.demo import DEMO_ACCOUNTS
from kraftsamling.lib import services, translations
from kraftsamling.programmes.models import Programme

HOST = "127.0.0.1"
START_SECONDS = 60
"""The longest that the broker or the first page may take; a broker with a large file to read back needs some of it."""
OWN_DATA = ("kraftsamling.sqlite3*", "valkey", "valkey.sock", "beat-schedule*", "static", "static.stamp", "files", "mail")
"""Everything that we write in the data folder, but for the lock that we hold."""
DEMO_DOMAIN = "@demo.example"


class _Stopped(Exception):
    """Somebody pressed Ctrl-C or asked the process to end."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stopped


def _on_stop(action: Any) -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, action)


class Command(BaseCommand):
    help = "Starts everything on this machine (broker, web server, worker, clock) and stops it again on Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="throw the data away and begin again")

    def handle(self, *, fresh: bool, **options: Any) -> None:
        folder = Path(settings.DATA_DIR)
        family = services.Processes(Path(settings.BASE_DIR))
        _on_stop(_stop)
        try:
            with services.locked(folder), _stopped_at_the_end(family):
                services.require_free_port(HOST, settings.PORT)
                if fresh:
                    _begin_again(folder)
                self._run(family, folder)
        except services.ServiceError as error:
            raise CommandError(str(error)) from None
        except _Stopped:
            self.stdout.write("Everything has stopped. Your data is kept.")

    def _run(self, family: services.Processes, folder: Path) -> None:
        if settings.EMBEDDED_BROKER:
            family.start("the broker", services.broker_command(settings.EMBEDDED_BROKER_SOCKET, folder / "valkey"))
        self._prepare(folder)
        if settings.EMBEDDED_BROKER:
            self._wait_for(family, lambda: services.broker_answers(settings.EMBEDDED_BROKER_SOCKET))
        self._load_demo()
        connections.close_all()
        family.start("the worker", _celery("worker", "--concurrency", "2", "--without-mingle", "--without-gossip"))
        family.start("the clock (beat)", _celery("beat", "--pidfile", ""))
        family.start("the web server", _gunicorn())
        self._wait_for(family, lambda: services.page_answers(HOST, settings.PORT, "/"))
        self._tell()
        self._wait_for(family, lambda: False, seconds=None)

    def _prepare(self, folder: Path) -> None:
        translations.compile_stale(Path(settings.LOCALE_PATHS[0]))
        call_command("migrate", verbosity=0, interactive=False)
        stamp, now = folder / "static.stamp", _fingerprint_of_static_files()
        if not Path(settings.STATIC_ROOT).exists() or not stamp.exists() or stamp.read_text(encoding="ascii") != now:
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp.write_text(now, encoding="ascii")

    def _load_demo(self) -> None:
        if not settings.DEMO or Programme.objects.exists():
            return
        self.stdout.write("Loading the demo data …")
        self.stdout.flush()
        call_command("demo", verbosity=0)

    def _wait_for(self, family: services.Processes, ready: Any, seconds: int | None = START_SECONDS) -> None:
        """Until it is ready; a process that ends meanwhile takes the rest with it."""
        waited = 0
        while not ready():
            if ended := family.ended():
                raise CommandError(
                    f"{' and '.join(ended).capitalize()} stopped by itself, so everything has stopped; see the lines above."
                )
            if seconds is not None and waited >= seconds * services.LOOKS_A_SECOND:
                raise CommandError(f"Nothing answered within {seconds} seconds; see the lines above.")
            services.pause()
            waited += 1

    def _tell(self) -> None:
        self.stdout.write(f"\nKraftsamling runs at http://localhost:{settings.PORT}/   (Ctrl-C stops it)")
        if settings.DEMO:
            self._tell_accounts()
        self.stdout.write(f"Data lies in {settings.DATA_DIR}.\n")
        self.stdout.flush()

    def _tell_accounts(self) -> None:
        self.stdout.write(f"\nAccounts to try (the password of all is “{settings.DEMO_PASSWORD}”):")
        with translation.override("en"):
            for account in DEMO_ACCOUNTS:
                self.stdout.write(f"  {account.email:<34} {account.comes_for}")
        self.stdout.write("")


def _begin_again(folder: Path) -> None:
    """Removes what we have made in the data folder, and nothing else that may lie there."""
    if settings.DATABASE_URL:
        raise CommandError(
            "Beginning again only works with the built-in database: DATABASE_URL is set, and that one is never emptied."
        )
    for pattern in OWN_DATA:
        for path in folder.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


@contextlib.contextmanager
def _stopped_at_the_end(family: services.Processes) -> Iterator[None]:
    try:
        yield
    finally:
        _on_stop(signal.SIG_IGN)
        family.stop()


def _celery(*arguments: str) -> list[str]:
    """Celery warns of root at each start; a demo in a container is run by nobody else."""
    quiet = ["-W", "ignore:You're running the worker with superuser"]
    return [sys.executable, *quiet, "-m", "celery", "--quiet", "--app", "kraftsamling", *arguments, "--loglevel", "WARNING"]


def _gunicorn() -> list[str]:
    options = ["--bind", f"{HOST}:{settings.PORT}", "--workers", "2", "--threads", "4", "--reuse-port", "--no-control-socket"]
    return [sys.executable, "-m", "gunicorn", "kraftsamling.wsgi", *options, "--log-level", "warning", "--graceful-timeout", "15"]


def _fingerprint_of_static_files() -> str:
    """Changes when a file that pages load is added, removed or edited."""
    seen = [str(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path)).stat()
            seen.append(f"{path} {file.st_size} {file.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(seen)).encode()).hexdigest()
