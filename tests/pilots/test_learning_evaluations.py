"""Stage evaluations, and the yearly follow-up of each case (förordning 2003:596, 12 §)."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from kraftsamling.home.waits.learning import open_follow_ups
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from pilots.actions import evaluations as actions
from pilots.models import Project, StageEvaluation, StageGoal, YearlyFollowUp
from pilots.states import EVALUATION_MOVES, EvaluationState
from pilots.tasks import ask_for_follow_ups
from tests.factories import learning as make
from tests.grants import trail
from tests.grants.scene import again
from tests.kept import kept
from tests.pilots.learning_scene import light

pytestmark = pytest.mark.django_db

AT = make.AT


def day(year, month, number, hour=6):
    return dt.datetime(year, month, number, hour, tzinfo=STOCKHOLM)


def make_stage():
    return light()


_stage_once, stage = kept(make_stage)


def judged(evaluation, by):
    for goal in evaluation.goals.all():
        actions.judge_goal(goal, judgement="fulfilled", reasons="Båda är i gång.", by=by, at=AT)


def test_an_evaluation_has_goals_and_notes_on_the_way(stage):
    since = trail.mark()
    evaluation = make.create_evaluation(stage.programme, by=stage.team, goals=["Ett", "Två"])
    actions.add_formative_note(evaluation, text="Vi byter dag.", by=stage.leader, at=AT)
    assert list(evaluation.goals.order_by("position").values_list("goal", "judgement")) == [("Ett", ""), ("Två", "")]
    assert trail.entries(since) == [("pilots.evaluation.begin", stage.team.pk), ("pilots.evaluation.note", stage.leader.pk)]


@pytest.mark.parametrize("goals", [[], ["x"] * 21])
def test_an_evaluation_has_between_one_and_twenty_goals(stage, goals):
    with pytest.raises(TransitionRefused):
        make.create_evaluation(stage.programme, by=stage.leader, goals=goals)


def test_it_is_closed_when_every_goal_is_judged_with_reasons(stage):
    evaluation = make.create_evaluation(stage.programme, by=stage.leader, goals=["Ett", "Två"])
    first = evaluation.goals.first()
    with pytest.raises(TransitionRefused):
        actions.judge_goal(first, judgement="not", reasons="", by=stage.leader, at=AT)
    actions.judge_goal(first, judgement="not", reasons="Ingen kom.", by=stage.leader, at=AT)
    with pytest.raises(TransitionRefused, match="1"):
        actions.close_evaluation(evaluation, summary="Kort.", by=stage.leader, at=AT)
    judged(evaluation, stage.team)
    assert list(StageEvaluation.objects.visible_to(stage.steering)) == []
    actions.close_evaluation(again(evaluation), summary="Kort.", by=stage.leader, at=AT)
    closed = again(evaluation)
    assert (closed.state, closed.summary, closed.closed_by) == ("closed", "Kort.", stage.leader)
    assert list(StageEvaluation.objects.visible_to(stage.steering)) == [evaluation]


def test_the_database_asks_for_the_reasons_too(stage):
    goal = make.create_evaluation(stage.programme, by=stage.leader).goals.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        StageGoal.objects.filter(pk=goal.pk).update(judgement="not", reasons="")


@pytest.mark.parametrize("was", EvaluationState)
def test_what_is_closed_does_not_change(stage, was):
    evaluation = make.create_evaluation(stage.programme, by=stage.leader)
    judged(evaluation, stage.leader)
    if was == EvaluationState.CLOSED:
        actions.close_evaluation(again(evaluation), summary="Kort.", by=stage.leader, at=AT)
    acts = [
        lambda: actions.add_formative_note(again(evaluation), text="Till.", by=stage.leader, at=AT),
        lambda: judged(again(evaluation), stage.leader),
        lambda: actions.close_evaluation(again(evaluation), summary="Igen.", by=stage.leader, at=AT),
    ]
    for act in acts:
        if EVALUATION_MOVES[was]:
            act()
        else:
            with pytest.raises(TransitionRefused):
                act()


@pytest.mark.parametrize("who", ["steering", "decider", "writer", "stranger"])
def test_readers_do_not_write(stage, who):
    evaluation, person = make.create_evaluation(stage.programme, by=stage.leader), getattr(stage, who)
    acts = [
        lambda: make.create_evaluation(stage.programme, by=person),
        lambda: actions.add_formative_note(evaluation, text="x", by=person, at=AT),
        lambda: judged(evaluation, person),
        lambda: actions.close_evaluation(evaluation, summary="x", by=person, at=AT),
    ]
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()


# ---- The yearly follow-up


def years(project):
    return list(YearlyFollowUp.objects.filter(project=project).order_by("year").values_list("year", flat=True))


def test_each_project_and_year_gets_its_follow_up_once_through_two_years_of_days(stage):
    since, at = trail.mark(), day(2027, 1, 1)
    while at < day(2029, 1, 1):
        actions.ask_for_follow_ups(at=at)
        at += dt.timedelta(days=7)
    assert (years(stage.project), years(stage.other)) == ([2027, 2028], [2027, 2028])
    assert trail.entries(since) == [("pilots.follow_up.ask", None)] * 4


@pytest.mark.parametrize(
    ("at", "expected"), [(day(2027, 9, 30, 23), []), (day(2027, 10, 1, 0), [2027]), (day(2028, 2, 1), [2027])]
)
def test_the_task_appears_on_the_first_of_october(stage, at, expected):
    actions.ask_for_follow_ups(at=at)
    assert years(stage.project) == expected


def test_years_that_were_missed_are_caught_up_with(stage):
    assert actions.ask_for_follow_ups(at=day(2030, 11, 1)) == 8
    assert years(stage.project) == [2027, 2028, 2029, 2030]
    assert actions.ask_for_follow_ups(at=day(2030, 11, 1)) == 0


def test_a_closed_case_is_followed_up_for_its_last_year_and_no_longer(stage):
    Project.objects.filter(pk=stage.project.pk).update(state="closed", closed_at=day(2028, 3, 1))
    actions.ask_for_follow_ups(at=day(2030, 11, 1))
    assert years(stage.project) == [2027, 2028]


def test_the_daily_task_makes_them(stage, time_machine):
    time_machine.move_to(day(2027, 10, 2), tick=False)
    ask_for_follow_ups()
    assert years(stage.project) == [2027]


def follow_up(stage):
    actions.ask_for_follow_ups(at=day(2027, 10, 1))
    return YearlyFollowUp.objects.get(project=stage.project)


def test_it_waits_for_the_process_leader_until_it_is_done(stage):
    row, at = follow_up(stage), day(2027, 10, 5)
    assert row in open_follow_ups(stage.leader, at=at)
    for who in (stage.team, stage.steering, stage.writer, stage.stranger):
        assert list(open_follow_ups(who, at=at)) == []
    actions.do_follow_up(row, done_on=at.date(), note="Pengarna används rätt.", by=stage.team, at=at)
    done = again(row)
    assert (done.done_on, done.note, done.done_by, done.done_at) == (at.date(), "Pengarna används rätt.", stage.team, at)
    assert row not in open_follow_ups(stage.leader, at=at)


def test_of_two_at_once_one_wins(stage):
    row, at = follow_up(stage), day(2027, 10, 5)
    stale = again(row)
    actions.do_follow_up(row, done_on=at.date(), note="Först.", by=stage.leader, at=at)
    with pytest.raises(LostRace):
        actions.do_follow_up(stale, done_on=at.date(), note="Sedan.", by=stage.team, at=at)
    assert again(row).note == "Först."


@pytest.mark.parametrize(("done_on", "goes"), [((2026, 12, 31), False), ((2027, 1, 1), True), ((2028, 1, 10), True)])
def test_its_day_is_not_before_its_year(stage, done_on, goes):
    row, at = follow_up(stage), day(2028, 1, 10)
    if goes:
        actions.do_follow_up(row, done_on=dt.date(*done_on), note="Sett.", by=stage.leader, at=at)
    else:
        with pytest.raises(TransitionRefused):
            actions.do_follow_up(row, done_on=dt.date(*done_on), note="Sett.", by=stage.leader, at=at)
    assert (again(row).done_at is not None) is goes


@pytest.mark.parametrize(("note", "days"), [("", 0), ("Sett.", 1)])
def test_it_has_a_note_and_a_day_that_has_come(stage, note, days):
    row, at = follow_up(stage), day(2027, 10, 5)
    with pytest.raises(TransitionRefused):
        actions.do_follow_up(row, done_on=at.date() + dt.timedelta(days=days), note=note, by=stage.leader, at=at)
    assert again(row).done_at is None


@pytest.mark.parametrize("who", ["steering", "decider", "writer", "stranger"])
def test_only_officers_follow_up(stage, who):
    row = follow_up(stage)
    with pytest.raises(PermissionDenied):
        actions.do_follow_up(row, done_on=row.due_on, note="x", by=getattr(stage, who), at=day(2028, 1, 1))
