"""A conflict of interest that somebody who works with a project reports unasked (förvaltningslagen 16–18 §§)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from grants.actions import declare_on_case
from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.notifications import outbox
from pilots.models import Project, ProjectConflict
from pilots.permissions import projects as permissions


@transaction.atomic
def report_conflict(project: Project, *, ground: str, by: Any, at: datetime | None = None) -> None:
    """Closes the project to the person at once, with its case, its payments and its mail."""
    at = at or timezone.now()
    require(permissions.can_report_conflict(by, project))

    if project.application_id:
        declare_on_case(project.application.sketch, ground=ground, by=by, at=at)  # type: ignore[union-attr]
    else:
        ProjectConflict.objects.get_or_create(project=project, user=by, defaults={"ground": ground, "declared_at": at})
        outbox.withhold(by, project)

    audit.record("pilots.project.conflict", project, by=by, at=at, ground=ground)
