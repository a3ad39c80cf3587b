"""The decision as a document on the page of its case: the file, how far it has come, or the button that asks for it."""

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from pilots import builds
from pilots.models import DocumentBuild


class Document(NamedTuple):
    """One edition of a decision, and what has become of it; nothing where it has not been asked for."""

    edition: str
    build: DocumentBuild | None


def documents_of(user: Any, kind: str, subject_id: int, *editions: str) -> list[Document]:
    """Those that the person may read."""
    found = DocumentBuild.objects.filter(kind=kind, subject_id=subject_id).that_count()
    made = {build.key: build for build in found}
    wanted = [one for one in editions or ("",) if builds.may_read(user, DocumentBuild(kind=kind, subject_id=subject_id, key=one))]
    return [Document(edition, made.get(edition)) for edition in wanted]


def led_to_document(request: HttpRequest, kind: str, subject_id: int) -> HttpResponse:
    """To the page of the document, which is asked for if need be. Raises Http404 for who may not read it."""
    edition = request.POST.get("edition", "")
    if not builds.may_read(request.user, DocumentBuild(kind=kind, subject_id=subject_id, key=edition)):
        raise Http404
    return redirect(builds.ask(kind, subject_id, key=edition, by=request.user, at=timezone.now()))
