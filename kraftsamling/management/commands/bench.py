"""Measures pages in the configured database, as ratios to an empty view of the same run."""

import contextlib
import gzip
import statistics
import time
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import path

from kraftsamling.lib import services
from kraftsamling.management.demo import bench_house, bench_work
from kraftsamling.management.demo import bench_pages as benched

WARM_UP, ROUNDS = 3, 21
OK, REDIRECT = 200, 302


@dataclass(frozen=True, slots=True)
class Page:
    """A page to measure: what to call it, its address, and the e-mail of the person who opens it (none: a visitor)."""

    name: str
    address: str
    email: str = ""
    most_queries: int = 0
    most_ms: int = 0
    sends: Callable[[], tuple[str, dict[str, Any]]] | None = None
    """For what is sent rather than opened: makes ready, and gives the address and what is sent to it."""
    most_kb: int = 0
    most_gzipped_kb: int = 0


class Moment(NamedTuple):
    """What one answer took, in milliseconds: by the clock, of our own work, and of the database's."""

    clock: float
    own: float
    database: float


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table.

    Work is what a quiet machine would need: our own processor time and the database's. It is held against the budget,
    for the clock also counts what others do on the machine meanwhile; with a database elsewhere the clock is all we have.
    """

    page: Page
    moments: list[Moment]
    queries: int
    bytes: int
    gzipped: int

    @property
    def work(self) -> float:
        return statistics.median(moment.own + moment.database for moment in self.moments)

    @property
    def quickest(self) -> float:
        return min(moment.clock for moment in self.moments)

    @property
    def usual(self) -> float:
        return statistics.median(moment.clock for moment in self.moments)

    @property
    def over(self) -> str:
        """What is over its budget, in one word each."""
        page = self.page
        held = {
            "ms": (self.work, page.most_ms), "queries": (self.queries, page.most_queries),
            "kB": (self.bytes / 1000, page.most_kb), "gzip": (self.gzipped / 1000, page.most_gzipped_kb),
        }  # fmt: skip
        return " ".join(name for name, (found, most) in held.items() if most and found > most)


@login_not_required
def _empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [path("", _empty)]


class Command(BaseCommand):
    requires_system_checks = ()  # they load every page, also into the process that is measured as a worker
    help = "Measures pages: server time, queries, size, and the ratio to an empty view. Fill the database with “benchdata” first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", default="", help="pages with this in their name")
        parser.add_argument("--facts", action="store_true", help="documents and files alone, not the pages")
        parser.add_argument("--inside", default="", choices=["", *bench_work.KINDS], help=SUPPRESS)

    def handle(self, *, only: str, facts: bool, inside: str, **options: Any) -> None:
        if inside:
            self.stdout.write(bench_work.inside(inside))
        elif facts:
            self._write(bench_house.work())
        else:
            self._measure(only)

    def _measure(self, only: str) -> None:
        chosen = [page for page in benched.pages(Page) if only in page.name]
        if not chosen:
            raise CommandError(f"No page has “{only}” in its name.")
        with _broker():
            self._tell(chosen)
            if not only:
                self._tell_facts(chosen)

    def _tell_facts(self, chosen: list[Page]) -> None:
        clients = {page.email: _client(page) for page in chosen}
        cookies = {email: client.cookies.get(settings.SESSION_COOKIE_NAME) for email, client in clients.items()}
        opened = [page for page in chosen if not page.sends]
        visits = [(page.address, cookie.value if (cookie := cookies[page.email]) else "") for page in opened]
        self._write(bench_house.facts(visits))

    def _write(self, facts: Iterable[bench_house.Fact]) -> None:
        for fact in facts:
            over = "  OVER" if fact.found > fact.most else ""
            self.stdout.write(f"{fact.name:<44} {fact.found:>6.1f} {fact.most:>5} {fact.unit}{over}")

    def _tell(self, chosen: list[Page]) -> None:
        with override_settings(ROOT_URLCONF=__name__):
            nothing = _measures([Page("an empty view", "/")])[0]
        measured = _measures(chosen)
        database = settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1]
        self.stdout.write(
            f"{database}, {ROUNDS} answers each; work is held against the budget, the clock is the quickest and the median"
        )
        self.stdout.write(
            f"{'page':<44} {'work':>6} {'most':>5} {'× empty':>8} {'clock':>6} {'median':>7} {'queries':>8} {'most':>5} {'kB':>6} {'gzip':>6}"
        )
        for measure in [nothing, *measured]:
            self.stdout.write(_line(measure, nothing))
        self.stdout.write(f"{len(chosen)} pages, {sum(bool(measure.over) for measure in measured)} over their budget")


def _line(measure: Measure, nothing: Measure) -> str:
    page = measure.page
    return (
        f"{page.name:<44} {measure.work:>6.1f} {page.most_ms or '':>5} {measure.work / nothing.work:>8.1f} "
        f"{measure.quickest:>6.1f} {measure.usual:>7.1f} {measure.queries:>8} {page.most_queries or '':>5} "
        f"{measure.bytes / 1000:>6.1f} {measure.gzipped / 1000:>6.1f}  {measure.over and 'OVER: ' + measure.over}"
    ).rstrip()


@contextlib.contextmanager
def _broker() -> Iterator[None]:
    """The embedded broker is also the cache that pages are measured with; it runs for us alone if nobody has started it."""
    socket = settings.EMBEDDED_BROKER_SOCKET
    family = services.Processes(settings.BASE_DIR)
    try:
        if settings.EMBEDDED_BROKER and not services.broker_answers(socket):
            family.start("the broker", services.broker_command(socket, settings.DATA_DIR / "valkey"))
            while not services.broker_answers(socket) and not family.ended():
                services.pause()
        yield
    finally:
        family.stop()


def _measures(pages: list[Page]) -> list[Measure]:
    """Round by round through all pages, so that what disturbs the machine for a while does not strike one page alone."""
    clients = [_client(page) for page in pages]
    first = [_first(client, page) for client, page in zip(clients, pages, strict=True)]
    rounds = [[_ask(client, page) for client, page in zip(clients, pages, strict=True)] for _ in range(ROUNDS)]
    return [Measure(page, [measured[place] for measured in rounds], *first[place]) for place, page in enumerate(pages)]


def _first(client: Client, page: Page) -> tuple[int, int, int]:
    """Warms up, and counts what is the same each time: queries, bytes, and bytes when packed."""
    for _ in range(WARM_UP):
        _ask(client, page)
    address, sent = page.sends() if page.sends else ("", {})
    with CaptureQueriesContext(connection) as queries:
        content = _answer(client, page, address, sent)
        asked = len(queries)
    return asked, len(content), len(gzip.compress(content))


def _ask(client: Client, page: Page) -> Moment:
    """From question to the last byte of the answer; what makes ready for it is not counted."""
    address, sent = page.sends() if page.sends else ("", {})
    began, worked, database = time.perf_counter(), time.process_time(), _database_work()
    _answer(client, page, address, sent)
    clock, own = time.perf_counter() - began, time.process_time() - worked
    theirs = _database_work() - database if database is not None else clock - own
    return Moment(1000 * clock, 1000 * own, 1000 * theirs)


def _database_work() -> float | None:
    """Seconds of processor time of what serves our connection: none of its own for SQLite, unknown if it runs elsewhere."""
    if connection.vendor == "sqlite":
        return 0
    connection.ensure_connection()
    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    if settings.DATABASES["default"]["HOST"] not in {"localhost", "127.0.0.1", ""} or not told.exists():
        return None
    return int(told.read_text(encoding="ascii").split()[0]) / 1e9


def _answer(client: Client, page: Page, address: str, sent: dict[str, Any]) -> bytes:
    if page.sends:
        response, wanted = client.post(address, sent), REDIRECT
    else:
        response, wanted = client.get(page.address), OK
    content = _content(response)
    if response.status_code != wanted:
        raise CommandError(f"{page.name} ({address or page.address}) answers {response.status_code}.")
    return content


def _content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def _client(page: Page) -> Client:
    client = Client(SERVER_NAME="localhost", headers={"X-Forwarded-Proto": "https"})
    if page.email:
        user = get_user_model().objects.filter(email=page.email).first()
        if user is None:
            raise CommandError(f"{page.name} is opened by {page.email}, who has no account here: load the demo data first.")
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client
