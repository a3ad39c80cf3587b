"""Measures pages in the configured database, as ratios to an empty view of the same run."""

import contextlib
import gzip
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Iterator
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

WARM_UP, ROUNDS = 3, 21
OK = 200


@dataclass(frozen=True, slots=True)
class Page:
    """A page to measure: what to call it, its address, and the e-mail of the person who opens it (none: a visitor)."""

    name: str
    address: str
    email: str = ""


def pages() -> list[Page]:
    """The pages of the product with the data that is there now; each app adds the ones that people open most."""
    return [Page("start page, visitor", "/")]


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table."""

    name: str
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
        chosen = [page for page in pages() if only in page.name]
        if not chosen:
            raise CommandError(f"No page has “{only}” in its name.")
        with _broker():
            self._tell(chosen)

    def _tell(self, chosen: list[Page]) -> None:
        with override_settings(ROOT_URLCONF=__name__):
            nothing = _measure(Page("an empty view", "/"))
        database = settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1]
        self.stdout.write(f"{database}, median of {ROUNDS}\n")
        self.stdout.write(f"{'page':<44} {'ms':>8} {'× empty':>8} {'queries':>8} {'kB':>8} {'kB gzip':>8}")
        for measure in self._measures(nothing, chosen):
            self.stdout.write(
                f"{measure.name:<44} {measure.milliseconds:>8.1f} {measure.milliseconds / nothing.milliseconds:>8.1f} "
                f"{measure.queries:>8} {measure.bytes / 1000:>8.1f} {measure.gzipped / 1000:>8.1f}"
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
        response = client.get(page.address)
    if response.status_code != OK:
        raise CommandError(f"{page.name} ({page.address}) answers {response.status_code}.")
    with CaptureQueriesContext(connection) as queries:
        content = _content(client.get(page.address))
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        _content(client.get(page.address))
        times.append(1000 * (time.perf_counter() - began))
    return Measure(page.name, statistics.median(times), len(queries), len(content), len(gzip.compress(content)))


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
