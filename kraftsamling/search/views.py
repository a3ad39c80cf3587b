"""The search page, also for those who are not logged in: they find what is public."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kraftsamling.lib.pagination import paged

from . import index
from .snippets import highlighted, snippet

RESULTS_PER_PAGE = 20
LONGEST_QUESTION = 200


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    words = " ".join(request.GET.get("q", "")[:LONGEST_QUESTION].split())
    found = index.find(request.user, words, timezone.now())
    kinds = _kinds(found) if words else []
    chosen = request.GET.get("kind", "")
    if chosen:
        found = found.filter(kind=chosen)
    page = paged(request, found, size=RESULTS_PER_PAGE, count=_sum(kinds, chosen))
    terms = index.terms_of(words)
    for entry in page:
        entry.marked_title, entry.snippet = highlighted(entry.title, terms), snippet(entry.body, terms)
        entry.kind_label = index.kinds()[entry.kind].label
    context = {"words": words, "page": page, "kinds": kinds, "chosen": chosen, "total": _sum(kinds)}
    return render(request, "search/search.html", context)


def _kinds(found: Any) -> list[dict[str, Any]]:
    """How many of each kind were found, so that one can look at one kind alone."""
    counted = dict(found.order_by().values_list("kind").annotate(count=Count("pk")))
    return [
        {"kind": kind, "label": registered.label, "count": counted[kind]}
        for kind, registered in index.kinds().items()
        if kind in counted
    ]


def _sum(kinds: list[dict[str, Any]], chosen: str = "") -> int:
    return sum(kind["count"] for kind in kinds if chosen in {"", kind["kind"]})
