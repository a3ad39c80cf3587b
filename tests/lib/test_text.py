import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from kraftsamling.lib.text import clean_text, identity_number_refusal, identity_numbers, in_sentence, told_once, word_count

anything = st.text(st.characters(exclude_categories=[]), max_size=80)
FAMILY = "👨‍👩‍👧‍👦"
"""Four people held together by joiners."""


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Hej!", "Hej!"),
        ("rad 1\r\nrad 2\rrad 3\n", "rad 1\nrad 2\nrad 3\n"),
        ("a\tb", "a\tb"),
        ("a\x00b\x07c\x1bd\x7fe\x85f", "abcdef"),
        (f"Tack {FAMILY} 🇸🇪", f"Tack {FAMILY} 🇸🇪"),
        ("مرحبا שלום", "مرحبا שלום"),
        ("نمی‌خواهم", "نمی‌خواهم"),
        ("\u202eexe.cod\u202c", "exe.cod"),
        ("\u2066a\u2069\ufeff", "a"),
        ("a\ud800b\udfffc", "a\ufffdb\ufffdc"),
        ("O\u0308rebro", "Örebro"),
        ("", ""),
    ],
)
def test_cleaning_takes_away_only_what_nobody_can_see(text, cleaned):
    assert clean_text(text) == cleaned


@given(anything)
def test_cleaned_text_can_be_stored_and_cleaning_again_changes_nothing(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert unicodedata.normalize("NFC", cleaned) == cleaned
    assert not {"\x00", "\r", "\u202e", "\u2066", "\ufeff"}.intersection(cleaned)


@pytest.mark.parametrize(("text", "words"), [("", 0), ("  ", 0), ("ett", 1), ("ett två\n\ntre\u00a0fyra", 4)])
def test_words_are_counted_between_spaces(text, words):
    assert word_count(text) == words


# ---- Personal identity numbers (none of these belongs to anybody: they are computed)


def number(date, birth="238", *, separator="-", century=""):
    digits = date + birth
    return f"{century}{date}{separator}{birth}{luhn.calc_check_digit(digits)}"


@pytest.mark.parametrize(
    "written",
    [
        number("640823"),
        number("640823", separator=""),
        number("640823", separator="+"),
        number("640823", separator=" "),
        number("640823", separator="\u2013"),
        number("640823", separator=" - "),
        number("640823", separator="\u00a0"),
        number("640823", century="19"),
        number("120229", century="20"),
        number("640823", century="18", separator=""),
        number("640883"),
        number("640861"),
        number("640891"),
        number("000229"),
        number("991231"),
    ],
)
def test_identity_and_coordination_numbers_are_found_however_they_are_written(written):
    assert identity_numbers(f"Eleven ({written}) vill.") == [written]


@pytest.mark.parametrize(
    "harmless",
    [
        "212000-1355",
        "556036-0793",
        "802002-8166",
        "019-602 10 00",
        "070-123 45 67",
        "+46 19 602 10 00",
        "1 000 000",
        "2026-11-28 16.00",
        "5050-1055",
        number("640832"),
        number("641323"),
        number("640800"),
        number("640860"),
        number("640892"),
        number("230229", century="20"),
        number("640823")[:-1] + str((int(number("640823")[-1]) + 1) % 10),
        "9" + number("640823"),
        number("640823") + "9",
        number("640823", separator="--"),
    ],
)
def test_what_is_no_identity_number_passes(harmless):
    assert identity_numbers(f"Skriv {harmless} här.") == []


def test_every_number_in_the_text_is_found_in_order():
    one, two = number("640823"), number("010101", "000")
    assert identity_numbers(f"{one} och {two}, men inte 212000-1355") == [one, two]


@given(st.dates(min_value=__import__("datetime").date(1900, 1, 1)), st.integers(0, 999))
def test_any_computed_number_is_found(day, birth):
    written = number(f"{day:%y%m%d}", f"{birth:03}", century=f"{day:%Y}"[:2] if day.year < 2100 else "")
    if day.year < 2100:
        assert identity_numbers(written) == [written]


TEN_DIGITS = number("070123", "456", separator="")
"""A telephone number, and what somebody born on 23 January 2007 could have."""


@pytest.mark.parametrize(
    "label",
    [
        "Tel",
        "tel.",
        "Tel: ",
        "Telefon ",
        "telefonnummer: ",
        "Tfn. ",
        "Mobil:",
        "mobil\u00a0",
        "Mobilnummer ",
        "mobil nr: ",
        "Växel ",
        "Phone: ",
    ],
)
def test_ten_digits_that_are_called_a_telephone_number_are_one(label):
    text = f"Kontakt {label}{TEN_DIGITS}, säkrast på förmiddagen." if not label[-1].isalpha() else f"Kontakt {label} {TEN_DIGITS}"
    assert identity_numbers(text) == []


@pytest.mark.parametrize(
    "text",
    [
        f"Eleven {TEN_DIGITS}",
        f"Elevens mobil är borta. {TEN_DIGITS}",
        f"Mobil och personnummer {TEN_DIGITS}",
        f"Hotel {TEN_DIGITS}",
        f"Tel: {number('070123', '456')}",
        f"Tel: {number('070123', '456', separator=' ')}",
        f"Tel: {number('070123', '456', separator='', century='20')}",
        f"Tel: {number('640823', separator='')}",
        f"Telefon:\n\n{TEN_DIGITS}",
        f"Telefon\n{TEN_DIGITS}",
    ],
)
def test_an_identity_number_is_found_also_where_telephones_are_spoken_of(text):
    assert len(identity_numbers(text)) == 1


def test_a_telephone_number_written_as_the_refusal_says_passes():
    [_refusal, written] = identity_number_refusal().removesuffix(".").rsplit(": ", 1)
    assert written == "070-123 45 67"
    assert (
        identity_numbers(f"{identity_number_refusal()} {TEN_DIGITS[:3]}-{TEN_DIGITS[3:6]} {TEN_DIGITS[6:8]} {TEN_DIGITS[8:]}")
        == []
    )


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (("Laxå kommun", "kommun", "Laxå"), "Laxå kommun"),
        (("Askersunds kommun", "kommun", "Askersund"), "Askersunds kommun"),
        (("Örebro stadsmission", "stiftelse", "Örebro"), "Örebro stadsmission, stiftelse"),
        (("Girl Unit", "förening", "Kumla"), "Girl Unit, förening, Kumla"),
        (("STUDIEFÖRBUNDET", "studieförbund", "Örebro"), "STUDIEFÖRBUNDET, Örebro"),
    ],
)
def test_what_a_name_says_is_not_said_again(said, line):
    assert told_once(*said) == line


@pytest.mark.parametrize(
    ("name", "said"), [("Lägesrapport 7", "lägesrapport 7"), ("Årsrapport", "årsrapport"), ("", ""), ("–", "–")]
)
def test_the_name_of_a_kind_begins_small_inside_a_sentence(name, said):
    assert in_sentence(name) == said
