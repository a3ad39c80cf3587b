"""What can happen to an application: written together, signed, sent in, withdrawn, given more time, left unsent."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from grants import actions, tasks
from grants.actions.sketches import MOST_FILES
from grants.forms.whole import ApplicationForms
from grants.models import Application, ApplicationVersion
from grants.states import APPLICATION_MOVES, ApplicationState
from kraftsamling.accounts.models import Membership, Signatory, User
from kraftsamling.audit.models import AuditEntry
from kraftsamling.files.store import store_bytes
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from tests.factories import applications as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.grants import APPLICATION_DUE, create_published_call, officer
from tests.kept import kept

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _english():
    """The words of refusals are matched as they stand in the code."""
    with translation.override("en"):
        yield


def make_application():
    return make.create_open()


_application_once, application = kept(make_application)


@pytest.fixture
def signatory(application):
    return make.create_signatory(application.sketch.organisation)


def content(application):
    return ApplicationForms(application, actions.draft_of(application).content).content()


def in_state(application, state):
    """Reaches a state through the actions where there is one, otherwise as a row."""
    if state == ApplicationState.OPEN:
        return application
    if state == ApplicationState.LAPSED:
        actions.lapse_application(application, at=APPLICATION_DUE)
        return application
    make.create_sent_in(application)
    values = {"state": state}
    if state == ApplicationState.WITHDRAWN:
        values |= {"withdrawn_at": make.HANDED_IN, "withdrawn_by": make.writer(application)}
    Application.objects.filter(pk=application.pk).update(**values)
    application.refresh_from_db()
    return application


def logged(application):
    return list(
        AuditEntry.objects.filter(target=f"grants.sketch:{application.sketch_id}", action__startswith="grants.application")
        .order_by("pk")
        .values_list("action", flat=True)
    )


def sent(kind):
    return sorted(Message.objects.filter(kind=f"grants/{kind}").values_list("to_email", flat=True))


def test_an_invitation_opens_an_application_begun_from_the_sketch(application):
    draft = actions.draft_of(application)
    texts = application.sketch.handed_in.content["texts"]
    assert (draft.revision, draft.saved_at) == (0, None)
    assert {name: draft.content[name] for name in ("title", "background", "implementation", "starts_on", "municipalities")} == {
        "title": application.sketch.handed_in.title,
        "background": texts["need"],
        "implementation": texts["idea"],
        "starts_on": "2027-01-15",
        "municipalities": ["1880"],
    }
    assert (draft.content["contact_1_name"], draft.content["contact_2_email"]) == ("Kim Exempel", "robin@example.se")


def test_what_is_begun_from_the_sketch_is_right_as_far_as_it_goes(application):
    whole = ApplicationForms(application, actions.draft_of(application).content)
    assert [wrong for wrong in whole.wrong() if wrong[0] != "budget"] == []


def test_saving_one_part_leaves_the_others(application):
    writer = make.writer(application)
    first = actions.save_application_draft(
        application, typed={"purpose": "Därför"}, names=frozenset({"purpose"}), revision=0, by=writer
    )
    second = actions.save_application_draft(
        application, typed={}, names=frozenset({"overall_goal", "summary"}), revision=first, by=writer
    )
    kept = actions.draft_of(application).content
    assert (first, second) == (1, 2)
    assert (kept["purpose"], "summary" in kept, kept["title"]) == ("Därför", False, "Fritidslots")


def test_saving_the_same_again_from_an_older_window_is_told(application):
    writer, names = make.writer(application), frozenset({"purpose"})
    typed = {"purpose": "Därför"}
    actions.save_application_draft(application, typed=typed, names=names, revision=0, by=writer)
    with pytest.raises(actions.DraftConflict):
        actions.save_application_draft(application, typed=typed, names=names, revision=0, by=writer)


def test_saving_the_same_again_is_no_new_revision(application):
    writer, names = make.writer(application), frozenset({"purpose"})
    typed = {"purpose": "Därför"}
    revision = actions.save_application_draft(application, typed=typed, names=names, revision=0, by=writer)
    assert actions.save_application_draft(application, typed=typed, names=names, revision=revision, by=writer) == revision


def test_an_older_window_overwrites_nothing(application):
    writer, names = make.writer(application), frozenset({"purpose"})
    actions.save_application_draft(application, typed={"purpose": "Mitt"}, names=names, revision=0, by=writer)
    with pytest.raises(actions.DraftConflict):
        actions.save_application_draft(application, typed={"purpose": "Ditt"}, names=names, revision=0, by=writer)
    assert actions.draft_of(application).content["purpose"] == "Mitt"


def test_an_outsider_neither_saves_nor_sends(application, signatory):
    make.write(application)
    outsider = UserFactory()
    with pytest.raises(PermissionDenied):
        actions.save_application_draft(application, typed={}, names=frozenset(), revision=1, by=outsider)
    with pytest.raises(PermissionDenied):
        actions.submit_application(application, content=content(application), signatory=signatory, revision=1, by=outsider)
    with pytest.raises(PermissionDenied):
        actions.mark_ready(application, revision=1, by=outsider)
    with pytest.raises(PermissionDenied):
        actions.withdraw_application(application, reason="", by=outsider)


def test_submit_freezes_signs_logs_and_tells(application, signatory, django_capture_on_commit_callbacks):
    make.write(application)
    leader = application.sketch.call.created_by
    version = make.send_in(application, signatory=signatory)
    assert (application.state, application.versions_count, application.submitted_at) == ("submitted", 1, make.HANDED_IN)
    assert (version.sought, version.total_cost, version.own_financing) == (Kronor(200_000), Kronor(400_000), Kronor(200_000))
    assert (version.receipt_number, version.signed_by_name) == (f"{application.sketch.number}-A1", "Siv Signerande")
    assert [(line.category, line.year, line.amount) for line in version.budget.cost_lines.all()] == [
        ("own_staff", 2027, Kronor(400_000))
    ]
    assert logged(application) == ["grants.application.submit"]
    assert sent("application_arrived") == [leader.email]


def test_the_same_revision_twice_is_one_version_and_one_receipt(application, signatory):
    make.write(application)
    first = make.send_in(application, signatory=signatory)
    again = actions.submit_application(
        application, content=content(application), signatory=signatory, revision=first.draft_revision,
        by=make.writer(application), at=make.HANDED_IN + SECOND,
    )  # fmt: skip
    assert (again.pk, ApplicationVersion.objects.count(), len(sent("application_arrived"))) == (first.pk, 1, 1)


@pytest.mark.parametrize(("at", "goes"), [(APPLICATION_DUE - SECOND, True), (APPLICATION_DUE, False)])
def test_the_last_moment_itself_is_too_late(application, signatory, at, goes):
    make.write(application)
    if goes:
        assert make.send_in(application, signatory=signatory, at=at).number == 1
    else:
        with pytest.raises(TransitionRefused, match="should have been in before"):
            make.send_in(application, signatory=signatory, at=at)
        assert actions.draft_of(application).content["purpose"] == make.typed_application()["purpose"]


@pytest.mark.parametrize("state", sorted(set(ApplicationState) - {ApplicationState.OPEN, ApplicationState.RETURNED}))
def test_only_what_is_being_written_can_be_saved_or_sent(application, state):
    in_state(application, state)
    revision = actions.draft_of(application).revision
    with pytest.raises(TransitionRefused):
        actions.save_application_draft(
            application, typed={"purpose": "Nytt"}, names=frozenset({"purpose"}), revision=revision, by=make.writer(application)
        )


def test_a_returned_application_is_sent_in_as_a_new_version(application):
    make.create_sent_in(application)
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.RETURNED)
    make.write(application, purpose="Tydligare nu.")
    version = make.send_in(application, at=APPLICATION_DUE + SECOND, signatory=Signatory.objects.get())
    assert (application.state, version.number, version.receipt_number[-2:]) == ("submitted", 2, "A2")
    assert application.current_version_id == version.pk
    assert sorted(number for number in application.versions.values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("first", "last", "goes"),
    [(0, None, True), (0, 0, True), (1, None, False), (-10, -1, False)],
)
def test_the_proof_is_valid_on_the_day_both_ends_included(application, first, last, goes):
    day = make.HANDED_IN.date()
    signatory = make.create_signatory(application.sketch.organisation)
    until = None if last is None else day + dt.timedelta(days=last)
    Signatory.objects.update(valid_from_on=day + dt.timedelta(days=first), valid_to_on=until)
    make.write(application)
    if goes:
        assert make.send_in(application, signatory=signatory).number == 1
    else:
        with pytest.raises(TransitionRefused, match="valid today"):
            make.send_in(application, signatory=signatory)


def test_a_signatory_of_another_organisation_signs_nothing(application):
    other = make.create_open(create_published_call(application.sketch.call.programme))
    stranger = make.create_signatory(other.sketch.organisation)
    make.write(application)
    with pytest.raises(TransitionRefused, match="valid today"):
        make.send_in(application, signatory=stranger)


def test_a_signatory_with_an_account_sends_in_with_it(application, signatory):
    boss = UserFactory(member_of=application.sketch.organisation)
    Signatory.objects.update(user=boss)
    signatory.refresh_from_db()
    make.write(application)
    with pytest.raises(TransitionRefused, match="log in and send in"):
        make.send_in(application, signatory=signatory)
    assert make.send_in(application, signatory=signatory, by=boss).submitted_by == boss


def test_two_people_send_in_together_where_the_organisation_asks_for_it(application, signatory):
    Signatory.objects.update(jointly=True)
    signatory.refresh_from_db()
    one, other = make.writer(application), UserFactory(member_of=application.sketch.organisation)
    revision = make.write(application)
    with pytest.raises(TransitionRefused, match="Two people"):
        make.send_in(application, signatory=signatory, by=one)
    actions.mark_ready(application, revision=revision, by=one, at=make.WRITING)
    with pytest.raises(TransitionRefused, match="Two people"):
        make.send_in(application, signatory=signatory, by=one)
    version = make.send_in(application, signatory=signatory, by=other)
    assert (version.submitted_by, application.hand_in.ready_by) == (other, one)


@pytest.mark.parametrize("place", ["says ready", "sends in"])
def test_a_joint_signatory_with_an_account_is_one_of_the_two(application, signatory, place):
    one, other, signs = (UserFactory(member_of=application.sketch.organisation) for _ in range(3))
    Signatory.objects.update(jointly=True, user=signs)
    signatory.refresh_from_db()
    actions.mark_ready(application, revision=make.write(application), by=one, at=make.WRITING)
    with pytest.raises(TransitionRefused, match="has an account"):
        make.send_in(application, signatory=signatory, by=other)
    if place == "says ready":
        actions.mark_ready(application, revision=application.draft.revision, by=signs, at=make.WRITING)
    else:
        other = signs
    assert make.send_in(application, signatory=signatory, by=other).submitted_by == other


def test_a_change_after_the_first_has_said_ready_needs_a_new_word(application, signatory):
    Signatory.objects.update(jointly=True)
    signatory.refresh_from_db()
    one, other = make.writer(application), UserFactory(member_of=application.sketch.organisation)
    actions.mark_ready(application, revision=make.write(application), by=one, at=make.WRITING)
    make.write(application, purpose="Ändrat efteråt.")
    with pytest.raises(TransitionRefused, match="Two people"):
        make.send_in(application, signatory=signatory, by=other)


def test_only_the_revision_that_is_there_can_be_ready(application):
    revision = make.write(application)
    with pytest.raises(actions.DraftConflict):
        actions.mark_ready(application, revision=revision - 1, by=make.writer(application))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (make.typed_budget(sought=300_001, own=400_000), "at most 300"),
        (make.typed_budget(sought=99_999, own=200_000), "at least 100"),
        (make.typed_budget(sought=200_001, own=199_999), "50 per cent"),
        ({"starts_on": "2026-12-31"}, "at the earliest"),
        ({"ends_on": "2029-01-01"}, "at the latest"),
    ],
)
def test_the_rules_hold_also_for_content_made_elsewhere(application, signatory, changes, words):
    make.write(application)
    good = content(application)
    make.write(application, **changes)
    whole = ApplicationForms(application, actions.draft_of(application).content)
    assert any(words in message for _section, _name, message in whole.wrong())
    budget = whole.budget._content(whole.budget.costs, whole.budget.financing)
    work = whole.sections["genomforande"].cleaned_data
    days = {name: work.get(name) or dt.date.fromisoformat(changes[name]) for name in ("starts_on", "ends_on")}
    forged = type(good)(**{**{name: getattr(good, name) for name in good.__dataclass_fields__}, "budget": budget, **days})
    with pytest.raises(TransitionRefused, match=words):
        actions.submit_application(
            application, content=forged, signatory=signatory, revision=actions.draft_of(application).revision,
            by=make.writer(application), at=make.HANDED_IN,
        )  # fmt: skip


@pytest.mark.parametrize("state", ApplicationState)
def test_withdraw_from_every_state(application, state):
    in_state(application, state)
    if state in {ApplicationState.SUBMITTED, ApplicationState.RETURNED}:
        actions.withdraw_application(application, reason="Ny inriktning", by=make.writer(application))
        assert (application.state, logged(application)[-1]) == ("withdrawn", "grants.application.withdraw")
        assert sent("application_withdrawn") == [application.sketch.call.created_by.email]
    else:
        with pytest.raises(TransitionRefused):
            actions.withdraw_application(application, reason="", by=make.writer(application))


@pytest.mark.parametrize("state", ApplicationState)
def test_more_time_from_every_state(application, state):
    in_state(application, state)
    leader, later = application.sketch.call.created_by, APPLICATION_DUE + dt.timedelta(days=7)
    if state in {ApplicationState.OPEN, ApplicationState.LAPSED}:
        actions.extend_application(application, due_at=later, reason="Sjukdom", by=leader, at=APPLICATION_DUE - SECOND)
        application.refresh_from_db()
        assert (application.state, application.due_at) == ("open", later)
        assert logged(application)[-1] == "grants.application.extend"
        assert sent("application_extended") == [make.writer(application).email]
    else:
        with pytest.raises(TransitionRefused):
            actions.extend_application(application, due_at=later, reason="Sjukdom", by=leader, at=APPLICATION_DUE)


def test_more_time_is_later_than_now_and_than_before(application):
    leader = application.sketch.call.created_by
    for due_at in (APPLICATION_DUE, APPLICATION_DUE - SECOND):
        with pytest.raises(TransitionRefused, match="must be later"):
            actions.extend_application(application, due_at=due_at, reason="", by=leader, at=make.WRITING)
    actions.lapse_application(application, at=APPLICATION_DUE)
    with pytest.raises(TransitionRefused, match="must be later"):
        actions.extend_application(application, due_at=APPLICATION_DUE, reason="", by=leader, at=APPLICATION_DUE)


def test_members_give_themselves_no_time(application):
    with pytest.raises(PermissionDenied):
        actions.extend_application(
            application, due_at=APPLICATION_DUE + SECOND, reason="", by=make.writer(application), at=make.WRITING
        )


def test_what_was_not_sent_in_lapses_once_and_not_too_early(application, time_machine):
    time_machine.move_to(APPLICATION_DUE - SECOND, tick=False)
    tasks.lapse_applications()
    application.refresh_from_db()
    assert application.state == "open"
    time_machine.move_to(APPLICATION_DUE, tick=False)
    tasks.lapse_applications()
    tasks.lapse_applications()
    application.refresh_from_db()
    assert (application.state, logged(application)) == ("lapsed", ["grants.application.lapse"])
    assert sent("application_lapsed") == [make.writer(application).email]


def test_an_application_sent_in_meanwhile_does_not_lapse(application):
    stale = Application.objects.select_related("sketch__call", "sketch__organisation").get(pk=application.pk)
    make.create_sent_in(application)
    with pytest.raises(LostRace):
        actions.lapse_application(stale, at=APPLICATION_DUE)


def test_the_receipt_is_built_once_and_mailed_with_its_pdf(application):
    make.write(application)
    version = make.send_in(application)
    tasks.build_application_receipt(version.pk)
    tasks.build_application_receipt(version.pk)
    version.refresh_from_db()
    message = Message.objects.get(kind="grants/application_receipt")
    assert (version.receipt_pdf.name, message.to_email) == (
        f"kvitto-{version.receipt_number}.pdf",
        make.writer(application).email,
    )
    assert message.attachment_id == version.receipt_pdf_id


def test_a_receipt_that_no_worker_built_is_swept(application, time_machine, django_capture_on_commit_callbacks):
    make.write(application)
    version = make.send_in(application)
    time_machine.move_to(make.HANDED_IN + dt.timedelta(minutes=3), tick=False)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.build_missing_receipts()
    version.refresh_from_db()
    assert version.receipt_pdf is not None


def test_the_table_of_moves_is_whole():
    assert set(APPLICATION_MOVES) == set(ApplicationState)


def test_an_officer_whose_organisation_becomes_partner_in_the_application_is_shut_out_from_then_on(application):
    own = OrganisationFactory()
    person = officer(application.sketch.call.programme)
    Membership.objects.create(user=person, organisation=own)
    make.write(application, partner_1_name=own.name, partner_1_org_number=own.org_number)
    before = Application.objects.readable_by_officer(User.objects.get(pk=person.pk))
    assert [row.pk for row in before] == [application.pk]
    make.send_in(application)
    assert not Application.objects.readable_by_officer(User.objects.get(pk=person.pk)).exists()
    assert sent("application_arrived") == [application.sketch.call.created_by.email]


def test_as_many_files_as_the_limit_says_and_not_one_more(application):
    writer = make.writer(application)
    kept = store_bytes("intyg.pdf", make.PDF, "application/pdf", by=writer)
    for _n in range(MOST_FILES):
        actions.add_application_file(application, file=kept, kind="other", by=writer, at=make.WRITING)
    with pytest.raises(TransitionRefused):
        actions.add_application_file(application, file=kept, kind="other", by=writer, at=make.WRITING)
    actions.remove_application_file(application.files.first(), by=writer, at=make.WRITING)
    actions.add_application_file(application, file=kept, kind="other", by=writer, at=make.WRITING)
    assert application.files.filter(removed_at=None).count() == MOST_FILES


def test_a_file_is_taken_away_once(application):
    writer = make.writer(application)
    kept = store_bytes("intyg.pdf", make.PDF, "application/pdf", by=writer)
    link = actions.add_application_file(application, file=kept, kind="other", by=writer, at=make.WRITING)
    stale = type(link).objects.select_related("application__sketch__call").get(pk=link.pk)
    actions.remove_application_file(link, by=writer, at=make.WRITING)
    with pytest.raises(LostRace):
        actions.remove_application_file(stale, by=writer, at=make.WRITING)


def test_a_file_cannot_be_taken_from_what_has_been_sent_in(application, signatory):
    writer = make.writer(application)
    kept = store_bytes("intyg.pdf", make.PDF, "application/pdf", by=writer)
    link = actions.add_application_file(application, file=kept, kind="other", by=writer, at=make.WRITING)
    make.write(application)
    make.send_in(application, signatory=signatory)
    link.refresh_from_db()
    with pytest.raises(TransitionRefused):
        actions.remove_application_file(link, by=writer, at=make.HANDED_IN)


@pytest.mark.parametrize("off", [-1, 1])
def test_a_draft_that_has_moved_on_is_not_sent_in(application, signatory, off):
    revision = make.write(application)
    with pytest.raises(actions.DraftConflict):
        actions.submit_application(
            application, content=content(application), signatory=signatory, revision=revision + off, by=make.writer(application),
            at=make.HANDED_IN,
        )  # fmt: skip
    assert not ApplicationVersion.objects.exists()


def test_the_receipt_is_laid_in_the_case_once(application, signatory):
    make.write(application)
    version = make.send_in(application, signatory=signatory)
    stale = ApplicationVersion.objects.select_related("application__sketch__call", "submitted_by").get(pk=version.pk)
    first, second = (store_bytes(f"kvitto-{n}.pdf", make.PDF, "application/pdf", by=None) for n in (1, 2))
    actions.attach_application_receipt(version, pdf=first, at=make.HANDED_IN)
    with pytest.raises(LostRace):
        actions.attach_application_receipt(stale, pdf=second, at=make.HANDED_IN)
    assert ApplicationVersion.objects.get().receipt_pdf == first
    assert len(sent("application_receipt")) == Message.objects.filter(kind="grants/application_receipt").count() == 1
