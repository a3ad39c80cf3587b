"""What can happen to a project: opened by a decision, changed by a correction."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from grants.models import Budget, Decision
from grants.rules import percent_text
from kraftsamling.accounts.models import Organisation
from kraftsamling.audit import log as audit
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import claim
from kraftsamling.programmes.models import Programme
from kraftsamling.programmes.permissions import is_process_leader
from kraftsamling.search import index
from pilots.models import Project, ProjectKind, Terms


@transaction.atomic
def open_project(decision: Decision, *, at: datetime) -> Project:
    """Opens the project of a grant that is being issued. Done by the system, in the transaction of the award."""
    sketch = decision.application.sketch
    project = Project.objects.create(
        programme=sketch.call.programme,
        owner=sketch.organisation,
        application=decision.application,
        registry_number=sketch.registry_number,
        holdback=sketch.call.holdback,
        opened_at=at,
        **_terms(decision),
    )
    _take_over(project, decision)
    keep_terms(project, decision=decision, at=at)

    audit.record("pilots.project.open", project, at=at, share=percent_text(project.share), cap=project.cap.exact)
    put_in_index(project, at=at)
    return project


@transaction.atomic
def enter_project(
    programme: Programme,
    *,
    owner: Organisation,
    title: str,
    registry_number: str,
    share: Decimal,
    cap: Kronor,
    starts_on: date,
    ends_on: date,
    budget: Budget,
    by: Any,
    at: datetime,
) -> Project:
    """Enters the programme's own project, decided elsewhere: a row of the registry like any other."""
    if not is_process_leader(by, programme):
        raise PermissionDenied
    project = Project.objects.create(
        programme=programme,
        kind=ProjectKind.PLATFORM,
        owner=owner,
        title=title,
        registry_number=registry_number,
        share=share,
        cap=cap,
        starts_on=starts_on,
        ends_on=ends_on,
        budget=budget,
        opened_at=at,
        entered_by=by,
    )
    keep_terms(project, decision=None, at=at)

    audit.record("pilots.project.enter", project, by=by, at=at, number=registry_number)
    put_in_index(project, at=at)
    return project


@transaction.atomic
def change_project(decision: Decision, *, at: datetime) -> Project:
    """Gives the project the share, cap, period and budget of the decision that counts now; the old one keeps its own."""
    project = Project.objects.select_for_update(of=("self",)).get(application=decision.application)
    was = project.decision_id

    claim(project, expecting={"decision": was}, changed_at=at, **_terms(decision))
    keep_terms(project, decision=decision, at=at)

    audit.record("pilots.project.change", project, at=at, share=percent_text(project.share), cap=project.cap.exact)
    put_in_index(project, at=at)
    return project


def _terms(decision: Decision) -> dict[str, Any]:
    return {
        "title": decision.application_version.title,
        "share": decision.share,
        "cap": decision.cap,
        "eu_cofinanced": decision.eu_cofinanced,
        "starts_on": decision.starts_on,
        "ends_on": decision.ends_on,
        "budget": decision.budget,
        "decision": decision,
    }


def keep_terms(project: Project, *, decision: Decision | None, at: datetime) -> Terms:
    """Writes down the money, period, owner and budget that count from now on, beside all earlier ones (domain 10, rule 16)."""
    return Terms.objects.create(
        project=project,
        number=project.terms.count() + 1,
        owner=project.owner,
        share=project.share,
        cap=project.cap,
        eu_cofinanced=project.eu_cofinanced,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        budget=project.budget,
        decision=decision,
        set_at=at,
    )


def _take_over(project: Project, decision: Decision) -> None:
    """What the application already tells of places and protective factors."""
    version = decision.application_version
    project.whole_county = version.whole_county
    project.main_focus_area = version.main_focus_area
    project.save(update_fields=["whole_county", "main_focus_area"])
    project.focus_areas.set(version.focus_areas.all())
    project.municipalities.set(version.municipalities.all())


def put_in_index(project: Project, *, at: datetime) -> None:
    body = f"{project.registry_number}\n{project.owner.name}"
    index.put("project", project.pk, title=project.title, body=body, url=project.get_absolute_url(), at=at)
