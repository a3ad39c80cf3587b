"""The application in sections: each a page of its own, with help in plain words (förordning 2003:596, 8 §; domain 1.4)."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants import rules
from grants.models import Application, Step
from kraftsamling.accounts.identity import OrgNumberFormField
from kraftsamling.places.models import municipalities_of
from kraftsamling.programmes.models import FocusArea

from .drafts import CaseForm
from .fields import PlainTextField, day_field
from .rows import RowsForm
from .sketches import question_field

MOST_GOALS, MOST_INDICATORS, MOST_PARTNERS, MOST_CONTACTS, CONTACTS_ASKED_FOR = 8, 10, 10, 3, 2
MOST_ROWS = max(MOST_GOALS, MOST_INDICATORS, MOST_PARTNERS, MOST_CONTACTS)
GOAL_PARTS = ("goal", "activities", "when")
INDICATOR_PARTS = ("name", "unit", "baseline", "target", "source")
PARTNER_PARTS = ("name", "org_number", "role", "part")
WRITTEN_OF_PARTNER = ("name", "org_number", "part")
"""The role has always a value, and makes no partner of an empty row."""
STRATEGY_AREAS = {
    "a": gettext_lazy("Equal opportunities for housing, work and welfare in the whole country"),
    "b": gettext_lazy("Skills supply and skills development in the whole country"),
    "c": gettext_lazy("Innovation and renewal, entrepreneurship and business in the whole country"),
    "d": gettext_lazy("Accessibility in the whole country through digital communication and transport"),
}
"""The strategic areas of the national strategy that the yearly report counts by (förordning 2024:99, 8 §)."""
GLOBAL_GOALS = {
    "1": gettext_lazy("No poverty"),
    "2": gettext_lazy("Zero hunger"),
    "3": gettext_lazy("Good health and well-being"),
    "4": gettext_lazy("Quality education"),
    "5": gettext_lazy("Gender equality"),
    "6": gettext_lazy("Clean water and sanitation"),
    "7": gettext_lazy("Affordable and clean energy"),
    "8": gettext_lazy("Decent work and economic growth"),
    "9": gettext_lazy("Industry, innovation and infrastructure"),
    "10": gettext_lazy("Reduced inequalities"),
    "11": gettext_lazy("Sustainable cities and communities"),
    "12": gettext_lazy("Responsible consumption and production"),
    "13": gettext_lazy("Climate action"),
    "14": gettext_lazy("Life below water"),
    "15": gettext_lazy("Life on land"),
    "16": gettext_lazy("Peace, justice and strong institutions"),
    "17": gettext_lazy("Partnerships for the goals"),
}
"""All seventeen: a project may touch any of them (förordning 2024:99, 7 §)."""
PARTNER_ROLES = {
    "partner": gettext_lazy("Partner"),
    "co_applicant": gettext_lazy("Co-applicant, shares the responsibility"),
    "financier": gettext_lazy("Financier"),
    "recipient": gettext_lazy("Gets a part of the money passed on"),
}
YES_NO = [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]


class Section(NamedTuple):
    """One page of the application."""

    key: str
    title: Any
    fields: Callable[["SectionForm"], dict[str, forms.Field]]


def _text(label: str, help_text: str, words: int, *, rows: int = 5, required: bool = True) -> PlainTextField:
    return PlainTextField(label=label, help_text=help_text, words=words, rows=rows, required=required)


def _yes_no(label: str, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, help_text=help_text, choices=YES_NO, widget=forms.RadioSelect)


def project_fields(form: "SectionForm") -> dict[str, forms.Field]:
    areas = {str(area.pk): area for area in FocusArea.objects.filter(calls=form.call).order_by("position", "pk")}
    places = {place.pk: place for place in municipalities_of(form.call.programme.region_id)}
    return {
        "title": PlainTextField(label=_("Title"), help_text=_("Short and clear. The title is public if you get money."), max_length=120),
        "summary": _text(_("Summary"), _("What you will do, with whom, and what it should lead to. Public if you get money."), 150),
        "background": _text(_("Background and need"), _("What have you seen? Figures, experience, and what children and young people themselves say. Write about groups, never about a single child."), 400, rows=8),
        "purpose": _text(_("Purpose"), _("Why is the project carried out?"), 150, rows=4),
        "overall_goal": _text(_("Overall goal"), _("What does the project contribute to in the long run?"), 120, rows=4),
        "project_goal": _text(_("Project goal"), _("What has changed when the project ends? Write so that it can be checked."), 150, rows=4),
        "target_group": _text(_("Target group"), _("Which group is it for: age, about how many, where? Never single persons."), 120, rows=4),
        "focus_areas": forms.TypedMultipleChoiceField(
            label=_("Protective factors"), choices=[(key, area.name) for key, area in areas.items()], coerce=areas.__getitem__,
            widget=forms.CheckboxSelectMultiple,
        ),
        "main_focus_area": forms.TypedChoiceField(
            label=_("The most important one"), choices=[(key, area.name) for key, area in areas.items()],
            coerce=areas.__getitem__, empty_value=None, widget=forms.RadioSelect,
        ),
        "whole_county": forms.BooleanField(label=_("The whole county"), required=False),
        "municipalities": forms.TypedMultipleChoiceField(
            label=_("Municipalities"), help_text=_("Where the project is carried out. Choose at least one, or the whole county."),
            choices=[(code, place.name) for code, place in places.items()], coerce=places.__getitem__,
            widget=forms.CheckboxSelectMultiple, required=False,
        ),
        "other_geography": PlainTextField(
            label=_("Other geography"), help_text=_("If the project also reaches other counties or countries."), max_length=200, required=False
        ),
    }  # fmt: skip


def work_fields(form: "SectionForm") -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {
        "starts_on": day_field(label=_("Starts")),
        "ends_on": day_field(label=_("Ends")),
    }
    for n in range(1, form.rows_shown("goal", GOAL_PARTS, MOST_GOALS) + 1):
        found[f"goal_{n}_goal"] = PlainTextField(label=_("Sub-goal %(number)d") % {"number": n}, max_length=300, required=n == 1)
        found[f"goal_{n}_activities"] = _text(_("Activities"), "", 120, rows=3, required=n == 1)
        found[f"goal_{n}_when"] = PlainTextField(label=_("When"), max_length=120, required=False)
    return found | {
        "implementation": _text(_("The work, step by step"), _("What do you do, and what is new in it? How is it done in small scale?"), 400, rows=8),
        "timetable": _text(_("Timetable"), _("The main steps, from start to end."), 200, required=False),
        "organisation": _text(_("Project organisation"), _("Who leads, who takes part, who steers? Write roles, not names."), 200),
        "delimitation": _text(_("How the project differs from your ordinary work"), _("The money is for something set apart in time, economy and work. It cannot pay for what you do anyway."), 150),
        "procurement": _yes_no(_("Do you follow the Public Procurement Act when you buy?"), _("Municipalities and regions always do.")),
        "passes_on": _yes_no(_("Will somebody else than you dispose of a part of the money?")),
    }  # fmt: skip


def sustainability_fields(form: "SectionForm") -> dict[str, forms.Field]:
    return {
        "sustainability_economy": _text(_("Economy"), _("How does the project contribute to sustainable growth: skills, work, lower costs later on?"), 120, rows=4),
        "sustainability_environment": _text(_("Environment"), _("How do you take the environment into account? Small things count too."), 120, rows=4),
        "sustainability_integration": _text(_("Integration"), _("How does the project reach children with different backgrounds, languages and functional abilities?"), 120, rows=4),
        "sustainability_gender_equality": _text(_("Gender equality"), _("How does it reach girls and boys alike? What do you know about differences today?"), 120, rows=4),
        "strategy_link": _text(_("Link to the regional development strategy"), _("Which of the strategy's goals and priorities does the project help to reach, and how?"), 150, rows=4),
        "strategy_area": forms.ChoiceField(label=_("Strategic area"), help_text=_("Used in the region's yearly report to the government."), choices=list(STRATEGY_AREAS.items()), widget=forms.RadioSelect),
        "global_goals": forms.MultipleChoiceField(label=_("Global goals"), choices=list(GLOBAL_GOALS.items()), widget=forms.CheckboxSelectMultiple, required=False),
        "child_rights": _text(_("The rights of the child"), _("How have you weighed what is best for the children who are concerned, and how have they been heard?"), 150, rows=4),
    }  # fmt: skip


def learning_fields(form: "SectionForm") -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    labels = {"unit": _("Unit"), "baseline": _("Today"), "target": _("Goal"), "source": _("How it is measured")}
    for n in range(1, form.rows_shown("indicator", INDICATOR_PARTS, MOST_INDICATORS) + 1):
        found[f"indicator_{n}_name"] = PlainTextField(
            label=_("Indicator %(number)d") % {"number": n}, max_length=160, required=n == 1
        )
        for part, label in labels.items():
            needed = n == 1 and part in {"baseline", "target"}
            found[f"indicator_{n}_{part}"] = PlainTextField(label=label, max_length=160, required=needed)
        found[f"indicator_{n}_by_sex"] = forms.BooleanField(label=_("Told for girls and boys separately"), required=False)
    return found | {
        "evaluation_plan": _text(_("Follow-up and evaluation"), _("How do you follow the work while it goes on, and how do you judge at the end whether the goals were reached?"), 200),
        "dissemination_plan": _text(_("How others get to know"), _("Who should learn from this, and how do you reach them?"), 150, rows=4),
        "continuation_plan": _text(_("What happens afterwards"), _("If it works: who carries it on, and with what money? If it does not: what do you do then?"), 150, rows=4),
    }  # fmt: skip


def partner_fields(form: "SectionForm") -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    for n in range(1, form.rows_shown("partner", WRITTEN_OF_PARTNER, MOST_PARTNERS) + 1):
        found[f"partner_{n}_name"] = PlainTextField(label=_("Partner %(number)d") % {"number": n}, max_length=160, required=False)
        found[f"partner_{n}_org_number"] = OrgNumberFormField(
            label=_("Organisation number"), help_text=_("Leave it empty for a group that is no legal person."), required=False
        )
        found[f"partner_{n}_role"] = forms.ChoiceField(label=_("Role"), choices=list(PARTNER_ROLES.items()), required=False)
        found[f"partner_{n}_part"] = PlainTextField(label=_("What they do in the project"), max_length=300, required=False)
    for n in range(1, MOST_CONTACTS + 1):
        required = n <= CONTACTS_ASKED_FOR
        found[f"contact_{n}_name"] = PlainTextField(
            label=_("Contact %(number)d: name") % {"number": n}, max_length=120, required=required
        )
        found[f"contact_{n}_email"] = forms.EmailField(label=_("E-mail"), required=required)
        found[f"contact_{n}_phone"] = PlainTextField(label=_("Phone"), max_length=40, required=False)
    return found  # fmt: skip


def facts_fields(form: "SectionForm") -> dict[str, forms.Field]:
    accounts = [("bankgiro", "Bankgiro"), ("plusgiro", "Plusgiro"), ("bank", _("Bank account"))]
    found: dict[str, forms.Field] = {
        "postal_address": PlainTextField(label=_("Postal address"), widget=forms.Textarea(attrs={"rows": 3}), max_length=200),
        "workplace_number": forms.RegexField(
            r"^\d{8}$", label=_("Workplace number (CFAR)"), help_text=_("Eight digits, from Statistics Sweden. Leave it empty if you have none."),
            required=False, error_messages={"invalid": _("A workplace number has eight digits.")},
        ),
        "account_kind": forms.ChoiceField(label=_("Where the money is paid"), choices=accounts, widget=forms.RadioSelect),
        "account_number": forms.RegexField(
            r"^[\d\s-]{5,24}$", label=_("Account number"), help_text=_("An account in the organisation's own name."),
            error_messages={"invalid": _("Write the number with digits, spaces and hyphens only.")},
        ),
        "vat_deductible": _yes_no(_("Can you deduct VAT?"), _("If you can, the costs in the budget are written without VAT.")),
        "other_support": _text(_("Other support for the same costs"), _("Have you sought or got money from somebody else for the same thing? From whom, how much?"), 120, rows=3, required=False),
        "economic_activity": _yes_no(_("Do you sell goods or services in the project, or in the activity it belongs to?"), _("Then the officer judges whether the grant could be state aid.")),
    }  # fmt: skip
    asked = form.call.questions.filter(step=Step.APPLICATION).order_by("position", "pk")
    form.questions = list(asked)
    found.update({q.field_name: field for q in form.questions if (field := question_field(q))})
    return found


SECTIONS = (
    Section("projekt", gettext_lazy("The project"), project_fields),
    Section("genomforande", gettext_lazy("How it is carried out"), work_fields),
    Section("hallbarhet", gettext_lazy("Sustainability and links"), sustainability_fields),
    Section("uppfoljning", gettext_lazy("Learning and what comes after"), learning_fields),
    Section("parter", gettext_lazy("Partners and contacts"), partner_fields),
    Section("uppgifter", gettext_lazy("About you, and files"), facts_fields),
)
BUDGET_SECTION = "budget"
BY_KEY = {section.key: section for section in SECTIONS}
ROW_GROUPS = {"goal": GOAL_PARTS, "indicator": (*INDICATOR_PARTS, "by_sex"), "partner": PARTNER_PARTS,
              "contact": ("name", "email", "phone")}  # fmt: skip


class SectionForm(RowsForm, CaseForm):
    """One section, bound to what has been typed so far in the whole application."""

    of_part = True
    row_groups = ROW_GROUPS
    most_rows = MOST_ROWS
    always_valued = frozenset({"role"})
    many_choices = frozenset({"municipalities", "global_goals"})
    questions: list[Any]

    def __init__(
        self, section: Section, typed: Mapping[str, Any], *, application: Application, files_for: frozenset[int] = frozenset()
    ) -> None:
        super().__init__(dict(typed))
        self.section, self.application, self.call = section, application, application.sketch.call
        self.files_for, self.questions = files_for, []
        self.begin(section.fields(self), optional=("municipalities", "whole_county"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_places(cleaned)
        self._check_period(cleaned)
        self._check_files()
        return cleaned

    def _check_period(self, cleaned: dict[str, Any]) -> None:
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on:
            for breach in rules.period_breaches(self.call, starts_on, ends_on):
                if breach.field not in self.errors:
                    self.add_error(breach.field, ValidationError(breach.message, code="rule"))
