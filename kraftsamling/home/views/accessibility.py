"""The accessibility statement with its message function."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kraftsamling.home import actions
from kraftsamling.home.accessibility import DIGG_REPORT_URL, STATEMENT
from kraftsamling.home.forms import AccessibilityForm, Subject
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Programme

_SALT = "home.accessibility.receipt"


@login_not_required
@csrf_exempt  # open to all and acts for nobody, so there is nothing to forge; a token would need a cookie (design 2, 10)
@require_http_methods(["GET", "HEAD", "POST"])
def accessibility(request: HttpRequest) -> HttpResponse:
    """The receipt is shown from a signed address, since a message kept for the visitor would need a cookie."""
    programme = Programme.objects.select_related("region").order_by("pk").first()
    form = AccessibilityForm(
        request.POST or None, initial={"page": request.GET.get("sida", "")[:300], "subject": Subject.BARRIER}
    )
    if request.method == "POST" and programme and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("page", "message", "email")}
        try:
            number = actions.send_accessibility_message(programme, subject=Subject(form.cleaned_data["subject"]).label, **told)
        except TransitionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{reverse('accessibility')}?kvitto={signing.dumps(number, salt=_SALT)}#kvitto")
    statement = {"statement": STATEMENT, "digg_url": DIGG_REPORT_URL, "site_url": settings.SITE_URL}
    return render(
        request, "home/accessibility.html", {"programme": programme, "form": form, "receipt": _receipt(request), **statement}
    )


def _receipt(request: HttpRequest) -> str:
    """The number in the address, if we wrote it there."""
    try:
        return str(signing.loads(request.GET.get("kvitto", ""), salt=_SALT))
    except signing.BadSignature:
        return ""
