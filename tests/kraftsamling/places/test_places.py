import re

import pytest
from django.db import connection

from kraftsamling.places.models import CountyPart, Municipality, Region
from kraftsamling.places.outlines import CREDIT, of_region

OREBRO_COUNTY = {
    "Södra Örebro län": ["Askersund", "Hallsberg", "Kumla", "Laxå", "Lekeberg"],
    "Örebro": ["Örebro"],
    "Norra Örebro län": ["Hällefors", "Lindesberg", "Ljusnarsberg", "Nora"],
    "Västra Örebro län": ["Degerfors", "Karlskoga"],
}
LETTERS = ["AB", "C", "D", "E", "F", "G", "H", "I", "K", "M", "N", "O", "S", "T", "U", "W", "X", "Y", "Z", "AC", "BD"]


@pytest.mark.django_db
def test_all_regions_and_municipalities_are_there_after_migrating():
    assert (Region.objects.count(), Municipality.objects.count()) == (21, 290)
    assert list(Region.objects.order_by("code").values_list("letter", flat=True)) == LETTERS


@pytest.mark.django_db
def test_codes_are_text_and_a_municipality_lies_in_the_county_its_code_begins_with():
    codes = list(Municipality.objects.values_list("code", "region_id"))
    assert [code for code, region in codes if not re.fullmatch(r"\d{4}", code) or code[:2] != region] == []
    assert Municipality.objects.get(pk="0180").name == "Stockholm"
    assert Municipality.objects.filter(code__startswith="0").count() == 26 + 8 + 9 + 13 + 13 + 8 + 12 + 1


@pytest.mark.django_db
def test_names_are_whole_and_unique_within_the_county():
    names = list(Municipality.objects.values_list("region_id", "name"))
    assert len(set(names)) == 290
    assert [name for _region, name in names if name != name.strip() or not name] == []


@pytest.mark.django_db
def test_the_county_parts_of_orebro_hold_its_twelve_municipalities():
    parts = CountyPart.objects.filter(region="18").order_by("position")
    assert {part.name: [place.name for place in part.municipalities.in_swedish_order()] for part in parts} == OREBRO_COUNTY
    assert Municipality.objects.in_region("18").count() == 12
    assert Municipality.objects.exclude(region="18").exclude(county_part=None).count() == 0


@pytest.mark.django_db
def test_lists_are_in_swedish_order():
    names = [str(place) for place in Municipality.objects.in_region("18").in_swedish_order()]
    assert names == [
        "Askersund", "Degerfors", "Hallsberg", "Hällefors", "Karlskoga", "Kumla", "Laxå", "Lekeberg", "Lindesberg", "Ljusnarsberg",
        "Nora", "Örebro",
    ]  # fmt: skip
    assert [str(region) for region in Region.objects.in_swedish_order()][-4:] == [
        "Västmanlands län",
        "Västra Götalands län",
        "Örebro län",
        "Östergötlands län",
    ]


@pytest.mark.django_db
def test_every_municipality_has_an_outline_under_the_same_name():
    drawn = {outline.code: outline.name for code in Region.objects.values_list("code", flat=True) for outline in of_region(code)}
    assert drawn == dict(Municipality.objects.values_list("code", "name"))


def corners(path):
    """Every point of a path of relative lines, as written in the data file."""
    points = []
    for ring in re.findall(r"M([^Mz]+)z", path):
        start, _l, rest = ring.partition("l")
        x, y = map(int, start.split())
        points.append((x, y))
        steps = list(map(int, re.findall(r"-?\d+", rest)))
        for dx, dy in zip(steps[::2], steps[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
    return points


@pytest.mark.parametrize("code", ["01", "09", "18", "25"])
def test_an_outline_fills_its_box_and_nothing_but_drawing_signs_are_in_it(code):
    for outline in of_region(code):
        assert re.fullmatch(r"(M\d+ \d+l[\d -]+z)+", outline.path)
        xs, ys = zip(*corners(outline.path), strict=True)
        assert (min(xs), min(ys), max(xs), max(ys)) == outline.box
        assert len(xs) >= 4


def test_neighbours_share_their_border_to_the_point():
    shapes = {outline.name: set(corners(outline.path)) for outline in of_region("18")}
    assert len(shapes["Örebro"] & shapes["Kumla"]) >= 5
    assert len(shapes["Örebro"] & shapes["Lekeberg"]) >= 5
    assert shapes["Örebro"] & shapes["Hällefors"] == set()


def test_a_code_that_is_no_county_has_no_outlines():
    assert (of_region("99"), of_region("")) == ((), ())


def test_outlines_are_read_once():
    assert of_region("18") is of_region("18")


def test_the_source_of_the_map_is_named():
    assert str(CREDIT).count("SCB") == 1


@pytest.mark.django_db
def test_the_data_comes_with_few_statements(django_assert_max_num_queries):
    from importlib import import_module

    migration = import_module("kraftsamling.places.migrations.0002_places_of_sweden")
    from django.apps import apps

    migration.unload(apps, None)
    with django_assert_max_num_queries(10):
        migration.load(apps, connection.schema_editor)
    assert Municipality.objects.count() == 290
