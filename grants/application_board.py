"""The comparison board of applications: as the one of sketches, with the budget's own amounts and how far the decision has come."""

from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Count, Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Cast, Collate
from django.utils.translation import gettext as _

from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.money import Kronor, KronorField
from kraftsamling.lib.sqlite import COLLATION

from . import board
from .models import Application, ApplicationVersion, Assessment, Call, Decision, Sketch, Step
from .states import ApplicationState

SORTS = {
    "ansokan": "title_order",
    "organisation": "organisation_order",
    "faktor": "application__current_version__main_focus_area__position",
    "medel": "mean",
    "skissmedel": "sketch_mean",
    "spridning": "spread",
    "sokt": "application__current_version__sought",
    "kostnad": "application__current_version__total_cost",
    "egen": "own_part",
    "klara": "finished",
    "nummer": "number",
}
DEFAULT_SORT = "-medel"
_VERSION = ("title", "sought", "total_cost", "own_financing", "starts_on", "ends_on", "whole_county", "main_focus_area__name")
_EXPORTED = (
    "number", "registry_number", "application__state", "application__submitted_at", "organisation__name",
    "organisation__org_number", "organisation__kind", "organisation__seat__name", "mean", "spread", "finished", "assigned",
    "sketch_mean", "application__current_version", *(f"application__current_version__{name}" for name in _VERSION),
)  # fmt: skip


class Sums(NamedTuple):
    """What all chosen applications together come to, beside the frame and what has been granted of it."""

    count: int
    sought: Kronor
    own: Kronor
    total_cost: Kronor
    frame: Kronor
    granted: Kronor

    @property
    def left(self) -> Kronor:
        return self.frame - self.granted

    @property
    def own_share(self) -> Any:
        return self.own.share_of(self.total_cost)


def chosen(call: Call, user: Any, *, filters: dict[str, Any]) -> "QuerySet[Sketch]":
    """The cases whose applications the person may compare."""
    readable = Sketch.objects.readable_by_officer(user).filter(call=call, application__in=Application.objects.in_competition())
    return _filtered(readable, filters)


def rows(call: Call, user: Any, *, filters: dict[str, Any], sort: str) -> "QuerySet[Sketch]":
    """With figures from the assessments, filtered and sorted in the database."""
    related = ("application__current_version__main_focus_area", "organisation__seat", "current_version")
    found = with_figures(chosen(call, user, filters=filters), reader=user)
    return (
        _sorted(found, sort).select_related(*related).defer("application__current_version__content", "current_version__content")
    )


def with_figures(sketches: "QuerySet[Sketch]", *, reader: Any = None) -> "QuerySet[Sketch]":
    """Adds what board.with_figures does, of the application, with the sketch's mean beside and whether a proposal waits."""
    proposed = Decision.objects.proposed().filter(application__sketch=OuterRef("pk"))
    return board.with_figures(sketches, reader=reader, step=Step.APPLICATION).annotate(
        sketch_mean=board.mean_of(Assessment.objects.submitted().in_step(Step.SKETCH)), is_proposed=Exists(proposed)
    )


def _filtered(sketches: "QuerySet[Sketch]", filters: dict[str, Any]) -> "QuerySet[Sketch]":
    version = OuterRef("application__current_version")
    if words := filters.get("q"):
        sketches = sketches.filter(
            Q(application__current_version__title__icontains=words)
            | Q(organisation__name__icontains=words)
            | Q(number__icontains=words)
        )
    if area := filters.get("factor"):
        links = ApplicationVersion.focus_areas.through.objects
        sketches = sketches.filter(Exists(links.filter(applicationversion=version, focusarea=area)))
    if place := filters.get("kommun"):
        there = ApplicationVersion.municipalities.through.objects.filter(applicationversion=version, municipality=place)
        sketches = sketches.filter(Q(application__current_version__whole_county=True) | Exists(there))
    if kind := filters.get("slag"):
        sketches = sketches.filter(organisation__kind=kind)
    if state := filters.get("lage"):
        sketches = sketches.filter(application__state=state)
    return sketches


def _sorted(sketches: "QuerySet[Sketch]", sort: str) -> "QuerySet[Sketch]":
    key = sort if sort.lstrip("-") in SORTS else DEFAULT_SORT
    column = SORTS[key.lstrip("-")]
    match column:
        case "title_order":
            sketches = sketches.annotate(title_order=Collate("application__current_version__title", COLLATION))
        case "organisation_order":
            sketches = sketches.annotate(organisation_order=Collate("organisation__name", COLLATION))
        case "own_part":
            sketches = sketches.annotate(own_part=_own_part())
    order = F(column).desc(nulls_last=True) if key.startswith("-") else F(column).asc(nulls_last=True)
    return sketches.order_by(order, "number", "pk")


def _own_part() -> ExpressionWrapper:
    """Only to sort by: what is shown is counted exactly. A version costs something, always."""
    version = "application__current_version__"
    own, cost = Cast(f"{version}own_financing", FloatField()), Cast(f"{version}total_cost", FloatField())
    return ExpressionWrapper(own / cost, output_field=FloatField())


def sums(call: Any, user: Any, *, filters: dict[str, Any]) -> Sums:
    """Of the chosen applications. The call comes with its frame (CallQuerySet.with_frame)."""
    version = "application__current_version__"
    found = chosen(call, user, filters=filters).aggregate(
        count=Count("pk"),
        **{name: Sum(f"{version}{name}", output_field=KronorField()) for name in ("sought", "own_financing", "total_cost")},
    )
    granted = Decision.objects.filter(application__sketch__call=call).granted_sum()
    nothing = Kronor(0)
    return Sums(
        found["count"], found["sought"] or nothing, found["own_financing"] or nothing, found["total_cost"] or nothing,
        call.frame_total or nothing, granted,
    )  # fmt: skip


def own_share(version: Any) -> Any:
    return version.own_financing.share_of(version.total_cost)


def export_header() -> list[str]:
    return [
        _("Number"), _("Registry number"), _("Title"), _("Organisation"), _("Organisation number"), _("Kind of organisation"), _("Seat"),
        _("Most important protective factor"), _("Protective factors"), _("Municipalities"), _("Amount sought"), _("Total cost"),
        _("Own financing"), _("Own financing, per cent"), _("Share, per cent"), _("Starts"), _("Ends"), _("Weighted mean"), _("Spread"),
        _("Assessed"), _("Assigned"), _("The sketch's mean"), _("State"), _("Submitted"),
    ]  # fmt: skip


def export_rows(sketches: "QuerySet[Sketch]") -> Any:
    """Rows for the file, read in portions so that memory does not grow with the call."""
    kinds = {key: str(label) for key, label in OrganisationKind.choices}
    found = sketches.values_list(*_EXPORTED, named=True).iterator(chunk_size=board.PORTION)
    while portion := list(islice(found, board.PORTION)):
        versions = [row.application__current_version for row in portion]
        areas = _names(ApplicationVersion.focus_areas.through, "focusarea__name", versions)
        places = _names(ApplicationVersion.municipalities.through, "municipality__name", versions)
        for row in portion:
            yield _exported(row, kinds, areas, places)


def _exported(row: Any, kinds: dict[str, str], areas: dict[int, list[str]], places: dict[int, list[str]]) -> list[Any]:
    title, sought, cost, own, starts_on, ends_on, whole_county, main_area = (
        getattr(row, f"application__current_version__{name}") for name in _VERSION
    )
    version = row.application__current_version
    return [
        row.number, row.registry_number, title, row.organisation__name, row.organisation__org_number,
        kinds[row.organisation__kind], row.organisation__seat__name, main_area, ", ".join(areas[version]),
        _("The whole county") if whole_county else ", ".join(places[version]), sought, cost, own,
        _two(own.share_of(cost)), _two(sought.share_of(cost)), starts_on, ends_on, board.rounded(row.mean),
        board.rounded(row.spread), row.finished, row.assigned, board.rounded(row.sketch_mean),
        str(ApplicationState(row.application__state).label), row.application__submitted_at,
    ]  # fmt: skip


def _two(share: Any) -> Any:
    return None if share is None else round(share, 2)


def _names(through: Any, name: str, versions: list[int]) -> dict[int, list[str]]:
    """The names on the other side of a many-to-many, by version."""
    found: dict[int, list[str]] = {version: [] for version in versions}
    links = through.objects.filter(applicationversion__in=versions).order_by("pk").values_list("applicationversion_id", name)
    for version, value in links:
        found[version].append(value)
    return found
