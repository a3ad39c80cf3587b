"""The one-page sketch: what is asked, with help in plain words, and how it is read."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Div, Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grants import rules
from grants.models import Call, Question, QuestionKind, Step
from kraftsamling.accounts.identity import OrgNumberFormField
from kraftsamling.lib.money import Kronor, KronorFormField
from kraftsamling.places.models import municipalities_of
from kraftsamling.programmes.models import FocusArea
from kraftsamling.ui.crispy import laid_out

from .drafts import GROUPS_ONLY, CaseForm
from .fields import NumberField, PlainTextField, day_field

PARTNERS = 6
CONTACTS = 3
CONTACTS_ASKED_FOR = 2
MOST_WORDS = {"summary": 80, "need": 150, "idea": 250, "target_group": 100, "learning": 120}
TEXT_FIELDS = tuple(MOST_WORDS)
LEFT_OUT = re.compile(rf"partner_\d+_name|contact_\d+_phone|contact_{CONTACTS}_name")
"""Of the rows of names, what nobody has to fill in, and what is called optional therefore."""
COST_FIELDS = ("cost_own_staff", "cost_external_services", "cost_travel", "cost_indirect")


def text_fields() -> dict[str, PlainTextField]:
    """The free texts, each with the question it answers."""
    texts = {
        "summary": (_("Summary"), _("What do you want to do, with whom, and why? Write so that somebody outside your field understands."), 4),
        "need": (_("The need"), _("What have you seen? Figures, experience, and what children and young people themselves say. Write about groups, never about a single child."), 6),
        "idea": (_("The idea"), _("What do you want to try, and what is new in it? How is it done in small scale?"), 8),
        "target_group": (_("Target group"), _("Which group is it for: age, about how many, where? How do girls and boys, and children with different backgrounds, come into it?"), 4),
        "learning": (_("How will you learn from it?"), _("How do you see whether it works, and how will others get to know what you learn? What happens afterwards if it works?"), 5),
    }  # fmt: skip
    return {
        name: PlainTextField(label=label, help_text=help_text, words=MOST_WORDS[name], rows=rows)
        for name, (label, help_text, rows) in texts.items()
    }


def money_fields() -> dict[str, KronorFormField]:
    """The four cost categories and three kinds of financing; in kronor, rough."""
    return {
        "cost_own_staff": KronorFormField(label=_("Own staff"), help_text=_("Pay and employer's contributions."), required=False),
        "cost_external_services": KronorFormField(
            label=_("External services"), help_text=_("What you buy from others."), required=False
        ),
        "cost_travel": KronorFormField(label=_("Travel and accommodation"), required=False),
        "cost_indirect": KronorFormField(
            label=_("Indirect costs"), help_text=_("Rent, administration and the like."), required=False
        ),
        "sought": KronorFormField(label=_("Amount you seek")),
        "own_financing": KronorFormField(
            label=_("Own financing"), help_text=_("What you and your partners put in, working time included.")
        ),
        "other_financing": KronorFormField(
            label=_("Other financing"), help_text=_("From somebody else, for example a foundation."), required=False
        ),
    }


def question_field(question: Question) -> forms.Field | None:  # noqa: PLR0911 - one way out per kind
    """The field for a question of the call's own. Files have their own part of the page."""
    common = {"label": question.label, "help_text": question.help_text, "required": question.required}
    options = [(str(number), text) for number, text in enumerate(question.choices)]
    match question.kind:
        case QuestionKind.SHORT_TEXT:
            return PlainTextField(max_length=200, **common)
        case QuestionKind.LONG_TEXT:
            return PlainTextField(words=question.word_limit or 200, rows=5, **common)
        case QuestionKind.CHOICE:
            return forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
        case QuestionKind.CHOICES:
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
        case QuestionKind.NUMBER:
            return NumberField(max_digits=15, decimal_places=3, **common)
        case QuestionKind.KRONOR:
            return KronorFormField(**common)
        case QuestionKind.DATE:
            return day_field(**common)
    return None


class SketchForm(CaseForm):
    """Always bound to what has been typed so far. Unfinished is not wrong: see `remaining` and `wrong`."""

    links: Sequence[Any] = ()
    """The files beside the draft, for the page that shows them."""

    def __init__(self, typed: dict[str, Any], *, call: Call, files_for: frozenset[int] = frozenset()) -> None:
        super().__init__(typed)
        self.call = call
        self.files_for = files_for
        self.questions = list(call.questions.filter(step=Step.SKETCH).order_by("position", "pk"))
        self.fields.update(self._fields())
        self.helper = laid_out(*self._layout())

    def _fields(self) -> dict[str, forms.Field]:
        areas = {str(area.pk): area for area in FocusArea.objects.filter(calls=self.call).order_by("position", "pk")}
        places = {place.pk: place for place in municipalities_of(self.call.programme.region_id)}
        found: dict[str, forms.Field] = {
            "title": PlainTextField(
                label=_("Title"), help_text=_("Short and clear. The title is public if you get money."), max_length=120
            ),
            **text_fields(),
            "focus_areas": forms.TypedMultipleChoiceField(
                choices=[(key, area.name) for key, area in areas.items()],
                coerce=areas.__getitem__,
                label=_("Protective factors"),
                help_text=_("Which of them does the project strengthen?"),
                widget=forms.CheckboxSelectMultiple,
            ),
            "main_focus_area": forms.TypedChoiceField(
                choices=[(key, area.name) for key, area in areas.items()],
                coerce=areas.__getitem__,
                empty_value=None,
                label=_("The most important one"),
                widget=forms.RadioSelect,
            ),
            "whole_county": forms.BooleanField(label=_("The whole county"), required=False),
            "municipalities": forms.TypedMultipleChoiceField(
                choices=[(code, place.name) for code, place in places.items()],
                coerce=places.__getitem__,
                label=_("Municipalities"),
                help_text=_("Where the project is carried out. Choose at least one, or the whole county."),
                widget=forms.CheckboxSelectMultiple,
                required=False,
            ),
        }
        found.update(self._partner_fields())
        found.update(money_fields())
        found["sought"].help_text = self._sought_help()
        found["starts_on"] = day_field(label=_("Starts"))
        found["ends_on"] = day_field(label=_("Ends"))
        found.update(self._contact_fields())
        found.update({q.field_name: field for q in self.questions if (field := question_field(q))})
        found["groups_only"] = forms.BooleanField(label=GROUPS_ONLY, required=False)
        for name, field in found.items():
            field.error_messages["required"] = _("Remains to be filled in.")
            field.needed_to_submit = name.startswith(
                ("partner_", "contact_", "cost_", "municipalities", "whole_county", "groups_only")
            ) and not LEFT_OUT.fullmatch(name)  # type: ignore[attr-defined]
        return found

    def _sought_help(self) -> str:
        if self.call.smallest_grant is None or self.call.largest_grant is None:
            return ""
        return _("Between %(least)s and %(most)s, and at most %(share)s per cent of the costs.") % {
            "least": self.call.smallest_grant,
            "most": self.call.largest_grant,
            "share": rules.percent_text(rules.highest_share(self.call)),
        }

    def _partner_fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        for number in range(1, PARTNERS + 1):
            fields[f"partner_{number}_name"] = PlainTextField(
                label=_("Partner %(number)d") % {"number": number}, max_length=160, required=False
            )
            fields[f"partner_{number}_org_number"] = OrgNumberFormField(label=_("Organisation number"), required=False)
            fields[f"partner_{number}_part"] = PlainTextField(
                label=_("What they do in the project"), max_length=300, required=False
            )
        return fields

    def _contact_fields(self) -> dict[str, forms.Field]:
        fields: dict[str, forms.Field] = {}
        for number in range(1, CONTACTS + 1):
            required = number <= CONTACTS_ASKED_FOR
            fields[f"contact_{number}_name"] = PlainTextField(
                label=_("Contact %(number)d: name") % {"number": number}, max_length=120, required=required
            )
            fields[f"contact_{number}_email"] = forms.EmailField(label=_("E-mail"), required=required)
            fields[f"contact_{number}_phone"] = PlainTextField(label=_("Phone"), max_length=40, required=False)
        return fields

    def _layout(self) -> list[Any]:
        partners = [
            Div(*(f"partner_{n}_{part}" for part in ("name", "org_number", "part")), css_class="field-row")
            for n in range(1, self._partners_shown() + 1)
        ]
        contacts = [
            Div(*(f"contact_{n}_{part}" for part in ("name", "email", "phone")), css_class="field-row")
            for n in range(1, CONTACTS + 1)
        ]
        own = [q.field_name for q in self.questions if q.field_name in self.fields]
        parts = [
            Fieldset(_("The idea"), "title", *TEXT_FIELDS, css_id="del-ide"),
            Fieldset(
                _("What it strengthens, and where"),
                Div("focus_areas", "main_focus_area", css_class="two-columns"),
                "whole_county",
                Div("municipalities", css_class="many-choices"),
                css_id="del-var",
            ),
            Fieldset(_("Those who take part"), *partners, css_id="del-parter"),
            Fieldset(
                _("Costs and financing, roughly"),
                Div(*COST_FIELDS, css_class="field-row"),
                Div("sought", "own_financing", "other_financing", css_class="field-row"),
                css_id="del-pengar",
            ),
            Fieldset(_("When"), Div("starts_on", "ends_on", css_class="field-row"), css_id="del-nar"),
            Fieldset(_("Whom we can reach"), *contacts, css_id="del-kontakt"),
        ]
        if own:
            parts.append(Fieldset(_("The call's own questions"), *own, css_id="del-fragor"))
        parts.append(Fieldset(_("Before you send in"), "groups_only", css_id="del-sist"))
        return parts

    def _partners_shown(self) -> int:
        """Those that are filled in and one empty row more; every save shows the next."""
        filled = [
            n for n in range(1, PARTNERS + 1) if any(self.data.get(f"partner_{n}_{p}") for p in ("name", "org_number", "part"))
        ]
        return min(PARTNERS, max(filled, default=1) + 1)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_places(cleaned)
        self._check_partners(cleaned)
        self._check_single_children(cleaned)
        self._check_files()
        self._check_rules(cleaned)
        return cleaned

    def _check_partners(self, cleaned: dict[str, Any]) -> None:
        for number in range(1, PARTNERS + 1):
            name, org_number, part = (cleaned.get(f"partner_{number}_{p}") for p in ("name", "org_number", "part"))
            if (org_number or part) and not name:
                self.add_error(f"partner_{number}_name", _("Write the partner's name."))

    def _check_rules(self, cleaned: dict[str, Any]) -> None:
        """Each rule as soon as what it needs is there, so that the writer is told early."""
        sought, own, other = (cleaned.get(name) for name in ("sought", "own_financing", "other_financing"))
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        found: list[rules.Breach] = []
        if sought is not None:
            found += rules.amount_breaches(self.call, sought)
        if starts_on and ends_on:
            found += rules.period_breaches(self.call, starts_on, ends_on)
        if not set(COST_FIELDS) & set(self.errors):
            found += self._cost_breaches(cleaned, sought, own, other)
        for breach in found:
            if breach.field not in self.errors:
                self.add_error(breach.field, ValidationError(breach.message, code="rule"))

    def _cost_breaches(self, cleaned: dict[str, Any], sought: Any, own: Any, other: Any) -> list[rules.Breach]:
        total = sum((cleaned.get(name) or Kronor(0) for name in COST_FIELDS), Kronor(0))
        if not total:
            self.add_error("cost_own_staff", ValidationError(self.fields["sought"].error_messages["required"], code="required"))
            return []
        found: list[rules.Breach] = []
        if sought is not None:
            found += rules.share_breaches(self.call, sought, total)
        if own is not None:
            found += rules.own_financing_breaches(self.call, own, total)
        if sought is not None and own is not None and "other_financing" not in self.errors:
            found += rules.balance_breaches(total, sought + own + (other or Kronor(0)))
        return found

    def content(self) -> rules.SketchContent:
        """What the form holds when it is valid, as the programme understands it."""
        cleaned = self.cleaned_data
        value = cleaned.__getitem__
        return rules.SketchContent(
            title=value("title"),
            texts={name: value(name) for name in TEXT_FIELDS},
            focus_areas=list(value("focus_areas") or []),
            main_focus_area=value("main_focus_area"),
            whole_county=bool(value("whole_county")),
            municipalities=list(value("municipalities") or []),
            partners=[
                rules.Partner(
                    name=name,
                    org_number=cleaned.get(f"partner_{n}_org_number") or "",
                    part=cleaned.get(f"partner_{n}_part") or "",
                )
                for n in range(1, PARTNERS + 1)
                if (name := cleaned.get(f"partner_{n}_name"))
            ],
            contacts=[
                rules.Contact(
                    name=name, email=cleaned.get(f"contact_{n}_email") or "", phone=cleaned.get(f"contact_{n}_phone") or ""
                )
                for n in range(1, CONTACTS + 1)
                if (name := cleaned.get(f"contact_{n}_name"))
            ],
            sought=value("sought"),
            costs={name.removeprefix("cost_"): value(name) or Kronor(0) for name in COST_FIELDS},
            own_financing=value("own_financing"),
            other_financing=value("other_financing") or Kronor(0),
            starts_on=value("starts_on"),
            ends_on=value("ends_on"),
            answers=[self._answer(question, cleaned) for question in self.questions if question.field_name in self.fields],
        )

    def _answer(self, question: Question, cleaned: dict[str, Any]) -> dict[str, Any]:
        value = cleaned.get(question.field_name)
        match value:
            case list():
                shown = ", ".join(question.choices[int(number)] for number in value)
            case Kronor():
                shown = value.exact
            case Decimal():
                shown = f"{value:f}".replace(".", ",")
            case _ if question.kind == QuestionKind.CHOICE and value:
                shown = question.choices[int(value)]
            case _:
                shown = "" if value is None else str(value)
        return {"question": question.label, "kind": question.kind, "answer": shown}

    def _label(self, name: str, error: ValidationError) -> str:
        return _("What the project costs") if name == "cost_own_staff" else super()._label(name, error)

    def _place(self, name: str) -> str:
        row = re.match(r"(contact|partner)_\d+_(?!name)", name)
        if row is None:
            return super()._place(name)
        first = str(self.fields["_".join(name.split("_")[:2]) + "_name"].label)
        return f"{first.split(':', maxsplit=1)[0]}: {str(self.fields[name].label).lower()}"


class WithdrawForm(forms.Form):
    reason = PlainTextField(label="", max_length=400, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why do you withdraw the sketch?")


class TurnDownForm(forms.Form):
    """Why an invitation is turned down, if the organisation wants to say."""

    reason = PlainTextField(max_length=400, required=False)


class FileForm(forms.Form):
    """One file, for a question of the call or on its own."""

    file = forms.FileField()
    question = forms.TypedChoiceField(required=False, empty_value=None)

    def __init__(self, *args: Any, questions: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {str(question.pk): question for question in questions if question.kind == QuestionKind.FILE}
        self.fields["file"].label = _("File")
        self.fields["file"].help_text = _(
            "PDF, Word, Excel, OpenDocument, text or picture, at most 20 MB. No documents about single children."
        )
        question = self.fields["question"]
        question.choices = [("", _("Nothing special: an extra file")), *((key, q.label) for key, q in asked.items())]  # type: ignore[attr-defined]
        question.coerce = asked.__getitem__  # type: ignore[attr-defined]
        question.label = _("The file answers")
        self.asks_for_files = bool(asked)


class StartForm(forms.Form):
    """For which of the person's organisations the sketch is written."""

    organisation = forms.ModelChoiceField(queryset=None, widget=forms.RadioSelect, empty_label=None)

    def __init__(self, *args: Any, organisations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["organisation"].label = _("Which organisation writes the sketch?")
