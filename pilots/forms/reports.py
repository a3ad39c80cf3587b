"""The report in parts: each a page of its own, with help in plain words beside the fields (domain 1.4, 3.7)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.forms.fields import NumberField, PlainTextField, day_field
from grants.forms.rows import RowsForm
from grants.forms.whole import frozen_section
from grants.models import CostCategory
from kraftsamling.lib.money import Kronor, KronorFormField
from pilots.models import Indicator
from pilots.report_content import Given, Outcome, ReportContent

MOST_ACTIVITIES, MOST_GOALS = 14, 8
DONE = [
    ("", gettext_lazy("Choose")),
    ("done", gettext_lazy("Done")),
    ("going_on", gettext_lazy("Going on")),
    ("not_begun", gettext_lazy("Not begun")),
    ("changed", gettext_lazy("Done in another way")),
    ("dropped", gettext_lazy("Not done")),
]
REACHED = [
    ("", gettext_lazy("Choose")),
    ("yes", gettext_lazy("Reached")),
    ("partly", gettext_lazy("Partly reached")),
    ("no", gettext_lazy("Not reached")),
]


def _text(label: str, help_text: str, words: int, *, rows: int = 5, required: bool = True) -> PlainTextField:
    return PlainTextField(label=label, help_text=help_text, words=words, rows=rows, required=required)


def work_fields(form: "ReportForm") -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {
        "summary": _text(
            _("In short"), _("What has happened in the period, in a few sentences that anybody can read."), 120, rows=4
        ),
    }
    for n in range(1, form.rows_shown("activity", ("name", "text"), MOST_ACTIVITIES) + 1):
        found[f"activity_{n}_name"] = PlainTextField(
            label=_("Activity %(number)d, as planned") % {"number": n}, max_length=300, required=n == 1
        )
        found[f"activity_{n}_done"] = forms.ChoiceField(label=_("How it went"), choices=DONE, required=n == 1)
        found[f"activity_{n}_text"] = _text(_("What was done"), "", 120, rows=3, required=False)
    return found | {
        "deviations": _text(_("What became otherwise, and why"), _("Against the plan: activities, times, target group. If nothing differs, say so."), 200),
    }  # fmt: skip


def result_fields(form: "ReportForm") -> dict[str, forms.Field]:
    return {
        "results": _text(_("Results"), _("What has changed for the target group, and how do you know? Write about groups, never about a single child."), 300, rows=7),
        "did_not_work": _text(_("What did not work"), _("Write it plainly. What went wrong is what others learn most from, and it does not count against you."), 250, rows=6),
        "learnings": _text(_("What you have learnt"), _("What would you do again, and what would you do in another way?"), 250, rows=6),
    }  # fmt: skip


def surroundings_fields(form: "ReportForm") -> dict[str, forms.Field]:
    return {
        "collaboration": _text(_("Collaboration"), _("Who has taken part, and how has it worked?"), 150, rows=4),
        "gender_equality": _text(_("Gender equality"), _("How have girls and boys been reached? What differs, and what have you done about it?"), 120, rows=4),
        "integration": _text(_("Integration"), _("How have children with different backgrounds, languages and functional abilities been reached?"), 120, rows=4),
        "next_steps": _text(_("Next steps"), _("What happens in the coming period, or after the project?"), 150, rows=4),
        "dissemination": _text(_("How others have got to know"), _("Meetings, texts, pictures, talks: whom have you told, and what did they say?"), 120, rows=4),
    }  # fmt: skip


def indicator_fields(form: "ReportForm") -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    for n, indicator in enumerate(form.given.indicators, start=1):
        prefix = f"outcome_{indicator.pk}"
        label = _("%(number)d. %(name)s: outcome") % {"number": n, "name": indicator.name}
        found[f"{prefix}_value"] = NumberField(label=label, help_text=facts_of(indicator), required=form.is_final, **_AMOUNT)
        if indicator.concerns_people:
            found[f"{prefix}_women"] = NumberField(label=_("of these girls and women"), required=False, **_AMOUNT)
            found[f"{prefix}_men"] = NumberField(label=_("of these boys and men"), required=False, **_AMOUNT)
        found[f"{prefix}_on"] = day_field(label=_("As of"), required=False)
    return found | {
        "measuring": _text(
            _("About the figures"), _("How were they gathered, and what do they not show?"), 120, rows=3, required=False
        )
    }


_AMOUNT: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "min_value": 0}


def facts_of(indicator: Indicator) -> str:
    """What is known of the indicator, beside its field."""
    parts = [
        (_("Unit"), indicator.unit), (_("At the start"), shown_number(indicator.baseline)),
        (_("Target"), shown_number(indicator.target)), (_("Source"), indicator.source),
    ]  # fmt: skip
    return " · ".join(f"{label}: {text}" for label, text in parts if text)


def shown_number(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}".replace(".", ",")


def economy_fields(form: "ReportForm") -> dict[str, forms.Field]:
    """A cell for what has been booked and one for what is foreseen, in each category and year; the page lays them as a table."""
    labels = dict(CostCategory.choices)
    cells = [
        (f"cost_{category}_{year}_{part}", f"{labels[category]} {year}: {word}")
        for category in form.given.categories
        for year in form.given.years
        for part, word in (("booked", _("booked")), ("forecast", _("foreseen")))
    ]
    found: dict[str, forms.Field] = {name: KronorFormField(label=label, required=False) for name, label in cells}
    return found | {
        "economy": _text(_("About the economy"), _("What differs from the budget, and why? Does the money last to the end?"), 150, rows=4),
    }  # fmt: skip


def final_fields(form: "ReportForm") -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    for n in range(1, form.rows_shown("goal", ("name", "text"), MOST_GOALS) + 1):
        found[f"goal_{n}_name"] = PlainTextField(label=_("Sub-goal %(number)d") % {"number": n}, max_length=300, required=n == 1)
        found[f"goal_{n}_reached"] = forms.ChoiceField(label=_("Was it reached?"), choices=REACHED, required=n == 1)
        found[f"goal_{n}_text"] = _text(_("How do you know?"), "", 120, rows=3, required=n == 1)
    return found | {
        "carried_on": _text(_("What is carried into ordinary operations"), _("What goes on, who pays for it, and what has ended? Both answers are useful."), 200),
        "others": _text(_("What others should know"), _("Somebody wants to do the same next year. What do you tell them?"), 200),
    }  # fmt: skip


def file_fields(form: "ReportForm") -> dict[str, forms.Field]:
    return {
        "told_elsewhere": _text(_("Where more can be read"), _("Addresses of films, reports, articles."), 80, rows=3, required=False),
    }  # fmt: skip


class Section(NamedTuple):
    """One page of the report."""

    key: str
    title: Any
    fields: Callable[["ReportForm"], dict[str, forms.Field]]
    only_final: bool = False


ECONOMY, INDICATORS, FILES = "ekonomi", "indikatorer", "bilder"
SECTIONS = (
    Section("genomfort", gettext_lazy("What has been done"), work_fields),
    Section("resultat", gettext_lazy("Results and learnings"), result_fields),
    Section("samverkan", gettext_lazy("Together, for all, and onwards"), surroundings_fields),
    Section(INDICATORS, gettext_lazy("Indicators"), indicator_fields),
    Section(ECONOMY, gettext_lazy("Economy"), economy_fields),
    Section("mal", gettext_lazy("Goals, and what comes after"), final_fields, only_final=True),
    Section(FILES, gettext_lazy("Pictures and files"), file_fields),
)
BY_KEY = {section.key: section for section in SECTIONS}


def sections_of(is_final: bool) -> tuple[Section, ...]:
    return tuple(section for section in SECTIONS if is_final or not section.only_final)


class ReportForm(RowsForm):
    """One part, bound to what has been typed so far in the whole report."""

    of_part = True
    row_groups = {
        "activity": ("name", "done", "text"),
        "goal": ("name", "reached", "text"),
        "outcome": ("value", "women", "men", "on"),
    }
    most_rows = MOST_ACTIVITIES
    always_valued = frozenset({"done", "reached", "women", "men", "on"})

    def __init__(self, section: Section, typed: Mapping[str, Any], *, given: Given) -> None:
        super().__init__(dict(typed))
        self.section, self.given, self.is_final = section, given, given.is_final
        self.begin(section.fields(self), optional=("cost_",))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for indicator in self.given.indicators:
            self._check_outcome(cleaned, indicator)
        return cleaned

    def _check_outcome(self, cleaned: dict[str, Any], indicator: Indicator) -> None:
        prefix = f"outcome_{indicator.pk}"
        value, women, men = (cleaned.get(f"{prefix}_{part}") for part in ("value", "women", "men"))
        if value is None and (women is not None or men is not None) and f"{prefix}_value" not in self.errors:
            self.add_error(f"{prefix}_value", _("Write the whole number too."))
        elif value is not None and (women or 0) + (men or 0) > value:
            self.add_error(f"{prefix}_women", _("Girls and boys together are more than the whole."))
        measured_on = cleaned.get(f"{prefix}_on")
        if measured_on and measured_on > self.given.latest_on:
            self.add_error(f"{prefix}_on", _("The day lies after the period that the report is about."))


class ReportForms:
    """All parts of a report, bound to one draft."""

    def __init__(self, typed: Mapping[str, Any], *, given: Given) -> None:
        self.given = given
        self.parts = {section.key: ReportForm(section, typed, given=given) for section in sections_of(given.is_final)}
        for form in self.parts.values():
            form.is_valid()

    def remaining(self) -> list[tuple[str, str, str]]:
        """(part, field, label) of what is not filled in yet."""
        return [(key, name, label) for key, form in self.parts.items() for name, label in form.remaining()]

    def wrong(self) -> list[tuple[str, str, str]]:
        """(part, field, message) of what is filled in but not right."""
        return [(key, name, message) for key, form in self.parts.items() for name, message in form.wrong()]

    def progress(self, comments: Mapping[str, str]) -> list[dict[str, Any]]:
        return [
            {
                "key": key, "title": form.section.title, "remaining": len(form.remaining()), "wrong": len(form.wrong()),
                "commented": bool(comments.get(key)),
            }
            for key, form in self.parts.items()
        ]  # fmt: skip

    def is_complete(self) -> bool:
        return not self.remaining() and not self.wrong()

    def costs(self) -> Iterable[tuple[str, int, Kronor, Kronor]]:
        """(category, year, booked, foreseen) of every cell."""
        cleaned, zero = self.parts[ECONOMY].cleaned_data, Kronor(0)
        for category in self.given.categories:
            for year in self.given.years:
                booked, forecast = (cleaned.get(f"cost_{category}_{year}_{part}") or zero for part in ("booked", "forecast"))
                yield category, year, booked, forecast

    def outcomes(self) -> Iterable[tuple[Indicator, Any, Any, Any, date]]:
        """(indicator, value, women, men, as of) of every indicator that has a value."""
        cleaned = self.parts[INDICATORS].cleaned_data
        for indicator in self.given.indicators:
            value, women, men, measured_on = (
                cleaned.get(f"outcome_{indicator.pk}_{part}") for part in ("value", "women", "men", "on")
            )
            if value is not None:
                yield indicator, value, women, men, measured_on or self.given.covers_to_on


def content_of(forms: ReportForms) -> ReportContent:
    """What is handed in. Raises ValueError unless everything is filled in and right."""
    if not forms.is_complete():
        raise ValueError("the report is not complete")
    return ReportContent(
        sections=[_without_cells(frozen_section(form)) for form in forms.parts.values()],
        costs=list(forms.costs()),
        outcomes=[Outcome(*row) for row in forms.outcomes()],
    )


def _without_cells(section: dict[str, Any]) -> dict[str, Any]:
    """Amounts and outcomes have their own place in the frozen version, as figures."""
    return {**section, "rows": [row for row in section["rows"] if not row["name"].startswith(("cost_", "outcome_"))]}
