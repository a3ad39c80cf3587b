"""Fills a database for measuring: many organisations and handed-in sketches with assessments, written in bulk."""

from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone
from stdnum import luhn

from grants import actions
from grants.actions.freezing import checksum
from grants.models import Assessment, Call, Score, Sketch, SketchDraft, SketchVersion
from grants.states import AssessmentState, SketchState
from kraftsamling.accounts.models import LegalForm, Membership, Organisation, OrganisationKind, User
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.money import Kronor
from kraftsamling.places.models import Municipality, Region
from kraftsamling.programmes.actions import give_first_role
from kraftsamling.programmes.models import FocusArea, FocusColour, Programme, Role
from kraftsamling.search import index

DOMAIN = "bench.example"
FIRST_NUMBER = 802_500_000
REVIEWERS = 3
STAFF = {
    "team": Role.PROCESS_TEAM,
    "economist": Role.FINANCE_OFFICER,
    "decider": Role.DECISION_MAKER,
    "steering": Role.STEERING_GROUP,
    "communicator": Role.COMMUNICATIONS_OFFICER,
    "reference": Role.REFERENCE_GROUP,
}
PORTION = 500


class Bulk:
    """One call with many sketches. The people, at bench.example, are bench.leader, bench.reviewer-0 …, bench.writer and those of STAFF."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.programme = Programme.objects.order_by("pk").first() or self._programme()
        self.leader = self._person("leader", Role.PROCESS_LEADER)
        self.reviewers = [self._person(f"reviewer-{number}", Role.REVIEWER) for number in range(REVIEWERS)]
        self.writer = self._person("writer", None)
        for name, role in STAFF.items():
            self._person(name, role)

    def _programme(self) -> Programme:
        programme = Programme.objects.create(region=Region.objects.get(code="18"), slug="bench", name="Bench", funder="Bench")
        for position, colour in enumerate(FocusColour, start=1):
            FocusArea.objects.create(
                programme=programme, key=colour, name=colour.label, short_name=colour.value, colour=colour, position=position
            )
        return programme

    def _person(self, name: str, role: str | None) -> User:
        user, created = User.objects.get_or_create(email=f"bench.{name}@{DOMAIN}", defaults={"name": f"Bench {name}"})
        if created and role:
            give_first_role(self.programme, user, role, at=self.now)
        return user

    @transaction.atomic
    def fill(self, *, sketches: int, organisations: int) -> Call:
        owners = self._organisations(organisations)
        call = self._call()
        rows = self._sketches(call, owners, sketches)
        self._versions(call, rows)
        self._assessments(call, rows)
        return call

    def _organisations(self, count: int) -> list[Organisation]:
        seats = list(Municipality.objects.in_region(self.programme.region_id).in_swedish_order())
        kinds = [OrganisationKind.MUNICIPALITY, OrganisationKind.ASSOCIATION, OrganisationKind.STUDY_ASSOCIATION]
        used = Organisation.objects.filter(name__startswith="Bench ").count()
        made = []
        for number in range(used, used + count):
            digits = str(FIRST_NUMBER + number)
            digits += luhn.calc_check_digit(digits)
            made.append(
                Organisation(
                    name=f"Bench förening {number}",
                    org_number=f"{digits[:6]}-{digits[6:]}",
                    kind=kinds[number % len(kinds)],
                    legal_form=LegalForm.NON_PROFIT,
                    seat=seats[number % len(seats)],
                )
            )
        owners = Organisation.objects.bulk_create(made, batch_size=PORTION)
        Membership.objects.get_or_create(user=self.writer, organisation=owners[0])
        return owners

    def _call(self) -> Call:
        at = self.now - timedelta(days=30)
        call = actions.create_call(self.programme, title="Bench utlysning", by=self.leader, at=at)
        today = self.now.date()
        values = {
            "summary": "Bench", "purpose": "Bench", "eligibility": "Bench", "how_assessed": "Bench",
            "opens_at": at, "closes_at": self.now + timedelta(days=30), "review_due_at": self.now + timedelta(days=50),
            "answer_expected_on": today + timedelta(days=60), "application_due_at": self.now + timedelta(days=90),
            "period_starts_on": today + timedelta(days=120), "period_ends_on": today + timedelta(days=600),
            "smallest_grant": Kronor(100_000), "largest_grant": Kronor(300_000),
            "eligible_kinds": list(OrganisationKind.values),
        }  # fmt: skip
        actions.edit_call(call, values=values, revision=call.revision, by=self.leader, at=at)
        actions.set_frames(call, frames={today.year + 1: Kronor(10_000_000)}, by=self.leader, at=at)
        actions.publish_call(call, by=self.leader, at=at)
        return call

    def _sketches(self, call: Call, owners: list[Organisation], count: int) -> list[Sketch]:
        drafts = (
            Sketch(call=call, organisation=owners[number % len(owners)], created_at=self.now, created_by=self.writer)
            for number in range(count)
        )
        rows = Sketch.objects.bulk_create(drafts, batch_size=PORTION)
        SketchDraft.objects.bulk_create(
            (SketchDraft(sketch=row, title=f"Bench skiss {row.pk}", saved_at=self.now, saved_by=self.writer) for row in rows),
            batch_size=PORTION,
        )
        return rows

    def _versions(self, call: Call, rows: list[Sketch]) -> None:
        areas = list(call.focus_areas.order_by("position"))
        versions = SketchVersion.objects.bulk_create(
            (self._version(row, areas[number % len(areas)], number) for number, row in enumerate(rows)), batch_size=PORTION
        )
        for row, version in zip(rows, versions, strict=True):
            row.state, row.number, row.versions_count, row.current_version = SketchState.SUBMITTED, f"B-{row.pk}", 1, version
            row.submitted_at, row.submitted_by = self.now, self.writer
        fields = ["state", "number", "versions_count", "current_version", "submitted_at", "submitted_by"]
        Sketch.objects.bulk_update(rows, fields, batch_size=PORTION)
        places = list(Municipality.objects.in_region(self.programme.region_id))
        through = SketchVersion.municipalities.through
        through.objects.bulk_create(
            through(sketchversion=version, municipality=places[number % len(places)]) for number, version in enumerate(versions)
        )
        through = SketchVersion.focus_areas.through
        through.objects.bulk_create(
            through(sketchversion=version, focusarea_id=version.main_focus_area_id) for version in versions
        )
        for row in rows:
            index.put("sketch", row.pk, title=str(row.current_version), body="Bench", url=row.get_absolute_url(), at=self.now)
        AuditEntry.objects.bulk_create(
            AuditEntry(
                at=self.now, by=self.writer, by_name=str(self.writer), action="grants.sketch.submit", target=f"grants.sketch:{row.pk}",
                target_name=str(row), details={"receipt": f"B-{row.pk}-1"},
            )
            for row in rows
        )  # fmt: skip

    def _version(self, row: Sketch, area: FocusArea, number: int) -> SketchVersion:
        sought = Kronor(100_000 + number * 137 % 200_000)
        receipt = f"B-{row.pk}-1"
        content = frozen(area, sought)
        return SketchVersion(
            sketch=row, number=1, draft_revision=1, content=content, checksum=checksum(content, receipt=receipt, at=self.now),
            receipt_number=receipt, submitted_at=self.now, submitted_by=self.writer, title=f"Bench skiss {number} om fritid och skola",
            sought=sought, total_cost=sought + sought, own_financing=sought, starts_on=self.now.date() + timedelta(days=130),
            ends_on=self.now.date() + timedelta(days=400), main_focus_area=area,
        )  # fmt: skip

    def _assessments(self, call: Call, rows: list[Sketch]) -> None:
        criteria = list(call.criteria.all())
        assessments = Assessment.objects.bulk_create(
            (
                self._assessment(row, reviewer, number + place)
                for number, row in enumerate(rows)
                for place, reviewer in enumerate(self.reviewers)
            ),
            batch_size=PORTION,
        )
        scores = (
            Score(assessment=assessment, criterion=criterion, value=(assessment.pk + place) % 6, reason="Bench")
            for assessment in assessments
            for place, criterion in enumerate(criteria)
        )
        while portion := list(islice(scores, 5000)):
            Score.objects.bulk_create(portion, batch_size=PORTION)

    def _assessment(self, row: Sketch, reviewer: User, number: int) -> Assessment:
        return Assessment(
            sketch=row, reviewer=reviewer, state=AssessmentState.SUBMITTED, assigned_at=self.now, assigned_by=self.leader,
            submitted_at=self.now, version_id=row.current_version_id, weighted_mean=Decimal(number % 51) / 10,
        )  # fmt: skip


def frozen(area: FocusArea, sought: Kronor) -> dict[str, Any]:
    """A version's content of the usual length."""
    text = "Vi prövar i liten skala tillsammans med skola och föreningar, och berättar vad vi lär. " * 6
    amount = str(sought.amount)
    return {
        "title": "Bench", "texts": dict.fromkeys(("summary", "need", "idea", "target_group", "learning"), text),
        "focus_areas": [{"key": area.key, "name": area.name}], "main_focus_area": {"key": area.key, "name": area.name},
        "whole_county": False, "municipalities": [], "partners": [], "contacts": [], "sought": amount,
        "costs": {"own_staff": str(sought.amount * 2), "external_services": "0", "travel": "0", "indirect": "0"},
        "total_cost": str(sought.amount * 2), "own_financing": amount, "other_financing": "0",
        "starts_on": "2027-01-01", "ends_on": "2027-12-31", "answers": [], "files": [],
    }  # fmt: skip
