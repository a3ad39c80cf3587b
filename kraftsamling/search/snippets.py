"""Shows where in a text the words were found: escaped, with the hits marked."""

import re
from collections.abc import Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

BEFORE = 80
LENGTH = 240


def snippet(text: str, terms: Sequence[str]) -> SafeString:
    """A part of the text around the first hit, cut between words."""
    text = " ".join(text.split())
    pattern = _pattern(terms)
    hit = pattern.search(text) if pattern else None
    start = max(0, hit.start() - BEFORE) if hit else 0
    start = text.rfind(" ", 0, start) + 1
    part = text[start : start + LENGTH]
    cut = start + LENGTH < len(text)
    if cut:
        part = part.rpartition(" ")[0] or part
    return format_html("{}{}{}", "… " if start else "", highlighted(part, terms), " …" if cut else "")


def highlighted(text: str, terms: Sequence[str]) -> SafeString:
    """The text with every hit in <mark>."""
    pattern = _pattern(terms)
    if not pattern:
        return escape(text)
    pieces, end = [], 0
    for hit in pattern.finditer(text):
        pieces += [escape(text[end : hit.start()]), format_html("<mark>{}</mark>", hit.group())]
        end = hit.end()
    return mark_safe("".join([*pieces, escape(text[end:])]))


def _pattern(terms: Sequence[str]) -> re.Pattern[str] | None:
    longest_first = sorted(terms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if terms else None
