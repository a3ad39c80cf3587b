"""The projects seen from many sides: factor, place, kind of owner, state and risk; what is late, and what became of them."""

from datetime import date
from typing import Any

from django.db import connections
from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _l

from grants.models import Application
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.money import Kronor
from pilots import phases, risk
from pilots.models import Continuation, Finding, JointAnalysis, PaymentRequest, Project, Report
from pilots.states import ReportState

from . import kinds
from .figures import AMOUNT, NUMBER, Base, Figures, Spec, counted
from .forecast import ore
from .money import projects
from .scope import Scope

CAP = "cap"
AMOUNT_HOW = _l("The decided amounts of the projects.")


def _placed(scope: Scope) -> QuerySet:
    """A project in several municipalities has a row in each of them."""
    return projects(scope).filter(whole_county=False)


ALIKE = ("main_focus_area", "owner__kind", "state", "continuation", "whole_county")
"""What parts are told by: projects that have these alike are counted together, and looked at once."""
PROJECTS = Base("projects", kinds.PROJECTS, projects, ALIKE)
MARKS = "marks"


def _marked(rows: QuerySet) -> list[dict[str, Any]]:
    """(key, öre, mark) rows as groups of projects with the same marks: each project counts once, whatever marks it has.

    A mark is a power of two, so that the sum of a project's different ones tells which they are; 0 is none of them.
    """
    sql, values = rows.query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(_GROUPED.format(sql), values)
        return [
            {MARKS: int(marks), NUMBER: number, AMOUNT: Kronor.from_ore(int(ore))} for marks, number, ore in cursor.fetchall()
        ]


_GROUPED = (
    "WITH marked (project, ore, mark) AS ({}) SELECT marks, COUNT(*), SUM(ore) FROM "
    "(SELECT MAX(ore) AS ore, SUM(DISTINCT mark) AS marks FROM marked GROUP BY project) AS one_each GROUP BY marks"
)


def _number(mark: int) -> Any:
    return Value(mark, output_field=BigIntegerField())


RISK_MARKS = {rule.key: 1 << place for place, rule in enumerate(risk.RULES)}


def _risk_tally(scope: Scope) -> list[dict[str, Any]]:
    """All that some rule points out, in one question; each rule is tried once."""
    inside = projects(scope).order_by()
    first, *rest = (
        inside.filter(risk.where(key, on=scope.on)).annotate(mark=_number(mark)).values_list("pk", ore("cap"), "mark")
        for key, mark in RISK_MARKS.items()
    )
    return _marked(first.union(*rest, all=True))


def _part_marks(scope: Scope) -> dict[int, int]:
    return {part.pk: 1 << place for place, part in enumerate(scope.county_parts)}


def _part_tally(scope: Scope) -> list[dict[str, Any]]:
    """Each project with the parts it lies in; twice in the same part is once. None where it lies in no part."""
    here = [When(municipalities__county_part=part, then=_number(mark)) for part, mark in _part_marks(scope).items()]
    elsewhere = When(municipalities__county_part__isnull=False, then=_number(1 << len(here)))
    placed = projects(scope).filter(whole_county=False).order_by()
    return _marked(placed.annotate(mark=Case(*here, elsewhere, default=_number(0))).values_list("pk", ore("cap"), "mark"))


RISKED = Base("risked", kinds.PROJECTS_BY_CASE, projects, tally=_risk_tally)
PARTED = Base("parted", kinds.PROJECTS, projects, tally=_part_tally)
PLACED = Base("placed", kinds.PROJECTS, _placed, ("municipalities", "main_focus_area"))


def _in_scope(scope: Scope, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {f"{path}programme": scope.programme.pk}
    if scope.call:
        found[f"{path}application__sketch__call"] = scope.call.pk
    return found


def _reports(scope: Scope) -> QuerySet:
    waits = [ReportState.PLANNED, ReportState.RETURNED, ReportState.SUBMITTED]
    return Report.objects.filter(state__in=waits, **_in_scope(scope, "project__"))


REPORTS = Base("reports", kinds.REPORTS, _reports)
REQUESTS = Base(
    "requests",
    kinds.REQUESTS,
    lambda scope: PaymentRequest.objects.waiting_for_economist().filter(**_in_scope(scope, "project__")),
)


def _waiting(scope: Scope) -> QuerySet:
    rows = Application.objects.awaiting_decision().filter(sketch__call__programme=scope.programme.pk)
    return rows.filter(sketch__call=scope.call.pk) if scope.call else rows


WAITING = Base("waiting", kinds.APPLICATIONS, _waiting)


class Side:
    """One way to divide the projects: a title, how it is counted, and its parts as (key, label, condition or group).

    `picks` tells by their keys which parts are marked in a base of their own, so that their conditions are not tried twice.
    """

    def __init__(
        self,
        key: str,
        title: Any,
        how: Any,
        parts: list[tuple[str, Any, Q | dict[str, Any]]],
        *,
        base: Base = PROJECTS,
        picks: Any = None,
    ) -> None:
        self.key, self.title, self.how, self.parts = key, title, how, parts
        self.base, self.picks = base, picks or {}

    def specs(self) -> list[Spec]:
        found = []
        for key, label, where in self.parts:
            name, pick = f"projekt.{self.key}.{key}", self.picks.get(key)
            base = self.base if pick else PROJECTS
            more: Any = {"group": where} if isinstance(where, dict) else {"where": where}
            found += [
                Spec(f"{name}.antal", label, self.how, base, pick=pick, qualifier=_l("projects"), **more),
                Spec(f"{name}.belopp", label, AMOUNT_HOW, base, CAP, pick=pick, qualifier=_l("decided amounts"), **more),
            ]
        return found

    def lines(self, found: Figures) -> list[tuple[Any, Any, Any]]:
        """(label, how many, amount) of each part."""
        return [
            (label, found[f"projekt.{self.key}.{key}.antal"], found[f"projekt.{self.key}.{key}.belopp"])
            for key, label, _where in self.parts
        ]


def sides_of(scope: Scope, *keys: str) -> list[Side]:
    """Some of the sides, for who needs no more: the others ask for the names of factors and places."""
    made = {"lage": lambda: _status(scope.on), "risk": lambda: _risk(scope.on)}
    return [made[key]() for key in keys]


def _status(on: date) -> Side:
    return Side("lage", _l("Status"), _l("Whether it has begun is told by its period."), states(on))


def _risk(on: date) -> Side:
    return Side(
        "risk",
        _l("Risk"),
        _l("By the rules below. A project may meet several of them."),
        _risks(on),
        base=RISKED,
        picks=_risk_picks(),
    )


def sides(scope: Scope) -> list[Side]:
    return [
        Side("faktor", _l("Protective factor"), _l("By the most important factor of each project."), _factors(scope)),
        Side("del", _l("County part"), _l("A project in several parts counts in each of them."), _parts(scope), base=PARTED, picks=_part_picks(scope)),
        Side(
            "slag", _l("Kind of organisation"), _l("By the owner of the project."),
            [(kind.value, kind.label, {"owner__kind": kind.value}) for kind in OrganisationKind],
        ),
        _status(scope.on),
        _risk(scope.on),
        Side(
            "efter", _l("What became of them"), _l("As told when the project was closed."),
            [(one.value, one.label, {"continuation": one.value}) for one in Continuation],
        ),
    ]  # fmt: skip


def _factors(scope: Scope) -> list[tuple[str, Any, Any]]:
    found = [(str(area.pk), area.name, {"main_focus_area": area.pk}) for area in scope.areas]
    return [*found, ("ingen", _l("Not told"), {"main_focus_area": None})]


def _parts(scope: Scope) -> list[tuple[str, Any, Any]]:
    found: list[tuple[str, Any, Any]] = [
        (part.key, part.name, Q(pk__in=in_part(part.pk).values("pk"), whole_county=False)) for part in scope.county_parts
    ]  # fmt: skip
    nowhere = Q(whole_county=False) & ~Q(pk__in=Project.objects.filter(municipalities__county_part__isnull=False).values("pk"))
    return [
        *found,
        ("lanet", _l("The whole county"), {"whole_county": True}),
        ("ingen", _l("Not told"), nowhere),
    ]


def _part_picks(scope: Scope) -> dict[str, Any]:
    marks = _part_marks(scope)
    found: dict[str, Any] = {part.key: lambda group, mark=marks[part.pk]: group[MARKS] & mark for part in scope.county_parts}
    return {**found, "ingen": lambda group: not group[MARKS]}


def _risk_picks() -> dict[str, Any]:
    one = {key: lambda group, mark=mark: group[MARKS] & mark for key, mark in RISK_MARKS.items()}
    return {**one, "nagon": lambda group: bool(group[MARKS])}


def in_part(part: int) -> QuerySet:
    return Project.objects.filter(municipalities__county_part=part)


def states(on: date) -> list[tuple[str, Any, Any]]:
    """Those that the state alone tells are told by their group."""
    of_state = {phase: {"state": state.value} for phase, state in phases.SETTLED.items()}
    return [(phase.value, phase.label, of_state.get(phase) or phases.where(phase, on=on)) for phase in phases.Phase]


def _risks(on: date) -> list[tuple[str, Any, Q]]:
    found = [(rule.key, rule.label, risk.where(rule.key, on=on)) for rule in risk.RULES]
    some = Q()
    for _key, _label, where in found:
        some |= where
    return [*found, ("nagon", _l("Projects at risk"), some)]


# ---- Places


def place_key(code: str, area: int | None = None) -> str:
    return f"projekt.kommun.{code}" + (f".{area}" if area else "")


def _place_specs(scope: Scope) -> list[Spec]:
    how = _l("A project in several municipalities counts in each of them. Those of the whole county stand by themselves.")
    found = []
    for place in scope.places:
        here = {"municipalities": place.pk}
        name = place_key(place.pk)
        found.append(Spec(f"{name}.antal", place.name, how, PLACED, group=here, qualifier=_l("projects")))
        found.append(Spec(f"{name}.belopp", place.name, AMOUNT_HOW, PLACED, CAP, group=here, qualifier=_l("decided amounts")))
        found += [
            Spec(f"{place_key(place.pk, area.pk)}.antal", f"{place.name}, {area.short_name}", how, PLACED,
                 group={**here, "main_focus_area": area.pk})
            for area in scope.areas
        ]  # fmt: skip
    return found


# ---- Whose turn it is


def turn_specs(scope: Scope) -> list[Spec]:
    on = scope.on
    return [
        Spec("projekt.tur.sena", _l("Late reports: the organisation's turn"), risk.RULES[0].how, REPORTS, where=risk.is_late(on=on)),
        Spec(
            "projekt.tur.rapporter", _l("Reports that have come in: the officer's turn"),
            _l("Sent in, and neither approved nor returned."), REPORTS,
            where=Q(state=ReportState.SUBMITTED),
        ),
        Spec(
            "projekt.tur.betalningar", _l("Payment requests: the finance officer's turn"),
            _l("Sent in, and neither decided nor returned."), REQUESTS,
        ),
        Spec(
            "projekt.tur.beslut", _l("Applications: the decision maker's turn"),
            _l("Applications that have come in and wait for a decision."), WAITING,
        ),
        Spec(
            "projekt.tur.sokt", _l("What they seek"), _l("The amounts sought in them."), WAITING, "current_version__sought",
        ),
    ]  # fmt: skip


def whole_specs() -> list[Spec]:
    return [
        Spec("projekt.alla.antal", _l("Projects"), _l("Pilots of the registry, also those decided elsewhere."), PROJECTS),
        Spec("projekt.alla.belopp", _l("Decided amounts"), AMOUNT_HOW, PROJECTS, CAP),
    ]


def specs(scope: Scope, divided: list[Side] | None = None) -> list[Spec]:
    found = whole_specs()
    for side in sides(scope) if divided is None else divided:
        found += side.specs()
    return [*found, *_place_specs(scope), *turn_specs(scope)]


def figures(scope: Scope, divided: list[Side] | None = None) -> Figures:
    """With the sides where they are at hand already: to make them takes its time."""
    return counted(scope, specs(scope, divided))


def late_list(scope: Scope) -> list[Any]:
    """The reports that are latest, of projects the person may read."""
    if not scope.opens_rows:
        return []
    late = risk.late_reports(on=scope.on).filter(**_in_scope(scope, "project__"))
    shown = late.filter(Exists(Project.objects.visible_to(scope.user).filter(pk=OuterRef("project"))))
    latest = shown.order_by(LAST_DAY, "pk").values("pk")[:MOST_LATE]
    return list(Report.objects.filter(pk__in=latest).select_related("project__owner").order_by(LAST_DAY, "pk"))


MOST_LATE = 10
LAST_DAY = Coalesce("return_due_on", "due_on")


def place_lines(found: Figures, scope: Scope) -> list[tuple[Any, Any, Any, list[Any]]]:
    """The matrix: municipality, how many, amount, and how many of each factor."""
    return [
        (
            place.name,
            found[f"{place_key(place.pk)}.antal"],
            found[f"{place_key(place.pk)}.belopp"],
            [(area, found[f"{place_key(place.pk, area.pk)}.antal"]) for area in scope.areas],
        )
        for place in scope.places
    ]


def findings(scope: Scope) -> list[Any]:
    """Success factors and obstacles of the joint analyses that have been published, without their quotes."""
    published = JointAnalysis.objects.visible_to(scope.user).published().filter(programme=scope.programme.pk)
    if scope.call:
        published = published.filter(Q(call=None) | Q(call=scope.call.pk))
    rows = Finding.objects.filter(analysis__in=published).select_related("analysis", "theme")
    return list(rows.order_by("-kind", "analysis", "position", "pk")[:MOST_FINDINGS])


MOST_FINDINGS = 30
