"""What the database itself refuses of decisions and preparations, one constraint at a time."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from grants.models import Decision, DecisionKind, Preparation, StateAid
from grants.states import DecisionState
from kraftsamling.lib.money import Kronor
from pilots.models import Project
from tests.factories import decisions
from tests.grants.scene import again
from tests.grants.test_decisions import waiting

pytestmark = pytest.mark.django_db

PARTS_OF_ALL = ["reasons", "deciding_body", "presenter", "no_appeal", "wording"]
PARTS_OF_GRANTS = ["conditions", "follow_up", "financing_plan", "final_report", "strategy_link"]
VALUES_OF_GRANTS = ["share", "cap", "starts_on", "ends_on", "counted_costs"]


@pytest.fixture
def stage():
    return waiting()


@pytest.fixture
def grant(stage):
    return decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)


@pytest.fixture
def rejection(stage):
    return decisions.decide(stage.application, officer=stage.leader, decider=stage.decider, values=decisions.REJECTION)


def refused(instance, constraint, **values):
    rows = type(instance)._base_manager.filter(pk=instance.pk)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        rows.update(**values)


@pytest.mark.parametrize("empty", ["", "   "])
@pytest.mark.parametrize("part", PARTS_OF_ALL)
def test_an_issued_decision_keeps_each_part(grant, part, empty):
    refused(grant, f"issued_decision_has_{part}", **{part: empty})


@pytest.mark.parametrize("part", PARTS_OF_ALL)
def test_so_does_a_rejection(rejection, part):
    refused(rejection, f"issued_decision_has_{part}", **{part: ""})


@pytest.mark.parametrize("part", PARTS_OF_GRANTS)
def test_an_issued_grant_keeps_each_part_of_its_own(grant, part):
    refused(grant, f"issued_grant_has_{part}", **{part: ""})


@pytest.mark.parametrize("part", PARTS_OF_GRANTS)
def test_a_rejection_may_lack_them(rejection, part):
    Decision.objects.filter(pk=rejection.pk).update(**{part: ""})


@pytest.mark.parametrize("part", VALUES_OF_GRANTS)
def test_an_issued_grant_keeps_its_money_and_period(grant, part):
    refused(grant, "issued_grant_has_", **{part: None})


def test_an_issued_decision_keeps_its_day_and_its_item(grant):
    refused(grant, "issued_decision_has_a_day", decided_on=None)
    refused(grant, "issued_decision_has_an_item", minutes_item=" ", delegation_item="")
    Decision.objects.filter(pk=grant.pk).update(minutes_item="", delegation_item="A 3")


@pytest.mark.parametrize("lacking", [*PARTS_OF_ALL[:4], *PARTS_OF_GRANTS])
def test_a_draft_that_lacks_a_part_is_not_issued_by_sql(stage, lacking):
    draft = decisions.write(stage.application, by=stage.leader, **{lacking: ""})
    issued = {"state": DecisionState.ISSUED, "issued_at": decisions.DECIDING, "issued_by": stage.decider, "wording": "Beviljas."}
    refused(draft, f"issued_(decision|grant)_has_{lacking}", counted_costs=Kronor(400_000), **issued)


def test_money_by_sql(grant):
    refused(grant, "granted_share_is_lawful", share=Decimal("50.01"))
    refused(grant, "granted_share_is_lawful", share=Decimal(0))
    refused(grant, "granted_cap_is_something", cap=Kronor(0))
    refused(grant, "granted_cap_is_at_most_the_lawful_part", cap=Kronor("200000.01"))
    Decision.objects.filter(pk=grant.pk).update(cap=Kronor(200_000), share=Decimal(50))
    refused(grant, "granted_period_is_forwards", ends_on=dt.date(2027, 1, 14))
    refused(grant, "only_a_grant_gives_money", kind=DecisionKind.REJECTED)


def test_states_and_kinds_by_sql(grant):
    refused(grant, "decision_kind_is_known", kind="perhaps", share=None, cap=None)
    refused(grant, "decision_state_is_known", state="lost")
    refused(grant, "decision_issued_at_and_by_together", issued_at=None)
    refused(grant, "decision_issued_at_and_by_together", issued_by=None)
    refused(grant, "decision_issued_at_and_by_together", state=DecisionState.DRAFT)
    refused(grant, "decision_read_at_and_by_together", read_at=decisions.DECIDING)
    refused(grant, "decision_proposed_at_and_by_together", proposed_at=decisions.DECIDING)


def copy(decision, **values):
    """The same row once more, by SQL."""
    made = again(decision)
    made.pk = None
    for name, value in values.items():
        setattr(made, name, value)
    with transaction.atomic():
        made.save(force_insert=True)
    return made


def test_versions_by_sql(grant):
    for values in ({"version": 1}, {"version": 2}, {"version": 2, "correction": "Fel."}, {"version": 2, "replaces": grant}):
        with pytest.raises(IntegrityError):
            copy(grant, **values, state=DecisionState.REPLACED)
    with pytest.raises(IntegrityError):
        copy(grant, version=2, replaces=grant, correction="Fel.")
    draft = {"state": DecisionState.DRAFT, "issued_at": None, "issued_by": None}
    copy(grant, version=2, replaces=grant, correction="Fel.", **draft)
    with pytest.raises(IntegrityError):
        copy(grant, version=3, replaces=None, correction="Fel.", **draft)


def test_a_preparation_by_sql(stage):
    preparation = decisions.prepare(stage.application, by=stage.leader)
    refused(preparation, "state_aid_is_known", state_aid="perhaps")
    refused(preparation, "state_aid_is_assessed_with_reason_at_and_by", state_aid_reason="")
    refused(preparation, "state_aid_is_assessed_with_reason_at_and_by", state_aid_at=None)
    refused(preparation, "state_aid_is_assessed_with_reason_at_and_by", state_aid_by=None)
    refused(preparation, "state_aid_is_assessed_with_reason_at_and_by", state_aid="")
    refused(preparation, "preparation_saved_at_and_by_together", saved_at=None)
    refused(preparation, "amounts_in_euro_are_not_negative", previous_aid=Decimal("-0.01"))
    refused(preparation, "amounts_in_euro_are_not_negative", euro_rate=Decimal(0))
    assert Preparation.objects.get().state_aid == StateAid.NOT_AID


def test_a_project_by_sql(grant):
    project = Project.objects.get()
    refused(project, "project_kind_is_known", kind="other")
    refused(project, "pilot_has_a_decision", decision=None)
    refused(project, "pilot_has_a_decision", application=None)
    refused(project, "project_share_is_lawful", share=Decimal("50.01"))
    refused(project, "project_cap_is_something", cap=Kronor(0))
    refused(project, "project_period_is_forwards", ends_on=dt.date(2027, 1, 14))
    Project.objects.filter(pk=project.pk).update(kind="platform", decision=None, application=None)
