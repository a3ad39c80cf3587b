"""What an application holds when it is right: read from its sections, frozen as labelled text, shown and compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from kraftsamling.files.models import StoredFile
from kraftsamling.lib.money import Kronor

from .budget.content import BudgetContent
from .models import SketchVersion
from .rules import Partner

FROM_SKETCH = {
    "title": "title",
    "summary": "summary",
    "background": "need",
    "implementation": "idea",
    "target_group": "target_group",
    "evaluation_plan": "learning",
}
"""Which of the sketch's texts an application's field goes on from."""


@dataclass(frozen=True)
class ApplicationContent:
    """An application as it is handed in. Amounts in kronor, exact to the öre."""

    title: str
    starts_on: date
    ends_on: date
    focus_areas: list[Any]
    main_focus_area: Any
    whole_county: bool
    municipalities: list[Any]
    partners: list[Partner]
    contacts: list[dict[str, str]]
    sections: list[dict[str, Any]]
    budget: BudgetContent

    @property
    def sought(self) -> Kronor:
        return self.budget.sought

    @property
    def own_financing(self) -> Kronor:
        return self.budget.own

    @property
    def total_cost(self) -> Kronor:
        return self.budget.total_cost


def frozen(content: ApplicationContent, files: Iterable[StoredFile]) -> dict[str, Any]:
    """Plain JSON with names beside keys."""
    return {
        "title": content.title,
        "sections": content.sections,
        "budget": content.budget.as_json(),
        "partners": [{"name": p.name, "org_number": p.org_number, "part": p.part} for p in content.partners],
        "contacts": content.contacts,
        "focus_areas": [{"key": area.key, "name": area.name} for area in content.focus_areas],
        "main_focus_area": {"key": content.main_focus_area.key, "name": content.main_focus_area.name},
        "whole_county": content.whole_county,
        "municipalities": [{"code": place.code, "name": place.name} for place in content.municipalities],
        "sought": str(content.sought.amount),
        "total_cost": str(content.total_cost.amount),
        "starts_on": content.starts_on.isoformat(),
        "ends_on": content.ends_on.isoformat(),
        "files": [{"id": str(file.pk), "name": file.name, "size": file.size, "sha256": file.sha256} for file in files],
    }


def from_sketch(version: SketchVersion) -> dict[str, Any]:
    """What an application begins with: everything the sketch already tells, as typed text."""
    content = version.content
    typed: dict[str, Any] = {name: content["texts"].get(theirs, "") for name, theirs in FROM_SKETCH.items()}
    typed |= {
        "title": version.title,
        "starts_on": content["starts_on"],
        "ends_on": content["ends_on"],
        "focus_areas": [str(area.pk) for area in version.focus_areas.all()],
        "main_focus_area": str(version.main_focus_area_id),
        "municipalities": [place["code"] for place in content["municipalities"]],
    }
    if content["whole_county"]:
        typed["whole_county"] = "on"
    for n, partner in enumerate(content["partners"], start=1):
        typed |= {f"partner_{n}_{part}": partner[part] for part in ("name", "org_number", "part")}
    for n, contact in enumerate(content["contacts"], start=1):
        typed |= {f"contact_{n}_{part}": contact[part] for part in ("name", "email", "phone")}
    return {name: value for name, value in typed.items() if value}
