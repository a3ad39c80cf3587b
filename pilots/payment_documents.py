"""The decision on a payment as a document: for the owner, and for the file that the payment is made from.

Made from what was signed and what was decided, neither of which changes afterwards: the same bytes each time.
"""

from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext as _

from grants.rules import percent_text
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.pdf import html_to_pdf
from pilots import accounts_of_money, builds
from pilots.models import CostEntry, DocumentBuild, PaymentRequest, PaymentVersion
from pilots.money_documents import Head, category_sums
from pilots.states import PaymentState

KIND = "payment_decision"
MOST_DEDUCTED = 300
"""Rows that a worker sets in its time; the rest stand in the sheet of the request, and the document says so."""


def decided_request(pk: int) -> PaymentRequest:
    return PaymentRequest.objects.decided().select_related("project__programme", "decided_by").get(pk=pk)


def document_title(request: PaymentRequest) -> str:
    return f"{_('Decision on payment')} {request.receipt_number}"


def document_pdf(request: PaymentRequest) -> bytes:
    return html_to_pdf("pdf/pilots/payment_decision.html", document_context(request), title=document_title(request))


def document_context(request: PaymentRequest) -> dict[str, Any]:
    """The whole decision, readable without the database."""
    version = PaymentVersion.objects.filter(request=request).select_related("submitted_by").latest("number")
    deducted = CostEntry.objects.filter(request=request, approved__lt=F("amount")).order_by("position")
    rows = list(deducted[:MOST_DEDUCTED])
    sums = category_sums(CostEntry.objects.filter(request=request))
    terms = request.calculation
    return {
        "head": _head(request, version.content),
        "request": request,
        "version": version,
        "signed": version.content,
        "share": percent_text(Decimal(terms["share"])),
        "cap": Kronor(terms["cap"]),
        "lines": accounts_of_money.thawed(terms),
        "sums": sums,
        "total": sums[-1],
        "deducted": rows,
        "left_out": deducted.count() - len(rows) if len(rows) == MOST_DEDUCTED else 0,
    }


def _head(request: PaymentRequest, signed: dict[str, Any]) -> Head:
    """The names as they were signed."""
    return Head(
        heading=_("Decision on payment"),
        programme=request.project.programme.name,
        project=signed["project"],
        registry_number=signed["registry_number"],
        owner=signed["owner"],
        org_number=signed["org_number"],
        decided_at=request.decided_at,  # type: ignore[arg-type]
        decided_by=str(request.decided_by),
        designation=request.receipt_number or "",
    )


def _make(build: DocumentBuild, progress: builds.Progress) -> builds.Made:
    request = decided_request(build.subject_id)
    progress(0, 1)
    return builds.Made(f"utbetalningsbeslut-{slugify(request.receipt_number)}.pdf", document_pdf(request))


def _may_read(user: Any, build: DocumentBuild) -> bool:
    """Who reads the request and the payment."""
    return PaymentRequest.objects.visible_to(user).filter(pk=build.subject_id, state=PaymentState.DECIDED).exists()


def _title(build: DocumentBuild) -> str:
    return document_title(decided_request(build.subject_id))


def _back(build: DocumentBuild) -> str:
    return decided_request(build.subject_id).get_absolute_url()


builds.register(KIND, make=_make, readers=_may_read, title=_title, back=_back)
