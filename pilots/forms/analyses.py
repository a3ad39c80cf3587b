"""Forms of the joint analysis: its text as a draft, its findings, and the quotes under them."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from grants.forms.drafts import DraftForm
from grants.forms.fields import PlainTextField
from grants.models import Call
from kraftsamling.programmes.models import Programme
from kraftsamling.ui.crispy import laid_out
from pilots.models import Finding, FindingKind, JointAnalysis, Theme
from pilots.models.analyses import SECTION_LABELS
from pilots.models.learning import LONGEST_QUOTE
from pilots.quotes import Source

from .learning import AskedForm, ask_about_children, groups_help, groups_only_field, source_choices

LONGEST_SECTION = 20_000


class AnalysisBeginForm(forms.Form):
    """What the analysis is about: all of a programme's projects, or those of one call."""

    use_required_attribute = False
    about = forms.ChoiceField()
    title = PlainTextField(max_length=160)

    def __init__(self, *args: Any, programmes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices: dict[str, tuple[Programme, Call | None]] = {}
        for programme in programmes:
            self.choices[f"program-{programme.pk}"] = (programme, None)
        for call in Call.objects.filter(programme__in=programmes).select_related("programme").order_by("-opens_at", "pk"):
            self.choices[f"utlysning-{call.pk}"] = (call.programme, call)
        self.fields["about"].label = _("Projects of")
        self.fields["about"].choices = [(key, str(call or programme)) for key, (programme, call) in self.choices.items()]  # type: ignore[attr-defined]
        self.fields["title"].label = _("Title")

    def chosen(self) -> tuple[Programme, Call | None]:
        return self.choices[self.cleaned_data["about"]]


class AnalysisForm(DraftForm):
    """The synthesis in its three parts. Always bound to the draft, where unfinished is not wrong."""

    title = PlainTextField(max_length=160)
    learnings = PlainTextField(max_length=LONGEST_SECTION, rows=10)
    challenges = PlainTextField(max_length=LONGEST_SECTION, rows=10)
    conditions = PlainTextField(max_length=LONGEST_SECTION, rows=10)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups_only"] = groups_only_field()
        self.fields["title"].label = _("Title")
        for key, label in SECTION_LABELS.items():
            self.fields[key].label = label
        self.fields["learnings"].help_text = _("What do several projects show? Also what did not work.") + " " + groups_help()
        self.fields["challenges"].help_text = _("What has been hard, and for whom?")
        self.fields["conditions"].help_text = _("What does it take for the work to live on in ordinary operations?")
        for field in self.fields.values():
            field.error_messages["required"] = _("Remains to be filled in.")
            field.needed_to_submit = True  # type: ignore[attr-defined]
        self.helper = laid_out("title", *SECTION_LABELS, "groups_only")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        ask_about_children(self, cleaned)
        return cleaned

    def content(self) -> dict[str, str]:
        """Raises ValueError unless everything is filled in and right."""
        if not self.is_valid():
            raise ValueError("the analysis is not complete")
        return {name: value for name, value in self.cleaned_data.items() if name != "groups_only"}


class FindingForm(AskedForm):
    """A success factor or an obstacle, in one sentence and a few."""

    kind = forms.ChoiceField(choices=FindingKind.choices, widget=forms.RadioSelect)
    title = PlainTextField(max_length=200)
    text = PlainTextField(max_length=4000, rows=4, required=False)
    theme = forms.ModelChoiceField(Theme.objects.none(), required=False)

    def __init__(self, *args: Any, analysis: JointAnalysis, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].label = _("Kind")
        self.fields["title"].label = _("The finding in one sentence")
        self.fields["text"].label = _("What it means")
        self.fields["theme"].label = _("Theme")
        self.fields["theme"].empty_label = _("No theme")  # type: ignore[attr-defined]
        self.fields["theme"].queryset = Theme.objects.current().filter(programme=analysis.programme_id).in_order()  # type: ignore[attr-defined]


def finding_content(finding: Finding) -> dict[str, Any]:
    return {"kind": finding.kind, "title": finding.title, "text": finding.text, "theme": finding.theme_id}


class QuoteForm(forms.Form):
    """The words of an approved source."""

    use_required_attribute = False
    source = forms.ChoiceField()
    quote = PlainTextField(max_length=LONGEST_QUOTE, rows=3)

    def __init__(self, *args: Any, sources: dict[str, Source], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sources = sources
        self.fields["source"].label = _("Source")
        names = [(key, f"{_title(sources[key])}: {name}") for key, name in source_choices(sources)]
        self.fields["source"].choices = [("", _("Choose")), *names]  # type: ignore[attr-defined]
        self.fields["source"].help_text = _("Approved reports and approved interview notes.")
        self.fields["quote"].label = _("Quote")
        self.fields["quote"].help_text = _("Copy the words from the source, exactly as they stand.")

    def source_chosen(self) -> Source:
        return self.sources[self.cleaned_data["source"]]


def _title(source: Any) -> str:
    return str(getattr(source, "project", None) or source.report.project)


class PublishForm(forms.Form):
    is_public = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_public"].label = _("May also be shown in public")
