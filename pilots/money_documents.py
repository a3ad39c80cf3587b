"""What the decisions on money have in common as documents: who they are about, who decided, and the costs by category."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.text import slugify
from django.utils.translation import gettext as _

from grants.models import CostCategory
from grants.rules import percent_text
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.pdf import html_to_pdf
from kraftsamling.programmes.models import Role
from pilots import builds
from pilots.models import DocumentBuild


class Head(NamedTuple):
    """What stands at the top of each of them, as it was when it was decided."""

    heading: str
    programme: str
    project: str
    registry_number: str
    owner: str
    org_number: str
    decided_at: datetime
    decided_by: str
    designation: str = ""
    """What the decision is called beside its heading, if it has a number of its own."""
    presenter: str | None = None
    """Who presented the case; empty where nobody did, None where that was not written down."""


class CategorySum(NamedTuple):
    """What was asked for and approved of one cost category, or of all."""

    label: str
    asked: Kronor
    approved: Kronor

    @property
    def less(self) -> Kronor:
        return self.asked - self.approved


def category_sums(entries: Any) -> list[CategorySum]:
    """By category, those that have something; last of all together."""
    asked, approved = dict.fromkeys(CostCategory.values, Kronor(0)), dict.fromkeys(CostCategory.values, Kronor(0))
    for category, amount, part in entries.values_list("category", "amount", "approved").iterator():
        asked[category] += amount
        approved[category] += part
    found = [CategorySum(str(one.label), asked[one], approved[one]) for one in CostCategory if asked[one] or approved[one]]
    whole = (sum((row.asked for row in found), Kronor(0)), sum((row.approved for row in found), Kronor(0)))
    return [*found, CategorySum(_("Total"), *whole)]


# ---- A decision that has kept what it says of its case (pilots/decided_facts.py)


def kept_head(facts: dict[str, Any], *, heading: str, decided_at: datetime) -> Head:
    return Head(
        heading=heading,
        programme=facts["programme"],
        project=facts["project"],
        registry_number=facts["registry_number"],
        owner=facts["owner"],
        org_number=facts["org_number"],
        decided_at=decided_at,
        decided_by=_who(facts),
        presenter=facts.get("presenter"),
    )


def _who(facts: dict[str, Any]) -> str:
    """The name, and as what: Eko Nom (ekonom)."""
    roles = ", ".join(str(Role(role).label).lower() for role in facts.get("decided_as", []))
    return f"{facts['decided_by']} ({roles})" if roles else str(facts["decided_by"])


def kept_terms(facts: dict[str, Any]) -> dict[str, Any]:
    """The grant as it was when it was decided."""
    return {
        "share": percent_text(Decimal(facts["share"])),
        "cap": Kronor(facts["cap"]),
        "starts_on": date.fromisoformat(facts["starts_on"]),
        "ends_on": date.fromisoformat(facts["ends_on"]),
    }


@dataclass(frozen=True)
class Letter:
    """One kind of decision as a document."""

    kind: str
    template: str
    file_name: str
    heading: Callable[[], str]
    decided: Callable[[], Any]
    """The rows that are decided, with what the document and its page read of them."""
    context: Callable[[Any, str], dict[str, Any]]
    """Of a decision, in one edition."""
    readers: Callable[[Any, DocumentBuild], bool]
    back: Callable[[Any], str]
    decided_at: str = "decided_at"

    def register(self) -> None:
        builds.register(
            self.kind, make=self._make, readers=self.readers, title=lambda build: self.title(self.of(build.subject_id)),
            back=lambda build: self.back(self.of(build.subject_id)),
        )  # fmt: skip

    def of(self, pk: int) -> Any:
        return self.decided().get(pk=pk)

    def title(self, decision: Any) -> str:
        return f"{self.heading()}: {decision.facts['project']}"

    def pdf(self, decision: Any, edition: str = "") -> bytes:
        return html_to_pdf(self.template, self.whole_context(decision, edition), title=self.title(decision))

    def whole_context(self, decision: Any, edition: str = "") -> dict[str, Any]:
        """The whole decision, readable without the database."""
        head = kept_head(decision.facts, heading=self.heading(), decided_at=getattr(decision, self.decided_at))
        return {"head": head, "decision": decision, **kept_terms(decision.facts), **self.context(decision, edition)}

    def _make(self, build: DocumentBuild, progress: builds.Progress) -> builds.Made:
        decision = self.of(build.subject_id)
        progress(0, 1)
        number = slugify(decision.facts["registry_number"]) or f"p{decision.project_id}"
        parts = [self.file_name, number, str(decision.pk), *([build.key] if build.key else [])]
        return builds.Made(f"{'-'.join(parts)}.pdf", self.pdf(decision, build.key))
