"""The search page, also for those who are not logged in: they find what is public."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kraftsamling.lib.pagination import paged

from . import index
from .models import SearchEntry
from .snippets import highlighted, snippet

RESULTS_PER_PAGE = 20
LONGEST_QUESTION = 200


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    words = " ".join(request.GET.get("q", "")[:LONGEST_QUESTION].split())
    keys = _keys(request.user, words)
    kinds = _kinds(keys)
    chosen = request.GET.get("kind", "")
    page = paged(request, [key for key, kind in keys if chosen in {"", kind}], size=RESULTS_PER_PAGE)
    page.object_list = _entries(page.object_list)
    terms = index.terms_of(words)
    for entry in page:
        entry.marked_title, entry.snippet = highlighted(entry.title, terms), snippet(entry.body, terms)
        entry.kind_label = index.kinds()[entry.kind].label
    context = {"words": words, "page": page, "kinds": kinds, "chosen": chosen, "total": len(keys)}
    return render(request, "search/search.html", context)


def _keys(user: Any, words: str) -> list[tuple[int, str]]:
    """Key and kind of all that was found, the best first: what may be read is asked for once, for the counts and for the page."""
    now = timezone.now()
    hits = index.hits(words, now)
    return list(index.find(user, words, now, among=hits).values_list("pk", "kind")) if hits else []


def _entries(keys: Sequence[int]) -> list[SearchEntry]:
    """In this order. What has been taken away since it was found is left out."""
    found = SearchEntry.objects.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _kinds(keys: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    """How many of each kind were found, so that one can look at one kind alone."""
    counted = Counter(kind for _key, kind in keys)
    return [
        {"kind": kind, "label": registered.label, "count": counted[kind]}
        for kind, registered in index.kinds().items()
        if kind in counted
    ]
