"""Information pages: what the service is, what it keeps of people, and in which language it speaks."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from kraftsamling.lib.http import public_page
from kraftsamling.places import outlines
from kraftsamling.programmes.models import Programme

LANGUAGE_COOKIE_AGE = timedelta(days=365)
SECURITY_TEXT_VALID = timedelta(days=180)
CLOSED_TO_ROBOTS = (
    "/hem/",
    "/konto/",
    "/organisationer/",
    "/skisser/",
    "/ansokningar/",
    "/granskning/",
    "/beredning/",
    "/sprak/",
    "/sok/",
)


@require_safe
@public_page
def about(request: HttpRequest) -> HttpResponse:
    programmes = Programme.objects.select_related("region").order_by("pk")
    return render(request, "home/about.html", {"programmes": programmes, "map_credit": outlines.CREDIT})


@require_safe
@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "home/privacy.html", {"programme": Programme.objects.order_by("pk").first()})


@require_safe
@public_page
def cookies(request: HttpRequest) -> HttpResponse:
    names = {
        "session": settings.SESSION_COOKIE_NAME,
        "csrf": settings.CSRF_COOKIE_NAME,
        "language": settings.LANGUAGE_COOKIE_NAME,
        "session_days": settings.SESSION_COOKIE_AGE // int(timedelta(days=1).total_seconds()),
    }
    return render(request, "home/cookies.html", names)


@require_safe
@public_page
def finnish(request: HttpRequest) -> HttpResponse:
    return render(request, "home/finnish.html")


@require_safe
@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    """Speaks the chosen language from now on, and goes back to the page the visitor came from."""
    target = request.GET.get("next", "")
    if not target.startswith("/") or not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = reverse("start")
    response = redirect(target)
    wanted = request.GET.get("till")
    if wanted not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated and request.user.language != wanted:
        request.user.language = wanted
        request.user.save(update_fields=["language"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, wanted, max_age=LANGUAGE_COOKIE_AGE, secure=settings.SECURE, httponly=True, samesite="Lax"
    )
    return response


@require_safe
@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED_TO_ROBOTS)]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@require_safe
@login_not_required
def security_text(request: HttpRequest) -> HttpResponse:
    """Where somebody who has found a weakness can say so (RFC 9116)."""
    expires = (timezone.now() + SECURITY_TEXT_VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SITE_URL}{reverse('accessibility')}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: sv, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@require_safe
@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("img/favicon.svg"))
