"""One world for all walks. What needs the apps is imported where it is used: this file is read before they are loaded."""

import pytest


@pytest.fixture(scope="package")
def world(playwright, django_db_setup, django_db_blocker, tmp_path_factory):
    """After the browser's driver, whose event loop gives this thread other connections than it had before."""
    from tests.walks.world import opened

    with django_db_blocker.unblock(), opened(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(autouse=True)
def _files_of_the_world(world, settings):
    settings.PRIVATE_FILES_DIR = world.files
    settings.DEMO = True


@pytest.fixture(scope="package")
def pages(world):
    from tests.walks.pages import collected

    return collected(world)


@pytest.fixture(scope="package")
def address(world):
    """A server beside the tests, which sees what their transaction holds."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.db import connections
    from django.test.testcases import LiveServerThread

    connection = connections["default"]
    if connection.vendor != "sqlite":
        pytest.skip("the server shares the open transaction of the tests, which works in memory alone")
    connection.inc_thread_sharing()
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={"default": connection})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
    connection.dec_thread_sharing()
