"""Themes, interview notes, analyses and board items for tests. States are reached through the actions, never written."""

import datetime as dt

from kraftsamling.lib.dates import STOCKHOLM
from pilots.actions import analyses, board, evaluations
from pilots.actions import learning as actions
from pilots.models import Learning, LearningKind, Report, ReportVersion

AT = dt.datetime(2027, 6, 1, 9, tzinfo=STOCKHOLM)
TEXT = "Deltagarna säger att samma vuxna varje vecka gör skillnad.\n\nTiden räcker inte till för att följa upp."
TRUST, TIME = "samma vuxna varje vecka gör skillnad", "Tiden räcker inte till för att följa upp."
SYNTHESIS = {
    "title": "Samlad analys",
    "learnings": "Tillit tar tid.",
    "challenges": "Tiden räcker inte.",
    "conditions": "En chef som äger frågan.",
}


def create_theme(programme, name="Tillit", *, by, position=1):
    return actions.add_theme(programme, values={"name": name, "description": "", "position": position}, by=by, at=AT)


def create_note(project, *, by, text=TEXT, held_with="Projektledaren", at=AT):
    values = {"held_on": at.date(), "held_with": held_with, "text": text}
    return actions.write_note(project, values=values, by=by, at=at)


def approve(note, *, by, at=AT):
    actions.approve_note(note, revision=note.revision, by=by, at=at)
    return note


def create_learning(project, *, by, at=AT, **values) -> Learning:
    content = {"kind": LearningKind.WORKED, "text": "Samma vuxna varje vecka.", "is_public": False, **values}
    return actions.write_learning(project, values=content, by=by, at=at)


def create_report(project, *, by, text="Det som inte fungerade var tiden.", approved=True, number=1):
    """Handed in, and approved if asked for: the rows as they stand, since a test of quotes needs nothing more of them."""
    values = {
        "kind": "progress", "covers_from_on": project.starts_on, "covers_to_on": project.ends_on, "due_on": project.ends_on,
        "state": "approved" if approved else "submitted", "approved_at": AT if approved else None,
        "approved_by": by if approved else None,
    }  # fmt: skip
    report, _made = Report.objects.update_or_create(project=project, number=number, defaults=values)
    version = ReportVersion.objects.create(
        report=report, number=1, draft_revision=1, content={"sections": [{"title": "Lärdomar", "rows": [{"text": text}]}]},
        checksum="0" * 64, receipt_number=f"R-{project.pk}-{number}", submitted_at=AT, submitted_by=by,
    )  # fmt: skip
    Report.objects.filter(pk=report.pk).update(current_version=version)
    return ReportVersion.objects.select_related("report__project").get(pk=version.pk)


def create_analysis(programme, *, by, title="Samlad analys", call=None, at=AT):
    analysis = analyses.begin_analysis(programme, call=call, title=title, by=by, at=at)
    analyses.save_analysis(analysis, content={**SYNTHESIS, "title": title}, revision=0, by=by, at=at)
    return analysis


def create_finding(analysis, *, by, kind="success", title="Samma vuxna", text="", theme=None):
    values = {"kind": kind, "title": title, "text": text, "theme": theme}
    return analyses.add_finding(analysis, values=values, by=by, at=AT)


def publish(analysis, *, by, is_public=False, at=AT):
    content = {**SYNTHESIS, "title": analysis.title}
    return analyses.publish_analysis(analysis, content=content, is_public=is_public, revision=analysis.revision, by=by, at=at)


def create_evaluation(programme, *, by, project=None, goals=("Två grupper är i gång.",), at=AT):
    days = {"starts_on": dt.date(2027, 1, 1), "ends_on": dt.date(2027, 6, 30)}
    return evaluations.begin_evaluation(programme, project=project, stage="Etapp 1", goals=list(goals), by=by, at=at, **days)


def create_board_item(programme, projects, *, by, analysis=None, title="Om kraftsamlingen", at=AT):
    return board.make_board_item(
        programme, title=title, meeting="Regional tillväxtnämnd", meeting_on=dt.date(2027, 9, 1), projects=projects,
        analysis=analysis, by=by, at=at,
    )  # fmt: skip
