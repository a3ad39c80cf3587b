"""Swedish organisation numbers (lag 1974:174): read, checked and always written NNNNNN-NNNN."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import luhn

_SEPARATORS = re.compile("[\\s\u00a0\u2010-\u2015\u2212-]")
_DIGITS = re.compile(r"[0-9]{10}|[0-9]{12}")
LEGAL_PERSON_PREFIX = "16"
"""Written before the ten digits of a legal person where registers want twelve."""
LEAST_THIRD_DIGIT = "2"
"""So that the number cannot be taken for a date of birth, whose third digit is 0 or 1."""


def parse_org_number(text: str) -> str:
    """The number as NNNNNN-NNNN.

    Raises ValidationError with words that say what is wrong. Personal identity numbers are refused: only legal persons
    may apply, and a personal number would end up in a public register (lag 2018:218, 3 kap. 10 §).
    """
    digits = _SEPARATORS.sub("", text)
    if not _DIGITS.fullmatch(digits):
        raise ValidationError(_("Write the organisation number with ten digits, for example 212000-1355."), code="not_a_number")
    prefix, digits = digits[:-10], digits[-10:]
    if prefix not in {"", LEGAL_PERSON_PREFIX} or digits[2] < LEAST_THIRD_DIGIT:
        raise ValidationError(
            _("This looks like a personal identity number. Write the number of an organisation; a person cannot apply."),
            code="personal_number",
        )
    if not luhn.is_valid(digits):
        raise ValidationError(
            _("The organisation number is not right: the last digit does not fit the others. Check for a slip of the keys."),
            code="check_digit",
        )
    return f"{digits[:6]}-{digits[6:]}"


class OrgNumberFormField(forms.CharField):
    """A text box for an organisation number: takes ten or twelve digits, gives NNNNNN-NNNN."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return parse_org_number(text) if text else ""
