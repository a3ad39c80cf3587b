"""What has changed between two versions of a text, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

MOST_WORDS = 3000
"""Longer texts are compared line by line: word by word would take minutes. What has changed is as long as this at
most, even in lines; else it is shown as taken away and added, for it would stop us and nobody would read it."""

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def changed_pieces(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Pairs of (“same” | “del” | “ins”, text), in reading order."""
    old, new = _pieces(before, after)
    first = _same_at_the_beginning(old, new)
    last = _same_at_the_beginning(old[first:][::-1], new[first:][::-1])
    yield from _named("same", old[:first])
    yield from _changed(old[first : len(old) - last], new[first : len(new) - last])
    yield from _named("same", old[len(old) - last :])


def _same_at_the_beginning(old: list[str], new: list[str]) -> int:
    return next(
        (place for place, (left, right) in enumerate(zip(old, new, strict=False)) if left != right), min(len(old), len(new))
    )


def _changed(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    if max(len(old), len(new)) > MOST_WORDS:
        yield from _named("del", old)
        yield from _named("ins", new)
        return
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from _named("same", new[new_from:new_to])
            continue
        yield from _named("del", old[old_from:old_to])
        yield from _named("ins", new[new_from:new_to])


def _named(kind: str, pieces: list[str]) -> Iterator[tuple[str, str]]:
    if pieces:
        yield kind, "".join(pieces)


def _pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) <= MOST_WORDS:
        return old, new
    return _LINES.findall(before), _LINES.findall(after)
