"""What waits around the money of projects: with the owner, with who signs, and with the economist."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from kraftsamling.lib.dates import end_of_day, stockholm_today
from kraftsamling.programmes.models import Programme, Role
from kraftsamling.programmes.permissions import programmes_with_role
from pilots.models import Advance, PaymentRequest, Payout, Project, Recovery, Report, ReportKind
from pilots.permissions.money import DECIDES_ON_MONEY

from .kinds import Source, Task


def _end_of(day: Any) -> datetime | None:
    return end_of_day(day) if day else None


# ---- The owner, and who signs


def requests_to_write(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return PaymentRequest.objects.none()
    mine = PaymentRequest.objects.of_organisations(user).being_written().exclude(_ready_for(user))
    return mine.select_related("project__owner").order_by("return_due_on", "pk")


def finish_request(request: PaymentRequest) -> Task:
    back = request.return_due_on is not None
    said = (
        _("Complete payment request %(number)d of “%(title)s”") if back else _("Finish payment request %(number)d of “%(title)s”")
    )
    return Task(
        title=said % {"number": request.number, "title": request.project},
        detail=str(request.project.owner),
        url=reverse("payment_edit", args=[request.pk]),
        due_at=_end_of(request.return_due_on),
    )


def _ready_for(user: Any) -> Q:
    return Q(ready_revision=F("revision"), ready_at__isnull=False) & ~Q(ready_by=user.pk)


def requests_to_sign(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return PaymentRequest.objects.none()
    ready = PaymentRequest.objects.of_organisations(user).being_written().filter(_ready_for(user))
    return ready.select_related("project__owner").order_by("pk")


def sign_request(request: PaymentRequest) -> Task:
    return Task(
        title=_("Sign and send in payment request %(number)d of “%(title)s”")
        % {"number": request.number, "title": request.project},
        detail=str(request.project.owner),
        url=reverse("payment_preview", args=[request.pk]),
        due_at=_end_of(request.return_due_on),
    )


def hearings(user: Any, *, at: datetime) -> QuerySet:
    if not user.organisation_ids:
        return Recovery.objects.none()
    mine = Recovery.objects.in_hearing().filter(project__owner__in=user.organisation_ids, answered_at=None)
    return mine.filter(hearing_due_on__gte=stockholm_today(at)).select_related("project__owner").order_by("hearing_due_on", "pk")


def answer_hearing(recovery: Recovery) -> Task:
    return Task(
        title=_("Answer about a recovery in “%(title)s”") % {"title": recovery.project},
        detail=str(recovery.project.owner),
        url=recovery.get_absolute_url(),
        due_at=_end_of(recovery.hearing_due_on),
        tone="stop",
    )


# ---- The economist


def _handled(user: Any, *roles: Role) -> QuerySet:
    return Project.objects.handled_by(user, *roles).exclude(owner__in=user.organisation_ids)


def requests_to_review(user: Any, *, at: datetime) -> QuerySet:
    if not programmes_with_role(user, Role.FINANCE_OFFICER):
        return PaymentRequest.objects.none()
    theirs = PaymentRequest.objects.waiting_for_economist().filter(project__in=_handled(user, Role.FINANCE_OFFICER))
    return theirs.select_related("project__owner").order_by("submitted_at", "pk")


def review_request(request: PaymentRequest) -> Task:
    return Task(
        title=_("Review payment request %(number)d of “%(title)s”") % {"number": request.number, "title": request.project},
        detail=str(request.project.owner),
        url=reverse("payment_review", args=[request.pk]),
    )


def advances_to_decide(user: Any, *, at: datetime) -> QuerySet:
    if not programmes_with_role(user, *DECIDES_ON_MONEY):
        return Advance.objects.none()
    theirs = Advance.objects.asked().filter(project__in=_handled(user, *DECIDES_ON_MONEY))
    return theirs.select_related("project__owner").order_by("asked_at", "pk")


def decide_advance(advance: Advance) -> Task:
    return Task(
        title=_("Decide on an advance of %(amount)s to “%(title)s”") % {"amount": advance.asked, "title": advance.project},
        detail=str(advance.project.owner),
        url=advance.get_absolute_url(),
    )


def recoveries_to_decide(user: Any, *, at: datetime) -> QuerySet:
    """The owner has answered, or has had its time."""
    if not programmes_with_role(user, *DECIDES_ON_MONEY):
        return Recovery.objects.none()
    heard = Q(answered_at__isnull=False) | Q(hearing_due_on__lt=stockholm_today(at))
    theirs = Recovery.objects.in_hearing().filter(heard, project__in=_handled(user, *DECIDES_ON_MONEY))
    return theirs.select_related("project__owner").order_by("hearing_due_on", "pk")


def decide_recovery(recovery: Recovery) -> Task:
    return Task(
        title=_("Decide on the recovery in “%(title)s”") % {"title": recovery.project},
        detail=_("The owner has answered.") if recovery.answered_at else _("The time to answer has passed."),
        url=recovery.get_absolute_url(),
    )


def payments_to_send(user: Any, *, at: datetime) -> QuerySet:
    """One line for each programme in which something is decided and not sent."""
    theirs = programmes_with_role(user, Role.FINANCE_OFFICER)
    if not theirs:
        return Programme.objects.none()
    waiting = Payout.objects.handled_by(user).to_be_sent()
    return Programme.objects.filter(pk__in=theirs).filter(pk__in=waiting.values("project__programme")).order_by("pk")


def send_payments(programme: Programme) -> Task:
    return Task(
        title=_("Make the file of payments for the finance system"),
        detail=str(programme),
        url=reverse("payout_list"),
        tone="info",
    )


def projects_to_settle(user: Any, *, at: datetime) -> QuerySet:
    if not programmes_with_role(user, Role.FINANCE_OFFICER):
        return Project.objects.none()
    done = Report.objects.approved().filter(kind=ReportKind.FINAL, project=OuterRef("pk"))
    rows = _handled(user, Role.FINANCE_OFFICER).running().pilots().filter(Exists(done))
    return rows.select_related("owner").order_by("ends_on", "pk")


def settle_project(project: Project) -> Task:
    return Task(
        title=_("Settle “%(title)s”: the final report is approved") % {"title": project},
        detail=str(project.owner),
        url=reverse("project_settle", args=[project.pk]),
    )


SOURCES = (
    Source(requests_to_write, finish_request),
    Source(requests_to_sign, sign_request),
    Source(hearings, answer_hearing),
    Source(requests_to_review, review_request),
    Source(advances_to_decide, decide_advance),
    Source(recoveries_to_decide, decide_recovery),
    Source(payments_to_send, send_payments),
    Source(projects_to_settle, settle_project),
)
