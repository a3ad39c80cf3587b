"""What waits for those who assess sketches and applications."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.models import (
    Assessment,
    Call,
    Step,
)
from grants.states import AssessmentState
from kraftsamling.home.addresses import address
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import programmes_with_role

from .kinds import Task


def review_calls(user: Any, *, at: datetime) -> QuerySet:
    return _review_calls(user, Step.SKETCH).order_by("review_due_at", "pk")


def review_calls_of_applications(user: Any, *, at: datetime) -> QuerySet:
    return _review_calls(user, Step.APPLICATION).order_by("application_review_due_at", "pk")


def _review_calls(user: Any, step: str) -> QuerySet:
    programmes = programmes_with_role(user, Role.REVIEWER)
    if not programmes:
        return Call.objects.none()
    mine = Q(sketches__assessments__in=Assessment.objects.of_reviewer(user).remaining().in_step(step))
    to_declare = mine & Q(sketches__assessments__state=AssessmentState.ASSIGNED)
    calls = Call.objects.filter(programme__in=programmes).annotate(
        remaining=Count("sketches__assessments", filter=mine), to_declare=Count("sketches__assessments", filter=to_declare)
    )
    return calls.filter(remaining__gt=0)


def review_sketches(call: Any) -> Task:
    title = ngettext("%(count)d sketch to assess", "%(count)d sketches to assess", call.remaining)
    return _review(call, title, due_at=call.review_due_at)


def review_applications(call: Any) -> Task:
    title = ngettext("%(count)d application to assess", "%(count)d applications to assess", call.remaining)
    return _review(call, title, due_at=call.application_review_due_at)


def _review(call: Any, title: str, *, due_at: datetime | None) -> Task:
    first = _("First say whether you are in conflict of interest: %(count)d left.") % {"count": call.to_declare}
    return Task(
        title=title % {"count": call.remaining},
        detail=f"{call} · {first}" if call.to_declare else str(call),
        url=address("review_list", otherwise=call.get_absolute_url()),
        due_at=due_at,
    )
