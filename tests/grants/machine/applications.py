"""What can happen to an application: written, signed, sent in, completed, withdrawn, left unsent."""

import datetime as dt

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from grants import actions
from grants.forms.whole import ApplicationForms
from grants.models import Application, ApplicationVersion, CompletionRequest, OutcomeKind
from tests.factories import applications

from .sketches import CallAndSketch
from .world import OFFICERS, WRITERS

NUMBERS = st.integers(0, 1)
EUROPEAN = {
    "b_f1_2027": "200000", "b_f2_role": "other", "b_f2_financier": "ESF-rådet", "b_f2_public": "1",
    "b_f2_appropriation": "european", "b_f2_2027": "50000",
}  # fmt: skip
"""The second organisation has money from ESF+; the first has only its own."""


def has_application(machine):
    return Application.objects.filter(sketch__call=machine.call).exists()


class WithApplications(CallAndSketch):
    """Those that are invited write, send in and complete."""

    def typed(self, application, title):
        money = applications.typed_budget(sought=150_000, own=250_000)
        european = EUROPEAN if application.sketch.organisation == self.organisations[1] else {}
        return applications.typed_application(**{**money, **european}, title=title)

    def writer_of(self, application):
        return "member" if application.sketch.organisation == self.organisations[0] else "stranger"

    # ---- Rules

    @precondition(has_application)
    @rule(who=WRITERS, number=NUMBERS, complete=st.booleans(), behind=st.integers(0, 1))
    def write_application(self, who, number, complete, behind):
        application = self.application(number)
        title = self.word()
        typed = self.typed(application, title) if complete else {"title": title, "b_f0_2027": "1e9", "b_years": "2027"}
        revision = application.draft.revision - behind
        act = lambda: actions.save_application_draft(  # noqa: E731
            application, typed=typed, names=frozenset(typed), revision=revision, by=self.people[who], at=self.at
        )
        self.do(act, logged=[])

    @precondition(has_application)
    @rule(who=WRITERS, number=NUMBERS, behind=st.integers(0, 1), theirs=st.booleans())
    def send_application(self, who, number, behind, theirs):
        """As with sketches, what goes out has other words than the draft; `theirs` is another organisation's signatory."""
        application = self.application(number)
        whole = ApplicationForms(application, {**application.draft.content, "title": "Insänd ansökan"})
        if not whole.is_complete():
            return
        revision = application.draft.revision - behind
        known = application.versions.filter(draft_revision=revision).first()
        organisation = application.sketch.organisation_id
        signatory = next(s for pk, s in self.signatories.items() if (pk == organisation) != theirs)
        returned, due_at = CompletionRequest.objects.open().filter(application=application).first(), application.due_at
        act = lambda: actions.submit_application(  # noqa: E731
            application, content=whole.content(), signatory=signatory, revision=revision, by=self.people[who], at=self.at
        )
        answered = ["grants.completion.answer"] if returned else []
        version = self.do(act, logged=[] if known else [*answered, "grants.application.submit"])
        if version is None or known:
            return
        assert self.at < (returned.due_at if returned else due_at)
        assert self.people[who] in application.sketch.organisation.members.all()
        assert not theirs
        self.sent[version.pk] = ApplicationVersion.objects.values().get(pk=version.pk)

    @precondition(has_application)
    @rule(number=NUMBERS)
    def write_and_send(self, number):
        who = self.writer_of(self.application(number))
        self.write_application(who, number, True, 0)
        self.send_application(who, number, 0, False)

    @precondition(has_application)
    @rule(who=WRITERS, number=NUMBERS, chance=st.integers(0, 3))
    def withdraw_application(self, who, number, chance):
        if chance == 0:
            application = self.application(number)
            open_one = CompletionRequest.objects.open().filter(application=application).exists()
            act = lambda: actions.withdraw_application(application, reason="Nej", by=self.people[who], at=self.at)  # noqa: E731
            dropped = ["grants.completion.drop"] if open_one else []
            self.do(act, logged=[*dropped, "grants.application.withdraw"])

    @precondition(has_application)
    @rule(who=OFFICERS, number=NUMBERS, days=st.integers(-1, 20))
    def give_more_time(self, who, number, days):
        application = self.application(number)
        due_at = max(application.due_at, self.at) + dt.timedelta(days=days)
        act = lambda: actions.extend_application(  # noqa: E731
            application, due_at=due_at, reason="Sjukdom", by=self.people[who], at=self.at
        )
        self.do(act, logged=["grants.application.extend"])

    @rule()
    def what_is_late_lapses(self):
        """As the task does it, moment by moment."""
        for application in Application.objects.overdue(self.at).order_by("pk"):
            act = lambda one=application: actions.lapse_application(one, at=self.at)  # noqa: E731
            self.do(act, logged=["grants.application.lapse"])
        for completion in CompletionRequest.objects.overdue(at=self.at).order_by("pk"):
            act = lambda one=completion: actions.lapse_completion(one, at=self.at)  # noqa: E731
            self.do(act, logged=["grants.completion.lapse"])

    @precondition(has_application)
    @rule(who=OFFICERS, number=NUMBERS, days=st.integers(0, 9), consequence=st.sampled_from(["as_it_is", "dismissed"]))
    def ask_for_completion(self, who, number, days, consequence):
        act = lambda: actions.request_completion(  # noqa: E731
            self.application(number), text="Vad saknas?", due_at=self.at + dt.timedelta(days=days), consequence=consequence,
            by=self.people[who], at=self.at,
        )  # fmt: skip
        self.do(act, logged=["grants.completion.ask"])

    @precondition(lambda self: CompletionRequest.objects.exists())
    @rule(who=OFFICERS, days=st.integers(0, 3), what=st.sampled_from(["extend", "cancel", "try", "leave"]))
    def go_on_with_the_completion(self, who, days, what):
        completion = CompletionRequest.objects.select_related("application__sketch__call").order_by("-pk").first()
        by = {"by": self.people[who], "at": self.at}
        later = completion.due_at + dt.timedelta(days=days)
        acts = {
            "extend": (lambda: actions.extend_completion(completion, due_at=later, **by), "grants.completion.extend"),
            "cancel": (lambda: actions.cancel_completion(completion, **by), "grants.completion.cancel"),
        }
        follow = (lambda: actions.follow_up_completion(completion, follow_up=what, **by), "grants.completion.follow_up")
        act, logged = acts.get(what, follow)
        self.do(act, logged=[logged])

    @precondition(lambda self: self.sketches)
    @rule(number=st.integers(0, 1))
    def invite(self, number):
        self.answer(number, OutcomeKind.INVITED)
