import datetime as dt

import pytest

from grants.models.calls import DeadlineExtension
from kraftsamling.accounts.models import JoinRequest, Membership, User
from kraftsamling.home.waiting import count_waiting, waiting_for
from kraftsamling.notifications.models import Category, Message
from kraftsamling.programmes.models import Role
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.kraftsamling.home.builders import (
    DAY,
    NOW,
    author,
    make_application,
    make_assessment,
    make_call,
    make_draft,
    make_outcome,
    make_sketch,
)

pytestmark = pytest.mark.django_db


def titles(user, at=NOW):
    fresh = User.objects.get(pk=user.pk)
    tasks = waiting_for(fresh, at=at)
    assert count_waiting(fresh, at=at) == len(tasks)
    return [task.title for task in tasks]


@pytest.fixture
def organisation():
    """With two contacts, so that nothing of its own waits."""
    made = OrganisationFactory(name="Föreningen Norrsken")
    for _contact in range(2):
        UserFactory(member_of=made)
    return made


@pytest.fixture
def member(organisation):
    return UserFactory(member_of=organisation)


@pytest.fixture
def leader(programme):
    return UserFactory(roles=[(programme, Role.PROCESS_LEADER)])


@pytest.fixture
def reviewer(programme):
    return UserFactory(roles=[(programme, Role.REVIEWER)])


# ---- Members


def test_a_draft_waits_until_its_call_closes(programme, organisation, member):
    call = make_call(programme, closes_at=NOW + DAY)
    make_draft(call, organisation=organisation, title="Ungdomslots")
    assert titles(member) == ["Finish and send in “Ungdomslots”"]
    assert titles(member, at=NOW + DAY - dt.timedelta(seconds=1)) == ["Finish and send in “Ungdomslots”"]
    assert titles(member, at=NOW + DAY) == []


def test_a_draft_waits_longer_for_an_organisation_that_has_got_more_time(programme, organisation, member):
    call = make_call(programme, closes_at=NOW - DAY)
    make_draft(call, organisation=organisation)
    assert titles(member) == []
    for days in (1, 3, 2):
        DeadlineExtension.objects.create(
            call=call, organisation=organisation, until_at=NOW + days * DAY, reason="Sjukdom", given_at=NOW, given_by=author()
        )
    [task] = waiting_for(User.objects.get(pk=member.pk), at=NOW)
    assert task.due_at == NOW + 3 * DAY
    other = OrganisationFactory()
    make_draft(call, organisation=other)
    assert titles(UserFactory(member_of=other)) == [f"Invite a colleague to {other}"]


def test_more_time_never_makes_a_deadline_earlier(programme, organisation, member):
    call = make_call(programme, closes_at=NOW + 5 * DAY)
    make_draft(call, organisation=organisation)
    DeadlineExtension.objects.create(
        call=call, organisation=organisation, until_at=NOW - DAY, reason="x", given_at=NOW, given_by=author()
    )
    [task] = waiting_for(User.objects.get(pk=member.pk), at=NOW)
    assert task.due_at == NOW + 5 * DAY


@pytest.mark.parametrize("call", [{"state": "cancelled", "cancelled_at": NOW}, {"opens_at": NOW + DAY}])
def test_a_draft_of_a_call_that_is_cancelled_or_not_yet_open_waits_for_nothing(programme, organisation, member, call):
    by = {"cancelled_by": author()} if "cancelled_at" in call else {}
    make_draft(make_call(programme, **call, **by), organisation=organisation)
    assert titles(member) == []


def test_a_draft_without_title_has_a_name_in_the_list(programme, organisation, member):
    make_draft(make_call(programme), organisation=organisation, title="")
    assert titles(member) == ["Finish and send in “Sketch without a title”"]


def test_what_was_handed_in_no_longer_waits_for_the_organisation(programme, organisation, member):
    make_sketch(make_call(programme), organisation=organisation)
    assert titles(member) == []


def test_an_invitation_waits_until_its_own_deadline(programme, organisation, member):
    sketch = make_sketch(
        make_call(programme, closes_at=NOW - DAY), state="invited", organisation=organisation, title="Folkets hus"
    )
    application = make_application(sketch, due_at=NOW + DAY)
    [task] = waiting_for(User.objects.get(pk=member.pk), at=NOW)
    assert (task.title, task.url, task.due_at) == (
        "You are invited to apply: “Folkets hus”",
        application.get_absolute_url(),
        NOW + DAY,
    )
    assert titles(member, at=NOW + DAY) == []
    application.__class__.objects.update(state="withdrawn", withdrawn_at=NOW, withdrawn_by=member)
    assert titles(member) == []


def test_an_organisation_with_fewer_than_two_contacts_is_asked_for_one_more():
    organisation = OrganisationFactory(name="Ensam förening")
    member = UserFactory(member_of=organisation)
    assert titles(member) == ["Invite a colleague to Ensam förening"]
    second = Membership.objects.create(user=UserFactory(), organisation=organisation, is_contact=False)
    assert titles(member) == ["Invite a colleague to Ensam förening"]
    second.is_contact = True
    second.save()
    assert titles(member) == []


def test_a_request_to_join_waits_for_the_members_until_it_is_answered(organisation, member):
    asker = UserFactory(name="Ny Person")
    request = JoinRequest.objects.create(organisation=organisation, user=asker, asked_at=NOW)
    assert (titles(member), titles(asker)) == (["Ny Person wants to join Föreningen Norrsken"], [])
    request.answered_at, request.answered_by, request.accepted = NOW, member, False
    request.save()
    assert titles(member) == []


def test_nothing_of_another_organisation_is_listed(programme, organisation):
    call = make_call(programme)
    make_draft(call, organisation=organisation)
    make_application(make_sketch(call, state="invited", organisation=organisation))
    JoinRequest.objects.create(organisation=organisation, user=UserFactory(), asked_at=NOW)
    assert titles(UserFactory()) == []


# ---- Reviewers


def test_a_reviewer_is_told_how_much_remains_and_to_declare_first(programme, reviewer):
    call = make_call(programme, review_due_at=NOW + 20 * DAY)
    for state in ("assigned", "open", "open", "removed", "excluded", "abstained"):
        make_assessment(make_sketch(call), reviewer, state=state)
    make_assessment(make_sketch(call), UserFactory(roles=[(programme, Role.REVIEWER)]))
    [task] = waiting_for(User.objects.get(pk=reviewer.pk), at=NOW)
    assert (task.title, task.due_at) == ("3 sketches to assess", NOW + 20 * DAY)
    assert task.detail == f"{call} · First say whether you are in conflict of interest: 1 left."


def test_a_reviewer_who_is_done_or_has_no_role_any_more_has_nothing_waiting(programme, reviewer):
    sketch = make_sketch(make_call(programme))
    assessment = make_assessment(sketch, reviewer, state="open")
    assert titles(reviewer) == ["1 sketch to assess"]
    reviewer.roles.all().delete()
    assert titles(reviewer) == []
    assessment.delete()


# ---- Those who run the programme


def test_a_call_in_preparation_waits_for_the_officers(programme, leader):
    call = make_call(programme, state="draft", title="Hösten", opens_at=NOW + DAY)
    [task] = waiting_for(User.objects.get(pk=leader.pk), at=NOW)
    assert (task.title, task.due_at) == ("Finish and publish the call “Hösten”", call.opens_at)


def test_sketches_without_a_reviewer_at_work_are_counted_per_call(programme, leader, reviewer):
    call = make_call(programme, review_due_at=NOW + DAY)
    make_sketch(call)
    make_assessment(make_sketch(call), reviewer, state="excluded")
    make_assessment(make_sketch(call), reviewer, state="open")
    make_draft(call)
    make_sketch(call, state="withdrawn")
    assert titles(leader) == ["2 sketches have no reviewer"]


def test_answers_wait_when_the_review_is_over_and_then_to_be_sent(programme, leader, reviewer):
    call = make_call(programme, closes_at=NOW - 2 * DAY, review_due_at=NOW)
    sketch = make_sketch(call)
    make_assessment(sketch, reviewer, state="open")
    assert titles(leader, at=NOW - dt.timedelta(seconds=1)) == []
    assert titles(leader) == ["Prepare the answer to 1 sketch"]
    outcome = make_outcome(sketch)
    assert titles(leader) == ["1 answer is prepared but not sent"]
    outcome.state, outcome.sent_at, outcome.sent_by = "sent", NOW, leader
    outcome.save()
    assert titles(leader) == []


def test_answers_are_not_asked_for_while_the_call_is_open(programme, leader, reviewer):
    call = make_call(programme)
    make_assessment(make_sketch(call), reviewer, state="open")
    assert titles(leader) == []


def test_a_case_in_which_the_officer_is_in_conflict_waits_for_others(programme, organisation, leader):
    make_sketch(make_call(programme), organisation=organisation)
    Membership.objects.create(user=leader, organisation=organisation)
    assert titles(leader) == []
    assert titles(UserFactory(roles=[(programme, Role.PROCESS_TEAM)])) == ["1 sketch has no reviewer"]


def stopped_message(programme, state, number):
    return Message.objects.create(
        kind="x", category=Category.CASE, to_email=f"m{number}@example.se", language="sv", subject="S", text="", html="",
        written_at=NOW, next_attempt_at=NOW, state=state, programme_id=programme and programme.pk,
    )  # fmt: skip


def test_mail_that_stopped_is_counted_for_those_who_watch_over_it(programme, leader):
    for number, state in enumerate(["failed", "failed", "uncertain", "waiting"]):
        stopped_message(programme, state, number)
    stopped_message(None, "failed", 9)
    told = {"2 mails could not be delivered", "1 mail may or may not have arrived"}
    assert set(titles(leader)) == told
    administrator = UserFactory(roles=[(programme, Role.ADMINISTRATOR)])
    assert set(titles(administrator)) == {"3 mails could not be delivered", "1 mail may or may not have arrived"}
    assert titles(UserFactory(roles=[(programme, Role.STEERING_GROUP)])) == []


def test_a_programme_without_leader_waits_for_the_administrator(programme):
    administrator = UserFactory(roles=[(programme, Role.ADMINISTRATOR)])
    assert titles(administrator) == ["Kraftsamling barn och unga has no process leader"]
    UserFactory(roles=[(programme, Role.PROCESS_LEADER)], is_active=False)
    assert titles(administrator) == ["Kraftsamling barn och unga has no process leader"]
    UserFactory(roles=[(programme, Role.PROCESS_LEADER)])
    assert titles(administrator) == []


@pytest.mark.parametrize("role", Role.values)
def test_no_role_of_another_programme_counts(programme, role):
    from tests.factories.programmes import ProgrammeFactory

    call = make_call(programme, closes_at=NOW - DAY)
    make_sketch(call)
    make_outcome(make_sketch(call))
    make_call(programme, state="draft")
    other = ProgrammeFactory()
    UserFactory(roles=[(other, Role.PROCESS_LEADER)])
    assert titles(UserFactory(roles=[(other, role)])) == []


# ---- The list


def test_what_is_due_first_stands_on_top_and_what_has_no_date_last(programme):
    organisation = OrganisationFactory(name="Ensam")
    member = UserFactory(member_of=organisation)
    make_draft(make_call(programme, closes_at=NOW + 9 * DAY), organisation=organisation, title="B")
    make_draft(make_call(programme, closes_at=NOW + 2 * DAY), organisation=organisation, title="A")
    assert titles(member) == ["Finish and send in “A”", "Finish and send in “B”", "Invite a colleague to Ensam"]


def test_the_count_is_one_query_and_none_for_somebody_without_anything(programme, member, django_assert_num_queries):
    everything = User.objects.get(pk=UserFactory(roles=[(programme, role) for role in Role.values]).pk)
    assert everything.programme_roles
    assert everything.organisation_ids == frozenset()
    with django_assert_num_queries(1):
        count_waiting(everything, at=NOW)
    nobody = User.objects.get(pk=UserFactory().pk)
    assert (nobody.programme_roles, nobody.organisation_ids) == (frozenset(), frozenset())
    with django_assert_num_queries(0):
        assert count_waiting(nobody, at=NOW) == 0


def test_only_where_something_waits_is_the_list_itself_asked_for(programme, django_assert_num_queries):
    everything = User.objects.get(pk=UserFactory(roles=[(programme, role) for role in Role.values]).pk)
    assert (bool(everything.programme_roles), everything.organisation_ids) == (True, frozenset())
    with django_assert_num_queries(1):
        assert waiting_for(everything, at=NOW) == []
    member = UserFactory(member_of=OrganisationFactory())
    make_draft(make_call(programme), organisation=member.organisations.get())
    member = User.objects.get(pk=member.pk)
    assert (member.programme_roles, len(member.organisation_ids)) == (frozenset(), 1)
    with django_assert_num_queries(3):
        assert [bool(task.due_at) for task in waiting_for(member, at=NOW)] == [True, False]
    nobody = User.objects.get(pk=UserFactory().pk)
    assert (nobody.programme_roles, nobody.organisation_ids) == (frozenset(), frozenset())
    with django_assert_num_queries(0):
        assert waiting_for(nobody, at=NOW) == []
