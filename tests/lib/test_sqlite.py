import pytest
from django.db.models import CharField, F, Value
from django.db.models.functions import Collate, Lower, Upper

from kraftsamling.lib.sqlite import COLLATION
from kraftsamling.places.models import Municipality, Region

pytestmark = pytest.mark.django_db
"""The same answers on SQLite and on PostgreSQL: the suite runs on both."""

NAMES = [
    "Åre",
    "ängelholm",
    "Örebro",
    "Arvika",
    "Zinkgruvan",
    "Östersund",
    "ärla",
    "Äppelbo",
    "Ale",
    "örkelljunga",
    "Überlingen",
    "Écija",
    "Wiken",
    "100%",
    "Vik",
]


@pytest.fixture
def places():
    region = Region.objects.create(code="99", name="Provlän", letter="Q")
    for number, name in enumerate(NAMES):
        Municipality.objects.create(code=f"99{number:02}", name=name, region=region)
    return Municipality.objects.filter(region=region)


def names(rows):
    return sorted(row.name for row in rows)


def test_swedish_order_has_a_ring_a_dots_o_dots_last_and_ignores_case(places):
    ordered = [row.name for row in places.exclude(name__in=["Überlingen", "Écija", "100%"]).order_by(Collate("name", COLLATION))]
    assert ordered == [
        "Ale", "Arvika", "Vik", "Wiken", "Zinkgruvan", "Åre", "ängelholm", "Äppelbo", "ärla", "Örebro", "örkelljunga", "Östersund",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ö", ["Örebro", "Östersund", "örkelljunga"]),
        ("Ö", ["Örebro", "Östersund", "örkelljunga"]),
        ("ÄNG", ["ängelholm"]),
        ("%", ["100%"]),
        ("_", []),
        ("é", ["Écija"]),
        ("rEb", ["Örebro"]),
        (".", []),
    ],
)
def test_search_ignores_case_also_beyond_ascii_and_takes_signs_as_they_are(places, words, found):
    assert names(places.filter(name__icontains=words)) == found


def test_start_and_end_and_whole_in_any_case(places):
    assert names(places.filter(name__istartswith="ör")) == ["Örebro", "örkelljunga"]
    assert names(places.filter(name__iendswith="BRO")) == ["Örebro"]
    assert names(places.filter(name__iexact="åRE")) == ["Åre"]


def test_upper_and_lower_know_the_swedish_letters(places):
    row = places.annotate(small=Lower("name"), large=Upper(F("name"))).get(name="Örebro")
    assert (row.small, row.large) == ("örebro", "ÖREBRO")
    assert places.annotate(nothing=Lower(Value(None, output_field=CharField()))).first().nothing is None


def test_a_search_over_lines_finds_across_them(places):
    places.filter(name="Ale").update(name="Ale\nkommun")
    assert [places.filter(name__icontains=words).count() for words in ("e\nk", "kommun", "ale")] == [1, 1, 1]
