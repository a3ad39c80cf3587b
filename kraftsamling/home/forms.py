"""The message function of the accessibility statement (lag 2018:1937, 13 §)."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.text import clean_text, identity_number_refusal, identity_numbers
from kraftsamling.ui.crispy import laid_out

LONGEST_MESSAGE = 4000


class Subject(models.TextChoices):
    """What a message is about."""

    BARRIER = "barrier", _("Something is hard or impossible for me to use")
    ADAPTED = "adapted", _("I want something in a form that I can use")
    WEAKNESS = "weakness", _("I have found a weakness in the security")
    OTHER = "other", _("Something else")


class AccessibilityForm(forms.Form):
    """What is wrong, where, and how to reach whoever wrote. Nobody needs to say who they are."""

    subject = forms.ChoiceField(label=_("What is it about?"), choices=Subject, widget=forms.RadioSelect)
    page = forms.CharField(
        label=_("Which page?"), help_text=_("Its address, or what it is called."), max_length=300, required=False
    )
    message = forms.CharField(
        label=_("What do you want to tell us?"),
        help_text=_("Say what you wanted to do and what happened. Feel free to tell which aids or browser you use."),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        help_text=_("Only if you want an answer."),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.CharField(required=False, widget=forms.HiddenInput)
    """People never see it; robots that send advertisements fill it in."""

    helper = laid_out()

    def clean_page(self) -> str:
        return " ".join(clean_text(self.cleaned_data["page"]).split())

    def clean_message(self) -> str:
        message = clean_text(self.cleaned_data["message"]).strip()
        if not message:
            raise forms.ValidationError(_("Write what you want to tell us."), code="required")
        if identity_numbers(message):
            raise forms.ValidationError(identity_number_refusal(), code="identity_number")
        return message

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("website"):
            raise forms.ValidationError(_("The message could not be sent. Leave the hidden field empty."), code="robot")
        return cleaned
