"""The money of the demo: a payment with deductions, an advance that has been settled, a recovery, one request that waits
for the economist and one draft. All amounts, vouchers and texts are invented.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from grants.models import CostCategory
from kraftsamling.accounts.actions import add_signatory
from kraftsamling.accounts.models import Signatory
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM, stockholm_today
from kraftsamling.lib.money import Kronor
from pilots import payment_rules
from pilots.actions import advances, payment_review, payments, payouts, recoveries
from pilots.models import PaymentRequest, Project, ProjectKind
from pilots.states import ProjectState

OWN_STAFF, SERVICES = CostCategory.OWN_STAFF, CostCategory.EXTERNAL_SERVICES
TRAVEL, INVESTMENT = CostCategory.TRAVEL, CostCategory.INVESTMENT
MONTHLY = (
    (OWN_STAFF, "Lön projektledare (exempel)", 16_200), (OWN_STAFF, "Lön ledare (exempel)", 7_450),
    (INVESTMENT, "Lokalhyra (exempel)", 3_100), (TRAVEL, "Bussresor (exempel)", 640), (SERVICES, "Föreläsare (exempel)", 2_750),
)  # fmt: skip


def money(demo: Any, at: datetime) -> None:
    """After the projects and their reports: each story where the rules let it be told."""
    pilots = Project.objects.exclude(kind=ProjectKind.PLATFORM).filter(
        state=ProjectState.RUNNING, starts_on__lt=stockholm_today(at)
    )
    projects = list(pilots.select_related("owner", "programme", "budget", "application__sketch__call").order_by("ends_on", "pk"))
    stories = (_deductions, _advance, _recovery, _waits, _draft)
    for story, project in zip(stories, projects, strict=False):
        story(demo, project, at)


def _clock(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=STOCKHOLM)


def _asking(project: Project, at: datetime, days: int) -> datetime:
    """So many days before today, or before the last day to ask if that has been."""
    last = min(stockholm_today(at), payment_rules.last_request_day(project))
    return _clock(last - timedelta(days=days))


def _may_ask(project: Project, at: datetime) -> bool:
    return not payment_rules.obstacles_to_begin(project, at=at)


def _costs(project: Project, until: date, months: int, *, odd: bool = False) -> list[payments.Cost]:
    """The same costs month after month, back from the day; and a few that an economist would ask about."""
    costs = []
    for month in range(months):
        day = min(until, project.ends_on) - timedelta(days=30 * (months - month))
        day = max(day, project.starts_on)
        for number, (category, text, amount) in enumerate(MONTHLY, start=1):
            ore = (month * 37 + number * 53) % 100
            voucher = f"A{(month + 1) * 100 + number}"
            costs.append(payments.Cost(day, voucher, text, category, Kronor(f"{amount + 20 * month}.{ore:02}")))
    if odd:
        costs.append(
            payments.Cost(costs[-1].booked_on, "A991", "Avskedsmiddag för styrgruppen (exempel)", SERVICES, Kronor(3_480))
        )
        costs.append(payments.Cost(costs[-1].booked_on, "A992", "Datorer, moms ingår (exempel)", INVESTMENT, Kronor(12_500)))
        costs.append(payments.Cost(costs[-1].booked_on, "K1", "Deltagaravgift från träff (exempel)", SERVICES, Kronor(-1_200)))
    return costs


def _signatory(demo: Any, project: Project) -> Signatory:
    found = Signatory.objects.filter(organisation=project.owner).order_by("pk").first()
    return found or add_signatory(
        project.owner, name="Vidar Holmestrand", title="Ordförande", by=demo.member_of(project.owner), valid_from_on=date(2024, 1, 1),
        proof=SimpleUploadedFile("protokoll.txt", "Påhittat utdrag ur ett protokoll.".encode(), "text/plain"),
        at=project.opened_at,
    )  # fmt: skip


def _written(demo: Any, project: Project, costs: list[payments.Cost], *, at: datetime, files: bool = True) -> PaymentRequest:
    by = demo.member_of(project.owner)
    request = payments.begin_request(project, by=by, at=at - timedelta(days=2))
    request.project.refresh_from_db()
    if not request.project.account:
        payments.set_account(project, account="Bankgiro 123-4567 (exempel)", by=by, at=at - timedelta(days=2))
    payments.save_costs(request, added=costs, revision=request.revision, by=by, at=at - timedelta(days=1))
    for kind, name in (("ledger", "huvudbok"), ("income", "resultatrapport")) if files else ():
        text = f"Påhittad {name} för projektet (exempel)."
        kept = store.store(SimpleUploadedFile(f"{name}.txt", text.encode(), "text/plain"), by=by, at=at)
        payments.add_file(request, file=kept, kind=kind, by=by, at=at - timedelta(hours=2))
    return PaymentRequest.objects.select_related("project__owner", "project__programme").get(pk=request.pk)


def _sent_in(demo: Any, project: Project, costs: list[payments.Cost], *, at: datetime) -> PaymentRequest:
    request = _written(demo, project, costs, at=at)
    signatory = _signatory(demo, project)
    by = signatory.user or demo.member_of(project.owner)
    payments.submit_request(request, signatory=signatory, revision=request.revision, by=by, at=at)
    return request


def _decided(demo: Any, request: PaymentRequest, *, at: datetime, deduct: dict[str, tuple[int, str]] | None = None) -> None:
    """Approves all but what is deducted, by voucher; decides, sends to the finance system, and books the day."""
    by = demo.users["ekonom"]
    deducted = deduct or {}
    rows = {
        entry.pk: (Kronor(deducted[entry.voucher][0]), deducted[entry.voucher][1])
        for entry in request.entries.filter(voucher__in=deducted)
    }
    if rows:
        payment_review.assess_rows(request, rows=rows, revision=request.revision, by=by, at=at)
    payment_review.approve_rest(request, revision=request.revision, by=by, at=at)
    payment_review.decide_request(request, revision=request.revision, by=by, at=at)
    _paid(demo, at=at + timedelta(days=2))


def _paid(demo: Any, *, at: datetime) -> None:
    by = demo.users["ekonom"]
    batch = payouts.make_batch(demo.programme, by=by, at=at)
    day = stockholm_today(at + timedelta(days=3))
    rows = [payouts.PaidRow(payout.reference, payout.amount, day) for payout in batch.payouts.order_by("pk")]
    payouts.mark_paid(rows, by=by, at=at + timedelta(days=4))


# ---- The stories


def _deductions(demo: Any, project: Project, at: datetime) -> None:
    when = _asking(project, at, 40)
    if _may_ask(project, when):
        request = _sent_in(demo, project, _costs(project, stockholm_today(when), 3, odd=True), at=when)
        deduct = {
            "A991": (0, "Representation ingår inte i de kostnader som bidraget räknas på."),
            "A992": (10_000, "Ni kan dra av momsen, så den är ingen kostnad i projektet."),
        }
        _decided(demo, request, at=when + timedelta(days=9), deduct=deduct)


def _advance(demo: Any, project: Project, at: datetime) -> None:
    """Asked for early, granted after the check, and settled against the first payment."""
    early = _clock(project.starts_on + timedelta(days=25))
    by, amount = demo.users["ekonom"], Kronor(40_000)
    asked = advances.ask_for_advance(
        project, amount=amount, reasons="Vi är en liten förening och kan inte ligga ute med lönen de första månaderna. (exempel)",
        by=demo.member_of(project.owner), at=early,
    )  # fmt: skip
    advances.grant_advance(
        asked, amount=amount, special_reasons="Sökanden saknar eget kapital att förskottera löner med. (exempel)",
        financial_check="Senaste årsredovisning och revisionsberättelse visar ordnad ekonomi. (exempel)", by=by,
        at=early + timedelta(days=8),
    )  # fmt: skip
    _paid(demo, at=early + timedelta(days=10))
    when = _asking(project, at, 35)
    if _may_ask(project, when):
        request = _sent_in(demo, project, _costs(project, stockholm_today(when), 4), at=when)
        _decided(demo, request, at=when + timedelta(days=7))


def _recovery(demo: Any, project: Project, at: datetime) -> None:
    """Paid, and then it was found that a part belonged elsewhere: heard, decided, half of it repaid."""
    when = _asking(project, at, 90)
    if not _may_ask(project, when):
        return
    _decided(demo, _sent_in(demo, project, _costs(project, stockholm_today(when), 3), at=when), at=when + timedelta(days=6))
    by, heard = demo.users["ekonom"], when + timedelta(days=20)
    made = recoveries.open_recovery(
        project, ground="conditions", hearing_due_on=stockholm_today(heard + timedelta(days=21)), by=by, at=heard,
        text="Vid en kontroll såg vi att lokalhyran för två månader avsåg en annan verksamhet. (exempel)",
    )  # fmt: skip
    answer = "Det stämmer. Fakturan var delad fel i bokföringen, och vi har rättat den. (exempel)"
    recoveries.answer_recovery(made, answer=answer, by=demo.member_of(project.owner), at=heard + timedelta(days=5))
    payout = recoveries.recoverable_of(project)[0]
    recoveries.decide_recovery(
        made, parts={payout.pk: Kronor(3_000)}, by=by, at=heard + timedelta(days=12),
        reasons="Kostnaden hör inte till projektet, så villkoret om egen redovisning har inte följts. (exempel)",
        interest_basis="Ingen ränta tas ut, eftersom felet rättades genast och beloppet är litet. (exempel)",
    )  # fmt: skip
    paid_at = heard + timedelta(days=26)
    recoveries.book_repayment(made, amount=Kronor(1_500), paid_on=stockholm_today(paid_at), by=by, at=paid_at)


def _waits(demo: Any, project: Project, at: datetime) -> None:
    when = _asking(project, at, 4)
    if _may_ask(project, when):
        _sent_in(demo, project, _costs(project, stockholm_today(when), 4, odd=True), at=when)


def _draft(demo: Any, project: Project, at: datetime) -> None:
    when = _asking(project, at, 1)
    if _may_ask(project, when):
        _written(demo, project, _costs(project, stockholm_today(when), 2), at=when, files=False)
