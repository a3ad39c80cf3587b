"""Fills a database for measuring: many projects with ten years of reports, indicators, booked costs and payments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Model, OuterRef, Subquery

from grants.models import Budget, CostCategory, CostLine
from kraftsamling.accounts.models import Organisation, Signatory
from kraftsamling.files import store
from kraftsamling.lib.money import Kronor
from kraftsamling.places.models import Municipality
from pilots.models import (
    CostEntry,
    Indicator,
    IndicatorValue,
    PaymentRequest,
    Payout,
    PayoutKind,
    Project,
    ProjectKind,
    Report,
    ReportDraft,
    ReportedCost,
    ReportKind,
    ReportVersion,
    Terms,
)
from pilots.states import PaymentState, PayoutState, ProjectState, ReportState

from .bulk import PORTION, Bulk
from .bulk_texts import INDICATORS, PICTURES, photograph, report_content
from .bulk_waiting import BulkWaiting

YEARS = 10
REQUESTS = 2
COME_IN = (ReportState.APPROVED, ReportState.SUBMITTED)
WAITING = {3: ReportState.PLANNED, 5: ReportState.SUBMITTED}
CATEGORIES = (CostCategory.OWN_STAFF, CostCategory.EXTERNAL_SERVICES, CostCategory.TRAVEL)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def written(rows: Iterable[Model]) -> Iterator[Model]:
    """The same rows with their keys, written some hundred at a time, so that a million need no more memory than these."""
    rows = iter(rows)
    while portion := list(islice(rows, PORTION)):
        yield from type(portion[0])._default_manager.bulk_create(portion)


def write(rows: Iterable[Model]) -> None:
    for _row in written(rows):
        pass


def count_anew() -> None:
    """As a database does by itself after a while: its plans rest on how many rows there are."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@dataclass
class BulkProjects:
    """Projects decided elsewhere, of the organisations that Bulk has written; every second is over."""

    bulk: Bulk
    projects: int
    entries: int
    """How many booked costs there are in all."""

    @transaction.atomic
    def fill(self) -> None:
        self.day = self.bulk.now.date()
        self.owners = list(Organisation.objects.filter(name__startswith="Bench ").order_by("pk"))
        self.signatories = self._signatories()
        self.pictures = [
            store.store_bytes(f"bild-{place}.jpg", photograph(place), "image/jpeg", by=None) for place in range(len(PICTURES))
        ]
        self.made = self._projects()
        self._around()
        self._reports()
        count_anew()  # or the triggers of what is told would look through all reports for each row
        self._measured()
        self._payments()
        self._closed()
        waiting = BulkWaiting(self.bulk, self.made, write, written)
        waiting.ask(self._request, REQUESTS + 1)
        waiting.learned()

    def _signatories(self) -> dict[int, Signatory]:
        proof = store.store_bytes("protokoll.pdf", PDF, "application/pdf", by=None)
        rows = (
            Signatory(
                organisation=owner, name="Bench firmatecknare", proof=proof, valid_from_on=self.day - timedelta(days=4000),
                registered_at=self.bulk.now, registered_by=self.bulk.writer,
            )
            for owner in self.owners
        )  # fmt: skip
        return {row.organisation_id: row for row in written(rows)}  # type: ignore[attr-defined]

    def _projects(self) -> list[Project]:
        areas = list(self.bulk.programme.focus_areas.order_by("position"))
        budgets = list(written(Budget(indirect_rate=0) for _number in range(self.projects)))
        used = Project.objects.aggregate(most=Max("pk"))["most"] or 0
        rows = (
            Project(
                programme=self.bulk.programme, kind=ProjectKind.ELSEWHERE, title=f"Bench projekt {used + number}",
                owner=self.owners[number % len(self.owners)], registry_number=f"BENCH {used + number}",
                decided_where="Bench, § 1", share=Decimal(50), cap=Kronor(250_000), starts_on=self._starts(number),
                ends_on=self._starts(number) + timedelta(days=365 * YEARS), budget=budget, summary="Bench",
                main_focus_area=areas[number % len(areas)], opened_at=self._at(self._starts(number)), entered_by=self.bulk.leader,
                slug=f"bench-{used + number}", published_at=self.bulk.now, published_by=self.bulk.leader,
                published_texts={"summary": "Bench", "target_group": ""},
            )
            for number, budget in enumerate(budgets)
        )  # fmt: skip
        return list(written(rows))  # type: ignore[arg-type]

    def _starts(self, number: int) -> date:
        """Spread over a year, so that the tenth year of every second project is not over. Each owner has some of both."""
        goes_on = (number + number // len(self.owners)) % 2 == 0
        return self.day - timedelta(days=365 * YEARS - (number * 7) % 365 if goes_on else 365 * YEARS + 200)

    def _at(self, on: date) -> datetime:
        return datetime.combine(on, self.bulk.now.timetz())

    def _around(self) -> None:
        """Terms, a budget line for each category, a protective factor and a place."""
        write(
            Terms(
                project=each, number=1, owner_id=each.owner_id, share=each.share, cap=each.cap, starts_on=each.starts_on,
                ends_on=each.ends_on, budget_id=each.budget_id, set_at=each.opened_at,
            )
            for each in self.made
        )  # fmt: skip
        write(
            CostLine(
                budget_id=each.budget_id, position=position, category=category, year=each.starts_on.year, amount=Kronor(160_000)
            )
            for each in self.made
            for position, category in enumerate(CATEGORIES)
        )
        places = list(Municipality.objects.in_region(self.bulk.programme.region_id).values_list("pk", flat=True))
        areas, seats = Project.focus_areas.through, Project.municipalities.through
        write(areas(project=each, focusarea_id=each.main_focus_area_id) for each in self.made)
        write(seats(project=each, municipality_id=places[number % len(places)]) for number, each in enumerate(self.made))

    def _reports(self) -> None:
        """A report each year; those whose last day has passed have been handed in and approved."""
        reports = (self._report(each, number) for each in self.made for number in range(1, YEARS + 1))
        drafts: list[ReportDraft] = []
        write(self._version(row) for row in self._kept(written(reports), drafts))
        write(drafts)
        newest = ReportVersion.objects.filter(report=OuterRef("pk")).order_by("-number").values("pk")[:1]
        Report.objects.filter(current_version=None, state__in=COME_IN, project__in=self._mine()).update(
            current_version=Subquery(newest)
        )

    def _kept(self, reports: Iterable[Any], drafts: list[ReportDraft]) -> Iterator[Any]:
        """Those that have come in; the others get an empty draft."""
        for row in reports:
            if row.state in COME_IN:
                yield row
            else:
                drafts.append(ReportDraft(report=row))

    def _mine(self) -> Any:
        return Project.objects.filter(pk__gte=self.made[0].pk, kind=ProjectKind.ELSEWHERE, entered_by=self.bulk.leader).values(
            "pk"
        )

    def _report(self, project: Project, number: int) -> Report:
        covers_to = project.starts_on + timedelta(days=365 * number)
        due_on = covers_to + timedelta(days=30)
        state = self._state(project, number, due_on)
        done = state == ReportState.APPROVED
        return Report(
            project=project, number=number, kind=ReportKind.FINAL if number == YEARS else ReportKind.PROGRESS,
            covers_from_on=covers_to - timedelta(days=364), covers_to_on=covers_to, due_on=due_on,
            state=state,
            approved_at=self._at(due_on) if done else None, approved_by=self.bulk.leader if done else None,
        )  # fmt: skip

    def _state(self, project: Project, number: int, due_on: date) -> ReportState:
        """Of the newest that are due in projects that go on, one in twenty is late and one in twenty waits for the officer."""
        if due_on >= self.day:
            return ReportState.PLANNED
        newest = number < YEARS and due_on + timedelta(days=365) >= self.day
        return WAITING.get(project.pk % 20, ReportState.APPROVED) if newest else ReportState.APPROVED

    def _version(self, report: Any) -> ReportVersion:
        return ReportVersion(
            report=report, number=1, draft_revision=1, content=self._content(report), checksum="0" * 64, receipt_number=f"BR-{report.pk}",
            submitted_at=self._at(report.due_on), submitted_by=self.bulk.writer,
            signatory=self.signatories[report.project.owner_id], signed_by_name="Bench firmatecknare",
        )  # fmt: skip

    def _content(self, report: Any) -> dict[str, Any]:
        """The newest of each project is as long as such a report is; the nine before it are empty, which saves a gigabyte."""
        newest = report.number == YEARS or report.due_on + timedelta(days=365) >= self.day
        return report_content(report, categories=CATEGORIES, pictures=self.pictures) if newest else {}

    def _measured(self) -> None:
        """What each report says of the indicators, and the newest of the costs."""
        indicators: dict[int, list[Any]] = {each.pk: [] for each in self.made}
        rows = (
            Indicator(project=each, position=place, name=name, unit=unit, concerns_people=people, baseline=0, target=200)
            for each in self.made
            for place, (name, unit, people) in enumerate(INDICATORS)
        )
        for row in written(rows):
            indicators[row.project_id].append(row)  # type: ignore[attr-defined]
        told = list(
            ReportVersion.objects.filter(report__project__in=self._mine()).values_list(
                "pk", "report__project_id", "report__number", "report__covers_to_on"
            )
        )
        write(
            IndicatorValue(
                indicator=indicator, version_id=version, measured_on=on, value=20 * number,
                women=11 * number if indicator.concerns_people else None, men=9 * number if indicator.concerns_people else None,
            )
            for version, project, number, on in told
            for indicator in indicators[project]
        )  # fmt: skip
        newest = {project: (version, on) for version, project, _number, on in sorted(told, key=lambda row: row[2])}
        write(
            ReportedCost(version_id=version, category=category, year=on.year, booked=Kronor(40_000), forecast=Kronor(50_000))
            for version, on in newest.values()
            for category in CATEGORIES
        )

    def _payments(self) -> None:
        """Requests with their booked costs, decided one after the other and each paid out, as the database holds them to."""
        each_has = max(1, self.entries // (self.projects * REQUESTS))
        for number in range(1, REQUESTS + 1):
            requests: list[Any] = list(written(self._request(each, number) for each in self.made))
            write(self._entry(request, position) for request in requests for position in range(each_has))
            self._decided(requests, Kronor(100 * each_has // 2))

    def _decided(self, requests: list[Any], amount: Kronor) -> None:
        sent_in = PaymentRequest.objects.filter(pk__gte=requests[0].pk, pk__lte=requests[-1].pk)
        sent_in.update(
            state=PaymentState.DECIDED, decided_at=F("submitted_at"), decided_by=self.bulk.leader, formula=amount, amount=amount
        )
        write(
            Payout(
                project=request.project, kind=PayoutKind.REQUEST, state=PayoutState.PAID, amount=amount, request=request,
                reference=f"BP-{request.pk}", decided_at=request.submitted_at, decided_by=self.bulk.leader,
                paid_on=request.submitted_at.date(),
            )
            for request in requests
        )  # fmt: skip

    def _request(self, project: Project, number: int) -> PaymentRequest:
        at = project.opened_at + timedelta(days=300 * number)
        return PaymentRequest(
            project=project, number=number, state=PaymentState.SUBMITTED, begun_at=at, begun_by=self.bulk.writer, submitted_at=at,
            submitted_by=self.bulk.writer, signatory=self.signatories[project.owner_id], signed_by_name="Bench firmatecknare",
            receipt_number=f"BB-{project.pk}-{number}", checksum="0" * 64,
        )  # fmt: skip

    @staticmethod
    def _entry(request: Any, position: int) -> CostEntry:
        return CostEntry(
            request=request, position=position, booked_on=request.submitted_at.date() - timedelta(days=position + 30),
            voucher=f"V{position}", text="Bench kostnad", category=CATEGORIES[position % len(CATEGORIES)],
            amount=Kronor(100), approved=Kronor(100),
        )  # fmt: skip

    def _closed(self) -> None:
        """Every second project is over; it was paid while it ran."""
        over = Project.objects.filter(pk__in=self._mine(), ends_on__lt=self.day - timedelta(days=100))
        over.update(state=ProjectState.CLOSED, closed_at=self.bulk.now)
