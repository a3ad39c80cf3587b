"""Forms of the frame simulator: a tick and perhaps a lower amount for each case, and an alternative's name."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.actions.scenarios import LONGEST_NAME
from grants.simulator import Case, Picked
from kraftsamling.lib.money import Kronor, KronorFormField, parse_kronor
from kraftsamling.lib.text import clean_text

from .fields import PlainTextField

TICK, AMOUNT = "valda", "belopp"
LONGEST_KEPT = 200
"""Characters of what somebody typed for an amount that are shown again."""


class ScenarioNameForm(forms.Form):
    """The name of an alternative."""

    namn = PlainTextField(max_length=LONGEST_NAME, label=gettext_lazy("Name of the alternative"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["namn"].error_messages["required"] = _("Give the alternative a name.")

    def clean_namn(self) -> str:
        return " ".join(self.cleaned_data["namn"].split())


class ChoiceForm:
    """A thousand ticks and amounts, read without a thousand fields: what is typed is kept as it was typed."""

    def __init__(self, post: Any, cases: Iterable[Case]) -> None:
        ticked = set(post.getlist(TICK))
        self.typed: dict[int, str] = {}
        self.errors: dict[int, str] = {}
        self.picked: dict[int, Kronor | None] = {}
        for case in cases:
            raw = post.get(f"{AMOUNT}-{case.pk}")
            text = clean_text(raw).strip() if raw else ""
            amount = self._amount(case, text) if text else None
            if str(case.pk) in ticked:
                self.picked[case.pk] = amount

    def _amount(self, case: Case, text: str) -> Kronor | None:
        self.typed[case.pk] = text[:LONGEST_KEPT]
        try:
            amount = parse_kronor(text)
        except ValidationError as error:
            self.errors[case.pk] = " ".join(error.messages)
            return None
        if not amount:
            self.errors[case.pk] = _("Write more than zero, or untick the row to leave it out.")
        elif amount > case.sought:
            self.errors[case.pk] = _("Write at most %(sought)s, which is what is sought.") % {"sought": case.sought.exact}
        return None if case.pk in self.errors else amount

    @classmethod
    def of_saved(cls, picked: Picked, cases: Iterable[Case]) -> "ChoiceForm":
        """A saved alternative as it would have been typed."""
        form = cls.__new__(cls)
        known = {case.pk: case for case in cases}
        shown = KronorFormField().prepare_value
        form.errors = {}
        form.picked = {key: amount for key, amount in picked.items() if key in known}
        form.typed = {key: shown(amount) for key, amount in form.picked.items() if amount is not None}
        return form
