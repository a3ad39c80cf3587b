"""Requests for completion: asked, extended, taken back, answered, lapsed, followed up; and the ruling after six months."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants import actions, tasks
from grants.models import Application, Assessment, CompletionConsequence, CompletionFollowUp, CompletionRequest, RulingRequest
from grants.states import ApplicationState, AssessmentState, CompletionState
from kraftsamling.audit.log import sentence_of
from kraftsamling.audit.models import AuditEntry
from kraftsamling.home.waiting import count_waiting, waiting_for
from kraftsamling.lib.dates import STOCKHOLM, months_after, months_before, months_have_passed
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from tests.factories import applications, grants
from tests.factories.accounts import UserFactory
from tests.grants.scene import again, fresh, questions, scene
from tests.grants.trail import entries, letters, mark
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)
DUE = dt.datetime(2026, 12, 10, 16, tzinfo=STOCKHOLM)
TICK = dt.timedelta(microseconds=1)
DAY = dt.timedelta(days=1)


def make_stage():
    place = scene()
    place.application = applications.create_sent_in(grants.create_invited(place.sketch, by=place.leader))
    place.colleague = UserFactory(member_of=place.organisation, name="Kol Lega")
    return place


_stage_once, stage = kept(make_stage)


def ask(stage, *, by=None, at=AT, due_at=DUE, consequence=CompletionConsequence.AS_IT_IS, text="Budgeten för 2028 saknas."):
    return actions.request_completion(
        stage.application, text=text, due_at=due_at, consequence=consequence, by=by or stage.team, at=at
    )


def lapsed(stage, **kwargs):
    completion = ask(stage, **kwargs)
    actions.lapse_completion(completion, at=DUE)
    return completion


def set_state(application, state):
    """A state as another builder's action leaves it."""
    values = {"withdrawn_at": AT, "withdrawn_by": application.submitted_by} if state == "withdrawn" else {}
    values = {"withdrawn_at": None, "withdrawn_by": None, **values}
    Application.objects.filter(pk=application.pk).update(state=state, **values)
    application.refresh_from_db()


# ---- Ask


def test_asking_returns_the_application_and_tells_the_active_members(stage):
    away = UserFactory(member_of=stage.organisation, is_active=False)
    since = mark()
    completion = ask(stage, consequence=CompletionConsequence.DISMISSED)
    assert again(stage.application).state == "returned"
    found = CompletionRequest.objects.get()
    assert (found.text, found.due_at, found.consequence, found.state, found.asked_at, found.asked_by, found.closed_at) == (
        "Budgeten för 2028 saknas.", DUE, "dismissed", "open", AT, stage.team, None,
    )  # fmt: skip
    assert entries(since) == [("grants.completion.ask", stage.team.pk)]
    told = {("grants/completion_asked", user.email) for user in (stage.writer, stage.colleague)}
    assert set(letters(since)) == told
    assert away.email not in {email for _kind, email in letters(since)}
    mail = Message.objects.filter(kind="grants/completion_asked").first()
    assert mail.subject == "Komplettera ansökan senast 10 december 2026 kl. 16.00: Fritidslots"
    for part in (mail.text, mail.html):
        assert "Budgeten för 2028 saknas." in part
        assert "10 december" in part.replace("\xa0", " ")
        assert completion.application.get_absolute_url() in part


@pytest.mark.parametrize("state", [state for state in ApplicationState if state != "submitted"])
def test_only_an_application_that_waits_is_returned(stage, state):
    if state == "open":
        stage.application = applications.create_open(stage.call)
    else:
        set_state(stage.application, state)
    with pytest.raises(TransitionRefused, match="inskickad och väntar på beslut"):
        ask(stage)
    assert (CompletionRequest.objects.count(), again(stage.application).state) == (0, state)


@pytest.mark.parametrize(("text", "due_at"), [(" \n", DUE), ("Något.", AT), ("Något.", AT - TICK)])
def test_a_request_says_what_and_a_moment_that_lies_ahead(stage, text, due_at):
    with pytest.raises(TransitionRefused):
        ask(stage, text=text, due_at=due_at)
    assert again(stage.application).state == "submitted"


@pytest.mark.parametrize("who", ["decider", "reviewer", "writer"])
def test_others_do_not_ask(stage, who):
    with pytest.raises(PermissionDenied):
        ask(stage, by=getattr(stage, who))


def test_an_officer_in_conflict_does_not_ask(stage):
    actions.declare_on_case(stage.sketch, ground="Min syster.", by=stage.team, at=AT)
    with pytest.raises(PermissionDenied):
        ask(stage, by=fresh(stage.team))


def test_an_older_copy_of_the_application_is_read_anew(stage):
    stale = again(stage.application)
    ask(stage)
    with pytest.raises(TransitionRefused):
        actions.request_completion(stale, text="Mer.", due_at=DUE, consequence="as_it_is", by=stage.leader, at=AT)
    assert CompletionRequest.objects.count() == 1


def test_the_database_keeps_one_open_request_at_a_time(stage):
    completion = ask(stage)
    with pytest.raises(IntegrityError), transaction.atomic():
        CompletionRequest.objects.create(
            application=stage.application, text="x", due_at=DUE, consequence="as_it_is", asked_at=AT, asked_by=stage.team
        )
    completion.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        CompletionRequest.objects.filter(pk=completion.pk).update(follow_up="try", followed_up_at=AT, followed_up_by=stage.team)


# ---- Extend, take back


def test_more_time_is_told_and_the_reminders_begin_anew(stage):
    completion = ask(stage)
    actions.remind_about_completion(completion, days=2, at=DUE - 2 * DAY)
    since = mark()
    later = DUE + 10 * DAY
    actions.extend_completion(completion, due_at=later, by=stage.leader, at=AT + DAY)
    assert (again(completion).due_at, again(completion).state) == (later, "open")
    assert entries(since) == [("grants.completion.extend", stage.leader.pk)]
    assert {kind for kind, _to in letters(since)} == {"grants/completion_extended"}
    since = mark()
    actions.remind_about_completion(again_with_case(completion), days=2, at=later - 2 * DAY)
    assert len(letters(since)) == 2


def again_with_case(completion):
    return CompletionRequest.objects.select_related("application__sketch__call").get(pk=completion.pk)


@pytest.mark.parametrize("due_at", [DUE, DUE - DAY, AT - DAY])
def test_the_new_moment_is_a_later_one(stage, due_at):
    completion = ask(stage)
    with pytest.raises(TransitionRefused):
        actions.extend_completion(completion, due_at=due_at, by=stage.leader, at=AT)
    assert again(completion).due_at == DUE


def test_two_who_extend_at_once_do_not_overwrite_each_other(stage):
    completion = ask(stage)
    stale = again_with_case(completion)
    actions.extend_completion(completion, due_at=DUE + 2 * DAY, by=stage.leader, at=AT)
    with pytest.raises(LostRace):
        actions.extend_completion(stale, due_at=DUE + DAY, by=stage.team, at=AT)
    assert again(completion).due_at == DUE + 2 * DAY


def test_at_the_deadline_itself_it_is_too_late_to_change(stage):
    completion = ask(stage)
    for act in (actions.cancel_completion, lambda c, **k: actions.extend_completion(c, due_at=DUE + DAY, **k)):
        with pytest.raises(TransitionRefused):
            act(completion, by=stage.leader, at=DUE)
    actions.extend_completion(completion, due_at=DUE + DAY, by=stage.leader, at=DUE - TICK)


def test_taken_back_the_application_waits_as_it_stood(stage):
    completion, version = ask(stage), stage.application.current_version_id
    since = mark()
    actions.cancel_completion(completion, by=stage.leader, at=AT + DAY)
    assert (again(completion).state, again(completion).closed_at) == ("cancelled", AT + DAY)
    assert (again(stage.application).state, again(stage.application).current_version_id) == ("submitted", version)
    assert entries(since) == [("grants.completion.cancel", stage.leader.pk)]
    assert {kind for kind, _to in letters(since)} == {"grants/completion_cancelled"}


@pytest.mark.parametrize("state", [state for state in CompletionState if state != "open"])
def test_a_closed_request_is_not_changed(stage, state):
    completion = ask(stage)
    CompletionRequest.objects.filter(pk=completion.pk).update(state=state, closed_at=AT)
    for act in (actions.cancel_completion, lambda c, **k: actions.extend_completion(c, due_at=DUE + DAY, **k)):
        with pytest.raises(TransitionRefused):
            act(completion, by=stage.leader, at=AT)
    assert actions.lapse_completion(completion, at=DUE) is False
    assert actions.close_completion(stage.application, at=AT) is None
    assert again(completion).state == state


@pytest.mark.parametrize("who", ["decider", "reviewer", "writer"])
def test_others_change_no_request(stage, who):
    completion = ask(stage)
    for act in (actions.cancel_completion, lambda c, **k: actions.extend_completion(c, due_at=DUE + DAY, **k)):
        with pytest.raises(PermissionDenied):
            act(completion, by=getattr(stage, who), at=AT)


# ---- Answered, lapsed


def test_what_comes_in_time_closes_the_request(stage):
    completion = ask(stage)
    since = mark()
    assert actions.close_completion(stage.application, at=DUE - TICK) == completion
    assert (again(completion).state, again(completion).closed_at) == ("answered", DUE - TICK)
    assert entries(since) == [("grants.completion.answer", None)]


def test_sending_in_answers_the_request_and_at_its_deadline_it_is_too_late(stage):
    completion = ask(stage)
    applications.write(stage.application, at=DUE - TICK, purpose="Tydligare nu.")
    signatory = applications.create_signatory(stage.organisation)
    with pytest.raises(TransitionRefused, match="10"):
        applications.send_in(stage.application, at=DUE, signatory=signatory)
    applications.send_in(stage.application, at=DUE - TICK, signatory=signatory)
    assert (again(completion).state, again(completion).closed_at) == ("answered", DUE - TICK)


def test_at_the_deadline_itself_a_completion_is_too_late(stage):
    completion = ask(stage)
    with pytest.raises(TransitionRefused, match="10"):
        actions.close_completion(stage.application, at=DUE)
    assert again(completion).state == "open"


def test_a_withdrawal_lets_the_request_fall_also_after_its_time(stage):
    completion = ask(stage)
    actions.close_completion(stage.application, at=DUE + DAY, to=CompletionState.CANCELLED)
    assert again(completion).state == "cancelled"


def test_without_a_request_there_is_nothing_to_close(stage):
    since = mark()
    assert actions.close_completion(stage.application, at=AT) is None
    assert entries(since) == []


@pytest.mark.parametrize("consequence", CompletionConsequence)
def test_when_the_time_is_over_the_application_stands_and_a_human_is_asked(stage, consequence):
    completion, version = ask(stage, consequence=consequence), stage.application.current_version_id
    since = mark()
    with time_machine.travel(DUE, tick=False):
        tasks.lapse_completions()
    assert (again(completion).state, again(completion).closed_at) == ("lapsed", DUE)
    assert (again(stage.application).state, again(stage.application).current_version_id) == ("submitted", version)
    assert entries(since) == [("grants.completion.lapse", None)]
    assert set(letters(since)) == {("grants/completion_lapsed", u.email) for u in (stage.writer, stage.colleague, stage.leader)}
    to_members = Message.objects.get(kind="grants/completion_lapsed", to=stage.writer)
    assert ("lämnas utan prövning" in to_members.text or "untried" in to_members.text) is (consequence == "dismissed")
    titles = [task.title for task in waiting_for(fresh(stage.leader), at=DUE)]
    assert any(completion.application.handed_in.title in title for title in titles)


def test_before_the_deadline_nothing_lapses(stage):
    completion = ask(stage)
    with time_machine.travel(DUE - TICK, tick=False):
        tasks.lapse_completions()
    assert (again(completion).state, again(stage.application).state) == ("open", "returned")


def test_lapsing_twice_or_after_more_time_changes_nothing(stage):
    completion = ask(stage)
    stale = again_with_case(completion)
    actions.extend_completion(completion, due_at=DUE + DAY, by=stage.leader, at=AT)
    assert actions.lapse_completion(stale, at=DUE) is False
    assert again(completion).state == "open"
    since = mark()
    assert actions.lapse_completion(completion, at=DUE + DAY) is True
    assert actions.lapse_completion(stale, at=DUE + 2 * DAY) is False
    assert len(letters(since)) == 3


@pytest.mark.parametrize("state", ["withdrawn", "submitted"])
def test_a_request_whose_application_has_moved_on_falls_silently(stage, state):
    completion = ask(stage)
    set_state(stage.application, state)
    since = mark()
    assert actions.lapse_completion(again_with_case(completion), at=DUE) is False
    assert (again(completion).state, again(stage.application).state, letters(since)) == ("cancelled", state, [])


# ---- Followed up


@pytest.mark.parametrize("follow_up", CompletionFollowUp)
def test_the_process_leader_says_what_is_done_and_nothing_else_happens(stage, follow_up):
    completion = lapsed(stage, consequence=CompletionConsequence.DISMISSED)
    since = mark()
    actions.follow_up_completion(completion, follow_up=follow_up, by=stage.leader, at=DUE + DAY)
    found = again(completion)
    assert (found.follow_up, found.followed_up_at, found.followed_up_by) == (follow_up, DUE + DAY, stage.leader)
    assert again(stage.application).state == "submitted"
    assert (entries(since), letters(since)) == ([("grants.completion.follow_up", stage.leader.pk)], [])
    assert not [t for t in waiting_for(fresh(stage.leader), at=DUE) if t.url == stage.application.get_absolute_url()]


def test_what_the_request_did_not_say_cannot_follow(stage):
    completion = lapsed(stage)
    with pytest.raises(TransitionRefused):
        actions.follow_up_completion(completion, follow_up=CompletionFollowUp.LEAVE, by=stage.leader, at=DUE)
    with pytest.raises(TransitionRefused):
        actions.follow_up_completion(completion, follow_up="granted", by=stage.leader, at=DUE)
    assert again(completion).follow_up == ""


def test_a_follow_up_is_said_once_by_the_process_leader_and_only_of_what_has_lapsed(stage):
    completion = ask(stage)
    with pytest.raises(TransitionRefused):
        actions.follow_up_completion(completion, follow_up="try", by=stage.leader, at=AT)
    actions.lapse_completion(completion, at=DUE)
    for who in (stage.team, stage.decider, stage.writer):
        with pytest.raises(PermissionDenied):
            actions.follow_up_completion(completion, follow_up="try", by=who, at=DUE)
    stale = again_with_case(completion)
    actions.follow_up_completion(completion, follow_up="try", by=stage.leader, at=DUE)
    with pytest.raises(LostRace):
        actions.follow_up_completion(stale, follow_up="try", by=stage.leader, at=DUE)


@pytest.mark.parametrize("act", ["taken back", "answered"])
def test_what_has_not_lapsed_is_not_followed_up_though_the_application_waits(stage, act):
    completion = ask(stage)
    if act == "taken back":
        actions.cancel_completion(completion, by=stage.leader, at=AT)
    else:
        actions.close_completion(stage.application, at=AT)
        set_state(stage.application, "submitted")
    with pytest.raises(TransitionRefused, match="har inte gått ut"):
        actions.follow_up_completion(again_with_case(completion), follow_up="try", by=stage.leader, at=DUE)
    assert again(completion).followed_up_at is None


@pytest.mark.parametrize("state", ["granted", "rejected", "dismissed", "withdrawn"])
def test_after_the_decision_there_is_nothing_to_follow_up(stage, state):
    completion = lapsed(stage)
    set_state(stage.application, state)
    with pytest.raises(TransitionRefused):
        actions.follow_up_completion(completion, follow_up="try", by=stage.leader, at=DUE)
    assert not CompletionRequest.objects.awaiting_follow_up().exists()


def test_who_asks_anew_has_said_what_is_done(stage):
    lapsed(stage)
    stage.application.refresh_from_db()
    ask(stage, at=DUE + DAY, due_at=DUE + 9 * DAY)
    actions.close_completion(stage.application, at=DUE + 2 * DAY)
    set_state(stage.application, "submitted")
    assert not CompletionRequest.objects.awaiting_follow_up().exists()


# ---- Reminders


def reminders(at):
    with time_machine.travel(at, tick=False):
        tasks.remind()


def of_kind(kind):
    return list(Message.objects.filter(kind=f"grants/{kind}").order_by("pk").values_list("to_email", flat=True))


def test_reminders_come_seven_and_two_days_before_and_on_the_day_once_each(stage):
    ask(stage)
    counts = []
    for days in (8, 7, 7, 6, 2, 2, 1, 0, 0, -1):
        reminders(dt.datetime(2026, 12, 10, 8, 5, tzinfo=STOCKHOLM) - days * DAY)
        counts.append(len(of_kind("completion_reminder")))
    assert counts == [0, 2, 2, 2, 4, 4, 4, 6, 6, 6]
    subjects = list(Message.objects.filter(kind="grants/completion_reminder", to=stage.writer).values_list("subject", flat=True))
    assert len(set(subjects)) == 3


def test_after_a_week_without_the_clock_nothing_is_sent_late_or_twice(stage):
    ask(stage)
    reminders(DUE - 7 * DAY)
    reminders(DUE + 5 * DAY)
    assert len(of_kind("completion_reminder")) == 2


@pytest.mark.parametrize("act", ["cancel", "answer", "withdraw"])
def test_who_need_not_complete_is_not_reminded(stage, act):
    completion = ask(stage)
    if act == "cancel":
        actions.cancel_completion(completion, by=stage.leader, at=AT)
    elif act == "answer":
        actions.close_completion(stage.application, at=AT)
    else:
        set_state(stage.application, "withdrawn")
    reminders(DUE - 2 * DAY)
    assert of_kind("completion_reminder") == []


# ---- What waits


def test_the_request_waits_for_the_members_until_its_moment(stage):
    ask(stage)
    for at, expected in ((AT, [DUE]), (DUE - TICK, [DUE]), (DUE, [])):
        found = [t.due_at for t in waiting_for(fresh(stage.writer), at=at) if t.url == stage.application.get_absolute_url()]
        assert found == expected
        assert count_waiting(fresh(stage.writer), at=at) == len(waiting_for(fresh(stage.writer), at=at))
    outsider = UserFactory(member_of=grants.OrganisationFactory())
    assert not [t for t in waiting_for(fresh(outsider), at=AT) if t.url == stage.application.get_absolute_url()]


# ---- Six months (förvaltningslagen 12 §)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ((2026, 8, 31), 6, (2027, 2, 28)),
        ((2027, 8, 31), 6, (2028, 2, 29)),
        ((2026, 11, 20), 6, (2027, 5, 20)),
        ((2026, 12, 31), 6, (2027, 6, 30)),
        ((2026, 11, 30), 1, (2026, 12, 30)),
        ((2028, 2, 29), -6, (2027, 8, 29)),
        ((2026, 1, 31), -2, (2025, 11, 30)),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, expected):
    assert months_after(dt.date(*day), months) == dt.date(*expected)


@pytest.mark.parametrize("today", [dt.date(2027, 2, 27) + dt.timedelta(days=n) for n in range(6)] + [dt.date(2028, 2, 29)])
def test_what_came_in_before_is_what_has_waited_so_long(today):
    at = dt.datetime.combine(today, dt.time(8), tzinfo=STOCKHOLM)
    limit = months_before(at, 6)
    for days in range(170, 200):
        since = dt.datetime.combine(today - dt.timedelta(days=days), dt.time(23, 59), tzinfo=STOCKHOLM)
        assert (since < limit) is months_have_passed(since, 6, at=at)


def came_in(stage, at):
    stage.application.versions.update(submitted_at=at)
    Application.objects.filter(pk=stage.application.pk).update(submitted_at=at)
    stage.application.refresh_from_db()


AUGUST = dt.datetime(2026, 8, 31, 23, 30, tzinfo=STOCKHOLM)
FEBRUARY = dt.datetime(2027, 2, 28, 0, 0, tzinfo=STOCKHOLM)


def test_a_ruling_can_be_asked_for_from_the_day_six_months_later(stage):
    came_in(stage, AUGUST)
    with pytest.raises(TransitionRefused):
        actions.ask_for_ruling(stage.application, by=stage.writer, at=FEBRUARY - TICK)
    since = mark()
    actions.ask_for_ruling(stage.application, by=stage.writer, at=FEBRUARY)
    asked = RulingRequest.objects.get()
    assert (asked.application, asked.asked_at, asked.asked_by) == (stage.application, FEBRUARY, stage.writer)
    assert entries(since) == [("grants.ruling.ask", stage.writer.pk)]
    assert letters(since) == [("grants/ruling_due", stage.leader.email)]
    assert actions.ruling_due_at(FEBRUARY) == dt.datetime(2027, 3, 28, 0, 0, tzinfo=STOCKHOLM)
    assert "28" in sentence_of(AuditEntry.objects.get(action="grants.ruling.ask"))


def test_the_four_weeks_keep_their_clock_time_over_the_change_of_summer_time():
    asked = dt.datetime(2027, 3, 10, 9, tzinfo=STOCKHOLM)
    assert actions.ruling_due_at(asked).isoformat() == "2027-04-07T09:00:00+02:00"


def test_a_completion_does_not_begin_the_six_months_anew(stage):
    came_in(stage, AUGUST)
    Application.objects.filter(pk=stage.application.pk).update(submitted_at=FEBRUARY - 2 * DAY)
    assert actions.ruling_refusal(again(stage.application), at=FEBRUARY) == ""


def test_a_ruling_is_asked_for_once_and_only_while_no_decision_is_there(stage):
    came_in(stage, AUGUST)
    for state in set(ApplicationState) - {"submitted", "returned", "open"}:
        set_state(stage.application, state)
        with pytest.raises(TransitionRefused):
            actions.ask_for_ruling(stage.application, by=stage.writer, at=FEBRUARY)
    Application.objects.filter(pk=stage.application.pk).update(state="returned", withdrawn_at=None, withdrawn_by=None)
    actions.ask_for_ruling(stage.application, by=stage.writer, at=FEBRUARY)
    with pytest.raises(TransitionRefused):
        actions.ask_for_ruling(stage.application, by=stage.colleague, at=FEBRUARY + DAY)
    assert RulingRequest.objects.count() == 1


@pytest.mark.parametrize("who", ["leader", "team", "decider", "reviewer"])
def test_only_the_organisation_asks_for_a_ruling(stage, who):
    came_in(stage, AUGUST)
    with pytest.raises(PermissionDenied):
        actions.ask_for_ruling(stage.application, by=getattr(stage, who), at=FEBRUARY)


def test_what_has_not_been_sent_in_gets_no_ruling(stage):
    application = applications.create_open(stage.call)
    member = application.sketch.organisation.members.get()
    with pytest.raises(TransitionRefused):
        actions.ask_for_ruling(application, by=member, at=FEBRUARY)


def test_process_leaders_are_reminded_at_five_months_and_at_six_once_each(stage):
    came_in(stage, AUGUST)
    subjects = []
    for day in ((2027, 1, 30), (2027, 1, 31), (2027, 2, 15), (2027, 2, 27), (2027, 2, 28), (2027, 3, 20)):
        reminders(dt.datetime(*day, 8, 5, tzinfo=STOCKHOLM))
        subjects.append(len(of_kind("ruling_due")))
    assert subjects == [0, 1, 1, 1, 2, 2]
    assert set(of_kind("ruling_due")) == {stage.leader.email}


def test_after_a_month_without_the_clock_only_the_later_reminder_comes(stage):
    came_in(stage, AUGUST)
    reminders(FEBRUARY + 3 * DAY)
    found = Message.objects.filter(kind="grants/ruling_due")
    assert [m.dedupe_key.rpartition(":")[0][-1] for m in found] == ["6"]


def test_a_leader_in_conflict_is_not_told(stage):
    came_in(stage, AUGUST)
    actions.declare_on_case(stage.sketch, ground="Min bror.", by=stage.leader, at=AT)
    reminders(FEBRUARY)
    assert of_kind("ruling_due") == []


def test_the_six_months_wait_for_the_process_leader_alone(stage):
    came_in(stage, AUGUST)
    five = dt.datetime(2027, 1, 31, tzinfo=STOCKHOLM)

    def due(user, at):
        tasks_ = waiting_for(fresh(user), at=at)
        assert count_waiting(fresh(user), at=at) == len(tasks_)
        return [t.due_at for t in tasks_ if t.url == stage.application.get_absolute_url()]

    assert (due(stage.leader, five - TICK), due(stage.leader, five), due(stage.team, five)) == ([], [FEBRUARY], [])
    actions.ask_for_ruling(stage.application, by=stage.writer, at=FEBRUARY)
    assert due(stage.leader, FEBRUARY) == [actions.ruling_due_at(FEBRUARY)]
    set_state(stage.application, "granted")
    assert due(stage.leader, FEBRUARY) == []


# ---- Pages


def test_the_way_from_request_to_lapse_through_the_pages(client, stage):
    client.force_login(stage.leader)
    url = reverse("completion_send", args=[stage.application.pk])
    typed = {"text": "Skicka medfinansieringsintyget.", "due_at": "2026-12-10T16:00", "consequence": "dismissed"}
    with time_machine.travel(AT, tick=False):
        assert client.get(reverse("completion_ask", args=[stage.application.pk])).status_code == 200
        assert client.post(url, {**typed, "text": "Ring 19121212-1212."}).status_code == 200
        assert client.post(url, {**typed, "due_at": "2026-11-01T16:00"}).status_code == 422
        assert CompletionRequest.objects.count() == 0
        assert client.post(url, typed).status_code == 302
        completion = CompletionRequest.objects.get()
        args = [stage.application.pk, completion.pk]
        client.post(reverse("completion_extend", args=args), {"due_at": "2026-12-12T16:00"})
        assert again(completion).due_at == DUE + 2 * DAY
        page = client.get(stage.application.get_absolute_url()).content.decode()
        assert "Skicka medfinansieringsintyget." in page
        assert reverse("completion_cancel", args=args) in page
        client.force_login(stage.writer)
        page = client.get(stage.application.get_absolute_url()).content.decode()
        assert "Skicka medfinansieringsintyget." in page
        assert reverse("completion_cancel", args=args) not in page
    actions.lapse_completion(again_with_case(completion), at=DUE + 2 * DAY)
    with time_machine.travel(DUE + 2 * DAY, tick=False):
        client.force_login(stage.leader)
        assert reverse("completion_follow_up", args=args) in client.get(stage.application.get_absolute_url()).content.decode()
        client.post(reverse("completion_follow_up", args=args), {"follow_up": "leave"})
    assert again(completion).follow_up == "leave"


def test_an_expired_session_brings_the_request_back(client, stage):
    url = reverse("completion_send", args=[stage.application.pk])
    response = client.post(url, {"text": "Ett långt besked.", "consequence": "dismissed"})
    assert CompletionRequest.objects.count() == 0
    client.force_login(stage.leader)
    back = parse_qs(urlsplit(response["Location"]).query)["next"][0]
    assert "Ett långt besked." in client.get(back).content.decode()


@pytest.mark.parametrize("name", ["completion_extend", "completion_cancel", "completion_follow_up"])
def test_the_outsider_and_other_cases_ids_find_nothing(client, stage, name):
    completion = ask(stage)
    elsewhere = grants.officer(grants.ProgrammeFactory())
    client.force_login(elsewhere)
    assert client.post(reverse(name, args=[stage.application.pk, completion.pk])).status_code == 404
    other = applications.create_sent_in(call=stage.call, by=stage.leader)
    client.force_login(stage.leader)
    assert client.post(reverse(name, args=[other.pk, completion.pk])).status_code == 404
    client.force_login(stage.decider)
    assert (
        client.post(reverse(name, args=[stage.application.pk, completion.pk]), {"due_at": "2027-01-01T10:00"}).status_code == 403
    )
    assert again(completion).state == "open"


def test_the_button_for_a_ruling_says_why_it_is_too_early(client, stage):
    came_in(stage, AUGUST)
    action = reverse("ruling_ask", args=[stage.application.pk])
    with time_machine.travel(FEBRUARY - TICK, tick=False):
        client.force_login(stage.writer)
        page = client.get(stage.application.get_absolute_url()).content.decode()
        assert action not in page
        assert "28\xa0februari 2027" in page
    with time_machine.travel(FEBRUARY, tick=False):
        assert action in client.get(stage.application.get_absolute_url()).content.decode()
        client.post(action)
    assert RulingRequest.objects.count() == 1


def test_a_case_that_no_longer_waits_says_nothing_of_a_ruling(client, stage):
    came_in(stage, AUGUST)
    client.force_login(stage.writer)
    shown = {}
    with time_machine.travel(AT, tick=False):
        for state in ("submitted", "returned", "granted", "rejected", "dismissed", "withdrawn"):
            set_state(stage.application, state)
            shown[state] = 'id="avgorande"' in client.get(stage.application.get_absolute_url()).content.decode()
    assert [state for state, is_shown in shown.items() if is_shown] == ["submitted", "returned"]


def test_the_page_asks_as_much_for_one_request_as_for_three(client, stage):
    completion = ask(stage)
    client.force_login(stage.leader)
    with time_machine.travel(AT, tick=False):
        one, _page = questions(client, stage.application.get_absolute_url())
        for _n in range(2):
            actions.cancel_completion(completion, by=stage.leader, at=AT)
            stage.application.refresh_from_db()
            completion = ask(stage)
        three, _page = questions(client, stage.application.get_absolute_url())
    assert len(three) == len(one) <= 15


def test_a_reviewer_of_the_case_sees_no_requests(client, stage):
    ask(stage, text="Det här är för parterna.")
    Assessment.objects.create(
        sketch=stage.sketch, reviewer=stage.reviewer, state=AssessmentState.OPEN, assigned_at=AT, assigned_by=stage.leader
    )
    client.force_login(stage.reviewer)
    response = client.get(stage.application.get_absolute_url())
    assert (response.status_code, "Det här är för parterna." in response.content.decode()) == (200, False)
    assert client.get(reverse("completion_ask", args=[stage.application.pk])).status_code == 404
