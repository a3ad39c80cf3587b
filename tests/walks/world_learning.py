"""What is learned, for the walks: one of each thing that some page needs, in the member's project."""

import datetime as dt

from kraftsamling.programmes.models import Role
from pilots.actions import analyses, board, evaluations
from pilots.models import Project, YearlyFollowUp
from tests.factories import learning as make
from tests.factories.pilots import create_elsewhere

NOTE_TEXT = "De unga säger att samma vuxna varje vecka gör skillnad. Tiden räcker inte till för allt."


def learning(programme, home, people, *, at):
    """The arguments of each address, and what a person would send."""
    leader = people[Role.PROCESS_LEADER]
    project = Project.objects.get(title="Sommarläger för alla (exempel)")
    other = create_elsewhere(programme, owner=home, by=leader, title="Unga i rörelse (exempel)", at=at)
    theme = make.create_theme(programme, "Tillit (exempel)", by=leader)
    draft = make.create_note(project, by=leader, text=NOTE_TEXT, at=at - dt.timedelta(days=9))
    note = make.create_note(project, by=leader, text=NOTE_TEXT, held_with="Tre deltagare", at=at - dt.timedelta(days=8))
    passage = make.actions.code_passage(note, theme=theme, quote=NOTE_TEXT[:62], by=leader, at=at)
    make.approve(note, by=leader, at=at)
    learned = make.create_learning(project, by=leader, at=at, focus_areas=[programme.focus_areas.first()], note=note)
    pk = {"pk": project.pk}
    rows = dict.fromkeys(["project_learning", "learning_create", "note_create"], pk)
    rows |= {f"learning_{name}": {"pk": learned.pk} for name in ["detail", "edit", "remove"]}
    rows |= {"learning_pick": {"what": "lardom"}, "learning_pick@note": {"what": "intervju"}}
    for name in ["learning_list_file", "indicator_overview_file", "theme_matrix_file"]:
        rows |= {f"{name}@{kind}": {"kind": kind} for kind in ("csv", "xlsx")} | {name: {"kind": "pdf"}}
    rows |= {f"note_{name}": {"pk": draft.pk} for name in ["detail", "edit", "approve"]}
    rows |= {name: {"pk": note.pk} for name in ["note_detail@approved", "note_reopen", "passage_add"]}
    rows |= {"passage_remove": {"pk": note.pk, "passage": passage.pk}}
    rows |= {name: {"pk": theme.pk} for name in ["theme_edit", "theme_retire"]}
    rows |= _analyses(programme, note, passage, leader, at=at)
    rows |= _evaluations(programme, project, leader, at=at)
    return rows | _board_items(programme, [project, other], leader, at=at)


def _analyses(programme, note, passage, leader, *, at):
    published, draft = (
        make.create_analysis(programme, by=leader, title=title, at=at)
        for title in ("Samlad analys av försöken (exempel)", "Nästa samlade analys (exempel)")
    )
    findings = [
        make.create_finding(one, by=leader, title=f"{title} (exempel)", kind=kind, theme=passage.theme)
        for one in (published, draft)
        for title, kind in (("Vuxna som stannar", "success"), ("Tiden räcker inte", "obstacle"))
    ]
    quotes = [analyses.add_quote(one, source=note, quote=passage.quote, by=leader, at=at) for one in (findings[0], findings[2])]
    make.publish(published, by=leader, at=at)
    case, done = {"pk": draft.pk}, {"pk": published.pk}
    rows = {f"analysis_{name}": case for name in ["edit", "preview", "save", "autosave", "publish", "detail@draft"]}
    rows |= {"analysis_detail": done, "analysis_version": {**done, "number": 1}, "analysis_edit@published": done}
    rows |= {"analysis_reopen": done, "finding_add": case}
    finding = {**case, "finding": findings[2].pk}
    rows |= dict.fromkeys(["finding_edit", "finding_remove", "quote_add"], finding)
    return rows | {"quote_remove": {**finding, "quote": quotes[1].pk}}


def _evaluations(programme, project, leader, *, at):
    """One that goes on, one that is closed, a follow-up to be done and one that is done."""
    open_, closed = (
        make.create_evaluation(programme, by=leader, project=one, goals=["Fyra möten är hållna.", "Fler unga kommer."], at=at)
        for one in (None, project)
    )
    for goal in [*closed.goals.all(), open_.goals.first()]:
        evaluations.judge_goal(goal, judgement="partly", reasons="Tre av fyra.", by=leader, at=at)
    evaluations.add_formative_note(open_, text="Vi byter dag, för fler kan komma på torsdagar.", by=leader, at=at)
    evaluations.close_evaluation(closed, summary="På god väg.", by=leader, at=at)
    to_do, done = (
        YearlyFollowUp.objects.create(project=project, year=year, due_on=dt.date(year, 12, 31), made_at=at)
        for year in (at.year, at.year - 1)
    )
    evaluations.do_follow_up(done, done_on=at.date(), note="Pengarna används som det var tänkt.", by=leader, at=at)
    case = {"pk": open_.pk}
    rows = dict.fromkeys(["evaluation_detail@open", "evaluation_note", "evaluation_close"], case)
    rows |= {"goal_judge": {**case, "goal": open_.goals.last().pk}, "evaluation_detail": {"pk": closed.pk}}
    return rows | {"follow_up_detail": {"pk": to_do.pk}, "follow_up_detail@done": {"pk": done.pk}}


def _board_items(programme, projects, leader, *, at):
    draft, ready = (
        make.create_board_item(programme, projects, by=leader, title=title, at=at)
        for title in ("Information om försöken (exempel)", "Information i höst (exempel)")
    )
    texts = {"part1_minutes": "5", "part4_minutes": "10", "description": "Vi berättar om två försök (exempel)."}
    heading = {"title": draft.title, "meeting": draft.meeting, "meeting_on": draft.meeting_on, "limit": 30}
    board.edit_board_item(draft, values=heading, texts=texts, revision=draft.revision, by=leader, at=at)
    board.ready_board_item(ready, revision=ready.revision, by=leader, at=at)
    case, done = {"pk": draft.pk}, {"pk": ready.pk}
    rows = {f"board_item_{name}": case for name in ["detail", "edit", "anew", "ready"]}
    rows |= {"board_item_detail@ready": done, "board_item_edit@ready": done}
    return rows | {f"board_item_{name}": done for name in ["reopen", "pdf", "docx"]}
