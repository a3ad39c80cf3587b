"""What must hold after every step, counted here once more in plain arithmetic and not by the code under test."""

import hashlib
import json
from decimal import Decimal

from django.db.models import Q
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from grants.models import (
    Application,
    ApplicationVersion,
    Call,
    CostLine,
    Decision,
    FinancingLine,
    Outcome,
    OutcomeKind,
    Sketch,
    SketchVersion,
)
from grants.search import visible_sketches
from kraftsamling.accounts.models import User
from kraftsamling.audit.models import AuditEntry
from kraftsamling.notifications.models import Message
from kraftsamling.search.models import SearchEntry
from pilots.models import Project

from .decisions import WholeChain
from .world import PARTS, SECRET

DECIDED = {"granted", "rejected", "dismissed"}


class Judged(WholeChain):
    """All the rules, and what no order of them may break."""

    @invariant()
    def what_always_holds_holds(self):
        """Asked when something has changed; a refusal changes nothing, as `do` makes sure."""
        if not getattr(self, "unjudged", False):
            return
        self.versions_are_numbered_without_gaps()
        self.versions_never_change()
        self.columns_agree_with_the_state()
        self.applications_agree_with_their_decisions()
        self.money_is_within_its_limits()
        self.nobody_but_the_organisation_sees_a_draft()
        self.nobody_but_the_officers_sees_a_decision_before_it_is_issued()
        self.unjudged = False

    def versions_are_numbered_without_gaps(self):
        cases = [(sketch, sketch.number) for sketch in Sketch.objects.filter(pk__in=self.sketches)]
        cases += [(one, f"{one.sketch.number}-A") for one in Application.objects.select_related("sketch")]
        for case, number in cases:
            versions = list(case.versions.order_by("number"))
            dash = "" if isinstance(case, Application) else "-"
            assert [version.number for version in versions] == list(range(1, case.versions_count + 1))
            assert [v.receipt_number for v in versions] == [f"{number}{dash}{v.number}" for v in versions]
            assert case.current_version == (versions[-1] if versions else None)
            assert case.submitted_at == (versions[-1].submitted_at if versions else None)

    def versions_never_change(self):
        for model, known in ((SketchVersion, self.known), (ApplicationVersion, self.sent)):
            assert {row["id"]: row for row in model.objects.values()} == known
            for version in model.objects.all():
                whole = {
                    "content": version.content,
                    "receipt": version.receipt_number,
                    "submitted_at": version.submitted_at.isoformat(),
                }
                text = json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
                assert version.checksum == hashlib.sha256(text.encode()).hexdigest()

    def columns_agree_with_the_state(self):
        for sketch in Sketch.objects.select_related("outcome", "application"):
            outcome, application = getattr(sketch, "outcome", None), getattr(sketch, "application", None)
            assert (sketch.state == "withdrawn") == (sketch.withdrawn_at is not None) == (sketch.withdrawn_by_id is not None)
            assert (sketch.state in {"invited", "declined"}) == (outcome is not None and outcome.state == "sent")
            assert (sketch.state == "invited") == (application is not None)
            assert sketch.state != "draft" or (sketch.submitted_at, sketch.number, outcome) == (None, None, None)
            assert sketch.state != "withdrawn" or outcome is None
            assert sketch.state not in {"submitted", "invited", "declined"} or sketch.versions_count >= 1
        for call in Call.objects.all():
            assert (call.published_at is None) == (call.published_by_id is None)
            assert (call.state == "cancelled") == (call.cancelled_at is not None)
            assert call.state != "published" or call.published_at is not None
        assert Application.objects.count() == Outcome.objects.sent().filter(kind=OutcomeKind.INVITED).count()

    def applications_agree_with_their_decisions(self):
        for application in Application.objects.prefetch_related("decisions", "completions", "versions"):
            issued = [one for one in application.decisions.all() if one.state == "issued"]
            replaced = [one for one in application.decisions.all() if one.state == "replaced"]
            drafts = [one for one in application.decisions.all() if one.state == "draft"]
            assert (len(issued) <= 1, len(drafts) <= 1) == (True, True)
            assert [one.kind for one in issued] == ([application.state] if application.state in DECIDED else [])
            assert issued or not replaced
            open_ones = [one for one in application.completions.all() if one.state == "open"]
            assert len(open_ones) == (application.state == "returned")
            assert (application.state == "open") <= (application.versions_count == 0)
            assert application.state in {"open", "lapsed"} or application.versions_count >= 1
            assert (application.state == "withdrawn") == (application.withdrawn_at is not None)
            for one in [*issued, *replaced]:
                parts = (one.reasons, one.deciding_body, one.presenter, one.no_appeal, one.wording)
                assert all(part.strip() for part in parts)
            project = Project.objects.filter(application=application).prefetch_related("terms").first()
            assert (project is not None) == (application.state == "granted")
            if project:
                terms = [(t.share, t.cap, t.eu_cofinanced, t.decision_id) for t in project.terms.order_by("number")]
                rows = sorted([*issued, *replaced], key=lambda one: one.version)
                assert terms == [(one.share, one.cap, one.eu_cofinanced, one.pk) for one in rows]
                assert (project.share, project.cap, project.eu_cofinanced, project.decision_id) == terms[-1]

    # ---- The money

    def lawful(self, decision):
        lines = FinancingLine.objects.filter(budget=decision.budget_id, role="other", appropriation="european", in_kind=False)
        european = any(line.amount.amount > 0 for line in lines)
        assert european or not decision.eu_cofinanced
        return Decimal(60) if decision.eu_cofinanced else Decimal(50)

    def limits(self, decision, left):
        """Whether a limit is passed that only a logged reason opens."""
        call = decision.application.sketch.call
        costs = sum(line.amount.amount for line in CostLine.objects.filter(budget=decision.budget_id, in_kind=False))
        return (
            decision.cap.amount > call.largest_grant.amount
            or decision.share > call.highest_share
            or decision.cap.amount * 100 > costs * call.highest_share
            or decision.cap.amount > left
            or decision.cap.amount > decision.application_version.sought.amount
        )

    def exceeds(self, issued):
        """Asked right after the issue, for the entry that must stand in the log."""
        if not issued.is_grant:
            return False
        others = Decision.objects.filter(state="issued", kind="granted").exclude(application=issued.application_id)
        left = sum(frame.amount.amount for frame in self.call.frames.all()) - sum(one.cap.amount for one in others)
        return self.limits(Decision.objects.with_details().get(pk=issued.pk), left)

    def money_is_within_its_limits(self):
        frame = sum(row.amount.amount for row in self.call.frames.all())
        counts: dict[int, Decimal] = {}
        grants = Decision.objects.filter(kind="granted").exclude(state="draft").with_details()
        for decision in grants.order_by("issued_at", "pk"):
            share, costs = self.lawful(decision), decision.counted_costs.amount
            assert 0 < decision.share <= share
            assert decision.cap.amount * 100 <= costs * share
            left = frame - sum(cap for key, cap in counts.items() if key != decision.application_id)
            if self.limits(decision, left):
                assert decision.exceeds_reason.strip()
                logged = AuditEntry.objects.filter(
                    action="grants.decision.exceed",
                    target=f"grants.sketch:{decision.application.sketch_id}",
                    at=decision.issued_at,
                )
                assert logged.exists()
            counts[decision.application_id] = decision.cap.amount
        total = sum(counts.values())
        passed = AuditEntry.objects.filter(action="grants.decision.exceed").exists()
        assert total <= frame or passed
        assert Decision.objects.granted_sum().amount == total

    # ---- What is seen

    def nobody_but_the_organisation_sees_a_draft(self):
        sent = set(Sketch.objects.submitted_ever().values_list("pk", flat=True))
        handed_in = set(Application.objects.submitted_ever().values_list("pk", flat=True))
        for who in ("leader", "team", "reviewer", "decider"):
            user = User.objects.get(pk=self.people[who].pk)
            assert set(visible_sketches(user).values_list("pk", flat=True)) <= sent
            seen = Message.objects.filter(pk__in=Message.objects.visible_to(user).values("pk")) | Message.objects.filter(to=user)
            assert not seen.filter(Q(subject__contains=SECRET) | Q(text__contains=SECRET) | Q(html__contains=SECRET)).exists()
        assert not SearchEntry.objects.filter(Q(title__contains=SECRET) | Q(body__contains=SECRET)).exists()
        found = {kind: set() for kind in ("sketch", "application")}
        for kind, key in SearchEntry.objects.filter(kind__in=found).values_list("kind", "object_id"):
            found[kind].add(key)
        assert found == {"sketch": sent, "application": handed_in}
        told = AuditEntry.objects.values_list("details", "target_name")
        assert not [details for details, name in told if SECRET in json.dumps(details) + name]

    def nobody_but_the_officers_sees_a_decision_before_it_is_issued(self):
        drafts = set(Decision.objects.in_draft().values_list("pk", flat=True))
        for who in ("member", "colleague", "stranger", "reviewer"):
            user = User.objects.get(pk=self.people[who].pk)
            assert not drafts & set(Decision.objects.visible_to(user).values_list("pk", flat=True))


class Early(Judged):
    """Examples that begin before the answers."""

    @initialize(begun=st.sampled_from(PARTS[:3]))
    def begin(self, begun):
        super().begin(begun)


class Late(Judged):
    """Examples that begin with the invitations or later, so that they get as far as the money."""

    @initialize(begun=st.sampled_from([*PARTS[3:], *PARTS[5:]]))
    def begin(self, begun):
        super().begin(begun)
