"""The small forms around an application: a file, the signature, withdrawal, more time."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from grants.models import ApplicationFileKind, Question, QuestionKind

from .fields import PlainTextField, moment_field

FINANCIER = "from-"
"""Begins the choice that is a certificate of cofinancing from a financier of the budget."""


class ApplicationFileForm(forms.Form):
    """One file: a certificate, the answer to a question of the call, or something else."""

    file = forms.FileField()
    about = forms.ChoiceField()

    def __init__(self, *args: Any, questions: list[Question], financiers: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.financiers = {f"{FINANCIER}{name}": name for name in financiers}
        self.asked = {f"q{question.pk}": question for question in questions if question.kind == QuestionKind.FILE}
        kinds = [(kind.value, kind.label) for kind in ApplicationFileKind if kind != ApplicationFileKind.ANSWER]
        self.fields["file"].label = _("File")
        self.fields["file"].help_text = _(
            "PDF, Word, Excel, OpenDocument, text or picture, at most 20 MB. No documents about single children."
        )
        about = self.fields["about"]
        about.label = _("What it is")
        about.initial = ApplicationFileKind.OTHER
        about.choices = [  # type: ignore[attr-defined]
            *((key, question.label) for key, question in self.asked.items()),
            *(
                (key, _("Certificate of cofinancing from %(financier)s") % {"financier": name})
                for key, name in self.financiers.items()
            ),
            *kinds,
        ]

    def question(self) -> Question | None:
        return self.asked.get(self.cleaned_data["about"])

    def financier(self) -> str:
        return self.financiers.get(self.cleaned_data["about"], "")

    def file_kind(self) -> str:
        if self.financier():
            return ApplicationFileKind.COFINANCING
        return ApplicationFileKind.ANSWER if self.question() else self.cleaned_data["about"]


class SubmitForm(forms.Form):
    """Who signs, and that what is written is right (domain 1.9).

    Asked for here and not by the browser, which would hold back the button beside it: to say that a colleague may send in.
    """

    use_required_attribute = False

    signatory = forms.ModelChoiceField(queryset=None, widget=forms.RadioSelect, empty_label=None)
    is_true = forms.BooleanField()

    def __init__(self, *args: Any, signatories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signatory, is_true = self.fields["signatory"], self.fields["is_true"]
        signatory.queryset = signatories  # type: ignore[attr-defined]
        signatory.label = _("Signed by")
        signatory.error_messages["required"] = _("Choose who signs.")
        is_true.label = _("What is written here is right and complete, and we tell you if something changes")
        is_true.error_messages["required"] = _("Tick that what is written is right, or go back and change it.")


class WithdrawApplicationForm(forms.Form):
    reason = PlainTextField(label="", max_length=400, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why do you withdraw the application?")


class MoreTimeForm(forms.Form):
    """A later last moment for one organisation, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_at"] = moment_field(label=_("New last moment"))
        self.fields["reason"] = PlainTextField(label=_("Reason"), max_length=300)
