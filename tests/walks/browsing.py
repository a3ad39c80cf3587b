"""A page in a real browser: accessible, fits a phone and a tablet, quiet, and asks nobody else for anything."""

import json

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings

from tests.walks.world import VISITOR

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
VIOLATIONS = f"""axe.run({json.dumps(RULES)}).then(found => found.violations.map(
    violation => [violation.id, violation.nodes.slice(0, 3).map(node => node.target)]))"""
"""Worked out in the page: of hundreds of rules that are kept, nothing has to come over."""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
BETWEEN = (800, 1024)
"""A tablet, and a window that is enlarged somewhat: where tables are still tables."""
NEEDS_A_COOKIE = {
    "account_login": "a form that acts for a person is guarded against forgery",
    "account_signup": "as log-in",
    "account_request_login_code": "as log-in",
    "account_reset_password": "as log-in",
}
"""Pages for visitors that set the cookie of the guard against forged forms, and why; no other page sets any."""


def with_axe(context):
    """The half megabyte of its script is handed over once, and not for each page."""
    context.add_init_script(AXE_SCRIPT)
    return context


def look_at(page, address, path):
    """Everything that is wrong with one page, and the headers of its answer."""
    page.trouble.clear()
    page.set_viewport_size(NARROW)
    response = page.goto(address + path)
    width = page.evaluate("document.documentElement.scrollWidth")
    too_wide = [f"{width} px wide on a phone"] if width > NARROW["width"] else []
    for room in BETWEEN:
        page.set_viewport_size({"width": room, "height": 900})
        width = page.evaluate("document.documentElement.scrollWidth")
        too_wide += [f"{width} px wide where there are {room}"] if width > room else []
    page.set_viewport_size(WIDE)
    found = [f"axe: {rule}: {', '.join(str(target) for target in targets)}" for rule, targets in page.evaluate(VIOLATIONS)]
    return [*found, *too_wide, *page.trouble], response


def wrong_in_a_browser(world, found, address, watched, role):
    """What is wrong with the pages of a role, by page."""
    cookie = world.client(role).cookies.get(settings.SESSION_COOKIE_NAME)
    watched.context.clear_cookies()
    if cookie:
        watched.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": address}])
    wrong = {}
    for page in found:
        trouble, response = look_at(watched, address, page.path)
        if response.status != 200:
            trouble.append(f"status {response.status}")
        if role == VISITOR:
            cookies = [header["value"] for header in response.headers_array() if header["name"].lower() == "set-cookie"]
            if bool(cookies) != (page.key in NEEDS_A_COOKIE):
                trouble.append(f"cookies: {cookies}")
            watched.context.clear_cookies()
        if trouble:
            wrong[f"{page.key} {page.path}"] = trouble
    return wrong
