"""The kinds of rows behind the figures: what each shows, to whom, and where it leads."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grants.models import Application, Decision, Sketch
from kraftsamling.lib.dates import stockholm_today
from pilots.models import Project
from pilots.phases import phase_of
from pilots.states import PayoutState

from .figures import RowKind
from .scope import Scope

Cells = tuple[Any, ...]


class Link:
    """A cell that leads to the case, where the person may open it."""

    def __init__(self, text: Any, url: str = "") -> None:
        self.text, self.url = text, url

    def __str__(self) -> str:
        return str(self.text)


def _of_sketch(prefix: str) -> Any:
    """Rows of cases: none to the reference group, and none of a case that is closed to the person."""

    def open_to(rows: QuerySet, scope: Scope) -> QuerySet:
        if not scope.opens_rows:
            return rows.none()
        return rows.exclude(**{f"{prefix}__in": Sketch.objects.closed_to(scope.user).values("pk")})

    return open_to


def _of_project(prefix: str) -> Any:
    """Rows of projects: to the reference group those that are published, to the others those they may read."""

    def open_to(rows: QuerySet, scope: Scope) -> QuerySet:
        projects = Project.objects.visible_to(scope.user) if scope.opens_rows else Project.objects.published()
        return rows.filter(**{f"{prefix}__in": projects.values("pk")})

    return open_to


def _everybody(rows: QuerySet, scope: Scope) -> QuerySet:
    return rows


def _readers(rows: QuerySet, scope: Scope) -> QuerySet:
    return rows if scope.opens_rows else rows.none()


def _links(model: Any) -> Any:
    def links(rows: Iterable[Any], scope: Scope) -> frozenset[int]:
        if not scope.opens_rows:
            return frozenset()
        keys = [row.pk for row in rows]
        return frozenset(model.objects.visible_to(scope.user).filter(pk__in=keys).values_list("pk", flat=True))

    return links


def _same(rows: QuerySet) -> QuerySet:
    return rows


# ---- Money of the calls


FRAMES = RowKind(
    "frames",
    (_("Call"), _("Year")),
    lambda row, _scope, _may: (Link(row.call.title, row.call.get_absolute_url()), str(row.year)),
    _everybody,
    lambda rows: rows.select_related("call"),
    ("call__opens_at", "call", "year"),
)
SKETCHES = RowKind(
    "sketches",
    (_("Sketch"), _("Organisation"), _("State")),
    lambda row, _scope, may: (
        Link(row.current_version.title, row.get_absolute_url() if row.pk in may else ""),
        row.organisation.name,
        row.get_state_display(),
    ),
    _of_sketch("pk"),
    lambda rows: rows.select_related("current_version", "organisation").defer("current_version__content"),
    ("-submitted_at", "pk"),
    _links(Sketch),
)
APPLICATIONS = RowKind(
    "applications",
    (_("Application"), _("Organisation"), _("State")),
    lambda row, _scope, may: (
        Link(row.current_version.title, row.get_absolute_url() if row.pk in may else ""),
        row.sketch.organisation.name,
        row.get_state_display(),
    ),
    _of_sketch("sketch"),
    lambda rows: rows.select_related("current_version", "sketch__organisation").defer("current_version__content"),
    ("-submitted_at", "pk"),
    _links(Application),
)
APPLICATION_YEARS = RowKind(
    "application_years",
    (_("Application"), _("Organisation"), _("Year")),
    lambda row, _scope, _may: (
        row.budget.application_version.title,
        row.budget.application_version.application.sketch.organisation.name,
        str(row.year),
    ),
    _of_sketch("budget__application_version__application__sketch"),
    lambda rows: rows.select_related("budget__application_version__application__sketch__organisation").defer(
        "budget__application_version__content"
    ),
    ("year", "budget", "position"),
)
DECISIONS = RowKind(
    "decisions",
    (_("Decision"), _("Organisation"), _("Decided")),
    lambda row, _scope, may: (
        Link(row.application_version.title, row.get_absolute_url() if row.pk in may else ""),
        row.application.sketch.organisation.name,
        row.decided_on,
    ),
    _of_sketch("application__sketch"),
    lambda rows: rows.select_related("application_version", "application__sketch__organisation").defer(
        "application_version__content"
    ),
    ("-decided_on", "pk"),
    _links(Decision),
)
GRANT_YEARS = RowKind(
    "grant_years",
    (_("Decision"), _("Organisation"), _("Year")),
    lambda row, _scope, _may: (
        row.decision.application_version.title,
        row.decision.application.sketch.organisation.name,
        str(row.year),
    ),
    _of_sketch("decision__application__sketch"),
    lambda rows: rows.select_related("decision__application_version", "decision__application__sketch__organisation").defer(
        "decision__application_version__content"
    ),
    ("year", "decision"),
)
RELEASES = RowKind(
    "releases",
    (_("Call"), _("Year")),
    lambda row, _scope, _may: (Link(row.call.title, row.call.get_absolute_url()), str(row.year)),
    _of_sketch("application__sketch"),
    lambda rows: rows.select_related("call"),
    ("year", "pk"),
)
PAYOUTS = RowKind(
    "payouts",
    (_("Payment"), _("Project"), _("Kind"), _("Day")),
    lambda row, scope, _may: (
        row.reference,
        Link(row.project.title, row.project.get_absolute_url() if scope.opens_rows else ""),
        row.get_kind_display() if row.state == PayoutState.PAID else f"{row.get_kind_display()}, {row.get_state_display()}",
        row.paid_on or stockholm_today(row.decided_at),
    ),
    lambda rows, scope: _of_project("project")(rows, scope) if scope.opens_rows else rows.none(),
    lambda rows: rows.select_related("project"),
    ("-decided_at", "pk"),
)

# ---- Projects


def _project_cells(row: Any, scope: Scope, may: frozenset[int]) -> Cells:
    return (
        Link(row.title, row.get_absolute_url() if scope.opens_rows else ""),
        row.owner.name,
        str(phase_of(row, on=scope.on).label),
    )


PROJECTS = RowKind(
    "projects",
    (_("Project"), _("Owner"), _("State")),
    _project_cells,
    _of_project("pk"),
    lambda rows: rows.select_related("owner"),
    ("-starts_on", "title", "pk"),
)
PROJECTS_BY_CASE = replace(
    PROJECTS,
    key="projects_by_case",
    open_to=lambda rows, scope: _of_project("pk")(rows, scope) if scope.opens_rows else rows.none(),
)
"""Where being among the rows tells how the case fares: a late report, what is expected to be paid."""

# ---- The platform's own project


BUDGET_LINES = RowKind(
    "budget_lines",
    (_("Cost category"), _("Year"), _("What it is")),
    lambda row, _scope, _may: (row.get_category_display(), str(row.year), row.label or "–"),
    _readers,
    _same,
    ("year", "position"),
)
OUTCOME_LINES = RowKind(
    "outcome_lines",
    (_("Cost category"), _("Year"), _("What it is"), _("File")),
    lambda row, _scope, _may: (row.get_category_display(), str(row.year), row.text or "–", row.batch.file_name),
    _readers,
    lambda rows: rows.select_related("batch"),
    ("year", "batch", "position"),
)

# ---- What waits


REPORTS = RowKind(
    "reports",
    (_("Report"), _("Project"), _("Last day"), _("State")),
    lambda row, scope, _may: (
        str(row),
        Link(row.project.title, row.project.get_absolute_url() if scope.opens_rows else ""),
        row.last_day,
        row.get_state_display(),
    ),
    lambda rows, scope: _of_project("project")(rows, scope) if scope.opens_rows else rows.none(),
    lambda rows: rows.select_related("project"),
    ("due_on", "pk"),
)
REQUESTS = RowKind(
    "requests",
    (_("Payment request"), _("Project"), _("Sent in"), _("State")),
    lambda row, scope, _may: (
        str(row.number),
        Link(row.project.title, row.project.get_absolute_url() if scope.opens_rows else ""),
        stockholm_today(row.submitted_at) if row.submitted_at else None,
        row.get_state_display(),
    ),
    lambda rows, scope: _of_project("project")(rows, scope) if scope.opens_rows else rows.none(),
    lambda rows: rows.select_related("project"),
    ("submitted_at", "pk"),
)
