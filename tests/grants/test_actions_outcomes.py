"""Answers: prepared, lettered, sent together; the invitation after them, and its reminders."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied

from grants import actions, letters, tasks
from grants.models import Application, Outcome, OutcomeKind
from grants.states import ApplicationState, OutcomeState
from kraftsamling.accounts.models import Membership
from kraftsamling.audit.log import sentence_of
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.dates import STOCKHOLM, moment_text
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from tests.factories import grants as make
from tests.factories.accounts import UserFactory
from tests.grants.scene import again, fresh, scene
from tests.grants.test_actions_reviews import days_of, entries, of_kind, reminded
from tests.grants.test_queries import sketch_in
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = make.ANSWERING
LATER = AT + dt.timedelta(hours=1)
DUE = dt.datetime(2026, 11, 20, 12, tzinfo=STOCKHOLM)
TICK = dt.timedelta(microseconds=1)


def make_stage():
    return scene()


_stage_once, stage = kept(make_stage)


def prepare(stage, *, kind=OutcomeKind.INVITED, reason="Väl tänkt.", revision=0, by=None, at=AT, sketch=None, **kwargs):
    return actions.prepare_outcome(
        sketch or stage.sketch, kind=kind, reason=reason, revision=revision, by=by or stage.leader, at=at, **kwargs
    )


def send(stage, *outcomes, by=None, at=LATER):
    return actions.send_outcomes(stage.call, outcomes=outcomes, by=by or stage.leader, at=at)


def log_of(sketch):
    return entries(sketch, prefix="grants.")


# ---- Prepare


def test_preparing_an_invitation_keeps_it_pending_and_tells_nobody_outside(stage):
    Message.objects.all().delete()
    prepare(stage, by=stage.team, application_due_at=DUE)
    found = Outcome.objects.get()
    assert (found.kind, found.reason, found.application_due_at, found.state, found.revision, found.prepared_at, found.prepared_by) == (
        "invited", "Väl tänkt.", DUE, "pending", 1, AT, stage.team,
    )  # fmt: skip
    assert again(stage.sketch).state == "submitted"
    assert (Message.objects.count(), Application.objects.count()) == (0, 0)
    assert newest_of(stage) == ("grants.outcome.prepare", stage.team.pk, {"kind": "invited", "reason": "Väl tänkt."})
    assert AuditEntry.objects.get(action="grants.outcome.prepare").internal is True


def newest_of(stage):
    return log_of(stage.sketch)[-1]


def test_without_an_own_deadline_the_calls_holds(stage):
    assert prepare(stage).application_due_at == make.APPLICATION_DUE


def test_who_is_not_invited_has_no_deadline(stage):
    assert prepare(stage, kind=OutcomeKind.DECLINED, application_due_at=DUE).application_due_at is None


@pytest.mark.parametrize("reason", ["", " ", "\n\t "])
@pytest.mark.parametrize("kind", OutcomeKind)
def test_an_answer_without_reason_is_refused(stage, kind, reason):
    with pytest.raises(TransitionRefused):
        prepare(stage, kind=kind, reason=reason)
    assert not Outcome.objects.exists()


def test_a_deadline_must_lie_ahead(stage):
    for due in (AT, AT - TICK):
        with pytest.raises(TransitionRefused):
            prepare(stage, application_due_at=due)
    assert prepare(stage, application_due_at=AT + TICK).application_due_at == AT + TICK


def test_an_invitation_needs_a_deadline_from_somewhere(stage):
    stage.call.application_due_at = None
    stage.call.save()
    with pytest.raises(TransitionRefused):
        prepare(stage)
    assert prepare(stage, kind=OutcomeKind.DECLINED).kind == "declined"


@pytest.mark.parametrize("state", ["invited", "declined", "withdrawn"])
def test_a_sketch_that_has_its_answer_or_is_withdrawn_gets_none(stage, state):
    sketch = sketch_in(state, stage)
    before = list(Outcome.objects.values())
    with pytest.raises(TransitionRefused):
        prepare(stage, sketch=sketch, revision=before[0]["revision"] if before else 0)
    assert list(Outcome.objects.values()) == before


def test_a_draft_gets_no_answer(stage):
    with pytest.raises(PermissionDenied):
        prepare(stage, sketch=sketch_in("draft", stage))


def test_a_stale_sketch_gets_no_answer_after_it_was_withdrawn(stage):
    stale = again(stage.sketch)
    actions.withdraw_sketch(stage.sketch, reason="Nej.", by=stage.writer, at=AT)
    with pytest.raises(TransitionRefused):
        prepare(stage, sketch=stale)


@pytest.mark.parametrize("who", ["decider", "reviewer", "writer"])
def test_only_officers_prepare_edit_and_drop(stage, who):
    user = getattr(stage, who)
    with pytest.raises(PermissionDenied):
        prepare(stage, by=user)
    outcome = prepare(stage)
    with pytest.raises(PermissionDenied):
        actions.edit_letter(outcome, letter="Hej", revision=1, by=user, at=AT)
    with pytest.raises(PermissionDenied):
        actions.drop_outcome(outcome, revision=1, by=user, at=AT)
    assert (again(outcome).letter, again(outcome).revision) == ("", 1)


def test_an_officer_in_conflict_neither_prepares_edits_drops_nor_sends(stage):
    outcome = prepare(stage)
    actions.declare_on_case(stage.sketch, ground="Vän.", by=stage.leader, at=AT)
    for act in (
        lambda: prepare(stage, revision=1),
        lambda: actions.edit_letter(outcome, letter="Hej", revision=1, by=stage.leader, at=AT),
        lambda: actions.drop_outcome(outcome, revision=1, by=stage.leader, at=AT),
        lambda: send(stage, outcome),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert again(outcome).state == "pending"


def test_changing_a_prepared_answer_counts_on_and_keeps_an_own_letter_of_the_same_kind(stage):
    outcome = prepare(stage)
    actions.edit_letter(outcome, letter="Vår egen text.", revision=1, by=stage.leader, at=AT)
    prepare(stage, reason="Ännu bättre tänkt.", revision=2, by=stage.team, at=LATER)
    found = again(outcome)
    assert (found.reason, found.revision, found.letter, found.prepared_by, found.prepared_at) == (
        "Ännu bättre tänkt.", 3, "Vår egen text.", stage.team, LATER,
    )  # fmt: skip


def test_changing_the_answer_itself_begins_the_letter_anew(stage):
    outcome = prepare(stage)
    actions.edit_letter(outcome, letter="Grattis!", revision=1, by=stage.leader, at=AT)
    prepare(stage, kind=OutcomeKind.DECLINED, reason="Pengarna tog slut.", revision=2)
    assert (again(outcome).letter, "Grattis" in letters.letter(again(outcome))) == ("", False)


def test_of_two_officers_who_prepare_at_once_one_wins_and_the_other_is_told(stage):
    prepare(stage, reason="Ja.", by=stage.leader)
    with pytest.raises(LostRace):
        prepare(stage, kind=OutcomeKind.DECLINED, reason="Nej.", revision=0, by=stage.team)
    assert (Outcome.objects.get().reason, Outcome.objects.get().prepared_by) == ("Ja.", stage.leader)
    assert [action for action, *_rest in log_of(stage.sketch) if "outcome" in action] == ["grants.outcome.prepare"]


@pytest.mark.parametrize("revision", [0, 1, 3, 10**12])
def test_a_change_from_another_revision_loses(stage, revision):
    prepare(stage)
    prepare(stage, reason="Två.", revision=1)
    with pytest.raises(LostRace):
        prepare(stage, reason="Tre.", revision=revision)
    assert Outcome.objects.get().reason == "Två."


def test_changing_an_answer_that_a_colleague_has_dropped_loses(stage):
    outcome = prepare(stage)
    actions.drop_outcome(outcome, revision=1, by=stage.team, at=AT)
    with pytest.raises(LostRace):
        prepare(stage, revision=1)
    assert not Outcome.objects.exists()


# ---- The letter


def with_letters(stage, text):
    stage.call.invitation_letter = stage.call.declining_letter = text
    stage.call.save()
    return stage


def test_every_placeholder_is_filled_in(stage):
    with_letters(stage, "{organisation}|{title}|{reason}|{deadline}|{call}|{contact}")
    outcome = prepare(stage, application_due_at=DUE)
    assert letters.letter(outcome) == "|".join(
        [
            stage.organisation.name, "Fritidslots", "Väl tänkt.", moment_text(DUE), "Pilotprojekt",
            "Kontakt Person\nkontakt@example.se",
        ]
    )  # fmt: skip


def test_the_letter_says_its_deadline_in_the_language_of_the_letters_whoever_looks(stage):
    from django.utils import translation

    with_letters(stage, "{deadline}")
    outcome = prepare(stage, application_due_at=DUE)
    with translation.override("sv"):
        swedish = moment_text(DUE)
    with translation.override("en"):
        assert letters.letter(outcome) == swedish


def test_a_letter_without_deadline_says_none(stage):
    with_letters(stage, "[{deadline}]")
    assert letters.letter(prepare(stage, kind=OutcomeKind.DECLINED)) == "[]"


def test_each_kind_has_its_own_letter(stage):
    stage.call.invitation_letter, stage.call.declining_letter = "Välkomna", "Tyvärr"
    stage.call.save()
    other = make.create_submitted(stage.call)
    texts = [letters.letter(prepare(stage)), letters.letter(prepare(stage, sketch=other, kind=OutcomeKind.DECLINED))]
    assert texts == ["Välkomna", "Tyvärr"]


@pytest.mark.parametrize(
    "reason", ["{title}", "{organisation} {reason}", "{{title}}", "{0}", "{reason}", "%(title)s", "{title", "}{", "{title!r}"]
)
def test_braces_in_what_people_wrote_are_not_expanded(stage, reason):
    with_letters(stage, "Skäl: {reason}. Titel: {title}.")
    assert letters.letter(prepare(stage, reason=reason)) == f"Skäl: {reason}. Titel: Fritidslots."


def test_braces_in_title_and_organisation_are_not_expanded(stage):
    with_letters(stage, "{organisation}/{title}/{reason}")
    organisation = make.OrganisationFactory(name="Föreningen {reason}")
    sketch = make.create_submitted(stage.call, organisation=organisation, title="{organisation} {deadline}")
    assert letters.letter(prepare(stage, sketch=sketch)) == "Föreningen {reason}/{organisation} {deadline}/Väl tänkt."


@pytest.mark.parametrize(
    "text", ["{unknown}", "{", "}", "{}", "{title", "{0}", "{title.__class__}", "{ title }", "%s %(title)s", "{{ 7 }}"]
)
def test_other_braces_in_the_calls_letter_stand_as_they_are(stage, text):
    with_letters(stage, text)
    assert letters.letter(prepare(stage)) == text


def test_an_own_wording_is_kept_counts_on_and_is_logged(stage):
    outcome = prepare(stage)
    actions.edit_letter(outcome, letter="Kära ni. {title}", revision=1, by=stage.team, at=LATER)
    found = again(outcome)
    assert (found.letter, found.revision, letters.letter(found)) == ("Kära ni. {title}", 2, "Kära ni. {title}")
    assert newest_of(stage) == ("grants.outcome.letter", stage.team.pk, {})


@pytest.mark.parametrize("how", ["same", "empty", "spaces"])
def test_the_calls_wording_is_followed_again_when_the_text_is_the_same_or_empty(stage, how):
    outcome = prepare(stage)
    actions.edit_letter(outcome, letter="Egen.", revision=1, by=stage.leader, at=AT)
    text = {"same": f"\n{letters.default_letter(outcome)}  \n", "empty": "", "spaces": " \n"}[how]
    actions.edit_letter(again(outcome), letter=text, revision=2, by=stage.leader, at=AT)
    found = again(outcome)
    assert (found.letter.strip(), letters.letter(found)) == ("", letters.default_letter(found))


@pytest.mark.parametrize("revision", [0, 2])
def test_a_letter_from_another_revision_loses(stage, revision):
    outcome = prepare(stage)
    with pytest.raises(LostRace):
        actions.edit_letter(outcome, letter="Hej", revision=revision, by=stage.leader, at=AT)
    assert again(outcome).letter == ""


def test_a_letter_that_is_sent_stands(stage):
    outcome = prepare(stage)
    send(stage, again(outcome))
    sent = again(outcome).letter
    for act in (
        lambda: actions.edit_letter(again(outcome), letter="Ändrat", revision=1, by=stage.leader, at=LATER),
        lambda: actions.drop_outcome(again(outcome), revision=1, by=stage.leader, at=LATER),
    ):
        with pytest.raises(TransitionRefused):
            act()
    assert (again(outcome).letter, again(outcome).state) == (sent, "sent")


# ---- Drop and withdraw


def test_a_prepared_answer_can_be_dropped_and_that_is_logged(stage):
    outcome = prepare(stage)
    actions.drop_outcome(outcome, revision=1, by=stage.team, at=LATER)
    assert not Outcome.objects.exists()
    assert newest_of(stage) == ("grants.outcome.drop", stage.team.pk, {})


def test_dropping_what_a_colleague_has_changed_loses(stage):
    outcome = prepare(stage)
    prepare(stage, reason="Nytt skäl.", revision=1, by=stage.team)
    with pytest.raises(LostRace):
        actions.drop_outcome(outcome, revision=1, by=stage.leader, at=LATER)
    assert Outcome.objects.get().reason == "Nytt skäl."


def test_withdrawing_removes_what_was_prepared(stage):
    prepare(stage)
    actions.withdraw_sketch(again(stage.sketch), reason="Vi hinner inte.", by=stage.writer, at=LATER)
    assert (again(stage.sketch).state, Outcome.objects.count()) == ("withdrawn", 0)


def test_what_has_been_answered_is_not_withdrawn_and_the_answer_stands(stage):
    outcome = prepare(stage)
    send(stage, again(outcome))
    with pytest.raises(TransitionRefused):
        actions.withdraw_sketch(again(stage.sketch), reason="Ångrar oss.", by=stage.writer, at=LATER)
    assert again(outcome).state == "sent"


# ---- Send


def test_an_invitation_opens_an_application_with_its_own_moment(stage, django_capture_on_commit_callbacks):
    colleague = UserFactory(member_of=stage.organisation)
    UserFactory(member_of=stage.organisation, is_active=False)
    mail.outbox.clear()
    outcome = prepare(stage, application_due_at=DUE)
    with django_capture_on_commit_callbacks(execute=True):
        assert send(stage, again(outcome)) == 1
    sent, application = again(outcome), Application.objects.get()
    assert (sent.state, sent.sent_at, sent.sent_by, again(stage.sketch).state) == ("sent", LATER, stage.leader, "invited")
    assert (application.sketch, application.state, application.opened_at, application.due_at) == (
        stage.sketch,
        "open",
        LATER,
        DUE,
    )
    assert newest_of(stage) == (
        "grants.outcome.invite", stage.leader.pk, {"reason": "Väl tänkt.", "due": DUE.astimezone(dt.UTC).isoformat()},
    )  # fmt: skip
    letters_sent = [m for m in mail.outbox if "Fritidslots" in m.subject]
    assert sorted(m.to for m in letters_sent) == sorted([[stage.writer.email], [colleague.email]])
    message = of_kind("outcome").get(to=stage.writer)
    assert (message.category, message.about, message.programme_id) == (
        "case",
        f"grants.sketch:{stage.sketch.pk}",
        stage.programme.pk,
    )
    assert (sent.letter in message.text, application.get_absolute_url() in message.text) == (True, True)


def test_who_is_not_invited_gets_the_reason_and_no_application(stage):
    outcome = prepare(stage, kind=OutcomeKind.DECLINED, reason="För dyr resa.")
    send(stage, again(outcome))
    assert (again(stage.sketch).state, Application.objects.count()) == ("declined", 0)
    assert newest_of(stage) == ("grants.outcome.decline", stage.leader.pk, {"reason": "För dyr resa.", "due": ""})
    message = of_kind("outcome").get()
    assert ("För dyr resa." in message.text, stage.sketch.get_absolute_url() in message.text) == (True, True)


def test_every_sentence_of_the_log_can_be_read(stage):
    send(stage, again(prepare(stage)))
    actions.turn_down_invitation(Application.objects.get(), reason="Nej.", by=stage.writer, at=LATER)
    sentences = [sentence_of(entry) for entry in AuditEntry.objects.all()]
    assert [s for s in sentences if "%(" in s or not s] == []


def test_what_is_sent_is_the_edited_letter(stage):
    outcome = prepare(stage)
    actions.edit_letter(outcome, letter="Bara detta. {title}", revision=1, by=stage.leader, at=AT)
    send(stage, again(outcome))
    assert again(outcome).letter == "Bara detta. {title}"
    assert of_kind("outcome").get().text.startswith("Bara detta. {title}\n")


def test_the_letter_is_frozen_when_it_is_sent(stage):
    outcome = prepare(stage)
    send(stage, again(outcome))
    sent = again(outcome).letter
    with_letters(stage, "Helt ny text.")
    assert letters.letter(again(outcome)) == sent != "Helt ny text."


def two_prepared(stage):
    other = make.create_submitted(stage.call, title="Den andra")
    return prepare(stage), prepare(stage, sketch=other, kind=OutcomeKind.DECLINED, reason="Nej.")


def nothing_sent(stage):
    return (
        set(Outcome.objects.values_list("state", flat=True)),
        Application.objects.count(),
        of_kind("outcome").count(),
        AuditEntry.objects.filter(action__in=["grants.outcome.invite", "grants.outcome.decline"]).count(),
    ) == ({"pending"}, 0, 0, 0)


def test_answers_go_together(stage):
    first, second = two_prepared(stage)
    assert send(stage, again(first), again(second)) == 2
    assert (again(stage.sketch).state, again(second.sketch).state) == ("invited", "declined")
    assert of_kind("outcome").count() == 2


@pytest.mark.parametrize("changed_first", [True, False])
def test_none_is_sent_when_one_has_changed_since_the_preview(stage, changed_first):
    first, second = two_prepared(stage)
    previewed = [again(first), again(second)]
    target = first if changed_first else second
    actions.edit_letter(target, letter="Ändrad efteråt.", revision=1, by=stage.team, at=AT)
    with pytest.raises(LostRace):
        send(stage, *previewed)
    assert nothing_sent(stage)


def test_none_is_sent_when_one_has_been_dropped(stage):
    first, second = two_prepared(stage)
    previewed = [again(first), again(second)]
    actions.drop_outcome(second, revision=1, by=stage.team, at=AT)
    with pytest.raises(LostRace):
        send(stage, *previewed)
    assert nothing_sent(stage)


def test_none_is_sent_when_one_sketch_has_been_withdrawn(stage):
    first, second = two_prepared(stage)
    previewed = [Outcome.objects.select_related("sketch__call").get(pk=row.pk) for row in (first, second)]
    actions.withdraw_sketch(again(second.sketch), reason="Nej.", by=second.sketch.organisation.members.first(), at=AT)
    with pytest.raises(LostRace):
        send(stage, *previewed)
    assert nothing_sent(stage)


def test_none_is_sent_when_one_deadline_has_passed(stage):
    _first, second = two_prepared(stage)
    third = make.create_submitted(stage.call)
    short = prepare(stage, sketch=third, application_due_at=LATER)
    with pytest.raises(TransitionRefused):
        send(stage, again(second), again(short), at=LATER)
    assert nothing_sent(stage)
    assert send(stage, again(second), again(short), at=LATER - TICK) == 2


def test_sending_twice_sends_once(stage):
    outcome = prepare(stage)
    stale = again(outcome)
    send(stage, again(outcome))
    for copy in (stale, again(outcome)):
        with pytest.raises(TransitionRefused):
            send(stage, copy)
    assert (of_kind("outcome").count(), Application.objects.count()) == (1, 1)


@pytest.mark.parametrize("who", ["team", "decider", "reviewer", "writer"])
def test_only_the_process_leader_sends(stage, who):
    outcome = prepare(stage)
    with pytest.raises(PermissionDenied):
        send(stage, again(outcome), by=getattr(stage, who))
    assert nothing_sent(stage)


def test_a_leader_in_conflict_with_one_sends_none(stage):
    first, second = two_prepared(stage)
    Membership.objects.create(user=stage.leader, organisation=second.sketch.organisation)
    with pytest.raises(PermissionDenied):
        send(stage, again(first), again(second), by=fresh(stage.leader))
    assert nothing_sent(stage)


def test_an_answer_of_another_call_is_not_sent_with_this_one(stage):
    other = make.create_published_call(stage.programme, by=stage.leader)
    outcome = prepare(stage, sketch=make.create_submitted(other))
    with pytest.raises(PermissionDenied):
        send(stage, again(outcome))
    assert nothing_sent(stage)


# ---- The invitation


@pytest.mark.parametrize("state", ApplicationState)
def test_turning_down_from_every_state(stage, state):
    application = make.create_invited(stage.sketch, by=stage.leader)
    if state == ApplicationState.WITHDRAWN:
        actions.turn_down_invitation(application, reason="", by=stage.writer, at=AT)
        with pytest.raises(TransitionRefused):
            actions.turn_down_invitation(again(application), reason="Igen.", by=stage.writer, at=LATER)
        assert again(application).withdrawn_at == AT
        return
    actions.turn_down_invitation(application, reason="Ingen personal.", by=stage.writer, at=LATER)
    found = again(application)
    assert (found.state, found.withdrawn_at, found.withdrawn_by) == ("withdrawn", LATER, stage.writer)
    assert newest_of(stage) == ("grants.application.turn_down", stage.writer.pk, {"reason": "Ingen personal."})


def test_turning_down_from_a_stale_copy_loses(stage):
    stale = make.create_invited(stage.sketch, by=stage.leader)
    actions.turn_down_invitation(again(stale), reason="", by=stage.writer, at=AT)
    with pytest.raises(LostRace):
        actions.turn_down_invitation(stale, reason="", by=stage.writer, at=LATER)


@pytest.mark.parametrize("who", ["leader", "team", "decider", "reviewer"])
def test_only_the_organisation_turns_down(stage, who):
    application = make.create_invited(stage.sketch, by=stage.leader)
    with pytest.raises(PermissionDenied):
        actions.turn_down_invitation(application, reason="", by=getattr(stage, who), at=LATER)
    assert again(application).state == "open"


@pytest.mark.parametrize("state", OutcomeState)
def test_every_state_of_an_answer_has_been_reached(stage, state):
    outcome = prepare(stage)
    if state == OutcomeState.SENT:
        send(stage, again(outcome))
    assert again(outcome).state == state


# ---- Reminders


@pytest.mark.parametrize(
    "due",
    [
        make.APPLICATION_DUE,
        dt.datetime(2026, 11, 1, 0, 0, tzinfo=STOCKHOLM),  # a week after clocks go back, at midnight
        dt.datetime(2026, 11, 4, 23, 59, tzinfo=STOCKHOLM),
        dt.datetime(2026, 11, 9, 8, 5, tzinfo=STOCKHOLM),  # the very minute of the run
    ],
)
def test_invited_are_reminded_14_7_and_2_days_before_and_no_other_day(stage, due):
    outcome = prepare(stage, application_due_at=due, at=make.REVIEWING)
    send(stage, again(outcome), at=make.REVIEWING)
    days = reminded("application_reminder", days_of(make.REVIEWING, 65))
    assert days == [due.date() - dt.timedelta(days=n) for n in (14, 7, 2)]


def test_reminders_are_right_over_the_clocks_going_forward(stage):
    due = dt.datetime(2027, 3, 29, 16, tzinfo=STOCKHOLM)  # clocks go forward on the 28th
    send(stage, again(prepare(stage, application_due_at=due)))
    days = reminded("application_reminder", days_of(dt.datetime(2027, 2, 20, tzinfo=STOCKHOLM), 60))
    assert days == [dt.date(2027, 3, 15), dt.date(2027, 3, 22), dt.date(2027, 3, 27)]


def test_a_reminder_goes_to_the_active_members_and_tells_the_moment(stage):
    UserFactory(member_of=stage.organisation, is_active=False)
    application = make.create_invited(stage.sketch, by=stage.leader)
    with time_machine.travel(make.APPLICATION_DUE - dt.timedelta(days=7), tick=False):
        tasks.remind()
    message = of_kind("application_reminder").get()
    assert (message.to, message.category) == (stage.writer, "reminder")
    assert (moment_text(make.APPLICATION_DUE) in message.text, application.get_absolute_url() in message.text) == (True, True)
    assert ("7" in message.subject, "Fritidslots" in message.subject) == (True, True)


def test_who_has_turned_down_is_not_reminded(stage):
    application = make.create_invited(stage.sketch, by=stage.leader)
    actions.turn_down_invitation(application, reason="", by=stage.writer, at=AT)
    assert reminded("application_reminder", days_of(make.ANSWERING, 45)) == []


def test_drafts_are_reminded_of_7_and_2_days_before_the_call_closes():
    stage = scene(submitted=False)
    days = reminded("draft_reminder", days_of(make.OPENS, 62))
    assert days == [make.CLOSES.date() - dt.timedelta(days=n) for n in (7, 2)]
    assert {message.to for message in of_kind("draft_reminder")} == {stage.writer}


def test_drafts_with_more_time_are_reminded_by_the_later_moment():
    stage = scene(submitted=False)
    until = dt.datetime(2026, 10, 26, 12, tzinfo=STOCKHOLM)
    actions.extend_deadline(stage.call, stage.organisation, until_at=until, reason="Brand.", by=stage.leader, at=make.DURING)
    days = reminded("draft_reminder", days_of(make.OPENS, 62))
    assert days == [dt.date(2026, 10, 19), dt.date(2026, 10, 24)]


def test_nobody_is_reminded_of_what_is_sent_in_withdrawn_or_cancelled(stage):
    draft = sketch_in("withdrawn_draft", stage)
    other = scene(submitted=False)
    actions.cancel_call(other.call, by=other.leader, at=make.DURING)
    assert draft.state == "withdrawn"
    assert reminded("draft_reminder", days_of(make.CLOSES - dt.timedelta(days=10), 12)) == []


def test_a_draft_without_title_is_reminded_of_too():
    stage = scene(submitted=False)
    actions.start_sketch(stage.call, stage.organisation, by=stage.writer, at=make.DURING)
    with time_machine.travel(make.CLOSES - dt.timedelta(days=2), tick=False):
        tasks.remind()
    assert of_kind("draft_reminder").count() == 2


def test_all_roles_but_the_leaders_are_shown_as_not_allowed_to_send(stage):
    for role in set(Role) - {Role.PROCESS_LEADER}:
        with pytest.raises(PermissionDenied):
            send(stage, prepare_once(stage), by=make.officer(stage.programme, role))
    assert nothing_sent(stage)


def prepare_once(stage):
    return Outcome.objects.first() or prepare(stage)
