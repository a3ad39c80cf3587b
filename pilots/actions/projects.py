"""What can happen to a project: opened by a decision, changed by a correction."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from grants.decision_rules import counted_costs
from grants.models import Budget, Decision
from grants.rules import percent_text
from kraftsamling.accounts.models import Organisation
from kraftsamling.audit import log as audit
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused, claim
from kraftsamling.programmes.models import Programme
from kraftsamling.programmes.permissions import is_process_leader
from kraftsamling.search import index
from pilots.models import ChangeDecision, Project, ProjectKind, ProjectPartner, Terms
from pilots.signals import project_opened, terms_changed


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
    project_opened.send(sender=Project, project=project, at=at)
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
    project_opened.send(sender=Project, project=project, at=at)
    return project


@transaction.atomic
def change_project(decision: Decision, *, at: datetime) -> Project:
    """Gives the project the share, cap, period and budget of the decision that counts now; the old one keeps its own.

    What a change decision has set since is never overwritten: then the correction of the money is refused.
    """
    project = lock_project(Project.objects.get(application=decision.application))
    before = latest_terms(project)
    _guard_correction(project, decision, before)
    was = project.decision_id

    new = _terms(decision) if before.change_id is None else {"title": decision.application_version.title, "decision": decision}
    claim(project, expecting={"decision": was}, changed_at=at, **new)
    after = keep_terms(project, decision=decision, at=at) if before.change_id is None else before

    audit.record("pilots.project.change", project, at=at, share=percent_text(project.share), cap=project.cap.exact)
    put_in_index(project, at=at)
    terms_changed.send(sender=Project, project=project, at=at, before=before, after=after)
    return project


def _guard_correction(project: Project, decision: Decision, before: Terms) -> None:
    wrong = decision.replaces
    if before.change_id and wrong and any(getattr(wrong, name) != getattr(decision, name) for name in DECISION_TERMS):
        raise TransitionRefused(
            _("The project's terms have been changed by a later decision. Correct the money or the period by a change instead.")
        )
    if decision.cap is not None and before.change_id is None and decision.cap < project.paid:
        raise TransitionRefused(
            _("%(paid)s has been paid or decided to be paid, so the decision cannot be corrected to %(cap)s.")
            % {"paid": project.paid.exact, "cap": decision.cap.exact}
        )


DECISION_TERMS = ("share", "cap", "starts_on", "ends_on", "budget_id")


def lock_project(project: Project) -> Project:
    """The row as it is now, held until the transaction ends: money and terms change one at a time."""
    rows = Project.objects.select_for_update(of=("self",)).select_related("owner", "budget", "programme")
    return rows.select_related("application__sketch__call").get(pk=project.pk)


def latest_terms(project: Project) -> Terms:
    return project.terms.select_related("owner", "budget").latest("number")


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


def keep_terms(project: Project, *, decision: Decision | None, at: datetime, change: ChangeDecision | None = None) -> Terms:
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
        counted_costs=counted_costs(project.budget),
        decision=decision,
        change=change,
        set_at=at,
    )


def _take_over(project: Project, decision: Decision) -> None:
    """What the application already tells: places, protective factors, target group, link to the strategy, plan, partners."""
    version = decision.application_version
    texts = {row["name"]: row["text"] for section in version.content["sections"] for row in section["rows"]}
    for name in TAKEN_OVER:
        setattr(project, name, texts.get(name, "")[: Project._meta.get_field(name).max_length])  # type: ignore[union-attr]
    project.whole_county = version.whole_county
    project.main_focus_area = version.main_focus_area
    project.save(update_fields=["whole_county", "main_focus_area", *TAKEN_OVER])
    project.focus_areas.set(version.focus_areas.all())
    project.municipalities.set(version.municipalities.all())
    known = {organisation.org_number: organisation for organisation in version.partner_organisations.all()}
    ProjectPartner.objects.bulk_create(
        ProjectPartner(project=project, name=p["name"], part=p["part"][:400], organisation=known.get(p["org_number"]))
        for p in version.content["partners"]
    )


TAKEN_OVER = ("target_group", "strategy_link", "continuation_plan")


def put_in_index(project: Project, *, at: datetime) -> None:
    """What the staff and the owner find, and what everybody finds of a published one: the published texts alone."""
    words = [project.registry_number, project.external_case_id, project.owner.name]
    body = "\n".join([*words, project.summary, project.target_group])
    index.put("project", project.pk, title=project.title, body=body, url=project.get_absolute_url(), at=at)
    if project.published_at is None:
        index.remove("public_project", project.pk)
        return
    public = "\n".join([project.owner.name, *project.published_texts.values()])
    index.put("public_project", project.pk, title=project.title, body=public, url=project.get_public_url(), at=at)
