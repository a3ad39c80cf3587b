"""What the pages of a workroom share."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from pilots.models import Project
from pilots.permissions.projects import keep_as_read
from pilots.workroom import parts_of


def readable_project(request: HttpRequest, pk: int) -> Project:
    """The project, for who may read it. Raises Http404 otherwise."""
    projects = Project.objects.visible_to(request.user).with_details().select_related("budget", "described_by", "main_focus_area")
    project: Project = get_object_or_404(projects, pk=pk)
    keep_as_read(request.user, project)
    return project


def workroom(request: HttpRequest, project: Project, part: str, **more: Any) -> dict[str, Any]:
    """The context of a page of the workroom: its project, its parts, and which of them is open."""
    return {"project": project, "parts": parts_of(project, request.user), "open_part": part, **more}


def case_project(request: HttpRequest, pk: int) -> Project:
    """As readable_project, for what the owner has sent in: the steering group and others without the case get Http404."""
    projects = Project.objects.with_case_open_to(request.user).with_details().select_related("budget")
    project: Project = get_object_or_404(projects, pk=pk)
    keep_as_read(request.user, project)
    return project
