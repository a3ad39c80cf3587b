"""What the look must hold: contrast, size, and no style or script in the page itself."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
CSS = (STATIC / "css/kraft.css").read_text()
TOKENS = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", CSS))
INKS = ["ink", "ink-2", "primary", "primary-dark", "family", "school", "leisure", "place", "bad", "ok", "info"]
GROUNDS = ["paper", "mist"]
PAIRS = [
    *[(ink, ground) for ink in INKS for ground in GROUNDS],
    *[("ink", ground) for ground in ("mist-2", "sun", "sun-soft", "ok-soft", "bad-soft", "info-soft", "primary-soft")],
    *[(f"{area}", f"{area}-soft") for area in ("family", "school", "leisure", "place", "bad", "ok", "info")],
    *[("paper", ground) for ground in ("primary", "primary-dark", "bad", "family", "school", "leisure", "place", "ink")],
    *[("primary", ground) for ground in ("primary-soft", "mist-2", "sun-soft", "ok-soft", "info-soft", "bad-soft")],
    *[("ink-2", ground) for ground in ("mist-2", "primary-soft")],
    ("on-deep", "primary-dark"),
    ("on-deep", "primary"),
    ("sun-dark", "sun-soft"),
]


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_counted_as_in_wcag():
    assert (round(contrast("#000000", "#ffffff"), 2), round(contrast("#767676", "#ffffff"), 2)) == (21.0, 4.54)


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read_on_its_ground(ink, ground):
    assert contrast(TOKENS[ink], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize(("ink", "ground"), [("#14532d", "ok-soft"), ("#8a1c22", "bad-soft"), ("#7c181d", "paper")])
def test_text_in_a_colour_of_its_own_can_be_read(ink, ground):
    assert ink in CSS
    assert contrast(ink, TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["paper", "mist"])
def test_edge_of_a_control_can_be_seen(ground):
    assert contrast(TOKENS["control"], TOKENS[ground]) >= 3


def test_colours_of_the_mails_are_the_tokens():
    used = set(re.findall(r"#[0-9a-f]{6}", (TEMPLATES / "emails/base.html").read_text()))
    assert used - set(TOKENS.values()) == set()


def weight(path):
    return len(gzip.compress(path.read_bytes(), 9))


def test_a_page_with_every_style_and_script_there_is_would_still_be_light():
    ours = [*(STATIC / "css").glob("*.css"), *(STATIC / "js").glob("*.js")]
    htmx = Path(finders.find("django_htmx/htmx-2.min.js"))
    assert sum(weight(path) for path in [*ours, htmx]) <= 45_000


def test_public_page_is_light():
    css = weight(STATIC / "css/kraft.css")
    scripts = sum(weight(path) for path in (STATIC / "js").glob("*.js"))
    fonts = sum(path.stat().st_size for path in (STATIC / "fonts").glob("*.woff2"))
    assert (css <= 20_000, scripts <= 25_000, css + scripts + fonts <= 80_000) == (True, True, True)


def test_stylesheet_asks_no_other_host():
    assert [url for url in re.findall(r'url\("([^"]*)"\)', CSS) if not url.startswith(("../", "data:"))] == []


@pytest.mark.parametrize("path", ["fonts/figtree-latin.woff2", "fonts/figtree-LICENSE.txt", "img/favicon.svg", "img/motif.svg"])
def test_what_the_look_needs_is_there(path):
    assert (STATIC / path).stat().st_size > 0


def own_templates():
    return [path for name in ("components", "kraft") for path in (TEMPLATES / name).rglob("*.html")] + list(
        TEMPLATES.glob("*.html")
    )


@pytest.mark.parametrize("path", own_templates(), ids=lambda path: str(Path(path).relative_to(TEMPLATES)))
def test_template_has_no_style_or_script_of_its_own(path):
    text = path.read_text()
    assert re.findall(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:", text) == []
    assert len(text.splitlines()) <= 150
