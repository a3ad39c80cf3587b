"""Who may write what of the learning: the process team, and never somebody in conflict of interest in the project."""

from typing import Any

from grants.permissions import require
from kraftsamling.programmes.models import Programme
from kraftsamling.programmes.permissions import OFFICERS, has_role, has_role_anywhere, is_officer
from pilots.models import (
    EVALUATION_READERS,
    BoardItem,
    InterviewNote,
    JointAnalysis,
    Learning,
    Project,
    StageEvaluation,
    Theme,
    YearlyFollowUp,
)
from pilots.models.projects import CASE_READERS

__all__ = ["require"]

MATRIX_READERS = EVALUATION_READERS
"""They read how many passages there are; which they are the process team alone reads."""


def is_team_of(user: Any, project: Project) -> bool:
    """Runs the programme, and is not in conflict in the project."""
    return Project.objects.handled_by(user, *OFFICERS).filter(pk=project.pk).exists()


def can_write_learning(user: Any, project: Project) -> bool:
    return is_team_of(user, project)


def can_change_learning(user: Any, learning: Learning) -> bool:
    return is_team_of(user, learning.project)


def can_write_note(user: Any, project: Project) -> bool:
    return is_team_of(user, project)


def can_change_note(user: Any, note: InterviewNote) -> bool:
    return is_team_of(user, note.project)


def can_keep_themes(user: Any, programme: "Programme | int") -> bool:
    return is_officer(user, programme)


def can_change_theme(user: Any, theme: Theme) -> bool:
    return is_officer(user, theme.programme_id)


def can_read_matrix(user: Any) -> bool:
    return has_role_anywhere(user, *MATRIX_READERS)


def can_read_passages(user: Any) -> bool:
    return has_role_anywhere(user, *OFFICERS)


def can_write_analysis(user: Any, analysis: JointAnalysis) -> bool:
    return is_officer(user, analysis.programme_id)


def can_begin_in(user: Any, programme: "Programme | int") -> bool:
    """An analysis, an evaluation or a board item of the programme."""
    return is_officer(user, programme)


def reads_quotes(user: Any, analysis: JointAnalysis) -> bool:
    """The reference group reads the analysis without quotes and projects."""
    return has_role(user, analysis.programme_id, *EVALUATION_READERS)


def can_write_evaluation(user: Any, evaluation: StageEvaluation) -> bool:
    return StageEvaluation.objects.handled_by(user).filter(pk=evaluation.pk).exists()


def can_read_follow_ups(user: Any) -> bool:
    return has_role_anywhere(user, *CASE_READERS)


def can_follow_up(user: Any, follow_up: YearlyFollowUp) -> bool:
    return is_team_of(user, follow_up.project)


def can_read_board_items(user: Any) -> bool:
    return has_role_anywhere(user, *EVALUATION_READERS)


def can_write_board_item(user: Any, item: BoardItem) -> bool:
    return BoardItem.objects.handled_by(user).filter(pk=item.pk).exists()
