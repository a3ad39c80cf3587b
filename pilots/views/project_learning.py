"""The part of a project's workroom that holds what it has taught."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from pilots.models import InterviewNote, Learning, Project, YearlyFollowUp
from pilots.permissions import learning as permissions
from pilots.workroom import parts_of

SHOWN = 50


@require_GET
def project_learning(request: HttpRequest, pk: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).with_details(), pk=pk)
    learnings = Learning.objects.visible_to(request.user).filter(project=project).with_details()
    notes = InterviewNote.objects.visible_to(request.user).filter(project=project)
    follow_ups = YearlyFollowUp.objects.visible_to(request.user).filter(project=project).select_related("done_by")
    context = {
        "project": project,
        "parts": parts_of(project, request.user),
        "open_part": "learning",
        "learnings": learnings.order_by("-written_at", "-pk")[:SHOWN],
        "notes": notes.order_by("-held_on", "-pk")[:SHOWN],
        "follow_ups": follow_ups.order_by("-year"),
        "may_write": permissions.is_team_of(request.user, project),
    }
    return render(request, "pilots/project_learning.html", context)
