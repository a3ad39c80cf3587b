"""What a project measures."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from grants.forms.fields import NumberField, PlainTextField
from pilots.models import Indicator


class IndicatorForm(forms.Form):
    def __init__(self, data: Any = None, *, indicator: Indicator | None = None) -> None:
        super().__init__(data, initial={name: getattr(indicator, name) for name in NAMES} if indicator else None)
        amount: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "min_value": 0, "required": False}
        self.fields.update({
            "name": PlainTextField(label=_("What is measured"), max_length=160),
            "unit": PlainTextField(label=_("Unit"), help_text=_("For example: young people, evenings, per cent."), max_length=40),
            "baseline": NumberField(label=_("At the start"), **amount),
            "target": NumberField(label=_("Target"), **amount),
            "source": PlainTextField(label=_("Source"), help_text=_("Where the figures come from."), max_length=200, required=False),
            "concerns_people": forms.BooleanField(
                label=_("It counts people: it is told for girls and boys separately, and numbers under five are never shown in public"),
                required=False,
            ),
        })  # fmt: skip


NAMES = ("name", "unit", "baseline", "target", "source", "concerns_people")
