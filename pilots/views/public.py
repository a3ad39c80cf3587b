"""Pilot projects for everybody: what an officer has published, and nothing else."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from grants.views.common import as_file
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.http import public_page
from kraftsamling.lib.pagination import paged_by_key
from kraftsamling.places.models import Municipality
from kraftsamling.programmes.models import FocusArea
from pilots.forms.projects import PublicFilterForm
from pilots.models import Project
from pilots.permissions import projects as permissions
from pilots.phases import phase_of
from pilots.public_figures import outcomes_of


def chosen(request: HttpRequest) -> "tuple[PublicFilterForm, QuerySet[Project]]":
    """The filter, and the rows that it leaves: the same for the page and for its files. An unknown choice chooses nothing."""
    published = Project.objects.published()
    areas = FocusArea.objects.filter(Exists(published.filter(focus_areas=OuterRef("pk")))).order_by("position", "pk")
    places = Municipality.objects.filter(Exists(published.filter(municipalities=OuterRef("pk")))).in_swedish_order()
    form = PublicFilterForm(request.GET, areas=areas, municipalities=places)
    projects = Project.objects.for_the_public()
    if not form.is_valid():
        return form, projects.none()
    if form.cleaned_data["faktor"]:
        projects = projects.filter(focus_areas__key=form.cleaned_data["faktor"]).distinct()
    if form.cleaned_data["kommun"]:
        projects = projects.in_municipality(form.cleaned_data["kommun"])
    return form, projects


@public_page
@require_GET
def public_project_list(request: HttpRequest) -> HttpResponse:
    form, projects = chosen(request)
    details = Project.objects.for_the_public().prefetch_related("focus_areas", "municipalities")
    page = paged_by_key(request, projects, details=details)
    return render(request, "pilots/public_project_list.html", {"form": form, "page": page})


@public_page
@require_GET
def public_project_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    _form, projects = chosen(request)
    header = [_("Title"), _("Owner"), _("Protective factors"), _("Municipalities"), _("Starts"), _("Ends"), _("At most"),
              _("Share, per cent"), _("Target group"), _("Summary"), _("Address")]  # fmt: skip
    rows = (row_of(project) for project in projects.prefetch_related("focus_areas", "municipalities"))
    if kind == "json":
        return JsonResponse({"projects": [dict(zip(JSON_NAMES, as_plain(row), strict=True)) for row in rows]})
    return as_file(kind, "pilotprojekt", _("Pilot projects"), header, rows)


JSON_NAMES = (
    "title", "owner", "protective_factors", "municipalities", "starts_on", "ends_on", "cap", "share", "target_group", "summary",
    "url",
)  # fmt: skip


def row_of(project: Project) -> list[Any]:
    return [
        project.title, project.owner.name, ", ".join(area.name for area in project.focus_areas.all()), places_of(project),
        project.starts_on, project.ends_on, project.cap, project.share, project.published_texts.get("target_group", ""),
        project.published_texts.get("summary", ""), settings.SITE_URL + project.get_public_url(),
    ]  # fmt: skip


def as_plain(row: list[Any]) -> Iterator[Any]:
    """For JSON: amounts and shares as text, so that no öre is lost on the way."""
    return (value if isinstance(value, str) else str(getattr(value, "amount", value)) for value in row)


def places_of(project: Project) -> str:
    if project.whole_county:
        return _("the whole county")
    return ", ".join(place.name for place in project.municipalities.all())


@public_page
@require_GET
def public_project(request: HttpRequest, slug: str) -> HttpResponse:
    """Only what is public: the published texts, who, where and when, the grant, and approved outcomes. No names of people, nothing of the case."""
    project = get_object_or_404(Project.objects.for_the_public().select_related("programme__region"), slug=slug)
    context = {
        "project": project,
        "texts": project.published_texts,
        "places": places_of(project),
        "areas": project.focus_areas.order_by("position"),
        "partners": project.partners.select_related("organisation").order_by("pk"),
        "outcomes": outcomes_of(project),
        "phase": phase_of(project, on=stockholm_today()),
        "reads_workroom": Project.objects.visible_to(request.user).filter(pk=project.pk).exists(),
        "may_publish": permissions.can_publish_project(request.user, project),
    }
    return render(request, "pilots/public_project.html", context)
