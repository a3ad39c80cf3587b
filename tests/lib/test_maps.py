import xml.etree.ElementTree as ET

from kraftsamling.lib.maps import Outline, outline_svg

A = Outline("01", "Ådal", "M0 0l10 0 0 10z", (0, 0, 10, 10))
B = Outline("02", "<script>alert(1)</script>", "M100 0l200 0 0 100z", (100, 0, 300, 100))
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*outlines, **kwargs):
    return ET.fromstring(outline_svg(outlines, **{"title": "Karta", **kwargs}))


def test_a_map_without_links_is_one_named_picture():
    svg = drawn(A, B, description="Vad den visar")
    assert (svg.get("role"), svg.get("aria-label"), svg.find(f"{SVG}title").text, svg.find(f"{SVG}desc").text) == (
        "img",
        "Karta",
        "Karta",
        "Vad den visar",
    )
    assert [path.find(f"{SVG}title").text for path in svg.iter(f"{SVG}path")] == [A.name, B.name]
    assert svg.findall(f"{SVG}a") == []


def test_a_map_without_description_has_no_empty_one():
    assert drawn(A).find(f"{SVG}desc") is None


def test_areas_with_an_address_are_links_with_names():
    svg = drawn(A, B, links={"02": '/x/?a="1"&b=2'})
    assert svg.get("role") == "group"
    assert [(link.get("href"), link.get("aria-label")) for link in svg.iter(f"{SVG}a")] == [('/x/?a="1"&b=2', B.name)]
    assert len(list(svg.iter(f"{SVG}path"))) == 2


def test_highlighted_areas_have_a_class_of_their_own():
    assert [path.get("class") for path in drawn(A, B, highlighted={"02"}).iter(f"{SVG}path")] == ["area", "area on"]


def test_the_view_box_holds_all_areas_and_a_margin():
    assert drawn(A, B).get("viewBox") == "-4 -4 308 108"
    assert drawn(A).get("viewBox") == "-1 -1 12 12"


def test_names_are_text_and_nothing_else():
    assert "<script" not in outline_svg([B], title="<b>", description="<i>", links={"02": "javascript"})
