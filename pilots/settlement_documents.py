"""The final settlement as a document: the costs, what the grant became, what had been paid, and what goes back to the frame.

Made from what was frozen when it was settled: the same bytes each time.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from grants.rules import percent_text
from kraftsamling.lib.money import Kronor
from pilots import accounts_of_money, entitlement
from pilots.accounts_of_money import Line, law
from pilots.models import CostEntry, DocumentBuild, Project, ProjectKind, Settlement
from pilots.money_documents import Letter, category_sums
from pilots.states import PaymentState

ZERO = Kronor(0)


class Paid(NamedTuple):
    """A payment made before the settlement; a repayment is below zero."""

    reference: str
    kind: str
    paid_on: date | None
    amount: Kronor


class Outcome(NamedTuple):
    """What the settlement came to: what is paid, and what is to come back beside what had been decided before."""

    to_pay: Kronor
    over: Kronor
    to_repay: Kronor


def outcome_of(made: Settlement) -> Outcome:
    difference, to_repay = made.grant - made.paid, Kronor(made.facts.get("to_repay", "0"))
    return Outcome(
        to_pay=entitlement.whole_kronor_down(max(difference, ZERO)), over=max(-difference - to_repay, ZERO), to_repay=to_repay
    )


def lines_of(made: Settlement, found: Outcome) -> list[Line]:
    """The frozen calculation as far as what the project is entitled to, and from there to what is paid or comes back."""
    lines = [line for line in accounts_of_money.thawed(made.calculation) if line.key not in {"paid", "payable"}]
    entitled = next((line.amount for line in lines if line.key == "entitled"), made.grant)
    lines += _freed(made, entitled)
    if made.excess:
        lines.append(
            Line("excess", _("Taken off, since all financing together is above the costs"), -made.excess, law("5, 9 §§"), True)
        )
    lines += [
        Line("grant", _("The grant as it became"), made.grant, law("5 §"), True),
        Line("paid", _("Paid earlier, advances too, repayments taken off"), -made.paid, law("11 §"), True),
    ]
    if found.to_repay:
        lines.append(Line("claimed", _("Decided to be repaid, and not come back yet"), found.to_repay, law("13 §"), True))
    due = (_("Is to come back"), found.over) if found.over else (_("Is paid now, in whole kronor"), found.to_pay)
    return [*lines, Line("due", *due, law("11 §"), True)]


def _freed(made: Settlement, entitled: Kronor) -> list[Line]:
    """Of what the project is entitled to: what waited for the final report."""
    holdback = Decimal(made.calculation.get("holdback", "0"))
    if not holdback:
        return []
    ceiling = entitlement.ceiling_before_final(Kronor(made.calculation["cap"]), holdback)
    label = _("Of it, held back until the final report was approved: what is above the grant less %(share)s per cent")
    amount = max(entitled - ceiling, ZERO)
    return [Line("freed", label % {"share": percent_text(holdback)}, amount, _("the decision"), True)]


def _context(made: Settlement, edition: str) -> dict[str, Any]:
    found = outcome_of(made)
    entries = CostEntry.objects.filter(request__project=made.project_id, request__state=PaymentState.DECIDED)
    paid = [
        Paid(row["reference"], row["kind"], date.fromisoformat(row["paid_on"]) if row["paid_on"] else None, Kronor(row["amount"]))
        for row in made.facts.get("payments", [])
    ]
    return {
        "lines": lines_of(made, found),
        "outcome": found,
        "sums": category_sums(entries),
        "payments": paid,
        "frame": made.facts.get("frame"),
    }


def _decided() -> Any:
    return Settlement.objects.select_related("project")


def _may_read(user: Any, build: DocumentBuild) -> bool:
    """Who reads the money of the project. The platform's own project is settled by nobody."""
    projects = Project.objects.with_case_open_to(user).exclude(kind=ProjectKind.PLATFORM)
    return not build.key and projects.filter(settlement=build.subject_id).exists()


LETTER = Letter(
    kind="settlement_decision",
    template="pdf/pilots/settlement_decision.html",
    file_name="slutavrakning",
    heading=lambda: _("Decision on the final settlement"),
    decided=_decided,
    context=_context,
    readers=_may_read,
    back=lambda made: reverse("project_money", args=[made.project_id]),
    decided_at="settled_at",
)
LETTER.register()
