"""Two at once, in two threads against a real database: one decision on a change, one set of terms, and a frame that holds."""

import pytest

from grants.models import CallFrame
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.programmes.models import Role
from pilots.actions import changes, descriptions
from pilots.models import ChangeDecision, ChangeRequest, Project, Terms
from tests.factories import grants as make
from tests.factories import pilots
from tests.passes import THREADS, leave_to_second_pass
from tests.races import at_once, refusals

leave_to_second_pass(THREADS)
pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = range(3)


def fetched(change):
    return ChangeRequest.objects.with_details().get(pk=change.pk)


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_decision_makers_at_once(_round):
    project = pilots.create_elsewhere()
    one, two = (make.officer(project.programme, Role.DECISION_MAKER) for _n in range(2))
    change = pilots.ask(project)
    first, second = fetched(change), fetched(change)
    answers = at_once(lambda: pilots.grant(first, by=one), lambda: pilots.refuse(second, by=two))
    assert refusals(answers) == [LostRace]
    granted = ChangeDecision.objects.get().is_granted
    assert Terms.objects.count() == 1 + granted
    assert AuditEntry.objects.filter(action__in=["pilots.change.grant", "pilots.change.refuse"]).count() == 1


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_raised_grants_at_once_cannot_both_take_the_last_money(_round):
    first = pilots.create_project()
    call = first.application.sketch.call
    second = pilots.create_project(call, leader=call.created_by)
    CallFrame.objects.update(amount=Kronor(330_000))
    maker = make.officer(first.programme, Role.DECISION_MAKER)
    asked = [pilots.ask(project, cap=Kronor(180_000)) for project in (first, second)]
    pages = [fetched(change) for change in asked]
    answers = at_once(*(lambda read=read: pilots.grant(read, by=maker) for read in pages))
    assert len(refusals(answers)) == 1
    assert sorted(Project.objects.values_list("cap", flat=True)) == [Kronor(150_000), Kronor(180_000)]


@pytest.mark.parametrize("_round", ROUNDS)
def test_taken_back_while_it_is_decided_is_either_and_never_both(_round):
    project = pilots.create_elsewhere()
    maker = make.officer(project.programme, Role.DECISION_MAKER)
    change = pilots.ask(project)
    by = pilots.writer(project)
    first, second = fetched(change), fetched(change)
    answers = at_once(lambda: pilots.grant(first, by=maker), lambda: changes.withdraw_change(second, by=by) or "taken back")
    assert [issubclass(refusal, TransitionRefused) for refusal in refusals(answers)] == [True]
    assert ChangeDecision.objects.count() == (fetched(change).state == "decided")


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_who_begin_a_change_or_describe_at_once(_round):
    project = pilots.create_elsewhere()
    by = pilots.writer(project)
    pages = [Project.objects.get(pk=project.pk) for _n in range(2)]
    begun = at_once(*(lambda read=read: changes.begin_change(read, by=by) for read in pages))
    assert (len(refusals(begun)), project.changes.count()) == (1, 1)
    area = project.programme.focus_areas.first()
    values = {**pilots.DESCRIBED, "main_focus_area": area, "focus_areas": [area], "municipalities": []}

    def describe():
        return descriptions.describe_project(Project.objects.get(pk=project.pk), values=values, revision=0, by=by)

    assert refusals(at_once(describe, describe)) == [LostRace]
    assert Project.objects.get(pk=project.pk).revision == 1
