"""Kronor exact to the öre; the only module that rounds or parses an amount (domain 10, rule 4)."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import total_ordering
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

NBSP = "\u00a0"
ORE_PER_KRONA = 100
LARGEST = 10**12
"""No amount in the programme comes near a trillion kronor; more is a slip of the finger."""

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]")
_AMOUNT = re.compile(
    r"(?P<sign>[-\u2212]?)(?P<kronor>\d{1,3}(?:[\s\u00a0\u202f\u2009]\d{3})+|\d+)(?:[.,](?P<ore>\d{1,2}))?", re.ASCII
)


@total_ordering
@dataclass(frozen=True, slots=True, init=False, eq=True)
class Kronor:
    """An amount in Swedish kronor, exact to the öre. No other currency, never a float."""

    ore: int

    def __init__(self, kronor: int | str | Decimal = 0) -> None:
        """Takes kronor, not öre. Raises TypeError for a float and ValueError for parts of an öre."""
        if isinstance(kronor, bool) or not isinstance(kronor, int | str | Decimal):
            raise TypeError(f"Kronor takes int, str or Decimal, not {type(kronor).__name__}")
        try:
            ore = Decimal(kronor) * ORE_PER_KRONA
        except InvalidOperation:
            raise ValueError(f"not an amount: {kronor!r}") from None
        if not ore.is_finite() or ore != ore.to_integral_value():
            raise ValueError(f"not a whole number of öre: {kronor!r}")
        object.__setattr__(self, "ore", int(ore))

    @classmethod
    def from_ore(cls, ore: int) -> "Kronor":
        if type(ore) is not int:
            return cls(Decimal(ore) / ORE_PER_KRONA)
        made = object.__new__(cls)  # lists and sums make thousands, and whole öre need no checking
        object.__setattr__(made, "ore", ore)
        return made

    @classmethod
    def rounded(cls, kronor: Decimal) -> "Kronor":
        """The nearest öre, half up. For results of a calculation with shares."""
        return cls(kronor.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))

    @property
    def amount(self) -> Decimal:
        return Decimal(self.ore) / ORE_PER_KRONA

    @property
    def whole(self) -> int:
        """Whole kronor, half up: for showing, never for calculating on."""
        kronor = (abs(self.ore) + ORE_PER_KRONA // 2) // ORE_PER_KRONA
        return -kronor if self.ore < 0 else kronor

    @property
    def exact(self) -> str:
        """For words about a limit: with öre when there are any, so that what is told is what counts."""
        kronor, ore = divmod(abs(self.ore), ORE_PER_KRONA)
        sign = "\u2212" if self.ore < 0 else ""
        return f"{sign}{grouped(kronor)}" + (f",{ore:02}" if ore else "") + f"{NBSP}kr"

    def share_of(self, total: "Kronor") -> Decimal | None:
        """Per cent of the total, unrounded. None when there is no total to have a share of."""
        return None if total.ore == 0 else Decimal(self.ore) * 100 / Decimal(total.ore)

    def percent(self, share: Decimal) -> "Kronor":
        """That many per cent of the amount, to the nearest öre, half up."""
        return Kronor.rounded(self.amount * share / 100)

    def deconstruct(self) -> tuple[str, list[str], dict[str, Any]]:
        """How a migration writes the amount down."""
        return "kraftsamling.lib.money.Kronor", [str(self.amount)], {}

    def __add__(self, other: "Kronor") -> "Kronor":
        return Kronor.from_ore(self.ore + other.ore) if isinstance(other, Kronor) else NotImplemented

    def __radd__(self, other: object) -> "Kronor":
        return self if other == 0 and isinstance(other, int) else NotImplemented

    def __sub__(self, other: "Kronor") -> "Kronor":
        return Kronor.from_ore(self.ore - other.ore) if isinstance(other, Kronor) else NotImplemented

    def __neg__(self) -> "Kronor":
        return Kronor.from_ore(-self.ore)

    def __lt__(self, other: "Kronor") -> bool:
        return self.ore < other.ore if isinstance(other, Kronor) else NotImplemented

    def __bool__(self) -> bool:
        return self.ore != 0

    def __hash__(self) -> int:
        return hash(("kronor", self.ore))

    def __str__(self) -> str:
        return f"{grouped(self.whole)}{NBSP}kr"


def grouped(number: int) -> str:
    """Thousands apart with non-breaking spaces: 1 000 000."""
    return f"{number:,}".replace(",", NBSP).replace("-", "\u2212")


def typed(amount: Kronor) -> str:
    """As a person would write it in a box: 250 000 or −12,50."""
    kronor, ore = divmod(abs(amount.ore), ORE_PER_KRONA)
    return ("\u2212" if amount.ore < 0 else "") + grouped(kronor) + (f",{ore:02}" if ore else "")


def parse_kronor(text: str) -> Kronor:
    """The amount a person wrote: spaces between thousands, comma or point before öre, “kr” after.

    Raises ValidationError that says what would be right.
    """
    wanted = _("Write the amount in kronor with digits only, for example 250 000.")
    cleaned = re.sub(r"(?i)(kronor|kr\.?|sek|:-)$", "", text.strip()).strip()
    match = _AMOUNT.fullmatch(cleaned)
    if not match:
        raise ValidationError(wanted, code="not_an_amount")
    if match["sign"]:
        raise ValidationError(_("The amount cannot be less than zero."), code="negative")
    digits = _SPACES.sub("", match["kronor"])
    if len(digits) > len(str(LARGEST)) or int(digits) >= LARGEST:
        raise ValidationError(_("The amount is too large. Check the number of zeros."), code="too_large")
    return Kronor(f"{digits}.{(match['ore'] or '0').ljust(2, '0')}")


def parse_signed_kronor(text: str) -> Kronor:
    """As parse_kronor, but below zero too: −500, 500- as some systems write it, or (500)."""
    cleaned = re.sub(r"(?i)(kronor|kr\.?|sek|:-)$", "", text.strip()).strip()
    match = re.fullmatch(r"[-\u2212\u2013]\s*(.+)|(.+)[-\u2212]|\((.+)\)", cleaned)
    if match is None:
        return parse_kronor(text)
    return -parse_kronor(next(part for part in match.groups() if part))


if TYPE_CHECKING:
    _WholeOre = models.BigIntegerField[Kronor | None, Kronor]
else:
    _WholeOre = models.BigIntegerField


class KronorField(_WholeOre):
    """An amount stored as whole öre, so that sums in the database are exact on every engine."""

    description = "kronor, exact to the öre"

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Kronor | None:
        return None if value is None else Kronor.from_ore(int(value))

    def to_python(self, value: Any) -> Kronor | None:
        if value is None or isinstance(value, Kronor):
            return value
        return parse_kronor(str(value))

    def get_prep_value(self, value: Any) -> int | None:
        if value is None:
            return None
        if not isinstance(value, Kronor):
            raise TypeError(f"{self.name} takes Kronor, not {type(value).__name__}")
        return value.ore

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value.amount)

    def formfield(self, **kwargs: Any) -> forms.Field | None:  # type: ignore[override]
        return super(models.BigIntegerField, self).formfield(**{"form_class": KronorFormField, **kwargs})

    @property
    def validators(self) -> list[Any]:
        return list(self._validators)  # type: ignore[attr-defined]


class KronorFormField(forms.CharField):
    """A text box for an amount: shows “250 000”, gives Kronor. Text, not number, so that spaces are allowed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "amount"}))
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return typed(value) if isinstance(value, Kronor) else value

    def to_python(self, value: Any) -> Kronor | None:  # type: ignore[override]
        if isinstance(value, Kronor):
            return value
        text = super().to_python(value)
        return parse_kronor(text) if text else None

    def run_validators(self, value: Any) -> None:
        """The limits of length belong to the text; an amount has passed them already."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True
