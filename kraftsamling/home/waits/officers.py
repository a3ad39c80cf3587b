"""What waits for those who run calls, prepare and decide."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.actions.correspondence import RULING_MONTHS, WARNING_MONTHS, ruling_due_at
from grants.models import (
    Application,
    Assessment,
    Call,
    CompletionRequest,
    Decision,
    Outcome,
    RulingRequest,
    Sketch,
)
from grants.models.completions import undecided
from grants.states import AssessmentState
from kraftsamling.home.addresses import address
from kraftsamling.lib.dates import day_text, months_after, months_before, start_of_day, stockholm_today
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role

from .kinds import Task


def calls_in_preparation(user: Any, *, at: datetime) -> QuerySet:
    return _run_by(user).in_preparation().order_by("opens_at", "pk")


def publish_call(call: Call) -> Task:
    return Task(
        title=_("Finish and publish the call “%(title)s”") % {"title": call},
        detail=_("It is a draft that nobody outside sees."),
        url=address("call_edit", call.slug, otherwise=call.get_absolute_url()),
        due_at=call.opens_at,
        tone="neutral",
    )


def calls_without_reviewers(user: Any, *, at: datetime) -> QuerySet:
    at_work = Assessment.objects.filter(sketch=OuterRef("pk")).exclude(
        state__in=[AssessmentState.REMOVED, AssessmentState.EXCLUDED]
    )
    without = Sketch.objects.readable_by_officer(user).awaiting_outcome().filter(~Exists(at_work))
    return _with_count(_run_by(user).published(), without).order_by("review_due_at", "pk")


def assign_reviewers(call: Any) -> Task:
    text = ngettext("%(count)d sketch has no reviewer", "%(count)d sketches have no reviewer", call.number_of_sketches)
    return Task(
        title=text % {"count": call.number_of_sketches},
        detail=str(call),
        url=address("reviewers", call.slug, otherwise=call.get_absolute_url()),
        due_at=call.review_due_at,
    )


def calls_without_answers(user: Any, *, at: datetime) -> QuerySet:
    """The review is over and some sketches have no answer prepared."""
    reviewed = _run_by(user).closed(at=at).filter(Q(review_due_at=None) | Q(review_due_at__lte=at))
    unanswered = Sketch.objects.readable_by_officer(user).awaiting_outcome().filter(outcome=None)
    return _with_count(reviewed, unanswered).order_by("answer_expected_on", "pk")


def prepare_answers(call: Any) -> Task:
    text = ngettext(
        "Prepare the answer to %(count)d sketch", "Prepare the answers to %(count)d sketches", call.number_of_sketches
    )
    return Task(
        title=text % {"count": call.number_of_sketches},
        detail=str(call),
        url=address("board_detail", call.slug, otherwise=call.get_absolute_url()),
    )


def calls_with_unsent_answers(user: Any, *, at: datetime) -> QuerySet:
    prepared = Sketch.objects.readable_by_officer(user).filter(outcome__in=Outcome.objects.pending())
    return _with_count(_run_by(user).published(), prepared).order_by("answer_expected_on", "pk")


def send_answers(call: Any) -> Task:
    text = ngettext(
        "%(count)d answer is prepared but not sent", "%(count)d answers are prepared but not sent", call.number_of_sketches
    )
    return Task(
        title=text % {"count": call.number_of_sketches},
        detail=str(call),
        url=address("outcomes", call.slug, otherwise=call.get_absolute_url()),
    )


def lapsed_completions(user: Any, *, at: datetime) -> QuerySet:
    programmes = programmes_with_role(user, Role.PROCESS_LEADER)
    if not programmes:
        return CompletionRequest.objects.none()
    readable = Application.objects.readable_by_officer(user).filter(sketch__call__programme__in=programmes)
    lapsed = CompletionRequest.objects.awaiting_follow_up().filter(application__in=readable)
    return lapsed.select_related("application__current_version", "application__sketch__organisation").order_by("due_at", "pk")


def follow_up_completion(request: CompletionRequest) -> Task:
    return Task(
        title=_("No completion came: say what is done with “%(title)s”") % {"title": request.application.current_version},
        detail=f"{request.application.sketch.organisation} · {request.get_consequence_display()}",
        url=request.application.get_absolute_url(),
        tone="stop",
    )


def slow_applications(user: Any, *, at: datetime) -> QuerySet:
    """Without a decision and soon six months old or older, and those for which a ruling has been asked."""
    programmes = programmes_with_role(user, Role.PROCESS_LEADER)
    if not programmes:
        return Application.objects.none()
    readable = Application.objects.readable_by_officer(user).filter(sketch__call__programme__in=programmes)
    old = undecided(readable).filter(came_in_at__lt=months_before(at, WARNING_MONTHS))
    return old.select_related("current_version", "sketch__organisation", "ruling_request").order_by("came_in_at", "pk")


def decide_soon(application: Any) -> Task:
    asked = getattr(application, "ruling_request", None)
    if asked is not None:
        return give_ruling(application, asked)
    day = months_after(stockholm_today(application.came_in_at), RULING_MONTHS)
    return Task(
        title=_("Decide on “%(title)s”: six months pass on %(day)s")
        % {"title": application.current_version, "day": day_text(day)},
        detail=_("From then on the organisation may ask for a ruling (förvaltningslagen 12 §), and you have four weeks."),
        url=application.get_absolute_url(),
        due_at=start_of_day(day),
    )


def give_ruling(application: Application, request: RulingRequest) -> Task:
    return Task(
        title=_("%(organisation)s has asked for a ruling on “%(title)s”")
        % {"organisation": application.sketch.organisation, "title": application.current_version},
        detail=_(
            "Decide the case within four weeks, or turn the request down in a decision of its own (förvaltningslagen 12 §)."
        ),
        url=application.get_absolute_url(),
        due_at=ruling_due_at(request.asked_at),
        tone="stop",
    )


def applications_to_prepare(user: Any, *, at: datetime) -> QuerySet:
    """Sent in, and no decision has been proposed or is being written."""
    if not programmes_with_role(user, *OFFICERS):
        return Application.objects.none()
    run = Application.objects.readable_by_officer(user).filter(sketch__call__in=Call.objects.run_by(user))
    waiting = run.awaiting_decision().exclude(decisions__proposed_at__isnull=False)
    return waiting.select_related("current_version", "sketch__organisation", "sketch__call").order_by("submitted_at", "pk")


def prepare_application(application: Application) -> Task:
    sketch = application.sketch
    return Task(
        title=_("Prepare the application “%(title)s”") % {"title": application.current_version},
        detail=f"{sketch.organisation} · {sketch.call}",
        url=address("application_preparation", application.pk, otherwise=application.get_absolute_url()),
    )


def proposals_to_decide(user: Any, *, at: datetime) -> QuerySet:
    programmes = programmes_with_role(user, Role.DECISION_MAKER)
    if not programmes:
        return Decision.objects.none()
    mine = Decision.objects.readable_by_officer(user).filter(application__sketch__call__programme__in=programmes)
    return mine.proposed().with_details().order_by("proposed_at", "pk")


def decide(decision: Decision) -> Task:
    sketch = decision.application.sketch
    return Task(
        title=_("Decide on “%(title)s”") % {"title": decision.application_version},
        detail=f"{sketch.organisation} · {decision.get_kind_display()}",
        url=decision.get_absolute_url(),
    )


def _run_by(user: Any) -> Any:
    return Call.objects.run_by(user) if programmes_with_role(user, *OFFICERS) else Call.objects.none()


def _with_count(calls: Any, sketches: QuerySet) -> QuerySet:
    """The calls that have some of the sketches, with how many."""
    counted = calls.annotate(number_of_sketches=Count("sketches", filter=Q(sketches__in=sketches)))
    return counted.filter(number_of_sketches__gt=0)
