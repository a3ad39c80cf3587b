"""The parts of a project's workroom, and who is shown which."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from pilots.models import Project, ProjectKind
from pilots.permissions import projects as permissions


class Part(NamedTuple):
    """A part of the workroom: a key for the page that is open, a name, and the address that takes the project's number."""

    key: str
    title: Any
    url_name: str
    of_the_case: bool = False
    """Read by the owner and by who handles the case, and not by the steering group."""
    of_pilots: bool = False
    """The platform's own project has no such part."""


PARTS = (
    Part("overview", _("Overview"), "project_detail"),
    Part("reports", _("Reports"), "report_plan", of_the_case=True),
    Part("money", _("Payments"), "project_money", of_the_case=True, of_pilots=True),
    Part("indicators", _("Indicators"), "indicator_list"),
    Part("changes", _("Changes"), "change_list", of_the_case=True),
    Part("timeline", _("Timeline"), "project_timeline"),
    Part("learning", _("Learning"), "project_learning"),
    Part("history", _("History"), "project_history"),
)


def parts_of(project: Project, user: Any) -> list[Part]:
    """The parts that this person may open in this project."""
    reads_case = permissions.reads_case(user, project)
    return [
        part
        for part in PARTS
        if (reads_case or not part.of_the_case) and not (part.of_pilots and project.kind == ProjectKind.PLATFORM)
    ]
