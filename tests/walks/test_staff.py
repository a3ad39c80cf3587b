"""Every page as the programme's staff gets it: accessible, fits a phone, quiet, asks nobody else for anything, and is in Swedish.

In a file of their own, so that two workers share the walk.
"""

import pytest

from tests.walks.browsing import wrong_in_a_browser
from tests.walks.language import english_left
from tests.walks.world import PEOPLE, STAFF

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.mark.parametrize("role", STAFF)
def test_pages_are_accessible_fit_and_keep_to_themselves(world, pages, address, watched, role):
    assert wrong_in_a_browser(world, pages[role], address, watched, role) == {}


@pytest.mark.parametrize("role", STAFF)
def test_pages_hold_no_english(pages, english, role):
    assert english_left(pages[role], english) == {}
    assert [page.path for page in pages[role] if '<html lang="sv"' not in page.html] == []


def test_the_walk_is_no_empty_one(pages):
    """Roles whose work comes with later parts see what everybody sees; all others have pages that nobody else has."""
    empty = {role for role in (*PEOPLE, *STAFF) if not pages[role]}
    assert empty == set()
