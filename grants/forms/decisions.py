"""Forms of the preparation and of the decision. All may be saved half done; what is asked for is asked for when it is issued."""

import re
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.core.validators import MinValueValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.decision_rules import percent_text
from grants.models import Check, Decision, DecisionKind, Preparation, StateAid
from grants.models.calls import lawful_share
from grants.states import DecisionState
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.money import Kronor, KronorFormField
from kraftsamling.ui.crispy import laid_out

from .fields import NumberField, PlainTextField, day_field

LONGEST = 8000
RATE = re.compile(r"\d{1,4}(?:[.,]\d{1,4})?", re.ASCII)
ANSWERS = {"yes": True, "no": False}


def _shown(field: forms.Field, value: Any) -> str:
    """A raw value in words: the label of what is chosen, or the text itself."""
    choices = getattr(field, "choices", None)
    if choices is None:
        return str(field.prepare_value(value) or "")
    return next((str(label) for key, label in choices if str(key) == str(value or "") and key), "")


class RateField(NumberField):
    """A rate of exchange: up to four decimals."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and RATE.fullmatch(value.strip()):
            return Decimal(value.strip().replace(",", "."))
        return super().to_python(value)


class ComparedForm(forms.Form):
    """A form whose typed texts can be laid beside what somebody else has saved."""

    use_required_attribute = False

    def _wanted(self, *but: str) -> None:
        """All but these are asked for before a decision can be issued, though the form may be saved without."""
        for name, field in self.fields.items():
            field.needed_to_submit = name not in but  # type: ignore[attr-defined]

    def differing(self, theirs: dict[str, Any]) -> list[tuple[str, str, str]]:
        """(label, theirs, mine) of the fields that differ."""
        mine = {name: self.add_prefix(name) for name in self.fields}
        rows = [
            (str(field.label), _shown(field, theirs.get(name)), _shown(field, self.data.get(mine[name], "")))
            for name, field in self.fields.items()
            if not isinstance(field, forms.FileField)
        ]
        return [row for row in rows if row[1].split() != row[2].split()]


class PreparationForm(ComparedForm):
    """The checklist, the link to the strategy and the assessment of state aid."""

    strategy_link = PlainTextField(max_length=LONGEST, rows=4, required=False)
    state_aid = forms.ChoiceField(widget=forms.RadioSelect, required=False)
    state_aid_reason = PlainTextField(max_length=LONGEST, rows=4, required=False)
    previous_aid = NumberField(max_digits=10, decimal_places=2, min_value=Decimal(0), required=False)
    euro_rate = RateField(max_digits=8, decimal_places=4, required=False)
    euro_rate_on = day_field(required=False)
    certificate = forms.FileField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = []
        for check in Check:
            answer, note = f"{check.value}_ok", f"{check.value}_note"
            choices = [("yes", _("Yes")), ("no", _("No"))]
            self.fields[answer] = forms.ChoiceField(
                label=_("Is it so?"), choices=choices, widget=forms.RadioSelect, required=False
            )
            self.fields[note] = PlainTextField(label=_("Note"), max_length=LONGEST, rows=2, required=False)
            parts.append(Fieldset(str(check.label), answer, note, css_class="many-choices"))
        self._name_fields()
        self._wanted(*(f"{check.value}_note" for check in Check))
        aid = ("state_aid", "state_aid_reason", "previous_aid", "euro_rate", "euro_rate_on", "certificate")
        self.helper = laid_out(*parts, Fieldset(_("Strategy"), "strategy_link"), Fieldset(_("State aid"), *aid))

    def _name_fields(self) -> None:
        for name in ("strategy_link", "state_aid_reason", "previous_aid", "euro_rate", "euro_rate_on"):
            self.fields[name].label = capfirst(str(Preparation._meta.get_field(name).verbose_name))
        self.fields["state_aid"].label = _("Assessment")
        self.fields["state_aid"].choices = StateAid.choices  # type: ignore[attr-defined]
        self.fields["state_aid_reason"].help_text = _("Say what decides, for each who gains by the project, also indirectly.")
        self.fields["previous_aid"].help_text = _("Only for de minimis aid: all that the certificate tells of, over three years.")
        self.fields["euro_rate"].help_text = _("Write the rate of the day yourself, for example 11,2345.")
        self.fields["euro_rate"].validators.append(MinValueValidator(Decimal("0.0001")))
        self.fields["certificate"].label = _("Certificate of de minimis aid in the last three years")
        self.fields["certificate"].help_text = _("A file of at most 20 MB. It is kept even if something else must be mended.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("state_aid") and not cleaned.get("state_aid_reason") and "state_aid_reason" not in self.errors:
            self.add_error("state_aid_reason", _("Write why you assess the state aid as you do."))
        if cleaned.get("euro_rate_on") and cleaned["euro_rate_on"] > stockholm_today():
            self.add_error("euro_rate_on", _("The day of the rate has not come yet."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the action keeps."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "certificate"}
        return values | {f"{check.value}_ok": ANSWERS.get(values[f"{check.value}_ok"]) for check in Check}


def preparation_content(preparation: Preparation | None) -> dict[str, Any]:
    """What is saved, as the form shows it."""
    if preparation is None:
        return {}
    names = ["strategy_link", "state_aid", "state_aid_reason", "previous_aid", "euro_rate", "euro_rate_on"]
    content = {name: getattr(preparation, name) for name in names}
    for check, answer, note in preparation.answers():
        content[f"{check.value}_ok"] = {True: "yes", False: "no"}.get(answer, "")  # type: ignore[arg-type]
        content[f"{check.value}_note"] = note
    return content


TEXTS = {
    "reasons": 6, "strategy_link": 4, "conditions": 8, "follow_up": 4, "financing_plan": 4, "final_report": 4, "no_appeal": 2,
    "exceeds_reason": 2, "correction": 3,
}  # fmt: skip
"""Long texts of the decision, with how many rows they begin with."""
WORDS = ("deciding_body", "minutes_item", "delegation_item", "presenter", "took_part")


class DecisionForm(ComparedForm):
    """The whole decision."""

    kind = forms.ChoiceField(widget=forms.RadioSelect)
    share = NumberField(max_digits=5, decimal_places=2, required=False)
    cap = KronorFormField(required=False)
    eu_cofinanced = forms.BooleanField(required=False)
    starts_on = day_field(required=False)
    ends_on = day_field(required=False)
    decided_on = day_field(required=False)

    def __init__(self, *args: Any, corrects: Decision | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in TEXTS.items():
            self.fields[name] = PlainTextField(max_length=LONGEST, rows=rows, required=False)
        for name in WORDS:
            longest = Decision._meta.get_field(name).max_length  # type: ignore[union-attr]
            self.fields[name] = PlainTextField(max_length=longest, required=False)
        for name, field in self.fields.items():
            field.label = capfirst(str(Decision._meta.get_field(name).verbose_name))
        self.fields["kind"].choices = [c for c in DecisionKind.choices if corrects is None or c[0] == corrects.kind]  # type: ignore[attr-defined]
        self._help()
        self._wanted("exceeds_reason", "took_part")
        if corrects is None:
            del self.fields["correction"]
        self.helper = laid_out(*self._parts())

    def _parts(self) -> list[Fieldset]:
        corrected = [Fieldset(_("Correction"), "correction")] if "correction" in self.fields else []
        return [
            *corrected,
            Fieldset(_("What is decided"), "kind", "share", "cap", "eu_cofinanced", "starts_on", "ends_on", "exceeds_reason"),
            Fieldset(_("Why"), "reasons", "strategy_link"),
            Fieldset(_("Only for a grant"), "conditions", "follow_up", "financing_plan", "final_report"),
            Fieldset(_("Who decides, and when"), "deciding_body", "decided_on", "minutes_item", "delegation_item", "presenter",
                     "took_part", "no_appeal"),
        ]  # fmt: skip

    def _help(self) -> None:
        texts = {
            "share": _("For a grant: exactly as it is decided, for example 28. It is never worked out from the budget."),
            "cap": _("For a grant: the most that can be paid."),
            "eu_cofinanced": _(
                "Only if the financing plan has money from ERDF or ESF+. Then the law allows 60 per cent instead of 50 (2003:596, 5 §)."
            ),
            "exceeds_reason": _(
                "Only if a limit of the call is to be passed. It is logged. What the law allows is never passed."
            ),
            "reasons": _("The rules that were applied, and what decided (förvaltningslagen 32 §)."),
            "strategy_link": _("A grant must say how it is linked to the strategy (2003:596, 9 §)."),
            "minutes_item": _(
                "For a decision of a board, for example 2027-02-09 § 2. Or else the item of the delegation scheme below."
            ),
            "took_part": _("Others who took part in the final handling without deciding."),
            "correction": _("What was plainly wrong, for example an error of writing or counting (förvaltningslagen 36 §)."),
        }
        for name, text in texts.items():
            self.fields[name].help_text = text
        self.fields["share"].validators.append(MinValueValidator(Decimal("0.01")))

    def clean_cap(self) -> Kronor | None:
        cap: Kronor | None = self.cleaned_data["cap"]
        if cap is not None and not cap:
            raise forms.ValidationError(_("Write the amount, or choose another decision."), code="nothing")
        return cap

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The project cannot end before it starts."))
        lawful = lawful_share(eu_cofinanced=cleaned.get("eu_cofinanced", False))
        if cleaned.get("share") is not None and cleaned["share"] > lawful:
            self.add_error("share", _("The law allows at most %(share)s per cent.") % {"share": percent_text(lawful)})
        if "correction" in self.fields and not cleaned.get("correction") and "correction" not in self.errors:
            self.add_error("correction", _("Write what was wrong."))
        return cleaned


def decision_content(decision: Decision) -> dict[str, Any]:
    """What is saved, as the form shows it."""
    names = ["kind", "share", "cap", "eu_cofinanced", "starts_on", "ends_on", "decided_on", *TEXTS, *WORDS]
    return {name: getattr(decision, name) for name in names}


class CorrectionForm(forms.Form):
    correction = PlainTextField(max_length=LONGEST, rows=3, label=gettext_lazy("What was wrong?"))


class AidRegisteredForm(forms.Form):
    on = day_field(label=gettext_lazy("Day when the aid was registered"))


class DecisionFilterForm(forms.Form):
    """Which decisions the list shows; every choice stands in the address."""

    q = forms.CharField(required=False, max_length=100)
    slag = forms.ChoiceField(required=False)
    lage = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Title, organisation or number")
        self.fields["slag"].label = _("Decision")
        self.fields["slag"].choices = [("", _("All")), *DecisionKind.choices]  # type: ignore[attr-defined]
        self.fields["lage"].label = _("State")
        self.fields["lage"].choices = [("", _("All")), ("vantar", _("Waits for a decision maker")), *DecisionState.choices]  # type: ignore[attr-defined]
