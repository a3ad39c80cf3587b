"""What can happen to a decision: prepared, written, proposed, issued within the limits of law, call and frame, corrected."""

import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from grants import actions
from grants.models import Decision, Preparation
from kraftsamling.lib.money import Kronor
from tests.factories import decisions

from .applications import NUMBERS, WithApplications, has_application
from .world import PARTS

DECIDERS = st.sampled_from(["decider", "decider", "second", "leader", "member"])
WRITERS_OF_DECISIONS = st.sampled_from(["leader", "leader", "team", "decider", "member", "reviewer"])
CAPS = [
    Kronor(amount)
    for amount in ("1", "100000", "150000", "150000.01", "180000", "180000.01", "200000", "200000.01", "240000", "240000.01")
]
SHARES = [Decimal(share) for share in ("28", "50", "50.01", "60", "60.01")]
KINDS = ["granted", "granted", "granted", "rejected", "dismissed"]


def has_decision(machine):
    return Decision.objects.filter(application__sketch__call=machine.call).exists()


class WholeChain(WithApplications):
    """From the draft of the call to decisions that are corrected, with the money."""

    @initialize(begun=st.sampled_from(PARTS))
    def begin(self, begun):
        self.begin_at(begun)
        reached = PARTS.index(begun)
        for number in range(2) if reached >= PARTS.index("invited") else []:
            self.invite(number)
        for number in range(2) if reached >= PARTS.index("applied") else []:
            self.write_and_send(number)
        for number in range(2) if reached >= PARTS.index("prepared") else []:
            self.fill_in_the_checklist("leader", number, True)
            self.write_decision("leader", number, "granted", Kronor(150_000), Decimal(28), False, False, 0, False)
        if reached >= PARTS.index("decided"):
            self.issue("decider", 0, 0)
        self.what_always_holds_holds()

    def decision(self, number):
        rows = Decision.objects.filter(application__sketch__call=self.call).order_by("-pk").with_details()
        keys = list(rows.values_list("pk", flat=True))
        return rows.get(pk=keys[number % len(keys)])

    def today(self):
        return (self.at + dt.timedelta(hours=2)).date()

    # ---- Rules

    @precondition(has_application)
    @rule(who=WRITERS_OF_DECISIONS, number=NUMBERS, right=st.booleans())
    def fill_in_the_checklist(self, who, number, right):
        application = self.application(number)
        seen = Preparation.objects.filter(application=application).values_list("revision", flat=True).first() or 0
        wrong = {} if right else {"state_aid": "aid", "state_aid_reason": "Stöd."}
        before = Preparation.objects.filter(application=application).values_list("state_aid", "state_aid_reason").first() or (
            "",
            "",
        )
        act = lambda: decisions.prepare(application, by=self.people[who], revision=seen, at=self.at, **wrong)  # noqa: E731
        now = (wrong or decisions.CHECKED)["state_aid"], (wrong or decisions.CHECKED)["state_aid_reason"]
        aid = ["grants.preparation.state_aid"] if now != before else []
        self.do(act, logged=["grants.preparation.save", *aid])

    @precondition(has_application)
    @rule(
        who=WRITERS_OF_DECISIONS, number=NUMBERS, kind=st.sampled_from(KINDS), cap=st.sampled_from(CAPS),
        share=st.sampled_from(SHARES), eu=st.booleans(), reasoned=st.booleans(), behind=st.integers(0, 1), lacking=st.booleans(),
    )  # fmt: skip
    def write_decision(self, who, number, kind, cap, share, eu, reasoned, behind, lacking):
        application = self.application(number)
        if application.current_version is None:
            return
        draft = Decision.objects.in_draft().filter(application=application).first()
        values = {
            **decisions.GRANT, "kind": kind, "cap": cap, "share": share, "eu_cofinanced": eu, "decided_on": self.today(),
            "exceeds_reason": "Skäl." if reasoned else "", "correction": "Skrivfel.",
            **({"reasons": " "} if lacking else {}),
        }  # fmt: skip
        act = lambda: actions.write_decision(  # noqa: E731
            application, values=values, revision=(draft.revision if draft else 0) - behind,
            seen_version=application.current_version.number, by=self.people[who], at=self.at,
        )  # fmt: skip
        self.do(act, logged=["grants.decision.write"])

    @precondition(has_decision)
    @rule(
        who=WRITERS_OF_DECISIONS, number=NUMBERS, behind=st.integers(0, 1), what=st.sampled_from(["propose", "propose", "drop"])
    )
    def propose_or_drop(self, who, number, behind, what):
        decision = self.decision(number)
        act = actions.propose_decision if what == "propose" else actions.drop_decision
        logged = [f"grants.decision.{what}"]
        self.do(lambda: act(decision, revision=decision.revision - behind, by=self.people[who], at=self.at), logged=logged)

    @precondition(has_decision)
    @rule(who=DECIDERS, number=NUMBERS, behind=st.integers(0, 1))
    def issue(self, who, number, behind):
        decision = self.decision(number)
        revision = decision.revision - behind

        def logged(issued):
            assert issued.reasons.strip()
            corrects = issued.replaces_id is not None
            project = ["pilots.project.change" if corrects else "pilots.project.open"] if issued.is_grant else []
            exceed = ["grants.decision.exceed"] if self.exceeds(issued) else []
            return [*project, f"grants.decision.{'correct' if corrects else issued.kind}", *exceed]

        self.do(lambda: actions.issue_decision(decision, revision=revision, by=self.people[who], at=self.at), logged=logged)

    @precondition(has_application)
    @rule(number=NUMBERS, cap=st.sampled_from(CAPS[1:7]), reasoned=st.sampled_from([True, True, False]), eu=st.booleans())
    def decide(self, number, cap, reasoned, eu):
        """What usually follows on each other, so that examples get as far as the money."""
        self.fill_in_the_checklist("leader", number, True)
        self.write_decision("leader", number, "granted", cap, Decimal(28), eu, reasoned, 0, False)
        drafts = Decision.objects.in_draft().filter(application=self.application(number)).values_list("pk", flat=True)
        keys = list(Decision.objects.order_by("-pk").values_list("pk", flat=True))
        for pk in drafts:
            self.issue("second", keys.index(pk), 0)

    @precondition(has_decision)
    @rule(who=WRITERS_OF_DECISIONS, number=NUMBERS, correction=st.sampled_from(["Skrivfel.", " "]))
    def correct(self, who, number, correction):
        act = lambda: actions.correct_decision(  # noqa: E731
            self.decision(number), correction=correction, by=self.people[who], at=self.at
        )
        self.do(act, logged=["grants.decision.begin_correction"])

    @precondition(has_decision)
    @rule(who=st.sampled_from(["member", "stranger", "leader"]), number=NUMBERS)
    def confirm(self, who, number):
        act = lambda: actions.confirm_read(self.decision(number), by=self.people[who], at=self.at)  # noqa: E731
        self.do(act, logged=["grants.decision.read"])
