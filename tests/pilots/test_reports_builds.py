"""Documents made by a worker: one of each, whose turn it is, and what the page says when it goes wrong."""

import datetime as dt

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.urls import reverse

from kraftsamling.files import store
from pilots import builds, tasks
from pilots.models import DocumentBuild
from tests.factories.accounts import UserFactory
from tests.grants.scene import signed_in

pytestmark = pytest.mark.django_db

AT = dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC)
LATER = AT + dt.timedelta(minutes=7)
KIND = "of_the_test"


class Maker:
    """What the worker is told to make; `then` is called in the middle."""

    def __init__(self):
        self.made, self.then = 0, lambda build, progress: None

    def __call__(self, build, progress):
        progress(1, 2)
        self.then(build, progress)
        self.made += 1
        return builds.Made("provdokument.pdf", b"%PDF-1.7")


@pytest.fixture
def maker(monkeypatch):
    monkeypatch.setattr(builds, "_kinds", dict(builds._kinds))
    maker = Maker()
    builds.register(
        KIND, make=maker, readers=lambda user, build: user.name == "Ägaren", title=lambda build: "Provdokument",
        back=lambda build: "/projekt/",
    )  # fmt: skip
    return maker


@pytest.fixture
def owner():
    return UserFactory(name="Ägaren")


def asked(owner, **more):
    return builds.ask(KIND, 7, by=owner, at=AT, **more)


def run(build, worker="w1"):
    builds.run(build.pk, worker=worker)
    build.refresh_from_db()
    return build


def test_asked_for_twice_it_is_one(maker, owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as handed:
        first, second = asked(owner), asked(UserFactory())
    assert (first, first.asked_by, len(handed)) == (second, owner, 1)
    assert asked(owner, key="another") != first


def test_what_nobody_makes_is_not_taken():
    with pytest.raises(LookupError):
        builds.ask("nothing", 1, by=None, at=AT)


def test_a_worker_gets_it_after_the_commit(maker, owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        build = asked(owner)
    build.refresh_from_db()
    assert (build.state, build.done, build.steps, build.file.name) == ("ready", 2, 2, "provdokument.pdf")
    assert (build.file.content_type, store.read(build.file)) == ("application/pdf", b"%PDF-1.7")


def test_done_twice_it_is_made_once_and_the_ready_one_is_given(maker, owner):
    build = run(asked(owner))
    assert (run(build).state, maker.made, asked(owner)) == ("ready", 1, build)


def test_progress_is_seen_while_it_is_made(maker, owner):
    seen = []
    maker.then = lambda build, progress: seen.append(DocumentBuild.objects.get(pk=build.pk))
    run(asked(owner))
    assert [(row.state, row.done, row.steps) for row in seen] == [("running", 1, 2)]


def test_a_reason_is_told_in_its_words_and_anything_else_in_ours(maker, owner):
    def reason(build, progress):
        raise builds.CannotBeMade("Bilden är för stor.")

    def bug(build, progress):
        raise ZeroDivisionError

    maker.then = reason
    first = run(asked(owner))
    maker.then = bug
    second = run(asked(owner))
    assert (first.state, first.error) == ("failed", "Bilden är för stor.")
    assert (second.state, second.pk == first.pk, "Division" in second.error) == ("failed", False, False)
    assert second.error


def test_another_worker_does_not_take_what_is_being_made(maker, owner):
    build = asked(owner)
    maker.then = lambda row, progress: builds.run(row.pk, worker="w2")
    assert (run(build).state, maker.made, build.worker) == ("ready", 1, "w1")


def left_by_a_dead_worker(owner, worker="dead", attempts=1):
    build = asked(owner)
    DocumentBuild.objects.filter(pk=build.pk).update(state="running", worker=worker, seen_at=AT, begun_at=AT, attempts=attempts)
    return build


@pytest.mark.parametrize(("minutes", "taken"), [(5, False), (7, True)])
def test_what_a_dead_worker_left_is_taken_over_when_its_time_is_out(maker, owner, minutes, taken, time_machine):
    build = left_by_a_dead_worker(owner)
    time_machine.move_to(AT + dt.timedelta(minutes=minutes), tick=False)
    assert (run(build, "w2").state, maker.made) == (("ready", 1) if taken else ("running", 0))


def test_the_same_task_handed_out_again_takes_up_its_own_at_once(maker, owner, time_machine):
    build = left_by_a_dead_worker(owner, worker="same")
    time_machine.move_to(AT + dt.timedelta(seconds=5), tick=False)
    assert run(build, "same").state == "ready"


def test_one_that_kills_every_worker_is_given_up(maker, owner, time_machine):
    build = left_by_a_dead_worker(owner, attempts=builds.MOST_ATTEMPTS)
    time_machine.move_to(LATER, tick=False)
    assert (run(build, "w2").state, maker.made) == ("failed", 0)
    assert build.error


def test_who_comes_back_after_being_overtaken_changes_nothing(maker, owner):
    def overtaken(build, progress):
        DocumentBuild.objects.filter(pk=build.pk).update(worker="w2", attempts=2)

    maker.then = overtaken
    build = run(asked(owner))
    assert (build.state, build.worker, build.file) == ("running", "w2", None)


def test_out_of_time_it_goes_on_as_long_as_it_comes_further(maker, owner):
    reached = iter([1, 5, 9, 9])

    def slow(build, progress):
        progress(next(reached), 20)
        raise SoftTimeLimitExceeded

    maker.then = slow
    build = asked(owner)
    assert [run(build).state for _turn in range(4)] == ["waiting", "waiting", "waiting", "failed"]
    assert build.error


def test_out_of_time_at_once_it_is_given_up(maker, owner):
    def slow(build, progress):
        progress(0, 2)
        raise SoftTimeLimitExceeded

    maker.then = slow
    assert run(asked(owner)).state == "failed"


def test_the_sweep_hands_over_what_is_left_and_nothing_else(maker, owner, django_capture_on_commit_callbacks, time_machine):
    waits, runs = asked(owner), builds.ask(KIND, 8, by=owner, at=AT)
    DocumentBuild.objects.filter(pk=runs.pk).update(state="running", worker="dead", seen_at=AT, attempts=1)
    ready = run(builds.ask(KIND, 9, by=owner, at=AT))

    def handed(at):
        with django_capture_on_commit_callbacks() as calls:
            builds.take_up_left(at=at)
        return len(calls)

    assert [handed(AT + dt.timedelta(seconds=seconds)) for seconds in (30, 90, 420)] == [0, 1, 2]
    time_machine.move_to(LATER, tick=False)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.take_up_left_documents()
    assert {DocumentBuild.objects.get(pk=row.pk).state for row in (waits, runs, ready)} == {"ready"}


# ---- Pages


def test_the_page_polls_until_it_is_ready_and_then_leads_to_the_file(maker, owner):
    build, client = asked(owner), signed_in(owner)
    waiting = client.get(build.get_absolute_url())
    assert ("hx-get" in waiting.content.decode(), waiting["Cache-Control"]) == (True, "no-store")
    part = client.get(build.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    DocumentBuild.objects.update(state="running", done=3, steps=9)
    assert '<progress class="progress" max="9" value="3"' in client.get(build.get_absolute_url()).content.decode()
    DocumentBuild.objects.update(state="waiting")
    run(build)
    page = client.get(build.get_absolute_url()).content.decode()
    assert ("hx-get" in page, reverse("build_file", args=[build.pk]) in page) == (False, True)
    file = client.get(reverse("build_file", args=[build.pk]))
    assert b"".join(file.streaming_content) == b"%PDF-1.7"


def test_there_is_no_file_before_it_is_ready(maker, owner):
    assert signed_in(owner).get(reverse("build_file", args=[asked(owner).pk])).status_code == 404


def test_what_could_not_be_made_can_be_tried_again(maker, owner):
    def reason(build, progress):
        raise builds.CannotBeMade("Bilden <b>är</b> trasig.")

    maker.then = reason
    build, client = run(asked(owner)), signed_in(owner)
    page = client.get(build.get_absolute_url()).content.decode()
    assert "Bilden &lt;b&gt;är&lt;/b&gt; trasig." in page
    again = client.post(reverse("build_again", args=[build.pk]))
    new = DocumentBuild.objects.latest("pk")
    assert (again["Location"], new.pk != build.pk) == (new.get_absolute_url(), True)


@pytest.mark.parametrize("name", ["build_detail", "build_file", "build_again"])
def test_who_may_not_read_it_finds_nothing(maker, owner, name):
    build = run(asked(owner))
    client = signed_in(UserFactory())
    answer = client.post if name == "build_again" else client.get
    assert answer(reverse(name, args=[build.pk])).status_code == 404


def test_a_kind_that_is_gone_is_read_by_nobody(owner):
    build = DocumentBuild.objects.create(kind="gone", subject_id=1, asked_at=AT, asked_by=owner)
    assert signed_in(owner).get(build.get_absolute_url()).status_code == 404
