"""The first page, and the page of what waits for whoever is logged in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.models import Call
from kraftsamling.home import figures
from kraftsamling.home.waiting import waiting_for
from kraftsamling.lib.http import public_page
from kraftsamling.lib.maps import outline_svg
from kraftsamling.places import outlines
from kraftsamling.programmes.models import Programme


@public_page
def start(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    programme = Programme.objects.select_related("region").prefetch_related("focus_areas").order_by("pk").first()
    if programme is None:
        return render(request, "home/start_empty.html")
    calls = list(Call.objects.published().filter(closes_at__gt=at).with_frame().order_by("closes_at", "pk"))
    answered = figures.latest_answered_call(at=at)
    invited_to = figures.municipalities_of_invited(answered.call) if answered else frozenset()
    context = {
        "programme": programme,
        "open_calls": [call for call in calls if call.is_open(at)],
        "coming_calls": [call for call in calls if call.is_coming(at)],
        "answered": answered,
        "invited_to": invited_to,
        "map": _map(programme, answered, invited_to),
        "map_credit": outlines.CREDIT,
    }
    return render(request, "home/start.html", context)


def _map(programme: Programme, answered: Any, highlighted: frozenset[str]) -> str:
    shown = outlines.of_region(programme.region_id)
    if not shown:
        return ""
    names = ", ".join(outline.name for outline in shown if outline.code in highlighted)
    description = ""
    if names:
        description = _("Highlighted: municipalities in the sketches invited in “%(call)s”: %(names)s.")
        description %= {"call": answered.call, "names": names}
    title = _("Map of the municipalities of %(region)s") % {"region": programme.region}
    return outline_svg(shown, title=title, description=description, highlighted=highlighted)


def home(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    tasks = waiting_for(request.user, at=at)
    request.waiting_count = len(tasks)  # type: ignore[attr-defined]  # the menu shows it without asking again
    context = {
        "tasks": tasks,
        "open_calls": Call.objects.open(at=at).order_by("closes_at", "pk")[:5],
        "has_organisation": bool(request.user.organisation_ids),  # type: ignore[union-attr]
        "has_role": bool(request.user.programme_roles),  # type: ignore[union-attr]
    }
    return render(request, "home/home.html", context)
