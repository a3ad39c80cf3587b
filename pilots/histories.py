"""What has happened in a project, for who reads: drafts are the owner's alone, its own words are for who handles the case."""

from typing import Any

from kraftsamling.audit import log as audit
from kraftsamling.audit.models import AuditEntryQuerySet

from .models import Project
from .permissions import projects as permissions

DRAFT_ACTIONS = (
    "pilots.payment.begin",
    "pilots.payment.add_file",
    "pilots.payment.remove_file",
    "pilots.payment.ready",
    "pilots.report.add_file",
    "pilots.report.remove_file",
)
"""What happens beside a draft is for the owner alone, also after it has been sent in."""
CASE_ACTIONS = ("pilots.payment.account", "pilots.payment.withdraw", "pilots.recovery.open", "pilots.recovery.answer")
"""The steering group reads figures and decisions, not the owner's account and what it writes in the case."""


def history_of(project: Project, user: Any, *, internal: bool) -> AuditEntryQuerySet:
    entries = audit.history(project, internal=internal)
    if permissions.is_member(user, project):
        return entries
    hidden = DRAFT_ACTIONS if permissions.reads_case(user, project) else DRAFT_ACTIONS + CASE_ACTIONS
    return entries.without(hidden)
