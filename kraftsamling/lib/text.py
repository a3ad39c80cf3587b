"""What people write: cleaned of what no reader can see, and checked for what must not be written."""

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _
from stdnum import luhn

_INVISIBLE = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_IDENTITY = re.compile(
    r"(?<!\d)(?P<century>18|19|20)?(?P<date>\d{6})[\s\u00a0]?[-+\u2010-\u2015\u2212]?[\s\u00a0]?(?P<last>\d{4})(?!\d)"
)
_TELEPHONE = re.compile(
    r"\b(?:tel|telefon|telnr|telefonnr|telefonnummer|tfn|mobil|mobilnr|mobilnummer|mobiltelefon|växel|phone|mobile)(?:\s(?:nr|nummer))?[.:]{0,2}[^\S\n]?\Z",
    re.IGNORECASE,
)
_BEFORE = 30
COORDINATION_DAY_OFFSET = 60
"""A coordination number (samordningsnummer) is written with 60 added to the day."""


def clean_text(text: str) -> str:
    """One form for everything stored: composed Unicode, plain new lines, nothing invisible or unpaired.

    Emoji, right-to-left letters and joiners are kept; control characters and direction overrides are not.
    """
    text = _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def told_once(name: str, *more: str) -> str:
    """The name, and of the rest only what it does not say already: “Laxå kommun” is a municipality, and in Laxå."""
    said = name.casefold()
    return ", ".join([name, *(each for each in more if each.casefold() not in said)])


def in_sentence(name: object) -> str:
    """As the name of a kind is written inside a sentence: “Granska lägesrapport 7”."""
    text = str(name)
    return text[:1].lower() + text[1:]


def word_count(text: str) -> int:
    return len(text.split())


def identity_numbers(text: str) -> list[str]:
    """Personal identity and coordination numbers in the text (lag 2018:218, 3 kap. 10 §; domain 10, rule 21).

    A real date and a right check digit are asked for, so that organisation numbers and most telephone numbers pass. Of those
    that begin with 070 or 010 and are written in one piece, a twentieth looks just like it: they pass where the word before
    says what they are, and only there, for those born in 2007 have such numbers too.
    """
    return [
        match.group()
        for match in _IDENTITY.finditer(text)
        if _is_birth_date(match["century"], match["date"])
        and luhn.is_valid(match["date"] + match["last"])
        and not _is_telephone(match)
    ]


def _is_telephone(match: re.Match[str]) -> bool:
    number, before = match.group(), match.string[max(0, match.start() - _BEFORE) : match.start()]
    return number.isdecimal() and number.startswith("0") and bool(_TELEPHONE.search(before))


def _is_birth_date(century: str | None, digits: str) -> bool:
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if day > COORDINATION_DAY_OFFSET:
        day -= COORDINATION_DAY_OFFSET
    try:
        date(int(century or 20) * 100 + year, month, day)
    except ValueError:
        return False
    return True


def identity_number_refusal() -> str:
    return _(
        "Take away the personal identity number. Never write about single children, only about groups. "
        "If it is a telephone number, write it in groups: 070-123 45 67."
    )
