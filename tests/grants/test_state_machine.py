"""Any order of what can happen to a call and a sketch, at a moving clock: no order breaks what must always hold."""

import datetime as dt
import hashlib
import json
from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from grants import actions
from grants.forms.sketches import SketchForm
from grants.models import Application, Assessment, Call, Outcome, OutcomeKind, Recommendation, Sketch, SketchVersion
from grants.search import visible_sketches
from kraftsamling.accounts.models import User
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from kraftsamling.search.models import SearchEntry
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.grants.trail import everything

pytestmark = pytest.mark.django_db

REFUSALS = (TransitionRefused, PermissionDenied)
SECRET = "Utkastord"
"""Stands in every draft that has not been sent in, and in nothing else."""
STEPS = [dt.timedelta(microseconds=1), dt.timedelta(hours=1), dt.timedelta(hours=9), dt.timedelta(days=2), dt.timedelta(days=10)]
OFFICERS = st.sampled_from(["leader", "leader", "leader", "team", "reviewer", "member"])
WRITERS = st.sampled_from(["member", "member", "member", "colleague", "stranger", "leader"])
REACHED = Counter()
"""What has happened in all examples together: an example where everything is refused tells little."""


WORLD = {}
"""Made once; each example undoes what it has written."""


def make_world():
    programme = ProgrammeFactory()
    leader, organisations = make.officer(programme), [OrganisationFactory(), OrganisationFactory()]
    people = {
        "leader": leader,
        "team": make.officer(programme, Role.PROCESS_TEAM),
        "reviewer": make.officer(programme, Role.REVIEWER),
        "member": UserFactory(member_of=organisations[0]),
        "colleague": UserFactory(member_of=organisations[0]),
        "stranger": UserFactory(member_of=organisations[1]),
    }
    make.MunicipalityFactory()
    WORLD.update(people=people, organisations=organisations, call=make.create_call(programme, by=leader))


class Undo(Exception):
    pass


class CallAndSketch(RuleBasedStateMachine):
    """One call with up to three sketches of two organisations; every rule may succeed or be refused."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(Undo, Undo(), None)

    @initialize(begun=st.sampled_from(["draft", "open", "sent in", "sent in"]))
    def begin(self, begun):
        self.people, self.organisations = WORLD["people"], WORLD["organisations"]
        leader = self.people["leader"]
        self.call = Call.objects.get(pk=WORLD["call"].pk)
        self.at = (make.OPENS - dt.timedelta(days=2)).astimezone(dt.UTC)
        self.sketches, self.known, self.words = [], {}, 0
        self.stale = None
        if begun != "draft":
            actions.publish_call(self.call, by=leader, at=self.at)
            self.at += dt.timedelta(days=3)
            for name in ("member", "stranger"):
                by = self.people[name]
                sketch = make.create_draft(self.call, organisation=by.organisations.get(), by=by, at=self.at, title=self.word())
                self.sketches.append(sketch.pk)
                if begun == "sent in":
                    self.send_in_and_assign(sketch)
        self.rows, self.unjudged = everything(), True

    def send_in_and_assign(self, sketch):
        form = SketchForm({**sketch.draft.content, "title": "Insänd"}, call=self.call)
        assert form.is_valid()
        by = sketch.organisation.members.first()
        version = actions.submit_sketch(sketch, content=form.content(), revision=1, by=by, at=self.at)
        self.known[version.pk] = SketchVersion.objects.values().get(pk=version.pk)
        sketch.refresh_from_db()
        if sketch.pk == self.sketches[0]:
            make.assign(sketch, self.people["reviewer"], by=self.people["leader"], at=self.at)

    # ---- What the rules share

    def do(self, act, *, logged):
        """Runs one action. Success writes exactly these entries; a refusal leaves every row as it was."""
        log = self.entries()
        try:
            result = act()
        except REFUSALS:
            assert everything() == self.rows
            return None
        self.rows, self.unjudged = everything(), True
        added = self.entries()[len(log) :]
        expected = logged(result) if callable(logged) else logged
        assert (self.entries()[: len(log)], [action for action, _by in added]) == (log, expected)
        REACHED.update(expected)
        return result

    def entries(self):
        return list(AuditEntry.objects.order_by("pk").values_list("action", "by"))

    def fresh(self, number):
        return Sketch.objects.select_related("draft", "call", "organisation").get(pk=self.sketches[number % len(self.sketches)])

    def fresh_call(self):
        return Call.objects.get(pk=self.call.pk)

    def word(self):
        self.words += 1
        return f"{SECRET} {self.words}"

    # ---- Rules: the call

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step):
        self.at += step

    @rule(
        who=OFFICERS, stale=st.booleans(),
        values=st.sampled_from([
            {"summary": "Ny text"}, {"largest_grant": Kronor(250_000)}, {"purpose": ""}, {"purpose": "Åter"},
            {"closes_at": make.CLOSES + dt.timedelta(days=5)}, {"closes_at": make.CLOSES}, {"eligible_kinds": ["municipality"]},
        ]),
    )  # fmt: skip
    def edit(self, who, stale, values):
        call = self.stale if stale and self.stale is not None else self.fresh_call()
        was = self.fresh_call()
        act = lambda: actions.edit_call(call, values=dict(values), revision=call.revision, by=self.people[who], at=self.at)  # noqa: E731
        self.do(act, logged=["grants.call.edit"])
        now = self.fresh_call()
        if was.state != "draft":
            rules = ["smallest_grant", "largest_grant", "highest_share", "lowest_own_share", "eligible_kinds", "opens_at"]
            assert [getattr(now, name) for name in rules] == [getattr(was, name) for name in rules]
            assert now.closes_at >= was.closes_at

    @rule()
    def open_the_form_of_the_call(self):
        self.stale = self.fresh_call()

    @rule(who=OFFICERS)
    def publish(self, who):
        self.do(lambda: actions.publish_call(self.fresh_call(), by=self.people[who], at=self.at), logged=["grants.call.publish"])

    @rule(who=st.sampled_from(["leader", "team"]), chance=st.integers(0, 4))
    def cancel(self, who, chance):
        if chance == 0:
            act = lambda: actions.cancel_call(self.fresh_call(), by=self.people[who], at=self.at)  # noqa: E731
            self.do(act, logged=["grants.call.cancel"])

    @rule(who=OFFICERS, whose=st.integers(0, 1), days=st.integers(-1, 9))
    def extend(self, who, whose, days):
        until = max(self.fresh_call().closes_at, self.at) + dt.timedelta(days=days)
        act = lambda: actions.extend_deadline(  # noqa: E731
            self.fresh_call(), self.organisations[whose], until_at=until, reason="Sjukdom", by=self.people[who], at=self.at
        )
        self.do(act, logged=["grants.call.extend"])

    # ---- Rules: the sketch

    @precondition(lambda self: len(self.sketches) < 3)
    @rule(who=st.sampled_from(["member", "stranger", "leader"]))
    def start(self, who):
        organisation = self.organisations[1 if who == "stranger" else 0]
        act = lambda: actions.start_sketch(self.fresh_call(), organisation, by=self.people[who], at=self.at)  # noqa: E731
        sketch = self.do(act, logged=["grants.sketch.start"])
        if sketch is not None:
            self.sketches.append(sketch.pk)

    @precondition(lambda self: self.sketches)
    @rule(who=WRITERS, number=st.integers(0, 2), complete=st.booleans(), behind=st.integers(0, 1))
    def save(self, who, number, complete, behind):
        sketch = self.fresh(number)
        content = make.typed_sketch(sketch.call, title=self.word()) if complete else {"title": self.word(), "sought": "-1"}
        revision = sketch.draft.revision - behind
        self.do(
            lambda: actions.save_draft(sketch, content=content, revision=revision, by=self.people[who], at=self.at), logged=[]
        )

    @precondition(lambda self: self.sketches)
    @rule(who=WRITERS, number=st.integers(0, 2), behind=st.integers(0, 1))
    def submit(self, who, number, behind):
        """What goes out is told apart from drafts: the word of the draft is put in other words as it is sent."""
        sketch = self.fresh(number)
        form = SketchForm({**sketch.draft.content, "title": "Insänd"} if sketch.draft.content else {}, call=sketch.call)
        if not form.is_valid():
            return
        revision = sketch.draft.revision - behind
        known = sketch.versions.filter(draft_revision=revision).first()
        version = self.do(
            lambda: actions.submit_sketch(sketch, content=form.content(), revision=revision, by=self.people[who], at=self.at),
            logged=[] if known else ["grants.sketch.submit"],
        )
        if version is None:
            return
        if known:
            assert version == known
            return
        assert sketch.call.opens_at <= self.at < sketch.deadline()
        assert self.people[who] in sketch.organisation.members.all()
        self.known[version.pk] = SketchVersion.objects.values().get(pk=version.pk)

    @precondition(lambda self: self.sketches)
    @rule(who=WRITERS, number=st.integers(0, 2), chance=st.integers(0, 1))
    def withdraw(self, who, number, chance):
        if chance == 0:
            act = lambda: actions.withdraw_sketch(self.fresh(number), reason="Nej", by=self.people[who], at=self.at)  # noqa: E731
            self.do(act, logged=["grants.sketch.withdraw"])

    @precondition(lambda self: self.sketches)
    @rule(days=st.sampled_from([7, 2]), number=st.integers(0, 2))
    def remind(self, days, number):
        sketch = self.fresh(number)
        if sketch.state == "draft":
            self.do(lambda: actions.remind_about_draft(sketch, days=days, at=self.at), logged=[])

    # ---- Rules: review and answer

    @precondition(lambda self: self.sketches)
    @rule(who=OFFICERS, number=st.integers(0, 2))
    def assign(self, who, number):
        sketch = self.fresh(number)
        act = lambda: actions.assign_reviewers(  # noqa: E731
            sketch.call, sketches=[sketch], reviewers=[self.people["reviewer"]], by=self.people[who], at=self.at
        )
        self.do(act, logged=lambda result: ["grants.review.assign"] * result[0])

    @precondition(lambda self: self.sketches)
    @rule(number=st.integers(0, 2), has_conflict=st.integers(0, 3))
    def declare(self, number, has_conflict):
        assessment = Assessment.objects.filter(sketch=self.fresh(number)).first()
        if assessment is not None:
            act = lambda: actions.declare_on_assessment(  # noqa: E731
                assessment, has_conflict=has_conflict == 0, by=self.people["reviewer"], at=self.at
            )
            self.do(act, logged=["grants.review.conflict" if has_conflict == 0 else "grants.review.no_conflict"])

    @precondition(lambda self: self.sketches)
    @rule(number=st.integers(0, 2), value=st.integers(0, 5))
    def assess(self, number, value):
        assessment = Assessment.objects.filter(sketch=self.fresh(number)).select_related("sketch__call").first()
        if assessment is not None:
            if assessment.state == "assigned" and value:
                self.declare(number, 1)
                assessment.refresh_from_db()
            scores = dict.fromkeys(assessment.sketch.call.criteria.all(), (value, "Därför."))
            act = lambda: actions.submit_assessment(  # noqa: E731
                assessment,
                scores=scores,
                recommendation=Recommendation.INVITE,
                comment="",
                by=self.people["reviewer"],
                at=self.at,
            )
            self.do(act, logged=["grants.review.submit"])

    @precondition(lambda self: self.sketches)
    @rule(who=OFFICERS, number=st.integers(0, 2), kind=st.sampled_from(list(OutcomeKind)))
    def prepare(self, who, number, kind):
        sketch = self.fresh(number)
        seen = Outcome.objects.filter(sketch=sketch).values_list("revision", flat=True).first() or 0
        due = self.at + dt.timedelta(days=30)
        act = lambda: actions.prepare_outcome(  # noqa: E731
            sketch, kind=kind, reason="Skäl", revision=seen, application_due_at=due, by=self.people[who], at=self.at
        )
        self.do(act, logged=["grants.outcome.prepare"])

    @precondition(lambda self: self.sketches)
    @rule(number=st.integers(0, 2), kind=st.sampled_from(list(OutcomeKind)))
    def answer(self, number, kind):
        """What usually follows on each other, so that examples get as far as the answer."""
        self.prepare("leader", number, kind)
        self.send("leader")

    @precondition(lambda self: self.sketches)
    @rule(number=st.integers(0, 2))
    def write_and_submit(self, number):
        sketch = self.fresh(number)
        who = "member" if sketch.organisation_id == self.organisations[0].pk else "stranger"
        self.save(who, number, True, 0)
        self.submit(who, number, 0)

    @precondition(lambda self: Outcome.objects.pending().exists())
    @rule(who=OFFICERS)
    def send(self, who):
        outcomes = list(Outcome.objects.pending().select_related("sketch__call", "sketch__current_version").order_by("pk"))
        names = {OutcomeKind.INVITED: "grants.outcome.invite", OutcomeKind.DECLINED: "grants.outcome.decline"}
        act = lambda: actions.send_outcomes(self.fresh_call(), outcomes=outcomes, by=self.people[who], at=self.at)  # noqa: E731
        self.do(act, logged=[names[outcome.kind] for outcome in outcomes])

    # ---- What always holds

    @invariant()
    def what_always_holds_holds(self):
        """Asked when something has changed; a refusal changes nothing, as `do` makes sure."""
        if not getattr(self, "unjudged", False):
            return
        self.versions_are_numbered_without_gaps()
        self.versions_never_change()
        self.columns_agree_with_the_state()
        self.nobody_but_the_organisation_sees_a_draft()
        self.unjudged = False

    def versions_are_numbered_without_gaps(self):
        for pk in self.sketches:
            sketch = Sketch.objects.get(pk=pk)
            versions = list(sketch.versions.order_by("number"))
            assert [version.number for version in versions] == list(range(1, sketch.versions_count + 1))
            assert [version.receipt_number for version in versions] == [
                f"{sketch.number}-{version.number}" for version in versions
            ]
            assert sketch.current_version == (versions[-1] if versions else None)
            assert sketch.submitted_at == (versions[-1].submitted_at if versions else None)

    def versions_never_change(self):
        kept = {row["id"]: row for row in SketchVersion.objects.values()}
        assert kept == self.known
        for version in SketchVersion.objects.all():
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

    def nobody_but_the_organisation_sees_a_draft(self):
        sent = set(Sketch.objects.submitted_ever().values_list("pk", flat=True))
        for who in ("leader", "team", "reviewer"):
            user = User.objects.get(pk=self.people[who].pk)
            assert set(visible_sketches(user).values_list("pk", flat=True)) <= sent
            seen = Message.objects.filter(pk__in=Message.objects.visible_to(user).values("pk")) | Message.objects.filter(to=user)
            assert not seen.filter(Q(subject__contains=SECRET) | Q(text__contains=SECRET) | Q(html__contains=SECRET)).exists()
        assert not SearchEntry.objects.filter(Q(title__contains=SECRET) | Q(body__contains=SECRET)).exists()
        assert set(SearchEntry.objects.filter(kind="sketch").values_list("object_id", flat=True)) == sent
        told = AuditEntry.objects.values_list("details", "target_name")
        assert not [details for details, name in told if SECRET in json.dumps(details) + name]


EXAMPLES = settings(
    max_examples=25, stateful_step_count=30, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck), print_blob=False,
)  # fmt: skip


WAY = [
    ("open_the_form_of_the_call", {}),
    ("edit", {"who": "leader", "stale": False, "values": {"summary": "Ny text"}}),
    ("edit", {"who": "leader", "stale": True, "values": {"summary": "Från ett äldre fönster"}}),
    ("publish", {"who": "team"}),
    ("publish", {"who": "leader"}),
    ("edit", {"who": "leader", "stale": False, "values": {"largest_grant": Kronor(250_000)}}),
    ("edit", {"who": "leader", "stale": False, "values": {"closes_at": make.CLOSES + dt.timedelta(days=5)}}),
    ("edit", {"who": "leader", "stale": False, "values": {"closes_at": make.CLOSES}}),
    ("start", {"who": "member"}),
    ("time_passes", {"step": dt.timedelta(days=5)}),
    ("start", {"who": "leader"}),
    ("start", {"who": "member"}),
    ("start", {"who": "stranger"}),
    ("start", {"who": "member"}),
    ("save", {"who": "member", "number": 0, "complete": False, "behind": 0}),
    ("save", {"who": "colleague", "number": 0, "complete": True, "behind": 1}),
    ("remind", {"days": 7, "number": 0}),
    ("submit", {"who": "stranger", "number": 0, "behind": 0}),
    ("write_and_submit", {"number": 0}),
    ("submit", {"who": "colleague", "number": 0, "behind": 0}),
    ("write_and_submit", {"number": 0}),
    ("write_and_submit", {"number": 1}),
    ("cancel", {"who": "leader", "chance": 0}),
    ("extend", {"who": "leader", "whose": 0, "days": 2}),
    ("extend", {"who": "leader", "whose": 0, "days": -1}),
    ("time_passes", {"step": dt.timedelta(days=40)}),
    ("write_and_submit", {"number": 0}),
    ("withdraw", {"who": "member", "number": 2, "chance": 0}),
    ("assign", {"who": "leader", "number": 0}),
    ("assign", {"who": "leader", "number": 1}),
    ("declare", {"number": 0, "has_conflict": 1}),
    ("declare", {"number": 1, "has_conflict": 0}),
    ("assess", {"number": 0, "value": 4}),
    ("assess", {"number": 1, "value": 4}),
    ("prepare", {"who": "reviewer", "number": 0, "kind": OutcomeKind.INVITED}),
    ("prepare", {"who": "team", "number": 0, "kind": OutcomeKind.DECLINED}),
    ("send", {"who": "team"}),
    ("answer", {"number": 0, "kind": OutcomeKind.INVITED}),
    ("answer", {"number": 1, "kind": OutcomeKind.DECLINED}),
    ("withdraw", {"who": "member", "number": 0, "chance": 0}),
    ("save", {"who": "member", "number": 0, "complete": True, "behind": 0}),
]


def test_one_way_from_the_empty_call_to_the_answers_reaches_every_action_but_the_cancelling():
    REACHED.clear()
    make_world()
    machine = CallAndSketch()
    machine.begin("draft")
    for name, arguments in WAY:
        getattr(machine, name)(**arguments)
        machine.what_always_holds_holds()
    states = list(Sketch.objects.order_by("pk").values_list("state", "versions_count"))
    machine.teardown()
    assert states == [("invited", 2), ("declined", 1), ("withdrawn", 0)]
    assert REACHED == {
        "grants.call.edit": 2, "grants.call.publish": 1, "grants.call.extend": 1, "grants.sketch.start": 3,
        "grants.sketch.submit": 3, "grants.sketch.withdraw": 1, "grants.review.assign": 2, "grants.review.conflict": 1,
        "grants.review.no_conflict": 1, "grants.review.submit": 1, "grants.outcome.prepare": 3, "grants.outcome.invite": 1,
        "grants.outcome.decline": 1,
    }  # fmt: skip


def test_no_order_of_events_breaks_what_must_always_hold():
    REACHED.clear()
    make_world()
    run_state_machine_as_test(CallAndSketch, settings=EXAMPLES)
    assert {"grants.call.edit", "grants.sketch.submit"} <= set(REACHED)
