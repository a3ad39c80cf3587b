"""Teaches SQLite Swedish: the order å ä ö, and letters that differ only in case."""

import functools
import re
from typing import Any

_ORDER = {letter: place for place, letter in enumerate("aàáâbcčdđeéèfghijklłmnŋoópqrsštuüvwxyzžåäæöø")}
COLLATION = "sv-x-icu"
"""The name PostgreSQL gives the same order, so that one expression serves both engines."""


@functools.lru_cache(512)
def _sort_key(text: str) -> list[int]:
    return [_ORDER.get(letter, 100 + ord(letter)) for letter in text.casefold()]


def _compare(one: str, other: str) -> int:
    a, b = _sort_key(one), _sort_key(other)
    return (a > b) - (a < b)


@functools.lru_cache(512)
def _pattern(like: str, escape: str) -> re.Pattern[str]:
    parts, signs = [], iter(like.casefold())
    for sign in signs:
        if escape and sign == escape:
            parts.append(re.escape(next(signs, "")))
        else:
            parts.append({"%": ".*", "_": "."}.get(sign) or re.escape(sign))
    return re.compile("".join(parts), re.DOTALL)


def _like(pattern: Any, text: Any, escape: str = "") -> bool | None:
    if text is None or pattern is None:
        return None
    return _pattern(str(pattern), escape).fullmatch(str(text).casefold()) is not None


def _lower(text: Any) -> Any:
    return text if text is None else str(text).lower()


def _upper(text: Any) -> Any:
    return text if text is None else str(text).upper()


def teach_swedish(sender: Any, connection: Any, **kwargs: Any) -> None:
    if connection.vendor != "sqlite":
        return
    raw = connection.connection
    raw.create_collation(COLLATION, _compare)
    raw.create_function("LIKE", 2, _like, deterministic=True)
    raw.create_function("LIKE", 3, _like, deterministic=True)
    raw.create_function("LOWER", 1, _lower, deterministic=True)
    raw.create_function("UPPER", 1, _upper, deterministic=True)
