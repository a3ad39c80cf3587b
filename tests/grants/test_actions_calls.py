import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.translation import gettext as _

from grants import actions, completeness, defaults
from grants.models import Call, CallQuestion, DeadlineExtension, QuestionKind
from grants.states import CALL_MOVES, CallState
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.dates import moment_text
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from kraftsamling.search.models import SearchEntry
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.grants.trail import entries, everything, letters, mark

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
MICRO = dt.timedelta(microseconds=1)
LATER = make.CLOSES + DAY
CRITERION = {"name": "Behov", "description": "Varför?", "weight": 2, "levels": ["", "", "", "", "", ""]}
QUESTION = {"label": "Hur många?", "kind": QuestionKind.NUMBER}


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def leader(programme):
    return make.officer(programme)


def in_state(state, programme, leader):
    if state == CallState.DRAFT:
        return make.create_call(programme, by=leader)
    call = make.create_published_call(programme, by=leader)
    if state == CallState.CANCELLED:
        actions.cancel_call(call, by=leader, at=make.PREPARED)
    return call


def edit(call, by, at=make.DURING, **values):
    actions.edit_call(call, values=values, revision=call.revision, by=by, at=at)


# ---- Who may: every action, every stranger


def acts(call, organisation):
    """Every action on a call, with arguments that are otherwise in order."""
    at = make.DURING
    return {
        "create_call": lambda by: actions.create_call(call.programme, title="Ny", by=by, at=at),
        "clone_call": lambda by: actions.clone_call(call, title="Kopia", by=by, at=at),
        "edit_call": lambda by: edit(call, by, summary="Ny"),
        "set_frames": lambda by: actions.set_frames(call, frames={2027: Kronor(1)}, by=by, at=at),
        "set_criteria": lambda by: actions.set_criteria(call, criteria=[CRITERION], by=by, at=at),
        "set_questions": lambda by: actions.set_questions(call, questions=[QUESTION], by=by, at=at),
        "publish_call": lambda by: actions.publish_call(call, by=by, at=make.PREPARED),
        "cancel_call": lambda by: actions.cancel_call(call, by=by, at=at),
        "answer_question": lambda by: actions.answer_question(call, question="Får vi?", answer="Ja.", by=by, at=at),
        "extend_deadline": lambda by: actions.extend_deadline(
            call, organisation, until_at=LATER, reason="Strömavbrott", by=by, at=at
        ),
    }


ACTIONS = [
    "create_call", "clone_call", "edit_call", "set_frames", "set_criteria", "set_questions", "publish_call", "cancel_call",
    "answer_question", "extend_deadline",
]  # fmt: skip
FOR_THE_LEADER_ALONE = {"publish_call", "cancel_call"}
ALLOWED_IN = {
    "create_call": set(CallState),
    "clone_call": set(CallState),
    "edit_call": set(CallState),
    "set_frames": set(CallState),
    "set_criteria": {CallState.DRAFT},
    "set_questions": {CallState.DRAFT},
    "publish_call": {CallState.DRAFT},
    "cancel_call": {CallState.DRAFT, CallState.PUBLISHED},
    "answer_question": set(CallState),
    "extend_deadline": {CallState.PUBLISHED},
}


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("state", list(CallState))
def test_action_from_every_state(name, state, programme, leader):
    call = in_state(state, programme, leader)
    before = everything()
    act = acts(call, OrganisationFactory())[name]
    if state in ALLOWED_IN[name]:
        since = mark()
        act(leader)
        assert len(entries(since)) == 1
    else:
        with pytest.raises(TransitionRefused):
            act(leader)
        assert everything() == before


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize(
    "who",
    ["nobody", "member", "other programme", *(role for role in Role if role not in {Role.PROCESS_LEADER, Role.PROCESS_TEAM})],
)
def test_action_by_an_outsider_is_refused_and_changes_nothing(name, who, programme, leader):
    state = CallState.PUBLISHED if name == "extend_deadline" else CallState.DRAFT
    call, organisation = in_state(state, programme, leader), OrganisationFactory()
    user = {
        "nobody": lambda: UserFactory(),
        "member": lambda: UserFactory(member_of=organisation),
        "other programme": lambda: make.officer(ProgrammeFactory()),
    }.get(who, lambda: make.officer(programme, who))()
    before = everything()
    with pytest.raises(PermissionDenied):
        acts(call, organisation)[name](user)
    assert everything() == before


@pytest.mark.parametrize("name", ACTIONS)
def test_action_by_the_process_team(name, programme, leader):
    state = CallState.PUBLISHED if name == "extend_deadline" else CallState.DRAFT
    call = in_state(state, programme, leader)
    team, before, since = make.officer(programme, Role.PROCESS_TEAM), everything(), mark()
    act = acts(call, OrganisationFactory())[name]
    if name in FOR_THE_LEADER_ALONE:
        with pytest.raises(PermissionDenied):
            act(team)
        assert everything() == before
    else:
        act(team)
        assert [by for _action, by in entries(since)] == [team.pk]


def test_the_table_of_moves_is_the_one_that_is_tested():
    assert {"draft": {"published", "cancelled"}, "published": {"cancelled"}, "cancelled": set()} == CALL_MOVES


# ---- Create and clone


def test_create_call_gives_a_draft_with_the_default_criteria_letters_and_factors(programme, leader):
    call = actions.create_call(programme, title="Våren 2027", by=leader, at=make.PREPARED)
    assert (call.state, call.slug, call.funder, call.created_at, call.created_by) == (
        "draft", "varen-2027", programme.funder, make.PREPARED, leader
    )  # fmt: skip
    assert (call.contact_name, call.contact_email) == (str(leader), leader.email)
    assert list(call.criteria.order_by("position").values_list("name", flat=True)) == [row["name"] for row in defaults.criteria()]
    assert set(call.focus_areas.all()) == set(programme.focus_areas.all())
    assert (call.invitation_letter, call.declining_letter) == (defaults.invitation_letter(), defaults.declining_letter())
    assert (entries(), letters(), SearchEntry.objects.count()) == ([("grants.call.create", leader.pk)], [], 0)


@pytest.mark.parametrize(
    ("title", "slugs"), [("Våren", ["varen", "varen-2", "varen-3"]), ("🦊", ["utlysning", "utlysning-2", "utlysning-3"])]
)
def test_calls_of_the_same_name_get_addresses_of_their_own(title, slugs, programme, leader):
    assert [actions.create_call(programme, title=title, by=leader).slug for _n in range(3)] == slugs


def test_a_long_title_gets_a_short_address(programme, leader):
    call = actions.create_call(programme, title="x" * 140, by=leader)
    assert len(call.slug) == 60


def test_clone_call_copies_rules_texts_criteria_and_questions_but_no_moments_or_money(programme, leader):
    original = make.create_call(programme, by=leader, questions=[QUESTION], lowest_own_share=Decimal(20))
    actions.set_criteria(original, criteria=[CRITERION], by=leader)
    actions.publish_call(original, by=leader, at=make.PREPARED)
    original.focus_areas.remove(original.focus_areas.first())
    since = mark()
    call = actions.clone_call(original, title="Nästa", by=leader, at=make.DURING)
    call.refresh_from_db()
    kept = [
        "summary", "purpose", "not_funded", "eligibility", "how_assessed", "funder", "contact_name", "contact_email",
        "invitation_letter", "declining_letter", "smallest_grant", "largest_grant", "highest_share", "lowest_own_share",
        "indirect_rate", "eligible_kinds",
    ]  # fmt: skip
    assert [getattr(call, name) for name in kept] == [getattr(original, name) for name in kept]
    emptied = [
        "opens_at", "closes_at", "review_due_at", "answer_expected_on", "application_due_at", "decision_expected_on",
        "period_starts_on", "period_ends_on", "published_at", "published_by",
    ]  # fmt: skip
    assert {getattr(call, name) for name in emptied} == {None}
    assert (call.state, call.title, call.slug, call.revision, call.created_by) == ("draft", "Nästa", "nasta", 0, leader)
    assert list(call.criteria.values_list("name", "description", "weight", "levels")) == [tuple(CRITERION.values())]
    assert list(call.questions.values_list("label", "kind")) == [("Hur många?", "number")]
    assert (set(call.focus_areas.all()), call.frames.count()) == (set(original.focus_areas.all()), 0)
    assert (original.criteria.count(), original.questions.count(), original.frames.count()) == (1, 1, 1)
    assert (entries(since), letters(since)) == ([("grants.call.clone", leader.pk)], [])
    assert AuditEntry.objects.order_by("-pk").first().details == {"original": original.title}


# ---- Edit


def test_edit_call_changes_the_fields_and_tells_the_log_which(programme, leader):
    call, since = make.create_call(programme, by=leader), mark()
    edit(call, leader, title="Ny titel", summary=call.summary, smallest_grant=Kronor(50_000))
    call.refresh_from_db()
    assert (call.title, call.smallest_grant, call.revision) == ("Ny titel", Kronor(50_000), 2)
    assert (entries(since), letters(since), SearchEntry.objects.count()) == ([("grants.call.edit", leader.pk)], [], 0)
    assert AuditEntry.objects.order_by("-pk").first().details == {"fields": ["smallest_grant", "title"]}


def test_edit_call_from_an_older_window_is_told_and_overwrites_nothing(programme, leader):
    call = make.create_call(programme, by=leader)
    stale = Call.objects.get(pk=call.pk)
    edit(call, leader, summary="Den första")
    before = everything()
    with pytest.raises(LostRace):
        edit(stale, leader, summary="Den andra")
    assert everything() == before


RULES = {
    "smallest_grant": Kronor(90_000),
    "largest_grant": Kronor(310_000),
    "highest_share": Decimal(40),
    "lowest_own_share": Decimal(40),
    "indirect_rate": Decimal(10),
    "period_starts_on": dt.date(2027, 2, 1),
    "period_ends_on": dt.date(2027, 12, 31),
    "eligible_kinds": [OrganisationKind.MUNICIPALITY],
    "opens_at": make.OPENS - DAY,
}


@pytest.mark.parametrize("name", list(RULES))
@pytest.mark.parametrize("state", [CallState.PUBLISHED, CallState.CANCELLED])
def test_rules_of_a_published_call_stand(name, state, programme, leader):
    call, before = in_state(state, programme, leader), everything()
    label = str(Call._meta.get_field(name).verbose_name)
    with pytest.raises(TransitionRefused) as refusal:
        edit(call, leader, **{name: RULES[name]})
    assert str(refusal.value) == _("The call is published, so that its rules stand. This cannot be changed: %(names)s.") % {
        "names": label
    }
    assert everything() == before


def test_factors_of_a_published_call_stand_but_may_be_sent_along_unchanged(programme, leader):
    call = make.create_published_call(programme, by=leader)
    edit(call, leader, focus_areas=list(call.focus_areas.all()), summary="Ny")
    before = everything()
    with pytest.raises(TransitionRefused):
        edit(call, leader, focus_areas=[call.focus_areas.first()])
    assert everything() == before


def test_the_same_kinds_in_another_order_are_no_change_of_a_rule(programme, leader):
    call = make.create_published_call(programme, by=leader)
    edit(call, leader, eligible_kinds=list(reversed(call.eligible_kinds)), summary="Ny")
    assert call.summary == "Ny"


@pytest.mark.parametrize("name", list(RULES))
def test_rules_of_a_draft_can_be_changed(name, programme, leader):
    call = make.create_call(programme, by=leader)
    edit(call, leader, **{name: RULES[name]})
    call.refresh_from_db()
    assert getattr(call, name) == RULES[name]


@pytest.mark.parametrize("name", list(RULES))
def test_rules_stand_also_for_who_opened_the_call_before_it_was_published(name, programme, leader):
    call = make.create_call(programme, by=leader)
    stale = Call.objects.get(pk=call.pk)
    actions.publish_call(call, by=leader, at=make.PREPARED)
    before = everything()
    with pytest.raises(TransitionRefused):
        edit(stale, leader, **{name: RULES[name]})
    assert everything() == before


@pytest.mark.parametrize(
    "act",
    [
        lambda call, by: actions.set_criteria(call, criteria=[CRITERION], by=by),
        lambda call, by: actions.set_questions(call, questions=[QUESTION], by=by),
    ],
)
def test_criteria_and_questions_stand_also_for_who_opened_the_call_before_it_was_published(act, programme, leader):
    call = make.create_call(programme, by=leader)
    stale = Call.objects.get(pk=call.pk)
    actions.publish_call(call, by=leader, at=make.PREPARED)
    before = everything()
    with pytest.raises(TransitionRefused):
        act(stale, leader)
    assert everything() == before


@pytest.mark.parametrize("closes_at", [make.CLOSES - MICRO, make.OPENS + MICRO, None])
def test_a_published_call_never_closes_earlier(closes_at, programme, leader):
    call = make.create_published_call(programme, by=leader)
    before = everything()
    with pytest.raises(TransitionRefused) as refusal:
        edit(call, leader, closes_at=closes_at)
    assert str(refusal.value) == _("The closing moment of a published call can be moved later, but not earlier.")
    assert everything() == before


@pytest.mark.parametrize("closes_at", [make.CLOSES, make.CLOSES + MICRO, make.CLOSES + DAY])
def test_a_published_call_may_close_later(closes_at, programme, leader):
    call = make.create_published_call(programme, by=leader)
    edit(call, leader, closes_at=closes_at)
    call.refresh_from_db()
    assert call.closes_at == closes_at


def test_closing_is_measured_against_what_stands_and_not_against_an_old_copy(programme, leader):
    call = make.create_published_call(programme, by=leader)
    stale = Call.objects.get(pk=call.pk)
    edit(call, leader, closes_at=make.CLOSES + 2 * DAY)
    with pytest.raises(TransitionRefused):
        edit(stale, leader, closes_at=make.CLOSES + DAY)
    call.refresh_from_db()
    assert call.closes_at == make.CLOSES + 2 * DAY


def test_edit_of_a_published_call_is_found_by_its_new_words(programme, leader):
    call = make.create_published_call(programme, by=leader)
    edit(call, leader, purpose="Odling i betong")
    [entry] = SearchEntry.objects.all()
    assert (entry.kind, entry.object_id, "Odling i betong" in entry.body) == ("call", call.pk, True)


# ---- Frames, criteria, questions


@pytest.mark.parametrize("state", [CallState.DRAFT, CallState.PUBLISHED])
def test_set_frames_replaces_them_and_the_log_keeps_what_they_were(state, programme, leader):
    call, since = in_state(state, programme, leader), mark()
    frames = {2028: Kronor("500000.50"), 2027: Kronor(600_000)}
    actions.set_frames(call, frames=frames, by=leader, at=make.DURING)
    assert list(call.frames.order_by("year").values_list("year", "amount")) == [
        (2027, Kronor(600_000)),
        (2028, Kronor("500000.50")),
    ]
    assert call.frame() == Kronor("1100000.50")
    assert Call.objects.with_frame().get(pk=call.pk).frame_total == Kronor("1100000.50")
    assert entries(since) == [("grants.call.frames", leader.pk)]


def test_set_criteria_replaces_them_in_order(programme, leader):
    call, since = make.create_call(programme, by=leader), mark()
    rows = [CRITERION, {**CRITERION, "name": "Idé", "weight": 10}]
    actions.set_criteria(call, criteria=rows, by=leader)
    assert list(call.criteria.order_by("position").values_list("position", "name", "weight")) == [(1, "Behov", 2), (2, "Idé", 10)]
    assert (entries(since), AuditEntry.objects.order_by("-pk").first().details) == (
        [("grants.call.criteria", leader.pk)],
        {"count": 2},
    )


def test_set_questions_replaces_them_in_order(programme, leader):
    call, since = make.create_call(programme, by=leader, questions=[QUESTION]), mark()
    actions.set_questions(call, questions=[{**QUESTION, "label": "B"}, {**QUESTION, "label": "A"}], by=leader)
    assert list(call.questions.order_by("position").values_list("position", "label")) == [(1, "B"), (2, "A")]
    assert entries(since) == [("grants.call.questions", leader.pk)]


# ---- Publish and cancel


def test_publish_call_makes_it_public(programme, leader):
    call, since = make.create_call(programme, by=leader), mark()
    actions.publish_call(call, by=leader, at=make.PREPARED)
    call.refresh_from_db()
    assert (call.state, call.published_at, call.published_by) == ("published", make.PREPARED, leader)
    assert (entries(since), letters(since)) == ([("grants.call.publish", leader.pk)], [])
    assert list(SearchEntry.objects.values_list("kind", "object_id", "title", "url")) == [
        ("call", call.pk, call.title, call.get_absolute_url())
    ]


TEXT_PARTS = ["summary", "purpose", "eligibility", "funder", "how_assessed", "contact_name", "contact_email", "invitation_letter", "declining_letter"]  # fmt: skip
DATE_PARTS = ["opens_at", "closes_at", "review_due_at", "answer_expected_on", "application_due_at", "period_starts_on", "period_ends_on", "smallest_grant", "largest_grant"]  # fmt: skip


@pytest.mark.parametrize("name", [*TEXT_PARTS, *DATE_PARTS, "eligible_kinds"])
def test_publishing_names_each_part_that_is_missing(name, programme, leader):
    call = make.create_call(programme, by=leader)
    edit(call, leader, **{name: "" if name in TEXT_PARTS else [] if name == "eligible_kinds" else None})
    before = everything()
    [missing] = completeness.missing(call, at=make.PREPARED)
    with pytest.raises(TransitionRefused) as refusal:
        actions.publish_call(call, by=leader, at=make.PREPARED)
    assert missing.field == name
    assert str(refusal.value) == _("The call cannot be published yet: %(what)s") % {"what": missing.message}
    assert everything() == before


def test_publishing_a_call_with_nothing_but_a_title_names_everything_in_the_order_of_the_form(programme, leader):
    call = actions.create_call(programme, title="Tom", by=leader, at=make.PREPARED)
    edit(call, leader, funder="", contact_name="", contact_email="", invitation_letter="", declining_letter="", focus_areas=[])
    actions.set_criteria(call, criteria=[], by=leader)
    found = completeness.missing(call, at=make.PREPARED)
    assert [row.field for row in found] == [
        "summary", "purpose", "eligibility", "funder", "how_assessed", "opens_at", "closes_at", "review_due_at",
        "answer_expected_on", "application_due_at", "period_starts_on", "period_ends_on", "smallest_grant", "largest_grant",
        "eligible_kinds", "contact_name", "contact_email", "invitation_letter", "declining_letter", "frames", "focus_areas", "criteria",
    ]  # fmt: skip
    with pytest.raises(TransitionRefused) as refusal:
        actions.publish_call(call, by=leader, at=make.PREPARED)
    assert str(refusal.value) == _("The call cannot be published yet: %(what)s") % {
        "what": " ".join(row.message for row in found)
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"review_due_at": make.CLOSES}, "review_due_at"),
        ({"review_due_at": make.CLOSES - MICRO}, "review_due_at"),
        ({"application_due_at": make.REVIEW_DUE}, "application_due_at"),
        ({"period_ends_on": dt.date(2027, 1, 1)}, "period_ends_on"),
        ({"period_ends_on": dt.date(2026, 12, 31)}, "period_ends_on"),
        ({"largest_grant": Kronor("1000000.01")}, "frames"),
    ],
)
def test_publishing_refuses_what_stands_in_the_wrong_order(values, field, programme, leader):
    call = make.create_call(programme, by=leader)
    edit(call, leader, **values)
    assert [row.field for row in completeness.missing(call, at=make.PREPARED)] == [field]
    with pytest.raises(TransitionRefused):
        actions.publish_call(call, by=leader, at=make.PREPARED)


@pytest.mark.parametrize(
    "values",
    [
        {"review_due_at": make.CLOSES + MICRO},
        {"application_due_at": make.REVIEW_DUE + MICRO},
        {"period_ends_on": dt.date(2027, 1, 2)},
        {"largest_grant": Kronor(100_000)},
        {"largest_grant": Kronor(1_000_000)},
    ],
)
def test_publishing_takes_the_bounds_themselves(values, programme, leader):
    call = make.create_call(programme, by=leader)
    edit(call, leader, **values)
    actions.publish_call(call, by=leader, at=make.PREPARED)
    assert call.state == "published"


@pytest.mark.parametrize(("at", "refused"), [(make.CLOSES - MICRO, False), (make.CLOSES, True), (make.CLOSES + MICRO, True)])
def test_a_call_that_has_already_closed_is_not_published(at, refused, programme, leader):
    call = make.create_call(programme, by=leader)
    assert [row.field for row in completeness.missing(call, at=at)] == (["closes_at"] if refused else [])


def test_publishing_needs_money(programme, leader):
    call = make.create_call(programme, by=leader)
    actions.set_frames(call, frames={2027: Kronor(0)}, by=leader)
    assert [row.field for row in completeness.missing(call, at=make.PREPARED)] == ["frames"]


@pytest.mark.parametrize(("choices", "missing"), [([], ["questions"]), (["Ja"], ["questions"]), (["Ja", "Nej"], [])])
@pytest.mark.parametrize("kind", [QuestionKind.CHOICE, QuestionKind.CHOICES])
def test_publishing_needs_two_choices_to_choose_between(kind, choices, missing, programme, leader):
    call = make.create_call(programme, by=leader, questions=[{"label": "Vilken?", "kind": kind, "choices": choices}])
    assert [row.field for row in completeness.missing(call, at=make.PREPARED)] == missing


def test_publishing_twice_is_told_and_happens_once(programme, leader):
    call = make.create_call(programme, by=leader)
    stale = Call.objects.get(pk=call.pk)
    actions.publish_call(call, by=leader, at=make.PREPARED)
    before = everything()
    with pytest.raises(TransitionRefused):
        actions.publish_call(stale, by=leader, at=make.PREPARED)
    assert everything() == before


def test_publishing_judges_what_stands_and_not_an_old_copy(programme, leader):
    call = make.create_call(programme, by=leader)
    stale = Call.objects.get(pk=call.pk)
    edit(call, leader, purpose="")
    with pytest.raises(TransitionRefused):
        actions.publish_call(stale, by=leader, at=make.PREPARED)
    call.refresh_from_db()
    assert call.state == "draft"


@pytest.mark.parametrize("state", [CallState.DRAFT, CallState.PUBLISHED])
def test_cancel_call_takes_it_back(state, programme, leader):
    call, since = in_state(state, programme, leader), mark()
    actions.cancel_call(call, by=leader, at=make.DURING)
    call.refresh_from_db()
    assert (call.state, call.cancelled_at, call.cancelled_by) == ("cancelled", make.DURING, leader)
    assert (entries(since), letters(since)) == ([("grants.call.cancel", leader.pk)], [])


def test_a_call_with_a_sketch_sent_in_is_not_cancelled_even_if_the_sketch_is_withdrawn(programme, leader):
    call = make.create_published_call(programme, by=leader)
    sketch = make.create_submitted(call)
    for _step in ("submitted", "withdrawn"):
        before = everything()
        with pytest.raises(TransitionRefused):
            actions.cancel_call(call, by=leader, at=make.DURING)
        assert everything() == before
        if sketch.state == "submitted":
            actions.withdraw_sketch(sketch, reason="Nej", by=sketch.organisation.members.get(), at=make.DURING)


def test_a_call_with_drafts_can_be_cancelled_and_the_drafts_stay(programme, leader):
    call = make.create_published_call(programme, by=leader)
    sketch = make.create_draft(call)
    actions.cancel_call(call, by=leader, at=make.DURING)
    sketch.refresh_from_db()
    assert (sketch.state, sketch.draft.title, sketch.may_be_handed_in(make.DURING)) == ("draft", "Fritidslots", False)


# ---- Questions and answers


def test_answer_question_is_public_at_once(programme, leader):
    call, since = make.create_published_call(programme, by=leader), mark()
    entry = actions.answer_question(call, question="Får vi?", answer="Ja.", by=leader, at=make.DURING)
    assert (entry.call, entry.question, entry.answer, entry.answered_at, entry.answered_by) == (
        call,
        "Får vi?",
        "Ja.",
        make.DURING,
        leader,
    )
    assert (entries(since), letters(since)) == ([("grants.call.answer", leader.pk)], [])


def test_remove_answer_takes_it_off_and_the_log_keeps_both(programme, leader):
    call = make.create_published_call(programme, by=leader)
    entry = actions.answer_question(call, question="Får vi?", answer="Ja.", by=leader)
    since = mark()
    actions.remove_answer(entry, by=leader)
    assert (CallQuestion.objects.count(), entries(since)) == (0, [("grants.call.unanswer", leader.pk)])
    assert AuditEntry.objects.order_by("-pk").first().details == {"question": "Får vi?", "answer": "Ja."}


def test_remove_answer_by_an_outsider_is_refused(programme, leader):
    call = make.create_published_call(programme, by=leader)
    entry = actions.answer_question(call, question="Får vi?", answer="Ja.", by=leader)
    before = everything()
    for user in (UserFactory(), make.officer(ProgrammeFactory()), make.officer(programme, Role.REVIEWER)):
        with pytest.raises(PermissionDenied):
            actions.remove_answer(entry, by=user)
    assert everything() == before


# ---- More time


def test_extend_deadline_gives_time_logs_the_reason_and_mails_that_organisation_alone(programme, leader):
    call = make.create_published_call(programme, by=leader)
    organisation, other = OrganisationFactory(), OrganisationFactory()
    members = [UserFactory(member_of=organisation), UserFactory(member_of=organisation)]
    UserFactory(member_of=organisation, is_active=False)
    UserFactory(member_of=other)
    since = mark()
    extension = actions.extend_deadline(call, organisation, until_at=LATER, reason="Strömavbrott", by=leader, at=make.DURING)
    assert (extension.organisation, extension.until_at, extension.reason, extension.given_at, extension.given_by) == (
        organisation, LATER, "Strömavbrott", make.DURING, leader
    )  # fmt: skip
    assert entries(since) == [("grants.call.extend", leader.pk)]
    entry = AuditEntry.objects.order_by("-pk").first()
    assert (entry.details, entry.internal) == (
        {"organisation": organisation.name, "until": LATER.isoformat(), "reason": "Strömavbrott"}, True
    )  # fmt: skip
    assert sorted(letters(since)) == sorted(("grants/deadline_extended", user.email) for user in members)


def test_extension_moves_the_deadline_of_that_organisation_alone_and_the_latest_counts(programme, leader):
    call = make.create_published_call(programme, by=leader)
    mine, theirs = make.create_draft(call), make.create_draft(call)
    for days in (3, 1, 2):
        actions.extend_deadline(
            call, mine.organisation, until_at=make.CLOSES + days * DAY, reason="Sjukdom", by=leader, at=make.DURING
        )
    assert (mine.deadline(), theirs.deadline()) == (make.CLOSES + 3 * DAY, make.CLOSES)
    last = make.CLOSES + 3 * DAY
    assert [mine.may_be_handed_in(at) for at in (last - MICRO, last, last + MICRO)] == [True, False, False]
    assert [theirs.may_be_handed_in(at) for at in (make.CLOSES - MICRO, make.CLOSES)] == [True, False]


def test_an_extension_of_another_call_gives_no_time_here(programme, leader):
    call, other = make.create_published_call(programme, by=leader), make.create_published_call(programme, by=leader)
    sketch = make.create_draft(call)
    actions.extend_deadline(other, sketch.organisation, until_at=LATER, reason="Sjukdom", by=leader, at=make.DURING)
    assert sketch.deadline() == make.CLOSES


@pytest.mark.parametrize(
    ("until_at", "at", "refused"),
    [
        (make.CLOSES, make.DURING, True),
        (make.CLOSES - MICRO, make.DURING, True),
        (make.CLOSES + MICRO, make.DURING, False),
        (LATER, LATER, True),
        (LATER, LATER + MICRO, True),
        (LATER, LATER - MICRO, False),
    ],
)
def test_more_time_is_later_than_the_closing_and_not_in_the_past(until_at, at, refused, programme, leader):
    call, organisation = make.create_published_call(programme, by=leader), OrganisationFactory()
    before = everything()
    if refused:
        with pytest.raises(TransitionRefused) as refusal:
            actions.extend_deadline(call, organisation, until_at=until_at, reason="Sjukdom", by=leader, at=at)
        assert str(refusal.value) == _("The new moment must be later than the closing moment, and not in the past.")
        assert everything() == before
    else:
        actions.extend_deadline(call, organisation, until_at=until_at, reason="Sjukdom", by=leader, at=at)
        assert DeadlineExtension.objects.get().until_at == until_at


def test_mail_about_more_time_is_written_in_each_receivers_language(programme, leader):
    call, organisation = make.create_published_call(programme, by=leader), OrganisationFactory()
    UserFactory(member_of=organisation, language="sv")
    UserFactory(member_of=organisation, language="en")
    actions.extend_deadline(call, organisation, until_at=LATER, reason="Sjukdom", by=leader, at=make.DURING)
    written = dict(Message.objects.filter(kind="grants/deadline_extended").values_list("language", "subject"))
    until = {}
    for language in ("sv", "en"):
        with translation.override(language):
            subject = _("More time in %(call)s: until %(until)s") % {"call": call.title, "until": moment_text(LATER)}
            until[language] = " ".join(subject.split())
    assert written == until


# ---- Open, coming, closed


@pytest.mark.parametrize(
    ("at", "where"),
    [
        (make.OPENS - MICRO, "coming"),
        (make.OPENS, "open"),
        (make.CLOSES - MICRO, "open"),
        (make.CLOSES, "closed"),
        (make.CLOSES + MICRO, "closed"),
    ],
)
def test_a_call_is_coming_open_or_closed_half_open(at, where, programme, leader):
    call = make.create_published_call(programme, by=leader)
    listed = {
        "coming": Call.objects.coming(at=at).exists(),
        "open": Call.objects.open(at=at).exists(),
        "closed": Call.objects.closed(at=at).exists(),
    }
    assert listed == {"coming": call.is_coming(at), "open": call.is_open(at), "closed": call.is_closed(at)}
    assert [name for name, is_so in listed.items() if is_so] == [where]


@pytest.mark.parametrize("state", [CallState.DRAFT, CallState.CANCELLED])
def test_a_call_that_is_not_published_is_neither_coming_open_nor_closed(state, programme, leader):
    call = in_state(state, programme, leader)
    for at in (make.PREPARED, make.DURING, make.REVIEWING):
        assert (call.is_coming(at), call.is_open(at), call.is_closed(at)) == (False, False, False)
        assert not Call.objects.coming(at=at).union(Call.objects.open(at=at), Call.objects.closed(at=at))
