"""The money of the demo: payments twice a year, one with deductions, an advance that has been settled, a recovery; one request
waits for the economist, one for a signature and one for the finance system. All amounts, vouchers and texts are invented.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Max

from grants.models import CostCategory
from kraftsamling.accounts.actions import add_signatory
from kraftsamling.accounts.models import Signatory
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM, stockholm_today
from kraftsamling.lib.money import Kronor
from pilots import payment_rules
from pilots.actions import advances, payment_review, payments, payouts, recoveries
from pilots.models import CostEntry, PaymentRequest, Project

from .moments import moment

OWN_STAFF, SERVICES = CostCategory.OWN_STAFF, CostCategory.EXTERNAL_SERVICES
TRAVEL, INVESTMENT = CostCategory.TRAVEL, CostCategory.INVESTMENT
MONTHLY = (
    (OWN_STAFF, "Lön projektledare (exempel)", 54), (OWN_STAFF, "Lön ledare (exempel)", 24),
    (INVESTMENT, "Lokalhyra (exempel)", 11), (TRAVEL, "Bussresor (exempel)", 3), (SERVICES, "Föreläsare (exempel)", 8),
)  # fmt: skip
"""What a month costs, in hundredths."""
DEDUCTED = {
    "A991": (0, "Representation ingår inte i de kostnader som bidraget räknas på."),
    "A992": (10_000, "Ni kan dra av momsen, så den är ingen kostnad i projektet."),
}


class Story(NamedTuple):
    """When a project has asked for payment, and how near its budget it costs, in per cent."""

    title: str
    asked_on: tuple[date, ...]
    pace: int


STORIES = (
    Story("Girl Unit", (date(2025, 1, 20), date(2025, 7, 7), date(2025, 11, 4)), 92),
    Story("Vändpunkten", (date(2025, 2, 3), date(2025, 7, 10), date(2025, 11, 5)), 97),
    Story("Digitalt verktyg", (date(2025, 8, 18), date(2026, 2, 16), date(2026, 8, 17)), 94),
    Story("Stöd för ungdomar", (date(2025, 8, 25), date(2026, 2, 9), date(2026, 10, 12)), 88),
    Story("Implementering av TSI", (date(2025, 9, 8), date(2026, 2, 23)), 52),
    Story("Läsecirklar", (date(2025, 6, 16), date(2026, 1, 19), date(2026, 7, 27)), 98),
    Story("Morgongänget", (date(2026, 5, 11), date(2026, 10, 5)), 95),
)


def money(demo: Any, at: datetime) -> None:
    """After the projects and their reports: ordinary payments, and what is told of each beside them."""
    projects = {story: _project(story.title) for story in STORIES}
    told = [(day, story) for story in STORIES for day in story.asked_on if day < stockholm_today(at - timedelta(days=30))]
    _advance(demo, projects[STORIES[0]])
    for day, story in sorted(told):
        _ordinary(demo, projects[story], story, day, at=at)
    _recovery(demo, projects[STORIES[1]])
    _waits(demo, _project("Läsecirklar"), STORIES[5], at)
    _to_be_signed(demo, _project("Morgongänget"), STORIES[6], at)


def _project(title: str) -> Project:
    return Project.objects.select_related("owner", "programme", "budget", "application__sketch__call").get(
        title__startswith=title
    )


def _clock(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=STOCKHOLM)


def _may_ask(project: Project, at: datetime) -> bool:
    return not payment_rules.obstacles_to_begin(project, at=at)


def _months(first: date, last: date) -> Iterator[date]:
    """The twenty-fifth of each month of the period."""
    day = first.replace(day=25)
    while day <= last:
        if day >= first:
            yield day
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=25)


def _costs(project: Project, first: date, last: date, *, pace: int, odd: bool = False) -> list[payments.Cost]:
    """The same costs month after month; and a few that an economist would ask about."""
    whole = project.cap.amount * 100 / project.share
    monthly = whole * pace / len(list(_months(project.starts_on, project.ends_on)))
    costs = []
    for day in _months(first, min(last, project.ends_on)):
        for number, (category, text, part) in enumerate(MONTHLY, start=1):
            ore = (day.month * 37 + number * 53) % 100
            amount = Kronor(f"{int(monthly * part / 10_000)}.{ore:02}")
            costs.append(payments.Cost(day, f"A{day:%y%m}{number}", text, category, amount))
    if odd:
        day = costs[-1].booked_on
        costs += [
            payments.Cost(day, "A991", "Avskedsmiddag för styrgruppen (exempel)", SERVICES, Kronor(3_480)),
            payments.Cost(day, "A992", "Datorer, moms ingår (exempel)", INVESTMENT, Kronor(12_500)),
            payments.Cost(day, "K1", "Deltagaravgift från träff (exempel)", SERVICES, Kronor(-1_200)),
        ]
    return costs


def _asked_before(project: Project) -> date:
    """The day after the last that a request has told of."""
    last = CostEntry.objects.filter(request__project=project).aggregate(last=Max("booked_on"))["last"]
    return last + timedelta(days=1) if last else project.starts_on


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


def _paid(demo: Any, *, at: datetime) -> None:
    by = demo.users["ekonom"]
    batch = payouts.make_batch(demo.programme, by=by, at=at)
    day = stockholm_today(at + timedelta(days=3))
    rows = [payouts.PaidRow(payout.reference, payout.amount, day) for payout in batch.payouts.order_by("pk")]
    payouts.mark_paid(rows, by=by, at=at + timedelta(days=4))


# ---- The stories


def _ordinary(demo: Any, project: Project, story: Story, day: date, *, at: datetime) -> None:
    """Half a year's costs, decided within ten days and paid; the newest of one project waits for its file."""
    when = _clock(day)
    if not _may_ask(project, when):
        return
    odd = story.title == "Digitalt verktyg" and day == story.asked_on[1]
    costs = _costs(project, _asked_before(project), day, pace=story.pace, odd=odd)
    request = _sent_in(demo, project, costs, at=when)
    if story.title == "Stöd för ungdomar" and day == story.asked_on[-1]:
        _decided(demo, request, at=at - timedelta(days=1))
        return
    _decided(demo, request, at=when + timedelta(days=9), deduct=DEDUCTED if odd else None)
    _paid(demo, at=when + timedelta(days=11))


def _advance(demo: Any, project: Project) -> None:
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


def _recovery(demo: Any, project: Project) -> None:
    """Paid, and then it was found that a part belonged elsewhere: heard, decided, half of it repaid."""
    by, heard = demo.users["ekonom"], moment(2025, 12, 1, 10)
    made = recoveries.open_recovery(
        project, ground="conditions", hearing_due_on=stockholm_today(heard + timedelta(days=21)), by=by, at=heard,
        text="Vid en kontroll såg vi att lokalhyran för två månader avsåg en annan verksamhet. (exempel)",
    )  # fmt: skip
    answer = "Det stämmer. Fakturan var delad fel i bokföringen, och vi har rättat den. (exempel)"
    signs = demo.users["firmatecknare"]
    recoveries.answer_recovery(made, answer=answer, by=signs, at=heard + timedelta(days=5))
    payout = recoveries.recoverable_of(project)[0]
    recoveries.decide_recovery(
        made, parts={payout.pk: Kronor(3_000)}, by=by, at=heard + timedelta(days=12),
        reasons="Kostnaden hör inte till projektet, så villkoret om egen redovisning har inte följts. (exempel)",
        interest_basis="Ingen tas ut, eftersom felet rättades genast och beloppet är litet. (exempel)",
    )  # fmt: skip
    paid_at = heard + timedelta(days=26)
    recoveries.book_repayment(made, amount=Kronor(1_500), paid_on=stockholm_today(paid_at), by=by, at=paid_at)


def _waits(demo: Any, project: Project, story: Story, at: datetime) -> None:
    """Sent in some days ago, with a few rows to ask about: the economist has it."""
    when = at - timedelta(days=4)
    if _may_ask(project, when):
        costs = _costs(project, _asked_before(project), stockholm_today(when), pace=story.pace, odd=True)
        _sent_in(demo, project, costs, at=when)


def _to_be_signed(demo: Any, project: Project, story: Story, at: datetime) -> None:
    """Written by one and ready: the signatory reads it and sends it in."""
    when = at - timedelta(days=1)
    if _may_ask(project, when):
        costs = _costs(project, _asked_before(project), stockholm_today(when), pace=story.pace)
        request = _written(demo, project, costs, at=when)
        payments.mark_ready(request, revision=request.revision, by=demo.users["kommun"], at=when)
