"""Documents as PDF: tagged (PDF/UA-1) and archivable (PDF/A-3a), the same on every machine, fetching nothing."""

import atexit
import ctypes
import gc
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from .text import clean_text

SCHEME = "static:"
"""The addresses a document can use: files of our own static folder, "static:fonts/x.woff2"."""
PICTURE = "picture:"
"""And the pictures that are handed over with it, "picture:1"."""

Pictures = Mapping[str, tuple[bytes, str]]
"""Name → content and content type."""


def html_to_pdf(
    template: str, context: dict[str, Any], *, title: str, language: str = "sv", pictures: Pictures | None = None
) -> bytes:
    """The template, usually one that extends pdf/base.html, as a finished document."""
    from .pdf_marks import accessible  # noqa: PLC0415 - 7 MB in every web process, and only workers need it

    with translation.override(language):
        html = render_to_string(template, {**context, "pdf_title": title, "pdf_language": language})
    try:
        return accessible(_written(_without_endless_words(clean_text(html)), pictures or {}))
    finally:
        _give_back_memory()


_TEXT = re.compile(r"<svg\b.*?</svg>|(?<=>)[^<>]+(?=<)", re.DOTALL)
_ENDLESS = re.compile(r"\S{60,}")
_SIGN = re.compile(r"&#?\w{1,8};|.")


LONGEST_PIECE = 500


def _without_endless_words(html: str) -> str:
    """Nobody hyphenates sixty signs without a space, and trying takes time by their square: minutes for some thousands.

    What no address is as long as may be broken between pieces, for looking where it can be takes time by the square too.
    """
    head, body, rest = html.partition("<body")
    return head + body + _TEXT.sub(_unhyphenated, rest)


def _unhyphenated(found: re.Match[str]) -> str:
    text = found.group()
    if text.startswith("<svg"):
        return text
    return _ENDLESS.sub(lambda word: f'<span style="hyphens: manual">{"<wbr>".join(_pieces(word.group()))}</span>', text)


def _pieces(word: str) -> list[str]:
    """Never in the midst of an entity, which stands for one sign."""
    signs = _SIGN.findall(word)
    return ["".join(signs[start : start + LONGEST_PIECE]) for start in range(0, len(signs), LONGEST_PIECE)]


def _written(html: str, pictures: Pictures) -> bytes:
    from weasyprint import HTML  # noqa: PLC0415 - takes two seconds, and only workers need it

    document = HTML(string=html, url_fetcher=_fetcher(pictures))
    return bytes(document.write_pdf(pdf_variant="pdf/a-3a", font_config=_fonts()))


_kept = threading.local()


def _fonts() -> Any:
    """Our fonts, read and unpacked once for each thread: the C libraries below do not give back what they take for them."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - see above

    if not hasattr(_kept, "fonts"):
        _kept.fonts = FontConfiguration()
    return _kept.fonts


@atexit.register
def forget_fonts() -> None:
    """Their files in the temporary folder go with them. For the end of a process, and of a worker's child, which skips `atexit`."""
    _kept.__dict__.clear()


def _give_back_memory() -> None:
    """A document leaves tens of megabytes of boxes that refer to one another; a worker that makes many would keep them."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc keeps what is freed until it is asked
    if trim is not None:
        trim(0)


def _fetcher(pictures: Pictures) -> Any:
    from weasyprint import URLFetcher  # noqa: PLC0415 - see above
    from weasyprint.urls import URLFetcherResponse  # noqa: PLC0415

    class OwnFilesOnly(URLFetcher):
        """Whatever somebody has written into a text, only our own static files and the pictures handed over are read."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith(PICTURE) and url.removeprefix(PICTURE) in pictures:
                content, content_type = pictures[url.removeprefix(PICTURE)]
                return URLFetcherResponse(url, content, {"Content-Type": content_type})
            if not url.startswith(SCHEME):
                raise ValueError(f"documents fetch nothing from outside: {url[:100]}")
            path = finders.find(url.removeprefix(SCHEME))
            if not path:
                raise ValueError(f"no such static file: {url[:100]}")
            return URLFetcherResponse(url, Path(path).read_bytes())

    return OwnFilesOnly()
