"""What of the projects can be found, and by whom."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kraftsamling.search import index

from .models import Project


def visible_projects(user: Any) -> "QuerySet[Project]":
    return Project.objects.visible_to(user)


index.register("project", visible_projects, label=_("Projects"))
