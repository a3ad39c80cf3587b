"""Hands a private file to somebody whose right to it the caller has already checked."""

import logging

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from . import store
from .models import StoredFile

log = logging.getLogger(__name__)

SANDBOX = "sandbox; default-src 'none'"


def send(request: HttpRequest, stored_file: StoredFile) -> HttpResponseBase:
    """As a download, never shown inside our pages, never kept by a cache between us and the reader."""
    response = _through_proxy(stored_file) if settings.PRIVATE_FILES_ACCEL_PREFIX else _streamed(stored_file)
    response["Content-Type"] = stored_file.content_type
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=stored_file.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


def _through_proxy(stored_file: StoredFile) -> HttpResponse:
    response = HttpResponse()
    response["X-Accel-Redirect"] = f"{settings.PRIVATE_FILES_ACCEL_PREFIX.rstrip('/')}/{stored_file.path}"
    return response


def _streamed(stored_file: StoredFile) -> FileResponse:
    try:
        response = FileResponse(store.open_stored(stored_file))
    except OSError:
        log.exception("the private file %s is gone from the storage", stored_file.pk)
        raise Http404 from None
    response["Content-Length"] = stored_file.size
    return response
