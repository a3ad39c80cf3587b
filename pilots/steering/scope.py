"""What a dashboard is about: a programme, perhaps one of its calls and one year, as a person may see it on a day."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Max, Min, Sum
from django.http import Http404, QueryDict
from django.utils.http import urlencode

from grants.models import Call, CallFrame
from kraftsamling.lib.money import KronorField
from kraftsamling.places.models import CountyPart, county_parts_of, municipalities_of
from kraftsamling.programmes.models import FocusArea, Programme
from kraftsamling.programmes.permissions import has_role, programmes_with_role
from pilots.models import FIGURE_READERS, ROW_READERS

FIRST_YEAR, LAST_YEAR = 2000, 2100
DIGITS_OF_YEAR = 4


@dataclass(frozen=True)
class Scope:
    """The choice in the address. Everything a dashboard counts is of this choice."""

    programme: Programme
    user: Any
    on: date
    call: Call | None = None
    year: int | None = None
    programmes: tuple[Programme, ...] = ()

    @cached_property
    def calls(self) -> list[Call]:
        """The programme's calls that have been published, the newest first, with their frame and its first and last year."""
        calls = Call.objects.public().filter(programme=self.programme).order_by("-opens_at", "pk")
        return list(
            calls.annotate(
                first_year=Min("frames__year"),
                last_year=Max("frames__year"),
                frame_total=Sum("frames__amount", output_field=KronorField()),
            )
        )

    @cached_property
    def frames(self) -> list[CallFrame]:
        return list(CallFrame.objects.filter(call__in=[call.pk for call in self.calls]).order_by("call", "year"))

    @property
    def shown_calls(self) -> list[Call]:
        return [self.call] if self.call else self.calls

    @cached_property
    def areas(self) -> list[FocusArea]:
        return list(self.programme.focus_areas.order_by("position", "pk"))

    @cached_property
    def places(self) -> list[Any]:
        return municipalities_of(self.programme.region_id)

    @cached_property
    def county_parts(self) -> list[CountyPart]:
        return county_parts_of(self.programme.region_id)

    @cached_property
    def years(self) -> list[int]:
        """From the first frame to this year or the last day of the last call, whichever is later."""
        marks = [year for call in self.calls for year in (call.first_year, call.last_year)]  # type: ignore[attr-defined]
        framed = [year for year in marks if year]
        ends = [call.period_ends_on.year for call in self.calls if call.period_ends_on]
        return list(range(min([*framed, self.on.year]), max([*framed, *ends, self.on.year]) + 1))

    @property
    def shown_years(self) -> list[int]:
        return [self.year] if self.year else self.years

    @cached_property
    def opens_rows(self) -> bool:
        """Whether the person sees the cases behind the figures; the reference group does not."""
        return has_role(self.user, self.programme, *ROW_READERS)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """The choice as names and values of an address."""
        return [
            *([("program", self.programme.slug)] if len(self.programmes) != 1 else []),
            *([("utlysning", self.call.slug)] if self.call else []),
            *([("ar", str(self.year))] if self.year else []),
        ]

    @property
    def query(self) -> str:
        """The choice as it stands in an address, “?…” or nothing."""
        return f"?{urlencode(self.chosen)}" if self.chosen else ""

    @property
    def title(self) -> str:
        return " · ".join(filter(None, [self.programme.name, self.call.title if self.call else "", str(self.year or "")]))


def scope_of(user: Any, asked: QueryDict, *, on: date, roles: frozenset[str] = FIGURE_READERS) -> Scope:
    """The choice of an address. Raises Http404 where the person follows no programme, or for a call that is not there."""
    keys = programmes_with_role(user, *roles)
    programmes = tuple(Programme.objects.select_related("region").filter(pk__in=keys).order_by("pk")) if keys else ()
    slug = asked.get("program", "")
    programme = next((one for one in programmes if not slug or one.slug == slug), None)
    if programme is None:
        raise Http404
    return narrowed(Scope(programme, user, on, programmes=programmes), asked)


def narrowed(scope: Scope, asked: QueryDict) -> Scope:
    year, slug = asked.get("ar", ""), asked.get("utlysning", "")
    call = next((one for one in scope.calls if one.slug == slug), None)
    if slug and call is None:
        raise Http404
    chosen = int(year) if year.isascii() and year.isdecimal() and len(year) == DIGITS_OF_YEAR else None
    if year and (chosen is None or not FIRST_YEAR <= chosen <= LAST_YEAR):
        raise Http404
    made = Scope(scope.programme, scope.user, scope.on, call=call, year=chosen, programmes=scope.programmes)
    made.__dict__["calls"] = scope.calls
    return made


def whole_programme(programme: Programme, *, on: date, user: Any = None) -> Scope:
    """Without a choice, as letters and snapshots tell of it."""
    return Scope(programme, user, on)
