"""The whole application: its sections and its budget over one draft."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from grants.application_content import ApplicationContent
from grants.budget.reading import BudgetForm
from grants.cofinancing import Asked, asked_of
from grants.models import Application
from grants.rules import Partner
from kraftsamling.lib.dates import day_text
from kraftsamling.lib.money import Kronor

from .applications import BUDGET_SECTION, BY_KEY, MOST_CONTACTS, MOST_PARTNERS, SECTIONS, SectionForm

ORDER = ("projekt", "genomforande", BUDGET_SECTION, "hallbarhet", "uppfoljning", "parter", "uppgifter")


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
        return [*self.sections.items(), (BUDGET_SECTION, self.budget)]

    def cofinancing(self, links: Iterable[Any]) -> list[Asked]:
        """Each financier beside the applicant, with the certificates that are there. A missing one stops nothing."""
        lines = [(line.get("role"), line.get("financier"), line.total) for line in self.budget.financing]
        return asked_of(lines, links)

    def progress(self) -> list[dict[str, Any]]:
        """Each section with what remains in it, in the order of the pages."""
        forms_by_key = dict(self._all())
        return [
            {
                "key": key,
                "title": _("Budget") if key == BUDGET_SECTION else BY_KEY[key].title,
                "remaining": len(forms_by_key[key].remaining()),
                "wrong": len(forms_by_key[key].wrong()),
            }
            for key in ORDER
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
                Partner(
                    name=name, org_number=parts.get(f"partner_{n}_org_number") or "", part=parts.get(f"partner_{n}_part") or ""
                )
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
        )


def frozen_section(form: SectionForm) -> dict[str, Any]:
    """A section as labelled texts, so that the version is readable without the form that made it (OSL 4 kap. 3 §)."""
    rows = [
        {"name": name, "label": form.label_of(name), "within": form.label_within(name), "text": text}
        for name in form.fields
        if name != "groups_only" and (text := shown(form, name)) and form.is_begun(name)
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
