"""The projects that the person may read: filtered and sorted by the address, as a page and as files."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Collate
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from grants.views.common import as_file
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.pagination import in_portions, paged_by_key
from kraftsamling.lib.sqlite import COLLATION
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import programmes_with_role
from pilots.forms.project_lists import ProjectFilterForm, is_filtered
from pilots.models import Project
from pilots.phases import phase_of

HANDFUL = 5
"""So many projects are found at a glance, without a filter."""
NEWEST_FIRST = "-period"
TITLE = Collate("title", COLLATION)
ORDERS: dict[str, tuple[Any, ...]] = {
    "projekt": (TITLE.asc(), "pk"),
    "-projekt": (TITLE.desc(), "-pk"),
    "period": ("starts_on", "ends_on", "title", "pk"),
    NEWEST_FIRST: ("-starts_on", "title", "pk"),
    "andel": ("share", "title", "pk"),
    "-andel": ("-share", "title", "pk"),
    "tak": ("cap", "title", "pk"),
    "-tak": ("-cap", "title", "pk"),
}
"""By what the address says; the file has the same."""


def _filter(request: HttpRequest, mine: QuerySet) -> ProjectFilterForm:
    return ProjectFilterForm(request.GET, projects=mine)


def _rows(request: HttpRequest, mine: QuerySet, form: ProjectFilterForm | None, *, on: date) -> QuerySet:
    """The same for the page and for its files."""
    chosen = form.chosen_of(mine, on=on) if form else mine
    return chosen.order_by(*ORDERS.get(request.GET.get("sort", ""), ORDERS[NEWEST_FIRST]))


@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    today, mine, filtered = stockholm_today(), Project.objects.visible_to(request.user), is_filtered(request.GET)
    count = None if filtered else mine.count()
    form = _filter(request, mine) if count is None or count > HANDFUL else None
    rows = _rows(request, mine, form, on=today)
    page = paged_by_key(request, rows, details=Project.objects.select_related("owner"), count=count)
    context = {
        "page": page,
        "rows": [(project, phase_of(project, on=today)) for project in page],
        "form": form,
        "filtered": filtered,
        "sort": NEWEST_FIRST,
        "may_register": bool(programmes_with_role(request.user, Role.PROCESS_LEADER)),
    }
    return render(request, "pilots/project_list.html", context)


@require_GET
def project_list_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    today, mine = stockholm_today(), Project.objects.visible_to(request.user)
    form = _filter(request, mine) if is_filtered(request.GET) else None
    found = _rows(request, mine, form, on=today)
    header = [
        _("Registry number"), _("Case number in Nyps"), _("Title"), _("Owner"), _("Organisation number"), _("Kind"), _("State"),
        _("Protective factors"), _("Municipalities"), _("Starts"), _("Ends"), _("Share, per cent"), _("At most"),
    ]  # fmt: skip
    with_money = _reads_money(request.user, mine)
    header += [_("Paid so far"), _("Address")] if with_money else [_("Address")]
    return as_file(kind, "projekt", _("Projects"), header, _file_rows(found, today, with_money=with_money))


def _reads_money(user: Any, mine: QuerySet) -> bool:
    """Whether the person may read what has been paid to every one of them: the column stands for all or for none."""
    return not mine.exclude(pk__in=Project.objects.with_case_open_to(user).values("pk")).exists()


TOLD = (
    "registry_number", "external_case_id", "title", "kind", "state", "whole_county", "starts_on", "ends_on", "share", "cap", "paid",
    "owner__name", "owner__org_number",
)  # fmt: skip


def _file_rows(found: QuerySet, today: date, *, with_money: bool) -> Iterator[list[Any]]:
    areas, places = _names(found, "focus_areas", "position"), _names(found, "municipalities", "pk")
    for project in in_portions(found.select_related("owner").only(*TOLD)):
        paid = [project.paid] if with_money else []
        yield [
            project.registry_number, project.external_case_id, project.title, project.owner.name, project.owner.org_number,
            str(project.get_kind_display()), str(phase_of(project, on=today).label), ", ".join(areas[project.pk]),
            _("the whole county") if project.whole_county else ", ".join(places[project.pk]), project.starts_on,
            project.ends_on, project.share, project.cap, *paid, settings.SITE_URL + project.get_absolute_url(),
        ]  # fmt: skip


def _names(found: QuerySet, what: str, order: str) -> dict[int, list[str]]:
    """What stands beside each project, as names alone: an object for each of thousands takes its time."""
    names: dict[int, list[str]] = defaultdict(list)
    beside = found.filter(**{f"{what}__isnull": False}).order_by(f"{what}__{order}", "pk")
    for project, name in beside.values_list("pk", f"{what}__name"):
        names[project].append(name)
    return names
