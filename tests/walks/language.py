"""What is left in English on a page that is asked for in Swedish."""

import re

from django.utils.translation.trans_real import translation
from lxml import html

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]*>")
READ_ALOUD = ("alt", "aria-label", "placeholder", "title", "data-label")
NOT_OURS_TO_TRANSLATE = "//script|//style|//code|//pre|//*[@lang and @lang != 'sv' and not(self::html)]"


def words(text):
    return re.findall(r"[^\W\d_]+", text)


def squeezed(text):
    return " ".join(text.split())


def pieces_of_english():
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


def english_left(found, english):
    """Pieces of English, by page."""
    left = {}
    for page in found:
        text = shown(page)
        pieces = sorted(piece for piece, pattern in english.items() if piece in text and pattern.search(text))
        if pieces:
            left[f"{page.key} {page.path}"] = pieces
    return left
