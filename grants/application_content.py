"""What an application holds when it is right: read from its sections, frozen as labelled text, shown and compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kraftsamling.files.models import StoredFile
from kraftsamling.lib.dates import day_text
from kraftsamling.lib.money import Kronor

from .budget import BudgetContent, BudgetForm
from .forms.applications import BY_KEY, MOST_CONTACTS, MOST_PARTNERS, SECTIONS, SectionForm
from .models import Application, SketchVersion
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
    budget_json: dict[str, Any]

    @property
    def sought(self) -> Kronor:
        return self.budget.sought

    @property
    def total_cost(self) -> Kronor:
        return self.budget.total_cost


class ApplicationForms:
    """All sections and the budget, bound to one draft."""

    def __init__(self, application: Application, typed: Mapping[str, Any], *, files_for: frozenset[int] = frozenset()) -> None:
        self.sections = {
            section.key: SectionForm(section, typed, application=application, files_for=files_for) for section in SECTIONS
        }
        for form in self.sections.values():
            form.is_valid()
        work = self.sections["genomforande"].cleaned_data
        self.budget = BudgetForm(
            typed, call=application.sketch.call, starts_on=work.get("starts_on"), ends_on=work.get("ends_on")
        )

    def remaining(self) -> list[tuple[str, str, str]]:
        """(section, field, label) of what is not filled in yet."""
        return [(key, name, label) for key, form in self._all() for name, label in form.remaining()]

    def wrong(self) -> list[tuple[str, str, str]]:
        """(section, field, message) of what is filled in but not right."""
        return [(key, name, message) for key, form in self._all() for name, message in form.wrong()]

    def _all(self) -> Iterable[tuple[str, Any]]:
        return [*self.sections.items(), ("budget", self.budget)]

    def progress(self) -> list[dict[str, Any]]:
        """Each section with what remains in it, in the order of the pages."""
        order = ["projekt", "genomforande", "budget", "hallbarhet", "uppfoljning", "parter", "uppgifter"]
        forms_by_key = dict(self._all())
        return [
            {
                "key": key,
                "title": _("Budget") if key == "budget" else BY_KEY[key].title,
                "remaining": len(forms_by_key[key].remaining()),
                "wrong": len(forms_by_key[key].wrong()),
            }
            for key in order
        ]

    def is_complete(self) -> bool:
        return not self.remaining() and not self.wrong()

    def content(self) -> ApplicationContent:
        """Raises ValueError unless everything is filled in and right."""
        if not self.is_complete() or self.budget.content is None:
            raise ValueError("the application is not complete")
        project, work, parts = (self.sections[key].cleaned_data for key in ("projekt", "genomforande", "parter"))
        return ApplicationContent(
            title=project["title"],
            starts_on=work["starts_on"],
            ends_on=work["ends_on"],
            focus_areas=list(project["focus_areas"]),
            main_focus_area=project["main_focus_area"],
            whole_county=bool(project["whole_county"]),
            municipalities=list(project["municipalities"] or []),
            partners=[
                Partner(name=name, org_number=parts.get(f"partner_{n}_org_number") or "", part=parts.get(f"partner_{n}_part") or "")
                for n in range(1, MOST_PARTNERS + 1)
                if (name := parts.get(f"partner_{n}_name"))
            ],
            contacts=[
                {part: parts.get(f"contact_{n}_{part}") or "" for part in ("name", "email", "phone")}
                for n in range(1, MOST_CONTACTS + 1)
                if parts.get(f"contact_{n}_name")
            ],
            sections=[frozen_section(form) for form in self.sections.values()],
            budget=self.budget.content,
            budget_json=self.budget.as_json(),
        )


def frozen_section(form: SectionForm) -> dict[str, Any]:
    """A section as labelled texts, so that the version is readable without the form that made it (OSL 4 kap. 3 §)."""
    rows = [
        {"name": name, "label": form._label(name, forms.ValidationError("")), "text": text}
        for name in form.fields
        if name != "groups_only" and (text := shown(form, name))
    ]
    return {"key": form.section.key, "title": str(form.section.title), "rows": rows}


def shown(form: SectionForm, name: str) -> str:
    """A cleaned value in words."""
    value = form.cleaned_data.get(name)
    choices = {str(key): str(label) for key, label in getattr(form.fields[name], "choices", [])}
    match value:
        case None | "" | [] | False:
            return ""
        case True:
            return _("Yes")
        case date():
            return day_text(value)
        case Kronor():
            return value.exact
        case list():
            return ", ".join(choices.get(str(item), str(item)) for item in value)
        case _:
            return choices.get(str(value), str(value))


def frozen(content: ApplicationContent, files: Iterable[StoredFile]) -> dict[str, Any]:
    """Plain JSON with names beside keys."""
    return {
        "title": content.title,
        "sections": content.sections,
        "budget": content.budget_json,
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
    for n, partner in enumerate(content["partners"][:MOST_PARTNERS], start=1):
        typed |= {f"partner_{n}_{part}": partner[part] for part in ("name", "org_number", "part")}
    for n, contact in enumerate(content["contacts"][:MOST_CONTACTS], start=1):
        typed |= {f"contact_{n}_{part}": contact[part] for part in ("name", "email", "phone")}
    return {name: value for name, value in typed.items() if value}
