"""What a sketch must fulfil: limits, share, financing, period. Asked while writing and again at hand-in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from kraftsamling.lib.dates import day_text
from kraftsamling.lib.money import Kronor

from .models import Call
from .models.calls import lawful_share


class Breach(NamedTuple):
    """A rule that is broken: at which field, and what would be right."""

    field: str
    message: str


@dataclass(frozen=True)
class Partner:
    """Somebody who takes part. Without organisation number it is a group that is no legal person (AC-073)."""

    name: str
    org_number: str = ""
    part: str = ""


@dataclass(frozen=True)
class Contact:
    """A person to reach about the case."""

    name: str
    email: str
    phone: str = ""


@dataclass(frozen=True)
class SketchContent:
    """A sketch as handed in, read from what was typed. Amounts in kronor, exact to the öre."""

    title: str
    texts: dict[str, str]
    focus_areas: list[Any]
    main_focus_area: Any
    whole_county: bool
    municipalities: list[Any]
    partners: list[Partner]
    contacts: list[Contact]
    sought: Kronor
    costs: dict[str, Kronor]
    own_financing: Kronor
    other_financing: Kronor
    starts_on: date
    ends_on: date
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def total_cost(self) -> Kronor:
        return sum(self.costs.values(), Kronor(0))

    @property
    def total_financing(self) -> Kronor:
        return self.sought + self.own_financing + self.other_financing


def percent_text(share: Decimal) -> str:
    """50 or 49,5: never more decimals than are needed, never rounded past the limit it is compared with."""
    return f"{share.normalize():f}".replace(".", ",")


def amount_breaches(call: Call, sought: Kronor) -> Iterator[Breach]:
    """The call's smallest and largest grant (domain 10, rule 5); the limits themselves are allowed."""
    if call.smallest_grant is not None and sought < call.smallest_grant:
        yield Breach("sought", _("In this call you can seek at least %(amount)s.") % {"amount": call.smallest_grant.exact})
    if call.largest_grant is not None and sought > call.largest_grant:
        yield Breach("sought", _("In this call you can seek at most %(amount)s.") % {"amount": call.largest_grant.exact})


def highest_share(call: Call, *, eu_cofinanced: bool = False) -> Decimal:
    """The call's share, and never above what the law allows."""
    return min(call.highest_share, lawful_share(eu_cofinanced=eu_cofinanced))


def share_breaches(call: Call, sought: Kronor, total_cost: Kronor, *, eu_cofinanced: bool = False) -> Iterator[Breach]:
    """At most the call's share, and never above half of the costs; 60 per cent with ERDF or ESF+ (2003:596, 5 §)."""
    limit = highest_share(call, eu_cofinanced=eu_cofinanced)
    share = sought.share_of(total_cost)
    if share is not None and share > limit:
        most = Kronor.from_ore(int(total_cost.ore * limit / 100))
        yield Breach(
            "sought",
            _("The amount sought may be at most %(share)s per cent of the costs: with costs of %(total)s, at most %(most)s.")
            % {"share": percent_text(limit), "total": total_cost.exact, "most": most.exact},
        )


def own_financing_breaches(call: Call, own: Kronor, total_cost: Kronor) -> Iterator[Breach]:
    """The call's rule of own financing (AC-069)."""
    share = own.share_of(total_cost)
    if share is not None and share < call.lowest_own_share:
        least = Kronor.from_ore(int((total_cost.ore * call.lowest_own_share / 100).to_integral_value(ROUND_CEILING)))
        yield Breach(
            "own_financing",
            _("Own financing must be at least %(share)s per cent of the costs: with costs of %(total)s, at least %(least)s.")
            % {"share": percent_text(call.lowest_own_share), "total": total_cost.exact, "least": least.exact},
        )


def balance_breaches(total_cost: Kronor, total_financing: Kronor) -> Iterator[Breach]:
    """Costs and financing are equal (AC-034)."""
    if total_cost > total_financing:
        gap = total_cost - total_financing
        yield Breach(
            "own_financing", _("The financing is %(gap)s less than the costs. They should be equal.") % {"gap": gap.exact}
        )
    elif total_financing > total_cost:
        gap = total_financing - total_cost
        yield Breach(
            "own_financing", _("The financing is %(gap)s more than the costs. They should be equal.") % {"gap": gap.exact}
        )


def period_breaches(call: Call, starts_on: date, ends_on: date) -> Iterator[Breach]:
    """Forwards, and inside the call's period; its first and last day are allowed."""
    if ends_on < starts_on:
        yield Breach("ends_on", _("The project must end after it starts."))
    if call.period_starts_on and starts_on < call.period_starts_on:
        yield Breach(
            "starts_on", _("Projects in this call start on %(day)s at the earliest.") % {"day": day_text(call.period_starts_on)}
        )
    if call.period_ends_on and ends_on > call.period_ends_on:
        yield Breach("ends_on", _("Projects in this call end on %(day)s at the latest.") % {"day": day_text(call.period_ends_on)})


def breaches(call: Call, content: SketchContent) -> list[Breach]:
    """Every rule of money and period that the content breaks."""
    found = [
        *amount_breaches(call, content.sought),
        *share_breaches(call, content.sought, content.total_cost),
        *own_financing_breaches(call, content.own_financing, content.total_cost),
        *balance_breaches(content.total_cost, content.total_financing),
        *period_breaches(call, content.starts_on, content.ends_on),
    ]
    if not content.total_cost:
        found.append(Breach("cost_own_staff", _("Write what the project costs.")))
    return found
