"""Does a text speak of a single child? Asked about, never refused: the writer knows, we only guess.

What makes a child recognisable is a name, an age, a class or a named school, or what has happened to just that child.
A text about groups has none of these in the singular. The text is read word by word, and what stands around a word that tells
something is looked at a few dozen characters far, so that the longest text takes a short time.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from . import child_words as words
from .first_names import FIRST_NAMES


class _Sentence:
    """A sentence, and where in it the things are that tell of one child."""

    def __init__(self, text: str) -> None:
        self.text = words.NO_MARK.sub(lambda match: "_" * len(match.group()), text)
        self._found: dict[str, list[tuple[int, int]]] = {}

    def near(self, kind: str, start: int, reach: int) -> int | None:
        """Where the first of its kind ends that begins within reach, in the same part of the sentence and not about many."""
        if kind not in self._found:
            self._found[kind] = [match.span() for match in words.KINDS[kind].finditer(self.text)]
        found = self._found[kind]
        place = bisect_left(found, (start, 0))
        if place == len(found) or found[place][0] > start + reach:
            return None
        between = self.text[start : found[place][0]]
        return None if words.STOP.search(between) or words.MANY.search(between) else found[place][1]


class _Head(NamedTuple):
    """What says that it is one: “en”, “vår”, with up to two words after it."""

    start: int
    one: str
    like: str


class _At(NamedTuple):
    """A word in its sentence."""

    sentence: _Sentence
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.sentence.text[self.start : self.end]

    @property
    def before(self) -> str:
        return self.sentence.text[max(0, self.start - 60) : self.start]

    @property
    def head(self) -> _Head | None:
        said = self.before.split(" ")[:-1]
        for count in range(1, min(len(said), words.MOST_BETWEEN) + 1):
            one = said[-count].lstrip('(”"»–—')
            if one.lower() in words.ONE:
                like = " ".join(said[len(said) - count + 1 :])
                return _Head(self.start - len(one) - len(like) - (1 if count == 1 else 2), one.lower(), like)
        return None

    @property
    def is_supposed(self) -> bool:
        """After “when”, “how”, “if”: about any such child."""
        said = self.before.lower().split(" ")[-3:-1]
        if not self.before.endswith(" ") or not said:
            return False
        if said[-1] == "om":
            return len(said) == 1 or not said[0] or said[0][-1] in ",–—" or said[0] in words.IF
        return said[-1].lstrip('(”"»–—') in words.SUPPOSED

    def follows(self, pattern: re.Pattern[str]) -> int | None:
        match = pattern.match(self.sentence.text, self.end)
        return match.end() if match else None

    def follow(self, kinds: Iterable[str], reach: int) -> int | None:
        ends = (self.sentence.near(kind, self.end, reach) for kind in kinds)
        return next((end for end in ends if end is not None), None)

    def place_of(self, head: re.Match[str]) -> int:
        return self.start - len(self.before) + head.start()


class _Hint(NamedTuple):
    start: int
    end: int


def single_child_hints(text: str) -> list[str]:
    """Places that look like one child who could be recognised, at most one a sentence."""
    return [hint for sentence in words.SENTENCES.split(text) for hint in _first_hint(" ".join(sentence.split()))]


def _first_hint(text: str) -> Iterator[str]:
    sentence = _Sentence(text)
    for found in words.WORD.finditer(sentence.text):
        word = found.group().lower()
        if word in words.TELLING or "år" in word:
            hints = _hints_at(_At(sentence, *found.span()), word)
        elif found.group()[0].isupper():
            hints = _named(_At(sentence, *found.span()))
        else:
            continue
        for hint in hints:
            yield text[hint.start : hint.end].strip(" ,(")
            return


def _hints_at(at: _At, word: str) -> Iterator[_Hint]:
    if at.word[0].isupper():
        yield from _named(at)
    if word in words.CHILD:
        yield from _one_child(at, word)
    elif word in words.CHILDREN and (head := words.ONE_OF.search(at.before)):
        yield from _told(at, at.place_of(head), _marked(at) or at.follow(["event"], 60))
    if word in words.THE_GIRL or word in words.THE_CHILD:
        yield from _the_child(at, word)
    elif word in words.PRONOUNS:
        yield from _told(at, at.start, at.follows(words.SHE_IS))
    elif word in {"kallar", "kalla"} and (name := _name_after(words.TO_ALIAS, at)):
        yield _Hint(at.start, name.end())
    elif old := words.OLD.match(word):
        yield from _of_age(at, old["ending"])


def _told(at: _At, start: int, end: int | None) -> Iterator[_Hint]:
    """About what is, and not about what would be, or about any child."""
    text = at.sentence.text
    if end is not None and not _At(at.sentence, start, end).is_supposed and not words.IN_GENERAL.match(text, end):
        yield _Hint(start, end)


# ---- A name


def _named(at: _At) -> Iterator[_Hint]:
    name = words.NAME.match(at.sentence.text, at.start)
    if not name:
        yield from _initials(at)
        return
    at = _At(at.sentence, at.start, name.end())
    if _is_name(name.group()):
        yield from _child_by_name(at)
    elif (end := at.follows(words.GOES)) and _is_called_so(name.group()):
        yield _Hint(at.start, end)


def _child_by_name(at: _At) -> Iterator[_Hint]:
    """A name, of nobody who is there as a grown-up. Who goes to a class is a pupil."""
    if end := at.follows(words.GOES):
        yield _Hint(at.start, end)
        return
    text = at.sentence.text
    end = at.follows(words.OLD_OR_IN_CLASS) or at.follow(["goes to"], 45) or at.follow(["event", "has it"], 15)
    if (
        end
        and not words.TELLS_OF_WORK.search(text[at.end : end])
        and not words.ADULT.search(text[max(0, at.start - 30) : end])
        and not words.ADULT_AFTER.match(text, end)
    ):
        yield _Hint(at.start, end)


def _initials(at: _At) -> Iterator[_Hint]:
    end = at.follows(words.MARKED_INITIALS) if len(at.word) == 1 else None
    if end is not None and at.sentence.text[at.end] == ".":
        yield _Hint(at.start, end)


def _is_name(name: str) -> bool:
    parts = name.split()
    if any(word.split("-")[0] in FIRST_NAMES for word in parts):
        return True
    return len(parts) > 1 and not words.PLACES.intersection(parts) and bool(words.SURNAME.search(parts[-1]))


def _is_called_so(name: str) -> bool:
    """Where only a name can stand, any word with a capital is one, unless it is a place or a school."""
    first = name.split(maxsplit=1)[0]
    return first in FIRST_NAMES or (first not in words.PLACES and not words.NO_NAMES.search(name))


def _name_after(link: re.Pattern[str], at: _At) -> re.Match[str] | None:
    end = at.follows(link)
    return None if end is None else words.NAME.match(at.sentence.text, end)


# ---- A child


def _one_child(at: _At, child: str) -> Iterator[_Hint]:
    """One pupil, one girl: with a name, or with what makes one recognisable."""
    yield from _child_called(at)
    marked, event, has_it = _marked(at), at.follow(["event"], 60), at.follow(["has it"], 25)
    if not (marked or event or has_it):
        return
    head = at.head
    if head and _is_one(child, head):
        yield from _told(at, head.start, marked)
        if event:
            yield _Hint(head.start, event)
        if head.one not in {"en", "ett", "1"}:
            yield from _told(at, head.start, has_it)
    elif child in words.ALONE and words.BEGINS.search(at.before):
        yield from _told(at, at.start, at.follows(words.MARKED_ALONE))


def _child_called(at: _At) -> Iterator[_Hint]:
    """By a name or initials."""
    yield from _called(at, surely=False)
    end = at.follows(words.INITIAL)
    if end is not None and (marked := _At(at.sentence, at.start, end).follows(words.MARKED_INITIALS)):
        yield _Hint(at.start, marked)


def _called(at: _At, surely: bool) -> Iterator[_Hint]:
    """After “our pupil” or “the girl” any word with a capital is a name; beside a comma it may be something else."""
    name = _name_after(words.TO_NAME, at)
    if not name:
        return
    beside = at.sentence.text[at.end] == "," or at.sentence.text[name.start() - 1] == "("
    if _is_name(name.group()) or (not beside and (surely or at.head) and _is_called_so(name.group())):
        yield _Hint(at.start, name.end())


def _marked(at: _At) -> int | None:
    return at.follows(words.ON_YEARS) or at.follow(["mark"], 45)


def _is_one(child: str, head: _Head) -> bool:
    """One child and not a number of them: “barn” is the same word for one and for many."""
    if child in {"person", "kvinna", "man"} and not words.YOUNG.search(head.like):
        return False
    many = child.endswith("barn") and head.one in {"en", "vår", "min", "1"}
    return not many and not words.NOT_ONE.search(head.like)


def _the_child(at: _At, word: str) -> Iterator[_Hint]:
    if word in {"unge", "kvinnan", "mannen"}:
        the = words.THE_YOUNG.search(at.before)
        if not the:
            return
        at = _At(at.sentence, at.place_of(the), at.end)
    yield from _called(at, surely=True)
    if word in words.THE_GIRL:
        yield from _told(at, at.start, _marked(at) or at.follow(["event", "has it"], 45))
    else:
        yield from _told(at, at.start, at.follows(words.MARKED) or at.follow(["event"], 30))


def _of_age(at: _At, ending: str) -> Iterator[_Hint]:
    """A girl of 13, the boy of 13, the one who is 13."""
    head = at.head
    start = head.start if head else at.start
    if ending == "ingen":
        yield from _told(at, at.start, at.end)
    elif ending == "ing":
        if head and not words.NOT_ONE.search(head.like):
            yield from _told(at, start, at.follow(["class or school", "event", "has it"], 45))
    else:
        for pattern in words.WHO_IS_OLD:
            who = pattern.match(at.sentence.text, at.end)
            if who and _is_one_of_age(who["who"], head):
                yield from _told(at, start, who.end())


def _is_one_of_age(who: str, head: _Head | None) -> bool:
    if who in FIRST_NAMES:
        return True
    definite = who in words.THE_GIRL or who in words.THE_CHILD
    return definite or (who in words.CHILD and head is not None and _is_one(who, head))
