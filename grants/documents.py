"""What the PDF documents of the call are made of."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kraftsamling.lib.money import Kronor

from .forms.sketches import money_fields, text_fields
from .models import Budget, CostCategory, SketchVersion


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


def budget_tables(budget: Budget) -> dict[str, Any]:
    """Costs per category and financing per financier, by year and in all; each cell a sum of unrounded amounts."""
    costs, financing = (
        list(budget.cost_lines.order_by("position", "year")),
        list(budget.financing_lines.order_by("position", "year")),
    )
    years = sorted({line.year for line in [*costs, *financing]})
    cost_rows = [(label, [line for line in costs if line.category == key]) for key, label in CostCategory.choices]
    names = dict.fromkeys((line.role, line.financier) for line in financing)
    financing_rows = [(name, [line for line in financing if (line.role, line.financier) == (role, name)]) for role, name in names]
    return {
        "years": years,
        "costs": [(label, _per_year(lines, years)) for label, lines in cost_rows if lines],
        "costs_sum": _per_year(costs, years),
        "financing": [(label, _per_year(lines, years)) for label, lines in financing_rows],
        "financing_sum": _per_year(financing, years),
    }


def _per_year(lines: list[Any], years: list[int]) -> list[Kronor]:
    """The sum of each year, and last of all."""
    sums = [sum((line.amount for line in lines if line.year == year), Kronor(0)) for year in years]
    return [*sums, sum(sums, Kronor(0))]
