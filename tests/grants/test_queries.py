"""The words of every QuerySet, and who sees which case."""

import datetime as dt

import pytest

from grants import actions
from grants.models import Application, Assessment, Call, ConflictDeclaration, Outcome, OutcomeKind, Sketch, SketchVersion
from grants.states import FINISHED_STATES, READING_STATES, AssessmentState, SketchState
from kraftsamling.accounts.models import Membership
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.grants.scene import EVERY_ROLE, again, fresh, people, scene

pytestmark = pytest.mark.django_db

TICK = dt.timedelta(microseconds=1)
OFFICERS = {Role.PROCESS_LEADER, Role.PROCESS_TEAM}
READERS = {*OFFICERS, Role.DECISION_MAKER}


# ---- Calls


@pytest.fixture
def calls():
    """A draft, a published and a cancelled call of one programme."""
    programme = ProgrammeFactory()
    leader = make.officer(programme)
    draft = make.create_call(programme, by=leader, title="Utkast")
    published = make.create_published_call(programme, by=leader, title="Publicerad")
    cancelled = make.create_published_call(programme, by=leader, title="Inställd")
    actions.cancel_call(cancelled, by=leader, at=make.PREPARED)
    return programme, draft, published, cancelled


def titles(rows):
    return sorted(rows.values_list("title", flat=True))


def test_public_is_all_but_drafts(calls):
    assert titles(Call.objects.public()) == ["Inställd", "Publicerad"]


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_drafts_of_calls_are_visible_to_those_who_run_the_programme(calls, role):
    user = people(calls[0], OrganisationFactory())[role]
    expected = ["Inställd", "Publicerad", "Utkast"] if role in READERS else ["Inställd", "Publicerad"]
    assert titles(Call.objects.visible_to(user)) == expected


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_run_by_and_compared_by_follow_the_role(calls, role):
    user = people(calls[0], OrganisationFactory())[role]
    everything = ["Inställd", "Publicerad", "Utkast"]
    assert titles(Call.objects.run_by(user)) == (everything if role in OFFICERS else [])
    assert titles(Call.objects.compared_by(user)) == (everything if role in READERS else [])


def test_published_and_in_preparation(calls):
    assert titles(Call.objects.published()) == ["Publicerad"]
    assert titles(Call.objects.in_preparation()) == ["Utkast"]


@pytest.mark.parametrize(
    ("at", "word"),
    [
        (make.OPENS - TICK, "coming"),
        (make.OPENS, "open"),
        (make.CLOSES - TICK, "open"),
        (make.CLOSES, "closed"),
        (make.CLOSES + TICK, "closed"),
    ],
)
def test_a_published_call_is_coming_open_or_closed_and_never_two_of_them(calls, at, word):
    found = {name for name in ("coming", "open", "closed") if getattr(Call.objects, name)(at=at).exists()}
    assert found == {word}
    published = calls[2]
    assert {name for name in ("coming", "open", "closed") if getattr(published, f"is_{name}")(at)} == {word}


def test_drafts_and_cancelled_calls_are_never_open(calls):
    assert titles(Call.objects.open(at=make.DURING)) == ["Publicerad"]
    assert [call.is_open(make.DURING) for call in (calls[1], again(calls[3]))] == [False, False]


def test_frame_total_is_the_sum_of_the_years():
    call = make.create_call(frames={2027: Kronor(600_000), 2028: Kronor("400000.50")})
    bare = actions.create_call(call.programme, title="Tom", by=call.created_by, at=make.PREPARED)
    rows = dict(Call.objects.with_frame().values_list("title", "frame_total"))
    assert rows == {call.title: Kronor("1000000.50"), bare.title: None}


def test_counts_leave_out_drafts_and_withdrawn():
    stage = scene()
    make.create_draft(stage.call)
    withdrawn = make.create_submitted(stage.call)
    actions.withdraw_sketch(withdrawn, reason="Nej.", by=withdrawn.organisation.members.first(), at=make.DURING)
    other = make.create_submitted(stage.call, sought="150 000", own_financing="250 000")
    make.create_outcome(other, by=stage.leader)
    call = Call.objects.with_counts().get(pk=stage.call.pk)
    assert (call.sketches_count, call.answered_count, call.sought_total) == (2, 1, Kronor(350_000))


# ---- Sketches: who sees what

STATES = ["draft", "submitted", "invited", "declined", "withdrawn", "withdrawn_draft"]


def sketch_in(state, stage):
    sketch = stage.sketch
    match state:
        case "draft":
            return make.create_draft(stage.call, organisation=stage.organisation, by=stage.writer)
        case "withdrawn_draft":
            draft = make.create_draft(stage.call, organisation=stage.organisation, by=stage.writer)
            actions.withdraw_sketch(draft, reason="Nej.", by=stage.writer, at=make.DURING)
            return draft
        case "invited" | "declined":
            outcome = make.create_outcome(sketch, by=stage.leader, kind=OutcomeKind(state))
            actions.send_outcomes(stage.call, outcomes=[outcome], by=stage.leader, at=make.ANSWERING)
        case "withdrawn":
            actions.withdraw_sketch(sketch, reason="Nej.", by=stage.writer, at=make.DURING)
    return again(sketch)


@pytest.mark.parametrize("state", STATES)
def test_a_case_is_visible_to_its_organisation_and_once_handed_in_to_those_who_run_the_programme(state):
    stage = scene()
    sketch = sketch_in(state, stage)
    everybody = people(stage.programme, stage.organisation)
    seeing = {role for role, user in everybody.items() if Sketch.objects.visible_to(user).filter(pk=sketch.pk).exists()}
    never_left = state in {"draft", "withdrawn_draft"}
    assert seeing == ({"member"} if never_left else {"member", *READERS})


@pytest.mark.parametrize("state", STATES)
def test_other_organisations_never_see_a_case(state):
    stage = scene()
    sketch = sketch_in(state, stage)
    neighbour = UserFactory(member_of=OrganisationFactory())
    assert not Sketch.objects.visible_to(neighbour).filter(pk=sketch.pk).exists()


@pytest.mark.parametrize("state", AssessmentState)
def test_a_reviewer_reads_the_case_after_declaring_freedom_from_conflict(state):
    stage = scene()
    assessment = assessment_in(state, stage)
    assert Sketch.objects.readable_by_reviewer(stage.reviewer).filter(pk=stage.sketch.pk).exists() is (state in READING_STATES)
    assert Sketch.objects.visible_to(stage.reviewer).filter(pk=stage.sketch.pk).exists() is assessment.is_readable


def assessment_in(state, stage, reviewer=None):
    """An assessment brought to the state through the actions."""
    reviewer = reviewer or stage.reviewer
    assessment = make.assign(stage.sketch, reviewer, by=stage.leader)
    if state == AssessmentState.REMOVED:
        actions.unassign_reviewer(assessment, by=stage.leader, at=make.REVIEWING)
    elif state == AssessmentState.EXCLUDED:
        actions.declare_on_assessment(assessment, has_conflict=True, ground="Vän.", by=reviewer, at=make.REVIEWING)
    elif state != AssessmentState.ASSIGNED:
        actions.declare_on_assessment(assessment, has_conflict=False, by=reviewer, at=make.REVIEWING)
    if state == AssessmentState.ABSTAINED:
        actions.abstain(assessment, by=reviewer, at=make.REVIEWING)
    if state == AssessmentState.SUBMITTED:
        scores = dict.fromkeys(stage.call.criteria.all(), (3, "Därför."))
        actions.submit_assessment(assessment, scores=scores, recommendation="maybe", comment="", by=reviewer, at=make.REVIEWING)
    return again(assessment)


def test_a_reviewer_reads_no_other_case_of_the_call():
    stage = scene()
    assessment_in(AssessmentState.OPEN, stage)
    make.create_submitted(stage.call)
    assert list(Sketch.objects.visible_to(stage.reviewer)) == [stage.sketch]


def test_a_reviewer_who_loses_the_role_loses_the_case():
    stage = scene()
    assessment_in(AssessmentState.OPEN, stage)
    stage.reviewer.roles.all().delete()
    assert not Sketch.objects.visible_to(fresh(stage.reviewer)).exists()


def test_a_case_that_one_sees_in_two_ways_comes_once():
    stage = scene()
    Membership.objects.create(user=stage.reviewer, organisation=stage.organisation)
    assert Sketch.objects.visible_to(fresh(stage.reviewer)).count() == 1
    leader = make.officer(stage.programme)
    leader.roles.create(programme=stage.programme, role=Role.REVIEWER, given_at=make.PREPARED)
    leader = fresh(leader)
    assessment_in(AssessmentState.OPEN, stage, reviewer=leader)
    assert Sketch.objects.visible_to(leader).count() == 1


# ---- Sketches: conflict of interest


def declared(stage, user):
    actions.declare_on_case(stage.sketch, ground="Vän.", by=user, at=make.REVIEWING)
    return user


def applicant(stage, user):
    Membership.objects.create(user=user, organisation=stage.organisation)
    return user


def partner(stage, user):
    return partner_in(stage, user, versions=[1])


def partner_in(stage, user, *, versions):
    """The person's organisation stands as partner, by organisation number, in these of three versions."""
    own = OrganisationFactory()
    Membership.objects.create(user=user, organisation=own)
    stage.sketch = make.create_draft(stage.call, organisation=stage.organisation, by=stage.writer)
    for number in (1, 2, 3):
        typed = make.typed_sketch(stage.call, title=f"Version {number}")
        if number in versions:
            typed |= {"partner_1_name": "Grannen", "partner_1_org_number": own.org_number}
        stage.sketch.draft.refresh_from_db()
        actions.save_draft(stage.sketch, content=typed, revision=stage.sketch.draft.revision, by=stage.writer, at=make.DURING)
        make.hand_in(stage.sketch, by=stage.writer)
    return user


def readers(stage):
    return {"leader": stage.leader, "team": stage.team, "decider": stage.decider}


@pytest.mark.parametrize("who", ["leader", "team", "decider"])
@pytest.mark.parametrize("conflict", [declared, applicant, partner])
def test_a_conflict_closes_the_case_to_officers(who, conflict):
    stage = scene()
    user = fresh(conflict(stage, readers(stage)[who]))
    assert not Sketch.objects.filter(pk=stage.sketch.pk).free_of_conflict_for(user).exists()
    assert not Sketch.objects.readable_by_officer(user).filter(pk=stage.sketch.pk).exists()


@pytest.mark.parametrize("versions", [[1], [2], [3], [1, 2, 3]])
def test_a_partner_in_any_version_is_in_conflict(versions):
    stage = scene()
    user = fresh(partner_in(stage, stage.leader, versions=versions))
    assert Sketch.objects.visible_to(user).filter(pk=stage.sketch.pk).count() == 0


def test_without_a_partner_there_is_no_conflict():
    stage = scene()
    user = fresh(partner_in(stage, stage.leader, versions=[]))
    assert Sketch.objects.visible_to(user).filter(pk=stage.sketch.pk).count() == 1


@pytest.mark.parametrize("conflict", [declared, applicant, partner])
def test_a_conflict_that_comes_after_the_declaration_closes_the_case_to_the_reviewer(conflict):
    stage = scene()
    if conflict is partner:
        partner(stage, stage.reviewer)
        other = fresh(stage.reviewer)
        Assessment.objects.create(
            sketch=stage.sketch, reviewer=other, state=AssessmentState.OPEN, assigned_at=make.REVIEWING, assigned_by=stage.leader
        )
        user = other
    else:
        assessment_in(AssessmentState.OPEN, stage)
        user = fresh(conflict(stage, stage.reviewer))
    assert not Sketch.objects.readable_by_reviewer(user).filter(pk=stage.sketch.pk).exists()


def test_the_conflict_of_one_closes_nothing_for_another():
    stage = scene()
    declared(stage, stage.leader)
    assert Sketch.objects.readable_by_officer(stage.team).get() == stage.sketch
    neighbour = make.create_submitted(stage.call)
    assert list(Sketch.objects.readable_by_officer(stage.leader)) == [neighbour]


def test_a_declaration_of_no_conflict_closes_nothing():
    stage = scene()
    assessment_in(AssessmentState.OPEN, stage)
    assert ConflictDeclaration.objects.count() == 1
    assert ConflictDeclaration.objects.in_conflict().count() == 0
    declared(stage, stage.leader)
    assert ConflictDeclaration.objects.in_conflict().get().user == stage.leader


# ---- Sketches: the other words


@pytest.fixture
def one_of_each():
    stage = scene()
    found = {state: sketch_in(state, stage) for state in ("draft", "withdrawn_draft")}
    for state in ("invited", "declined", "withdrawn"):
        stage.sketch = make.create_submitted(stage.call, organisation=stage.organisation, by=stage.writer)
        found[state] = sketch_in(state, stage)
    found["submitted"] = Sketch.objects.get(state=SketchState.SUBMITTED)
    return found


def kinds(rows, one_of_each):
    keys = set(rows.values_list("pk", flat=True))
    return {state for state, sketch in one_of_each.items() if sketch.pk in keys}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("submitted_ever", {"submitted", "invited", "declined", "withdrawn"}),
        ("awaiting_outcome", {"submitted"}),
        ("in_draft", {"draft"}),
        ("in_competition", {"submitted", "invited", "declined"}),
        ("with_details", set(STATES)),
        ("in_published_call", set(STATES)),
    ],
)
def test_words_of_the_state(one_of_each, word, expected):
    assert kinds(getattr(Sketch.objects, word)(), one_of_each) == expected


def test_drafts_of_a_cancelled_call_are_not_in_a_published_one():
    stage = scene(submitted=False)
    actions.cancel_call(stage.call, by=stage.leader, at=make.DURING)
    assert not Sketch.objects.in_published_call().exists()


def test_of_organisations_is_nothing_for_somebody_not_logged_in(one_of_each):
    sketch = one_of_each["submitted"]
    everybody = people(sketch.call.programme, sketch.organisation)
    assert Sketch.objects.of_organisations(everybody["nobody"]).count() == 0
    assert Sketch.objects.of_organisations(everybody["stranger"]).count() == 0
    assert Sketch.objects.of_organisations(everybody["member"]).count() == len(one_of_each)


def test_with_details_asks_once(one_of_each, django_assert_num_queries):
    with django_assert_num_queries(1):
        for sketch in Sketch.objects.with_details():
            assert (sketch.call.programme.pk, sketch.organisation.seat.code, sketch.draft.sketch_id) == (
                sketch.call.programme_id,
                "1880",
                sketch.pk,
            )


def test_without_receipt_is_what_is_older_than_the_wait():
    stage = scene()
    version = stage.sketch.current_version
    assert list(SketchVersion.objects.without_receipt(before=version.submitted_at + TICK)) == [version]
    assert list(SketchVersion.objects.without_receipt(before=version.submitted_at)) == []


# ---- Assessments


@pytest.mark.parametrize("state", AssessmentState)
def test_words_of_assessments(state):
    stage = scene()
    assessment_in(state, stage)
    rows = Assessment.objects.all()
    assert {name for name in ("remaining", "finished", "submitted", "active") if getattr(rows, name)().exists()} == (
        ({"remaining"} if state in {AssessmentState.ASSIGNED, AssessmentState.OPEN} else set())
        | ({"finished"} if state in FINISHED_STATES else set())
        | ({"submitted"} if state == AssessmentState.SUBMITTED else set())
        | ({"active"} if state not in {AssessmentState.EXCLUDED, AssessmentState.REMOVED} else set())
    )
    assert rows.of_reviewer(stage.reviewer).exists() is (state != AssessmentState.REMOVED)
    assert rows.of_reviewer(stage.second).exists() is False
    assert rows.to_remind().exists() is (state in {AssessmentState.ASSIGNED, AssessmentState.OPEN})


@pytest.mark.parametrize("state", ["invited", "declined", "withdrawn"])
def test_nobody_is_reminded_of_a_sketch_that_needs_no_assessment(state):
    stage = scene()
    assessment_in(AssessmentState.OPEN, stage)
    sketch_in(state, stage)
    assert not Assessment.objects.to_remind().exists()


def test_the_queue_goes_by_number_and_then_by_how_long_ago_one_skipped():
    stage = scene()
    sketches = [stage.sketch, *(make.create_submitted(stage.call) for _ in range(3))]
    rows = [make.assign(sketch, stage.reviewer, by=stage.leader) for sketch in sketches]
    actions.skip_assessment(rows[0], by=stage.reviewer, at=make.REVIEWING + dt.timedelta(hours=2))
    actions.skip_assessment(rows[2], by=stage.reviewer, at=make.REVIEWING + dt.timedelta(hours=1))
    assert list(Assessment.objects.in_queue_order()) == [rows[1], rows[3], rows[2], rows[0]]


# ---- Outcomes and applications


def test_pending_and_sent():
    stage = scene()
    pending = make.create_outcome(make.create_submitted(stage.call), by=stage.leader)
    sent = make.create_outcome(stage.sketch, by=stage.leader)
    actions.send_outcomes(stage.call, outcomes=[sent], by=stage.leader, at=make.ANSWERING)
    assert (Outcome.objects.pending().get(), Outcome.objects.sent().get()) == (pending, sent)


def test_an_application_is_visible_where_its_case_is():
    stage = scene()
    make.create_invited(stage.sketch, by=stage.leader)
    everybody = people(stage.programme, stage.organisation)
    seeing = {role for role, user in everybody.items() if Application.objects.visible_to(user).exists()}
    assert seeing == {"member", *READERS}


def test_due_after_is_half_open_and_leaves_out_what_is_turned_down():
    stage = scene()
    application = make.create_invited(stage.sketch, by=stage.leader)
    assert Application.objects.due_after(application.due_at - TICK).get() == application
    assert not Application.objects.due_after(application.due_at).exists()
    actions.turn_down_invitation(application, reason="", by=stage.writer, at=make.ANSWERING)
    assert not Application.objects.open().exists()
    assert not Application.objects.due_after(make.ANSWERING).exists()
