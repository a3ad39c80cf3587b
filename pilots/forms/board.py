"""Forms of the information item for the board."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Row
from django import forms
from django.utils.translation import gettext as _

from grants.forms.fields import PlainFieldset, PlainTextField, day_field
from kraftsamling.ui.crispy import laid_out
from pilots import board
from pilots.actions.board import MOST_PROJECTS
from pilots.models import BoardItem, JointAnalysis, Project
from pilots.models.board import MOST_MINUTES

from .learning import AskedForm, groups_help


class BoardItemMakeForm(forms.Form):
    """The meeting, and what the board is told of."""

    use_required_attribute = False
    title = PlainTextField(max_length=160)
    meeting = PlainTextField(max_length=160)
    meeting_on = day_field()
    projects = forms.ModelMultipleChoiceField(Project.objects.none(), widget=forms.CheckboxSelectMultiple)
    analysis = forms.ModelChoiceField(JointAnalysis.objects.none(), required=False)

    def __init__(self, *args: Any, projects: Any, analyses: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "title": _("Title"), "meeting": _("Meeting"), "meeting_on": _("Day of the meeting"), "projects": _("Projects"),
            "analysis": _("Joint analysis"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["meeting"].help_text = _("For example: Regional tillväxtnämnd.")
        _offer(self, projects, analyses)

    def clean_projects(self) -> list[Project]:
        return _enough(self.cleaned_data["projects"])


def _offer(form: forms.Form, projects: Any, analyses: Any) -> None:
    form.fields["projects"].queryset = projects  # type: ignore[attr-defined]
    form.fields["projects"].help_text = _("Two or more. A municipality comes first in the running order.")
    form.fields["analysis"].queryset = analyses  # type: ignore[attr-defined]
    form.fields["analysis"].empty_label = _("No analysis")  # type: ignore[attr-defined]
    form.fields["analysis"].help_text = _("Only what has been published.")


def _enough(projects: Any) -> list[Project]:
    chosen = list(projects)
    if not board.FEWEST_PROJECTS <= len(chosen) <= MOST_PROJECTS:
        raise forms.ValidationError(
            _("Choose between %(fewest)d and %(most)d projects.") % {"fewest": board.FEWEST_PROJECTS, "most": MOST_PROJECTS}
        )
    if len({project.programme_id for project in chosen}) > 1:
        raise forms.ValidationError(_("Choose projects of one and the same programme."))
    return chosen


class MakeAnewForm(forms.Form):
    """What the texts are made from, and which edited texts are to be replaced."""

    use_required_attribute = False
    projects = forms.ModelMultipleChoiceField(Project.objects.none(), widget=forms.CheckboxSelectMultiple)
    analysis = forms.ModelChoiceField(JointAnalysis.objects.none(), required=False)

    def __init__(self, *args: Any, projects: Any, analyses: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["projects"].label = _("Projects")
        self.fields["analysis"].label = _("Joint analysis")
        _offer(self, projects, analyses)

    def clean_projects(self) -> list[Project]:
        return _enough(self.cleaned_data["projects"])


class BoardItemForm(AskedForm):
    """Everything in the item, text by text."""

    title = PlainTextField(max_length=160)
    meeting = PlainTextField(max_length=160)
    meeting_on = day_field()
    limit = forms.IntegerField(min_value=1, max_value=MOST_MINUTES)
    columns = ("title", "meeting", "meeting_on", "limit")

    def __init__(self, *args: Any, item: BoardItem, projects: list[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].label = _("Title")
        self.fields["meeting"].label = _("Meeting")
        self.fields["meeting_on"].label = _("Day of the meeting")
        self.fields["limit"].label = _("Minutes in all")
        self.rows = board.in_order(projects)
        self.fields["description"] = PlainTextField(label=_("What it is about"), max_length=6000, rows=6, help_text=groups_help())
        for project in self.rows:
            self._add_project(project)
        for name, label in board.ANALYSIS_LABELS.items():
            self.fields[f"analysis_{name}"] = PlainTextField(label=label, max_length=20_000, rows=6, required=False)
        self.parts = board.part_numbers(item.content)
        for number in self.parts:
            self._add_part(number)
        self.helper = self._helper()

    def _helper(self) -> FormHelper:
        """The texts in the order of the document; a part of the running order on a line of its own."""
        projects = [
            PlainFieldset(project.title, *(f"p{project.pk}_{name}" for name in board.PROJECT_TEXTS)) for project in self.rows
        ]
        order = [
            Row(
                *(f"part{number}_{name}" for name in board.PART_TEXTS), css_class="part-row", role="group",
                aria_label=_("Point %(number)d") % {"number": number},
            )
            for number in self.parts
        ]  # fmt: skip
        return laid_out(
            Fieldset(_("Meeting"), "title", Row("meeting", "meeting_on")),
            Fieldset(_("What it is about"), "description"),
            *projects,
            Fieldset(_("Joint analysis"), *(f"analysis_{name}" for name in board.ANALYSIS_LABELS)),
            Fieldset(_("Running order"), "limit", *order),
            "groups_only",
        )

    def _add_project(self, project: Project) -> None:
        labels = {"name": _("Project"), "owner": _("Owner"), "target": _("Target group"), "tried": _("What is tried")}
        sizes = {"name": (160, 0), "owner": (160, 0), "target": (1000, 2), "tried": (3000, 4)}
        for name, label in labels.items():
            length, rows = sizes[name]
            self.fields[f"p{project.pk}_{name}"] = PlainTextField(
                label=label, max_length=length, rows=rows, required=name == "name"
            )

    def _add_part(self, number: int) -> None:
        for name, label in {"title": _("Point"), "presenter": _("Presenter"), "organisation": _("Organisation")}.items():
            self.fields[f"part{number}_{name}"] = PlainTextField(label=label, max_length=160, required=name == "title")
        self.fields[f"part{number}_minutes"] = forms.IntegerField(
            label=_("Minutes"), min_value=0, max_value=MOST_MINUTES, required=False
        )

    def clean(self) -> dict[str, Any]:
        """The parts never take more than the minutes there are (AC-045)."""
        cleaned = super().clean()
        used = sum(cleaned.get(f"part{number}_minutes") or 0 for number in self.parts)
        limit = cleaned.get("limit")
        if limit is not None and used > limit:
            self.add_error(
                "limit",
                _("The parts come to %(sum)d minutes together. At most %(limit)d may be used.") % {"sum": used, "limit": limit},
            )
        return cleaned

    def label_of(self, name: str) -> str:
        """The field's label, with the project or the point it is about."""
        about = {f"p{project.pk}": project.title for project in self.rows}
        about |= {f"part{number}": _("Point %(number)d") % {"number": number} for number in self.parts}
        within = about.get(name.partition("_")[0])
        return f"{within}: {self.fields[name].label}" if within else str(self.fields[name].label)

    def heading(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.columns}

    def texts(self) -> dict[str, str]:
        names = [name for name in self.fields if name not in {*self.columns, *self.asks}]
        return {name: "" if self.cleaned_data[name] is None else str(self.cleaned_data[name]) for name in names}


def board_item_content(item: BoardItem) -> dict[str, Any]:
    return {name: getattr(item, name) for name in BoardItemForm.columns} | dict(item.content)
