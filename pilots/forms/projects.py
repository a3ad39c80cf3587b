"""Forms of a project: its description, those who take part, one decided elsewhere, and the filter of the public list."""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Div, Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.forms.decisions import ComparedForm
from grants.forms.drafts import GROUPS_ONLY, DraftForm
from grants.forms.fields import NumberField, PlainTextField, day_field
from grants.models.calls import LAWFUL_SHARE_WITH_EU
from grants.rules import percent_text
from kraftsamling.accounts.identity import OrgNumberFormField
from kraftsamling.accounts.models import Organisation
from kraftsamling.lib.money import Kronor, KronorFormField
from kraftsamling.places.models import Municipality
from kraftsamling.ui.crispy import laid_out
from pilots.actions.descriptions import AFTERWARDS, FACTS_OF_OFFICERS
from pilots.models import Continuation, Project

MOST_ROWS = 12
TEXT_ROWS = {"summary": 6, "target_group": 3, "strategy_link": 4, "continuation_plan": 5}
PARTNER_PARTS, TEAM_PARTS = ("name", "org_number", "part"), ("name", "role", "email")


def label_of(name: str) -> str:
    """The column's own words, with a capital."""
    return capfirst(str(Project._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


class ProseForm(ComparedForm, DraftForm):
    """Texts that may be laid beside a colleague's, and must never tell of a single child."""

    groups_only = forms.BooleanField(label=GROUPS_ONLY, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_single_children(cleaned)
        return cleaned


class DescriptionForm(ProseForm):
    """What the project is, for its public page and for those who follow it."""

    def __init__(self, *args: Any, project: Project, by_officer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups_only = self.fields.pop("groups_only")
        for name, rows in TEXT_ROWS.items():
            longest = Project._meta.get_field(name).max_length  # type: ignore[union-attr]
            self.fields[name] = PlainTextField(label=label_of(name), max_length=longest, rows=rows, required=False)
        areas = project.programme.focus_areas.order_by("position")
        self.fields["focus_areas"] = forms.ModelMultipleChoiceField(
            areas, label=label_of("focus_areas"), widget=forms.CheckboxSelectMultiple, required=False
        )
        self.fields["main_focus_area"] = forms.ModelChoiceField(
            areas, label=label_of("main_focus_area"), widget=forms.RadioSelect, required=False, blank=True, empty_label=None
        )
        self.fields["whole_county"] = forms.BooleanField(label=label_of("whole_county"), required=False)
        self.fields["municipalities"] = forms.ModelMultipleChoiceField(
            Municipality.objects.in_region(project.programme.region_id).in_swedish_order(),
            label=label_of("municipalities"), widget=forms.CheckboxSelectMultiple, required=False,
        )  # fmt: skip
        for name in FACTS_OF_OFFICERS if by_officer else ():
            longest = Project._meta.get_field(name).max_length  # type: ignore[union-attr]
            self.fields[name] = PlainTextField(label=label_of(name), max_length=longest, required=False)
        if by_officer:
            self._afterwards()
        self.fields["groups_only"] = groups_only
        self._help()
        self.helper = laid_out(*self._parts(by_officer=by_officer))

    def _afterwards(self) -> None:
        self.fields["continuation"] = forms.ChoiceField(
            choices=[("", _("Not said yet")), *Continuation.choices], label=label_of("continuation"), required=False
        )
        longest = Project._meta.get_field("continuation_reason").max_length  # type: ignore[union-attr]
        self.fields["continuation_reason"] = PlainTextField(
            label=label_of("continuation_reason"), max_length=longest, rows=4, required=False
        )

    def _help(self) -> None:
        texts = {
            "summary": _("Shown to everybody once an officer has published the page. Two or three sentences that a neighbour understands."),
            "target_group": _("Which group it is for: age, about how many, where. Never single persons. Shown to everybody."),
            "strategy_link": _("Which goals and priorities of the regional development strategy the project adds to."),
            "continuation_plan": _("If it works: who carries it on, and with what money? If it does not: what do you do then?"),
            "municipalities": _("Leave empty for the whole county."),
            "continuation": _("Say it when the project has ended: the steering group reads it."),
            "direction_decision": _("For example regional tillväxtnämnd 2024-02-09 § 2."),
        }  # fmt: skip
        for name, text in texts.items():
            if name in self.fields:
                self.fields[name].help_text = text

    def _parts(self, *, by_officer: bool) -> list[Fieldset]:
        parts = [
            Fieldset(_("For the public"), "summary", "target_group"),
            Fieldset(
                _("What it strengthens, and where"), Div("focus_areas", "main_focus_area", css_class="two-columns"),
                "whole_county", "municipalities", css_class="many-choices",
            ),
            Fieldset(_("The way on"), "strategy_link", "continuation_plan"),
        ]  # fmt: skip
        if by_officer:
            parts.append(Fieldset(_("Only for officers"), *FACTS_OF_OFFICERS, *AFTERWARDS))
        return [*parts, Fieldset(_("Before you save"), "groups_only")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._check_main_area(cleaned)
        if cleaned.get("continuation") and not cleaned.get("continuation_reason"):
            self.add_error("continuation_reason", _("Write why it became so, and what it took."))
        return cleaned


def description_content(project: Project) -> dict[str, Any]:
    """What is saved, as the form shows it."""
    names = ("main_focus_area", "whole_county", *TEXT_ROWS, *FACTS_OF_OFFICERS, *AFTERWARDS)
    content = {name: getattr(project, name) for name in names}
    return content | {name: list(getattr(project, name).all()) for name in ("focus_areas", "municipalities")}


class PeopleForm(ProseForm):
    """Partners, with or without organisation number, and the team: numbered rows, of which the empty ones are nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups_only = self.fields.pop("groups_only")
        for number in range(1, MOST_ROWS + 1):
            self.fields |= {
                f"partner_{number}_name": PlainTextField(label=_("Partner %(number)d") % {"number": number}, max_length=160, required=False),
                f"partner_{number}_org_number": OrgNumberFormField(label=_("Organisation number"), required=False),
                f"partner_{number}_part": PlainTextField(label=_("What they do in the project"), max_length=400, required=False),
                f"team_{number}_name": PlainTextField(label=_("Person %(number)d") % {"number": number}, max_length=120, required=False),
                f"team_{number}_role": PlainTextField(label=_("Role in the project"), max_length=120, required=False),
                f"team_{number}_email": forms.EmailField(label=_("E-mail"), required=False),
            }  # fmt: skip
        for field in self.fields.values():
            field.needed_to_submit = True  # type: ignore[attr-defined] # a row may be left out, not a part of it: no mark at each
        self.fields["groups_only"] = groups_only
        self.helper = laid_out(
            Fieldset(_("Partners"), *self._rows("partner", PARTNER_PARTS)),
            Fieldset(_("Team"), *self._rows("team", TEAM_PARTS)),
            Fieldset(_("Before you save"), "groups_only"),
        )

    def _rows(self, kind: str, parts: tuple[str, ...]) -> list[Div]:
        """Those that are filled in and two empty ones more."""
        values = self.data if self.is_bound else self.initial
        filled = [n for n in range(1, MOST_ROWS + 1) if any(values.get(f"{kind}_{n}_{part}") for part in parts)]
        shown = min(MOST_ROWS, max(filled, default=0) + 2)
        return [Div(*(f"{kind}_{n}_{part}" for part in parts), css_class="field-row") for n in range(1, shown + 1)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for kind, parts, text in (
            ("partner", PARTNER_PARTS, _("Write the partner's name.")),
            ("team", TEAM_PARTS, _("Write the person's name.")),
        ):
            for n in range(1, MOST_ROWS + 1):
                if any(cleaned.get(f"{kind}_{n}_{part}") for part in parts[1:]) and not cleaned.get(f"{kind}_{n}_name"):
                    self.add_error(f"{kind}_{n}_name", text)
        for n in range(1, MOST_ROWS + 1):
            if cleaned.get(f"team_{n}_name") and not cleaned.get(f"team_{n}_role"):
                self.add_error(f"team_{n}_role", _("Write what the person does in the project."))
        return cleaned

    def partners(self) -> list[dict[str, Any]]:
        """For the action: those with a number of the registry are linked to their organisation."""
        rows = self._filled("partner", PARTNER_PARTS)
        known = {o.org_number: o for o in Organisation.objects.filter(org_number__in=[row["org_number"] for row in rows])}
        return [{"name": row["name"], "part": row["part"], "organisation": known.get(row["org_number"])} for row in rows]

    def team(self) -> list[dict[str, Any]]:
        return self._filled("team", TEAM_PARTS)

    def _filled(self, kind: str, parts: tuple[str, ...]) -> list[dict[str, str]]:
        rows = ({part: self.cleaned_data.get(f"{kind}_{n}_{part}") or "" for part in parts} for n in range(1, MOST_ROWS + 1))
        return [row for row in rows if row["name"]]


def people_content(project: Project) -> dict[str, str]:
    """What is saved, as the form shows it."""
    content: dict[str, str] = {}
    for n, partner in enumerate(project.partners.select_related("organisation").order_by("pk"), start=1):
        number = partner.organisation.org_number if partner.organisation else ""
        content |= {f"partner_{n}_name": partner.name, f"partner_{n}_org_number": number, f"partner_{n}_part": partner.part}
    for n, member in enumerate(project.team.order_by("pk"), start=1):
        content |= {f"team_{n}_{part}": getattr(member, part) for part in TEAM_PARTS}
    return content


class RegisterForm(ComparedForm):
    """A project that somebody else has decided on. Its budget is written on the same page."""

    title = PlainTextField(max_length=120)
    owner_number = OrgNumberFormField(label=gettext_lazy("The owner's organisation number"))
    registry_number = PlainTextField(max_length=30, required=False)
    external_case_id = PlainTextField(max_length=30, required=False)
    decided_where = PlainTextField(max_length=200)
    direction_decision = PlainTextField(max_length=120, required=False)
    share = NumberField(max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))])
    cap = KronorFormField()
    starts_on = day_field()
    ends_on = day_field()
    indirect_rate = NumberField(
        label=gettext_lazy("Indirect costs, per cent of own staff"), max_digits=5, decimal_places=2, required=False,
        min_value=Decimal(0), max_value=Decimal(100),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - {"owner_number", "indirect_rate"}:
            self.fields[name].label = label_of(name)
        too_much = _("The law allows at most %(share)s per cent.") % {"share": percent_text(LAWFUL_SHARE_WITH_EU)}
        self.fields["share"].validators.append(MaxValueValidator(LAWFUL_SHARE_WITH_EU, too_much))
        self.fields["share"].help_text = _("Exactly as it was decided, for example 28. It is never worked out from the budget.")
        self.fields["owner_number"].help_text = _(
            "The organisation must be registered here first, so that its people can log in."
        )
        self.fields["decided_where"].help_text = _("For example regional tillväxtnämnd 2024-06-14 § 51.")
        self.fields["indirect_rate"].help_text = _("Empty if no indirect costs were granted.")
        self.helper = laid_out(
            Fieldset(_("The project"), "title", "owner_number"),
            Fieldset(_("Where it was decided"), "decided_where", Div("registry_number", "external_case_id", css_class="field-row"),
                     "direction_decision"),
            Fieldset(_("What was decided"), Div("share", "cap", css_class="field-row"), Div("starts_on", "ends_on", css_class="field-row"),
                     "indirect_rate"),
        )  # fmt: skip

    def clean_owner_number(self) -> str:
        number: str = self.cleaned_data["owner_number"]
        self.owner = Organisation.objects.filter(org_number=number).first()
        if self.owner is None:
            raise ValidationError(_("No organisation has this number here. Ask it to register first."), code="unknown")
        return number

    def clean_cap(self) -> Kronor:
        cap: Kronor = self.cleaned_data["cap"]
        if cap <= Kronor(0):
            raise ValidationError(_("Write the amount that was granted."), code="nothing")
        return cap

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The project cannot end before it starts."))
        if not self.errors and not cleaned["registry_number"] and not cleaned["external_case_id"]:
            self.add_error("registry_number", _("Write a registry number or a case number, so that the decision can be found."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the action keeps."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"owner_number", "indirect_rate"}}


class PublicFilterForm(forms.Form):
    """Which projects the public list shows; every choice stands in the address."""

    faktor = forms.ChoiceField(label=gettext_lazy("Protective factor"), required=False)
    kommun = forms.ChoiceField(label=gettext_lazy("Municipality"), required=False)

    def __init__(self, *args: Any, areas: Any, municipalities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["faktor"].choices = [("", _("All")), *((area.key, area.name) for area in areas)]  # type: ignore[attr-defined]
        self.fields["kommun"].choices = [("", _("All")), *((place.code, place.name) for place in municipalities)]  # type: ignore[attr-defined]
