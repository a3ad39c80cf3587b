"""What grants tell: an award opens a project, a correction changes it. A failure here undoes the decision, by intent."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from grants.models import Decision, ReleaseReason
from grants.signals import application_awarded, decision_corrected

from . import actions, advance_documents, builds, payment_documents, recovery_documents, settlement_documents
from .actions import frames, indicators, report_plan
from .actions.money_common import lock_project
from .models import Advance, PaymentRequest, Project, Recovery, Settlement
from .signals import advance_decided, payment_decided, project_opened, project_settled, recovery_decided, terms_changed
from .steering import documents, grant_facts, triggers  # noqa: F401 - documents are registered, triggers laid after migrations


@receiver(application_awarded, dispatch_uid="pilots.open_project")
def on_award(sender: Any, *, decision: Decision, at: datetime, **kwargs: Any) -> None:
    actions.open_project(decision, at=at)
    grant_facts.keep(decision)


@receiver(decision_corrected, dispatch_uid="pilots.change_project")
def on_correction(sender: Any, *, decision: Decision, at: datetime, **kwargs: Any) -> None:
    actions.change_project(decision, at=at)
    grant_facts.keep(decision)


@receiver(project_opened, dispatch_uid="pilots.plan_reports")
def on_opening(sender: Any, *, project: Project, at: datetime, **kwargs: Any) -> None:
    report_plan.plan_reports(project, at=at)
    indicators.take_over(project)


@receiver(terms_changed, dispatch_uid="pilots.replan_reports")
def on_new_terms(sender: Any, *, project: Project, at: datetime, **kwargs: Any) -> None:
    report_plan.replan_reports(project, at=at)


@receiver(terms_changed, dispatch_uid="pilots.release_frame")
def on_new_cap(sender: Any, *, project: Project, at: datetime, **kwargs: Any) -> None:
    """A lower grant leaves money in the frame, a higher one takes more of it."""
    frames.release_frame(lock_project(project), reason=ReleaseReason.CHANGE, at=at)


@receiver(payment_decided, dispatch_uid="pilots.payment_document")
def on_payment(sender: Any, *, request: PaymentRequest, at: datetime, **kwargs: Any) -> None:
    """The decision as a document, which a worker makes after the commit."""
    builds.ask(payment_documents.KIND, request.pk, by=request.decided_by, at=at)


@receiver(advance_decided, dispatch_uid="pilots.advance_document")
def on_advance(sender: Any, *, advance: Advance, at: datetime, **kwargs: Any) -> None:
    builds.ask(advance_documents.LETTER.kind, advance.pk, by=advance.decided_by, at=at)


@receiver(recovery_decided, dispatch_uid="pilots.recovery_document")
def on_recovery(sender: Any, *, recovery: Recovery, at: datetime, **kwargs: Any) -> None:
    builds.ask(recovery_documents.LETTER.kind, recovery.pk, by=recovery.decided_by, at=at)


@receiver(project_settled, dispatch_uid="pilots.settlement_document")
def on_settlement(sender: Any, *, settlement: Settlement, at: datetime, **kwargs: Any) -> None:
    builds.ask(settlement_documents.LETTER.kind, settlement.pk, by=settlement.settled_by, at=at)
