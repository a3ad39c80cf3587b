"""Documents made by a worker: who makes which kind, asking for one, and the worker's turn with it.

A part of the registry calls `register` once, when it is loaded; a view or an action calls `ask` and leads on to the
document's own page, which shows how far it has come.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, NamedTuple

from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kraftsamling.files import kinds, store
from kraftsamling.lib.handover import after_commit
from kraftsamling.lib.transitions import LostRace, claim
from pilots.models import DocumentBuild
from pilots.states import BuildState

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
"""Workers that may die over the same document before it is given up."""
WAITED_LONG = timedelta(minutes=1)
UNHEARD_OF = timedelta(minutes=6)
"""Longer than any task may run (CELERY_TASK_TIME_LIMIT), so that a living worker is never overtaken."""

CONTENT_TYPES = {**kinds.EXTENSIONS, ".zip": "application/zip"}

Progress = Callable[[int, int], None]
"""Called with how many steps are done, of how many."""


class Made(NamedTuple):
    """A finished document: its file name, ending in .pdf, .zip, .docx or .xlsx, and its content."""

    name: str
    content: bytes


class CannotBeMade(Exception):
    """The document cannot be made. The text says why, in words for who asked for it."""


class Kind(NamedTuple):
    """How documents of one kind are made, who may have them, and what their page is called and leads back to."""

    make: Callable[[DocumentBuild, Progress], Made]
    readers: Callable[[Any, DocumentBuild], bool]
    title: Callable[[DocumentBuild], str]
    back: Callable[[DocumentBuild], str]
    keep: Callable[[DocumentBuild], None] | None


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    make: Callable[[DocumentBuild, Progress], Made],
    readers: Callable[[Any, DocumentBuild], bool],
    title: Callable[[DocumentBuild], str],
    back: Callable[[DocumentBuild], str],
    keep: Callable[[DocumentBuild], None] | None = None,
) -> None:
    """`make` runs in a worker, in Swedish; `readers` is asked at every page and for the file, `title` and `back` for the page.

    `keep` is told of a finished document, in the transaction that finishes it.
    """
    _kinds[kind] = Kind(make, readers, title, back, keep)


def kind_of(build: DocumentBuild) -> Kind:
    return _kinds[build.kind]


def may_read(user: Any, build: DocumentBuild) -> bool:
    return build.kind in _kinds and kind_of(build).readers(user, build)


def ask(kind: str, subject_id: int, *, key: str = "", by: Any, at: datetime) -> DocumentBuild:
    """The document that is ready or on its way, else a new one, which a worker gets after the commit.

    Whether the person may have it is for the caller to ask first; the page asks again.
    """
    if kind not in _kinds:
        raise LookupError(f"nobody makes documents of the kind “{kind}”")
    of_this = DocumentBuild.objects.of(kind, subject_id, key).that_count()
    if found := of_this.first():
        return found
    try:
        with transaction.atomic():
            build = DocumentBuild.objects.create(kind=kind, subject_id=subject_id, key=key, asked_by=by, asked_at=at)
            after_commit(_task(), build.pk)
    except IntegrityError:
        return of_this.latest("pk")
    return build


def _task() -> Any:
    from pilots.tasks import make_document  # noqa: PLC0415 - the task knows this module

    return make_document


# ---- The worker's turn


def run(build_id: int, *, worker: str) -> None:
    """Makes the document, if it is this worker's turn. Doing it twice changes nothing."""
    build = DocumentBuild.objects.filter(pk=build_id).first()
    if build is None or not _begin(build, worker=worker, at=timezone.now()):
        return
    try:
        _make(build, before=build.done)
    except LostRace:
        log.info("document %s was taken over by another worker", build.pk)


def _make(build: DocumentBuild, *, before: int) -> None:
    try:
        with translation.override("sv"):
            made = kind_of(build).make(build, _progress_of(build))
        _finish(build, made, at=timezone.now())
    except LostRace:
        raise
    except SoftTimeLimitExceeded:
        _out_of_time(build, before=before)
    except CannotBeMade as reason:
        _fail(build, error=str(reason))
    except Exception:
        log.exception("document %s could not be made", build.pk)
        _fail(build, error=_("Something went wrong when the document was made. It has been reported; try again later."))


def _begin(build: DocumentBuild, *, worker: str, at: datetime) -> bool:
    """Takes the document for one worker. Two at once: one wins. One that has killed several workers is given up."""
    if not build.is_on_its_way or not _is_free(build, worker=worker, at=at):
        return False
    expecting = {"state": build.state, "seen_at": build.seen_at, "worker": build.worker, "attempts": build.attempts}
    if build.attempts >= MOST_ATTEMPTS:
        error = _("The document could not be made, although we tried several times. It may be too large.")
        claim(build, expecting=expecting, state=BuildState.FAILED, error=error, ended_at=at)
        return False
    values = {"worker": worker, "begun_at": at, "seen_at": at, "attempts": build.attempts + 1}
    try:
        claim(build, expecting=expecting, state=BuildState.RUNNING, **values)
    except LostRace:
        return False
    return True


def _is_free(build: DocumentBuild, *, worker: str, at: datetime) -> bool:
    """Waits; or was begun in the same task, whose process was killed; or its worker has not been heard of for long."""
    if build.state == BuildState.WAITING or build.worker == worker:
        return True
    return build.seen_at is None or build.seen_at < at - UNHEARD_OF


def _progress_of(build: DocumentBuild) -> Progress:
    def tell(done: int, steps: int) -> None:
        claim(build, expecting=_ours(build), done=done, steps=max(steps, 1), seen_at=timezone.now())

    return tell


def _ours(build: DocumentBuild) -> dict[str, Any]:
    return {"state": BuildState.RUNNING, "worker": build.worker, "attempts": build.attempts}


def _finish(build: DocumentBuild, made: Made, *, at: datetime) -> None:
    """Keeps the file with the document, unless another worker has taken it over."""
    content_type = CONTENT_TYPES[PurePath(made.name).suffix]
    with transaction.atomic():
        file = store.store_bytes(made.name, made.content, content_type, by=None, at=at)
        values = {"file": file, "done": build.steps, "ended_at": at, "seen_at": at}
        claim(build, expecting=_ours(build), state=BuildState.READY, **values)
        if keep := kind_of(build).keep:
            keep(build)


def _fail(build: DocumentBuild, *, error: str) -> None:
    claim(build, expecting=_ours(build), state=BuildState.FAILED, error=error, ended_at=timezone.now())


def _out_of_time(build: DocumentBuild, *, before: int) -> None:
    """What has come further than the turn before gets another one: makers of many documents keep each, and go on there."""
    if build.done <= before:
        _fail(build, error=_("The document took too long to make. It is too large to be made in one piece."))
        return
    claim(build, expecting=_ours(build), state=BuildState.WAITING, attempts=0, seen_at=timezone.now())
    after_commit(_task(), build.pk)


def make_within(kind: str, subject_id: int, *, build: DocumentBuild) -> bytes:
    """A document that another one is made of, made here and kept as if it had been asked for by itself.

    Raises CannotBeMade with its reason, also where another worker is making it just now.
    """
    part = ask_quietly(kind, subject_id, by=build.asked_by, at=timezone.now())
    run(part.pk, worker=build.worker)
    part.refresh_from_db()
    if part.file is None:
        raise CannotBeMade(part.error or _("It is being made by another worker. Ask for the whole again in a minute."))
    return store.read(part.file)


def ask_quietly(kind: str, subject_id: int, *, by: Any, at: datetime) -> DocumentBuild:
    """As `ask`, without handing it to a worker: who asks makes it."""
    found = DocumentBuild.objects.of(kind, subject_id).that_count().first()
    return found or DocumentBuild.objects.create(kind=kind, subject_id=subject_id, asked_by=by, asked_at=at)


def take_up_left(*, at: datetime) -> None:
    """Hands over again what no worker has got, or what a worker has left half made: the database is the queue."""
    left = DocumentBuild.objects.left_behind(waiting_before=at - WAITED_LONG, running_before=at - UNHEARD_OF)
    for build_id in left.order_by("pk").values_list("pk", flat=True)[:20]:
        after_commit(_task(), build_id)
