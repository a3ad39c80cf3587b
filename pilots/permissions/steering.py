"""Who sees the figures of a programme, and who changes what they are counted from."""

from typing import Any

from kraftsamling.programmes.models import Programme, Role
from kraftsamling.programmes.permissions import OFFICERS, has_role, is_process_leader
from pilots.models import FIGURE_READERS, Project


def can_see_figures(user: Any, programme: "Programme | int") -> bool:
    return has_role(user, programme, *FIGURE_READERS)


def can_import_outcome(user: Any, project: Project) -> bool:
    """What the finance system has booked is told by the finance officer alone."""
    return has_role(user, project.programme_id, Role.FINANCE_OFFICER)


def can_keep_snapshot(user: Any, programme: "Programme | int") -> bool:
    return has_role(user, programme, *OFFICERS, Role.FINANCE_OFFICER)


def can_tell_yearly_report(user: Any, programme: Programme) -> bool:
    return is_process_leader(user, programme)
