"""What the letter of a change decision is made of, and the terms that a change is laid beside."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grants.budget.content import BudgetContent
from grants.budget.store import content_of
from grants.rules import percent_text
from kraftsamling.lib.dates import day_text
from pilots.comparison import compared
from pilots.models import ChangeDecision, Terms

MOST_YEARS_ON_ONE_LINE, MOST_YEARS_IN_FULL_SIZE = 2, 4
"""How wide the budget may be before an amount and what it becomes stand on a line each, and before the letters are small."""


@dataclass(frozen=True)
class TermRow:
    """One of the terms in words: before, as asked for, and from the decision on."""

    label: str
    before: str
    asked: str
    after: str

    @property
    def changes(self) -> bool:
        return self.before != self.after


def terms_before(decision: ChangeDecision) -> Terms:
    """What counted when it was decided: of a refusal, the terms that it left as they were."""
    versions = decision.request.project.terms.select_related("owner", "budget")
    after = getattr(decision, "terms", None)
    if after is not None:
        return versions.get(number=after.number - 1)
    return versions.filter(set_at__lte=decision.decided_at).last() or versions.earliest("number")


def letter_title(decision: ChangeDecision) -> str:
    return f"{_('Change decision')} {number_of(decision)}"


def letter_name(decision: ChangeDecision) -> str:
    return f"andringsbeslut-{decision.request.receipt_number}.pdf"


def number_of(decision: ChangeDecision) -> str:
    """The project's registry number, or else the receipt of the change."""
    return decision.request.project.registry_number or str(decision.request.receipt_number)


def letter_context(decision: ChangeDecision) -> dict[str, Any]:
    """The whole decision, readable without the database."""
    change, before = decision.request, terms_before(decision)
    after = getattr(decision, "terms", None) or before
    was, now = content_of(before.budget), content_of(after.budget)
    asked = content_of(change.budget) if change.budget else None
    years, rows = compared(was, asked if asked and not decision.is_granted else now)
    return {
        "decision": decision,
        "change": change,
        "project": change.project,
        "organisation": change.organisation,
        "number": number_of(decision),
        "files": list(change.files.kept()),
        "terms": _rows(change, (before, was), (after, now), asked),
        "years": years,
        "rows": rows,
        "few": len(years) <= MOST_YEARS_ON_ONE_LINE,
        "many": len(years) > MOST_YEARS_IN_FULL_SIZE,
        "differs": any(cell["change"] for row in rows for cell in row.cells),
    }


def _rows(
    change: Any, before: tuple[Terms, BudgetContent], after: tuple[Terms, BudgetContent], asked: BudgetContent | None
) -> list[TermRow]:
    sides = [_words(*before), _wished(change, asked), _words(*after)]
    labels = [
        _("Share of the booked costs"), _("But no more than"), _("First day"), _("Last day"), _("Owner"), _("Costs in the budget"),
        _("Costs that count"),
    ]  # fmt: skip
    return [TermRow(*row) for row in zip(labels, *sides, strict=True)]


def _words(terms: Terms, content: BudgetContent) -> list[str]:
    return [
        f"{percent_text(terms.share)} %", terms.cap.exact, day_text(terms.starts_on), day_text(terms.ends_on),
        f"{terms.owner.name}, {terms.owner.org_number}", content.total_cost.exact, content.base.exact,
    ]  # fmt: skip


def _wished(change: Any, asked: BudgetContent | None) -> list[str]:
    """A dash where nothing was asked for."""
    owner = change.new_owner
    found = [
        f"{percent_text(change.share)} %" if change.share is not None else "",
        change.cap.exact if change.cap is not None else "",
        day_text(change.starts_on) if change.starts_on else "",
        day_text(change.ends_on) if change.ends_on else "",
        f"{owner.name}, {owner.org_number}" if owner else "",
        *((asked.total_cost.exact, asked.base.exact) if asked else ("", "")),
    ]
    return [words or "–" for words in found]
