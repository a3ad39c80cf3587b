"""The page that a monitor asks."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from kraftsamling.home.health import health


@login_not_required
@never_cache
def health_page(request: HttpRequest) -> JsonResponse:
    well, parts = health(at=timezone.now())
    return JsonResponse({"ok": well, **parts}, status=200 if well else 503)
