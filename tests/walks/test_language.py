"""No English is left on a page that is asked for in Swedish."""

import re

import pytest
from django.utils.translation.trans_real import translation
from lxml import html

from tests.walks.world import ROLES

pytestmark = pytest.mark.django_db

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>")
READ_ALOUD = ("alt", "aria-label", "placeholder", "title", "data-label")
NOT_OURS_TO_TRANSLATE = "//script|//style|//code|//pre|//*[@lang and @lang != 'sv' and not(self::html)]"


def words(text):
    return re.findall(r"[^\W\d_]+", text)


def squeezed(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def english():
    """What stands in English in the code and in other words in Swedish, in pieces that can be looked for."""
    pieces = {}
    for msgid, swedish in translation("sv")._catalog.items():
        source = msgid[0] if isinstance(msgid, tuple) else msgid
        least = 3 if PLACEHOLDER.search(source) else 2
        for piece in PLACEHOLDER.split(source):
            text = squeezed(piece)
            if len(words(text)) >= least and text.casefold() not in squeezed(swedish).casefold():
                pieces[text] = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)")
    return pieces


def shown(page):
    """What a person sees or hears of the page."""
    tree = html.fromstring(page.html)
    for element in tree.xpath(NOT_OURS_TO_TRANSLATE):
        element.drop_tree()
    texts = [squeezed(text) for text in tree.itertext()]
    texts += [squeezed(element.get(name)) for name in READ_ALOUD for element in tree.xpath(f"//*[@{name}]")]
    return "\n".join(text for text in texts if text) + "\n" + squeezed(tree.text_content())


@pytest.mark.parametrize("role", ROLES)
def test_pages_hold_no_english(pages, english, role):
    left = {}
    for page in pages[role]:
        text = shown(page)
        found = sorted(piece for piece, pattern in english.items() if piece in text and pattern.search(text))
        if found:
            left[f"{page.key} {page.path}"] = found
    assert left == {}


def test_pages_say_that_they_are_in_swedish(pages):
    wrong = {page.path for found in pages.values() for page in found if '<html lang="sv"' not in page.html}
    assert wrong == set()


def test_english_would_be_found(english):
    """The search works: whole phrases, and the fixed parts of phrases with something in them."""
    phrases = {"Our organisation", "Go to the content", "Map of the municipalities of"}
    assert phrases & set(english) == phrases
