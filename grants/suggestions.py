"""A suggestion of who reads which sketch or application: by load, then by experience. It changes nothing; the process leader does."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Exists, OuterRef, Value, When

from kraftsamling.accounts.models import Membership, User
from kraftsamling.places.models import municipalities_of
from kraftsamling.programmes.models import Role

from .models import Application, ApplicationVersion, Assessment, Call, ConflictDeclaration, Sketch, SketchVersion, Step
from .states import FINISHED_STATES, UNDECIDED_STATES, AssessmentState

FEWEST, USUAL, MOST = 1, 2, 5
"""Reviewers per sketch or application."""

_REMAINING = frozenset({AssessmentState.ASSIGNED, AssessmentState.OPEN})
_NOT_ACTIVE = frozenset({AssessmentState.REMOVED, AssessmentState.EXCLUDED})


@dataclass
class Proposal:
    """Who should read one sketch, or the application that followed."""

    sketch: Sketch
    case: Any
    """The sketch itself, or its application."""
    allowed: list[User]
    """May be asked: not of the applicant or a partner, not in conflict, never asked before."""
    wanted: int
    picked: list[User] = field(default_factory=list)

    @property
    def version(self) -> Any:
        return self.case.handed_in

    @property
    def missing(self) -> int:
        """How many readers the case still lacks when the suggestion is accepted."""
        return self.wanted - len(self.picked)


@dataclass
class Knowledge:
    """What is known of the reviewers, from the cases alone: nothing is asked of them and nothing is guessed."""

    load: Counter[int] = field(default_factory=Counter)
    """Assessments that remain, of sketches and applications in all calls of the programme."""
    areas: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(reviewer, protective factor): finished assessments of cases with that main factor."""
    parts: Counter[tuple[int, Any]] = field(default_factory=Counter)
    """(reviewer, county part): finished assessments of cases in that part of the county."""
    asked: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """By sketch: everybody who has been asked in the step, also those taken back or in conflict."""
    active: Counter[int] = field(default_factory=Counter)
    """By sketch: how many read it in the step."""


def suggest(
    call: Call, user: Any, *, step: str = Step.SKETCH, per_case: int = USUAL
) -> tuple[list[Proposal], dict[int, tuple[User, int, int]]]:
    """Proposals for the sketches or applications that lack readers, in order of number; and per reviewer: load now and load afterwards.

    The same data always give the same suggestion.
    """
    reviewers = list(
        User.objects.active().filter(roles__programme=call.programme_id, roles__role=Role.REVIEWER).order_by("name", "pk")
    )
    parts_of = _parts_of_cases(call)
    known = _knowledge(call, parts_of, step)
    barred = _barred(call, reviewers)
    proposals = []
    for sketch, case in _cases(call, user, step):
        if (wanted := per_case - known.active[sketch.pk]) > 0:
            closed = barred[sketch.pk] | barred[None, sketch.organisation_id] | known.asked[sketch.pk]
            proposals.append(Proposal(sketch, case, [one for one in reviewers if one.pk not in closed], wanted))
    load = Counter(known.load)
    for proposal in sorted(proposals, key=lambda each: (len(each.allowed) - each.wanted, each.sketch.number, each.sketch.pk)):
        _pick(proposal, load, known, parts_of[step, proposal.sketch.pk])
    return proposals, {one.pk: (one, known.load[one.pk], load[one.pk]) for one in reviewers}


def _pick(proposal: Proposal, load: Counter[int], known: Knowledge, parts: set[Any]) -> None:
    """Those with the least to read; of equals, who has read most of the same factor and county part; then by name."""
    area = proposal.version.main_focus_area_id

    def order(place_and_reviewer: tuple[int, User]) -> tuple[int, int, int]:
        place, reviewer = place_and_reviewer
        experience = known.areas[reviewer.pk, area] + sum(known.parts[reviewer.pk, part] for part in parts)
        return load[reviewer.pk], -experience, place

    proposal.picked = [one for _place, one in sorted(enumerate(proposal.allowed), key=order)[: proposal.wanted]]
    load.update(one.pk for one in proposal.picked)


def _cases(call: Call, user: Any, step: str) -> list[tuple[Sketch, Sketch | Application]]:
    """Those that wait for their answer or their decision, each with what is to be read."""
    readable = Sketch.objects.readable_by_officer(user).filter(call=call).select_related("organisation").order_by("number", "pk")
    if step == Step.SKETCH:
        sketches = readable.awaiting_outcome().select_related("current_version__main_focus_area")
        return [(sketch, sketch) for sketch in sketches.defer("current_version__content")]
    sent = readable.filter(application__state__in=UNDECIDED_STATES)
    sent = sent.select_related("application__current_version__main_focus_area")
    return [(sketch, sketch.application) for sketch in sent.defer("application__current_version__content")]


def _parts_of_cases(call: Call) -> dict[tuple[str, int], set[Any]]:
    """The county parts of every sketch and application in the programme, by step and sketch."""
    part_of = {place.pk: place.county_part_id for place in municipalities_of(call.programme.region_id)}
    sketches = SketchVersion.municipalities.through.objects.filter(sketchversion__current_for__call__programme=call.programme_id)
    applications = ApplicationVersion.municipalities.through.objects.filter(
        applicationversion__current_for__sketch__call__programme=call.programme_id
    )
    links = sketches.values_list(Value(Step.SKETCH.value), "sketchversion__sketch", "municipality").union(
        applications.values_list(Value(Step.APPLICATION.value), "applicationversion__application__sketch", "municipality")
    )
    found: dict[tuple[str, int], set[Any]] = defaultdict(set)
    for step, sketch, code in links:
        if part := part_of.get(code):
            found[step, sketch].add(part)
    return found


def _knowledge(call: Call, parts_of: dict[tuple[str, int], set[Any]], asked_in: str) -> Knowledge:
    known = Knowledge()
    open_cases = Assessment.objects.of_open_cases().filter(pk=OuterRef("pk"))
    area = Case(
        When(step=Step.APPLICATION, then="sketch__application__current_version__main_focus_area"),
        default="sketch__current_version__main_focus_area",
    )
    assessments = Assessment.objects.filter(sketch__call__programme=call.programme_id)
    columns = ("reviewer", "sketch", "step", "state", "waits", "area")
    rows = assessments.annotate(waits=Exists(open_cases), area=area).values_list(*columns)
    for reviewer, sketch, step, state, waits, main_area in rows:
        if step == asked_in:
            known.asked[sketch].add(reviewer)
            known.active[sketch] += state not in _NOT_ACTIVE
        if state in _REMAINING and waits:
            known.load[reviewer] += 1
        if state in FINISHED_STATES:
            known.areas[reviewer, main_area] += 1
            known.parts.update((reviewer, part) for part in parts_of.get((step, sketch), ()))
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
    later = ApplicationVersion.partner_organisations.through.objects.filter(applicationversion__application__sketch__call=call)
    known = partners.values_list("sketchversion__sketch", "organisation").union(
        later.values_list("applicationversion__application__sketch", "organisation")
    )
    for sketch, organisation in known:
        barred[sketch] |= barred[None, organisation]
    return barred
