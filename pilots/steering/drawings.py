"""The figures as drawings: what the charts and the map show, in numbers and in words."""

from typing import Any, NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.models import CostCategory
from kraftsamling.lib.maps import outline_svg
from kraftsamling.lib.money import Kronor
from kraftsamling.places import outlines

from . import money, platform, portfolio
from .figures import Figures
from .scope import Scope


class Chart(NamedTuple):
    """What the tags of charts take."""

    title: str
    description: str
    names: list[str]
    rows: list[tuple[str, list[tuple[Any, str]]]]


def _cell(amount: Kronor) -> tuple[int, str]:
    return amount.whole, str(amount)


def whole_frame(found: Figures) -> Chart | None:
    """The frame as one bar, at a glance. None where there is none, or where more has been granted than there is."""
    frame, left, paid = (found[money.key_of(name)].value for name in ("frame", "left", "paid"))
    to_pay = frame - left - paid
    if not frame or min(left, paid, to_pay) < Kronor(0):
        return None
    return Chart(
        _("How far the frame has gone"),
        _("One bar for the whole frame: what has been paid, what has been granted and is yet to be paid, and what is left."),
        [_("Paid amount"), _("Granted, yet to be paid"), _("Left of the frame")],
        [(str(frame), [_cell(paid), _cell(to_pay), _cell(left)])],
    )


def money_per_year(found: Figures, scope: Scope) -> Chart:
    """The frame of each year: paid, yet to be paid by the forecast, and left."""
    rows = []
    for year in scope.shown_years:
        key = None if scope.year else year
        frame, granted, left, paid = (found[money.key_of(name, year=key)].value for name in ("frame", "granted", "left", "paid"))
        if frame or granted or paid:
            rows.append((str(year), [_cell(granted), _cell(left), _cell(paid)]))
    return Chart(
        _("Granted, left and paid, year by year"),
        _("For each year a bar for what has been granted, one for what is left of the frame and one for what has been paid."),
        [_("Granted amount"), _("Left of the frame"), _("Paid amount")],
        rows,
    )


def platform_categories(found: Figures, scope: Scope) -> Chart:
    rows = []
    year = scope.year if scope.year in platform.years(scope) else platform.ALL
    for category in CostCategory.values:
        cells = [found[platform.key_of(name, category, year)].value for name in ("budget", "utfall", "prognos")]
        if any(cells):
            rows.append((str(CostCategory(category).label), [_cell(amount) for amount in cells]))
    return Chart(
        _("Budget, outcome and forecast by cost category"),
        _("For each cost category a bar for the budget, one for what has been booked and one for the forecast."),
        [_("Budget"), _("Outcome"), _("Forecast")],
        rows,
    )


def platform_lines(found: Figures, scope: Scope) -> Chart:
    """Added up from the start; the outcome stops at the last year that has any."""
    own = [year for year in platform.years(scope) if year != platform.ALL]
    told = [year for year in own if found[platform.key_of("utfall", platform.ALL, year)].value]
    sums = dict.fromkeys(("budget", "utfall", "prognos"), Kronor(0))
    rows = []
    for year in own:
        for name in sums:
            sums[name] += found[platform.key_of(name, platform.ALL, year)].value
        outcome: tuple[Any, str] = _cell(sums["utfall"]) if told and year <= told[-1] else (None, "–")
        rows.append((str(year), [_cell(sums["budget"]), outcome, _cell(sums["prognos"])]))
    return Chart(
        _("Budget, outcome and forecast added up from the start"),
        _("Three lines over the years: what the budget comes to, what has been booked so far, and the forecast."),
        [_("Budget"), _("Outcome"), _("Forecast")],
        rows,
    )


def portfolio_map(found: Figures, scope: Scope) -> SafeString | str:
    """The county: municipalities with projects stand out and lead to them; the table beside has the same numbers."""
    shapes = outlines.of_region(scope.programme.region_id)
    numbers = {place.pk: found[f"{portfolio.place_key(place.pk)}.antal"] for place in scope.places}
    if not shapes:
        return ""
    described = [
        type(shape)(shape.code, _named(shape.name, numbers[shape.code].value), shape.path, shape.box)
        for shape in shapes
        if shape.code in numbers
    ]
    return outline_svg(
        described,
        title=_("Projects by municipality"),
        description=_("Darker municipalities have at least one project. The table beside the map has the numbers."),
        highlighted={code for code, figure in numbers.items() if figure.value},
        links={code: figure.url for code, figure in numbers.items() if figure.value},
    )


def _named(name: str, count: int) -> str:
    return ngettext("%(name)s: %(count)d project", "%(name)s: %(count)d projects", count) % {"name": name, "count": count}
