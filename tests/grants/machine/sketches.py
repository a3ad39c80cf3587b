"""What can happen to the call, its sketches, their review and their answers."""

import datetime as dt

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from grants import actions
from grants.forms.sketches import SketchForm
from grants.models import Assessment, Outcome, OutcomeKind, Recommendation, SketchVersion
from kraftsamling.lib.money import Kronor
from tests.factories import grants as make

from .world import MONEY, OFFICERS, STEPS, WRITERS, Machine


class CallAndSketch(Machine):
    """Up to three sketches of two organisations."""

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
        content = (
            make.typed_sketch(sketch.call, title=self.word(), **MONEY) if complete else {"title": self.word(), "sought": "-1"}
        )
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
        assessment = Assessment.objects.filter(sketch=self.fresh(number), step="sketch").first()
        if assessment is not None:
            act = lambda: actions.declare_on_assessment(  # noqa: E731
                assessment, has_conflict=has_conflict == 0, by=self.people["reviewer"], at=self.at
            )
            self.do(act, logged=["grants.review.conflict" if has_conflict == 0 else "grants.review.no_conflict"])

    @precondition(lambda self: self.sketches)
    @rule(number=st.integers(0, 2), value=st.integers(0, 5))
    def assess(self, number, value):
        assessment = Assessment.objects.filter(sketch=self.fresh(number), step="sketch").select_related("sketch__call").first()
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
