"""A form over a draft: always bound to what has been typed so far, where unfinished is not wrong."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.models import QuestionKind
from kraftsamling.lib.single_child import single_child_hints
from kraftsamling.lib.text import clean_text

from .fields import PlainTextField

LONGEST_KEPT = 400_000
GROUPS_ONLY = gettext_lazy("We have read through the text: no single child or young person can be recognised")


def seems_about_a_child(form: forms.Form, text: str) -> bool:
    """Whether the text seems to be about a single child: then the form is not right without the tick in `groups_only`."""
    hints = single_child_hints(text)
    if hints and not form.cleaned_data.get("groups_only"):
        form.add_error(
            "groups_only",
            _(
                "The text seems to be about a single child: “%(hint)s”. Write about the group instead, or tick the box if we are wrong."
            )
            % {"hint": hints[0]},
        )
    return bool(hints)


class DraftForm(forms.Form):
    """What remains has the code “required”; everything else that is found is wrong."""

    use_required_attribute = False
    of_part = False
    """Whether other parts are written on other pages: then this one being done is not the whole being done."""

    def _check_single_children(self, cleaned: dict[str, Any]) -> None:
        texts = [name for name, field in self.fields.items() if isinstance(field, PlainTextField)]
        seems_about_a_child(self, "\n".join(str(cleaned.get(name, "")) for name in texts))

    def _check_main_area(self, cleaned: dict[str, Any]) -> None:
        main, areas = cleaned.get("main_focus_area"), cleaned.get("focus_areas")
        if main and areas is not None and main not in areas:
            self.add_error("main_focus_area", _("The most important protective factor must be one of those you have chosen."))

    def remaining(self) -> list[tuple[str, str]]:
        """(field, label) of what is not filled in yet."""
        return [(name, self._label(name, error)) for name, error in self._problems() if error.code == "required"]

    def wrong(self) -> list[tuple[str, str]]:
        """(field, message) of what is filled in but not right; the message names the field, so that it can stand by itself."""
        return [(name, self._whole_message(name, error)) for name, error in self._problems() if error.code != "required"]

    def _whole_message(self, name: str, error: ValidationError) -> str:
        message = " ".join(error.messages)
        if self._stands_by_itself(name, error):
            return message
        place = self._place(name)
        return f"{place} {message}" if place.endswith("?") else f"{place}: {message}"

    def _stands_by_itself(self, name: str, error: ValidationError) -> bool:
        """The message of a rule says what it is about; another says it only together with the name of its field."""
        return error.code == "rule" or name == "groups_only" or name not in self.fields

    def _problems(self) -> list[tuple[str, ValidationError]]:
        """In the order of the form."""
        found = self.errors.as_data()
        return [(name, error) for name in (*self.fields, NON_FIELD_ERRORS) for error in found.get(name, [])]

    def _label(self, name: str, error: ValidationError) -> str:
        return self._place(name) if name in self.fields else " ".join(error.messages)

    def label_of(self, name: str) -> str:
        """What the field is called outside its own row, also in the summary of what is wrong."""
        return self._place(name)

    def _place(self, name: str) -> str:
        """What the field is called outside its own row."""
        return str(self.fields[name].label)

    def differences(self, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> list[tuple[Any, str, str]]:
        """(label, theirs, mine) of each field that two people have written differently, in words."""
        return [
            (field.label, self.in_words(name, theirs.get(name)), self.in_words(name, mine.get(name)))
            for name, field in self.fields.items()
            if theirs.get(name) != mine.get(name)
        ]

    def in_words(self, name: str, typed: Any) -> str:
        """What was typed as a person reads it: the names of what is chosen, or the text itself."""
        choices = getattr(self.fields[name], "choices", None)
        if choices is None:
            return str(typed or "")
        chosen = set(typed if isinstance(typed, list) else [typed])
        return ", ".join(str(label) for key, label in choices if str(key) in chosen)

    def hide_remaining(self) -> None:
        """Shows only what is wrong, at the fields and not as a summary: unfinished is no error while writing."""
        self.hide_summary = True
        for name, errors in list(self.errors.as_data().items()):
            kept = [error for error in errors if error.code != "required"]
            if kept:
                self.errors[name] = self.error_class(kept, renderer=self.renderer)
            else:
                del self.errors[name]


class CaseForm(DraftForm):
    """What a sketch and an application ask alike: where, for which factors, and the files the call wants."""

    questions: list[Any]
    files_for: frozenset[int]
    """Questions that have got their file."""

    def _check_places(self, cleaned: dict[str, Any]) -> None:
        if "municipalities" in cleaned and not cleaned["municipalities"] and not cleaned.get("whole_county"):
            self.add_error(
                "municipalities", ValidationError(_("Choose at least one municipality, or the whole county."), code="required")
            )
        self._check_main_area(cleaned)

    def _check_files(self) -> None:
        for question in self.questions:
            if question.kind == QuestionKind.FILE and question.required and question.pk not in self.files_for:
                self.add_error(
                    None, ValidationError(_("The file “%(label)s” remains.") % {"label": question.label}, code="required")
                )


def typed_content(post: Any, form: forms.Form) -> dict[str, Any]:
    """What was typed, for the fields of the form only: raw but storable. Nothing is judged here."""
    content: dict[str, Any] = {}
    for name, field in form.fields.items():
        if isinstance(field, forms.MultipleChoiceField):
            values = [clean_text(value)[:40] for value in post.getlist(name)]
            if values:
                content[name] = values
        elif name in post:
            value = clean_text(post.get(name, ""))[:LONGEST_KEPT]
            if value:
                content[name] = value
    return content
