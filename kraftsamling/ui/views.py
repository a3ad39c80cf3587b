"""The gallery: every component with its states and the code that makes it."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from kraftsamling.lib.maps import Outline, outline_svg
from kraftsamling.lib.money import Kronor

from .forms import GalleryFilterForm, GalleryForm
from .shapes import FOCUS_SHAPES, ICONS

SAMPLE_OUTLINES = [
    Outline("A", "A", "M0 0L400 0L300 260L0 300Z", (0, 0, 400, 300)),
    Outline("B", "B", "M400 0L800 80L760 300L300 260Z", (300, 0, 800, 300)),
]


def gallery(request: HttpRequest) -> HttpResponse:
    """For everybody who has a role in a programme; to others it does not exist."""
    if not request.user.programme_roles:  # type: ignore[union-attr]
        raise Http404
    return render(
        request,
        "components/gallery.html",
        {
            "form": GalleryForm(auto_id="plain_%s"),
            "form_with_errors": GalleryForm({"title": "", "sought": "310 000 000 000 000", "need": ""}),
            "filter_form": GalleryFilterForm(request.GET, auto_id="filter_%s"),
            "page": Paginator(range(1000), 50).get_page(request.GET.get("page", 3)),
            **_samples(),
        },
    )


def _samples() -> dict[str, Any]:
    """Invented values, plainly invented."""
    now = timezone.now()
    return {
        "amount": Kronor(1_000_000),
        "share": Decimal("28.25"),
        "now": now,
        "deadline": now + timedelta(days=12),
        "first": date(2026, 1, 1),
        "last": date(2027, 6, 30),
        "tones": ["neutral", "ok", "wait", "stop", "info"],
        "icons": list(ICONS),
        "chart_rows": [(_("Reviewer A"), 7, 19), (_("Reviewer B"), 19, 19), (_("Reviewer C"), 0, 12)],
        "map": outline_svg(SAMPLE_OUTLINES, title=_("Map of two invented municipalities"), highlighted=["B"]),
        "areas": [
            SimpleNamespace(colour=colour, short_name=name, name=name)
            for colour, name in zip(FOCUS_SHAPES, [_("Family"), _("School"), _("Leisure"), _("Neighbourhood")], strict=True)
        ],
        "swatches": ["ink", "primary", "primary-dark", "mist", "sun", "family", "school", "leisure", "place", "ok", "bad"],
        "steps": [
            {"label": _("Sketch"), "detail": _("sent 3 October"), "state": "done"},
            {"label": _("Review"), "detail": _("done 21 October"), "state": "done"},
            {"label": _("Invitation"), "detail": _("answer at the latest 28 November at 16.00"), "state": "now"},
            {"label": _("Application"), "detail": "", "state": "todo"},
            {"label": _("Decision"), "detail": _("in December"), "state": "todo"},
        ],
        "entries": [
            {"at": now - timedelta(days=days), "sentence": sentence, "by_name": _("An Example")}
            for days, sentence in [(1, _("The sketch was sent.")), (3, _("A colleague changed the text.")), (9, _("The sketch was begun."))]
        ],
        "before": _("We meet the families once a month at school."),
        "after": _("We meet the young people and their families every week, at school and at home."),
        "rows": [
            {"title": _("Guides to leisure"), "mean": "4,3", "sought": Kronor(240_000), "tone": "ok", "state": _("Proposed")},
            {"title": _("Study circles for parents and children together"), "mean": "4,0", "sought": Kronor(180_000), "tone": "wait",
             "state": _("Under review")},
            {"title": _("An open house"), "mean": "2,9", "sought": Kronor(215_000), "tone": "stop", "state": _("Not proposed")},
        ],
    }  # fmt: skip
