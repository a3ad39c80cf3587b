"""The comparison board: one query for the rows, one for the sums, the same for page and file."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Avg, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Collate
from django.utils.translation import gettext as _

from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.money import Kronor, KronorField
from kraftsamling.lib.sqlite import COLLATION

from .models import Assessment, Call, Note, OutcomeKind, Sketch, Step
from .models.sketches import SketchVersion
from .states import AssessmentState, SketchState

SORTS = {
    "skiss": "title_order",
    "organisation": "organisation_order",
    "faktor": "current_version__main_focus_area__position",
    "medel": "mean",
    "spridning": "spread",
    "sokt": "current_version__sought",
    "kostnad": "current_version__total_cost",
    "klara": "finished",
    "nummer": "number",
}
DEFAULT_SORT = "-medel"


PORTION = 1000
"""How many rows of a file are read at a time."""
_VERSION = ("title", "sought", "total_cost", "own_financing", "starts_on", "ends_on", "whole_county", "main_focus_area__name")
_EXPORTED = (
    "number", "registry_number", "state", "submitted_at", "organisation__name", "organisation__org_number",
    "organisation__kind", "organisation__seat__name", "outcome__kind", "mean", "spread", "finished", "assigned",
    "current_version", *(f"current_version__{name}" for name in _VERSION),
)  # fmt: skip


class BoardSums(NamedTuple):
    """What all chosen sketches together come to."""

    count: int
    sought: Kronor
    frame: Kronor

    @property
    def times_frame(self) -> Any:
        """How many times the frame is sought, or None without a frame."""
        share = self.sought.share_of(self.frame)
        return None if share is None else share / 100


def rows(call: Call, user: Any, *, filters: dict[str, Any], sort: str) -> "QuerySet[Sketch]":
    """The sketches the person may compare, with figures from the assessments, filtered and sorted in the database."""
    chosen = _filtered(Sketch.objects.readable_by_officer(user).filter(call=call).in_competition(), filters)
    related = ("current_version__main_focus_area", "organisation__seat", "outcome")
    return (
        _sorted(with_figures(chosen, reader=user), sort)
        .select_related(*related)
        .defer("current_version__content", "outcome__letter")
    )


SHOWN = (
    "state", "current_version__title", "current_version__sought", "current_version__main_focus_area__colour",
    "current_version__main_focus_area__short_name", "organisation__name", "organisation__kind", "organisation__seat__name",
    "outcome__kind",
)  # fmt: skip
"""What a row of the board shows. All that a case holds, five tables wide, takes longer to read than to count."""


def with_figures(sketches: "QuerySet[Sketch]", *, reader: Any = None, step: str = Step.SKETCH) -> "QuerySet[Sketch]":
    """Adds mean, spread, finished, assigned and notes_count of each case; of notes, those the reader may read."""
    done = Assessment.objects.submitted().in_step(step)
    active = Assessment.objects.active().in_step(step)
    return sketches.annotate(
        mean=mean_of(done),
        spread=spread_of(done),
        finished=Coalesce(_figure(done, Count("pk")), 0),
        assigned=Coalesce(_figure(active, Count("pk")), 0),
        notes_count=Coalesce(_figure(Note.objects.open_to(reader), Count("pk")), 0),
    )


def mean_of(assessments: "QuerySet[Any]") -> Subquery:
    return _figure(assessments, Avg("weighted_mean"))


def spread_of(assessments: "QuerySet[Any]") -> Subquery:
    return _figure(assessments, Max("weighted_mean") - Min("weighted_mean"))


def _figure(rows_of_sketch: "QuerySet[Any]", aggregate: Any) -> Subquery:
    """One figure of each sketch, by itself: joined and grouped, all long columns of the case would be compared instead."""
    mine = rows_of_sketch.filter(sketch=OuterRef("pk")).order_by().values("sketch")
    return Subquery(mine.annotate(figure=aggregate).values("figure"))


def _filtered(sketches: "QuerySet[Sketch]", filters: dict[str, Any]) -> "QuerySet[Sketch]":
    if words := filters.get("q"):
        sketches = sketches.filter(
            Q(current_version__title__icontains=words) | Q(organisation__name__icontains=words) | Q(number__icontains=words)
        )
    if area := filters.get("factor"):
        chosen = SketchVersion.focus_areas.through.objects.filter(sketchversion=OuterRef("current_version"), focusarea=area)
        sketches = sketches.filter(Exists(chosen))
    if place := filters.get("kommun"):
        there = SketchVersion.municipalities.through.objects.filter(sketchversion=OuterRef("current_version"), municipality=place)
        sketches = sketches.filter(Q(current_version__whole_county=True) | Exists(there))
    if kind := filters.get("slag"):
        sketches = sketches.filter(organisation__kind=kind)
    match filters.get("svar"):
        case "ej":
            sketches = sketches.filter(outcome=None)
        case str(answer) if answer:
            sketches = sketches.filter(outcome__kind=answer)
    return sketches


def _sorted(sketches: "QuerySet[Sketch]", sort: str) -> "QuerySet[Sketch]":
    key = sort if sort.lstrip("-") in SORTS else DEFAULT_SORT
    column = SORTS[key.lstrip("-")]
    if column == "title_order":
        sketches = sketches.annotate(title_order=Collate("current_version__title", COLLATION))
    if column == "organisation_order":
        sketches = sketches.annotate(organisation_order=Collate("organisation__name", COLLATION))
    order = F(column).desc(nulls_last=True) if key.startswith("-") else F(column).asc(nulls_last=True)
    return sketches.order_by(order, "number", "pk")


def sums(call: Any, user: Any, *, filters: dict[str, Any]) -> BoardSums:
    """Of the chosen sketches. The call comes with its frame (CallQuerySet.with_frame)."""
    chosen = _filtered(Sketch.objects.readable_by_officer(user).filter(call=call).in_competition(), filters)
    found = chosen.aggregate(count=Count("pk"), sought=Sum("current_version__sought", output_field=KronorField()))
    return BoardSums(found["count"], found["sought"] or Kronor(0), call.frame_total or Kronor(0))


def export_header() -> list[str]:
    return [
        _("Number"), _("Registry number"), _("Title"), _("Organisation"), _("Organisation number"), _("Kind of organisation"), _("Seat"),
        _("Most important protective factor"), _("Protective factors"), _("Municipalities"), _("Amount sought"), _("Total cost"),
        _("Own financing"), _("Share, per cent"), _("Starts"), _("Ends"), _("Weighted mean"), _("Spread"), _("Assessed"),
        _("Assigned"), _("State"), _("Prepared answer"), _("Submitted"),
    ]  # fmt: skip


def export_rows(sketches: "QuerySet[Sketch]") -> Any:
    """Rows for the file, read in portions so that memory does not grow with the call."""
    kinds, states, answers = (
        {key: str(label) for key, label in choices.choices} for choices in (OrganisationKind, SketchState, OutcomeKind)
    )
    found = sketches.values_list(*_EXPORTED, named=True).iterator(chunk_size=PORTION)
    while portion := list(islice(found, PORTION)):
        versions = [row.current_version for row in portion]
        areas = _names(SketchVersion.focus_areas.through, "focusarea__name", versions)
        places = _names(SketchVersion.municipalities.through, "municipality__name", versions)
        for row in portion:
            sought, cost = row.current_version__sought, row.current_version__total_cost
            share = sought.share_of(cost)
            yield [
                row.number, row.registry_number, row.current_version__title, row.organisation__name, row.organisation__org_number,
                kinds[row.organisation__kind], row.organisation__seat__name, row.current_version__main_focus_area__name,
                ", ".join(areas[row.current_version]),
                _("The whole county") if row.current_version__whole_county else ", ".join(places[row.current_version]),
                sought, cost, row.current_version__own_financing, round(share, 2) if share is not None else None,
                row.current_version__starts_on, row.current_version__ends_on, rounded(row.mean), rounded(row.spread),
                row.finished, row.assigned, states[row.state], answers.get(row.outcome__kind, ""), row.submitted_at,
            ]  # fmt: skip


def _names(through: Any, name: str, versions: list[int]) -> dict[int, list[str]]:
    """The names on the other side of a many-to-many, by version."""
    found: dict[int, list[str]] = {version: [] for version in versions}
    links = through.objects.filter(sketchversion__in=versions).order_by("pk").values_list("sketchversion_id", name)
    for version, value in links:
        found[version].append(value)
    return found


def rounded(figure: Any) -> Any:
    """A mean or spread to two decimals; engines give it as float or Decimal."""
    return None if figure is None else Decimal(str(figure)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def criterion_means(sketch: Sketch, *, step: str = Step.SKETCH) -> list[tuple[Any, Any]]:
    """(criterion, mean score) of the handed-in assessments, in the call's order."""
    done = Q(scores__assessment__in=Assessment.objects.submitted().in_step(step).filter(sketch=sketch))
    criteria = sketch.call.criteria.annotate(mean=Avg("scores__value", filter=done)).order_by("position", "pk")
    return [(criterion, rounded(criterion.mean)) for criterion in criteria]


def reviewer_progress(call: Call) -> list[dict[str, Any]]:
    """Per reviewer: how many are assigned, done and in conflict."""
    rows_ = (
        Assessment.objects.filter(sketch__call=call)
        .exclude(state=AssessmentState.REMOVED)
        .values("reviewer", "reviewer__name")
        .annotate(
            assigned=Count("pk"),
            done=Count("pk", filter=Q(state__in=[AssessmentState.SUBMITTED, AssessmentState.ABSTAINED])),
            conflicts=Count("pk", filter=Q(state=AssessmentState.EXCLUDED)),
        )
        .order_by("reviewer__name", "reviewer")
    )
    return list(rows_)
