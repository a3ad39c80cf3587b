"""The yearly report to the government (förordning 2024:99, 7–11 §§): grants and payments of a year by area, perspective and place."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from grants.forms.applications import STRATEGY_AREAS
from grants.models import Decision
from kraftsamling.lib.money import grouped
from pilots.models import IndicatorValue, Payout, ProjectKind

from . import kinds
from .figures import Base, Figures, Spec, counted
from .grant_facts import PERSPECTIVES
from .money import paid_in, year_of_days
from .scope import Scope

DUE = (2, 21)
"""The report of a year is handed in by 21 February of the next."""
HIDDEN_UNDER = 5
"""Numbers of people below this are not told (domain 10, rule 21)."""


class Table(NamedTuple):
    """A table of the report: rows of (label, how many, granted, paid)."""

    key: str
    title: Any
    how: Any
    rows: list[tuple[Any, Any, Any, Any]]


class BySex(NamedTuple):
    """What the indicators that count people have come to in the year; fewer than five are not told."""

    label: Any
    indicators: int
    women: str
    men: str


def due_on(year: int) -> date:
    return date(year + 1, *DUE)


def year_to_report(on: date) -> int:
    """The last year that is over."""
    return on.year - 1


def _grants(scope: Scope) -> QuerySet:
    rows = Decision.objects.issued().grants().filter(application__sketch__call__programme=scope.programme.pk)
    return rows.filter(decided_on__range=year_of_days(_year(scope)))


def _payments(scope: Scope) -> QuerySet:
    rows = Payout.objects.counting().filter(project__programme=scope.programme.pk, project__kind=ProjectKind.PILOT)
    return rows.filter(paid_in(_year(scope)))


def _year(scope: Scope) -> int:
    return scope.year or year_to_report(scope.on)


AREA, PAID_AREA = "grant_facts__strategy_area", "project__decision__grant_facts__strategy_area"
PLACED = ("project__whole_county", "project__municipalities")
GRANTS = Base("year_grants", kinds.DECISIONS, _grants, (AREA,))
PAYMENTS = Base("year_payments", kinds.PAYOUTS, _payments, (PAID_AREA,))
GRANTS_PLACED = Base("year_grants_placed", kinds.DECISIONS, _grants, PLACED)
PAYMENTS_PLACED = Base("year_payments_placed", kinds.PAYOUTS, _payments, PLACED)

COUNT_HOW = _l("Grants decided during the year, by the decision that counts now.")
GRANTED_HOW = _l("The highest amounts of them.")
PAID_HOW = _l("Payments made or decided during the year, to all projects, repayments taken off.")
LABELS = {
    "economy": _l("Economy"),
    "environment": _l("Environment"),
    "integration": _l("Integration"),
    "gender_equality": _l("Gender equality"),
}


class _Part(NamedTuple):
    """A row of a table: what picks out its grants, and what picks out its payments."""

    key: str
    label: Any
    grants: Base
    payments: Base
    grant: dict[str, Any]
    payment: dict[str, Any]

    def specs(self) -> list[Spec]:
        return [
            Spec(f"{self.key}.antal", _l("Grants"), COUNT_HOW, self.grants, "", qualifier=self.label, **self.grant),
            Spec(
                f"{self.key}.beviljat", _l("Granted amount"), GRANTED_HOW, self.grants, "cap", qualifier=self.label, **self.grant
            ),
            Spec(
                f"{self.key}.betalt", _l("Paid amount"), PAID_HOW, self.payments, "amount", qualifier=self.label, **self.payment
            ),
        ]


def _whole() -> _Part:
    return _Part("ar.alla", _l("In all"), GRANTS, PAYMENTS, {}, {})


def _areas() -> list[_Part]:
    keys = {**STRATEGY_AREAS, "": _l("Not told")}
    return [
        _Part(f"ar.omrade.{key or 'ingen'}", label, GRANTS, PAYMENTS, {"group": {AREA: key}}, {"group": {PAID_AREA: key}})
        for key, label in keys.items()
    ]


def _perspectives() -> list[_Part]:
    return [
        _Part(
            f"ar.hallbarhet.{name}", LABELS[name], GRANTS, PAYMENTS,
            {"where": Q(**{f"grant_facts__{name}": True})}, {"where": Q(**{f"project__decision__grant_facts__{name}": True})},
        )
        for name in PERSPECTIVES
    ]  # fmt: skip


def _factors(scope: Scope) -> list[_Part]:
    return [
        _Part(f"ar.faktor.{area.pk}", area.name, GRANTS, PAYMENTS, *[{"where": Q(project__main_focus_area=area.pk)}] * 2)
        for area in scope.areas
    ]


def _county_parts(scope: Scope) -> list[_Part]:
    from .portfolio import in_part  # noqa: PLC0415 - the portfolio knows how a project lies in a part

    found = [
        _Part(
            f"ar.del.{part.key}", part.name, GRANTS, PAYMENTS,
            *[{"where": Q(project__in=in_part(part.pk).values("pk"), project__whole_county=False)}] * 2,
        )
        for part in scope.county_parts
    ]  # fmt: skip
    return [
        *found,
        _Part("ar.del.lanet", _l("The whole county"), GRANTS, PAYMENTS, *[{"where": Q(project__whole_county=True)}] * 2),
    ]


def _municipalities(scope: Scope) -> list[_Part]:
    return [
        _Part(
            f"ar.kommun.{place.pk}", place.name, GRANTS_PLACED, PAYMENTS_PLACED,
            *[{"group": {"project__whole_county": False, "project__municipalities": place.pk}}] * 2,
        )
        for place in scope.places
    ]  # fmt: skip


def _parts(scope: Scope) -> list[tuple[str, Any, Any, list[_Part]]]:
    several = _l("A project in several of them counts in each.")
    return [
        ("omrade", _l("Strategic area"), _l("As the application tells (förordning 2024:99, 8 §)."), _areas()),
        (
            "hallbarhet", _l("Sustainability perspective"),
            _l("A grant counts in each perspective that its application tells of."), _perspectives(),
        ),
        ("faktor", _l("Protective factor"), _l("By the most important one."), _factors(scope)),
        ("del", _l("Territory: county parts"), several, _county_parts(scope)),
        ("kommun", _l("Territory: municipalities"), several, _municipalities(scope)),
    ]  # fmt: skip


def specs(scope: Scope) -> list[Spec]:
    found = _whole().specs()
    for _key, _title, _how, parts in _parts(scope):
        for part in parts:
            found += part.specs()
    return found


def figures(scope: Scope) -> Figures:
    return counted(scope, specs(scope))


def tables(scope: Scope, found: Figures) -> list[Table]:
    return [
        Table(key, title, how, [(part.label, *(found[spec.key] for spec in part.specs())) for part in parts])
        for key, title, how, parts in _parts(scope)
    ]


def by_sex(scope: Scope) -> list[BySex]:
    """The newest outcome in the year of each indicator that is told for women and men."""
    told = IndicatorValue.objects.filter(women__isnull=False, men__isnull=False, measured_on__range=year_of_days(_year(scope)))
    newer = told.filter(indicator=OuterRef("indicator"), version__gt=OuterRef("version"))
    newest = told.filter(~Exists(newer), indicator__project__programme=scope.programme.pk).order_by()
    area = f"indicator__{PAID_AREA}"
    groups = newest.values(area).annotate(number=Count("pk"), women_sum=Sum("women"), men_sum=Sum("men"))
    labels = {**STRATEGY_AREAS, "": _l("Not told"), None: _l("Not told")}
    return [
        BySex(labels[row[area]], row["number"], people(row["women_sum"]), people(row["men_sum"]))
        for row in sorted(groups, key=lambda row: row[area] or "ö")
    ]


def people(number: Any) -> str:
    """Small numbers are not told: nobody shall be recognised."""
    return _("fewer than %(count)d") % {"count": HIDDEN_UNDER} if 0 < number < HIDDEN_UNDER else grouped(int(number))


SHEET_HEADER = (
    _l("Table"),
    _l("Row"),
    _l("Grants"),
    _l("Granted amount"),
    _l("Paid amount"),
    _l("Girls and women"),
    _l("Boys and men"),
)


def sheet_rows(scope: Scope) -> list[tuple[Any, ...]]:
    """The whole report as rows of one sheet."""
    found = figures(scope)
    rows: list[tuple[Any, ...]] = [(_("In all"), _year(scope), *(found[spec.key].value for spec in _whole().specs()), "", "")]
    for table in tables(scope, found):
        rows += [(table.title, label, *(cell.value for cell in cells), "", "") for label, *cells in table.rows]
    return rows + [(_("Indicators by sex"), row.label, row.indicators, "", "", row.women, row.men) for row in by_sex(scope)]
