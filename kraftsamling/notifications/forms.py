"""Filters of the outbox, and the choice of how often mail comes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.text import clean_text
from kraftsamling.ui.crispy import laid_out

from . import kinds
from .models import ALWAYS_SENT, Category, Frequency, MessageState

OPTIONAL_CATEGORIES = [category for category in Category if category not in ALWAYS_SENT]


class PreferencesForm(forms.Form):
    """One choice per category that may be turned off; the field's name is the category."""

    helper = laid_out()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for category in OPTIONAL_CATEGORIES:
            self.fields[category.value] = forms.ChoiceField(
                label=category.label, choices=Frequency.choices, widget=forms.RadioSelect
            )


class OutboxFilterForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    receiver = forms.CharField(label=_("Receiver"), required=False, max_length=100)

    def __init__(self, *args: Any, kinds_in_use: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", _("All")), *MessageState.choices]  # type: ignore[attr-defined]
        labelled = sorted((kinds.label_of(kind), kind) for kind in kinds_in_use)
        self.fields["kind"].choices = [("", _("All")), *((kind, label) for label, kind in labelled)]  # type: ignore[attr-defined]

    def clean_receiver(self) -> str:
        return clean_text(self.cleaned_data["receiver"]).strip()
