"""Every page as visitors and members get it: accessible, fits a phone, quiet, asks nobody else for anything, and is in Swedish.

In a file of their own, so that two workers share the walk.
"""

import pytest

from tests.walks.browsing import wrong_in_a_browser
from tests.walks.language import english_left
from tests.walks.world import PEOPLE

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("role", PEOPLE)
def test_pages_are_accessible_fit_and_keep_to_themselves(world, pages, address, watched, role):
    assert wrong_in_a_browser(world, pages[role], address, watched, role) == {}


@pytest.mark.parametrize("role", PEOPLE)
def test_pages_hold_no_english(pages, english, role):
    assert english_left(pages[role], english) == {}
    assert [page.path for page in pages[role] if '<html lang="sv"' not in page.html] == []


def test_english_would_be_found(english):
    """The search works: whole phrases, and the fixed parts of phrases with something in them."""
    phrases = {"Our organisation", "Go to the content", "Map of the municipalities of"}
    assert phrases & set(english) == phrases
