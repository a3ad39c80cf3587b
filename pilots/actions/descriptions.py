"""What a project is, in words: written by the owner and the officers, published by an officer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.http import forget_public_page
from kraftsamling.lib.transitions import TransitionRefused, claim
from pilots.models import Project, ProjectPartner, TeamMember
from pilots.permissions import projects as permissions

from .projects import put_in_index

FACTS = ("summary", "target_group", "strategy_link", "continuation_plan", "whole_county", "main_focus_area")
FACTS_OF_OFFICERS = ("direction_decision", "external_case_id", "registry_number")
AFTERWARDS = ("continuation", "continuation_reason")
"""What became of the project: an officer writes it, and why."""
LONGEST_SLUG = 70


@transaction.atomic
def describe_project(project: Project, *, values: Mapping[str, Any], revision: int, by: Any, at: datetime | None = None) -> int:
    """Writes what the project is; gives the new revision. Raises LostRace if somebody has written since."""
    at = at or timezone.now()
    require(permissions.can_describe_project(by, project))
    names = FACTS + (FACTS_OF_OFFICERS + AFTERWARDS if permissions.can_handle_project(by, project) else ())
    facts = {name: values[name] for name in names if name in values}
    _require_reason(facts)

    claim(project, expecting={"revision": revision}, revision=revision + 1, described_at=at, described_by=by, **facts)
    project.focus_areas.set(values["focus_areas"])
    project.municipalities.set(() if values["whole_county"] else values["municipalities"])

    audit.record("pilots.project.describe", project, by=by, at=at)
    put_in_index(project, at=at)
    _show_at_once(project)
    return project.revision


def _require_reason(facts: Mapping[str, Any]) -> None:
    if facts.get("continuation") and not facts.get("continuation_reason", "").strip():
        raise TransitionRefused(_("Write why it became so, and what it took."))


@transaction.atomic
def set_people(
    project: Project,
    *,
    partners: Iterable[Mapping[str, Any]],
    team: Iterable[Mapping[str, Any]],
    revision: int,
    by: Any,
    at: datetime | None = None,
) -> int:
    """Writes who takes part and who works in the project; gives the new revision. Raises LostRace as `describe_project`."""
    at = at or timezone.now()
    require(permissions.can_describe_project(by, project))

    claim(project, expecting={"revision": revision}, revision=revision + 1, described_at=at, described_by=by)
    project.partners.all().delete()
    ProjectPartner.objects.bulk_create(ProjectPartner(project=project, **row) for row in partners)
    project.team.all().delete()
    TeamMember.objects.bulk_create(TeamMember(project=project, **row) for row in team)

    audit.record("pilots.project.people", project, by=by, at=at)
    _show_at_once(project)
    return project.revision


# ---- In public


def missing_for_publication(project: Project) -> list[str]:
    """What the public page cannot be without, the summary first."""
    wanted = [
        (project.summary.strip(), _("a summary for the public")),
        (project.target_group.strip(), _("the target group, described as a group")),
        (project.main_focus_area_id, _("the most important protective factor")),
        (project.whole_county or project.municipalities.all(), _("where: municipalities or the whole county")),
    ]
    return [what for there, what in wanted if not there]


@transaction.atomic
def publish_project(project: Project, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """Shows the public the texts as they were read, or as they now are if they were shown before."""
    at = at or timezone.now()
    require(permissions.can_publish_project(by, project))
    missing = missing_for_publication(project)
    if missing:
        raise TransitionRefused(_("The page cannot be published yet. It lacks: %(parts)s.") % {"parts": ", ".join(missing)})

    slug = project.slug or _free_slug(project)
    claim(
        project, expecting={"revision": revision}, slug=slug, published_at=at, published_by=by,
        published_texts=project.public_texts,
    )  # fmt: skip

    audit.record("pilots.project.publish", project, by=by, at=at)
    put_in_index(project, at=at)
    _show_at_once(project)


@transaction.atomic
def unpublish_project(project: Project, *, by: Any, at: datetime | None = None) -> None:
    """Takes the public page down at once. Its address is kept for the day it comes back."""
    at = at or timezone.now()
    require(permissions.can_publish_project(by, project))
    if project.published_at is None:
        raise TransitionRefused(_("The page is not published."))

    claim(project, expecting={"published_at": project.published_at}, published_at=None, published_by=None, published_texts={})

    audit.record("pilots.project.unpublish", project, by=by, at=at)
    put_in_index(project, at=at)
    _show_at_once(project)


def _free_slug(project: Project) -> str:
    """From the title, in whole words; a number is added where somebody else has it."""
    wanted = slugify(project.title) or "projekt"
    if len(wanted) > LONGEST_SLUG:
        wanted = wanted[: LONGEST_SLUG + 1].rpartition("-")[0] or wanted[:LONGEST_SLUG]
    taken = set(Project.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(slug for slug in (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def _show_at_once(project: Project) -> None:
    files = [reverse("public_project_file", args=[kind]) for kind in ("json", "xlsx", "csv")]
    paths = [reverse("public_project_list"), *files, *([reverse("public_project", args=[project.slug])] if project.slug else [])]
    for path in paths:
        transaction.on_commit(partial(forget_public_page, path))
