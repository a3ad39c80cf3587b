"""What waits in calls, sketches, applications and decisions, and in organisations."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.actions.correspondence import RULING_MONTHS, WARNING_MONTHS, ruling_due_at
from grants.models import (
    Application,
    Assessment,
    Call,
    CompletionRequest,
    DeadlineExtension,
    Decision,
    Outcome,
    RulingRequest,
    Sketch,
    Step,
)
from grants.models.completions import undecided
from grants.models.correspondence import with_unread
from grants.states import AssessmentState
from kraftsamling.accounts.models import JoinRequest, Organisation
from kraftsamling.home.addresses import address
from kraftsamling.lib.dates import day_text, months_after, months_before, start_of_day, stockholm_today
from kraftsamling.notifications.models import OUTBOX_ROLES, Message, MessageState
from kraftsamling.programmes.models import Programme, ProgrammeRole, Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role

from .kinds import Source, Task

CONTACTS_ASKED_FOR = 2


# ---- Members of an organisation


def drafts(user: Any, *, at: datetime) -> QuerySet:
    extended = (
        DeadlineExtension.objects.filter(call=OuterRef("call"), organisation=OuterRef("organisation"))
        .order_by()
        .values("call")
        .annotate(latest=Max("until_at"))
        .values("latest")
    )
    deadline = Greatest("call__closes_at", Coalesce(Subquery(extended), F("call__closes_at")))
    mine = Sketch.objects.of_organisations(user).in_draft().filter(call__in=Call.objects.published(), call__opens_at__lte=at)
    return (
        mine.annotate(due_at=deadline)
        .filter(due_at__gt=at)
        .select_related("call", "organisation", "draft")
        .order_by("due_at", "pk")
    )


def finish_draft(sketch: Sketch) -> Task:
    title = sketch.draft.title or _("Sketch without a title")
    return Task(
        title=_("Finish and send in “%(title)s”") % {"title": title},
        detail=f"{sketch.organisation} · {sketch.call}",
        url=sketch.get_absolute_url(),
        due_at=sketch.due_at,  # type: ignore[attr-defined]
    )


def invitations(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return Application.objects.none()
    mine = Application.objects.due_after(at).filter(sketch__organisation__in=user.organisation_ids)
    return mine.select_related("sketch__current_version", "sketch__call", "sketch__organisation").order_by("due_at", "pk")


def write_application(application: Application) -> Task:
    sketch = application.sketch
    return Task(
        title=_("You are invited to apply: “%(title)s”") % {"title": sketch.current_version},
        detail=f"{sketch.organisation} · {sketch.call}",
        url=application.get_absolute_url(),
        due_at=application.due_at,
        tone="ok",
    )


def completions_asked(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return CompletionRequest.objects.none()
    mine = CompletionRequest.objects.awaiting_organisation(at=at).filter(
        application__sketch__organisation__in=user.organisation_ids
    )
    related = ("application__current_version", "application__sketch__organisation", "application__sketch__call")
    return mine.select_related(*related).order_by("due_at", "pk")


def complete_application(request: CompletionRequest) -> Task:
    sketch = request.application.sketch
    return Task(
        title=_("Complete the application “%(title)s”") % {"title": request.application.current_version},
        detail=f"{sketch.organisation} · {sketch.call}",
        url=request.application.get_absolute_url(),
        due_at=request.due_at,
    )


def unread_messages(user: Any, *, at: datetime) -> QuerySet:
    return with_unread(user).select_related("current_version", "organisation").order_by("pk")


def read_messages(sketch: Sketch) -> Task:
    return Task(
        title=_("New message in “%(title)s”") % {"title": sketch.current_version},
        detail=f"{sketch.organisation} · {sketch}",
        url=address("case_messages", sketch.pk, otherwise=sketch.get_absolute_url()),
        tone="info",
    )


def lonely_organisations(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return Organisation.objects.none()
    contacts = Count("memberships", filter=Q(memberships__is_contact=True))
    mine = Organisation.objects.filter(pk__in=user.organisation_ids)
    return mine.annotate(contacts=contacts).filter(contacts__lt=CONTACTS_ASKED_FOR).in_swedish_order()


def invite_colleague(organisation: Organisation) -> Task:
    return Task(
        title=_("Invite a colleague to %(organisation)s") % {"organisation": organisation},
        detail=_("Have at least two contacts, so that no case hangs on one person."),
        url=organisation.get_absolute_url(),
        tone="neutral",
    )


def join_requests(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return JoinRequest.objects.none()
    mine = JoinRequest.objects.filter(organisation__in=user.organisation_ids, answered_at=None)
    return mine.select_related("user", "organisation").order_by("asked_at", "pk")


def answer_join_request(request: JoinRequest) -> Task:
    return Task(
        title=_("%(name)s wants to join %(organisation)s") % {"name": request.user, "organisation": request.organisation},
        detail=_("Say yes only if you know that the person works with you."),
        url=request.organisation.get_absolute_url(),
    )


# ---- Reviewers


def review_calls(user: Any, *, at: datetime) -> QuerySet:
    return _review_calls(user, Step.SKETCH).order_by("review_due_at", "pk")


def review_calls_of_applications(user: Any, *, at: datetime) -> QuerySet:
    return _review_calls(user, Step.APPLICATION).order_by("decision_expected_on", "pk")


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
    return _review(call, title, due_at=None)


def _review(call: Any, title: str, *, due_at: datetime | None) -> Task:
    first = _("First say whether you are in conflict of interest: %(count)d left.") % {"count": call.to_declare}
    return Task(
        title=title % {"count": call.remaining},
        detail=f"{call} · {first}" if call.to_declare else str(call),
        url=address("review_list", otherwise=call.get_absolute_url()),
        due_at=due_at,
    )


# ---- Process leader and team


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


def undelivered_messages(user: Any, *, at: datetime) -> QuerySet:
    if not programmes_with_role(user, *OUTBOX_ROLES):
        return Message.objects.none()
    stopped = Message.objects.visible_to(user).filter(state__in=[MessageState.FAILED, MessageState.UNCERTAIN])
    return stopped.order_by().values("state").annotate(count=Count("pk"))


def look_at_messages(row: Any) -> Task:
    if row["state"] == MessageState.FAILED:
        title = ngettext("%(count)d mail could not be delivered", "%(count)d mails could not be delivered", row["count"])
    else:
        title = ngettext(
            "%(count)d mail may or may not have arrived", "%(count)d mails may or may not have arrived", row["count"]
        )
    return Task(
        title=title % {"count": row["count"]},
        detail=_("Look at why, and send again or reach the person in another way."),
        url=address("outbox_list"),
        tone="stop",
    )


# ---- Preparation and decision


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


def decisions_to_confirm(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return Decision.objects.none()
    return Decision.objects.of_organisations(user).unread().with_details().order_by("issued_at", "pk")


def confirm_decision(decision: Decision) -> Task:
    return Task(
        title=_("Read the decision on “%(title)s” and confirm") % {"title": decision.application_version},
        detail=str(decision.application.sketch.organisation),
        url=decision.get_absolute_url(),
        tone="ok" if decision.is_grant else "info",
    )


# ---- Administrator


def leaderless_programmes(user: Any, *, at: datetime) -> QuerySet:
    programmes = programmes_with_role(user, Role.ADMINISTRATOR)
    if not programmes:
        return Programme.objects.none()
    leaders = ProgrammeRole.objects.filter(programme=OuterRef("pk"), role=Role.PROCESS_LEADER, user__is_active=True)
    return Programme.objects.filter(~Exists(leaders), pk__in=programmes).order_by("pk")


def appoint_leader(programme: Programme) -> Task:
    return Task(
        title=_("%(programme)s has no process leader") % {"programme": programme},
        detail=_("Nobody can publish a call or send answers until somebody has the role."),
        url=address("programme_roles", programme.slug, otherwise=address("role_list")),
        tone="stop",
    )


def _run_by(user: Any) -> Any:
    return Call.objects.run_by(user) if programmes_with_role(user, *OFFICERS) else Call.objects.none()


def _with_count(calls: Any, sketches: QuerySet) -> QuerySet:
    """The calls that have some of the sketches, with how many."""
    counted = calls.annotate(number_of_sketches=Count("sketches", filter=Q(sketches__in=sketches)))
    return counted.filter(number_of_sketches__gt=0)


SOURCES = (
    Source(drafts, finish_draft),
    Source(invitations, write_application),
    Source(completions_asked, complete_application),
    Source(unread_messages, read_messages),
    Source(lonely_organisations, invite_colleague),
    Source(join_requests, answer_join_request),
    Source(review_calls, review_sketches),
    Source(review_calls_of_applications, review_applications),
    Source(calls_in_preparation, publish_call),
    Source(calls_without_reviewers, assign_reviewers),
    Source(calls_without_answers, prepare_answers),
    Source(calls_with_unsent_answers, send_answers),
    Source(lapsed_completions, follow_up_completion),
    Source(slow_applications, decide_soon),
    Source(applications_to_prepare, prepare_application),
    Source(proposals_to_decide, decide),
    Source(decisions_to_confirm, confirm_decision),
    Source(undelivered_messages, look_at_messages),
    Source(leaderless_programmes, appoint_leader),
)
