"""Assignment, declaration, assessment and exclusion: what happens, what is refused, and what a conflict closes."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from grants import actions, board, tasks
from grants.models import Assessment, Call, ConflictDeclaration, Recommendation, Score
from grants.scoring import weighted_mean
from grants.states import ASSESSMENT_MOVES, FINISHED_STATES, READING_STATES, AssessmentState
from kraftsamling.accounts.models import Membership
from kraftsamling.audit.log import sentence_of, target_of
from kraftsamling.audit.models import AuditEntry
from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications import digests
from kraftsamling.notifications.models import Frequency, Message, MessageState, Preference
from kraftsamling.programmes.models import Role
from kraftsamling.search import index
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.grants.scene import again, fresh, scene
from tests.grants.test_queries import applicant, assessment_in, declared, sketch_in
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = make.REVIEWING
LATER = AT + dt.timedelta(hours=1)


def make_stage():
    return scene()


_stage_once, stage = kept(make_stage)


def entries(sketch, prefix="grants.review."):
    """(action, who, details) of the sketch's log, oldest first."""
    rows = AuditEntry.objects.filter(target=target_of(sketch), action__startswith=prefix).order_by("pk")
    return [(row.action, row.by_id, row.details) for row in rows]


def newest(sketch):
    return entries(sketch)[-1]


def reload(stage):
    return again(stage.sketch)


def of_kind(kind):
    return Message.objects.filter(kind=f"grants/{kind}").order_by("pk")


def scores_of(stage, value=4, reason="Därför."):
    return dict.fromkeys(stage.call.criteria.all(), (value, reason))


def hand_in(assessment, stage, *, scores=None, by=None, at=LATER):
    actions.submit_assessment(
        assessment,
        scores=scores_of(stage) if scores is None else scores,
        recommendation=Recommendation.INVITE,
        comment="Bra.",
        by=by or stage.reviewer,
        at=at,
    )


# ---- The weighted mean


def test_the_mean_counts_weights():
    assert weighted_mean([(5, 3), (1, 1)]) == Decimal("4.000")
    assert weighted_mean([(0, 10), (5, 1)]) == Decimal("0.455")


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(1, 1), (0, 15)], "0.063"),  # 0.0625 exactly: half goes up, and not to the even figure
        ([(3, 1), (0, 15)], "0.188"),  # 0.1875
        ([(1, 1), (0, 31)], "0.031"),  # 0.03125 is below the half
        ([(1, 2), (0, 1)], "0.667"),
        ([(1, 1), (0, 2)], "0.333"),
        ([(0, 1)], "0.000"),
        ([(5, 10)], "5.000"),
    ],
)
def test_the_mean_is_rounded_half_up_to_a_thousandth(pairs, expected):
    assert str(weighted_mean(pairs)) == expected


def test_no_weight_is_no_mean():
    with pytest.raises(ValueError, match="nothing"):
        weighted_mean([])
    with pytest.raises(ValueError, match="nothing"):
        weighted_mean([(5, 0)])


PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 10)), min_size=1, max_size=20)


@given(PAIRS)
def test_the_mean_lies_between_the_lowest_and_the_highest_and_is_near_the_true_one(pairs):
    found = weighted_mean(pairs)
    total, weights = sum(s * w for s, w in pairs), sum(w for _s, w in pairs)
    assert min(s for s, _w in pairs) <= found <= max(s for s, _w in pairs)
    # half up: found − ½ thousandth ≤ true < found + ½ thousandth, in whole numbers
    assert (found * 2000 - 1) * weights <= total * 2000 < (found * 2000 + 1) * weights


@given(PAIRS, st.integers(2, 9))
def test_the_mean_asks_neither_for_order_nor_for_the_scale_of_weights(pairs, factor):
    assert weighted_mean(reversed(pairs)) == weighted_mean(pairs) == weighted_mean([(s, w * factor) for s, w in pairs])


# ---- Assignment


def test_assigning_gives_each_reviewer_each_sketch_records_it_and_mails_one_letter_each(
    stage, django_capture_on_commit_callbacks
):
    sketches = [stage.sketch, make.create_submitted(stage.call)]
    with django_capture_on_commit_callbacks(execute=True):
        counts = actions.assign_reviewers(
            stage.call, sketches=sketches, reviewers=[stage.reviewer, stage.second], by=stage.leader, at=AT
        )
    assert counts == (4, 0)
    rows = Assessment.objects.order_by("reviewer", "sketch").values_list(
        "reviewer", "sketch", "state", "assigned_at", "assigned_by"
    )
    assert list(rows) == [(r.pk, s.pk, "assigned", AT, stage.leader.pk) for r in (stage.reviewer, stage.second) for s in sketches]
    assert entries(stage.sketch) == [
        ("grants.review.assign", stage.leader.pk, {"reviewer": name}) for name in ("Gran Skare", "Sekund Läsare")
    ]
    assert sorted(m.to for m in mail.outbox) == sorted([[stage.reviewer.email], [stage.second.email]])


def test_assigning_again_changes_nothing_and_mails_nobody(stage):
    make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    Message.objects.all().delete()
    counts = actions.assign_reviewers(stage.call, sketches=[stage.sketch], reviewers=[stage.reviewer], by=stage.leader, at=LATER)
    assert counts == (0, 0)
    assert Assessment.objects.get().assigned_at == AT
    assert len(entries(stage.sketch)) == 1
    assert not of_kind("reviews_assigned").exists()


def test_own_organisations_and_known_conflicts_are_passed_over_and_counted(stage):
    second, third = make.create_submitted(stage.call), make.create_submitted(stage.call)
    Membership.objects.create(user=stage.reviewer, organisation=second.organisation)
    actions.declare_on_case(third, ground="Vän.", by=stage.reviewer, at=AT)
    counts = actions.assign_reviewers(
        stage.call,
        sketches=[stage.sketch, second, third],
        reviewers=[fresh(stage.reviewer), stage.second],
        by=stage.leader,
        at=AT,
    )
    assert counts == (4, 2)
    assert list(Assessment.objects.of_reviewer(stage.reviewer).values_list("sketch", flat=True)) == [stage.sketch.pk]


def test_people_who_are_no_reviewers_of_the_programme_are_passed_over(stage):
    outsider = make.officer(make.ProgrammeFactory(), Role.REVIEWER)
    counts = actions.assign_reviewers(
        stage.call, sketches=[stage.sketch], reviewers=[outsider, stage.team, UserFactory()], by=stage.leader, at=AT
    )
    assert counts == (0, 3)
    assert not Assessment.objects.exists()
    assert not of_kind("reviews_assigned").exists()


@pytest.mark.parametrize("state", ["draft", "invited", "declined", "withdrawn"])
def test_only_sketches_that_wait_for_an_answer_are_assigned(stage, state):
    sketch = sketch_in(state, stage)
    counts = actions.assign_reviewers(stage.call, sketches=[sketch], reviewers=[stage.reviewer], by=stage.leader, at=AT)
    assert counts == (0, 0)
    assert not Assessment.objects.exists()


def test_a_sketch_of_another_call_is_not_assigned(stage):
    other = scene().sketch
    assert actions.assign_reviewers(stage.call, sketches=[other], reviewers=[stage.reviewer], by=stage.leader, at=AT) == (0, 0)


def test_an_assignment_that_was_taken_back_can_be_given_again_with_what_was_written(stage):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    Assessment.objects.filter(pk=assessment.pk).update(draft={"comment": "Halvvägs."}, revision=3)
    actions.unassign_reviewer(assessment, by=stage.leader, at=AT)
    found = make.assign(stage.sketch, stage.reviewer, by=stage.team, at=LATER)
    assert (found.pk, found.state, found.assigned_at, found.assigned_by, found.draft, found.revision) == (
        assessment.pk, "assigned", LATER, stage.team, {"comment": "Halvvägs."}, 3,
    )  # fmt: skip


@pytest.mark.parametrize("who", ["decider", "reviewer", "writer"])
def test_only_officers_assign_and_take_back(stage, who):
    user = getattr(stage, who)
    with pytest.raises(PermissionDenied):
        actions.assign_reviewers(stage.call, sketches=[stage.sketch], reviewers=[stage.reviewer], by=user, at=AT)
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    with pytest.raises(PermissionDenied):
        actions.unassign_reviewer(assessment, by=user, at=AT)
    assert again(assessment).state == "assigned"


@pytest.mark.parametrize("state", AssessmentState)
def test_taking_back_from_every_state(stage, state):
    assessment = assessment_in(state, stage)
    before = entries(stage.sketch)
    if AssessmentState.REMOVED in ASSESSMENT_MOVES[state]:
        actions.unassign_reviewer(assessment, by=stage.leader, at=LATER)
        assert again(assessment).state == AssessmentState.REMOVED
        assert newest(stage.sketch) == ("grants.review.unassign", stage.leader.pk, {"reviewer": "Gran Skare"})
    else:
        with pytest.raises(TransitionRefused):
            actions.unassign_reviewer(assessment, by=stage.leader, at=LATER)
        assert (again(assessment).state, entries(stage.sketch)) == (state, before)


def test_taking_back_from_a_stale_copy_loses(stage):
    stale = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    actions.declare_on_assessment(again(stale), has_conflict=False, by=stage.reviewer, at=AT)
    with pytest.raises(TransitionRefused):
        actions.unassign_reviewer(stale, by=stage.leader, at=LATER)
    assert again(stale).state == "open"


# ---- Declaration


def test_declaring_no_conflict_opens_the_case_and_is_logged(stage):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    actions.declare_on_assessment(assessment, has_conflict=False, by=stage.reviewer, at=LATER)
    assert again(assessment).state == "open"
    assert newest(stage.sketch) == ("grants.review.no_conflict", stage.reviewer.pk, {"ground": ""})
    row = ConflictDeclaration.objects.get()
    assert (row.user, row.has_conflict, row.ground, row.declared_at) == (stage.reviewer, False, "", LATER)


def test_declaring_a_conflict_excludes_and_is_logged_with_its_ground(stage):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    actions.declare_on_assessment(assessment, has_conflict=True, ground="Syster leder den.", by=stage.reviewer, at=LATER)
    assert again(assessment).state == "excluded"
    assert newest(stage.sketch) == ("grants.review.conflict", stage.reviewer.pk, {"ground": "Syster leder den."})
    row = ConflictDeclaration.objects.get()
    assert (row.has_conflict, row.ground) == (True, "Syster leder den.")


def test_saying_no_conflict_does_not_help_whose_organisation_takes_part(stage):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    reviewer = fresh(applicant(stage, stage.reviewer))
    actions.declare_on_assessment(assessment, has_conflict=False, by=reviewer, at=LATER)
    assert again(assessment).state == "excluded"
    assert newest(stage.sketch)[0] == "grants.review.conflict"


def test_saying_no_conflict_does_not_take_back_a_conflict_already_declared(stage):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    ConflictDeclaration.objects.create(sketch=stage.sketch, user=stage.reviewer, has_conflict=True, ground="Vän.", declared_at=AT)
    actions.declare_on_assessment(assessment, has_conflict=False, by=stage.reviewer, at=LATER)
    assert again(assessment).state == "excluded"
    assert ConflictDeclaration.objects.get().has_conflict is True


@pytest.mark.parametrize("state", AssessmentState)
@pytest.mark.parametrize("conflict", [True, False])
def test_declaring_from_every_state(stage, state, conflict):
    assessment = assessment_in(state, stage)
    declaration = {"has_conflict": conflict, "ground": "Vän.", "by": stage.reviewer, "at": LATER}
    if state == AssessmentState.ASSIGNED or (conflict and state in READING_STATES):
        actions.declare_on_assessment(assessment, **declaration)
        found = again(assessment)
        assert (found.state, found.weighted_mean) == ("excluded" if conflict else "open", None)
    else:
        with pytest.raises(TransitionRefused):
            actions.declare_on_assessment(assessment, **declaration)
        assert again(assessment).state == state


def test_a_declaration_is_nothing_that_somebody_else_makes(stage):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    for user in (stage.second, stage.leader, stage.writer):
        with pytest.raises(PermissionDenied):
            actions.declare_on_assessment(assessment, has_conflict=False, by=user, at=AT)
    assert not ConflictDeclaration.objects.exists()


def test_declaring_from_a_stale_copy_loses(stage):
    stale = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    actions.declare_on_assessment(again(stale), has_conflict=True, ground="Vän.", by=stage.reviewer, at=AT)
    stale.state = AssessmentState.ASSIGNED
    ConflictDeclaration.objects.all().delete()
    with pytest.raises(TransitionRefused):
        actions.declare_on_assessment(stale, has_conflict=False, by=stage.reviewer, at=LATER)
    assert again(stale).state == "excluded"


@pytest.mark.parametrize("who", ["leader", "team", "decider", "reviewer", "economist"])
def test_anybody_who_works_with_the_case_reports_a_conflict_unasked(stage, who):
    user = make.officer(stage.programme, Role.FINANCE_OFFICER) if who == "economist" else getattr(stage, who)
    actions.declare_on_case(stage.sketch, ground="Granne.", by=user, at=AT)
    assert newest(stage.sketch) == ("grants.review.conflict", user.pk, {"ground": "Granne."})
    assert ConflictDeclaration.objects.get().user == user


def test_people_without_a_part_in_the_case_report_nothing(stage):
    for user in (stage.writer, UserFactory(), make.officer(stage.programme, Role.COMMUNICATIONS_OFFICER)):
        with pytest.raises(PermissionDenied):
            actions.declare_on_case(stage.sketch, ground="Granne.", by=user, at=AT)
    assert not ConflictDeclaration.objects.exists()


@pytest.mark.parametrize("state", AssessmentState)
def test_a_report_on_the_case_excludes_from_the_own_assessment_in_every_state(stage, state):
    assessment = assessment_in(state, stage)
    other = assessment_in(AssessmentState.SUBMITTED, stage, reviewer=stage.second)
    actions.declare_on_case(stage.sketch, ground="Vän.", by=stage.reviewer, at=LATER)
    expected = "removed" if state == AssessmentState.REMOVED else "excluded"
    found = again(assessment)
    assert (found.state, found.weighted_mean, again(other).state) == (expected, None, "submitted")


def test_an_assessment_in_conflict_no_longer_counts_in_the_mean(stage):
    make.create_assessed(stage.sketch, stage.reviewer, by=stage.leader, value=5)
    make.create_assessed(stage.sketch, stage.second, by=stage.leader, value=1)
    actions.declare_on_case(stage.sketch, ground="Vän.", by=stage.reviewer, at=LATER)
    row = board.rows(stage.call, stage.leader, filters={}, sort="-medel").get()
    assert (board.rounded(row.mean), row.finished, row.assigned) == (Decimal("1.00"), 1, 1)
    assert {mean for _criterion, mean in board.criterion_means(stage.sketch)} == {Decimal("1.00")}


# ---- Exclusion is enforced everywhere


def handed_in_with_file(stage):
    """Two versions, a file and a receipt, so that every door of the case exists."""
    upload = SimpleUploadedFile("underlag.txt", b"Underlag", content_type="text/plain")
    file = store.store(upload, by=stage.writer)
    actions.add_file(stage.sketch, file=file, question=None, by=stage.writer, at=make.DURING)
    version = make.hand_in(stage.sketch, by=stage.writer)
    receipt = store.store_bytes("kvitto.pdf", b"%PDF-1.4 kvitto", "application/pdf", by=None)
    actions.attach_receipt(version, pdf=receipt, at=make.DURING)
    return file, version


def doors(stage, file, version):
    sketch = stage.sketch
    return [
        reverse("sketch_detail", args=[sketch.pk]),
        reverse("sketch_file", args=[sketch.pk, file.pk]),
        reverse("sketch_receipt", args=[sketch.pk, version.number]),
        reverse("sketch_version", args=[sketch.pk, version.number]),
        reverse("sketch_compare", args=[sketch.pk]),
    ]


@pytest.mark.parametrize("who", ["leader", "team", "decider", "reviewer"])
def test_a_declared_conflict_closes_every_door_of_the_case(stage, client, who):
    file, version = handed_in_with_file(stage)
    if who == "reviewer":
        assessment_in(AssessmentState.OPEN, stage)
    user = getattr(stage, who)
    client.force_login(user)
    with time_machine.travel(AT, tick=False):
        before = [client.get(url).status_code for url in doors(stage, file, version)]
        declared(stage, user)
        after = [client.get(url).status_code for url in doors(stage, file, version)]
    assert (before, after) == ([200] * 5, [404] * 5)


@pytest.mark.parametrize(
    "name", ["outcome_edit", "outcome_drop", "letter_edit", "sketch_note", "sketch_register", "sketch_conflict"]
)
def test_a_declared_conflict_closes_the_officers_pages_of_the_case(stage, client, name):
    make.create_outcome(stage.sketch, by=stage.team)
    declared(stage, stage.leader)
    client.force_login(stage.leader)
    assert client.post(reverse(name, args=[stage.sketch.pk]), {"text": "x", "number": "x", "ground": "x"}).status_code == 404


def test_a_declared_conflict_takes_the_sketch_off_board_export_and_answers(stage, client):
    make.create_outcome(stage.sketch, by=stage.team)
    make.assign(stage.sketch, stage.reviewer, by=stage.team)
    client.force_login(stage.leader)
    slug = stage.call.slug
    urls = [
        reverse("board_detail", args=[slug]),
        f"{reverse('board_detail', args=[slug])}?visa={stage.sketch.pk}",
        reverse("board_file", args=[slug, "csv"]),
        reverse("outcomes", args=[slug]),
        reverse("reviewers", args=[slug]),
    ]

    def holding():
        return [b"Fritidslots" in b"".join(client.get(url)) for url in urls]

    with time_machine.travel(AT, tick=False):
        before = holding()
        declared(stage, stage.leader)
        assert (before, holding()) == ([True] * 5, [False] * 5)
        sums = board.sums(Call.objects.with_frame().get(), stage.leader, filters={})
        assert (sums.count, sums.sought) == (0, Kronor(0))


@pytest.mark.parametrize("who", ["leader", "decider", "reviewer"])
def test_a_declared_conflict_takes_the_sketch_out_of_the_search(stage, who):
    user = getattr(stage, who)
    if who == "reviewer":
        assessment_in(AssessmentState.OPEN, stage)
    before = [entry.title for entry in index.find(user, "fritidslots", AT)]
    declared(stage, user)
    assert (before, list(index.find(user, "fritidslots", AT))) == (["Fritidslots"], [])
    assert [entry.title for entry in index.find(stage.team, "fritidslots", AT)] == ["Fritidslots"]


def test_a_declared_conflict_withholds_mail_that_has_not_gone(stage):
    Preference.objects.create(user=stage.leader, category="news", frequency=Frequency.DAILY)
    sketch = make.create_submitted(stage.call)
    waiting = of_kind("sketch_arrived").get(to=stage.leader, about=target_of(sketch))
    assert waiting.state == MessageState.DIGEST
    actions.declare_on_case(sketch, ground="Vän.", by=stage.leader, at=AT)
    kept = of_kind("sketch_arrived").get(to=stage.team, about=target_of(sketch))
    assert (again(waiting).state, again(waiting).dropped_because, kept.state) == ("dropped", "conflict", "waiting")


def new_version(stage, title="Ny rubrik"):
    stage.sketch.draft.refresh_from_db()
    typed = make.typed_sketch(stage.call, title=title)
    actions.save_draft(stage.sketch, content=typed, revision=stage.sketch.draft.revision, by=stage.writer, at=make.DURING)
    return make.hand_in(stage.sketch, by=stage.writer)


def test_an_officer_in_conflict_gets_no_more_mail_about_the_case(stage):
    declared(stage, stage.leader)
    Message.objects.all().delete()
    new_version(stage)
    assert [message.to for message in of_kind("sketch_arrived")] == [stage.team]


def test_an_officer_whose_organisation_was_partner_before_gets_no_mail_about_the_case(stage):
    own = OrganisationFactory()
    Membership.objects.create(user=stage.leader, organisation=own)
    typed = make.typed_sketch(stage.call, partner_1_name="Grannen", partner_1_org_number=own.org_number)
    actions.save_draft(stage.sketch, content=typed, revision=1, by=stage.writer, at=make.DURING)
    make.hand_in(stage.sketch, by=stage.writer)
    Message.objects.all().delete()
    new_version(stage)
    assert [message.to for message in of_kind("sketch_arrived")] == [stage.team]


def test_the_outbox_page_hides_the_mail_of_a_case_one_is_shut_out_of(stage, client):
    stage.sketch = make.create_submitted(stage.call)
    message = of_kind("sketch_arrived").get(to=stage.team)
    client.force_login(stage.leader)
    url = reverse("message_detail", args=[message.pk])
    before = client.get(url).status_code
    declared(stage, stage.leader)
    assert (before, client.get(url).status_code) == (200, 404)
    assert message.subject not in client.get(reverse("outbox_list")).content.decode()
    assert message.subject not in b"".join(client.get(reverse("outbox_csv"))).decode()


def test_the_outbox_page_hides_also_a_digest_that_tells_of_such_a_case(stage, client):
    Preference.objects.create(user=stage.team, category="news", frequency=Frequency.DAILY)
    case, other = (make.create_submitted(stage.call, title=title) for title in ("Den stängda", "Den andra"))
    digests.bundle(at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    digest = Message.objects.get(kind=digests.KIND)
    client.force_login(stage.leader)
    url = reverse("message_detail", args=[digest.pk])
    assert "Den stängda" in client.get(url).content.decode()
    stage.sketch = case
    declared(stage, stage.leader)
    assert (client.get(url).status_code, client.get(reverse("outbox_list")).status_code) == (404, 200)
    assert {*Message.objects.visible_to(fresh(stage.leader)).exclude(about="").values_list("about", flat=True)} >= {
        target_of(other)
    }


def test_an_excluded_reviewer_sees_nothing_of_the_sketch_on_the_own_page(stage, client):
    assessment = assessment_in(AssessmentState.EXCLUDED, stage)
    client.force_login(stage.reviewer)
    content = client.get(assessment.get_absolute_url()).content.decode()
    assert [words in content for words in ("En lots följer med", "Många unga saknar", "Kim Exempel")] == [False] * 3


@pytest.mark.parametrize("state", [AssessmentState.OPEN, AssessmentState.SUBMITTED, AssessmentState.ABSTAINED])
def test_a_reviewer_whose_organisation_comes_into_the_case_is_shut_out_of_the_assessment_too(stage, client, state):
    assessment = assessment_in(state, stage)
    own = OrganisationFactory()
    Membership.objects.create(user=stage.reviewer, organisation=own)
    typed = make.typed_sketch(stage.call, partner_1_name="Grannen", partner_1_org_number=own.org_number)
    actions.save_draft(stage.sketch, content=typed, revision=1, by=stage.writer, at=make.DURING)
    make.hand_in(stage.sketch, by=stage.writer)
    client.force_login(stage.reviewer)
    with time_machine.travel(AT, tick=False):
        response = client.get(assessment.get_absolute_url())
        saved = client.post(reverse("assessment_save", args=[assessment.pk]), {"revision": "0", "comment": "Ändå."})
    assert "Många unga saknar" not in response.content.decode()
    assert "Ändå." not in saved.content.decode()
    assert again(assessment).draft == {}


def test_every_exclusion_can_be_read_in_the_log_by_officers_only(stage):
    assessment_in(AssessmentState.EXCLUDED, stage)
    entry = AuditEntry.objects.get(action="grants.review.conflict")
    assert (entry.internal, entry.by, "%" in sentence_of(entry)) == (True, stage.reviewer, False)


# ---- Writing, handing in


def test_saving_keeps_what_was_typed_and_counts_on(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    revision = actions.save_assessment(assessment, content={"comment": "Hm"}, revision=0, by=stage.reviewer, at=LATER)
    found = again(assessment)
    assert (revision, found.revision, found.draft, found.saved_at, found.state) == (1, 1, {"comment": "Hm"}, LATER, "open")


def test_saving_the_same_again_changes_nothing(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    actions.save_assessment(assessment, content={"comment": "Hm"}, revision=0, by=stage.reviewer, at=AT)
    assert actions.save_assessment(assessment, content={"comment": "Hm"}, revision=1, by=stage.reviewer, at=LATER) == 1
    assert again(assessment).saved_at == AT


@pytest.mark.parametrize("revision", [0, 2, -1, 10**12])
def test_saving_from_another_revision_loses_and_overwrites_nothing(stage, revision):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    actions.save_assessment(assessment, content={"comment": "Först"}, revision=0, by=stage.reviewer, at=AT)
    with pytest.raises(LostRace):
        actions.save_assessment(again(assessment), content={"comment": "Sen"}, revision=revision, by=stage.reviewer, at=LATER)
    assert again(assessment).draft == {"comment": "Först"}


ACTS = {
    "save": lambda assessment, stage: actions.save_assessment(
        assessment, content={"comment": "x"}, revision=assessment.revision, by=stage.reviewer, at=LATER
    ),
    "hand_in": lambda assessment, stage: hand_in(assessment, stage),
    "abstain": lambda assessment, stage: actions.abstain(assessment, comment="Kan inte.", by=stage.reviewer, at=LATER),
    "reopen": lambda assessment, stage: actions.reopen_assessment(assessment, by=stage.reviewer, at=LATER),
}
LEADS_TO = {"save": "open", "hand_in": "submitted", "abstain": "abstained", "reopen": "open"}
FROM = {
    "save": {AssessmentState.OPEN},
    "hand_in": {AssessmentState.OPEN},
    "abstain": {AssessmentState.OPEN},
    "reopen": {AssessmentState.SUBMITTED, AssessmentState.ABSTAINED},
}


@pytest.mark.parametrize("state", AssessmentState)
@pytest.mark.parametrize("act", ACTS)
def test_acts_of_the_reviewer_from_every_state(stage, act, state):
    assessment = assessment_in(state, stage)
    logged = entries(stage.sketch)
    if state in FROM[act]:
        ACTS[act](assessment, stage)
        assert again(assessment).state == LEADS_TO[act]
        assert len(entries(stage.sketch)) == len(logged) + (act != "save")
    else:
        with pytest.raises(PermissionDenied if state == AssessmentState.EXCLUDED else TransitionRefused):
            ACTS[act](assessment, stage)
        assert (again(assessment).state, entries(stage.sketch)) == (state, logged)


@pytest.mark.parametrize("sketch_state", ["invited", "declined", "withdrawn"])
@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_assessed_after_the_answer_or_the_withdrawal(stage, act, sketch_state):
    state = AssessmentState.SUBMITTED if act == "reopen" else AssessmentState.OPEN
    assessment = assessment_in(state, stage)
    sketch_in(sketch_state, stage)
    with pytest.raises(TransitionRefused):
        ACTS[act](again(assessment), stage)
    assert again(assessment).state == state


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_assessed_after_the_answer_even_from_a_page_opened_before_it(stage, act):
    state = AssessmentState.SUBMITTED if act == "reopen" else AssessmentState.OPEN
    assessment_in(state, stage)
    stale = Assessment.objects.select_related("sketch__call").get()
    sketch_in("invited", stage)
    with pytest.raises(TransitionRefused):
        ACTS[act](stale, stage)
    assert again(stale).state == state


@pytest.mark.parametrize("act", [*ACTS, "skip"])
@pytest.mark.parametrize("who", ["second", "leader", "writer"])
def test_only_the_reviewer_acts_on_the_own_assessment(stage, act, who):
    assessment = assessment_in(AssessmentState.SUBMITTED if act == "reopen" else AssessmentState.OPEN, stage)
    intruder = scene_with(stage, reviewer=getattr(stage, who))
    with pytest.raises(PermissionDenied):
        if act == "skip":
            actions.skip_assessment(assessment, by=intruder.reviewer, at=LATER)
        else:
            ACTS[act](assessment, intruder)


def scene_with(stage, **changes):
    return type(stage)(**{**vars(stage), **changes})


@pytest.mark.parametrize("act", ["hand_in", "abstain"])
def test_a_stale_copy_loses_and_leaves_the_scores_alone(stage, act):
    stale = assessment_in(AssessmentState.OPEN, stage)
    hand_in(again(stale), stage, scores=scores_of(stage, value=2))
    with pytest.raises(TransitionRefused):
        ACTS[act](stale, stage)
    assert set(Score.objects.values_list("value", flat=True)) == {2}
    assert again(stale).weighted_mean == Decimal("2.000")


def test_handing_in_keeps_scores_mean_version_and_words(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    criteria = list(stage.call.criteria.order_by("position"))
    scores = {criterion: (number % 6, f"Skäl {number}.") for number, criterion in enumerate(criteria)}
    hand_in(assessment, stage, scores=scores)
    found = again(assessment)
    assert (found.state, found.submitted_at, found.recommendation, found.comment, found.version) == (
        "submitted", LATER, "invite", "Bra.", stage.sketch.current_version,
    )  # fmt: skip
    total = sum(value * criterion.weight for criterion, (value, _reason) in scores.items())
    weights = sum(criterion.weight for criterion in criteria)
    assert found.weighted_mean == weighted_mean((v, c.weight) for c, (v, _r) in scores.items())
    assert abs(found.weighted_mean - Decimal(total) / weights) <= Decimal("0.0005")
    assert list(found.scores.order_by("criterion__position").values_list("value", "reason")) == list(scores.values())
    assert newest(stage.sketch) == ("grants.review.submit", stage.reviewer.pk, {})


def test_a_score_or_a_reason_that_lacks_is_refused(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    one_less = dict(list(scores_of(stage).items())[1:])
    foreign = scene().call.criteria.first()
    first = stage.call.criteria.first()
    for scores in (
        {}, one_less, {**scores_of(stage), first: (3, " \n")}, {**scores_of(stage), foreign: (3, "Fel.")}, {**one_less, foreign: (3, "Fel.")},
    ):  # fmt: skip
        with pytest.raises(TransitionRefused):
            hand_in(assessment, stage, scores=scores)
    assert (again(assessment).state, Score.objects.count()) == ("open", 0)


def test_handing_in_anew_replaces_the_scores(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    hand_in(assessment, stage, scores=scores_of(stage, value=1))
    actions.reopen_assessment(assessment, by=stage.reviewer, at=LATER)
    reopened = again(assessment)
    assert (reopened.state, reopened.submitted_at, reopened.weighted_mean) == ("open", None, None)
    hand_in(assessment, stage, scores=scores_of(stage, value=5))
    assert (again(assessment).weighted_mean, assessment.scores.count()) == (Decimal("5.000"), stage.call.criteria.count())
    assert [action for action, _by, _details in entries(stage.sketch)][-3:] == [
        "grants.review.submit", "grants.review.reopen", "grants.review.submit",
    ]  # fmt: skip


def test_no_opinion_is_done_without_scores_and_outside_the_mean(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    actions.abstain(assessment, comment="Utanför mitt område.", by=stage.reviewer, at=LATER)
    found = again(assessment)
    assert (found.state, found.submitted_at, found.comment, found.weighted_mean, found.scores.count()) == (
        "abstained", LATER, "Utanför mitt område.", None, 0,
    )  # fmt: skip
    row = board.rows(stage.call, stage.leader, filters={}, sort="-medel").get()
    assert (row.mean, row.finished, row.assigned) == (None, 0, 1)


def test_no_opinion_after_reopening_leaves_no_scores_behind(stage):
    assessment = assessment_in(AssessmentState.SUBMITTED, stage)
    actions.reopen_assessment(assessment, by=stage.reviewer, at=LATER)
    actions.abstain(assessment, by=stage.reviewer, at=LATER)
    found = again(assessment)
    assert (found.recommendation, found.scores.count()) == ("", 0)


def test_skipping_changes_only_the_place_in_the_queue(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    logged = entries(stage.sketch)
    actions.skip_assessment(assessment, by=stage.reviewer, at=LATER)
    found = again(assessment)
    assert (found.skipped_at, found.state, entries(stage.sketch)) == (LATER, "open", logged)


def test_notes_are_written_by_officers_and_logged_without_their_words(stage):
    note = actions.write_note(stage.sketch, text="Ring dem.", by=stage.team, at=AT)
    assert (note.text, note.written_at, note.written_by) == ("Ring dem.", AT, stage.team)
    entry = AuditEntry.objects.get(action="grants.sketch.note")
    assert (entry.by, entry.details, entry.internal) == (stage.team, {}, True)


@pytest.mark.parametrize("who", ["decider", "reviewer", "writer"])
def test_others_write_no_notes(stage, who):
    with pytest.raises(PermissionDenied):
        actions.write_note(stage.sketch, text="Ring dem.", by=getattr(stage, who), at=AT)
    assert not stage.sketch.notes.exists()


# ---- Others' assessments only after one's own


@pytest.mark.parametrize("state", AssessmentState)
def test_what_others_wrote_stands_on_the_page_only_after_ones_own(stage, client, state):
    scores = scores_of(stage, reason="Hemligt skäl.")
    other = make.assign(stage.sketch, stage.second, by=stage.leader)
    actions.declare_on_assessment(other, has_conflict=False, by=stage.second, at=AT)
    hand_in(other, stage, scores=scores, by=stage.second)
    assessment = assessment_in(state, stage)
    client.force_login(stage.reviewer)
    with time_machine.travel(LATER, tick=False):
        pages = [client.get(url) for url in (assessment.get_absolute_url(), stage.sketch.get_absolute_url())]
    shown = ["Hemligt skäl." in page.content.decode() for page in pages]
    assert shown == [state in FINISHED_STATES] * 2
    if state in READING_STATES:
        assert list(pages[0].context["others"]) == ([again(other)] if state in FINISHED_STATES else [])


# ---- Reminders to reviewers


def days_of(start, days):
    """08.05 in Stockholm, when the reminders run, on each day from the start."""
    first = start.astimezone(STOCKHOLM).date()
    return [dt.datetime.combine(first + dt.timedelta(days=n), dt.time(8, 5), tzinfo=STOCKHOLM) for n in range(days)]


def reminded(kind, days):
    """The days on which reminders of the kind were written, running twice each day."""
    found = []
    for moment in days:
        before = of_kind(kind).count()
        with time_machine.travel(moment, tick=False):
            tasks.remind()
            tasks.remind()
        found += [moment.date()] * (of_kind(kind).count() - before)
    return found


def test_reviewers_are_reminded_7_and_2_days_before_on_the_day_and_the_day_after(stage):
    assessment_in(AssessmentState.OPEN, stage)
    due = make.REVIEW_DUE.date()
    assert reminded("review_reminder", days_of(make.OPENS, 75)) == [due - dt.timedelta(days=n) for n in (7, 2, 0, -1)]


def test_a_reminder_counts_what_remains_and_tells_when(stage):
    for _ in range(2):
        make.assign(make.create_submitted(stage.call), stage.reviewer, by=stage.leader)
    assessment_in(AssessmentState.SUBMITTED, stage)
    done = make.create_submitted(stage.call)
    make.create_assessed(done, stage.second, by=stage.leader)
    with time_machine.travel(make.REVIEW_DUE - dt.timedelta(days=7), tick=False):
        tasks.remind()
    message = of_kind("review_reminder").get()
    assert (message.to, message.category, message.programme_id) == (stage.reviewer, "reminder", stage.programme.pk)
    assert ("2" in message.text, "20\xa0oktober 2026" in message.text, "16.00" in message.text) == (True, True, True)


def test_nobody_is_reminded_who_has_done_all_or_lost_the_role(stage):
    assessment_in(AssessmentState.ABSTAINED, stage)
    assessment_in(AssessmentState.OPEN, stage, reviewer=stage.second)
    stage.second.roles.all().delete()
    with time_machine.travel(make.REVIEW_DUE - dt.timedelta(days=7), tick=False):
        tasks.remind()
    assert not of_kind("review_reminder").exists()
