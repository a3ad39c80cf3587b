"""What of the projects can be found, and by whom."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kraftsamling.search import index

from .models import BoardItem, InterviewNote, JointAnalysis, Learning, Project, StageEvaluation


def visible_projects(user: Any) -> "QuerySet[Project]":
    return Project.objects.visible_to(user)


index.register("project", visible_projects, label=_("Projects"))


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
