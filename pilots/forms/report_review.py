"""The forms of the officer: comments on a report, and changes of the plan."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grants.forms.fields import PlainTextField, day_field
from kraftsamling.lib.dates import stockholm_today
from pilots.models import ReportReview, ReportVersion

WHOLE = ""
"""The key of a comment on the whole report."""
OUTCOMES = ("save", "return", "approve")
DAYS_TO_COMPLETE = 14


class ReviewForm(forms.Form):
    """A comment for each part of the frozen report; the button says what follows."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Any = None, *, version: ReportVersion) -> None:
        review = ReportReview.objects.filter(version=version).first()
        kept = review.comments if review else {}
        super().__init__(data, initial={"revision": review.revision if review else 0})
        self.keys = [(section["key"], section["title"]) for section in version.content["sections"]] + [(WHOLE, "")]
        for key, title in self.keys:
            label = _("Comment on “%(part)s”") % {"part": title} if title else _("On the whole report")
            field = PlainTextField(label=label, max_length=4000, rows=3, required=False, initial=kept.get(key, ""))
            self.fields[f"comment_{key}"] = field
        soon = stockholm_today() + timedelta(days=DAYS_TO_COMPLETE)
        self.fields["due_on"] = day_field(label=_("To be completed by"), required=False, initial=soon)
        self.outcome = next((name for name in OUTCOMES if data and name in data), "save")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.outcome == "return" and not cleaned.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", ValidationError(_("Say by which day the report is to be completed.")))
        return cleaned

    def comments(self) -> dict[str, str]:
        return {key: self.cleaned_data.get(f"comment_{key}", "") for key, _title in self.keys}

    def comment_fields(self) -> dict[str, forms.BoundField]:
        return {key: self[f"comment_{key}"] for key, _title in self.keys}

    def whole_field(self) -> forms.BoundField:
        return self[f"comment_{WHOLE}"]


class ReasonForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = PlainTextField(label=_("Why?"), max_length=300)


class MoveForm(forms.Form):
    """Another last day for a report, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"] = day_field(label=_("New last day"))
        self.fields["reason"] = PlainTextField(label=_("Why?"), max_length=300)


class AddForm(forms.Form):
    """One progress report more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["covers_from_on"] = day_field(label=_("Covers from"))
        self.fields["covers_to_on"] = day_field(label=_("to"))
        self.fields["due_on"] = day_field(label=_("Last day"))
        self.fields["reason"] = PlainTextField(label=_("Why?"), max_length=300)
