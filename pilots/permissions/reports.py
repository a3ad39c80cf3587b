"""Who may do what with the plan of reports, a report and the project's indicators."""

from typing import Any

from pilots.models import Project, ProjectPartner, Report

from .projects import can_handle_project, is_member


def can_write_report(user: Any, report: Report) -> bool:
    return is_member(user, report.project)


def can_read_report(user: Any, report: Report) -> bool:
    """The owner's members, and those who handle the case."""
    return Report.objects.visible_to(user).filter(pk=report.pk).exists()


def can_plan_reports(user: Any, project: Project) -> bool:
    """Another day, one report more or less: an officer, never of the owner's or a partner's own house."""
    return not _takes_part(user, project) and can_handle_project(user, project)


def can_review_report(user: Any, report: Report) -> bool:
    return can_plan_reports(user, report.project)


def can_set_indicators(user: Any, project: Project) -> bool:
    """What is measured is agreed between the owner and the officers; either may write it down."""
    return is_member(user, project) or can_plan_reports(user, project)


def _takes_part(user: Any, project: Project) -> bool:
    if not user.is_authenticated or is_member(user, project):
        return True
    return (
        bool(user.organisation_ids)
        and ProjectPartner.objects.filter(project=project, organisation__in=user.organisation_ids).exists()
    )
