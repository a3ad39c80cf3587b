"""A worker is killed in the middle of a document: it is taken up once, and who waits for it sees it finish."""

import json
import sys
import time

import pytest

from tests.kraftsamling.notifications.test_killed_worker import Installation, database_url, kill  # noqa: F401

ASK = """
from django.utils import timezone
import tests.pilots.slow_documents
from pilots import builds
print(builds.ask("slow", 1, by=None, at=timezone.now()).pk)
"""
SWEEP = """
from django.utils import timezone
from pilots import builds
from pilots.models import DocumentBuild
DocumentBuild.objects.update(seen_at="2020-01-01T00:00Z")
builds.take_up_left(at=timezone.now())
builds.take_up_left(at=timezone.now())
"""
STATE = """
import json
from pilots.models import DocumentBuild
build = DocumentBuild.objects.get()
print(json.dumps([build.state, build.attempts, build.done, build.file and build.file.name]))
"""


class WithDocuments(Installation):
    def __init__(self, folder, url):
        super().__init__(folder, 25, url)
        self.env["SLOW_DOCUMENTS"] = str(folder)

    def worker(self):
        return self.process(
            sys.executable, "-m", "celery", "-A", "kraftsamling", "worker", "-c", "2", "--loglevel", "ERROR",
            "--without-mingle", "--without-gossip", "-I", "tests.pilots.slow_documents",
        )  # fmt: skip

    def state(self):
        return json.loads(self.shell(STATE).strip().splitlines()[-1])


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.services
def test_a_document_is_taken_up_once_when_its_worker_is_killed(tmp_path_factory, database_url):  # noqa: F811
    folder = tmp_path_factory.mktemp("documents")
    installation = WithDocuments(folder, database_url)
    installation.manage("migrate", "-v", "0")
    with installation.broker():
        installation.shell(ASK)
        with installation.worker() as worker:
            wait_for(lambda: list(folder.glob("begun-*")))
            kill(worker)
        assert installation.state() == ["running", 1, 1, None]

        (folder / "go").touch()
        installation.shell(SWEEP)
        with installation.worker():
            wait_for(lambda: installation.state()[0] == "ready")

    assert installation.state() == ["ready", 2, 2, "langsamt.pdf"]
    assert sorted(path.name.rpartition("-")[2] for path in folder.glob("begun-*")) == ["1", "2"]
