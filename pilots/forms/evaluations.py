"""Forms of stage evaluations and of the yearly follow-up."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from grants.forms.fields import LinesField, PlainTextField, day_field
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.text import identity_number_refusal, identity_numbers
from pilots.models import Judgement, Project

from .learning import AskedForm, groups_help

LONGEST_GOAL = 400


class EvaluationForm(AskedForm):
    """A stage of the programme, or of one project, with its goals."""

    about = forms.ChoiceField()
    stage = PlainTextField(max_length=120)
    starts_on = day_field()
    ends_on = day_field()
    goals = LinesField()

    def __init__(self, *args: Any, programmes: Any, projects: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices: dict[str, tuple[Any, Project | None]] = {f"program-{one.pk}": (one, None) for one in programmes}
        self.choices |= {f"projekt-{one.pk}": (one.programme, one) for one in projects}
        labels = {
            "about": _("Stage of"), "stage": _("What the stage is called"), "starts_on": _("First day"), "ends_on": _("Last day"),
            "goals": _("Goals of the stage"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["about"].choices = [(key, str(project or programme)) for key, (programme, project) in self.choices.items()]  # type: ignore[attr-defined]
        self.fields["goals"].help_text = _("One on each line.") + " " + groups_help()

    def clean_goals(self) -> list[str]:
        goals = self.cleaned_data["goals"]
        if identity_numbers("\n".join(goals)):
            raise forms.ValidationError(identity_number_refusal())
        if any(len(goal) > LONGEST_GOAL for goal in goals):
            raise forms.ValidationError(_("A goal has at most %(most)d characters.") % {"most": LONGEST_GOAL})
        return goals

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("starts_on") and cleaned.get("ends_on") and cleaned["ends_on"] < cleaned["starts_on"]:
            self.add_error("ends_on", _("The last day comes before the first."))
        return cleaned

    def values(self) -> dict[str, Any]:
        values = super().values()
        programme, project = self.choices[values.pop("about")]
        return {**values, "programme": programme, "project": project}


class FormativeNoteForm(AskedForm):
    prefix = "anteckning"
    text = PlainTextField(max_length=4000, rows=4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("What do you see, and what does it lead to?")
        self.fields["text"].help_text = groups_help()


class GoalForm(AskedForm):
    judgement = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    reasons = PlainTextField(max_length=3000, rows=3, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["judgement"].label = _("Judgement")
        self.fields["judgement"].choices = Judgement.choices  # type: ignore[attr-defined]
        self.fields["reasons"].label = _("Reasons")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("judgement") and not cleaned.get("reasons") and "reasons" not in self.errors:
            self.add_error("reasons", _("Write the reasons for the judgement."))
        return cleaned


class CloseForm(AskedForm):
    prefix = "avslut"
    summary = PlainTextField(max_length=6000, rows=5)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["summary"].label = _("The whole judgement in short")


class FollowUpForm(AskedForm):
    """When the case was looked at, and what was seen."""

    done_on = day_field()
    note = PlainTextField(max_length=4000, rows=5)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"done_on": stockholm_today()})
        super().__init__(*args, **kwargs)
        self.fields["done_on"].label = _("Day of the follow-up")
        self.fields["note"].label = _("What did you see?")
        self.fields["note"].help_text = (
            _("How the money is used, whether the project does what was decided, and what must be done about it.")
            + " "
            + groups_help()
        )
