"""Forms with which officers prepare a call."""

from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.models import Call, Criterion, QuestionKind, Step
from grants.models.calls import LAWFUL_SHARE_WITH_EU, PER_CENT
from kraftsamling.accounts.models import Organisation, OrganisationKind
from kraftsamling.lib.money import Kronor, KronorFormField
from kraftsamling.ui.crispy import laid_out

from .fields import LinesField, PlainTextField, day_field, moment_field

FRAME_ROWS = 4
LEVELS = 6
TEXTS = ("summary", "purpose", "not_funded", "eligibility", "how_assessed", "invitation_letter", "declining_letter")


class CallCreateForm(forms.Form):
    """A title is enough to begin."""

    title = PlainTextField(max_length=140)
    programme = forms.ModelChoiceField(queryset=None, empty_label=None)

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].label = _("What is the call named?")
        self.fields["programme"].label = _("Programme")
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        if len(programmes) == 1:
            self.fields["programme"].initial = programmes[0]
            self.fields["programme"].widget = forms.HiddenInput()


class CallForm(forms.ModelForm):
    """All fields of a call. Unfinished is fine in a draft; publishing names what is missing."""

    use_required_attribute = False

    class Meta:
        model = Call
        fields = [
            "title", "summary", "purpose", "not_funded", "eligibility", "eligible_kinds", "how_assessed", "funder", "focus_areas",
            "smallest_grant", "largest_grant", "highest_share", "lowest_own_share", "indirect_rate",
            "report_every_months", "final_report_months", "report_before_payment", "holdback", "category_tolerance",
            "opens_at", "closes_at", "review_due_at", "answer_expected_on", "application_due_at", "application_review_due_at",
            "decision_expected_on",
            "period_starts_on", "period_ends_on", "contact_name", "contact_email", "contact_phone",
            "invitation_letter", "declining_letter",
        ]  # fmt: skip
        widgets = {"focus_areas": forms.CheckboxSelectMultiple}
        localized_fields = ["highest_share", "lowest_own_share", "indirect_rate", "holdback", "category_tolerance"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TEXTS:
            field, rows = self.fields[name], 3 if name == "summary" else 8 if name.endswith("_letter") else 5
            limit = {"max_length": 400} if name == "summary" else {}
            self.fields[name] = PlainTextField(label=field.label, required=False, rows=rows, **limit)
        for name in ("opens_at", "closes_at", "review_due_at", "application_due_at", "application_review_due_at"):
            self.fields[name] = moment_field(label=self.fields[name].label, required=False)
        for name in ("answer_expected_on", "decision_expected_on", "period_starts_on", "period_ends_on"):
            self.fields[name] = day_field(label=self.fields[name].label, required=False)
        self.fields["eligible_kinds"] = forms.MultipleChoiceField(
            label=self.fields["eligible_kinds"].label,
            choices=OrganisationKind.choices,
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        self.fields["focus_areas"].queryset = self.instance.programme.focus_areas.order_by("position")  # type: ignore[attr-defined]
        self.fields["focus_areas"].required = False
        for name in self._meta.localized_fields:
            self.fields[name].validators += PER_CENT
        self._add_frames()
        self._add_help()
        for field in self.fields.values():
            field.needed_to_submit = True  # type: ignore[attr-defined] # what remains is named beside the form
        self.helper = self._helper()

    def _add_frames(self) -> None:
        frames = sorted(self.instance.frames.all(), key=lambda frame: frame.year)
        for row in range(1, FRAME_ROWS + 1):
            frame = frames[row - 1] if row <= len(frames) else None
            self.fields[f"frame_{row}_year"] = forms.IntegerField(
                label=_("Year"), required=False, min_value=2000, max_value=2100, initial=frame and frame.year,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": "4"}),
            )  # fmt: skip
            self.fields[f"frame_{row}_amount"] = KronorFormField(label=_("Frame"), required=False, initial=frame and frame.amount)

    def _add_help(self) -> None:
        helps = {
            "summary": _("One or two sentences, shown in lists and on the start page."),
            "purpose": _("What do you want to see tried? Write so that a volunteer in a small association understands."),
            "highest_share": _(
                "By law at most 50 per cent of the project's expenditure, or 60 where ERDF or ESF+ also pays (förordning 2003:596, 5 §). "
                "With 60 here, 50 holds for everybody else."
            ),
            "lowest_own_share": _("How large a part the organisation and its partners must put in themselves."),
            "opens_at": _("Day and clock time, Swedish time."),
            "closes_at": _("The closing moment itself is too late: 16:00 means that 15:59:59 is in time."),
            "application_review_due_at": _(
                "Only if reviewers assess the applications too. They are reminded 7 and 2 days before, on the day and the day after."
            ),
            "invitation_letter": _("{organisation}, {title}, {reason}, {deadline} and {contact} are replaced in each letter."),
            "declining_letter": _(
                "Tell what the organisation can do now. {organisation}, {title}, {reason} and {contact} are replaced."
            ),
        }
        for name, text in helps.items():
            self.fields[name].help_text = text

    def _helper(self) -> FormHelper:
        frames = [Div(f"frame_{row}_year", f"frame_{row}_amount", css_class="field-row") for row in range(1, FRAME_ROWS + 1)]
        return laid_out(
            Fieldset(
                _("About the call"),
                "title",
                "summary",
                "purpose",
                "not_funded",
                Div("focus_areas", css_class="many-choices"),
                "funder",
            ),
            Fieldset(_("Applicants"), "eligibility", Div("eligible_kinds", css_class="many-choices")),
            Fieldset(_("Frame per year"), *frames, css_id="id_frames"),
            Fieldset(
                _("Limits"),
                Div("smallest_grant", "largest_grant", css_class="field-row"),
                Div("highest_share", "lowest_own_share", "indirect_rate", css_class="field-row"),
            ),
            Fieldset(
                _("Reports and payment"),
                Div("report_every_months", "final_report_months", css_class="field-row"),
                "report_before_payment",
                Div("holdback", "category_tolerance", css_class="field-row"),
            ),
            Fieldset(
                _("Moments and days"),
                Div("opens_at", "closes_at", css_class="field-row"),
                Div("review_due_at", "answer_expected_on", css_class="field-row"),
                Div("application_due_at", "application_review_due_at", css_class="field-row"),
                "decision_expected_on",
                Div("period_starts_on", "period_ends_on", css_class="field-row"),
            ),
            Fieldset(_("How it is assessed"), "how_assessed"),
            Fieldset(_("Contact"), Div("contact_name", "contact_email", "contact_phone", css_class="field-row")),
            Fieldset(_("Letters"), "invitation_letter", "declining_letter"),
        )

    def clean_highest_share(self) -> Any:
        share = self.cleaned_data["highest_share"]
        if share <= 0 or share > LAWFUL_SHARE_WITH_EU:
            raise ValidationError(_("The share must be above 0 and at most 60 per cent: the law allows no more."))
        return share

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_order(
            "smallest_grant", "largest_grant", _("The largest grant must not be less than the smallest."), equal=True
        )
        self._check_order("opens_at", "closes_at", _("The call must close after it opens."), equal=False)
        in_time = _("The reviewers need time after the applications are in.")
        self._check_order("application_due_at", "application_review_due_at", in_time, equal=False)
        self._check_order("period_starts_on", "period_ends_on", _("The period must end after it starts."), equal=False)
        years = [cleaned.get(f"frame_{row}_year") for row in range(1, FRAME_ROWS + 1)]
        for row in range(1, FRAME_ROWS + 1):
            year, amount = cleaned.get(f"frame_{row}_year"), cleaned.get(f"frame_{row}_amount")
            if amount and not year:
                self.add_error(f"frame_{row}_year", _("Which year is the amount for?"))
            if year and years.index(year) != row - 1:
                self.add_error(f"frame_{row}_year", _("The year stands twice."))
        return cleaned

    def _check_order(self, first: str, then: str, message: str, *, equal: bool) -> None:
        one, other = self.cleaned_data.get(first), self.cleaned_data.get(then)
        if one is not None and other is not None and (other < one or (not equal and other == one)):
            self.add_error(then, message)

    def values(self) -> dict[str, Any]:
        """What goes to the call itself."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or []}

    def frames(self) -> dict[int, Kronor]:
        rows = ((self.cleaned_data[f"frame_{n}_year"], self.cleaned_data[f"frame_{n}_amount"]) for n in range(1, FRAME_ROWS + 1))
        return {year: amount for year, amount in rows if year and amount}

    def _post_clean(self) -> None:
        """The model is changed by an action, never by the form."""


def _without_marks(fields: Mapping[str, forms.Field]) -> None:
    """Only the row as a whole may be left out: a mark at each of its fields would say what is not so."""
    for field in fields.values():
        field.needed_to_submit = True  # type: ignore[attr-defined]


class CriterionForm(forms.Form):
    """One criterion with its described levels."""

    name = PlainTextField(max_length=100, required=False)
    description = PlainTextField(max_length=1000, required=False, rows=3)
    weight = forms.IntegerField(min_value=1, max_value=10, initial=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Criterion")
        self.fields["description"].label = _("Description")
        self.fields["weight"].label = _("Weight, 1–10")
        for level in range(LEVELS):
            self.fields[f"level_{level}"] = PlainTextField(
                label=_("What %(level)d means") % {"level": level}, max_length=300, required=False
            )
        levels = Fieldset(_("The levels (optional)"), *(f"level_{level}" for level in range(LEVELS)))
        _without_marks(self.fields)
        self.helper = laid_out(Div("name", "weight", css_class="field-row"), "description", levels)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("name") and not cleaned.get("description"):
            self.add_error("description", _("Describe the criterion, so that applicants know what you look for."))
        if cleaned.get("description") and not cleaned.get("name"):
            self.add_error("name", _("Give the criterion a name."))
        return cleaned

    def row(self) -> dict[str, Any] | None:
        """The criterion, or None when the row has been left or made empty."""
        if not self.cleaned_data.get("name"):
            return None
        values = self.cleaned_data
        return {
            "name": values["name"],
            "description": values["description"],
            "weight": values.get("weight") or 1,
            "levels": [values.get(f"level_{level}", "") for level in range(LEVELS)],
        }

    @staticmethod
    def initial_of(criterion: Criterion) -> dict[str, Any]:
        levels = {f"level_{number}": text for number, text in enumerate(criterion.levels)}
        return {"name": criterion.name, "description": criterion.description, "weight": criterion.weight, **levels}


CriterionFormSet = forms.formset_factory(CriterionForm, extra=1, max_num=20)


class QuestionForm(forms.Form):
    """One question of the call's own."""

    label = PlainTextField(max_length=200, required=False)
    step = forms.ChoiceField(choices=Step, required=False)
    kind = forms.ChoiceField(choices=QuestionKind, required=False, initial=QuestionKind.LONG_TEXT)
    help_text = PlainTextField(max_length=400, required=False)
    word_limit = forms.IntegerField(min_value=1, max_value=2000, required=False)
    choices = LinesField(required=False)
    required = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "label": _("Question"), "step": _("Asked in"), "kind": _("Kind of answer"), "help_text": _("Help beside the question"),
            "word_limit": _("Most words, for long texts"), "choices": _("Choices, one per line"), "required": _("Must be answered"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label
        _without_marks({name: self.fields[name] for name in ("label", "step", "kind")})
        self.helper = laid_out(
            "label", Div("step", "kind", "word_limit", css_class="field-row"), "help_text", "choices", "required"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["step"] = cleaned.get("step") or Step.SKETCH
        cleaned["kind"] = cleaned.get("kind") or QuestionKind.LONG_TEXT
        least = 2
        wants_choices = cleaned.get("kind") in {QuestionKind.CHOICE, QuestionKind.CHOICES}
        if cleaned.get("label") and wants_choices and len(cleaned.get("choices", [])) < least:
            self.add_error("choices", _("Write at least two choices, one per line."))
        return cleaned

    def row(self) -> dict[str, Any] | None:
        if not self.cleaned_data.get("label"):
            return None
        return dict(self.cleaned_data)


QuestionFormSet = forms.formset_factory(QuestionForm, extra=1, max_num=30)


class AnswerForm(forms.Form):
    """A question about the call and its public answer."""

    question = PlainTextField(max_length=400, label=gettext_lazy("Question"))
    answer = PlainTextField(max_length=3000, label=gettext_lazy("Answer"), rows=4)


class ExtensionForm(forms.Form):
    """More time for one organisation."""

    organisation = forms.ModelChoiceField(queryset=None)
    until_at = moment_field()
    reason = PlainTextField(max_length=400)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].label = _("Organisation")
        self.fields["organisation"].queryset = Organisation.objects.filter(kind__in=call.eligible_kinds).in_swedish_order()  # type: ignore[attr-defined]
        self.fields["organisation"].empty_label = _("Choose")  # type: ignore[attr-defined]
        self.fields["until_at"].label = _("New last moment")
        self.fields["reason"].label = _("Reason")
        self.fields["reason"].help_text = _("Kept in the log, and sent to the organisation.")
