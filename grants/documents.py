"""What the PDF documents of the call are made of."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kraftsamling.lib.money import Kronor

from .budget.store import table_of
from .budget.tables import Table
from .cofinancing import from_frozen
from .forms.sketches import money_fields, text_fields
from .models import ApplicationVersion, SketchVersion


def kronor(text: str) -> Kronor:
    """An amount as the frozen content keeps it."""
    return Kronor(Decimal(text))


def version_sections(version: SketchVersion) -> dict[str, Any]:
    """The frozen version as labelled parts, for page and document alike. Reads nothing but the version."""
    content, labels = version.content, money_fields()
    costs = [(labels[f"cost_{key}"].label, kronor(amount)) for key, amount in content["costs"].items()]
    financing = [
        (_("Amount sought"), kronor(content["sought"])),
        (labels["own_financing"].label, kronor(content["own_financing"])),
        (labels["other_financing"].label, kronor(content["other_financing"])),
    ]
    return {
        "texts": [(field.label, content["texts"].get(name, "")) for name, field in text_fields().items()],
        "areas": [area["name"] for area in content["focus_areas"]],
        "main_area": content["main_focus_area"]["name"],
        "places": [_("The whole county")] if content["whole_county"] else [place["name"] for place in content["municipalities"]],
        "partners": content["partners"],
        "contacts": content["contacts"],
        "costs": costs,
        "financing": financing,
        "total": kronor(content["total_cost"]),
        "share": version.sought.share_of(version.total_cost),
        "answers": content["answers"],
        "files": content["files"],
    }


def receipt_context(version: SketchVersion) -> dict[str, Any]:
    return {
        "version": version,
        "sketch": version.sketch,
        "organisation": version.sketch.organisation,
        "call": version.sketch.call,
        "parts": version_sections(version),
    }


def application_parts(version: ApplicationVersion) -> dict[str, Any]:
    """The frozen application as labelled parts, for page and document alike. Reads the version and its budget."""
    content = version.content
    return {
        "sections": content["sections"],
        "files": content["files"],
        "table": table_of(version.budget),
        "cofinancing": from_frozen(content.get("cofinancing", [])),
    }


def application_receipt_context(version: ApplicationVersion) -> dict[str, Any]:
    sketch = version.application.sketch
    return {
        "version": version,
        "sketch": sketch,
        "organisation": sketch.organisation,
        "call": sketch.call,
        "parts": application_parts(version),
    }


def budget_texts(table: Table) -> list[tuple[str, str]]:
    """The rows of the budget as text, for comparing two versions."""
    return [
        (
            f"{section.title}: {row.label}",
            " · ".join(f"{year} {cell}" for year, cell in zip(table.columns[:-1], row.shown, strict=False)),
        )
        for section in table.sections
        for row in section.every_row()
    ]
