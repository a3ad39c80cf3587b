"""A suggestion of who reads what: by load, then by experience. It changes nothing; the process leader accepts or changes it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from kraftsamling.accounts.models import Membership, User
from kraftsamling.places.models import municipalities_of
from kraftsamling.programmes.models import Role

from .models import Assessment, Call, ConflictDeclaration, Sketch, SketchVersion, Step
from .states import FINISHED_STATES, AssessmentState, SketchState

FEWEST, USUAL, MOST = 1, 2, 5
"""Reviewers per sketch."""

_REMAINING = frozenset({AssessmentState.ASSIGNED, AssessmentState.OPEN})
_NOT_ACTIVE = frozenset({AssessmentState.REMOVED, AssessmentState.EXCLUDED})


@dataclass
class Proposal:
    """Who should read one sketch."""

    sketch: Sketch
    allowed: list[User]
    """May be asked: not of the applicant or a partner, not in conflict, never asked before."""
    wanted: int
    picked: list[User] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """How many readers the sketch still lacks when the suggestion is accepted."""
        return self.wanted - len(self.picked)


@dataclass
class Knowledge:
    """What is known of the reviewers, from the cases alone: nothing is asked of them and nothing is guessed."""

    load: Counter[int] = field(default_factory=Counter)
    """Assessments that remain, in all calls of the programme."""
    areas: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(reviewer, protective factor): finished assessments of sketches with that main factor."""
    parts: Counter[tuple[int, Any]] = field(default_factory=Counter)
    """(reviewer, county part): finished assessments of sketches in that part of the county."""
    asked: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """By sketch: everybody who has been asked, also those taken back or in conflict."""
    active: Counter[int] = field(default_factory=Counter)
    """By sketch: how many read it."""


def suggest(call: Call, user: Any, *, per_sketch: int = USUAL) -> tuple[list[Proposal], dict[int, tuple[User, int, int]]]:
    """Proposals for the sketches that lack readers, in order of number; and per reviewer: load now and load afterwards.

    The same data always give the same suggestion.
    """
    reviewers = list(
        User.objects.active().filter(roles__programme=call.programme_id, roles__role=Role.REVIEWER).order_by("name", "pk")
    )
    parts_of = _parts_of_sketches(call)
    known = _knowledge(call, parts_of)
    barred = _barred(call, reviewers)
    proposals = []
    for sketch in _sketches(call, user):
        if (wanted := per_sketch - known.active[sketch.pk]) > 0:
            closed = barred[sketch.pk] | barred[None, sketch.organisation_id] | known.asked[sketch.pk]
            proposals.append(Proposal(sketch, [one for one in reviewers if one.pk not in closed], wanted))
    load = Counter(known.load)
    for proposal in sorted(proposals, key=lambda each: (len(each.allowed) - each.wanted, each.sketch.number, each.sketch.pk)):
        _pick(proposal, load, known, parts_of)
    return proposals, {one.pk: (one, known.load[one.pk], load[one.pk]) for one in reviewers}


def _pick(proposal: Proposal, load: Counter[int], known: Knowledge, parts_of: dict[int, set[Any]]) -> None:
    """Those with the least to read; of equals, who has read most of the same factor and county part; then by name."""
    area = proposal.sketch.handed_in.main_focus_area_id
    parts = parts_of.get(proposal.sketch.pk, set())

    def order(place_and_reviewer: tuple[int, User]) -> tuple[int, int, int]:
        place, reviewer = place_and_reviewer
        experience = known.areas[reviewer.pk, area] + sum(known.parts[reviewer.pk, part] for part in parts)
        return load[reviewer.pk], -experience, place

    proposal.picked = [one for _place, one in sorted(enumerate(proposal.allowed), key=order)[: proposal.wanted]]
    load.update(one.pk for one in proposal.picked)


def _sketches(call: Call, user: Any) -> list[Sketch]:
    readable = Sketch.objects.readable_by_officer(user).filter(call=call).awaiting_outcome()
    related = readable.select_related("organisation", "current_version__main_focus_area").defer("current_version__content")
    return list(related.order_by("number", "pk"))


def _parts_of_sketches(call: Call) -> dict[int, set[Any]]:
    """The county parts of every sketch in the programme, by sketch."""
    part_of = {place.pk: place.county_part_id for place in municipalities_of(call.programme.region_id)}
    links = SketchVersion.municipalities.through.objects.filter(sketchversion__current_for__call__programme=call.programme_id)
    found: dict[int, set[Any]] = defaultdict(set)
    for sketch, code in links.values_list("sketchversion__sketch", "municipality"):
        if part := part_of.get(code):
            found[sketch].add(part)
    return found


def _knowledge(call: Call, parts_of: dict[int, set[Any]]) -> Knowledge:
    known = Knowledge()
    assessments = Assessment.objects.in_step(Step.SKETCH).filter(sketch__call__programme=call.programme_id)
    columns = ("reviewer", "sketch", "state", "sketch__state", "sketch__current_version__main_focus_area")
    for reviewer, sketch, state, sketch_state, area in assessments.values_list(*columns):
        known.asked[sketch].add(reviewer)
        known.active[sketch] += state not in _NOT_ACTIVE
        if state in _REMAINING and sketch_state == SketchState.SUBMITTED:
            known.load[reviewer] += 1
        if state in FINISHED_STATES:
            known.areas[reviewer, area] += 1
            known.parts.update((reviewer, part) for part in parts_of.get(sketch, ()))
    return known


def _barred(call: Call, reviewers: list[User]) -> dict[Any, set[int]]:
    """By sketch, and by (None, organisation): who may not read. As SketchQuerySet.free_of_conflict_for, for all at once."""
    keys = [one.pk for one in reviewers]
    barred: dict[Any, set[int]] = defaultdict(set)
    declared = ConflictDeclaration.objects.in_conflict().filter(sketch__call=call, user__in=keys)
    for sketch, person in declared.values_list("sketch", "user"):
        barred[sketch].add(person)
    for person, organisation in Membership.objects.filter(user__in=keys).values_list("user", "organisation"):
        barred[None, organisation].add(person)
    partners = SketchVersion.partner_organisations.through.objects.filter(sketchversion__sketch__call=call)
    for sketch, organisation in partners.values_list("sketchversion__sketch", "organisation"):
        barred[sketch] |= barred[None, organisation]
    return barred
