"""Projects: a list, and a plain page of what was decided."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from grants.budget.store import table_of
from grants.models import Application, Decision
from kraftsamling.audit import log as audit
from kraftsamling.lib.pagination import paged
from pilots.models import Project
from pilots.workroom import parts_of


@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    projects = Project.objects.visible_to(request.user).with_details().order_by("-starts_on", "title", "pk")
    return render(request, "pilots/project_list.html", {"page": paged(request, projects)})


@require_GET
def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    projects = Project.objects.visible_to(request.user).with_details().select_related("budget")
    project = get_object_or_404(projects, pk=pk)
    decisions = Decision.objects.visible_to(request.user).filter(application=project.application_id).exclude_drafts()
    context = {
        "project": project,
        "parts": parts_of(project, request.user),
        "open_part": "overview",
        "table": table_of(project.budget, decided_share=project.share),
        "decisions": decisions.order_by("-version") if project.application_id else [],
        "reads_case": Application.objects.visible_to(request.user).filter(pk=project.application_id).exists(),
        "history": audit.history(project, internal=False).select_related("by")[:50],
    }
    return render(request, "pilots/project_detail.html", context)
