"""The checklist: saved without losing a word, and what of it stands in the way of a grant."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from grants import actions, decision_rules
from grants.models import Check, Preparation, StateAid
from grants.models.preparations import LAWFUL_CHECKS
from grants.states import ApplicationState
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.programmes.models import Role
from tests.factories import decisions
from tests.grants import trail
from tests.grants.scene import EVERY_ROLE, again, people, signed_in
from tests.grants.test_decisions import refused, set_state, waiting
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = decisions.PREPARING
DE_MINIMIS = {
    "state_aid": StateAid.DE_MINIMIS,
    "previous_aid": Decimal(0),
    "euro_rate": Decimal(10),
    "euro_rate_on": dt.date(2026, 12, 4),
}


def make_stage():
    return waiting()


_stage_once, stage = kept(make_stage)


def obstacles(stage, cap=None):
    return decision_rules.preparation_obstacles(Preparation.objects.filter(application=stage.application).first(), cap=cap)


def test_a_saved_checklist_is_kept_with_assessor_and_moment(stage):
    since = trail.mark()
    preparation = decisions.prepare(stage.application, by=stage.team)
    kept = again(preparation)
    assert {name: getattr(kept, name) for name in decisions.CHECKED} == decisions.CHECKED
    assert (kept.revision, kept.saved_at, kept.saved_by, kept.state_aid_at, kept.state_aid_by) == (
        1,
        AT,
        stage.team,
        AT,
        stage.team,
    )
    assert trail.entries(since) == [
        ("grants.preparation.save", stage.team.pk), ("grants.preparation.state_aid", stage.team.pk),
    ]  # fmt: skip
    assert trail.letters(since) == []
    assert obstacles(stage) == []


def test_who_assessed_the_aid_stands_until_the_assessment_is_changed(stage):
    decisions.prepare(stage.application, by=stage.team)
    later = AT + dt.timedelta(days=1)
    decisions.prepare(stage.application, by=stage.leader, revision=1, at=later, strategy_link="Annat.")
    assert (again(stage.application).preparation.state_aid_by, again(stage.application).preparation.saved_by) == (
        stage.team, stage.leader,
    )  # fmt: skip
    decisions.prepare(stage.application, by=stage.leader, revision=2, at=later, state_aid_reason="Nytt skäl.")
    assert (again(stage.application).preparation.state_aid_by, again(stage.application).preparation.state_aid_at) == (
        stage.leader, later,
    )  # fmt: skip
    decisions.prepare(stage.application, by=stage.leader, revision=3, state_aid="", state_aid_reason="")
    assert again(stage.application).preparation.state_aid_by is None


def test_state_aid_is_assessed_with_a_reason(stage):
    refused(lambda: decisions.prepare(stage.application, by=stage.leader, state_aid_reason=" "))


@pytest.mark.parametrize("revision", [0, 2])
def test_a_colleagues_checklist_is_not_overwritten(stage, revision):
    decisions.prepare(stage.application, by=stage.team)
    with pytest.raises(LostRace):
        decisions.prepare(stage.application, by=stage.leader, revision=revision, strategy_link="Mitt.")
    assert Preparation.objects.get().strategy_link == decisions.CHECKED["strategy_link"]


@pytest.mark.parametrize("state", ApplicationState)
def test_the_states_in_which_an_application_is_prepared(stage, state):
    set_state(stage.application, state)
    acts = [
        lambda: decisions.prepare(stage.application, by=stage.leader),
        lambda: decisions.certificate(stage.application, by=stage.leader),
    ]
    for act in acts:
        if state in {ApplicationState.SUBMITTED, ApplicationState.RETURNED}:
            act()
        else:
            refused(act)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_prepare(stage, role):
    person = people(stage.programme, stage.organisation)[role]
    may = role in {Role.PROCESS_LEADER, Role.PROCESS_TEAM}
    if may:
        decisions.prepare(stage.application, by=person)
        decisions.certificate(stage.application, by=person)
        return
    with pytest.raises(PermissionDenied):
        decisions.prepare(stage.application, by=person)
    with pytest.raises(PermissionDenied):
        actions.add_certificate(stage.application, file=None, by=person, at=AT)
    with pytest.raises(PermissionDenied):
        actions.note_aid_registered(stage.application, on=AT.date(), by=person, at=AT)


def test_an_officer_in_conflict_may_not_prepare(stage):
    person = make_officer_of(stage)
    with pytest.raises(PermissionDenied):
        decisions.prepare(stage.application, by=person)


def make_officer_of(stage):
    from tests.factories import grants as make

    return make.officer(stage.programme, member_of=stage.organisation)


def test_nothing_filled_in_stands_in_the_way(stage):
    assert len(obstacles(stage)) == 1
    actions.preparation.preparation_of(stage.application)
    assert len(obstacles(stage)) == 1


@pytest.mark.parametrize("check", Check)
def test_each_check_must_be_answered(stage, check):
    decisions.prepare(stage.application, by=stage.leader, **{f"{check.value}_ok": None})
    [said] = obstacles(stage)
    assert str(check.label) in said


@pytest.mark.parametrize("check", Check)
def test_a_no_stands_in_the_way_where_the_law_asks_for_a_yes(stage, check):
    decisions.prepare(stage.application, by=stage.leader, **{f"{check.value}_ok": False})
    assert bool(obstacles(stage)) is (check in LAWFUL_CHECKS)
    decisions.prepare(stage.application, by=stage.leader, revision=1, **{f"{check.value}_ok": False, f"{check.value}_note": " "})
    assert len(obstacles(stage)) == 1


@pytest.mark.parametrize("state_aid", ["", StateAid.AID])
def test_aid_blocks_a_grant_and_so_does_no_assessment(stage, state_aid):
    reason = "" if state_aid == "" else "Ekonomisk verksamhet."
    decisions.prepare(stage.application, by=stage.leader, state_aid=state_aid, state_aid_reason=reason)
    draft = decisions.write(stage.application, by=stage.leader, exceeds_reason="Vi vill.")
    refused(lambda: decisions.issue(draft, by=stage.decider))
    rejected = decisions.write(stage.application, by=stage.leader, revision=1, values=decisions.REJECTION)
    decisions.issue(rejected, by=stage.decider)


@pytest.mark.parametrize("lacking", ["previous_aid", "euro_rate", "euro_rate_on", "certificate"])
def test_de_minimis_aid_asks_for_certificate_earlier_aid_and_rate(stage, lacking):
    values = {**DE_MINIMIS} if lacking == "certificate" else {**DE_MINIMIS, lacking: None}
    decisions.prepare(stage.application, by=stage.leader, **values)
    if lacking != "certificate":
        decisions.certificate(stage.application, by=stage.leader)
    assert len(obstacles(stage)) == 1
    draft = decisions.write(stage.application, by=stage.leader)
    refused(lambda: decisions.issue(draft, by=stage.decider))


@pytest.mark.parametrize(
    ("previous", "rate", "cap", "goes"),
    [
        ("285000", "10", "150000", True),
        ("285000.01", "10", "150000", False),
        ("285000", "10", "150000.01", False),
        ("0", "0.5", "150000", True),
        ("0.01", "0.5", "150000", False),
        ("299999.99", "11.2345", "0.11", True),
        ("299999.99", "11.2345", "0.12", False),
    ],
)
def test_the_ceiling_of_de_minimis_aid_is_exact(stage, previous, rate, cap, goes):
    decisions.prepare(
        stage.application, by=stage.leader, **{**DE_MINIMIS, "previous_aid": Decimal(previous), "euro_rate": Decimal(rate)}
    )
    decisions.certificate(stage.application, by=stage.leader)
    assert (obstacles(stage, cap=Kronor(cap)) == []) is goes
    draft = decisions.write(stage.application, by=stage.leader, cap=Kronor(cap), exceeds_reason="Vi vill.")
    if goes:
        decisions.issue(draft, by=stage.decider)
    else:
        refused(lambda: decisions.issue(draft, by=stage.decider))


def test_euro_is_rounded_to_the_nearest_cent_and_the_total_upwards(stage):
    """0.1 of a cent over the ceiling must not be shown as the ceiling itself."""
    cents = [(Kronor("0.04"), "0.00"), (Kronor("0.05"), "0.01"), (Kronor("0.06"), "0.01"), (Kronor("0.14"), "0.01")]
    assert [str(decision_rules.in_euro(amount, Decimal(10))) for amount, _cent in cents] == [cent for _amount, cent in cents]
    decisions.prepare(
        stage.application, by=stage.leader, **{**DE_MINIMIS, "previous_aid": Decimal(300_000), "euro_rate": Decimal(10)}
    )
    preparation = Preparation.objects.get(application=stage.application)
    totals = [decision_rules.de_minimis_total(preparation, Kronor(cap)) for cap in ("0", "0.01", "0.10", "0.11")]
    assert totals == [Decimal("300000.00"), Decimal("300000.01"), Decimal("300000.01"), Decimal("300000.02")]


def test_granted_de_minimis_aid_is_to_be_registered_and_is_noted_once(stage):
    decisions.prepare(stage.application, by=stage.leader, **DE_MINIMIS)
    decisions.certificate(stage.application, by=stage.leader)
    on, later = dt.date(2026, 12, 20), AT + dt.timedelta(days=15)
    refused(lambda: actions.note_aid_registered(stage.application, on=on, by=stage.leader, at=later))
    since = trail.mark()
    decisions.issue(decisions.write(stage.application, by=stage.leader), by=stage.decider)
    assert trail.entries(since)[-1] == ("grants.decision.register_aid", stage.decider.pk)
    actions.note_aid_registered(again(stage.application), on=on, by=stage.team, at=later)
    assert Preparation.objects.get().aid_registered_on == on
    with pytest.raises(LostRace):
        actions.note_aid_registered(again(stage.application), on=on, by=stage.team, at=later)


def test_a_grant_that_is_no_aid_is_not_registered(stage):
    decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    refused(lambda: actions.note_aid_registered(again(stage.application), on=AT.date(), by=stage.leader, at=AT))


def test_certificates_are_added_and_none_is_lost(stage):
    first, second = (decisions.certificate(stage.application, by=stage.leader) for _ in range(2))
    assert set(Preparation.objects.get().certificates.all()) == {first, second}


@pytest.mark.parametrize(("on", "taken"), [(dt.date(2026, 12, 5), True), (dt.date(2026, 12, 6), False)])
def test_the_rate_is_that_of_a_day_that_has_come(stage, on, taken):
    values = {**DE_MINIMIS, "euro_rate_on": on}
    if taken:
        assert decisions.prepare(stage.application, by=stage.team, **values).euro_rate_on == on
    else:
        with pytest.raises(TransitionRefused, match="Kursens dag har inte kommit än"):
            decisions.prepare(stage.application, by=stage.team, **values)
        assert not Preparation.objects.filter(application=stage.application).exists()


def test_the_page_says_at_the_field_that_the_day_of_the_rate_has_not_come(stage):
    with time_machine.travel(AT, tick=False):
        client = signed_in(stage.team)
        data = {"revision": 0, "previous_aid": "0", "euro_rate": "11,50", "euro_rate_on": "2026-12-06"}
        answer = client.post(reverse("preparation_save", args=[stage.application.pk]), data)
    assert (answer.status_code, answer.context["form"].errors) == (
        422,
        {"euro_rate_on": ["Kursens dag har inte kommit än."]},
    )


def test_aid_is_not_registered_on_a_day_that_has_not_come(stage):
    decisions.prepare(stage.application, by=stage.team, **DE_MINIMIS)
    decisions.certificate(stage.application, by=stage.team)
    decisions.decide(stage.application, officer=stage.leader, decider=stage.decider)
    later = decisions.DECIDING.date() + dt.timedelta(days=1)
    with pytest.raises(TransitionRefused, match="Registreringens dag har inte kommit än"):
        actions.note_aid_registered(stage.application, on=later, by=stage.team, at=decisions.DECIDING)
    actions.note_aid_registered(stage.application, on=later - dt.timedelta(days=1), by=stage.team, at=decisions.DECIDING)
