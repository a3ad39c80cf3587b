"""What waits for the members of an organisation: drafts, invitations, completions, messages, decisions, colleagues."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext as _

from grants.models import (
    Application,
    Call,
    CompletionRequest,
    DeadlineExtension,
    Decision,
    Sketch,
)
from grants.models.correspondence import with_unread
from kraftsamling.accounts.models import JoinRequest, Organisation
from kraftsamling.home.addresses import address

from .kinds import Task

CONTACTS_ASKED_FOR = 2


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
