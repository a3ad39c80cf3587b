"""A project decided elsewhere is registered by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from grants.models import Budget
from grants.permissions import require
from kraftsamling.accounts.models import Organisation
from kraftsamling.audit import log as audit
from kraftsamling.programmes.models import Programme
from pilots.models import Project, ProjectKind
from pilots.permissions import projects as permissions

from .projects import keep_terms, put_in_index


@transaction.atomic
def register_project(
    programme: Programme,
    *,
    owner: Organisation,
    values: Mapping[str, Any],
    budget: Budget,
    by: Any,
    at: datetime | None = None,
) -> Project:
    """Enters a pilot that somebody else has decided on: share, cap, period and budget as that decision has them."""
    at = at or timezone.now()
    require(permissions.can_register_project(by, programme))

    project = Project.objects.create(
        programme=programme, kind=ProjectKind.ELSEWHERE, owner=owner, budget=budget, opened_at=at, entered_by=by, **values
    )
    keep_terms(project, decision=None, at=at)

    where = {"number": project.registry_number or project.external_case_id, "where": project.decided_where}
    audit.record("pilots.project.register", project, by=by, at=at, **where)
    put_in_index(project, at=at)
    return project
