"""Decisions: written, proposed, issued by a human within the limits of law, call and frame, mailed, read and corrected."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from grants import actions, decision_rules, signals
from grants.models import Application, Call, CallFrame, CostCategory, CostLine, Decision, DecisionKind
from grants.states import ApplicationState, DecisionState
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.programmes.models import Role
from kraftsamling.search.models import SearchEntry
from pilots.models import Project
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.factories.accounts import UserFactory
from tests.grants import trail
from tests.grants.scene import EVERY_ROLE, again, fresh, people, scene
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = decisions.DECIDING
PARTS_OF_ALL = ["reasons", "deciding_body", "presenter", "no_appeal"]
PARTS_OF_GRANTS = ["conditions", "follow_up", "financing_plan", "final_report", "strategy_link"]


def waiting(*, frames=None, **limits):
    """The scene, with an application that waits for its decision. The call's limits are set once the sketches are in."""
    found = scene()
    found.application = applications.create_sent_in(make.create_invited(found.sketch, by=found.leader))
    if limits:
        Call.objects.filter(pk=found.call.pk).update(**limits)
    if frames:
        found.call.frames.all().delete()
        CallFrame.objects.bulk_create(CallFrame(call=found.call, year=year, amount=amount) for year, amount in frames.items())
    found.application = Application.objects.select_related("sketch__call", "current_version").get(pk=found.application.pk)
    return found


def another(stage, **kwargs):
    return applications.create_sent_in(applications.create_open(stage.call, by=stage.leader), **kwargs)


def make_stage():
    return waiting()


_stage_once, stage = kept(make_stage)


@pytest.fixture
def ready(stage):
    """Prepared, with a complete draft."""
    decisions.prepare(stage.application, by=stage.leader)
    stage.draft = decisions.write(stage.application, by=stage.leader)
    return stage


def refused(act):
    """What the refusal says; nothing has changed."""
    before = trail.everything()
    with pytest.raises(TransitionRefused) as refusal:
        act()
    assert trail.everything() == before
    return str(refusal.value)


# ---- Write


def test_the_first_draft_is_kept_with_the_version_it_is_about_and_nobody_outside_is_told(stage):
    since = trail.mark()
    draft = decisions.write(stage.application, by=stage.team)
    kept = {name: getattr(again(draft), name) for name in decisions.GRANT}
    assert kept == decisions.GRANT
    assert (draft.state, draft.version, draft.revision, draft.application_version, draft.budget) == (
        "draft", 1, 1, stage.application.current_version, stage.application.current_version.budget,
    )  # fmt: skip
    assert (draft.written_by, draft.written_at) == (stage.team, decisions.PREPARING)
    assert trail.entries(since) == [("grants.decision.write", stage.team.pk)]
    assert trail.letters(since) == []
    assert list(Decision.objects.visible_to(stage.writer)) == []


def test_a_changed_draft_has_the_next_revision(ready):
    decisions.write(ready.application, by=ready.decider, revision=1, share=Decimal("27.5"))
    assert (again(ready.draft).share, again(ready.draft).revision, again(ready.draft).written_by) == (
        Decimal("27.5"), 2, ready.decider,
    )  # fmt: skip


@pytest.mark.parametrize("revision", [0, 2, 99])
def test_a_draft_changed_by_a_colleague_is_not_overwritten(ready, revision):
    with pytest.raises(LostRace):
        decisions.write(ready.application, by=ready.leader, revision=revision, reasons="Mitt.")
    assert again(ready.draft).reasons == decisions.GRANT["reasons"]


def test_a_draft_that_was_taken_away_is_not_written_over(stage):
    with pytest.raises(LostRace):
        decisions.write(stage.application, by=stage.leader, revision=3)


def test_a_draft_about_a_version_not_read_is_refused(stage):
    write = lambda: actions.write_decision(  # noqa: E731
        stage.application, values=decisions.GRANT, revision=0, seen_version=2, by=stage.leader, at=AT
    )
    refused(write)


def test_a_draft_that_is_no_grant_gives_no_money(ready):
    draft = decisions.write(ready.application, by=ready.leader, revision=1, kind=DecisionKind.REJECTED)
    assert (draft.share, draft.cap) == (None, None)


@pytest.mark.parametrize("state", ApplicationState)
def test_the_states_in_which_a_decision_may_be_written(stage, state):
    set_state(stage.application, state)
    if state in {ApplicationState.SUBMITTED, ApplicationState.RETURNED}:
        decisions.write(stage.application, by=stage.leader)
    else:
        refused(lambda: decisions.write(stage.application, by=stage.leader))


def set_state(application, state):
    """Forced: not every state can be reached from here through the actions."""
    withdrawn = {"withdrawn_at": AT, "withdrawn_by": application.submitted_by} if state == ApplicationState.WITHDRAWN else {}
    Application.objects.filter(pk=application.pk).update(state=state, **withdrawn)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_write_propose_and_drop(ready, role):
    person = people(ready.programme, ready.organisation)[role]
    may = role in {Role.PROCESS_LEADER, Role.PROCESS_TEAM, Role.DECISION_MAKER}
    acts = [
        lambda: decisions.write(ready.application, by=person, revision=1),
        lambda: actions.propose_decision(again(ready.draft), revision=2 if may else 1, by=person, at=AT),
        lambda: actions.drop_decision(again(ready.draft), revision=2 if may else 1, by=person, at=AT),
    ]
    for act in acts:
        if may:
            act()
        else:
            with pytest.raises(PermissionDenied):
                act()
    assert Decision.objects.exists() is not may


def test_proposing_tells_that_it_waits_once(ready):
    since = trail.mark()
    actions.propose_decision(ready.draft, revision=1, by=ready.team, at=AT)
    assert (again(ready.draft).proposed_at, again(ready.draft).proposed_by) == (AT, ready.team)
    assert list(Decision.objects.proposed()) == [ready.draft]
    assert trail.entries(since) == [("grants.decision.propose", ready.team.pk)]
    with pytest.raises(LostRace):
        actions.propose_decision(again(ready.draft), revision=1, by=ready.team, at=AT)


def test_proposals_of_applications_that_were_taken_back_do_not_wait(ready):
    actions.propose_decision(ready.draft, revision=1, by=ready.team, at=AT)
    set_state(ready.application, ApplicationState.WITHDRAWN)
    assert list(Decision.objects.proposed()) == []


def test_a_stale_draft_is_neither_proposed_nor_dropped(ready):
    for act in (actions.propose_decision, actions.drop_decision):
        with pytest.raises(LostRace):
            act(again(ready.draft), revision=7, by=ready.leader, at=AT)
    assert again(ready.draft).proposed_at is None


# ---- Issue


def test_a_grant_is_issued_with_everything_that_follows(ready):
    ready.sketch.registry_number = "26RS123"
    ready.sketch.save()
    since = trail.mark()
    issued = decisions.issue(again(ready.draft), by=ready.decider)
    kept = again(ready.draft)
    assert (kept.state, kept.issued_at, kept.issued_by, kept.share, kept.cap) == (
        "issued", AT, ready.decider, Decimal(28), Kronor(150_000),
    )  # fmt: skip
    assert (kept.counted_costs, kept.wording) == (Kronor(400_000), decision_rules.wording(kept))
    assert again(ready.application).state == "granted"
    assert trail.entries(since) == [
        ("pilots.project.open", None), ("pilots.report.plan", None), ("grants.decision.granted", ready.decider.pk),
    ]  # fmt: skip
    assert trail.letters(since) == []
    assert list(Decision.objects.without_letter(before=AT + dt.timedelta(minutes=1))) == [issued]
    project = Project.objects.get()
    assert (project.kind, project.title, project.owner, project.share, project.cap, project.starts_on, project.ends_on) == (
        "pilot", "Fritidslots", ready.organisation, Decimal(28), Kronor(150_000), dt.date(2027, 1, 15), dt.date(2027, 12, 31),
    )  # fmt: skip
    assert (project.budget, project.decision, project.application, project.registry_number, project.programme) == (
        kept.budget, kept, ready.application, "26RS123", ready.programme,
    )  # fmt: skip
    assert set(SearchEntry.objects.values_list("kind", "object_id")) >= {("decision", kept.pk), ("project", project.pk)}


@pytest.mark.parametrize(("kind", "state"), [("rejected", "rejected"), ("dismissed", "dismissed")])
def test_a_refusal_is_a_reasoned_decision_that_needs_no_checklist_and_opens_no_project(stage, kind, state):
    since = trail.mark()
    draft = decisions.write(stage.application, by=stage.leader, values=decisions.REJECTION, kind=kind)
    decisions.issue(draft, by=stage.decider)
    assert (again(draft).state, again(stage.application).state, Project.objects.count()) == ("issued", state, 0)
    assert trail.entries(since)[-1] == (f"grants.decision.{kind}", stage.decider.pk)
    assert again(draft).counted_costs is None


def test_the_words_of_the_decision_come_from_its_data(ready):
    words = decision_rules.wording(ready.draft)
    for part in (
        ready.organisation.name,
        "28",
        "150\u00a0000",
        "kronor",
        "Fritidslots",
        "15\u00a0januari 2027",
        "31\u00a0december 2027",
    ):
        assert part in words
    ready.draft.share = Decimal("27.50")
    assert "27,5 " in decision_rules.wording(ready.draft)
    ready.draft.cap = None
    assert decision_rules.wording(ready.draft) == ""


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_issue(ready, role):
    person = people(ready.programme, ready.organisation)[role]
    if role == Role.DECISION_MAKER:
        decisions.issue(ready.draft, by=person)
    else:
        with pytest.raises(PermissionDenied):
            decisions.issue(ready.draft, by=person)
    assert (again(ready.draft).state == "issued") is (role == Role.DECISION_MAKER)


@pytest.mark.parametrize("kind", ["declared", "applicant"])
def test_a_decision_maker_in_conflict_may_not_issue(ready, kind):
    if kind == "declared":
        actions.declare_on_case(ready.sketch, ground="Min syster arbetar där.", by=ready.decider, at=AT)
        person = fresh(ready.decider)
    else:
        person = make.officer(ready.programme, Role.DECISION_MAKER, member_of=ready.organisation)
    with pytest.raises(PermissionDenied):
        decisions.issue(ready.draft, by=person)
    assert again(ready.draft).state == "draft"


@pytest.mark.parametrize("state", ApplicationState)
def test_the_states_from_which_an_application_is_decided(ready, state):
    set_state(ready.application, state)
    issue = lambda: decisions.issue(again(ready.draft), by=ready.decider)  # noqa: E731
    if state == ApplicationState.SUBMITTED:
        issue()
    else:
        refused(issue)


@pytest.mark.parametrize("state", [DecisionState.ISSUED, DecisionState.REPLACED])
def test_only_a_draft_is_issued(ready, state):
    decisions.issue(ready.draft, by=ready.decider)
    Decision.objects.filter(pk=ready.draft.pk).update(state=state)
    with pytest.raises(LostRace):
        decisions.issue(again(ready.draft), by=ready.decider)


def test_a_decision_in_another_wording_than_was_read_is_not_issued(ready):
    seen = again(ready.draft)
    decisions.write(ready.application, by=ready.team, revision=1, cap=Kronor(160_000))
    with pytest.raises(LostRace):
        decisions.issue(seen, by=ready.decider)
    assert again(ready.draft).state == "draft"


def test_a_stale_window_cannot_issue_twice(ready):
    first, second = again(ready.draft), again(ready.draft)
    decisions.issue(first, by=ready.decider)
    with pytest.raises(LostRace):
        decisions.issue(second, by=ready.decider)
    assert Project.objects.count() == 1


def test_an_application_that_came_in_again_must_be_read_before_it_is_decided(ready):
    version = ready.application.current_version
    budget = version.budget
    version.pk, version.number, version.draft_revision, version.receipt_number = None, 2, 2, "K-2"
    version.budget = applications.create_budget()
    version.save()
    Application.objects.filter(pk=ready.application.pk).update(current_version=version, versions_count=2)
    refused(lambda: decisions.issue(again(ready.draft), by=ready.decider))
    application = again(ready.application)
    draft = decisions.write(application, by=ready.leader, revision=1)
    assert (draft.application_version, draft.budget == budget) == (version, False)
    decisions.issue(draft, by=ready.decider)


@pytest.mark.parametrize("part", [*PARTS_OF_ALL, *PARTS_OF_GRANTS])
@pytest.mark.parametrize("empty", ["", "  \n "])
def test_a_grant_without_a_mandatory_part_is_not_issued(ready, part, empty):
    draft = decisions.write(ready.application, by=ready.leader, revision=1, **{part: empty})
    said = refused(lambda: decisions.issue(draft, by=ready.decider))
    assert str(Decision._meta.get_field(part).verbose_name) in said


@pytest.mark.parametrize("part", ["share", "cap", "starts_on", "ends_on", "decided_on"])
def test_a_grant_without_a_mandatory_value_is_not_issued(ready, part):
    draft = decisions.write(ready.application, by=ready.leader, revision=1, **{part: None})
    refused(lambda: decisions.issue(draft, by=ready.decider))


@pytest.mark.parametrize("kind", ["rejected", "dismissed"])
@pytest.mark.parametrize("part", [*PARTS_OF_ALL, "decided_on"])
def test_a_refusal_without_a_mandatory_part_is_not_issued(stage, kind, part):
    empty = None if part == "decided_on" else " "
    draft = decisions.write(stage.application, by=stage.leader, values=decisions.REJECTION, kind=kind, **{part: empty})
    refused(lambda: decisions.issue(draft, by=stage.decider))


@pytest.mark.parametrize("kind", ["rejected", "dismissed"])
def test_a_refusal_needs_no_part_that_only_a_grant_has(stage, kind):
    less = dict.fromkeys(PARTS_OF_GRANTS, "") | {"starts_on": None, "ends_on": None}
    draft = decisions.write(stage.application, by=stage.leader, values=decisions.REJECTION, kind=kind, **less)
    decisions.issue(draft, by=stage.decider)


@pytest.mark.parametrize(("minutes", "delegation", "goes"), [("§ 2", "", 1), ("", "A 3.1", 1), ("§ 2", "A 3.1", 1), ("", "", 0), (" ", "\t", 0)])  # fmt: skip
def test_minutes_item_or_delegation_item(ready, minutes, delegation, goes):
    draft = decisions.write(ready.application, by=ready.leader, revision=1, minutes_item=minutes, delegation_item=delegation)
    if goes:
        decisions.issue(draft, by=ready.decider)
    else:
        refused(lambda: decisions.issue(draft, by=ready.decider))


@pytest.mark.parametrize(("on", "goes"), [(dt.date(2026, 12, 10), True), (dt.date(2026, 12, 11), False)])
def test_the_day_of_the_decision_has_come(ready, on, goes):
    draft = decisions.write(ready.application, by=ready.leader, revision=1, decided_on=on)
    late = dt.datetime(2026, 12, 10, 23, 59, tzinfo=STOCKHOLM)
    if goes:
        decisions.issue(draft, by=ready.decider, at=late)
    else:
        refused(lambda: decisions.issue(draft, by=ready.decider, at=late))


# ---- The limits of the money

ORE = Kronor("0.01")


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ({"largest_grant": Kronor(150_000)}, "150"),
        ({"highest_share": Decimal(30), "largest_grant": Kronor(300_000)}, "share"),
        ({"highest_share": Decimal("37.5"), "largest_grant": Kronor(300_000)}, "cap"),
    ],
)
def test_a_limit_of_the_call_is_passed_only_with_a_logged_reason(values, limits):
    stage = waiting(**values)
    decisions.prepare(stage.application, by=stage.leader)
    over = {"150": {"cap": Kronor(150_000) + ORE}, "share": {"share": Decimal("30.01"), "cap": Kronor(100_000)},
            "cap": {"cap": Kronor(150_000) + ORE}}[limits]  # fmt: skip
    draft = decisions.write(stage.application, by=stage.leader, **over)
    refused(lambda: decisions.issue(draft, by=stage.decider))
    draft = decisions.write(stage.application, by=stage.leader, revision=1, **over, exceeds_reason="Nämnden vill det.")
    since = trail.mark()
    decisions.issue(draft, by=stage.decider)
    assert trail.entries(since)[-1] == ("grants.decision.exceed", stage.decider.pk)


@pytest.mark.parametrize("values", [{"largest_grant": Kronor(150_000)}, {"highest_share": Decimal("37.5")}])
def test_the_limit_itself_is_allowed(values):
    stage = waiting(**values)
    decisions.prepare(stage.application, by=stage.leader)
    since = trail.mark()
    decisions.issue(decisions.write(stage.application, by=stage.leader), by=stage.decider)
    assert "grants.decision.exceed" not in [action for action, _by in trail.entries(since)]


def test_what_was_sought_is_passed_only_with_a_reason():
    stage = scene()
    stage.application = applications.create_sent_in(
        make.create_invited(stage.sketch, by=stage.leader), sought=140_000, own=260_000
    )
    decisions.prepare(stage.application, by=stage.leader)
    draft = decisions.write(stage.application, by=stage.leader)
    refused(lambda: decisions.issue(draft, by=stage.decider))


def test_the_frame_is_passed_only_with_a_reason_and_counts_what_has_been_issued():
    stage = waiting(frames={2027: Kronor(100_000), 2028: Kronor(200_000)})
    other = another(stage)
    for application in (stage.application, other):
        decisions.prepare(application, by=stage.leader)
    decisions.issue(decisions.write(stage.application, by=stage.leader, cap=Kronor(150_001)), by=stage.decider)
    draft = decisions.write(other, by=stage.leader, cap=Kronor(150_000))
    refused(lambda: decisions.issue(draft, by=stage.decider))
    draft = decisions.write(other, by=stage.leader, revision=1, cap=Kronor(149_999))
    decisions.issue(draft, by=stage.decider)
    assert Decision.objects.granted_sum() == Kronor(300_000)


def test_what_others_have_only_written_or_been_refused_takes_nothing_of_the_frame():
    stage = waiting(frames={2027: Kronor(150_000)})
    other = another(stage)
    decisions.write(other, by=stage.leader)
    decisions.prepare(stage.application, by=stage.leader)
    decisions.issue(decisions.write(stage.application, by=stage.leader), by=stage.decider)
    assert again(stage.application).state == "granted"


def test_half_of_the_costs_that_count_is_never_passed_whatever_the_reason():
    stage = waiting()
    decisions.prepare(stage.application, by=stage.leader)
    draft = decisions.write(stage.application, by=stage.leader, cap=Kronor(200_000) + ORE, exceeds_reason="Vi vill.")
    refused(lambda: decisions.issue(draft, by=stage.decider))
    draft = decisions.write(stage.application, by=stage.leader, revision=1, cap=Kronor(200_000), share=Decimal(50))
    decisions.issue(draft, by=stage.decider)


def test_what_is_given_in_kind_is_no_cost_that_counts():
    stage = waiting()
    budget = stage.application.current_version.budget
    CostLine.objects.create(
        budget=budget, position=5, category=CostCategory.OWN_STAFF, in_kind=True, year=2027, amount=Kronor(900_000)
    )
    assert decision_rules.counted_costs(budget) == Kronor(400_000)


@pytest.mark.parametrize(("costs", "cap"), [("400000.01", "200000.01"), ("400000.03", "200000.02")])
def test_half_an_ore_is_not_rounded_up(costs, cap):
    """Neither from an even öre nor from an odd one, as rounding to the even would."""
    stage = waiting()
    stage.application.current_version.budget.cost_lines.update(amount=Kronor(costs))
    decisions.prepare(stage.application, by=stage.leader)
    draft = decisions.write(stage.application, by=stage.leader, cap=Kronor(cap), exceeds_reason="Vi vill.")
    refused(lambda: decisions.issue(draft, by=stage.decider))


# ---- The project in the same transaction


def test_a_receiver_that_fails_undoes_the_award(ready):
    def failing(sender, **kwargs):
        raise RuntimeError("no room for the project")

    signals.application_awarded.connect(failing)
    before = trail.everything()
    try:
        with pytest.raises(RuntimeError):
            decisions.issue(again(ready.draft), by=ready.decider)
    finally:
        signals.application_awarded.disconnect(failing)
    assert trail.everything() == before
    assert Project.objects.count() == 0


# ---- Read


@pytest.fixture
def issued(ready):
    ready.decision = decisions.issue(ready.draft, by=ready.decider)
    return ready


def test_a_member_confirms_once_with_name_and_moment(issued):
    colleague = UserFactory(member_of=issued.organisation)
    first, second = again(issued.decision), again(issued.decision)
    actions.confirm_read(first, by=issued.writer, at=AT)
    with pytest.raises(LostRace):
        actions.confirm_read(second, by=colleague, at=AT)
    assert (again(issued.decision).read_at, again(issued.decision).read_by) == (AT, issued.writer)
    assert list(Decision.objects.unread()) == []


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_confirm(issued, role):
    person = people(issued.programme, issued.organisation)[role]
    if role == "nobody":
        person = UserFactory()
    if role == "member":
        actions.confirm_read(again(issued.decision), by=person, at=AT)
    else:
        with pytest.raises(PermissionDenied):
            actions.confirm_read(again(issued.decision), by=person, at=AT)


def test_a_draft_and_a_replaced_version_are_not_confirmed(ready):
    with pytest.raises(TransitionRefused):
        actions.confirm_read(ready.draft, by=ready.writer, at=AT)
    decision = decisions.issue(ready.draft, by=ready.decider)
    corrected(ready, decision, reasons="Nytt.")
    with pytest.raises(TransitionRefused):
        actions.confirm_read(again(decision), by=ready.writer, at=AT)


# ---- Correct


def corrected(stage, decision, **changes):
    actions.correct_decision(again(decision), correction="Ett räknefel.", by=stage.leader, at=AT)
    values = {**decisions.GRANT, "correction": "Ett räknefel."}
    draft = decisions.write(again(stage.application), by=stage.leader, revision=1, values=values, **changes)
    return decisions.issue(draft, by=stage.decider)


def test_a_correction_is_a_new_version_and_both_are_kept(issued):
    since = trail.mark()
    newest = corrected(issued, issued.decision, cap=Kronor(160_000), share=Decimal(29), ends_on=dt.date(2028, 1, 31))
    old = again(issued.decision)
    assert (old.state, old.cap, old.share, old.replaced_by) == ("replaced", Kronor(150_000), Decimal(28), newest)
    assert (newest.state, newest.version, newest.replaces, newest.correction) == ("issued", 2, old, "Ett räknefel.")
    assert again(issued.application).state == "granted"
    project = Project.objects.get()
    assert (project.decision, project.share, project.cap, project.ends_on, project.changed_at) == (
        newest, Decimal(29), Kronor(160_000), dt.date(2028, 1, 31), AT,
    )  # fmt: skip
    recorded = [action for action, _by in trail.entries(since)]
    assert [action for action in recorded if not action.startswith("pilots.")] == [
        "grants.decision.begin_correction", "grants.decision.write", "grants.decision.correct",
    ]  # fmt: skip
    assert [action for action in recorded if action.startswith("pilots.project.")] == ["pilots.project.change"]
    assert list(SearchEntry.objects.filter(kind="decision").values_list("object_id", flat=True)) == [newest.pk]
    assert Decision.objects.granted_sum() == Kronor(160_000)
    assert set(Decision.objects.visible_to(issued.writer)) == {old, newest}


def test_until_the_correction_is_issued_the_old_version_counts(issued):
    actions.correct_decision(issued.decision, correction="Fel år.", by=issued.team, at=AT)
    assert (again(issued.decision).state, Decision.objects.granted_sum()) == ("issued", Kronor(150_000))
    assert list(Decision.objects.visible_to(issued.writer)) == [issued.decision]


def test_a_correction_keeps_to_the_frame_without_counting_the_version_it_replaces():
    stage = waiting(frames={2027: Kronor(160_000)})
    decisions.prepare(stage.application, by=stage.leader)
    first = decisions.issue(decisions.write(stage.application, by=stage.leader), by=stage.decider)
    with pytest.raises(TransitionRefused):
        corrected(stage, first, cap=Kronor(160_000) + ORE)
    draft = Decision.objects.in_draft().get()
    values = {**decisions.GRANT, "correction": "Ett räknefel.", "cap": Kronor(160_000)}
    decisions.issue(
        decisions.write(again(stage.application), by=stage.leader, revision=draft.revision, values=values), by=stage.decider
    )


def test_a_correction_cannot_turn_a_grant_into_a_rejection(issued):
    with pytest.raises(TransitionRefused):
        corrected(issued, issued.decision, kind=DecisionKind.REJECTED)
    assert again(issued.decision).state == "issued"


def test_a_correction_says_what_was_wrong_is_one_at_a_time_and_of_what_counts(issued):
    begin = lambda decision, text: actions.correct_decision(again(decision), correction=text, by=issued.leader, at=AT)  # noqa: E731
    refused(lambda: begin(issued.decision, "  "))
    begin(issued.decision, "Fel.")
    refused(lambda: begin(issued.decision, "Fel igen."))
    actions.drop_decision(Decision.objects.in_draft().get(), revision=1, by=issued.leader, at=AT)
    corrected(issued, issued.decision)
    refused(lambda: begin(issued.decision, "Fel i den gamla."))


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_begin_a_correction(issued, role):
    person = people(issued.programme, issued.organisation)[role]
    if role in {Role.PROCESS_LEADER, Role.PROCESS_TEAM, Role.DECISION_MAKER}:
        actions.correct_decision(issued.decision, correction="Fel.", by=person, at=AT)
    else:
        with pytest.raises(PermissionDenied):
            actions.correct_decision(issued.decision, correction="Fel.", by=person, at=AT)


def test_a_correction_without_its_text_is_not_kept(issued):
    actions.correct_decision(issued.decision, correction="Fel.", by=issued.leader, at=AT)
    values = {**decisions.GRANT, "correction": " "}
    refused(lambda: decisions.write(again(issued.application), by=issued.leader, revision=1, values=values))


# ---- Who reads what


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_sees_drafts_and_issued_decisions(stage, role):
    decisions.prepare(stage.application, by=stage.leader)
    draft = decisions.write(stage.application, by=stage.leader)
    person = people(stage.programme, stage.organisation)[role]
    officer = role in {Role.PROCESS_LEADER, Role.PROCESS_TEAM, Role.DECISION_MAKER}
    assert list(Decision.objects.visible_to(person)) == [draft] * officer
    decisions.issue(draft, by=stage.decider)
    assert list(Decision.objects.visible_to(person)) == [draft] * (officer or role == "member")


def test_who_is_in_conflict_sees_nothing(issued):
    actions.declare_on_case(issued.sketch, ground="Släkt.", by=issued.team, at=AT)
    assert list(Decision.objects.visible_to(fresh(issued.team))) == []
