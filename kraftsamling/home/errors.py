"""The error pages: each says what happened and what to do now. Named as handlers in kraftsamling/urls.py."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader

log = logging.getLogger(__name__)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    log.warning("a form was refused: %s", reason)
    return render(request, "403_csrf.html", status=403)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponseServerError:
    """Asks neither the database nor the session: they may be what broke."""
    return HttpResponseServerError(loader.get_template("500.html").render())
