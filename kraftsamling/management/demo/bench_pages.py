"""The pages that `make bench` measures, each with what it may cost at most."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from grants import actions
from grants.models import Assessment, Call, Sketch
from kraftsamling.accounts.models import Organisation, User

from .bench_registry import LEADER, REVIEWER, WRITER, registry


def pages(page: type) -> list[Any]:
    """All that is measured, part by part; a part without data that “benchdata” has written is left out."""
    return [row for part in PARTS for row in part(page)]


def _public(page: type) -> list[Any]:
    return [page("start page, visitor", reverse("start"), most_queries=6, most_ms=15)]


def _grants(page: type) -> list[Any]:
    sketches = Sketch.objects.filter(call__title="Bench utlysning").exclude(submitted_at=None)
    largest = sketches.order_by().values("call").annotate(count=Count("pk")).order_by("-count", "-call").first()
    if largest is None:
        return []
    call = Call.objects.get(pk=largest["call"])
    sketch = Sketch.objects.filter(call=call).order_by("pk")[0]
    mine = Assessment.objects.filter(reviewer__email=REVIEWER, sketch__call=call).order_by("pk")[0]
    draft = _draft(call)
    return [
        page("call, visitor", call.get_absolute_url(), most_queries=8, most_ms=20),
        page("form of a sketch", reverse("sketch_edit", args=[draft.pk]), WRITER, 10, 40),
        page("save a draft", "", WRITER, 20, 40, _saving(draft)),
        page("send in a sketch", "", WRITER, 30, 60, _sending(call)),
        page("own sketches", reverse("sketch_list"), WRITER, 12, 60),
        page("comparison, 50 of 1 000", reverse("board_detail", args=[call.slug]), LEADER, 12, 60, None, 120, 20),
        page("comparison as CSV", reverse("board_file", args=[call.slug, "csv"]), LEADER, 10, 150),
        page("one case, officer", sketch.get_absolute_url(), LEADER, 15, 60),
        page("reviewer's desk", reverse("review_list"), REVIEWER, 12, 80),
        page("one assessment", mine.get_absolute_url(), REVIEWER, 15, 60),
        page("frame simulator, 1 000 sketches", reverse("simulator", args=[call.slug]), LEADER, 12, 80),
        page("frame simulator, a page to print", reverse("simulator_print", args=[call.slug]), LEADER, 12, 200),
        page("suggestion of reviewers", f"{reverse('reviewers_suggest', args=[call.slug])}?antal=5", LEADER, 12, 150),
        page("answers and letters", reverse("outcomes", args=[call.slug]), LEADER, 15, 60),
        page("messages sent", reverse("outbox_list"), LEADER, 8, 40),
        page("search", f"{reverse('search')}?q=fritid", LEADER, 12, 60),
    ]


PARTS = (_public, _grants, registry)


def _draft(call: Call) -> Sketch:
    writer = User.objects.get(email=WRITER)
    organisation = Organisation.objects.of_member(writer).order_by("pk")[0]
    return actions.start_sketch(call, organisation, by=writer, at=timezone.now())


def _typed(call: Call) -> dict[str, Any]:
    area = str(call.focus_areas.order_by("position").values_list("pk", flat=True)[0])
    text = "Vi prövar i liten skala tillsammans med skola och föreningar. " * 8
    return {
        "title": "Bench", "summary": text, "need": text, "idea": text, "target_group": text, "learning": text,
        "focus_areas": [area], "main_focus_area": area, "municipalities": ["1880", "1881"], "cost_own_staff": "400 000",
        "sought": "200 000", "own_financing": "200 000", "starts_on": str(call.period_starts_on), "ends_on": str(call.period_ends_on),
        "contact_1_name": "Kim", "contact_1_email": "kim@bench.example", "contact_2_name": "Robin",
        "contact_2_email": "robin@bench.example",
    }  # fmt: skip


def _saving(draft: Sketch) -> Callable[[], tuple[str, dict[str, Any]]]:
    typed = _typed(draft.call)

    def ready() -> tuple[str, dict[str, Any]]:
        draft.draft.refresh_from_db()
        revision = draft.draft.revision
        return reverse("sketch_save", args=[draft.pk]), {**typed, "title": f"Bench {revision}", "revision": revision}

    return ready


def _sending(call: Call) -> Callable[[], tuple[str, dict[str, Any]]]:
    typed = _typed(call)

    def ready() -> tuple[str, dict[str, Any]]:
        sketch = _draft(call)
        revision = actions.save_draft(sketch, content=typed, revision=0, by=sketch.created_by, at=timezone.now())
        return reverse("sketch_submit", args=[sketch.pk]), {"revision": revision}

    return ready
