"""The frame simulator: what a choice of sketches or applications comes to. It reads and counts, and changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.money import Kronor, KronorField
from kraftsamling.places.models import county_parts_of, municipalities_of

from . import board
from .models import (
    Application,
    ApplicationVersion,
    Assessment,
    Call,
    DecisionKind,
    FinancingLine,
    FinancingRole,
    FrameRelease,
    Sketch,
    SketchVersion,
    Step,
)
from .spreading import divided, spread_over_years
from .states import DecisionState

STEPS = {"skisser": Step.SKETCH, "ansokningar": Step.APPLICATION}
"""The step as it stands in the address."""

Picked = Mapping[int, Kronor | None]
"""The cases that are ticked: None for the amount sought, else the lower amount that is tried."""

_VERSION = ("pk", "title", "sought", "total_cost", "own_financing", "starts_on", "ends_on", "whole_county", "main_focus_area")
_GRANT = ("budget__application_version__application__sketch", "decision__cap", "decision__starts_on", "decision__ends_on")
WHOLE_COUNTY, NOWHERE = "whole", "nowhere"


class Case(NamedTuple):
    """A sketch or an application as the simulator needs it. The key is the sketch's in both steps."""

    pk: int
    number: str
    organisation: str
    kind: str
    seat: str
    mean: Any
    spread: Any
    state: str
    version: int
    title: str
    sought: Kronor
    total_cost: Kronor
    own_financing: Kronor
    starts_on: date
    ends_on: date
    whole_county: bool
    area: int


class YearLeft(NamedTuple):
    """One year of the frame. No frame: money falls in a year for which nothing is set aside."""

    year: int
    frame: Kronor | None
    used: Kronor
    released: Kronor
    granted: Kronor

    @property
    def left(self) -> Kronor:
        return (self.frame or Kronor(0)) + self.released - self.granted - self.used


class Grant(NamedTuple):
    """What a case has been granted, by year of the frame."""

    amount: Kronor
    years: dict[int, Kronor]


class Part(NamedTuple):
    """One row of a spread: those chosen, and those not chosen."""

    label: str
    count: int
    amount: Kronor
    other_count: int
    other_amount: Kronor

    @property
    def of(self) -> int:
        return self.count + self.other_count


class Spread(NamedTuple):
    """How the choice is spread over places, factors or kinds of organisation."""

    key: str
    title: str
    parts: list[Part]


@dataclass(frozen=True)
class Sums:
    """What a choice comes to. All parts add up to the whole, to the öre."""

    count: int
    of: int
    amount: Kronor
    sought: Kronor
    frame: Kronor
    years: list[YearLeft]
    spreads: list[Spread]
    own_financing: Kronor
    total_cost: Kronor
    lowered: int
    below_smallest: int
    released: Kronor
    """What of granted money is free again: not used, revoked or repaid."""
    granted: Kronor
    """What is granted already, to cases that are not among the chosen."""

    @property
    def left(self) -> Kronor:
        return self.frame + self.released - self.granted - self.amount

    @property
    def over(self) -> Kronor | None:
        return -self.left if self.left < Kronor(0) else None

    @property
    def own_share(self) -> Decimal | None:
        return self.own_financing.share_of(self.total_cost)

    @property
    def bar(self) -> int:
        """Whole per cent of the frame, for the meter."""
        share = (self.amount + self.granted - self.released).share_of(self.frame)
        return 0 if share is None else max(0, min(100, int(share)))


@dataclass(frozen=True)
class Material:
    """All that the sums are counted from, read once per page."""

    call: Call
    step: str
    cases: list[Case]
    places: dict[int, list[str]]
    """Municipality codes by version, in order of code."""
    lines: dict[int, dict[int, int]]
    """The grant of the application's own budget: öre per year, by version."""
    areas: list[Any]
    parts: list[Any]
    municipalities: list[Any]
    """Of the county, in Swedish order."""
    frames: dict[int, Kronor]
    closed: frozenset[int]
    """Cases in competition that the person must keep away from: neither shown nor counted."""
    releases: dict[int, Kronor] = field(default_factory=dict)
    """By year of the frame: granted money that has gone back to it."""
    grants: dict[int, Grant] = field(default_factory=dict)
    """The call's issued grants by case, also of cases closed to the person: a decision is public, and its money is not free."""


def in_competition(call: Call, step: str, among: Any) -> "QuerySet[Sketch]":
    """Of these cases, the call's that are weighed against each other in the step."""
    sketches = among.filter(call=call).in_competition()
    return sketches if step == Step.SKETCH else sketches.filter(application__in=Application.objects.in_competition())


def cases(call: Call, user: Any, step: str) -> list[Case]:
    """What the person may weigh, the highest weighted mean first."""
    version, state = (
        ("current_version", "state") if step == Step.SKETCH else ("application__current_version", "application__state")
    )
    readable = in_competition(call, step, Sketch.objects.readable_by_officer(user))
    rows = with_best_figures(readable, step).order_by(F("mean").desc(nulls_last=True), "number", "pk")
    mine = ("pk", "number", "organisation__name", "organisation__kind", "organisation__seat__name", "mean", "spread", state)
    return [Case(*row) for row in rows.values_list(*mine, *(f"{version}__{name}" for name in _VERSION))]


def with_best_figures(sketches: "QuerySet[Sketch]", step: str) -> "QuerySet[Sketch]":
    """Mean and spread of the applications' assessments where there are any, else of the sketches'."""
    if step == Step.SKETCH:
        return board.with_figures(sketches)
    done = Assessment.objects.submitted()
    mine, theirs = done.in_step(Step.APPLICATION), done.in_step(Step.SKETCH)
    return sketches.annotate(
        mean=Coalesce(board.mean_of(mine), board.mean_of(theirs)), spread=Coalesce(board.spread_of(mine), board.spread_of(theirs))
    )


def closed_cases(call: Call, user: Any, step: str) -> "QuerySet[Sketch]":
    """In competition, and closed to the person by a conflict of interest."""
    return in_competition(call, step, Sketch.objects.closed_to(user))


def material(call: Call, user: Any, step: str) -> Material:
    frames = list(call.frames.annotate(released=_released_in_the_year()).order_by("year"))
    lines, grants = _lines(call)
    return Material(
        call=call,
        step=step,
        cases=cases(call, user, step),
        places=_places(call, step),
        lines=lines if step == Step.APPLICATION else {},
        areas=list(call.focus_areas.order_by("position", "pk")),
        parts=county_parts_of(call.programme.region_id),
        municipalities=municipalities_of(call.programme.region_id),
        frames={frame.year: frame.amount for frame in frames},
        releases={frame.year: frame.released for frame in frames if frame.released},
        grants=grants,
        closed=frozenset(closed_cases(call, user, step).values_list("pk", flat=True)),
    )


def _released_in_the_year() -> Subquery:
    releases = FrameRelease.objects.filter(call=OuterRef("call"), year=OuterRef("year")).order_by().values("year")
    return Subquery(releases.annotate(sum=Sum("amount")).values("sum"), output_field=KronorField())


def _places(call: Call, step: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    if step == Step.SKETCH:
        links = SketchVersion.municipalities.through.objects.filter(sketchversion__current_for__call=call)
        pairs = links.order_by("municipality").values_list("sketchversion_id", "municipality_id")
    else:
        links = ApplicationVersion.municipalities.through.objects.filter(applicationversion__current_for__sketch__call=call)
        pairs = links.order_by("municipality").values_list("applicationversion_id", "municipality_id")
    for version, code in pairs:
        found[version].append(code)
    return found


def _lines(call: Call) -> tuple[dict[int, dict[int, int]], dict[int, Grant]]:
    """The grant of each application's own budget: öre per year, by version. And what has been granted, by case."""
    issued = Q(budget__decisions__state=DecisionState.ISSUED, budget__decisions__kind=DecisionKind.GRANTED)
    rows = (
        FinancingLine.objects.filter(role=FinancingRole.GRANT, budget__application_version__current_for__sketch__call=call)
        .annotate(decision=FilteredRelation("budget__decisions", condition=issued))
        .order_by()
        .values_list("budget__application_version", "year", *_GRANT)
        .annotate(sum=Sum("amount"))
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    granted: dict[int, tuple[int, Kronor, date, date]] = {}
    for version, year, sketch, cap, starts_on, ends_on, amount in rows:
        found[version][year] = amount.ore
        if cap is not None:
            granted[sketch] = version, cap, starts_on, ends_on
    return found, {
        sketch: Grant(cap, spread_over_years(cap, found[version], starts_on, ends_on))
        for sketch, (version, cap, starts_on, ends_on) in granted.items()
    }


def per_year(case: Case, amount: Kronor, lines: Mapping[int, int]) -> dict[int, Kronor]:
    """The amount over the years of the case's own budget, or of its period."""
    return spread_over_years(amount, lines, case.starts_on, case.ends_on)


# ---- The sums


def amount_of(case: Case, picked: Picked) -> Kronor:
    """What is counted on: the lower amount that is tried, or the amount sought."""
    tried = picked.get(case.pk)
    return case.sought if tried is None else tried


def sums(found: Material, picked: Picked) -> Sums:
    """Of the chosen among the cases the person may read. Keys of other cases count for nothing."""
    chosen = [case for case in found.cases if case.pk in picked]
    amounts = {case.pk: amount_of(case, picked) for case in chosen}
    grants = [grant for key, grant in found.grants.items() if key not in amounts]
    smallest = found.call.smallest_grant or Kronor(0)
    return Sums(
        count=len(chosen),
        of=len(found.cases),
        amount=_sum(amounts.values()),
        sought=_sum(case.sought for case in chosen),
        frame=_sum(found.frames.values()),
        years=_years(found, chosen, amounts, grants),
        spreads=_spreads(found, amounts),
        own_financing=_sum(case.own_financing for case in chosen),
        total_cost=_sum(case.total_cost for case in chosen),
        lowered=sum(amounts[case.pk] < case.sought for case in chosen),
        below_smallest=sum(amount < smallest for amount in amounts.values()),
        released=_sum(found.releases.values()),
        granted=_sum(grant.amount for grant in grants),
    )


def _sum(amounts: Iterable[Kronor]) -> Kronor:
    return Kronor.from_ore(sum(amount.ore for amount in amounts))


def _years(found: Material, chosen: list[Case], amounts: Mapping[int, Kronor], grants: Iterable[Grant]) -> list[YearLeft]:
    used = _by_year(per_year(case, amounts[case.pk], found.lines.get(case.version, {})) for case in chosen)
    granted = _by_year(grant.years for grant in grants)
    free, none = found.releases, Kronor(0)
    return [
        YearLeft(year, found.frames.get(year), used.get(year, none), free.get(year, none), granted.get(year, none))
        for year in sorted({*found.frames, *free, *used, *granted})
    ]


def _by_year(parts: Iterable[Mapping[int, Kronor]]) -> dict[int, Kronor]:
    found: dict[int, int] = defaultdict(int)
    for part in parts:
        for year, amount in part.items():
            found[year] += amount.ore
    return {year: Kronor.from_ore(ore) for year, ore in found.items()}


class _Tally:
    """Counts and öre per row of a spread, of those chosen and of the others."""

    def __init__(self, keys: Iterable[Any]) -> None:
        self.rows: dict[Any, list[int]] = {key: [0, 0, 0, 0] for key in keys}

    def add(self, key: Any, ore: int, *, chosen: bool, count: int = 1) -> None:
        row = self.rows.setdefault(key, [0, 0, 0, 0])
        at = 0 if chosen else 2
        row[at] += count
        row[at + 1] += ore

    def parts(self, labels: Mapping[Any, Any]) -> list[Part]:
        return [
            Part(str(labels.get(key, key)), row[0], Kronor.from_ore(row[1]), row[2], Kronor.from_ore(row[3]))
            for key, row in self.rows.items()
        ]


def _spreads(found: Material, amounts: Mapping[int, Kronor]) -> list[Spread]:
    part_of = {place.pk: place.county_part_id or NOWHERE for place in found.municipalities}
    areas, parts = _Tally(area.pk for area in found.areas), _Tally(part.pk for part in found.parts)
    places, kinds = _Tally(part_of), _Tally(sorted({case.kind for case in found.cases}, key=OrganisationKind.values.index))
    for case in found.cases:
        chosen = case.pk in amounts
        ore = amounts[case.pk].ore if chosen else case.sought.ore
        areas.add(case.area, ore, chosen=chosen)
        kinds.add(case.kind, ore, chosen=chosen)
        codes = [WHOLE_COUNTY] if case.whole_county else found.places.get(case.version) or [NOWHERE]
        seen: set[Any] = set()
        for code, share in zip(codes, divided(ore, [1] * len(codes)), strict=True):
            part = WHOLE_COUNTY if code == WHOLE_COUNTY else part_of.get(code, NOWHERE)
            places.add(code, share, chosen=chosen)
            parts.add(part, share, chosen=chosen, count=part not in seen)
            seen.add(part)
    odd = {WHOLE_COUNTY: _("The whole county"), NOWHERE: _("No place in the county")}
    return [
        Spread("parts", _("County parts"), parts.parts({part.pk: part.name for part in found.parts} | odd)),
        Spread("areas", _("Protective factors"), areas.parts({area.pk: area.name for area in found.areas})),
        Spread("kinds", _("Kinds of organisation"), kinds.parts(dict(OrganisationKind.choices))),
        Spread("places", _("Municipalities"), places.parts({place.pk: place.name for place in found.municipalities} | odd)),
    ]


# ---- Alternatives


def gone(found: Material, picked: Picked) -> int:
    """How many of a saved choice no longer compete. What is closed to the person is not told of here."""
    return len(set(picked) - {case.pk for case in found.cases} - found.closed)


def picked_of(chosen: Mapping[str, int | None]) -> dict[int, Kronor | None]:
    """A saved choice as amounts."""
    return {int(key): None if ore is None else Kronor.from_ore(ore) for key, ore in chosen.items()}


def stored(picked: Picked) -> dict[str, int | None]:
    """A choice as it is saved: öre, never parts of them."""
    return {str(key): None if amount is None else amount.ore for key, amount in sorted(picked.items())}
