"""Messages in the case, noted conversations, who has read what, and notes with a chosen circle of readers."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grants import actions, board
from grants.models import Assessment, CaseMessage, CaseReading, ConflictDeclaration, Note, NoteVisibility
from grants.states import AssessmentState
from kraftsamling.home.waiting import count_waiting, waiting_for
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.notifications.models import Category, Frequency, Message, Preference
from kraftsamling.programmes.models import Role
from tests.factories import grants
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.grants.scene import EVERY_ROLE, again, fresh, people, questions, scene
from tests.grants.trail import entries, letters, mark
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 10, 6, 9, tzinfo=STOCKHOLM)
HOUR = dt.timedelta(hours=1)
TICK = dt.timedelta(microseconds=1)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def make_stage():
    return scene()


_stage_once, stage = kept(make_stage)


def write(stage, by, *, text="När får vi besked?", at=AT, **kwargs):
    return actions.write_message(stage.sketch, text=text, by=by, at=at, **kwargs)


def url(stage, name="case_messages", *more):
    return reverse(name, args=[stage.sketch.pk, *more])


# ---- Write


def test_the_organisation_writes_and_the_officers_free_of_conflict_are_told(stage):
    actions.declare_on_case(stage.sketch, ground="Min syster.", by=stage.team, at=AT)
    other = grants.officer(stage.programme, Role.PROCESS_TEAM)
    since = mark()
    message = write(stage, stage.writer)
    found = CaseMessage.objects.get()
    assert (found.text, found.kind, found.from_organisation, found.written_at, found.written_by, found.file, found.held_at) == (
        "När får vi besked?", "message", True, AT, stage.writer, None, None,
    )  # fmt: skip
    assert entries(since) == [("grants.message.write", stage.writer.pk)]
    assert letters(since) == [("grants/case_message", stage.leader.email), ("grants/case_message", other.email)]
    mail = Message.objects.get(kind="grants/case_message", to=stage.leader)
    assert "När får vi besked?" not in mail.text + mail.html + mail.subject
    assert url(stage) in mail.text
    assert message.sketch == stage.sketch


def test_each_mail_about_a_message_has_a_subject_of_its_own(stage):
    for text in ("Ett.", "Två.", "Tre."):
        write(stage, stage.writer, text=text)
    subjects = [letter.subject for letter in Message.objects.filter(to=stage.leader, kind="grants/case_message").order_by("pk")]
    assert [f"Meddelande {place} " in subject for place, subject in enumerate(subjects, 1)] == [True] * 3


def test_an_officer_writes_and_the_active_members_are_told(stage):
    UserFactory(member_of=stage.organisation, is_active=False)
    since = mark()
    assert write(stage, stage.team).from_organisation is False
    assert letters(since) == [("grants/case_message", stage.writer.email)]
    assert Message.objects.get(kind="grants/case_message").category == Category.CASE


def test_officers_get_it_as_often_as_they_have_chosen(stage):
    Preference.objects.create(user=stage.leader, category=Category.NEWS, frequency=Frequency.NEVER)
    write(stage, stage.writer)
    states = dict(Message.objects.filter(kind="grants/case_message").values_list("to", "state"))
    assert (states[stage.leader.pk], states[stage.team.pk]) == ("dropped", "waiting")


@pytest.mark.parametrize("who", [who for who in EVERY_ROLE if who not in {"nobody", "member", "process_leader", "process_team"}])
def test_others_write_nothing(stage, who):
    person = people(stage.programme, stage.organisation)[who]
    with pytest.raises(PermissionDenied):
        write(stage, person)
    with pytest.raises(PermissionDenied):
        actions.note_conversation(stage.sketch, text="x", held_at=AT, held_with="Kim", by=person, at=AT)
    assert not CaseMessage.objects.exists()


def test_who_is_on_both_sides_stands_on_the_organisations(stage):
    both = UserFactory(member_of=stage.organisation, roles=[(stage.programme, Role.PROCESS_LEADER)])
    assert write(stage, both).from_organisation is True
    with pytest.raises(PermissionDenied):
        actions.note_conversation(stage.sketch, text="x", held_at=AT, held_with="Kim", by=both, at=AT)


def test_nothing_empty_and_nothing_before_the_sketch_is_sent_in(stage):
    with pytest.raises(TransitionRefused):
        write(stage, stage.writer, text=" \n ")
    draft = scene(submitted=False)
    with pytest.raises(TransitionRefused):
        write(draft, draft.writer)
    with pytest.raises(PermissionDenied):
        write(draft, draft.leader)
    assert not CaseMessage.objects.exists()


# ---- Noted conversations (förvaltningslagen 27 §)


def test_a_conversation_is_noted_with_when_and_with_whom_and_shown_to_the_organisation(stage, client):
    since = mark()
    held = AT - 3 * HOUR
    actions.note_conversation(stage.sketch, text="De byter lokal.", held_at=held, held_with="Kim Exempel", by=stage.team, at=AT)
    found = CaseMessage.objects.get()
    assert (found.kind, found.held_at, found.held_with, found.from_organisation) == ("conversation", held, "Kim Exempel", False)
    assert entries(since) == [("grants.message.conversation", stage.team.pk)]
    assert letters(since) == [("grants/case_message", stage.writer.email)]
    client.force_login(stage.writer)
    page = client.get(url(stage)).content.decode()
    assert "De byter lokal." in page
    assert "Kim Exempel" in page


@pytest.mark.parametrize(("text", "held_with", "held_at"), [(" ", "Kim", AT), ("x", " ", AT), ("x", "Kim", AT + TICK)])
def test_a_conversation_has_been_held_with_somebody_about_something(stage, text, held_with, held_at):
    with pytest.raises(TransitionRefused):
        actions.note_conversation(stage.sketch, text=text, held_at=held_at, held_with=held_with, by=stage.team, at=AT)


def test_the_database_knows_what_a_conversation_is(stage):
    message = write(stage, stage.writer)
    for values in ({"kind": "conversation"}, {"held_at": AT}, {"held_with": "Kim"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseMessage.objects.filter(pk=message.pk).update(**values)


# ---- Who has read


def unread(user, at=AT):
    found = [task for task in waiting_for(fresh(user), at=at) if task.url.endswith("/meddelanden/")]
    assert count_waiting(fresh(user), at=at) == len(waiting_for(fresh(user), at=at))
    return len(found)


def test_a_message_waits_for_the_other_side_until_it_is_read_or_answered(stage):
    colleague = UserFactory(member_of=stage.organisation)
    outsider = UserFactory(member_of=OrganisationFactory())
    write(stage, stage.writer)
    everybody = [stage.leader, stage.team, stage.decider, stage.reviewer, stage.writer, colleague, outsider]
    assert [unread(user) for user in everybody] == [1, 1, 0, 0, 0, 0, 0]
    actions.mark_read(stage.sketch, by=stage.leader, at=AT)
    assert [unread(user) for user in everybody] == [0, 1, 0, 0, 0, 0, 0]
    write(stage, stage.leader, text="I oktober.", at=AT + HOUR)
    assert [unread(user) for user in everybody] == [0, 0, 0, 0, 1, 1, 0]
    actions.mark_read(stage.sketch, by=stage.writer, at=AT + HOUR)
    write(stage, stage.leader, text="Eller november.", at=AT + 2 * HOUR)
    assert [unread(user) for user in everybody] == [0, 0, 0, 0, 1, 1, 0]


def test_a_reading_a_moment_too_early_does_not_count(stage):
    write(stage, stage.writer)
    actions.mark_read(stage.sketch, by=stage.leader, at=AT - TICK)
    assert unread(stage.leader) == 1
    assert CaseReading.objects.count() == 1
    actions.mark_read(stage.sketch, by=stage.leader, at=AT)
    assert (unread(stage.leader), CaseReading.objects.count()) == (0, 1)


def test_a_closed_case_does_not_wait_for_an_officer_in_conflict(stage):
    write(stage, stage.writer)
    actions.declare_on_case(stage.sketch, ground="Min syster.", by=stage.team, at=AT)
    assert unread(stage.team) == 0
    with pytest.raises(PermissionDenied):
        actions.mark_read(stage.sketch, by=fresh(stage.team), at=AT)


def test_somebody_with_both_a_role_and_an_organisation_sees_what_waits_on_each_side(stage):
    own = OrganisationFactory()
    both = UserFactory(member_of=own, roles=[(stage.programme, Role.PROCESS_TEAM)])
    mine = grants.create_submitted(stage.call, organisation=own, by=both)
    write(stage, stage.writer)
    actions.write_message(mine, text="Hej.", by=stage.leader, at=AT)
    assert unread(both) == 2


def test_opening_the_page_marks_it_read_for_that_person_alone(client, stage):
    write(stage, stage.writer)
    client.force_login(stage.leader)
    with time_machine.travel(AT + HOUR, tick=False):
        client.get(url(stage))
    assert CaseReading.objects.get().read_at == AT + HOUR
    assert (unread(stage.leader), unread(stage.team)) == (0, 1)


# ---- Pages


@pytest.mark.parametrize("who", EVERY_ROLE)
def test_who_reads_the_thread(client, stage, who):
    write(stage, stage.writer)
    person = people(stage.programme, stage.organisation)[who]
    if person.is_authenticated:
        client.force_login(person)
    status = client.get(url(stage)).status_code
    reads = {"member", "process_leader", "process_team", "decision_maker"}
    assert status == (200 if who in reads else 302 if who == "nobody" else 404)


def test_a_reviewer_who_reads_the_case_reads_neither_its_messages_nor_its_record(client, stage):
    message = write(stage, stage.writer)
    assigned(stage, stage.reviewer)
    client.force_login(stage.reviewer)
    assert client.get(stage.sketch.get_absolute_url()).status_code == 200
    for address in (url(stage), url(stage, "case_record"), url(stage, "case_message_file", message.pk)):
        assert client.get(address).status_code == 404
    assert client.post(url(stage, "case_message_write"), {"text": "Hej"}).status_code == 404


def test_a_message_with_a_file_goes_through_the_page_and_back(client, stage):
    client.force_login(stage.writer)
    sent = {"text": "Här är intyget.", "file": SimpleUploadedFile("intyg.pdf", PDF, "application/pdf")}
    assert client.post(url(stage, "case_message_write"), sent).status_code == 302
    message = CaseMessage.objects.get()
    address = url(stage, "case_message_file", message.pk)
    client.force_login(stage.decider)
    assert b"".join(client.get(address).streaming_content) == PDF
    client.force_login(stage.reviewer)
    assert client.get(address).status_code == 404
    other = grants.create_submitted(stage.call, organisation=OrganisationFactory())
    client.force_login(stage.leader)
    assert client.get(reverse("case_message_file", args=[other.pk, message.pk])).status_code == 404
    plain = write(stage, stage.writer, at=AT + HOUR)
    assert client.get(url(stage, "case_message_file", plain.pk)).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"text": ""},
        {"text": "Barnet 20121212-1212 behöver hjälp."},
        {"text": "Se fil.", "file": SimpleUploadedFile("x.exe", b"MZ\x90\x00", "application/pdf")},
    ],
)
def test_what_is_refused_keeps_the_text_in_the_form(client, stage, sent):
    client.force_login(stage.writer)
    response = client.post(url(stage, "case_message_write"), sent)
    assert response.status_code == 422
    assert sent["text"] in response.content.decode()
    assert not CaseMessage.objects.exists()


def test_decision_makers_read_but_do_not_write(client, stage):
    client.force_login(stage.decider)
    assert url(stage, "case_message_write") not in client.get(url(stage)).content.decode()
    assert client.post(url(stage, "case_message_write"), {"text": "Hej"}).status_code == 403
    assert client.post(url(stage, "case_message_write"), {"text": ""}).status_code == 403
    assert client.post(url(stage, "case_conversation_write"), {}).status_code == 403


def test_a_conversation_through_the_page(client, stage):
    client.force_login(stage.team)
    typed = {"samtal-text": "De byter lokal.", "samtal-held_with": "Kim", "samtal-held_at": "2026-10-06T08:00"}
    with time_machine.travel(AT, tick=False):
        client.force_login(stage.team)
        assert (
            client.post(url(stage, "case_conversation_write"), {**typed, "samtal-held_at": "2026-10-07T08:00"}).status_code == 422
        )
        assert client.post(url(stage, "case_conversation_write"), {**typed, "samtal-held_with": ""}).status_code == 422
        assert client.post(url(stage, "case_conversation_write"), typed).status_code == 302
    assert CaseMessage.objects.get().held_with == "Kim"


@pytest.mark.parametrize(
    ("name", "typed"),
    [("case_message_write", {"text": "Ett långt svar."}), ("case_conversation_write", {"samtal-text": "Ett långt svar."})],
)
def test_an_expired_session_brings_the_text_back(client, stage, name, typed):
    response = client.post(url(stage, name), typed)
    assert not CaseMessage.objects.exists()
    client.force_login(stage.leader)
    back = parse_qs(urlsplit(response["Location"]).query)["next"][0]
    page = client.get(back).content.decode()
    assert page.count("Ett långt svar.") == 1


def test_a_draft_shows_why_nothing_can_be_written(client):
    draft = scene(submitted=False)
    client.force_login(draft.writer)
    response = client.get(url(draft))
    assert (response.status_code, url(draft, "case_message_write") in response.content.decode()) == (200, False)
    client.force_login(draft.leader)
    assert client.get(url(draft)).status_code == 404


def test_hostile_words_are_shown_as_words(client, stage):
    write(stage, stage.writer, text="<script>alert(1)</script>")
    client.force_login(stage.leader)
    page = client.get(url(stage)).content.decode()
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("who", ["writer", "leader"])
def test_the_thread_asks_as_much_for_one_message_as_for_three(client, stage, who):
    client.force_login(getattr(stage, who))
    write(stage, stage.writer)
    one, _page = questions(client, url(stage))
    write(stage, stage.leader, at=AT + HOUR)
    write(stage, stage.writer, at=AT + 2 * HOUR)
    three, _page = questions(client, url(stage))
    assert len(three) == len(one) <= 15


def test_home_asks_one_question_for_all_that_is_unread(stage):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            waiting_for(fresh(stage.leader), at=AT)
        return len(captured)

    write(stage, stage.writer)
    one = asked()
    for _n in range(2):
        other = grants.create_submitted(stage.call, organisation=OrganisationFactory())
        actions.write_message(other, text="Hej.", by=other.organisation.members.get(), at=AT)
    assert asked() == one


# ---- Notes


def assigned(stage, reviewer, state=AssessmentState.OPEN):
    return Assessment.objects.create(
        sketch=stage.sketch, reviewer=reviewer, state=state, assigned_at=AT, assigned_by=stage.leader,
        **({"submitted_at": AT, "weighted_mean": 3} if state == "submitted" else {}),
    )  # fmt: skip


def noted(stage, visibility):
    return actions.write_note(stage.sketch, text=f"För {visibility}.", visibility=visibility, by=stage.team, at=AT)


READ_BY = {
    "officers": {"process_leader", "process_team"},
    "readers": {"process_leader", "process_team", "decision_maker"},
    "reviewers": {"process_leader", "process_team", "decision_maker", "reviewer"},
}


def test_without_a_choice_a_note_is_for_the_fewest(stage):
    assert actions.write_note(stage.sketch, text="x", by=stage.team, at=AT).visibility == "officers"


@pytest.mark.parametrize("visibility", NoteVisibility)
def test_who_reads_a_note_after_the_writers_choice(client, stage, visibility):
    note = noted(stage, visibility)
    persons = people(stage.programme, stage.organisation)
    assigned(stage, persons["reviewer"])
    seen = {who for who, person in persons.items() if note in Note.objects.visible_to(fresh_or_nobody(person))}
    assert seen == READ_BY[visibility]
    shown = set()
    for who, person in persons.items():
        if person.is_authenticated:
            client.force_login(person)
            if note.text in client.get(stage.sketch.get_absolute_url()).content.decode():
                shown.add(who)
    assert shown == READ_BY[visibility]


def fresh_or_nobody(person):
    return fresh(person) if person.is_authenticated else person


@pytest.mark.parametrize("state", [state for state in AssessmentState if state not in {"open", "submitted", "abstained"}])
def test_a_reviewer_who_has_not_declared_freedom_from_conflict_reads_no_note(stage, state):
    note = noted(stage, NoteVisibility.REVIEWERS)
    assigned(stage, stage.reviewer, state)
    assert note not in Note.objects.visible_to(fresh(stage.reviewer))


def test_in_conflict_nobody_reads_a_note(stage):
    note = noted(stage, NoteVisibility.REVIEWERS)
    assigned(stage, stage.reviewer)
    for person in (stage.leader, stage.decider, stage.reviewer):
        actions.declare_on_case(stage.sketch, ground="Min syster.", by=person, at=AT)
        assert note not in Note.objects.visible_to(fresh(person))


def test_the_board_counts_the_notes_one_may_read(stage):
    for visibility in NoteVisibility:
        noted(stage, visibility)
    counts = {}
    for who in ("leader", "decider"):
        row = board.rows(stage.call, fresh(getattr(stage, who)), filters={}, sort="nummer").get()
        counts[who] = row.notes_count
    assert counts == {"leader": 3, "decider": 2}
    assert board.with_figures(type(stage.sketch).objects.all()).get(pk=stage.sketch.pk).notes_count == 2


def test_the_choice_is_made_in_the_form_and_said_beside_the_note(client, stage):
    client.force_login(stage.team)
    page = client.get(stage.sketch.get_absolute_url()).content.decode()
    assert all(f'value="{choice}"' in page for choice in NoteVisibility)
    client.post(reverse("sketch_note", args=[stage.sketch.pk]), {"text": "Ring dem.", "visibility": "reviewers"})
    client.post(reverse("sketch_note", args=[stage.sketch.pk]), {"text": "Vänta.", "visibility": "everybody"})
    note = Note.objects.get()
    assert (note.text, note.visibility) == ("Ring dem.", "reviewers")
    assert client.get(stage.sketch.get_absolute_url()).content.decode().count(str(note.get_visibility_display())) == 2


@pytest.mark.parametrize(
    ("name", "typed", "wrong"),
    [
        ("sketch_note", {"text": "Ring dem på måndag.", "visibility": "officers"}, {"visibility": "everybody"}),
        ("sketch_conflict", {"ground": "Ring dem på måndag."}, {"ground": "Ring dem på måndag." * 30}),
    ],
)
def test_a_small_form_gives_its_text_back(client, stage, name, typed, wrong):
    """After a session that expired, and when something is wrong, which then stands at the field."""
    address = reverse(name, args=[stage.sketch.pk])
    [after_log_in] = parse_qs(urlsplit(client.post(address, typed)["Location"]).query)["next"]
    client.force_login(stage.leader)
    assert "Ring dem på måndag." in client.get(after_log_in).content.decode()
    back = client.post(address, {**typed, **wrong})["Location"]
    page = client.get(back).content.decode()
    assert ("Ring dem på måndag." in page, 'aria-invalid="true"' in page) == (True, True)
    assert not Note.objects.exists()
    assert not ConflictDeclaration.objects.in_conflict().exists()
    client.post(address, typed)
    assert Note.objects.count() + ConflictDeclaration.objects.in_conflict().count() == 1


def test_the_database_knows_who_may_read_a_note(stage):
    note = noted(stage, NoteVisibility.OFFICERS)
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(visibility="everybody")
    assert again(note).visibility == "officers"
