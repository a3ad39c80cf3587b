"""Outcomes of a project as the public may see them: what an officer has approved, and of people no number under five."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from pilots.models import IndicatorValue, Project

SMALLEST_SHOWN = 5


def public_number(value: Any, *, concerns_people: bool) -> str:
    """A figure as the public may see it: of people, none from one to four (domain 3.7; förordning 2017:583, 16 §)."""
    if value is None:
        return "–"
    if concerns_people and 0 < value < SMALLEST_SHOWN:
        return _("fewer than %(number)d") % {"number": SMALLEST_SHOWN}
    return f"{value.normalize():f}".replace(".", ",")


def public_parts(value: Any, women: Any, men: Any) -> tuple[str, str, str]:
    """Whole, women and men: where one part is hidden, the other is too, since the difference would tell it."""
    whole = public_number(value, concerns_people=True)
    if women is None and men is None:
        return whole, "–", "–"
    small = any(0 < part < SMALLEST_SHOWN for part in (value, women, men) if part is not None)
    rest = value - (women or 0) - (men or 0) if value is not None else 0
    if small or 0 < rest < SMALLEST_SHOWN:
        return whole, "–", "–"
    return whole, public_number(women, concerns_people=True), public_number(men, concerns_people=True)


class Outcome(NamedTuple):
    """The newest approved outcome of an indicator, in words for the public."""

    name: str
    unit: str
    baseline: str
    target: str
    measured_on: Any
    value: str
    women: str
    men: str

    @property
    def is_told_by_sex(self) -> bool:
        return self.women != "–"


def outcomes_of(project: Project) -> list[Outcome]:
    """One for each indicator that an approved report tells of, in the project's order. One query."""
    told = IndicatorValue.objects.of_newest_versions().approved().filter(indicator__project=project)
    newest: dict[int, Outcome] = {}
    for value in told.select_related("indicator").order_by("indicator__position", "indicator", "-measured_on", "-pk"):
        newest.setdefault(value.indicator_id, _outcome(value))
    return list(newest.values())


def _outcome(told: IndicatorValue) -> Outcome:
    indicator, of_people = told.indicator, told.indicator.concerns_people
    value, women, men = public_number(told.value, concerns_people=False), "–", "–"
    if of_people:
        value, women, men = public_parts(told.value, told.women, told.men)
    return Outcome(
        indicator.name, indicator.unit, public_number(indicator.baseline, concerns_people=of_people),
        public_number(indicator.target, concerns_people=False), told.measured_on, value, women, men,
    )  # fmt: skip
