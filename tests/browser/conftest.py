"""Persons before browsers of their own."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

PATIENCE = 40_000
"""Milliseconds: a machine with much to do is slow, not wrong."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def desk(browser, live_server):
    """A page for a person, in a context of its own: `desk(user, size)`."""
    contexts = []

    def opened(user, size, **options):
        context = browser.new_context(viewport=size, locale="sv-SE", base_url=live_server.url, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
