"""Every page as every role gets it, in a real browser: accessible, fits a phone, quiet, and asks nobody else for anything."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from kraftsamling.programmes.models import Role
from tests.walks.world import ROLES, VISITOR

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NEEDS_A_COOKIE = {
    "account_login": "a form that acts for a person is guarded against forgery",
    "account_signup": "as log-in",
    "account_request_login_code": "as log-in",
    "account_reset_password": "as log-in",
}
"""Pages for visitors that set the cookie of the guard against forged forms, and why; no other page sets any."""


@pytest.fixture(scope="module")
def browser_page(browser):
    context = browser.new_context(viewport=WIDE, locale="sv-SE")
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


def look_at(page, address, path):
    """Everything that is wrong with one page, and the headers of its answer."""
    page.trouble.clear()
    page.set_viewport_size(NARROW)
    response = page.goto(address + path)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(WIDE)
    found = [
        f"axe: {violation['id']}: {', '.join(str(node['target']) for node in violation['nodes'][:3])}"
        for violation in Axe().run(page, options=RULES).response["violations"]
    ]
    if width > NARROW["width"]:
        found.append(f"{width} px wide on a phone")
    return [*found, *page.trouble], response


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_accessible_fit_and_keep_to_themselves(world, pages, address, watched, role):
    cookie = world.client(role).cookies.get(settings.SESSION_COOKIE_NAME)
    watched.context.clear_cookies()
    if cookie:
        watched.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": address}])
    wrong = {}
    for page in pages[role]:
        found, response = look_at(watched, address, page.path)
        if response.status != 200:
            found.append(f"status {response.status}")
        if role == VISITOR:
            cookies = [header["value"] for header in response.headers_array() if header["name"].lower() == "set-cookie"]
            if bool(cookies) != (page.key in NEEDS_A_COOKIE):
                found.append(f"cookies: {cookies}")
            watched.context.clear_cookies()
        if found:
            wrong[f"{page.key} {page.path}"] = found
    assert wrong == {}


def test_the_walk_is_no_empty_one(pages):
    """Roles whose work comes with later parts see what everybody sees; all others have pages that nobody else has."""
    empty = {role for role, found in pages.items() if not found}
    assert empty == {Role.COMMUNICATIONS_OFFICER}
