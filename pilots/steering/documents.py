"""The dashboards as one document, made by a worker: the same figures as the pages, with their charts as vector graphics."""

from datetime import datetime
from typing import Any, NamedTuple

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from kraftsamling.lib.dates import moment_text, stockholm_today
from kraftsamling.lib.pdf import html_to_pdf
from kraftsamling.programmes.models import Programme
from pilots import builds
from pilots.models import DocumentBuild
from pilots.permissions import steering as permissions

from . import drawings, money, overview, platform, portfolio
from .platform import own_project
from .scope import Scope, narrowed, whole_programme

KIND = "dashboard"
SEPARATOR = "|"


class Asked(NamedTuple):
    """What a document is of: the moment it was asked for, and the choice."""

    at: datetime
    call: str
    year: str


def key_of(scope: Scope, *, at: datetime) -> str:
    """The figures change, so a document is of its minute; the choice is told too."""
    call = str(scope.call.pk) if scope.call else ""
    return SEPARATOR.join([at.strftime("%Y-%m-%dT%H:%M%z"), call, str(scope.year or "")])


def _asked(build: DocumentBuild) -> Asked:
    at, call, year = build.key.split(SEPARATOR)
    return Asked(datetime.strptime(at, "%Y-%m-%dT%H:%M%z"), call, year)


def _scope(build: DocumentBuild) -> Scope:
    programme = Programme.objects.select_related("region").get(pk=build.subject_id)
    asked = _asked(build)
    scope = whole_programme(programme, on=stockholm_today(asked.at))
    slug = next((call.slug for call in scope.calls if str(call.pk) == asked.call), "")
    return narrowed(scope, QueryDict(f"utlysning={slug}&ar={asked.year}"))


def context_of(scope: Scope, *, at: datetime) -> dict[str, Any]:
    """No names of cases and nobody's rows: whoever may see the figures may have the document."""
    told, found, own = overview.figures(scope), money.figures(scope), platform.figures(scope)
    projects = portfolio.figures(scope)
    project = own_project(scope)
    return {
        "scope": scope,
        "at": at,
        "figures": [told[key] for key in overview.SHOWN],
        "columns": [figure.label for figure in money.total_line(found).cells],
        "total": money.total_line(found),
        "years": money.lines_per_year(found, scope) if not scope.year else [],
        "calls": money.lines_per_call(found, scope) if not scope.call else [],
        "money_chart": drawings.money_per_year(found, scope),
        "project": project,
        "standing": platform.standing(project, own, on=scope.on) if project else None,
        "own": [own[key] for key in ("plattform.belopp", "plattform.utbetalt", "plattform.kvar")] if project else [],
        "tables": [(year, platform.table(own, year)) for year in platform.years(scope)] if project else [],
        "categories": drawings.platform_categories(own, scope) if project else None,
        "lines": drawings.platform_lines(own, scope) if project else None,
        "sides": [(side, side.lines(projects)) for side in portfolio.sides(scope)],
        "places": portfolio.place_lines(projects, scope),
        "areas": scope.areas,
        "words": money.total_line(found).cells,
    }


def make(build: DocumentBuild, progress: builds.Progress) -> builds.Made:
    scope, asked = _scope(build), _asked(build)
    progress(1, 2)
    title = _("Steering, %(scope)s") % {"scope": scope.title}
    content = html_to_pdf("pdf/pilots/dashboard.html", context_of(scope, at=asked.at), title=title)
    return builds.Made(file_name(asked.at), content)


def file_name(at: datetime) -> str:
    """By the day in Stockholm, as the title of the document has it."""
    return f"styrning-{stockholm_today(at)}.pdf"


def may_read(user: Any, build: DocumentBuild) -> bool:
    return permissions.can_see_figures(user, build.subject_id)


def title_of(build: DocumentBuild) -> str:
    return _("The dashboards as they were %(moment)s") % {"moment": moment_text(_asked(build).at)}


def back_of(_build: DocumentBuild) -> str:
    return reverse("steering_home")


builds.register(KIND, make=make, readers=may_read, title=title_of, back=back_of)
