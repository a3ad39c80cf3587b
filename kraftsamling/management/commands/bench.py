"""Measures pages in the configured database, as ratios to an empty view of the same run."""

import contextlib
import gzip
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table."""

    page: Page
    milliseconds: float
    queries: int
    bytes: int
    gzipped: int


@login_not_required
def _empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [path("", _empty)]


class Command(BaseCommand):
    help = "Measures pages: server time, queries, size, and the ratio to an empty view. Fill the database with “benchdata” first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", default="", help="pages with this in their name")

    def handle(self, *, only: str, **options: Any) -> None:
        chosen = [page for page in benched.pages(Page) if only in page.name]
        if not chosen:
            raise CommandError(f"No page has “{only}” in its name.")
        with _broker():
            self._tell(chosen)

    def _tell(self, chosen: list[Page]) -> None:
        with override_settings(ROOT_URLCONF=__name__):
            nothing = _measure(Page("an empty view", "/"))
        database = settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1]
        self.stdout.write(f"{database}, median of {ROUNDS}\n")
        self.stdout.write(f"{'page':<44} {'ms':>7} {'most':>5} {'× empty':>8} {'queries':>8} {'most':>5} {'kB':>7} {'gzip':>7}")
        for measure in self._measures(nothing, chosen):
            page = measure.page
            self.stdout.write(
                f"{page.name:<44} {measure.milliseconds:>7.1f} {page.most_ms or '':>5} {measure.milliseconds / nothing.milliseconds:>8.1f} "
                f"{measure.queries:>8} {page.most_queries or '':>5} {measure.bytes / 1000:>7.1f} {measure.gzipped / 1000:>7.1f}"
            )

    def _measures(self, nothing: Measure, chosen: list[Page]) -> Iterator[Measure]:
        yield nothing
        for page in chosen:
            yield _measure(page)


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


def _measure(page: Page) -> Measure:
    client = _client(page)
    for _ in range(WARM_UP):
        _ask(client, page)
    address, sent = page.sends() if page.sends else ("", {})
    with CaptureQueriesContext(connection) as queries:
        content = _answer(client, page, address, sent)
        asked = len(queries)
    times = [_ask(client, page) for _ in range(ROUNDS)]
    return Measure(page, statistics.median(times), asked, len(content), len(gzip.compress(content)))


def _ask(client: Client, page: Page) -> float:
    """Milliseconds from question to the last byte of the answer; what makes ready for it is not counted."""
    address, sent = page.sends() if page.sends else ("", {})
    began = time.perf_counter()
    _answer(client, page, address, sent)
    return 1000 * (time.perf_counter() - began)


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
