"""Forms of the review and of the answers."""

from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.models import Call, Criterion, NoteVisibility, OutcomeKind, Step
from grants.models.reviews import HIGHEST_SCORE, recommendations
from grants.states import ApplicationState
from kraftsamling.accounts.models import OrganisationKind, User
from kraftsamling.lib.text import clean_text
from kraftsamling.places.models import municipalities_of
from kraftsamling.programmes.models import Role
from kraftsamling.ui.crispy import laid_out

from .fields import PlainFieldset, PlainTextField, moment_field

LONGEST_KEPT = 50_000


class DeclarationForm(forms.Form):
    """Free of conflict, or not and why."""

    has_conflict = forms.ChoiceField(widget=forms.RadioSelect)
    ground = PlainTextField(max_length=400, required=False, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["has_conflict"].label = _("Are you in conflict of interest in this case?")
        self.fields["has_conflict"].choices = [  # type: ignore[attr-defined]
            ("no", _("No, I can assess it without being partial")),
            ("yes", _("Yes, or I am in doubt")),
        ]
        self.fields["ground"].label = _("What kind of conflict?")
        self.fields["ground"].help_text = _("For example: I work there, my partner leads it, I have helped to write it.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("has_conflict") == "yes" and not cleaned.get("ground"):
            self.add_error("ground", _("Write in a few words what kind of conflict it is."))
        return cleaned


class ConflictForm(forms.Form):
    """An officer's own report of a conflict."""

    ground = PlainTextField(max_length=400, rows=2, label=gettext_lazy("What kind of conflict?"))


class AssessmentForm(forms.Form):
    """A score and a reason per criterion, a recommendation and a comment."""

    use_required_attribute = False

    def __init__(self, typed: dict[str, Any], *, call: Call, step: str = Step.SKETCH) -> None:
        super().__init__(typed)
        self.criteria: list[Criterion] = list(call.criteria.order_by("position", "pk"))
        parts = []
        for criterion in self.criteria:
            score, reason = f"score_{criterion.pk}", f"reason_{criterion.pk}"
            self.fields[score] = forms.TypedChoiceField(
                label=_("Score"),
                choices=self._levels(criterion),
                coerce=int,
                widget=forms.RadioSelect,
                help_text=criterion.description,
            )
            self.fields[reason] = PlainTextField(label=_("Reason"), words=200, rows=3)
            parts.append(PlainFieldset(criterion.name, score, reason, css_id=f"kriterium-{criterion.pk}", css_class="criterion"))
        self.fields["recommendation"] = forms.ChoiceField(
            label=_("Your recommendation"), choices=recommendations(step), widget=forms.RadioSelect
        )
        self.fields["comment"] = PlainTextField(label=_("Comment on the whole"), words=300, rows=4, required=False)
        for field in self.fields.values():
            field.error_messages["required"] = _("Remains to be filled in.")
        self.helper = laid_out(*parts, Fieldset(_("On the whole"), "recommendation", "comment"))

    def label_of(self, name: str) -> str:
        """The field's label, with the criterion it is about: all criteria ask for the same two things."""
        label = str(self.fields[name].label)
        about = {f"{kind}_{one.pk}": one.name for one in self.criteria for kind in ("score", "reason")}.get(name)
        return f"{about}, {label.lower()}" if about else label

    @staticmethod
    def _levels(criterion: Criterion) -> list[tuple[int, str]]:
        texts = [*criterion.levels, *[""] * (HIGHEST_SCORE + 1)]
        return [(n, f"{n} – {texts[n]}" if texts[n] else str(n)) for n in range(HIGHEST_SCORE + 1)]

    def scores(self) -> dict[Criterion, tuple[int, str]]:
        values = self.cleaned_data
        return {c: (values[f"score_{c.pk}"], values[f"reason_{c.pk}"]) for c in self.criteria}

    def typed(self, post: Any) -> dict[str, str]:
        """What was typed so far, raw but storable."""
        kept = {name: clean_text(post.get(name, ""))[:LONGEST_KEPT] for name in self.fields}
        return {name: value for name, value in kept.items() if value}


class AbstainForm(forms.Form):
    comment = PlainTextField(max_length=1000, required=False, rows=2, label=gettext_lazy("Why? (optional)"))


class AssignForm(forms.Form):
    """Reviewers for the sketches ticked on the board."""

    sketches = forms.ModelMultipleChoiceField(queryset=None, widget=forms.CheckboxSelectMultiple)
    reviewers = forms.ModelMultipleChoiceField(queryset=None, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, call: Call, sketches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reviewers = User.objects.active().filter(roles__programme=call.programme_id, roles__role=Role.REVIEWER)
        self.fields["reviewers"].queryset = reviewers.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["reviewers"].label = _("Reviewers")
        self.fields["sketches"].queryset = sketches  # type: ignore[attr-defined]
        self.fields["sketches"].label = _("Sketches")
        self.fields["sketches"].error_messages["required"] = _("Tick at least one sketch.")
        self.fields["reviewers"].error_messages["required"] = _("Choose at least one reviewer.")


class BoardFilterForm(forms.Form):
    """Which sketches the board shows; every choice stands in the address."""

    q = forms.CharField(required=False, max_length=100)
    factor = forms.ModelChoiceField(queryset=None, required=False)
    kommun = forms.ChoiceField(required=False)
    slag = forms.ChoiceField(required=False)
    svar = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Title or organisation")
        self.fields["factor"].queryset = call.focus_areas.order_by("position")  # type: ignore[attr-defined]
        self.fields["factor"].label = _("Protective factor")
        self.fields["factor"].empty_label = _("All")  # type: ignore[attr-defined]
        places = [(place.pk, place.name) for place in municipalities_of(call.programme.region_id)]
        self.fields["kommun"].choices = [("", _("All")), *places]  # type: ignore[attr-defined]
        self.fields["kommun"].label = _("Municipality")
        self.fields["slag"].choices = [("", _("All")), *OrganisationKind.choices]  # type: ignore[attr-defined]
        self.fields["slag"].label = _("Kind of organisation")
        self.fields["svar"].choices = [  # type: ignore[attr-defined]
            ("", _("All")), ("ej", _("No answer prepared")), *OutcomeKind.choices,
        ]  # fmt: skip
        self.fields["svar"].label = _("Answer")


SHOWN_STATES = (
    ApplicationState.SUBMITTED,
    ApplicationState.RETURNED,
    ApplicationState.GRANTED,
    ApplicationState.REJECTED,
)
"""What the filter can choose between; the others are not in competition."""


class ApplicationFilterForm(BoardFilterForm):
    """Which applications their board shows."""

    lage = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, call=call, **kwargs)
        del self.fields["svar"]
        self.fields["lage"].choices = [("", _("All")), *((state.value, state.label) for state in SHOWN_STATES)]  # type: ignore[attr-defined]
        self.fields["lage"].label = _("State")


class NoteForm(forms.Form):
    """A note, and who reads it: the fewest unless the writer chooses otherwise."""

    text = PlainTextField(max_length=4000, rows=3, label=gettext_lazy("Note"))
    visibility = forms.ChoiceField(
        choices=NoteVisibility, widget=forms.RadioSelect, label=gettext_lazy("Who reads it?"), initial=NoteVisibility.OFFICERS
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None and "visibility" not in data:
            data = {**{name: data[name] for name in data}, "visibility": NoteVisibility.OFFICERS}
        super().__init__(data, **kwargs)


class RegistryForm(forms.Form):
    number = PlainTextField(max_length=30, label=gettext_lazy("Registry number"), required=False)


class OutcomeForm(forms.Form):
    """The answer with its reason, and the application's deadline for an invitation."""

    kind = forms.ChoiceField(choices=OutcomeKind, widget=forms.RadioSelect)
    reason = PlainTextField(max_length=4000, rows=5)
    application_due_at = moment_field(required=False)
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].label = _("Answer")
        self.fields["reason"].label = _("Reason")
        self.fields["reason"].help_text = _(
            "The organisation reads it in the letter. Say what decided, and what would have made it stronger."
        )
        self.fields["application_due_at"].label = _("The application must be in")
        self.fields["application_due_at"].help_text = _("Only for an invitation. Empty: the moment the call says.")


class LetterForm(forms.Form):
    letter = PlainTextField(max_length=8000, rows=16, label=gettext_lazy("Letter"))
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
