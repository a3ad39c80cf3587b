"""A form over a draft: always bound to what has been typed so far, where unfinished is not wrong."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kraftsamling.lib.text import clean_text, single_child_hints

from .fields import PlainTextField

LONGEST_KEPT = 400_000


class DraftForm(forms.Form):
    """What remains has the code “required”; everything else that is found is wrong."""

    use_required_attribute = False

    def _check_single_children(self, cleaned: dict[str, Any]) -> None:
        texts = [name for name, field in self.fields.items() if isinstance(field, PlainTextField)]
        text = "\n".join(str(cleaned.get(name, "")) for name in texts)
        hints = single_child_hints(text)
        if hints and not cleaned.get("groups_only"):
            self.add_error(
                "groups_only",
                _(
                    "The text seems to be about a single child: “%(hint)s”. Write about the group instead, or tick the box if we are wrong."
                )
                % {"hint": hints[0]},
            )

    def remaining(self) -> list[tuple[str, str]]:
        """(field, label) of what is not filled in yet."""
        return [(name, self._label(name, error)) for name, error in self._problems() if error.code == "required"]

    def wrong(self) -> list[tuple[str, str]]:
        """(field, message) of what is filled in but not right."""
        return [(name, " ".join(error.messages)) for name, error in self._problems() if error.code != "required"]

    def _problems(self) -> list[tuple[str, ValidationError]]:
        return [(name, error) for name, errors in self.errors.as_data().items() for error in errors]

    def _label(self, name: str, error: ValidationError) -> str:
        return str(self.fields[name].label) if name in self.fields else " ".join(error.messages)

    def hide_remaining(self) -> None:
        """Shows only what is wrong, at the fields and not as a summary: unfinished is no error while writing."""
        self.hide_summary = True
        for name, errors in list(self.errors.as_data().items()):
            kept = [error for error in errors if error.code != "required"]
            if kept:
                self.errors[name] = self.error_class(kept, renderer=self.renderer)
            else:
                del self.errors[name]


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
