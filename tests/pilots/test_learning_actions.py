"""Learnings, themes, interview notes and their passages: what happens, and what is refused."""

import pytest
from django.core.exceptions import PermissionDenied

from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.programmes.models import Role
from kraftsamling.search.models import SearchEntry
from pilots.actions import analyses
from pilots.actions import learning as actions
from pilots.models import InterviewNote, Learning, LearningKind, Passage, Theme
from pilots.states import NOTE_MOVES, NoteState
from tests.factories import grants
from tests.factories import learning as make
from tests.factories.pilots import create_elsewhere
from tests.grants import trail
from tests.grants.scene import again
from tests.kept import kept
from tests.pilots.learning_scene import light

pytestmark = pytest.mark.django_db

AT = make.AT


def make_stage():
    return light()


_stage_once, stage = kept(make_stage)


# ---- Learnings


def test_a_learning_is_kept_with_its_project_and_can_be_found(stage):
    area = stage.programme.focus_areas.first()
    since = trail.mark()
    learning = make.create_learning(stage.project, by=stage.team, focus_areas=[area], is_public=True)
    assert (again(learning).text, list(learning.focus_areas.all()), learning.written_by) == (
        "Samma vuxna varje vecka.",
        [area],
        stage.team,
    )
    assert trail.entries(since) == [("pilots.learning.write", stage.team.pk)]
    assert SearchEntry.objects.get(kind="learning").url == learning.get_absolute_url()


@pytest.mark.parametrize("role", [Role.STEERING_GROUP, Role.DECISION_MAKER, Role.FINANCE_OFFICER, Role.REVIEWER])
def test_only_officers_write_learnings(stage, role):
    with pytest.raises(PermissionDenied):
        make.create_learning(stage.project, by=grants.officer(stage.programme, role))
    assert not Learning.objects.exists()


def test_the_owner_and_officers_of_other_programmes_do_not_write_learnings(stage):
    for person in (stage.writer, grants.officer(create_elsewhere().programme)):
        with pytest.raises(PermissionDenied):
            make.create_learning(stage.project, by=person)


def test_a_changed_learning_has_the_next_revision_and_a_stale_copy_is_refused(stage):
    learning = make.create_learning(stage.project, by=stage.leader)
    values = {"kind": LearningKind.NOT_WORKED, "text": "Affischer fungerade inte."}
    actions.change_learning(again(learning), values=values, revision=1, by=stage.team, at=AT)
    with pytest.raises(LostRace):
        actions.change_learning(again(learning), values={**values, "text": "Mitt."}, revision=1, by=stage.leader, at=AT)
    assert (again(learning).text, again(learning).revision) == ("Affischer fungerade inte.", 2)


def test_a_removed_learning_is_gone_also_from_the_search(stage):
    learning = make.create_learning(stage.project, by=stage.leader)
    with pytest.raises(LostRace):
        actions.remove_learning(learning, revision=7, by=stage.leader, at=AT)
    actions.remove_learning(again(learning), revision=1, by=stage.leader, at=AT)
    assert (Learning.objects.count(), SearchEntry.objects.filter(kind="learning").count()) == (0, 0)


def test_the_source_is_the_projects_own_and_approved(stage):
    theirs, unapproved = (
        make.create_report(stage.other, by=stage.leader),
        make.create_report(stage.project, by=stage.leader, approved=False),
    )
    for version in (theirs, unapproved):
        with pytest.raises(TransitionRefused):
            make.create_learning(stage.project, by=stage.leader, version=version)
    with pytest.raises(TransitionRefused):
        make.create_learning(stage.project, by=stage.leader, note=make.create_note(stage.other, by=stage.leader))
    own = make.create_report(stage.project, by=stage.leader, number=2)
    assert make.create_learning(stage.project, by=stage.leader, version=own, section="Lärdomar").version == own


def test_nothing_becomes_public_from_a_note_that_is_not_approved(stage):
    note = make.create_note(stage.project, by=stage.leader)
    with pytest.raises(TransitionRefused):
        make.create_learning(stage.project, by=stage.leader, note=note, is_public=True)
    make.approve(note, by=stage.leader)
    assert make.create_learning(stage.project, by=stage.leader, note=note, is_public=True).is_public


# ---- Themes


def test_a_theme_has_a_name_of_its_own_in_the_programme(stage):
    with pytest.raises(TransitionRefused):
        make.create_theme(stage.programme, stage.theme.name, by=stage.team)
    with pytest.raises(PermissionDenied):
        make.create_theme(stage.programme, "Tid", by=stage.steering)
    elsewhere = create_elsewhere().programme
    assert make.create_theme(elsewhere, stage.theme.name, by=grants.officer(elsewhere)).name == stage.theme.name


def test_small_and_large_letters_make_no_other_theme(stage):
    other = make.create_theme(stage.programme, "Åter till skolan", by=stage.team)
    for act in (
        lambda: make.create_theme(stage.programme, "åter TILL  skolan", by=stage.team),
        lambda: actions.change_theme(stage.theme, values={"name": "åter till skolan"}, by=stage.team, at=AT),
    ):
        with pytest.raises(TransitionRefused):
            act()
    assert set(Theme.objects.filter(programme=stage.programme).values_list("name", flat=True)) == {"Åter till skolan", "Tillit"}
    actions.change_theme(other, values={"name": "Åter till Skolan"}, by=stage.team, at=AT)
    assert again(other).name == "Åter till Skolan"


def test_a_theme_out_of_use_codes_nothing_new_and_keeps_what_it_has(stage):
    note = make.create_note(stage.project, by=stage.leader)
    actions.code_passage(note, theme=stage.theme, quote=make.TRUST, by=stage.leader, at=AT)
    actions.retire_theme(stage.theme, by=stage.team, at=AT)
    with pytest.raises(TransitionRefused):
        actions.code_passage(note, theme=again(stage.theme), quote=make.TIME, by=stage.leader, at=AT)
    assert Passage.objects.count() == 1
    actions.restore_theme(again(stage.theme), by=stage.team, at=AT)
    actions.code_passage(note, theme=again(stage.theme), quote=make.TIME, by=stage.leader, at=AT)
    with pytest.raises(LostRace):
        actions.restore_theme(again(stage.theme), by=stage.team, at=AT)


# ---- Notes and passages


def test_a_note_is_a_draft_that_the_owner_does_not_read_until_it_is_approved(stage):
    note = make.create_note(stage.project, by=stage.team)
    assert list(InterviewNote.objects.visible_to(stage.writer)) == []
    since = trail.mark()
    actions.approve_note(note, revision=1, by=stage.team, at=AT)
    assert (again(note).state, again(note).approved_by, again(note).approved_at) == ("approved", stage.team, AT)
    assert list(InterviewNote.objects.visible_to(stage.writer)) == [note]
    assert trail.entries(since) == [("pilots.note.approve", stage.team.pk)]
    assert trail.letters(since) == [("pilots/note_shared", stage.writer.email)]


def test_who_approves_has_seen_the_note_as_it_is(stage):
    note = make.create_note(stage.project, by=stage.team)
    stale = again(note)
    actions.change_note(note, values={**_values(note), "text": "En annan text."}, revision=1, by=stage.leader, at=AT)
    with pytest.raises(LostRace):
        actions.approve_note(stale, revision=1, by=stage.team, at=AT)
    assert again(note).state == NoteState.DRAFT


def _values(note):
    return {"held_on": note.held_on, "held_with": note.held_with, "text": note.text}


@pytest.mark.parametrize("was", NoteState)
def test_each_state_of_a_note_allows_what_the_table_says(stage, was):
    note = make.create_note(stage.project, by=stage.leader)
    if was == NoteState.APPROVED:
        make.approve(note, by=stage.leader)
    acts = {
        NoteState.APPROVED: lambda: actions.approve_note(again(note), revision=again(note).revision, by=stage.leader, at=AT),
        NoteState.DRAFT: lambda: actions.reopen_note(again(note), by=stage.leader, at=AT),
    }
    for to, act in acts.items():
        if to not in NOTE_MOVES[was]:
            with pytest.raises(TransitionRefused):
                act()
            assert again(note).state == was


def test_an_approved_note_is_not_changed(stage):
    note = make.approve(make.create_note(stage.project, by=stage.leader), by=stage.leader)
    with pytest.raises(TransitionRefused):
        actions.change_note(note, values={**_values(note), "text": "Nytt."}, revision=2, by=stage.leader, at=AT)
    assert again(note).text == make.TEXT


def test_a_change_never_takes_the_words_from_a_coded_passage(stage):
    note = make.create_note(stage.project, by=stage.leader)
    actions.code_passage(note, theme=stage.theme, quote=make.TRUST, by=stage.leader, at=AT)
    with pytest.raises(TransitionRefused, match="samma vuxna"):
        actions.change_note(note, values={**_values(note), "text": "Tiden räcker inte."}, revision=1, by=stage.leader, at=AT)
    longer = f"Först detta.\n{make.TEXT}"
    actions.change_note(note, values={**_values(note), "text": longer}, revision=1, by=stage.leader, at=AT)
    assert again(note).text == longer


def test_a_passage_is_the_words_of_the_note_and_has_each_theme_once(stage):
    note = make.create_note(stage.project, by=stage.leader)
    with pytest.raises(TransitionRefused):
        actions.code_passage(note, theme=stage.theme, quote="Något som ingen har sagt.", by=stage.leader, at=AT)
    passage = actions.code_passage(note, theme=stage.theme, quote=make.TRUST, by=stage.leader, at=AT)
    with pytest.raises(TransitionRefused):
        actions.code_passage(note, theme=stage.theme, quote=make.TRUST.replace(" ", "  "), by=stage.leader, at=AT)
    second = make.create_theme(stage.programme, "Tid", by=stage.leader)
    actions.code_passage(note, theme=second, quote=make.TRUST, by=stage.leader, at=AT)
    actions.uncode_passage(passage, by=stage.team, at=AT)
    assert list(Passage.objects.values_list("theme__name", flat=True)) == ["Tid"]


def test_a_theme_of_another_programme_codes_nothing_here(stage):
    elsewhere = create_elsewhere()
    theme = make.create_theme(elsewhere.programme, "Tid", by=grants.officer(elsewhere.programme))
    note = make.create_note(stage.project, by=stage.leader)
    with pytest.raises(TransitionRefused):
        actions.code_passage(note, theme=theme, quote=make.TRUST, by=stage.leader, at=AT)


def test_an_approval_that_a_joint_analysis_leans_on_is_not_taken_back(stage):
    note = make.approve(make.create_note(stage.project, by=stage.leader), by=stage.leader)
    finding = make.create_finding(make.create_analysis(stage.programme, by=stage.leader), by=stage.leader)
    quote = analyses.add_quote(finding, source=note, quote=make.TRUST, by=stage.leader, at=AT)
    with pytest.raises(TransitionRefused):
        actions.reopen_note(again(note), by=stage.leader, at=AT)
    analyses.remove_quote(quote, by=stage.leader, at=AT)
    actions.reopen_note(again(note), by=stage.leader, at=AT)
    assert (again(note).state, again(note).approved_by) == ("draft", None)


@pytest.mark.parametrize("act", ["write", "change", "approve", "reopen", "code", "uncode"])
def test_the_steering_group_changes_no_note(stage, act):
    note = make.create_note(stage.project, by=stage.leader)
    passage = actions.code_passage(note, theme=stage.theme, quote=make.TRUST, by=stage.leader, at=AT)
    by = {"by": stage.steering, "at": AT}
    acts = {
        "write": lambda: make.create_note(stage.project, by=stage.steering),
        "change": lambda: actions.change_note(note, values=_values(note), revision=1, **by),
        "approve": lambda: actions.approve_note(note, revision=1, **by),
        "reopen": lambda: actions.reopen_note(note, **by),
        "code": lambda: actions.code_passage(note, theme=stage.theme, quote=make.TIME, **by),
        "uncode": lambda: actions.uncode_passage(passage, **by),
    }
    before = trail.mark()
    with pytest.raises(PermissionDenied):
        acts[act]()
    assert trail.entries(before) == []
