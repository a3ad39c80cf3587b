"""What of the projects can be found, and by whom."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kraftsamling.search import index

from .models import BoardItem, InterviewNote, JointAnalysis, Learning, Project, Report, StageEvaluation


def visible_projects(user: Any) -> "QuerySet[Project]":
    return Project.objects.visible_to(user)


index.register("project", visible_projects, label=_("Projects"))


def public_projects(user: Any) -> "QuerySet[Project]":
    """Published ones, found also by who is not logged in; who reads the workroom finds that one instead."""
    return Project.objects.published().exclude(pk__in=visible_projects(user).values("pk"))


index.register("public_project", public_projects, label=_("Pilot projects"))


def visible_reports(user: Any) -> "QuerySet[Report]":
    """Of the owner, and of who handles the case; the steering group reads no texts of reports."""
    return Report.objects.visible_to(user).handed_in()


index.register("report", visible_reports, label=_("Reports"))


def visible_learnings(user: Any) -> "QuerySet[Learning]":
    return Learning.objects.visible_to(user)


def visible_notes(user: Any) -> "QuerySet[InterviewNote]":
    return InterviewNote.objects.visible_to(user)


def visible_analyses(user: Any) -> "QuerySet[JointAnalysis]":
    return JointAnalysis.objects.visible_to(user)


def visible_evaluations(user: Any) -> "QuerySet[StageEvaluation]":
    return StageEvaluation.objects.visible_to(user)


def visible_board_items(user: Any) -> "QuerySet[BoardItem]":
    return BoardItem.objects.visible_to(user)


index.register("learning", visible_learnings, label=_("Learnings"))
index.register("interview_note", visible_notes, label=_("Interview notes"))
index.register("analysis", visible_analyses, label=_("Joint analyses"))
index.register("evaluation", visible_evaluations, label=_("Stage evaluations"))
index.register("board_item", visible_board_items, label=_("Items for the board"))
