"""A project decided elsewhere is registered by hand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from grants.budget.content import BudgetContent
from grants.budget.store import store
from grants.permissions import require
from kraftsamling.accounts.models import Organisation
from kraftsamling.audit import log as audit
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Programme
from pilots.change_rules import Happened, NewTerms, unlawful
from pilots.models import Project, ProjectKind
from pilots.permissions import projects as permissions
from pilots.signals import project_opened

from .projects import keep_terms, put_in_index


@transaction.atomic
def register_project(
    programme: Programme,
    *,
    owner: Organisation,
    values: Mapping[str, Any],
    content: BudgetContent,
    by: Any,
    at: datetime | None = None,
) -> Project:
    """Enters a pilot that somebody else has decided on: share, cap, period and budget as that decision has them."""
    at = at or timezone.now()
    require(permissions.can_register_project(by, programme))
    budget = store(content)
    decided = NewTerms(owner, values["share"], values["cap"], values["starts_on"], values["ends_on"], budget)
    wrong = list(unlawful(decided, content, Happened(Kronor(0), None, None)))
    if wrong:
        raise TransitionRefused(" ".join(wrong))

    project = Project.objects.create(
        programme=programme,
        kind=ProjectKind.ELSEWHERE,
        owner=owner,
        budget=budget,
        opened_at=at,
        entered_by=by,
        eu_cofinanced=content.eu_cofinanced,
        **values,
    )
    keep_terms(project, decision=None, at=at)

    where = {"number": project.registry_number or project.external_case_id, "where": project.decided_where}
    audit.record("pilots.project.register", project, by=by, at=at, **where)
    put_in_index(project, at=at)
    project_opened.send(sender=Project, project=project, at=at)
    return project
