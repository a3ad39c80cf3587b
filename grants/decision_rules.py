"""What a decision must hold before it can be issued, and the limits of the money. Says what is wrong; decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from kraftsamling.lib.dates import NBSP, day_text
from kraftsamling.lib.money import Kronor

from .models import Appropriation, Budget, Decision, DecisionKind, FinancingRole, Preparation, StateAid
from .models.decisions import PARTS_OF_ALL, PARTS_OF_GRANTS
from .models.preparations import LAWFUL_CHECKS
from .rules import percent_text

DE_MINIMIS_CEILING = Decimal(300_000)
"""Euro to one undertaking over three years (Regulation (EU) 2023/2831, Article 3.2)."""
CENT = Decimal("0.01")


def counted_costs(budget: Budget) -> Kronor:
    """The costs that the grant is a share of: what is given in kind is outside (domain 10, rule 15)."""
    return budget.cost_lines.filter(in_kind=False).aggregate(total=Sum("amount"))["total"] or Kronor(0)


def has_european_money(budget: Budget) -> bool:
    """Somebody else's money in the financing plan comes from ERDF or ESF+."""
    lines = budget.financing_lines.filter(role=FinancingRole.OTHER, appropriation=Appropriation.EUROPEAN, in_kind=False)
    return lines.filter(amount__gt=Kronor(0)).exists()


@dataclass(frozen=True)
class Limits:
    """The most that can be granted, by what sets the limit. None where nothing does."""

    largest: Kronor | None
    lawful: Kronor
    by_call: Kronor
    highest_share: Decimal
    sought: Kronor
    frame_left: Kronor
    costs: Kronor


def limits_of(decision: Decision) -> Limits:
    """Asked anew when the decision is issued, with the call's row locked, so that two grants cannot both take the last money."""
    call, costs = decision.application.sketch.call, counted_costs(decision.budget)
    granted = Decision.objects.filter(application__sketch__call=call).exclude(application=decision.application_id).granted_sum()
    return Limits(
        largest=call.largest_grant,
        lawful=_at_most(costs, decision.lawful_share),
        by_call=_at_most(costs, call.highest_share),
        highest_share=call.highest_share,
        sought=decision.application_version.sought,
        frame_left=call.frame() - granted + call.releases.total(),
        costs=costs,
    )


def _at_most(costs: Kronor, share: Decimal) -> Kronor:
    """Never an öre more than the share: half an öre is not rounded up."""
    return Kronor.from_ore(int(Decimal(costs.ore) * share / 100))


# ---- The money


def unlawful(decision: Decision, limits: Limits) -> Iterator[str]:
    """What no reason can excuse (2003:596, 5 §)."""
    if not decision.is_grant:
        return
    if decision.eu_cofinanced and not has_european_money(decision.budget):
        yield _("There is no money from ERDF or ESF+ in the financing plan, so 60 per cent is not possible.")
    if decision.share is not None and not 0 < decision.share <= decision.lawful_share:
        yield _("The share must be more than 0 and at most %(share)s per cent. The law allows no more.") % {
            "share": percent_text(decision.lawful_share)
        }
    if decision.cap is not None and decision.cap > limits.lawful:
        yield _("%(cap)s is more than %(share)s per cent of the costs that count, %(costs)s. The law allows at most %(lawful)s.") % {
            "cap": decision.cap.exact, "share": percent_text(decision.lawful_share), "costs": limits.costs.exact, "lawful": limits.lawful.exact,
        }  # fmt: skip


def exceeded(decision: Decision, limits: Limits) -> Iterator[str]:
    """Limits that are passed: allowed only with a reason, which is logged (domain 10, rule 5)."""
    if not decision.is_grant or decision.cap is None:
        return
    cap, words = decision.cap, {"cap": decision.cap.exact}
    if limits.largest is not None and cap > limits.largest:
        yield _("%(cap)s is more than the call's largest grant, %(limit)s.") % {**words, "limit": limits.largest.exact}
    if decision.share is not None and decision.share > limits.highest_share:
        yield _("%(share)s per cent is more than the call's highest share, %(limit)s per cent.") % {
            "share": percent_text(decision.share), "limit": percent_text(limits.highest_share),
        }  # fmt: skip
    if cap > limits.by_call:
        yield _("%(cap)s is more than the call's highest share of the costs that count, %(limit)s.") % {
            **words, "limit": limits.by_call.exact,
        }  # fmt: skip
    if cap > limits.frame_left:
        yield _("%(cap)s is more than what is left of the call's frame, %(limit)s.") % {**words, "limit": limits.frame_left.exact}
    if cap > limits.sought:
        yield _("%(cap)s is more than was sought, %(limit)s.") % {**words, "limit": limits.sought.exact}


# ---- The parts


def missing_parts(decision: Decision) -> list[str]:
    """What the law asks for and the decision lacks, as the fields are called (domain 10, rule 8)."""
    names = [name for name in PARTS_OF_ALL if name != "wording"]
    if decision.is_grant:
        names = [*PARTS_OF_GRANTS, *names]
    lacking = [name for name in names if not getattr(decision, name).strip()]
    labels = [_label(name) for name in lacking]
    wanted = ("share", "cap", "starts_on", "ends_on", "decided_on") if decision.is_grant else ("decided_on",)
    labels += [_label(name) for name in wanted if getattr(decision, name) is None]
    if not decision.minutes_item.strip() and not decision.delegation_item.strip():
        labels.append(_("minutes item or delegation item"))
    return labels


def _label(name: str) -> str:
    return str(Decision._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


# ---- The preparation


def preparation_obstacles(preparation: Preparation | None, *, cap: Kronor | None) -> list[str]:
    """What in the preparation stands in the way of a grant."""
    if preparation is None or not preparation.revision:
        return [_("The checklist of the preparation has not been filled in.")]
    return [*_checklist_obstacles(preparation), *_aid_obstacles(preparation, cap=cap)]


def _checklist_obstacles(preparation: Preparation) -> Iterator[str]:
    answers = preparation.answers()
    unanswered = [str(check.label) for check, answer, _note in answers if answer is None]
    if unanswered:
        yield _("Not answered in the checklist: %(checks)s.") % {"checks": "; ".join(unanswered)}
    for check, answer, note in answers:
        if answer is False and check in LAWFUL_CHECKS:
            yield _("The checklist says no: %(check)s.") % {"check": check.label}
        elif answer is False and not note.strip():
            yield _("Say in the checklist why not: %(check)s.") % {"check": check.label}


def _aid_obstacles(preparation: Preparation, *, cap: Kronor | None) -> Iterator[str]:
    match preparation.state_aid:
        case "":
            yield _("State aid has not been assessed.")
        case StateAid.AID:
            yield _("The assessment says that this is state aid. Then no grant may be given (2003:596, 2 §).")
        case StateAid.DE_MINIMIS:
            yield from _de_minimis_obstacles(preparation, cap=cap)


def _de_minimis_obstacles(preparation: Preparation, *, cap: Kronor | None) -> Iterator[str]:
    if not preparation.certificates.exists():
        yield _("The certificate of de minimis aid in the last three years is missing.")
    if preparation.previous_aid is None or preparation.euro_rate is None or preparation.euro_rate_on is None:
        yield _("For de minimis aid, fill in earlier aid in euro, and the rate with its day.")
        return
    if (
        cap is not None
        and preparation.previous_aid * preparation.euro_rate + cap.amount > DE_MINIMIS_CEILING * preparation.euro_rate
    ):
        yield _("With this grant the de minimis aid comes to %(total)s, and %(ceiling)s is the most over three years.") % {
            "total": euro_text(de_minimis_total(preparation, cap)), "ceiling": euro_text(DE_MINIMIS_CEILING),
        }  # fmt: skip


def in_euro(amount: Kronor, rate: Decimal) -> Decimal:
    return (amount.amount / rate).quantize(CENT, rounding=ROUND_HALF_UP)


def de_minimis_total(preparation: Preparation, cap: Kronor) -> Decimal:
    """Earlier aid and this grant, rounded upwards, so that what is over the ceiling is shown as over it."""
    return (preparation.previous_aid + cap.amount / preparation.euro_rate).quantize(CENT, rounding=ROUND_CEILING)


def euro_text(amount: Decimal) -> str:
    """300 000,00 EUR, as it is written in Sweden."""
    return f"{amount:,.2f}".replace(",", NBSP).replace(".", ",") + f"{NBSP}EUR"


# ---- The words


def wording(decision: Decision) -> str:
    """The decision in a sentence, from its data, in the language of decisions whatever language the pages have."""
    sketch = decision.application.sketch
    words: dict[str, Any] = {"organisation": sketch.organisation.name, "title": decision.application_version.title}
    with translation.override(settings.LANGUAGE_CODE):
        match decision.kind:
            case DecisionKind.REJECTED:
                return _("The application of %(organisation)s for a grant to the project %(title)s is rejected.") % words
            case DecisionKind.DISMISSED:
                return (
                    _("The application of %(organisation)s for a grant to the project %(title)s is dismissed and not tried.")
                    % words
                )
        if None in (decision.share, decision.cap, decision.starts_on, decision.ends_on):
            return ""
        words |= {
            "share": percent_text(decision.share),
            "cap": f"{decision.cap.exact.removesuffix('kr')}kronor",
            "starts": day_text(decision.starts_on),
            "ends": day_text(decision.ends_on),
        }
        return _(
            "%(organisation)s is granted %(share)s per cent of the booked costs of the project, but no more than %(cap)s, "
            "for the project %(title)s during the period %(starts)s–%(ends)s."
        ) % words  # fmt: skip
