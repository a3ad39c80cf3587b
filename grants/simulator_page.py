"""How the simulator is shown: its rows, written here since a template for each of a thousand takes its time; and alternatives side by side."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, NamedTuple

from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.text import told_once
from kraftsamling.ui.templatetags.ui import NOTHING, focus_tag, pill

from . import simulator
from .models import Scenario, Step
from .simulator import Case, Material, Part, Picked, Sums
from .states import ApplicationState, SketchState, tone

MOST_COLUMNS = 4

_ROW = (
    '<tr><td data-label="{choose}"><input type="checkbox" name="valda" value="{{pk}}" aria-labelledby="t{{pk}}"{{ticked}}></td>'
    '<td data-label="{case}"><a id="t{{pk}}" href="{{url}}">{{title}}</a><br><span class="hint">{{who}}</span>{{state}}</td>'
    '<td data-label="{factor}">{{tag}}</td><td class="num" data-label="{mean_label}">{{mean}}</td>'
    '<td class="num" data-label="{spread_label}">{{spread}}</td><td class="num" data-label="{sought_label}">{{sought}}</td>'
    '<td class="num" data-label="{try_label}"><input class="amount" inputmode="decimal" name="belopp-{{pk}}" '
    'id="b{{pk}}" value="{{typed}}" aria-labelledby="try t{{pk}}"{{invalid}}>{{message}}</td></tr>'
)
"""Filled twice: once with the words of the columns, and then for each row."""
_INVALID, _MESSAGE = ' aria-invalid="true" aria-describedby="e{}"', '<p class="err" id="e{}">{}</p>'


def rows(found: Material, form: Any) -> SafeString:
    """The table's rows, with what is ticked and typed, and what is wrong beside its field.

    What people have written is escaped here, text by text: escaping numbers too takes longer than all the rest.
    """
    row = format_html(
        _ROW, choose=_("Choose"), case=_("Sketch") if found.step == Step.SKETCH else _("Application"), factor=_("Factor"), mean_label=_("Mean"), spread_label=_("Spread"),
        sought_label=_("Sought"), try_label=_("Try a lower amount"),
    )  # fmt: skip
    tags = {area.pk: focus_tag(area) for area in found.areas}
    kinds = {key: str(label).lower() for key, label in OrganisationKind.choices}
    before, after = reverse("sketch_detail", args=[0]).split("0")
    figures: dict[Any, str] = {}
    return SafeString(
        "".join(
            row.format(
                pk=case.pk,
                ticked=" checked" if case.pk in form.picked else "",
                url=f"{before}{case.pk}{after}",
                title=escape(case.title),
                who=escape(told_once(case.organisation, kinds[case.kind], case.seat)),
                state=_state(case, found.step),
                tag=tags.get(case.area, NOTHING),
                mean=_figure(case.mean, figures),
                spread=_figure(case.spread, figures),
                sought=case.sought,
                typed=escape(form.typed.get(case.pk, "")),
                invalid=format_html(_INVALID, case.pk) if case.pk in form.errors else "",
                message=format_html(_MESSAGE, case.pk, form.errors[case.pk]) if case.pk in form.errors else "",
            )
            for case in found.cases
        )
    )


def _figure(value: Any, kept: dict[Any, str]) -> str:
    if value not in kept:
        kept[value] = NOTHING if value is None else floatformat(value, 1)
    return kept[value]


def _state(case: Case, step: str) -> SafeString | str:
    """Told only of those that have gone further than waiting."""
    states: Any = SketchState if step == Step.SKETCH else ApplicationState
    if case.state == states.SUBMITTED:
        return ""
    return format_html(" {}", pill(states(case.state).label, tone(states, case.state)))


class Wrong(NamedTuple):
    """An amount that cannot be counted on: which field, and why."""

    pk: int
    title: str
    message: str


def wrong_amounts(found: Material, errors: Mapping[int, str]) -> list[Wrong]:
    return [Wrong(case.pk, case.title, errors[case.pk]) for case in found.cases if case.pk in errors]


class Listed(NamedTuple):
    """A case on the printed page."""

    case: Case
    area: Any
    amount: Kronor
    mean: str


def listed(found: Material, picked: Picked, *, chosen: bool) -> list[Listed]:
    """The chosen cases, or the others, in the order of the simulator."""
    areas = {area.pk: area for area in found.areas}
    figures: dict[Any, str] = {}
    return [
        Listed(case, areas.get(case.area), simulator.amount_of(case, picked), _figure(case.mean, figures))
        for case in found.cases
        if (case.pk in picked) is chosen
    ]


# ---- Alternatives side by side


class Column(NamedTuple):
    """One alternative and what it comes to."""

    scenario: Scenario
    picked: Picked
    sums: Sums


def columns(found: Material, scenarios: Iterable[Scenario]) -> list[Column]:
    chosen = ((one, simulator.picked_of(one.chosen)) for one in scenarios)
    return [Column(one, picked, simulator.sums(found, picked)) for one, picked in chosen]


def compared_cases(found: Material, side_by_side: list[Column]) -> list[tuple[Case, list[Kronor | None]]]:
    """The cases of any of the alternatives, with the amount in each where it is in."""
    together: set[int] = set().union(*(column.picked for column in side_by_side))
    return [
        (case, [simulator.amount_of(case, c.picked) if case.pk in c.picked else None for c in side_by_side])
        for case in found.cases
        if case.pk in together
    ]


def compared_years(found: Material, side_by_side: list[Column]) -> list[tuple[int, Kronor | None, list[Kronor]]]:
    """Year, frame, and what is left of it in each alternative."""
    years = sorted({row.year for column in side_by_side for row in column.sums.years})
    left = [{row.year: row.left for row in column.sums.years} for column in side_by_side]
    return [
        (year, frame, [one.get(year, frame or Kronor(0)) for one in left]) for year in years for frame in [found.frames.get(year)]
    ]


def compared_spreads(side_by_side: list[Column]) -> list[tuple[str, list[tuple[str, list[Part]]]]]:
    """Each spread with its rows, and in each row one part per alternative."""
    return [
        (spreads[0].title, [(parts[0].label, list(parts)) for parts in zip(*(one.parts for one in spreads), strict=True)])
        for spreads in zip(*(column.sums.spreads for column in side_by_side), strict=True)
    ]
