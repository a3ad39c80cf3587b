"""Two at once, in two threads against a real database: one wins, and nothing is done twice."""

import threading
import time

import pytest
from django.db import connection, transaction

from grants import actions
from grants.forms.sketches import SketchForm
from grants.models import Application, Assessment, Outcome, Sketch, SketchVersion
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.transitions import LostRace
from kraftsamling.notifications.models import Message
from tests.factories import grants as make
from tests.grants.scene import scene
from tests.passes import THREADS, leave_to_second_pass
from tests.races import at_once, refusals

leave_to_second_pass(THREADS)
pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4
"""The one that loses may come first in any of them."""


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_officers_who_prepare_at_once(_round):
    stage = scene()

    def prepare(by, reason):
        sketch = Sketch.objects.get(pk=stage.sketch.pk)
        return actions.prepare_outcome(sketch, kind="declined", reason=reason, revision=0, by=by, at=make.ANSWERING)

    answers = at_once(lambda: prepare(stage.leader, "Ett."), lambda: prepare(stage.team, "Två."))
    winner = next(found for found in answers if isinstance(found, Outcome))
    assert refusals(answers) == [LostRace]
    assert (Outcome.objects.get().reason, Outcome.objects.get().revision) == (winner.reason, 1)
    assert AuditEntry.objects.filter(action="grants.outcome.prepare").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_officers_who_change_a_prepared_answer_at_once(_round):
    stage = scene()
    make.create_outcome(stage.sketch, by=stage.leader)

    def prepare(by, reason):
        sketch = Sketch.objects.get(pk=stage.sketch.pk)
        return actions.prepare_outcome(sketch, kind="declined", reason=reason, revision=1, by=by, at=make.ANSWERING)

    answers = at_once(lambda: prepare(stage.leader, "Ett."), lambda: prepare(stage.team, "Två."))
    assert refusals(answers) == [LostRace]
    assert Outcome.objects.get().revision == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_same_draft_handed_in_twice_at_once_is_one_version(_round):
    stage = scene(submitted=False)
    form = SketchForm(stage.sketch.draft.content, call=stage.call)
    assert form.is_valid()
    content = form.content()

    def submit():
        sketch = Sketch.objects.get(pk=stage.sketch.pk)
        return actions.submit_sketch(sketch, content=content, revision=1, by=stage.writer, at=make.DURING)

    first, second = at_once(submit, submit)
    assert first == second == SketchVersion.objects.get()
    assert AuditEntry.objects.filter(action="grants.sketch.submit").count() == 1
    told = Message.objects.filter(kind="grants/sketch_arrived").order_by("to")
    assert [message.to for message in told] == [stage.leader, stage.team]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_sketches_handed_in_at_once_get_numbers_of_their_own(_round):
    stage = scene(submitted=False)
    drafts = [stage.sketch, make.create_draft(stage.call), make.create_draft(stage.call)]
    forms = [SketchForm(draft.draft.content, call=stage.call) for draft in drafts]
    assert all(form.is_valid() for form in forms)

    def submit(draft, form):
        by = draft.organisation.members.first()
        return actions.submit_sketch(Sketch.objects.get(pk=draft.pk), content=form.content(), revision=1, by=by, at=make.DURING)

    answers = at_once(*(lambda pair=pair: submit(*pair) for pair in zip(drafts, forms, strict=True)))
    assert refusals(answers) == []
    assert sorted(Sketch.objects.values_list("number", flat=True)) == ["K-2026-0001", "K-2026-0002", "K-2026-0003"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_answers_sent_twice_at_once_go_once(_round):
    stage = scene()
    other = make.create_submitted(stage.call)
    keys = [make.create_outcome(s, by=stage.leader, kind=k).pk for s, k in ((stage.sketch, "invited"), (other, "declined"))]
    Message.objects.all().delete()

    def send():
        outcomes = list(Outcome.objects.filter(pk__in=keys).order_by("pk"))
        return actions.send_outcomes(stage.call, outcomes=outcomes, by=stage.leader, at=make.ANSWERING)

    answers = at_once(send, send)
    assert len(refusals(answers)) == 1
    assert [found for found in answers if isinstance(found, int)] == [2]
    assert (Application.objects.count(), Message.objects.filter(kind="grants/outcome").count()) == (1, 2)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_answer_sent_while_the_organisation_withdraws_is_either_and_never_both(_round):
    stage = scene()
    outcome = make.create_outcome(stage.sketch, by=stage.leader)
    own = Sketch.objects.get(pk=stage.sketch.pk)
    answers = at_once(
        lambda: actions.send_outcomes(stage.call, outcomes=[outcome], by=stage.leader, at=make.ANSWERING),
        lambda: actions.withdraw_sketch(own, reason="Nej.", by=stage.writer, at=make.ANSWERING),
    )
    assert len(refusals(answers)) == 1
    found = (Sketch.objects.get().state, Application.objects.count(), Outcome.objects.count())
    assert found in {("invited", 1, 1), ("withdrawn", 0, 0)}


def somebody_waits_for_a_lock():
    """Asked again and again until a thread stands still in the database, for at most ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return True
    return False


def test_sending_takes_the_case_before_the_answer_as_withdrawing_does():
    """The other way round, a withdrawal at the same moment would be a deadlock."""
    stage = scene()
    outcome = make.create_outcome(stage.sketch, by=stage.leader)
    sending = threading.Thread(
        target=lambda: at_once(lambda: actions.send_outcomes(stage.call, outcomes=[outcome], by=stage.leader, at=make.ANSWERING))
    )
    with transaction.atomic():
        Sketch.objects.select_for_update().get(pk=stage.sketch.pk)
        sending.start()
        waits = somebody_waits_for_a_lock()
        free = Outcome.objects.select_for_update(skip_locked=True).filter(pk=outcome.pk).exists()
    sending.join(30)
    assert (waits, free, Outcome.objects.get().state) == (True, True, "sent")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_assessment_handed_in_while_the_answer_goes_is_before_it_or_refused(_round):
    stage = scene()
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    actions.declare_on_assessment(assessment, has_conflict=False, by=stage.reviewer, at=make.REVIEWING)
    outcome = make.create_outcome(stage.sketch, by=stage.leader)
    scores = dict.fromkeys(stage.call.criteria.all(), (3, "Därför."))

    def send():
        return actions.send_outcomes(
            stage.call, outcomes=[Outcome.objects.get(pk=outcome.pk)], by=stage.leader, at=make.ANSWERING
        )

    def hand_in():
        found = Assessment.objects.get(pk=assessment.pk)
        return actions.submit_assessment(
            found, scores=scores, recommendation="maybe", comment="", by=stage.reviewer, at=make.ANSWERING
        )

    answers = at_once(send, hand_in)
    order = list(
        AuditEntry.objects.filter(action__in=["grants.review.submit", "grants.outcome.invite"])
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert (Sketch.objects.get().state, isinstance(answers[0], int)) == ("invited", True)
    if refusals(answers):
        assert (order, Assessment.objects.get().state) == (["grants.outcome.invite"], "open")
    else:
        assert (order, Assessment.objects.get().state) == (["grants.review.submit", "grants.outcome.invite"], "submitted")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_windows_that_save_an_assessment_at_once(_round):
    stage = scene()
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    actions.declare_on_assessment(assessment, has_conflict=False, by=stage.reviewer, at=make.REVIEWING)

    def save(text):
        found = Assessment.objects.get(pk=assessment.pk)
        return actions.save_assessment(found, content={"comment": text}, revision=0, by=stage.reviewer, at=make.REVIEWING)

    answers = at_once(lambda: save("Ett"), lambda: save("Två"))
    assert (refusals(answers), Assessment.objects.get().revision) == ([LostRace], 1)
