"""One world for all walks. What needs the apps is imported where it is used: this file is read before they are loaded."""

import threading

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
    from tests.walks.pages import Pages

    return Pages(world)


@pytest.fixture(scope="package")
def address(world):
    """A server beside the tests, which sees what their transaction holds."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.db import connections
    from django.test.testcases import LiveServerThread

    from tests.passes import leave_to_first_pass

    connection = connections["default"]
    leave_to_first_pass("the server shares the open transaction of the tests, which works in memory alone")
    connection.inc_thread_sharing()
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={"default": connection})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
    for answering in threading.enumerate():
        if "process_request_thread" in answering.name:  # it closes the connection that it has been lent when it ends
            answering.join(30)
    connection.dec_thread_sharing()


@pytest.fixture(scope="module")
def browser_page(browser):
    from tests.walks.browsing import WIDE, with_axe

    context = with_axe(browser.new_context(viewport=WIDE, locale="sv-SE"))
    yield context.new_page()
    context.close()


@pytest.fixture
def watched(browser_page, address):
    """The page, with what went wrong on it: console errors, script errors and requests to others."""
    trouble = []

    def console(message):
        if message.type == "error":
            trouble.append(f"console: {message.text}")

    def request(request):
        if not request.url.startswith((f"{address}/", "data:", "blob:")):
            trouble.append(f"request: {request.url}")

    def error(error):
        trouble.append(f"script: {error}")

    listeners = {"console": console, "request": request, "pageerror": error}
    for name, listener in listeners.items():
        browser_page.on(name, listener)
    browser_page.trouble = trouble
    yield browser_page
    for name, listener in listeners.items():
        browser_page.remove_listener(name, listener)


@pytest.fixture(scope="module")
def english():
    """What stands in English in the code and in other words in Swedish, in pieces that can be looked for."""
    from tests.walks.language import pieces_of_english

    return pieces_of_english()
