"""What has changed between two versions of a text, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

MOST_WORDS = 3000
"""Longer texts are compared line by line: word by word would take minutes."""

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")


def changed_pieces(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Pairs of (“same” | “del” | “ins”, text), in reading order."""
    old, new = _pieces(before, after)
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(new[new_from:new_to])
            continue
        if old_to > old_from:
            yield "del", "".join(old[old_from:old_to])
        if new_to > new_from:
            yield "ins", "".join(new[new_from:new_to])


def _pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) <= MOST_WORDS:
        return old, new
    return _LINES.findall(before), _LINES.findall(after)
