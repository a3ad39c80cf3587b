"""Text fields that clean what nobody can see and refuse what must not be written."""

import re
from typing import Any

from crispy_forms.layout import Fieldset
from crispy_forms.utils import TEMPLATE_PACK
from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kraftsamling.lib.text import clean_text, identity_number_refusal, identity_numbers, word_count

DAY_ERROR = gettext_lazy("Write the day as year-month-day, for example 2027-01-15.")
MOMENT_ERROR = gettext_lazy("Write the day and the clock time, for example 2027-01-15 16:00.")


NUMBER = re.compile(r"[-\u2212]?\d{1,12}(?:[.,]\d{1,3})?", re.ASCII)
LONGEST_WORD = 30
"""Characters a word, so that a limit in words holds also for a text without spaces."""


class PlainTextField(forms.CharField):
    """Free text without personal identity numbers, with a limit in words if there is one."""

    def __init__(self, *, words: int | None = None, rows: int = 0, **kwargs: Any) -> None:
        self.words = words
        if rows:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)
        if words:
            self.widget.attrs["data-count-words"] = str(words)

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value)).strip()

    def validate(self, value: str) -> None:
        super().validate(value)
        if identity_numbers(value):
            raise ValidationError(identity_number_refusal(), code="identity_number")
        count = word_count(value)
        if self.words and count > self.words:
            raise ValidationError(
                _("The text has %(count)d words. Shorten it to at most %(most)d.") % {"count": count, "most": self.words},
                code="too_many_words",
            )
        if self.words and len(value) > self.words * LONGEST_WORD:
            raise ValidationError(
                _("The text has %(count)d characters. Shorten it to at most %(most)d words.")
                % {"count": len(value), "most": self.words},
                code="too_long",
            )


class PlainFieldset(Fieldset):
    """A fieldset whose legend is somebody's text: the library's own runs it as a template, and shows it unescaped."""

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> str:
        fields = self.get_rendered_fields(form, context, template_pack, **kwargs)
        template = self.get_template_name(template_pack)
        return render_to_string(template, {"fieldset": self, "legend": str(self.legend), "fields": fields})


class NumberField(forms.DecimalField):
    """A number as people write it: digits, with a comma or point before decimals. No exponents."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(localize=True, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip() and not NUMBER.fullmatch(value.strip()):
            raise ValidationError(_("Write a number with digits only, for example 12 or 12,5."), code="invalid")
        return super().to_python(value.strip().replace(",", ".").replace("\u2212", "-") if isinstance(value, str) else value)


class LinesField(forms.CharField):
    """One entry per line, given as a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [line.strip() for line in clean_text(super().to_python(value)).splitlines() if line.strip()]


class DayInput(forms.DateInput):
    """A day as browsers understand it."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class MomentInput(forms.DateTimeInput):
    """A day and a clock time."""

    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


def day_field(**kwargs: Any) -> forms.DateField:
    kwargs.setdefault("error_messages", {"invalid": DAY_ERROR})
    return forms.DateField(widget=DayInput(), input_formats=["%Y-%m-%d", "%Y%m%d", "%y-%m-%d"], **kwargs)


def moment_field(**kwargs: Any) -> forms.DateTimeField:
    kwargs.setdefault("error_messages", {"invalid": MOMENT_ERROR})
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H.%M", "%Y-%m-%dT%H:%M:%S"]
    return forms.DateTimeField(widget=MomentInput(), input_formats=formats, **kwargs)
