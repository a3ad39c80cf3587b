"""The projects seen from many sides: factor, place, kind of owner, state and risk; what is late, and what became of them."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _l

from grants.models import Application
from kraftsamling.accounts.models import OrganisationKind
from pilots import risk
from pilots.models import Continuation, Finding, JointAnalysis, PaymentRequest, Project, Report
from pilots.states import ProjectState

from . import kinds
from .figures import Base, Figures, Spec, counted
from .money import projects
from .scope import Scope

CAP, NUMBER = "cap", ""
AMOUNT_HOW = _l("The decided amounts of the projects.")


def _placed(scope: Scope) -> QuerySet:
    """A project in several municipalities has a row in each of them."""
    return projects(scope).filter(whole_county=False)


PROJECTS = Base("projects", kinds.PROJECTS, projects)
PLACED = Base("placed", kinds.PROJECTS, _placed, ("municipalities", "main_focus_area"))


def _in_scope(scope: Scope, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {f"{path}programme": scope.programme.pk}
    if scope.call:
        found[f"{path}application__sketch__call"] = scope.call.pk
    return found


REPORTS = Base("reports", kinds.REPORTS, lambda scope: Report.objects.filter(**_in_scope(scope, "project__")))
REQUESTS = Base("requests", kinds.REQUESTS, lambda scope: PaymentRequest.objects.filter(**_in_scope(scope, "project__")))


def _waiting(scope: Scope) -> QuerySet:
    rows = Application.objects.awaiting_decision().filter(sketch__call__programme=scope.programme.pk)
    return rows.filter(sketch__call=scope.call.pk) if scope.call else rows


WAITING = Base("waiting", kinds.APPLICATIONS, _waiting)


class Side:
    """One way to divide the projects: a title, how it is counted, and its parts as (key, label, condition)."""

    def __init__(self, key: str, title: Any, how: Any, parts: list[tuple[str, Any, Q]]) -> None:
        self.key, self.title, self.how, self.parts = key, title, how, parts

    def specs(self) -> list[Spec]:
        found = []
        for key, label, where in self.parts:
            name = f"projekt.{self.key}.{key}"
            found.append(Spec(f"{name}.antal", label, self.how, PROJECTS, NUMBER, where, qualifier=_l("projects")))
            found.append(Spec(f"{name}.belopp", label, AMOUNT_HOW, PROJECTS, CAP, where, qualifier=_l("decided amounts")))
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
    return Side("risk", _l("Risk"), _l("By the rules below. A project may meet several of them."), _risks(on))


def sides(scope: Scope) -> list[Side]:
    return [
        Side("faktor", _l("Protective factor"), _l("By the most important factor of each project."), _factors(scope)),
        Side("del", _l("County part"), _l("A project in several parts counts in each of them."), _parts(scope)),
        Side(
            "slag", _l("Kind of organisation"), _l("By the owner of the project."),
            [(kind.value, kind.label, Q(owner__kind=kind)) for kind in OrganisationKind],
        ),
        _status(scope.on),
        _risk(scope.on),
        Side(
            "efter", _l("What became of them"), _l("As told when the project was closed."),
            [(one.value, one.label, Q(continuation=one)) for one in Continuation],
        ),
    ]  # fmt: skip


def _factors(scope: Scope) -> list[tuple[str, Any, Q]]:
    found = [(str(area.pk), area.name, Q(main_focus_area=area.pk)) for area in scope.areas]
    return [*found, ("ingen", _l("Not told"), Q(main_focus_area=None))]


def _parts(scope: Scope) -> list[tuple[str, Any, Q]]:
    found = [
        (part.key, part.name, Q(pk__in=in_part(part.pk).values("pk"), whole_county=False)) for part in scope.county_parts
    ]  # fmt: skip
    nowhere = Q(whole_county=False) & ~Q(pk__in=Project.objects.exclude(municipalities=None).values("pk"))
    return [
        *found,
        ("lanet", _l("The whole county"), Q(whole_county=True)),
        ("ingen", _l("Not told"), nowhere),
    ]


def in_part(part: int) -> QuerySet:
    return Project.objects.filter(municipalities__county_part=part)


def states(on: date) -> list[tuple[str, Any, Q]]:
    running = Q(state=ProjectState.RUNNING)
    return [
        ("kommande", _l("Not begun"), running & Q(starts_on__gt=on)),
        ("pagar", _l("Running"), running & Q(starts_on__lte=on, ends_on__gte=on)),
        ("slutredovisas", _l("Over, not yet settled"), running & Q(ends_on__lt=on)),
        ("avslutat", _l("Closed"), Q(state=ProjectState.CLOSED)),
        ("upphavt", _l("Revoked"), Q(state=ProjectState.REVOKED)),
    ]


def _risks(on: date) -> list[tuple[str, Any, Q]]:
    found = [(rule.key, rule.label, Q(pk__in=risk.at_risk(rule.key, on=on).values("pk"))) for rule in risk.RULES]
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
        found.append(Spec(f"{name}.antal", place.name, how, PLACED, NUMBER, group=here, qualifier=_l("projects")))
        found.append(Spec(f"{name}.belopp", place.name, AMOUNT_HOW, PLACED, CAP, group=here, qualifier=_l("decided amounts")))
        found += [
            Spec(f"{place_key(place.pk, area.pk)}.antal", f"{place.name}, {area.short_name}", how, PLACED, NUMBER,
                 group={**here, "main_focus_area": area.pk})
            for area in scope.areas
        ]  # fmt: skip
    return found


# ---- Whose turn it is


def turn_specs(scope: Scope) -> list[Spec]:
    on = scope.on
    late = Q(pk__in=risk.late_reports(on=on).values("pk"))
    return [
        Spec("projekt.tur.sena", _l("Late reports: the organisation's turn"), risk.RULES[0].how, REPORTS, NUMBER, late),
        Spec(
            "projekt.tur.rapporter", _l("Reports that have come in: the officer's turn"),
            _l("Sent in, and neither approved nor returned."), REPORTS, NUMBER,
            Q(pk__in=Report.objects.waiting_for_officer().values("pk")),
        ),
        Spec(
            "projekt.tur.betalningar", _l("Payment requests: the finance officer's turn"),
            _l("Sent in, and neither decided nor returned."), REQUESTS, NUMBER,
            Q(pk__in=PaymentRequest.objects.waiting_for_economist().values("pk")),
        ),
        Spec(
            "projekt.tur.beslut", _l("Applications: the decision maker's turn"),
            _l("Applications that have come in and wait for a decision."), WAITING, NUMBER,
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


def specs(scope: Scope) -> list[Spec]:
    found = whole_specs()
    for side in sides(scope):
        found += side.specs()
    return [*found, *_place_specs(scope), *turn_specs(scope)]


def figures(scope: Scope) -> Figures:
    return counted(scope, specs(scope))


def late_list(scope: Scope) -> list[Any]:
    """The reports that are latest, of projects the person may read."""
    if not scope.opens_rows:
        return []
    late = risk.late_reports(on=scope.on).filter(**_in_scope(scope, "project__"))
    shown = late.filter(project__in=Project.objects.visible_to(scope.user).values("pk"))
    return list(shown.select_related("project__owner").order_by("due_on", "pk")[:MOST_LATE])


MOST_LATE = 10


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
