"""Who may do what: a table of roles for every predicate."""

import inspect
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied

from grants import actions, permissions
from grants.models import Outcome
from kraftsamling.accounts.models import Membership
from kraftsamling.programmes.models import ProgrammeRole, Role
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.grants.scene import EVERY_ROLE, fresh, people, scene
from tests.kept import kept

pytestmark = pytest.mark.django_db

OFFICERS = {Role.PROCESS_LEADER, Role.PROCESS_TEAM}
READERS = {*OFFICERS, Role.DECISION_MAKER}
LOGGED_IN = sorted(set(EVERY_ROLE) - {"nobody"})

TABLE = {
    "can_create_call": OFFICERS,
    "can_edit_call": OFFICERS,
    "can_publish_call": {Role.PROCESS_LEADER},
    "can_extend_deadline": OFFICERS,
    "can_read_board": READERS,
    "can_assign_reviewers": OFFICERS,
    "can_start_sketch": {"member"},
    "can_write_sketch": {"member"},
    "can_answer_invitation": {"member"},
    "can_read_case_as_officer": READERS,
    "can_handle_sketch": OFFICERS,
    "can_declare_conflict": {*READERS, Role.REVIEWER, Role.FINANCE_OFFICER},
    "can_assess": {Role.REVIEWER},
    "can_declare_on_assessment": {Role.REVIEWER},
    "can_send_outcome": {Role.PROCESS_LEADER},
    "can_write_application": {"member"},
    "can_handle_application": OFFICERS,
    "can_follow_up_completion": {Role.PROCESS_LEADER},
    "can_read_messages": {*READERS, "member"},
    "can_decide_on_application": {Role.DECISION_MAKER},
    "can_write_decision": READERS,
    "can_confirm_decision": {"member"},
    "can_keep_scenarios": READERS,
}


def predicates():
    return {name for name, found in inspect.getmembers(permissions, inspect.isfunction) if name.startswith(("can_", "is_"))} & {
        name for name, found in vars(permissions).items() if getattr(found, "__module__", "") == permissions.__name__
    }


def test_every_predicate_has_a_row():
    assert predicates() == set(TABLE)


def make_stage():
    found = scene()
    found.people = people(found.programme, found.organisation)
    found.assessment = make.assign(found.sketch, found.people[Role.REVIEWER], by=found.leader)
    found.outcome = make.create_outcome(found.sketch, by=found.leader)
    return found


_stage_once, stage = kept(make_stage)


def target(name, stage):
    match name:
        case "can_create_call":
            return stage.programme
        case "can_start_sketch":
            return stage.organisation
        case "can_assess" | "can_declare_on_assessment":
            return stage.assessment
        case "can_send_outcome":
            return Outcome.objects.get(pk=stage.outcome.pk)
        case "can_answer_invitation":
            actions.send_outcomes(stage.call, outcomes=[stage.outcome], by=stage.leader, at=make.ANSWERING)
            stage.sketch.refresh_from_db()
            return stage.sketch.application
        case "can_write_application" | "can_handle_application" | "can_decide_on_application" | "can_write_decision":
            return SimpleNamespace(sketch=stage.sketch)
        case "can_confirm_decision" | "can_follow_up_completion":
            return SimpleNamespace(application=SimpleNamespace(sketch=stage.sketch))
        case (
            "can_keep_scenarios"
            | "can_edit_call"
            | "can_publish_call"
            | "can_extend_deadline"
            | "can_read_board"
            | "can_assign_reviewers"
        ):
            return stage.call
    return stage.sketch


@pytest.mark.parametrize("name", sorted(TABLE))
def test_predicate_is_true_for_these_roles_and_no_others(name, stage):
    predicate, about = getattr(permissions, name), target(name, stage)
    allowed = {role for role in LOGGED_IN if predicate(stage.people[role], about)}
    assert allowed == TABLE[name]


@pytest.mark.parametrize(
    "name",
    ["can_create_call", "can_edit_call", "can_publish_call", "can_extend_deadline", "can_read_board", "can_assign_reviewers"],
)
def test_somebody_not_logged_in_is_refused_what_has_to_do_with_calls(name, stage):
    assert getattr(permissions, name)(stage.people["nobody"], target(name, stage)) is False


def test_somebody_not_logged_in_reads_no_case_as_officer(stage):
    assert permissions.can_read_case_as_officer(stage.people["nobody"], stage.sketch) is False


OWN = ["can_assess", "can_declare_on_assessment"]


@pytest.mark.parametrize("name", OWN)
def test_an_assessment_is_the_reviewers_own(name, stage):
    colleague = make.officer(stage.programme, Role.REVIEWER)
    assert getattr(permissions, name)(colleague, stage.assessment) is False


@pytest.mark.parametrize("name", OWN)
def test_a_reviewer_who_has_left_the_programme_assesses_no_more(name, stage):
    reviewer = stage.people[Role.REVIEWER]
    ProgrammeRole.objects.filter(user=reviewer).delete()
    assert getattr(permissions, name)(fresh(reviewer), stage.assessment) is False


def test_a_reviewer_in_conflict_may_still_declare_but_not_assess(stage):
    reviewer = stage.people[Role.REVIEWER]
    Membership.objects.create(user=reviewer, organisation=stage.organisation)
    assert [getattr(permissions, name)(fresh(reviewer), stage.assessment) for name in OWN] == [False, True]


def test_a_member_of_another_organisation_does_not_write(stage):
    colleague = UserFactory(member_of=OrganisationFactory())
    assert permissions.can_write_sketch(colleague, stage.sketch) is False


@pytest.mark.parametrize("name", ["can_read_case_as_officer", "can_handle_sketch", "can_send_outcome"])
def test_an_officer_whose_organisation_applies_handles_nothing(name, stage):
    Membership.objects.create(user=stage.leader, organisation=stage.organisation)
    assert getattr(permissions, name)(fresh(stage.leader), target(name, stage)) is False


@pytest.mark.parametrize("name", ["can_read_case_as_officer", "can_handle_sketch", "can_send_outcome"])
def test_an_officer_who_has_declared_a_conflict_handles_nothing(name, stage):
    actions.declare_on_case(stage.sketch, ground="Syskon.", by=stage.leader, at=make.REVIEWING)
    assert getattr(permissions, name)(stage.leader, target(name, stage)) is False


@pytest.mark.parametrize("name", ["can_read_case_as_officer", "can_handle_sketch"])
def test_a_draft_is_nothing_for_officers(name):
    stage = scene(submitted=False)
    assert getattr(permissions, name)(stage.leader, stage.sketch) is False


def test_require_lets_the_allowed_through_and_stops_the_rest():
    assert permissions.require(True) is None
    with pytest.raises(PermissionDenied):
        permissions.require(False)
