"""What the reports of the data for measuring say: as many words as such a report has, six pages with charts and pictures."""

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from PIL import Image

from grants.models import CostCategory
from kraftsamling.files.models import StoredFile

PARTS = (
    ("genomfort", "Vad som har gjorts", 5),
    ("resultat", "Resultat och lärdomar", 4),
    ("samverkan", "Tillsammans, för alla, och framåt", 4),
    ("indikatorer", "Indikatorer", 1),
    ("ekonomi", "Ekonomi", 0),
    ("mal", "Mål, och vad som kommer efter", 3),
    ("bilder", "Bilder och filer", 0),
)
"""The keys are those of the form: charts and tables, and the pictures, stand in the parts of theirs."""
TEXT = "Vi har prövat i liten skala tillsammans med skola och föreningar, och berättar vad vi har lärt oss. " * 4
PHOTOGRAPH = (4000, 2250)
INDICATORS = (("Unga som deltar", "personer", True), ("Träffar", "antal", False))


ONLY_FINAL = "mal"
PICTURES = ("Fritidsgården en onsdag (exempel)", "Vårmötet (exempel)")
"""What their texts say instead of them."""


def report_content(report: Any, *, categories: Sequence[CostCategory], pictures: Sequence[StoredFile]) -> dict[str, Any]:
    """Frozen as the form freezes it."""
    project, year = report.project, report.covers_to_on.year
    return {
        "kind": report.kind, "name": str(report), "title": project.title, "registry_number": project.registry_number,
        "organisation": project.owner.name, "org_number": project.owner.org_number, "programme": "Bench",
        "covers_from_on": report.covers_from_on.isoformat(), "covers_to_on": report.covers_to_on.isoformat(),
        "due_on": report.due_on.isoformat(), "sections": [_section(*part) for part in PARTS if part[0] != ONLY_FINAL or report.is_final],
        "indicators": [_indicator(report, place) for place in range(len(INDICATORS))],
        "costs": [
            {
                "category": {"key": category, "name": str(category.label)}, "year": year - back, "budget": "16000000",
                "booked": "4000000", "forecast": "5000000",
            }
            for category in categories
            for back in range(2)
        ],
        "pictures": [
            {"id": str(file.pk), "name": file.name, "size": file.size, "sha256": file.sha256, "alt": alt}
            for file, alt in zip(pictures, PICTURES, strict=True)
        ],
        "files": [],
    }  # fmt: skip


def _section(key: str, title: str, count: int) -> dict[str, Any]:
    rows = [{"name": f"{key}_{place}", "label": f"Fråga {place}", "text": TEXT} for place in range(1, count + 1)]
    return {"key": key, "title": title, "rows": rows}


def _indicator(report: Any, place: int) -> dict[str, Any]:
    name, unit, people = INDICATORS[place]
    before = [
        [(report.covers_to_on - timedelta(days=365 * (report.number - number))).isoformat(), str(20 * number)]
        for number in range(1, report.number)
    ]
    return {
        "id": place, "name": name, "unit": unit, "source": "", "concerns_people": people,
        "measured_on": report.covers_to_on.isoformat(), "before": before, "baseline": "0", "target": "200",
        "value": str(20 * report.number), "women": str(11 * report.number) if people else None,
        "men": str(9 * report.number) if people else None,
    }  # fmt: skip


def photograph(seed: int) -> bytes:
    """A JPEG as large as one of a telephone, with something on every part of it."""
    width, height = PHOTOGRAPH
    small = bytes((x * (3 + seed) + y * y + 31 * colour) % 256 for y in range(45) for x in range(80) for colour in range(3))
    out = io.BytesIO()
    Image.frombytes("RGB", (80, 45), small).resize((width, height), Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()
