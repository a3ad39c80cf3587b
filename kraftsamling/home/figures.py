"""What everybody may know of the calls: sums and numbers of calls whose answers have gone out, never of single cases."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from grants.models import Call, SketchVersion
from grants.states import SketchState
from kraftsamling.lib.money import Kronor, KronorField

_COMPARED = Q(sketches__state__in=[SketchState.SUBMITTED, SketchState.INVITED, SketchState.DECLINED])
_ANSWERED = Q(sketches__state__in=[SketchState.INVITED, SketchState.DECLINED])
_INVITED = Q(sketches__state=SketchState.INVITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """A closed call in numbers."""

    call: Any
    received: int
    invited: int
    sought: Kronor
    frame: Kronor

    @property
    def times_the_frame(self) -> Decimal | None:
        """How many times the frame was sought, with one decimal; nothing when there was not more than the frame."""
        if self.sought <= self.frame or not self.frame:
            return None
        return (Decimal(self.sought.ore) / Decimal(self.frame.ore)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def latest_answered_call(*, at: datetime) -> CallFigures | None:
    """The last closed call in which every sketch has its answer. Two queries."""
    calls = (
        Call.objects.closed(at=at)
        .annotate(
            received=Count("sketches", filter=_COMPARED),
            answered=Count("sketches", filter=_ANSWERED),
            invited=Count("sketches", filter=_INVITED),
            sought=Sum("sketches__current_version__sought", filter=_COMPARED, output_field=KronorField()),
        )
        .filter(received__gt=0)
        .order_by("-closes_at", "pk")
    )
    call = next((row for row in calls[:5] if row.received == row.answered), None)
    if call is None:
        return None
    return CallFigures(call=call, received=call.received, invited=call.invited, sought=call.sought, frame=call.frame())


def municipalities_of_invited(call: Call) -> frozenset[str]:
    """Codes of the municipalities that the invited sketches name. One query."""
    invited = SketchVersion.objects.filter(current_for__call=call, current_for__state=SketchState.INVITED)
    return frozenset(invited.exclude(municipalities=None).values_list("municipalities", flat=True))
