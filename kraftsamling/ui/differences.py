"""What has changed between two versions of a text, word by word."""

import re
from array import array
from collections.abc import Iterator

MOST_WORDS = 3000
"""Longer texts are compared line by line."""
MOST_CHANGES = 1000
"""Words or lines taken away and added. A text that differs in more is shown as taken away and added whole: nobody would read it
piece by piece, and finding the pieces takes time by the square of their number."""

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
    was = now = 0
    for in_old, in_new in [*_kept(old, new), (len(old), len(new))]:
        yield from _named("del", old[was:in_old])
        yield from _named("ins", new[now:in_new])
        yield from _named("same", old[in_old : in_old + 1])
        was, now = in_old + 1, in_new + 1


def _kept(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Where the pieces that stay are in both, the fewest others being changed (Myers 1986); none if those are too many.

    Along each diagonal (place in old less place in new) it is known how far one comes in old with so many changes.
    """
    far, rounds = {1: 0}, []
    for changes in range(MOST_CHANGES + 1):
        for diagonal in range(-changes, changes + 1, 2):
            place = _begin(far, diagonal, changes)
            while place < len(old) and place - diagonal < len(new) and old[place] == new[place - diagonal]:
                place += 1
            far[diagonal] = place
            if place >= len(old) and place - diagonal >= len(new):
                return _walked_back(rounds, diagonal, place)
        rounds.append(array("l", [far[diagonal] for diagonal in range(-changes, changes + 1, 2)]))
    return []


def _begin(far: dict[int, int], diagonal: int, changes: int) -> int:
    """After one more change: a piece of new from the diagonal above, or one of old from the one below."""
    return far[diagonal + 1] if _is_from_above(far, diagonal, changes) else far[diagonal - 1] + 1


def _is_from_above(far: dict[int, int], diagonal: int, changes: int) -> bool:
    return diagonal == -changes or (diagonal != changes and far[diagonal - 1] < far[diagonal + 1])


def _walked_back(rounds: "list[array[int]]", diagonal: int, place: int) -> list[tuple[int, int]]:
    """The pieces that stay on the way to the end, in the order of the texts."""
    kept: list[tuple[int, int]] = []
    for changes in range(len(rounds), -1, -1):
        far = dict(zip(range(1 - changes, changes, 2), rounds[changes - 1], strict=True)) if changes else {1: 0}
        begin = _begin(far, diagonal, changes)
        kept += [(step, step - diagonal) for step in range(place - 1, begin - 1, -1)]
        if _is_from_above(far, diagonal, changes):
            diagonal, place = diagonal + 1, begin
        else:
            diagonal, place = diagonal - 1, begin - 1
    return kept[::-1]


def _named(kind: str, pieces: list[str]) -> Iterator[tuple[str, str]]:
    if pieces:
        yield kind, "".join(pieces)


def _pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) <= MOST_WORDS:
        return old, new
    return _LINES.findall(before), _LINES.findall(after)
