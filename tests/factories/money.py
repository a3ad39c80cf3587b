"""Payment requests, advances and payments for tests. States are reached through the actions, never written.

A year is long: the project of tests.factories.pilots runs through 2027, so requests are sent in during it.
"""

import datetime as dt
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from grants.models import CostCategory
from kraftsamling.accounts.models import Signatory
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from pilots.actions import advances, payment_review, payments, payouts, recoveries
from pilots.models import Project, Report
from pilots.states import ReportState
from tests.factories import applications
from tests.factories import grants as make
from tests.factories import pilots as projects
from tests.factories.applications import PDF

STARTS, ENDS = dt.date(2027, 1, 15), dt.date(2027, 12, 31)
ASKING = dt.datetime(2027, 4, 20, 9, tzinfo=STOCKHOLM)
REVIEWING = dt.datetime(2027, 4, 25, 9, tzinfo=STOCKHOLM)
PAYING = dt.datetime(2027, 5, 3, 9, tzinfo=STOCKHOLM)
AFTER = dt.datetime(2028, 1, 20, 9, tzinfo=STOCKHOLM)
ACCOUNT = "Bankgiro 123-4567"


def create_project(**values):
    """Decided elsewhere, which is cheap: 40 per cent, at most 150 000 kr. With an account, so that it can be paid.

    No reports are asked for: what a report that is due does to the money, a test says itself.
    """
    project = projects.create_elsewhere(**values)
    project.reports.all().delete()
    Project.objects.filter(pk=project.pk).update(account=ACCOUNT)
    return Project.objects.get(pk=project.pk)


def economist(project, **kwargs):
    return make.officer(project.programme, Role.FINANCE_OFFICER, **kwargs)


def signatory(project):
    return Signatory.objects.filter(organisation=project.owner).order_by("pk").first() or applications.create_signatory(
        project.owner
    )


def cost(amount, *, voucher="A1", on=dt.date(2027, 2, 1), category=CostCategory.EXTERNAL_SERVICES, text="Föreläsare"):
    return payments.Cost(on, voucher, text, category, Kronor(amount))


def kept_file(name="huvudbok.pdf", *, by):
    return store.store(SimpleUploadedFile(name, PDF, "application/pdf"), by=by)


def create_draft(project, *amounts, costs=None, by=None, at=ASKING, files=True):
    """Written and complete, not sent in."""
    by = by or projects.writer(project)
    request = payments.begin_request(project, by=by, at=at)
    rows = costs or [cost(amount, voucher=f"{request.number}:{n}") for n, amount in enumerate(amounts, start=1)]
    payments.save_costs(request, added=rows, revision=request.revision, by=by, at=at)
    if files:
        for kind, name in (("ledger", "huvudbok.pdf"), ("income", "resultat.pdf")):
            payments.add_file(request, file=kept_file(name, by=by), kind=kind, by=by, at=at)
    request.refresh_from_db()
    return request


def send_in(request, *, by=None, at=ASKING, with_name=None):
    by = by or projects.writer(request.project)
    version = payments.submit_request(
        request, signatory=with_name or signatory(request.project), revision=request.revision, by=by, at=at
    )
    request.refresh_from_db()
    return version


def create_sent_in(project, *amounts, with_name=None, **kwargs):
    at = kwargs.get("at", ASKING)
    request = create_draft(project, *amounts, **kwargs)
    send_in(request, by=kwargs.get("by"), at=at, with_name=with_name)
    return request


def decide(request, *, by=None, at=REVIEWING, deduct=None, amount=None, lower_reason=""):
    """Approves all, or deducts {position: (approved, reason)}, and decides."""
    by = by or economist(request.project)
    rows = {request.entries.get(position=place).pk: said for place, said in (deduct or {}).items()}
    if rows:
        payment_review.assess_rows(request, rows=rows, revision=request.revision, by=by, at=at)
    payment_review.approve_rest(request, revision=request.revision, by=by, at=at)
    return payment_review.decide_request(
        request, amount=amount, lower_reason=lower_reason, revision=request.revision, by=by, at=at
    )


def create_decided(project, *amounts, by=None, at=ASKING, **kwargs):
    """Sent in, approved and decided."""
    request = create_sent_in(project, *amounts, at=at, **{k: kwargs.pop(k) for k in ("costs",) if k in kwargs})
    return decide(request, by=by, at=kwargs.pop("decided_at", at), **kwargs)


def pay_all(programme, *, by, at=PAYING):
    """Sends everything to the finance system, and books it as paid the same day."""
    batch = payouts.make_batch(programme, by=by, at=at)
    rows = [payouts.PaidRow(payout.reference, payout.amount, at.date()) for payout in batch.payouts.order_by("pk")]
    payouts.mark_paid(rows, by=by, at=at)
    return batch


def create_advance(project, amount, *, by=None, at=ASKING, granted=True):
    made = advances.ask_for_advance(
        project, amount=Kronor(amount), reasons="Föreningen kan inte ligga ute med lönen.", by=projects.writer(project), at=at
    )
    if granted:
        advances.grant_advance(
            made, amount=Kronor(amount), special_reasons="Liten förening utan eget kapital.",
            financial_check="Årsredovisningen visar ordnad ekonomi.", by=by or economist(project), at=at,
        )  # fmt: skip
    made.refresh_from_db()
    return made


def create_hearing(project, *, by=None, ground="conditions", at=PAYING, due_on=dt.date(2027, 5, 20)):
    return recoveries.open_recovery(
        project,
        ground=ground,
        text="Lokalhyran avser en annan verksamhet.",
        hearing_due_on=due_on,
        by=by or economist(project),
        at=at,
    )


def return_it(request, *, by, at, reason="Skicka in kvittot på hyran."):
    payment_review.return_request(
        request, reason=reason, due_on=at.date() + dt.timedelta(days=20), revision=request.revision, by=by, at=at
    )


def create_recovery_of(project, amount, *, by, at):
    """Heard, answered and decided at one moment: that much of the payment that was made last."""
    made = create_hearing(project, by=by, at=at, due_on=at.date() + dt.timedelta(days=14))
    recoveries.answer_recovery(made, answer="Vi har bokfört fel.", by=projects.writer(project), at=at)
    parts = {recoveries.recoverable_of(project)[0].pk: Kronor(amount)}
    basis = "6 § räntelagen (1975:635), 30 dagar efter kravet."
    return recoveries.decide_recovery(made, parts=parts, reasons="Kostnaden hör inte hit.", interest_basis=basis, by=by, at=at)


def create_recovery(project, *amounts, by=None, at=dt.datetime(2027, 5, 25, 9, tzinfo=STOCKHOLM), **kwargs):
    """Heard, answered and decided: the amounts are of the payments that have been made, the newest first."""
    by = by or economist(project)
    made = create_hearing(project, by=by, ground=kwargs.pop("ground", "conditions"))
    recoveries.answer_recovery(made, answer="Vi har bokfört fel.", by=projects.writer(project), at=PAYING)
    paid = recoveries.recoverable_of(project)
    parts = {payout.pk: Kronor(amount) for payout, amount in zip(paid, amounts, strict=False)}
    return recoveries.decide_recovery(
        made, parts=parts, reasons="Kostnaden hör inte till projektet.", interest_basis="6 § räntelagen från 30 dagar efter kravet.",
        by=by, at=at, **kwargs,
    )  # fmt: skip


def approve_final_report(project, *, by, at=AFTER):
    """The row alone: how a report is written and approved is another part's."""
    report, _made = Report.objects.get_or_create(
        project=project, kind="final",
        defaults={"number": 99, "covers_from_on": project.starts_on, "covers_to_on": project.ends_on, "due_on": project.ends_on},
    )  # fmt: skip
    Report.objects.filter(pk=report.pk).update(state=ReportState.APPROVED, approved_at=at, approved_by=by)
    return report


SHARE = Decimal(40)
