"""A document that a worker makes: how far it has come, and its file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from kraftsamling.files.responses import send
from pilots import builds
from pilots.models import DocumentBuild


def _build(request: HttpRequest, pk: int) -> DocumentBuild:
    build = get_object_or_404(DocumentBuild.objects.select_related("file"), pk=pk)
    if not builds.may_read(request.user, build):
        raise Http404
    return build


@require_GET
@vary_on_headers("HX-Request")
def build_detail(request: HttpRequest, pk: int) -> HttpResponse:
    build = _build(request, pk)
    kind = builds.kind_of(build)
    template = "pilots/build_detail.html" + ("#progress" if request.headers.get("HX-Request") else "")
    response = render(request, template, {"build": build, "title": kind.title(build), "back": kind.back(build)})
    response["Cache-Control"] = "no-store"
    return response


@require_GET
def build_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    build = _build(request, pk)
    if build.file is None:
        raise Http404
    return send(request, build.file)


@require_POST
def build_again(request: HttpRequest, pk: int) -> HttpResponse:
    build = _build(request, pk)
    return redirect(builds.ask(build.kind, build.subject_id, key=build.key, by=request.user, at=timezone.now()))
