"""What of the projects can be found, and by whom."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kraftsamling.search import index

from .models import Project, Report


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
