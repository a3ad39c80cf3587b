"""Who may do what with the plan of reports, a report and the project's indicators."""

from typing import Any

from pilots.models import Project, Report

from .projects import can_handle_project, is_member


def can_write_report(user: Any, report: Report) -> bool:
    return is_member(user, report.project)


def can_plan_reports(user: Any, project: Project) -> bool:
    """Another day, one report more or less: an officer, never of the owner's own house, also where that is the region."""
    return not is_member(user, project) and can_handle_project(user, project)


def can_review_report(user: Any, report: Report) -> bool:
    return can_plan_reports(user, report.project)


def can_set_indicators(user: Any, project: Project) -> bool:
    """What is measured is agreed between the owner and the officers; either may write it down."""
    return is_member(user, project) or can_plan_reports(user, project)
