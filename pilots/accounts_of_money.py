"""Where a project stands with its money: what the calculation is made from, read from the database, and told in words."""

from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Subquery, Sum, Value
from django.utils import translation
from django.utils.translation import gettext as _

from grants.models.calls import lawful_share
from grants.rules import percent_text
from kraftsamling.lib.money import Kronor, KronorField

from . import entitlement
from .entitlement import Basis, Calculation
from .models import CostEntry, Payout, PayoutKind, Project, Recovery, Report, ReportKind
from .states import PaymentState

ZERO = Kronor(0)


def final_report_approved(project: Project) -> bool:
    return Report.objects.approved().filter(project=project, kind=ReportKind.FINAL).exists()


def basis_of(project: Project, *, more: Kronor = ZERO) -> Basis:
    """As things stand; `more` are costs of a request that is not decided yet. One question to the database."""
    counting = Payout.objects.filter(project=OuterRef("pk")).counting()
    revoked = Recovery.objects.filter(project=OuterRef("pk")).revoking()
    costs = CostEntry.objects.filter(request__project=OuterRef("pk"), request__state=PaymentState.DECIDED)
    final = Report.objects.approved().filter(project=OuterRef("pk"), kind=ReportKind.FINAL)
    found = Project.objects.filter(pk=project.pk).values_list(
        _sum_of(counting),
        _sum_of(counting.filter(kind=PayoutKind.ADVANCE)),
        _sum_of(revoked),
        _sum_of(costs, "approved"),
        Exists(final),
    )
    paid, advances, taken_back, approved, has_report = found.get()
    return Basis(
        share=project.share,
        cap=project.cap,
        costs=(approved or ZERO) + more,
        paid=paid or ZERO,
        holdback=project.holdback,
        final_report_approved=has_report,
        revoked=taken_back or ZERO,
        advances=advances or ZERO,
        lawful=lawful_share(eu_cofinanced=project.eu_cofinanced),
    )


def _sum_of(rows: Any, column: str = "amount") -> Subquery:
    sums = rows.order_by().annotate(_all=Value(1)).values("_all").annotate(sum=Sum(column)).values("sum")
    return Subquery(sums, output_field=KronorField())


def standing(project: Project) -> Calculation:
    return entitlement.calculate(basis_of(project))


def if_approved(project: Project, more: Kronor) -> Calculation:
    """What it would come to if all of that were approved."""
    return entitlement.calculate(basis_of(project, more=more))


class Line(NamedTuple):
    """A row of the calculation as people read it."""

    key: str
    label: str
    amount: Kronor
    law: str
    counts: bool

    @property
    def is_sum(self) -> bool:
        return self.key in {"entitled", "payable", "most", "granted", "grant", "due"}


def lines_of(found: Calculation) -> list[Line]:
    """The calculation in words, in the reader's language."""
    words = _words(found)
    return [Line(step.key, words[step.key], step.amount, _law(step.key, step.law), step.counts) for step in found.steps]


def _words(found: Calculation) -> dict[str, str]:
    basis = found.basis
    return {
        "costs": _("Approved costs since the start, income taken off"),
        "share": _("%(share)s per cent of the costs, rounded once to whole kronor") % {"share": percent_text(basis.share)},
        "lawful": _("%(share)s per cent of the costs: the law allows no more") % {"share": percent_text(basis.lawful)},
        "cap": _("The most that the decision gives"),
        "revoked": _("Revoked by decision"),
        "entitled": _("The lowest of them: what the project is entitled to"),
        "holdback": _("Until the final report is approved, at most the grant less %(share)s per cent")
        % {"share": percent_text(basis.holdback)},
        "paid": _("Paid earlier, advances too, repayments taken off"),
        "payable": _("Can be paid now"),
    }


def law(paragraph: str) -> str:
    return f"2003:596, {paragraph}"


def _law(key: str, paragraph: str) -> str:
    if paragraph:
        return law(paragraph)
    return _("the decision") if key in {"cap", "holdback"} else ""


def frozen(found: Calculation) -> dict[str, Any]:
    """The calculation as it is kept with the decision: readable without the code that made it, in the language of decisions."""
    with translation.override(settings.LANGUAGE_CODE):
        lines = kept(lines_of(found))
    basis = found.basis
    return {
        "lines": lines,
        "share": str(basis.share),
        "cap": str(basis.cap.amount),
        "holdback": str(basis.holdback),
        "final_report_approved": basis.final_report_approved,
        "advances": str(basis.advances.amount),
        "overpaid": str(found.overpaid.amount),
    }


def kept(lines: list[Line]) -> list[dict[str, Any]]:
    return [
        {"key": line.key, "label": line.label, "amount": str(line.amount.amount), "law": line.law, "counts": line.counts}
        for line in lines
    ]


def thawed(found: dict[str, Any]) -> list[Line]:
    """The lines of a frozen calculation."""
    return [Line(row["key"], row["label"], Kronor(row["amount"]), row["law"], row["counts"]) for row in found.get("lines", [])]
