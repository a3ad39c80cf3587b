"""The search page, also for those who are not logged in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse


@login_not_required
def search(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
