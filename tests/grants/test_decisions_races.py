"""Two at once, in two threads against a real database: one decision, one project, and a frame that holds."""

import pytest

from grants import actions
from grants.models import Application, Decision
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.programmes.models import Role
from pilots.models import Project
from tests.factories import decisions
from tests.factories import grants as make
from tests.grants.test_decisions import another, corrected, waiting
from tests.passes import THREADS, leave_to_second_pass
from tests.races import at_once, refusals

leave_to_second_pass(THREADS)
pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = range(3)


def fetched(pk):
    return Decision.objects.select_related("application__sketch__call").get(pk=pk)


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_decision_makers_at_once(_round):
    stage = waiting()
    decisions.prepare(stage.application, by=stage.leader)
    draft = decisions.write(stage.application, by=stage.leader)
    second = make.officer(stage.programme, Role.DECISION_MAKER)
    pages = [(fetched(draft.pk), by) for by in (stage.decider, second)]
    answers = at_once(*(lambda read=read, by=by: decisions.issue(read, by=by) for read, by in pages))
    assert refusals(answers) == [LostRace]
    assert (Decision.objects.issued().count(), Project.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action="grants.decision.granted").count() == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_grants_at_once_cannot_both_take_the_last_money(_round):
    stage = waiting(frames={2027: Kronor(200_000)})
    drafts = []
    for application in (stage.application, another(stage)):
        decisions.prepare(application, by=stage.leader)
        drafts.append(decisions.write(application, by=stage.leader))
    pages = [fetched(draft.pk) for draft in drafts]
    answers = at_once(*(lambda read=read: decisions.issue(read, by=stage.decider) for read in pages))
    assert len(refusals(answers)) == 1
    assert (Decision.objects.granted_sum(), Project.objects.count()) == (Kronor(150_000), 1)


@pytest.mark.parametrize("_round", ROUNDS)
def test_issuing_while_the_draft_is_changed_is_either_and_never_both(_round):
    stage = waiting()
    decisions.prepare(stage.application, by=stage.leader)
    draft = decisions.write(stage.application, by=stage.leader)
    application = Application.objects.select_related("sketch__call", "current_version").get(pk=stage.application.pk)
    read = fetched(draft.pk)
    answers = at_once(
        lambda: decisions.issue(read, by=stage.decider),
        lambda: decisions.write(application, by=stage.team, revision=1, cap=Kronor(140_000)),
    )
    assert len(refusals(answers)) == 1
    kept = fetched(draft.pk)
    assert (kept.state, kept.cap) in {("issued", Kronor(150_000)), ("draft", Kronor(140_000))}


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_first_drafts_at_once(_round):
    stage = waiting()
    wanted = Application.objects.select_related("sketch__call", "current_version").filter(pk=stage.application.pk)
    pages = [(wanted.get(), by) for by in (stage.leader, stage.team)]
    answers = at_once(*(lambda read=read, by=by: decisions.write(read, by=by) for read, by in pages))
    assert len(refusals(answers)) == 1
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_who_prepare_at_once(_round):
    stage = waiting()
    wanted = Application.objects.select_related("sketch__call").filter(pk=stage.application.pk)
    pages = [(wanted.get(), by) for by in (stage.leader, stage.team)]
    answers = at_once(*(lambda read=read, by=by: decisions.prepare(read, by=by) for read, by in pages))
    assert refusals(answers) == [LostRace]


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_members_who_confirm_at_once(_round):
    stage = waiting()
    decision = decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    pages = [fetched(decision.pk) for _n in range(2)]
    answers = at_once(*(lambda read=read: actions.confirm_read(read, by=stage.writer, at=decisions.DECIDING) for read in pages))
    assert refusals(answers) == [LostRace]


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_corrections_begun_at_once(_round):
    stage = waiting()
    decision = decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    pages = [fetched(decision.pk) for _n in range(2)]
    answers = at_once(
        *(
            lambda read=read: actions.correct_decision(read, correction="Fel.", by=stage.leader, at=decisions.DECIDING)
            for read in pages
        )
    )
    assert [issubclass(found, TransitionRefused) for found in refusals(answers)] == [True]
    Decision.objects.in_draft().delete()
    assert corrected(stage, decision).version == 2
