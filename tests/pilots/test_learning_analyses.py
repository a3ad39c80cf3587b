"""The joint analysis: saved, given quotes of approved sources alone, published as a version that never changes (AC-043)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from grants import actions as grants_actions
from grants.actions import DraftConflict
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.search import index
from pilots import quotes, readings
from pilots.actions import analyses as actions
from pilots.actions import learning
from pilots.models import AnalysisVersion, FindingQuote, JointAnalysis, Report
from pilots.states import ANALYSIS_MOVES, AnalysisState
from tests.factories import learning as make
from tests.grants import trail
from tests.grants.scene import again, fresh, signed_in
from tests.kept import kept
from tests.pilots.learning_scene import granted, light

pytestmark = pytest.mark.django_db

AT = make.AT


def make_stage():
    found = light()
    found.note = make.approve(make.create_note(found.project, by=found.leader), by=found.leader)
    found.analysis = make.create_analysis(found.programme, by=found.leader)
    found.finding = make.create_finding(found.analysis, by=found.leader)
    return found


_stage_once, stage = kept(make_stage)


def test_the_draft_is_kept_and_a_second_window_overwrites_nothing(stage):
    assert again(stage.analysis).revision == 1
    actions.save_analysis(again(stage.analysis), content={"title": "A", "learnings": "Nytt."}, revision=1, by=stage.team, at=AT)
    with pytest.raises(DraftConflict):
        actions.save_analysis(again(stage.analysis), content={"learnings": "Mitt."}, revision=1, by=stage.leader, at=AT)
    kept = again(stage.analysis)
    assert (kept.content["learnings"], kept.revision, kept.saved_by, kept.title) == ("Nytt.", 2, stage.team, "A")


def test_saving_the_same_text_twice_changes_nothing(stage):
    content = again(stage.analysis).content
    assert actions.save_analysis(again(stage.analysis), content=content, revision=1, by=stage.team, at=AT) == 1
    assert again(stage.analysis).saved_by == stage.leader


# ---- Quotes


def test_words_of_an_approved_note_and_of_an_approved_report_are_quoted(stage):
    version = make.create_report(stage.other, by=stage.leader)
    actions.add_quote(stage.finding, source=stage.note, quote=make.TRUST, by=stage.leader, at=AT)
    actions.add_quote(stage.finding, source=version, quote="Det som inte  fungerade\nvar tiden.", by=stage.team, at=AT)
    found = FindingQuote.objects.order_by("pk").values_list("project", "note", "version")
    assert list(found) == [(stage.project.pk, stage.note.pk, None), (stage.other.pk, None, version.pk)]


def test_an_unapproved_note_is_not_quoted(stage):
    note = make.create_note(stage.project, by=stage.leader, held_with="Två lärare")
    with pytest.raises(TransitionRefused, match="Två lärare"):
        actions.add_quote(stage.finding, source=note, quote=make.TRUST, by=stage.leader, at=AT)
    assert not FindingQuote.objects.exists()


def test_an_unapproved_report_is_not_quoted(stage):
    version = make.create_report(stage.project, by=stage.leader, approved=False)
    with pytest.raises(TransitionRefused):
        actions.add_quote(stage.finding, source=version, quote="tiden", by=stage.leader, at=AT)


def test_a_version_before_the_approved_one_is_not_quoted(stage):
    version = make.create_report(stage.project, by=stage.leader)
    newer = again(version)
    newer.pk, newer.number, newer.draft_revision, newer.receipt_number = None, 2, 2, "R-2"
    newer.save()
    Report.objects.filter(pk=version.report_id).update(current_version=newer)
    with pytest.raises(TransitionRefused):
        actions.add_quote(stage.finding, source=again(version), quote="tiden", by=stage.leader, at=AT)


def test_words_that_nobody_has_said_are_not_quoted(stage):
    for quote in ("Allt gick bra.", "   "):
        with pytest.raises(TransitionRefused):
            actions.add_quote(stage.finding, source=stage.note, quote=quote, by=stage.leader, at=AT)


def test_a_quote_has_exactly_one_source(stage):
    quote = FindingQuote(finding=stage.finding, project=stage.project, quote="x", added_at=AT, added_by=stage.leader)
    with pytest.raises(IntegrityError), transaction.atomic():
        quote.save()


@pytest.mark.parametrize("content", [{"a": ["x", {"b": "djupt"}]}, ["djupt"], "djupt"])
def test_words_are_found_however_deep_they_stand(content):
    assert "djupt" in list(quotes.texts_in(content))


# ---- Publish


def test_publishing_freezes_the_text_and_tells_the_steering_group(stage):
    actions.add_quote(stage.finding, source=stage.note, quote=make.TRUST, by=stage.leader, at=AT)
    since = trail.mark()
    version = make.publish(again(stage.analysis), by=stage.leader)
    analysis = again(stage.analysis)
    assert (analysis.state, analysis.versions_count, version.number, version.published_by) == ("published", 1, 1, stage.leader)
    assert [section["text"] for section in version.content["sections"]] == [
        "Tillit tar tid.", "Tiden räcker inte.", "En chef som äger frågan.",
    ]  # fmt: skip
    finding = version.content["findings"][0]
    assert (finding["label"], finding["quotes"][0]["quote"], finding["quotes"][0]["project"]) == (
        "Framgångsfaktor", make.TRUST, stage.project.title,
    )  # fmt: skip
    assert trail.entries(since) == [("pilots.analysis.publish", stage.leader.pk)]
    assert trail.letters(since) == [("pilots/analysis_published", stage.steering.email)]


def test_an_analysis_without_findings_is_not_published(stage):
    bare = make.create_analysis(stage.programme, by=stage.leader, title="Utan")
    with pytest.raises(TransitionRefused):
        make.publish(again(bare), by=stage.leader)
    assert not AnalysisVersion.objects.exists()


def test_who_publishes_has_seen_the_text_as_it_is(stage):
    stale = again(stage.analysis)
    actions.save_analysis(again(stage.analysis), content={"title": "A"}, revision=1, by=stage.team, at=AT)
    with pytest.raises(LostRace):
        make.publish(stale, by=stage.leader)
    assert again(stage.analysis).state == AnalysisState.DRAFT


def test_a_source_that_is_no_longer_approved_stops_the_publishing(stage):
    version = make.create_report(stage.project, by=stage.leader)
    actions.add_quote(stage.finding, source=version, quote="tiden", by=stage.leader, at=AT)
    Report.objects.filter(pk=version.report_id).update(state="submitted", approved_at=None, approved_by=None)
    with pytest.raises(TransitionRefused):
        make.publish(again(stage.analysis), by=stage.leader)
    assert (again(stage.analysis).state, AnalysisVersion.objects.count()) == ("draft", 0)


def test_what_is_published_stands_while_the_next_version_is_written(stage):
    first = make.publish(again(stage.analysis), by=stage.leader)
    with pytest.raises(TransitionRefused):
        make.create_finding(again(stage.analysis), by=stage.leader, title="Till")
    with pytest.raises(TransitionRefused):
        actions.save_analysis(again(stage.analysis), content={"title": "B"}, revision=2, by=stage.leader, at=AT)
    actions.reopen_analysis(again(stage.analysis), by=stage.team, at=AT)
    assert list(JointAnalysis.objects.visible_to(stage.steering)) == [stage.analysis]
    make.create_finding(again(stage.analysis), by=stage.leader, title="Till", kind="obstacle")
    second = make.publish(again(stage.analysis), by=stage.leader)
    assert [len(again(version).content["findings"]) for version in (first, second)] == [1, 2]
    assert (second.number, first.checksum != second.checksum) == (2, True)


@pytest.mark.parametrize("was", AnalysisState)
def test_each_state_allows_what_the_table_says(stage, was):
    if was == AnalysisState.PUBLISHED:
        make.publish(again(stage.analysis), by=stage.leader)
    acts = {
        AnalysisState.PUBLISHED: lambda: make.publish(again(stage.analysis), by=stage.leader),
        AnalysisState.DRAFT: lambda: actions.reopen_analysis(again(stage.analysis), by=stage.leader, at=AT),
    }
    for to, act in acts.items():
        if to not in ANALYSIS_MOVES[was]:
            with pytest.raises(TransitionRefused):
                act()


@pytest.mark.parametrize("who", ["steering", "reference", "decider", "writer", "stranger"])
def test_readers_do_not_write(stage, who):
    person = getattr(stage, who)
    acts = [
        lambda: make.create_analysis(stage.programme, by=person),
        lambda: actions.save_analysis(again(stage.analysis), content={}, revision=1, by=person, at=AT),
        lambda: make.create_finding(again(stage.analysis), by=person),
        lambda: actions.add_quote(stage.finding, source=stage.note, quote=make.TRUST, by=person, at=AT),
        lambda: actions.remove_finding(stage.finding, by=person, at=AT),
        lambda: make.publish(again(stage.analysis), by=person),
        lambda: actions.reopen_analysis(again(stage.analysis), by=person, at=AT),
    ]
    since = trail.mark()
    for act in acts:
        with pytest.raises(PermissionDenied):
            act()
    assert trail.entries(since) == []


# ---- What each reader sees


def test_drafts_are_read_by_those_who_write_alone(stage):
    for who in ("steering", "reference", "decider", "writer", "stranger"):
        assert list(JointAnalysis.objects.visible_to(getattr(stage, who))) == []
    assert list(JointAnalysis.objects.visible_to(stage.team)) == [stage.analysis]


def test_the_reference_group_reads_no_quotes_and_no_projects(stage):
    actions.add_quote(stage.finding, source=stage.note, quote=make.TRUST, by=stage.leader, at=AT)
    version = make.publish(again(stage.analysis), by=stage.leader)
    theirs = readings.of_version(stage.reference, again(stage.analysis), version)
    assert ([finding["quotes"] for finding in theirs["findings"]], theirs["left_out"]) == ([[]], 0)
    assert theirs["sections"][0]["text"] == "Tillit tar tid."
    ours = readings.of_version(stage.steering, again(stage.analysis), version)
    assert [len(finding["quotes"]) for finding in ours["findings"]] == [1]
    found = list(index.find(stage.reference, "samma vuxna gör", AT))
    assert [entry.kind for entry in found] == []


def test_a_quote_leads_to_its_source_for_who_reads_the_source_alone(stage):
    report = make.create_report(stage.other, by=stage.leader)
    actions.add_quote(stage.finding, source=stage.note, quote=make.TRUST, by=stage.leader, at=AT)
    actions.add_quote(stage.finding, source=report, quote="Det som inte fungerade var tiden.", by=stage.leader, at=AT)
    make.publish(again(stage.analysis), by=stage.leader)
    sources = [stage.note.get_absolute_url(), report.report.get_absolute_url()]
    for who, opens in (("team", True), ("steering", False)):
        client = signed_in(getattr(stage, who))
        page = client.get(stage.analysis.get_absolute_url()).content.decode()
        assert "Det som inte fungerade var tiden." in page
        assert [f'href="{url}"' in page for url in sources] == [opens, opens], who
        assert client.get(sources[0]).status_code == (200 if opens else 404)
        assert Report.objects.visible_to(getattr(stage, who)).filter(pk=report.report_id).exists() is opens


def test_who_is_in_conflict_sees_no_quote_of_that_project():
    stage = granted()
    note = make.approve(make.create_note(stage.project, by=stage.leader), by=stage.leader)
    other = make.approve(make.create_note(stage.other, by=stage.leader), by=stage.leader)
    analysis = make.create_analysis(stage.programme, by=stage.leader)
    finding = make.create_finding(analysis, by=stage.leader)
    for source in (note, other):
        actions.add_quote(finding, source=source, quote=make.TRUST, by=stage.leader, at=AT)
    version = make.publish(again(analysis), by=stage.leader)
    actions.reopen_analysis(again(analysis), by=stage.leader, at=AT)
    grants_actions.declare_on_case(stage.sketch, ground="Släkt.", by=stage.team, at=AT)
    person = fresh(stage.team)
    read = readings.of_version(person, analysis, version)
    assert ([len(one["quotes"]) for one in read["findings"]], read["left_out"]) == ([1], 1)
    assert [[quote.project for quote in shown] for _finding, shown in readings.of_draft(person, analysis)] == [[stage.other]]
    with pytest.raises(PermissionDenied):
        actions.add_quote(finding, source=note, quote=make.TIME, by=person, at=AT)
    with pytest.raises(PermissionDenied):
        learning.reopen_note(note, by=person, at=AT)
