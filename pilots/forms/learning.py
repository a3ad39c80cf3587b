"""Forms of learnings, interview notes, themes and passages. Texts about single children are asked about, never let by."""

from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import gettext as _

from grants.forms.decisions import ComparedForm
from grants.forms.drafts import GROUPS_ONLY, seems_about_a_child
from grants.forms.fields import LinesField, PlainTextField, day_field
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.programmes.models import FocusArea
from pilots import quotes
from pilots.models import InterviewNote, LearningKind, Passage, Project, ReportVersion, Theme
from pilots.models.learning import LONGEST_NOTE, LONGEST_QUOTE
from pilots.quotes import Source
from pilots.states import ReportState

VERSION, NOTE = "rapport", "intervju"


def ask_about_children(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """Shows a box to tick where a text seems to be about a named pupil; without the tick the form is not right."""
    free = [name for name, field in form.fields.items() if isinstance(field, (PlainTextField, LinesField))]
    if seems_about_a_child(form, "\n".join(str(line) for name in free for line in _lines(cleaned.get(name)))):
        form.fields["groups_only"].widget = forms.CheckboxInput()


def _lines(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value or ""]


def groups_only_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=GROUPS_ONLY,
        required=False,
        widget=forms.HiddenInput,
    )


def groups_help() -> str:
    return _("Write about groups. Never about single children: no names, no classes, no personal identity numbers.")


class AskedForm(ComparedForm):
    """A form with free text about projects. Refuses personal identity numbers, and asks about what looks like one child."""

    asks = ("groups_only",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups_only"] = groups_only_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ask_about_children(self, cleaned)
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the action keeps."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.asks}


class LearningForm(AskedForm):
    kind = forms.ChoiceField(choices=LearningKind.choices, widget=forms.RadioSelect)
    text = PlainTextField(max_length=2000, rows=5)
    focus_areas = forms.ModelMultipleChoiceField(FocusArea.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)
    source = forms.ChoiceField(required=False)
    section = PlainTextField(max_length=120, required=False)
    is_public = forms.BooleanField(required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = sources_of(project)
        labels = {
            "kind": _("Kind"), "text": _("What was learned"), "focus_areas": _("Protective factors"), "source": _("Where it comes from"),
            "section": _("Part of the report"), "is_public": _("May be shown in public"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["text"].help_text = _("So that somebody who does not know the project can use it.") + " " + groups_help()
        self.fields["focus_areas"].queryset = project.programme.focus_areas.order_by("position")  # type: ignore[attr-defined]
        self.fields["source"].choices = [("", _("Written by an officer")), *source_choices(self.sources)]  # type: ignore[attr-defined]
        self.fields["section"].help_text = _("If it comes from a report, for example: What did not work.")

    def values(self) -> dict[str, Any]:
        values = super().values()
        source = self.sources.get(values.pop("source"))
        if not isinstance(source, ReportVersion):
            values["section"] = ""
        return values | {
            "version": source if isinstance(source, ReportVersion) else None,
            "note": source if isinstance(source, InterviewNote) else None,
        }


def learning_content(learning: Any) -> dict[str, Any]:
    """What is saved, as the form shows it."""
    return {
        "kind": learning.kind,
        "text": learning.text,
        "focus_areas": [area.pk for area in learning.focus_areas.all()],
        "source": key_of(learning.version or learning.note) if learning.version_id or learning.note_id else "",
        "section": learning.section,
        "is_public": learning.is_public,
    }


def key_of(source: Source) -> str:
    return f"{NOTE if isinstance(source, InterviewNote) else VERSION}-{source.pk}"


def sources_of(project: Project) -> dict[str, Source]:
    """The approved reports of a project, and the interviews about it."""
    notes = InterviewNote.objects.filter(project=project).order_by("-held_on", "pk")
    return {key_of(source): source for source in [*approved_versions().filter(report__project=project), *notes]}


def approved_versions() -> Any:
    """Of each approved report the version that was approved."""
    approved = ReportVersion.objects.filter(report__state=ReportState.APPROVED, report__current_version=F("pk"))
    return approved.select_related("report__project").order_by("-submitted_at", "pk")


def source_choices(sources: dict[str, Source]) -> list[tuple[str, str]]:
    return [(key, quotes.source_name(source)) for key, source in sources.items()]


class NoteForm(AskedForm):
    """An interview about a project, written down."""

    held_on = day_field()
    held_with = PlainTextField(max_length=200)
    text = PlainTextField(max_length=LONGEST_NOTE, rows=18)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"].label = _("Day of the interview")
        self.fields["held_with"].label = _("With whom")
        self.fields["held_with"].help_text = _("By role, not by name: for example project leader, or three participants.")
        self.fields["text"].label = _("What was said")
        self.fields["text"].help_text = groups_help()

    def clean_held_on(self) -> Any:
        day = self.cleaned_data["held_on"]
        if day > stockholm_today():
            raise forms.ValidationError(_("The day has not come yet."))
        return day


def note_content(note: InterviewNote) -> dict[str, Any]:
    return {"held_on": note.held_on, "held_with": note.held_with, "text": note.text}


class PassageForm(forms.Form):
    """Words of the note, and the theme they belong to."""

    use_required_attribute = False
    quote = PlainTextField(max_length=LONGEST_QUOTE, rows=3)
    theme = forms.ModelChoiceField(Theme.objects.none())

    def __init__(self, *args: Any, programme: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quote"].label = _("Passage")
        self.fields["quote"].help_text = _("Copy the words from the note, exactly as they stand.")
        self.fields["theme"].label = _("Theme")
        self.fields["theme"].empty_label = _("Choose")  # type: ignore[attr-defined]
        self.fields["theme"].queryset = Theme.objects.current().filter(programme=programme).in_order()  # type: ignore[attr-defined]


class ThemeForm(forms.Form):
    use_required_attribute = False
    name = PlainTextField(max_length=80)
    description = PlainTextField(max_length=400, required=False)
    position = forms.IntegerField(min_value=0, max_value=999, required=False, initial=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["description"].label = _("What belongs here")
        self.fields["position"].label = _("Place in the list")

    def clean_position(self) -> int:
        return self.cleaned_data.get("position") or 0


MOST_OFFERED = 200
"""Of more than so many nobody chooses from a list; they are found by their words, or by way of the matrix."""


def offer_few(form: forms.Form, name: str) -> None:
    """Offers all rows where they are few, else the chosen one alone, and nothing where none is chosen."""
    field: Any = form.fields[name]
    rows = list(field.queryset[: MOST_OFFERED + 1])
    if len(rows) > MOST_OFFERED:
        asked = form.data.get(name, "")
        rows = list(field.queryset.filter(pk=asked)) if asked.isdecimal() and len(asked) <= LONGEST_KEY else []
        if not rows:
            field.widget = forms.HiddenInput()
            return
    field.choices = [("", field.empty_label), *((row.pk, str(row)) for row in rows)]


LONGEST_KEY = 18
_NONE = FocusArea.objects.none()


class LearningFilterForm(forms.Form):
    """Which learnings the list shows; every choice stands in the address."""

    q = forms.CharField(required=False, max_length=100)
    slag = forms.ChoiceField(required=False)
    faktor = forms.ModelChoiceField(FocusArea.objects.none(), required=False)
    projekt = forms.ModelChoiceField(Project.objects.none(), required=False)
    kalla = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, projects: Any, areas: Any = _NONE, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Words")
        self.fields["slag"].label = _("Kind")
        self.fields["slag"].choices = [("", _("All")), *LearningKind.choices]  # type: ignore[attr-defined]
        for name, label, rows in (("faktor", _("Protective factor"), areas), ("projekt", _("Project"), projects)):
            self.fields[name].label = label
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("All")  # type: ignore[attr-defined]
        offer_few(self, "projekt")
        self.fields["kalla"].label = _("Where it comes from")
        sources = [(VERSION, _("Report")), (NOTE, _("Interview")), ("handlaggare", _("Written by an officer"))]
        self.fields["kalla"].choices = [("", _("All")), *sources]  # type: ignore[attr-defined]


class PassageFilterForm(forms.Form):
    """Which cell of the matrix is opened."""

    projekt = forms.ModelChoiceField(Project.objects.none(), required=False)
    tema = forms.ModelChoiceField(Theme.objects.none(), required=False)

    def __init__(self, *args: Any, projects: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        themes = Theme.objects.filter(programme__in=projects.order_by().values("programme")).in_order()
        for name, label, rows in (("projekt", _("Project"), projects), ("tema", _("Theme"), themes)):
            self.fields[name].label = label
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].empty_label = _("All")  # type: ignore[attr-defined]
        offer_few(self, "projekt")


def passages_of(form: PassageFilterForm, user: Any) -> Any:
    """The passages of the chosen cell, that the person may read."""
    rows = Passage.objects.handled_by(user)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if chosen.get("projekt"):
        rows = rows.filter(note__project=chosen["projekt"])
    if chosen.get("tema"):
        rows = rows.filter(theme=chosen["tema"])
    return rows.select_related("theme", "note__project__owner").order_by("theme__position", "theme", "note__held_on", "pk")
