"""A project over time: the days that come, the versions of its terms, and its history for an auditor."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.budget.store import content_of
from grants.views.common import number
from kraftsamling.accounts.models import User
from kraftsamling.lib.calendar import CONTENT_TYPE, ics
from kraftsamling.lib.dates import stockholm_today
from pilots.actions import feeds as actions
from pilots.change_rules import differences
from pilots.comparison import compared
from pilots.histories import history_of
from pilots.models import CalendarFeed, Project, Terms
from pilots.permissions import projects as permissions
from pilots.timeline import calendar_days, days_of

from .common import readable_project, workroom

SALT = "pilots.calendar-feed"
HOST = "kraftsamling"


# ---- The days that come


@require_GET
def project_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    project, today = readable_project(request, pk), stockholm_today()
    days = days_of([project], request.user)
    context = workroom(
        request,
        project,
        "timeline",
        coming=(coming := [day for day in days if not day.is_past(today)]),
        groups=[(_("Days that come"), coming), (_("Days that have passed"), [day for day in days if day.is_past(today)])],
        feed_url=feed_url(request.user),
    )
    return render(request, "pilots/project_timeline.html", context)


@require_GET
def project_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    project = readable_project(request, pk)
    return _calendar([project], request.user, name=project.title, filename=f"projekt-{project.pk}")


def feed_url(user: Any) -> str:
    """The person's own address: signed, and good for as long as they do not make a new one."""
    token = signing.dumps({"u": user.pk, "n": CalendarFeed.objects.number_of(user.pk)}, salt=SALT)
    return settings.SITE_URL + reverse("project_feed", args=[token])


@login_not_required
@require_GET
def project_feed(request: HttpRequest, token: str) -> HttpResponse:
    """All projects of the person whose address it is, as they may read them now. A calendar program cannot log in."""
    user = reader_of(token)
    projects = Project.objects.visible_to(user).with_details().order_by("pk")
    return _calendar(projects, user, name=_("Kraftsamling: my projects"), filename="kraftsamling")


def reader_of(token: str) -> User:
    """Raises Http404 for what we have not signed, an address that has been renewed, and a person who is here no longer."""
    try:
        content = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Http404 from None
    user = get_object_or_404(User.objects.filter(is_active=True), pk=content["u"])
    if CalendarFeed.objects.number_of(user.pk) != content["n"]:
        raise Http404
    return user


def _calendar(projects: Any, user: Any, *, name: str, filename: str) -> HttpResponse:
    days = calendar_days(days_of(projects, user), host=HOST, site=settings.SITE_URL)
    response = HttpResponse(ics(days, name=name), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{filename}.ics"'
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def project_feed_renew(request: HttpRequest) -> HttpResponse:
    back = get_object_or_404(Project.objects.visible_to(request.user), pk=number(request.POST.get("project", "")))
    actions.renew_feed(request.user)
    messages.success(request, _("You have a new calendar address. The old one does not work any longer."))
    return redirect("project_timeline", back.pk)


# ---- The terms, version by version


def terms_of(project: Project) -> list[Terms]:
    related = ("owner", "budget", "decision", "change__request", "change__decided_by", "decision__issued_by")
    return list(project.terms.select_related(*related).prefetch_related("budget__cost_lines", "budget__financing_lines"))


@require_GET
def project_terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions of the terms side by side, with their budgets by category and year; the only one, until they have been changed."""
    project = readable_project(request, pk)
    versions = {terms.number: terms for terms in terms_of(project)}
    last = max(versions)
    before = versions.get(number(request.GET.get("fran", "")), versions.get(last - 1, versions[last]))
    after = versions.get(number(request.GET.get("till", "")), versions[last])
    years, rows = compared(content_of(before.budget), content_of(after.budget))
    context = workroom(
        request, project, "history", versions=list(versions.values()), before=before, after=after, years=years, rows=rows,
        changed=differences(before, after), heading=_("Two versions of the terms") if last > 1 else _("The terms"),
    )  # fmt: skip
    return render(request, "pilots/project_terms.html", context)


@require_GET
def project_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Who decided what, when and on what ground, in the order it happened: to be read aloud for an auditor, and printed."""
    project = readable_project(request, pk)
    officer = permissions.can_handle_project(request.user, project)
    versions = terms_of(project)
    told = [
        {"terms": terms, "changed": differences(before, terms) if before else []}
        for before, terms in zip([None, *versions[:-1]], versions, strict=True)
    ]
    entries = history_of(project, request.user, internal=officer).select_related("by").order_by("at", "pk")
    reads_case = Project.objects.with_case_open_to(request.user).filter(pk=project.pk).exists()
    context = workroom(request, project, "history", told=told, reads_case=reads_case)
    return render(request, "pilots/project_history.html", {**context, "entries": entries})
