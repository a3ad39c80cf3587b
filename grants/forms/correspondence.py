"""Forms of what is said in a case, and of its public documents."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.models import CompletionConsequence

from .fields import PlainTextField, moment_field


class CompletionForm(forms.Form):
    """What is missing, by when, and what follows if nothing comes."""

    text = PlainTextField(max_length=4000, rows=6)
    due_at = moment_field()
    consequence = forms.ChoiceField(choices=CompletionConsequence, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("What is to be completed?")
        self.fields["text"].help_text = _(
            "Say exactly what is missing and where in the application it belongs. The organisation reads it."
        )
        self.fields["due_at"].label = _("Last moment")
        self.fields["due_at"].help_text = _("Give them time enough. They are reminded 7 and 2 days before, and on the day.")
        self.fields["consequence"].label = _("If nothing has come by then")
        self.fields["consequence"].help_text = _(
            "Stands in the request. Nothing happens by itself: you decide when the time comes."
        )


class ExtendForm(forms.Form):
    due_at = moment_field(label=gettext_lazy("New last moment"))


class MessageForm(forms.Form):
    """A message in the case, with a file if there is one."""

    text = PlainTextField(max_length=4000, rows=5)
    file = forms.FileField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Your message")
        self.fields["text"].help_text = _(
            "It becomes a public document and cannot be changed. Never write about single children."
        )
        self.fields["file"].label = _("File")
        self.fields["file"].help_text = _("PDF, Word, Excel, OpenDocument, text or picture, at most 20 MB.")


class ConversationForm(forms.Form):
    """A call or a meeting, written down (förvaltningslagen 27 §)."""

    prefix = "samtal"
    held_at = moment_field()
    held_with = PlainTextField(max_length=200)
    text = PlainTextField(max_length=4000, rows=4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_at"].label = _("When was it?")
        self.fields["held_with"].label = _("With whom?")
        self.fields["text"].label = _("What was said that matters for the case?")
        self.fields["text"].help_text = _("The organisation reads it too.")


class MarkForm(forms.Form):
    """A secrecy mark on one document."""

    document = forms.ChoiceField()
    section = PlainTextField(max_length=120)
    authority = PlainTextField(max_length=160)

    def __init__(self, *args: Any, rows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].choices = [(row.key, row.title) for row in rows if row.mark is None]  # type: ignore[attr-defined]
        self.fields["document"].label = _("Document")
        self.fields["section"].label = _("Section")
        self.fields["section"].help_text = _("For example: 21 kap. 1 § offentlighets- och sekretesslagen.")
        self.fields["authority"].label = _("Authority")


class DiscloseForm(forms.Form):
    """Which documents are handed out, and what is not shown in them."""

    documents = forms.MultipleChoiceField()
    left_out = PlainTextField(max_length=2000, rows=3, required=False)
    without_contacts = forms.BooleanField(required=False)

    def __init__(self, *args: Any, rows: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["documents"].choices = [(row.key, row.title) for row in rows]  # type: ignore[attr-defined]
        self.fields["documents"].error_messages["required"] = _("Tick the documents to hand out.")
        self.fields["left_out"].label = _("What is left out, and why?")
        self.fields["left_out"].help_text = _(
            "Stands on the first page, with the section you rely on. Leave out whole documents by not ticking them."
        )
        self.fields["without_contacts"].label = _(
            "Leave out how people are reached: mail addresses, telephone numbers and contact persons"
        )
