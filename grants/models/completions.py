"""Requests for completion of an application, and for a ruling on one that has waited too long."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Exists, OuterRef, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from grants.states import ApplicationState, CompletionState, tone

from .applications import Application


class CompletionConsequence(models.TextChoices):
    """What follows if nothing has come at the deadline; stated in the request, carried out by nobody but a human."""

    AS_IT_IS = "as_it_is", _("The application is tried as it stands")
    DISMISSED = "dismissed", _("The application may be left untried")


class CompletionFollowUp(models.TextChoices):
    """What the process leader has settled when nothing came."""

    TRY = "try", _("It is tried as it stands")
    LEAVE = "leave", _("A decision to leave it untried is prepared")


class CompletionQuerySet(models.QuerySet):
    def open(self) -> "CompletionQuerySet":
        return self.filter(state=CompletionState.OPEN)

    def awaiting_organisation(self, *, at: datetime) -> "CompletionQuerySet":
        """Half-open: at the last moment itself it is too late."""
        return self.open().filter(due_at__gt=at, application__state=ApplicationState.RETURNED)

    def overdue(self, *, at: datetime) -> "CompletionQuerySet":
        return self.open().filter(due_at__lte=at)

    def awaiting_follow_up(self) -> "CompletionQuerySet":
        """Nothing came, the application still waits, and nobody has said what is to be done or asked anew."""
        later = CompletionRequest.objects.filter(application=OuterRef("application"), asked_at__gt=OuterRef("asked_at"))
        lapsed = self.filter(~Exists(later), state=CompletionState.LAPSED, followed_up_at=None)
        return lapsed.filter(application__state=ApplicationState.SUBMITTED)


class CompletionRequest(models.Model):
    """The officer asks the organisation to complete its application by a moment (förvaltningslagen 20 §)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="completions")
    text = models.TextField(_("what is to be completed"), max_length=4000)
    due_at = models.DateTimeField(_("last moment"))
    consequence = models.CharField(_("if nothing comes"), max_length=12, choices=CompletionConsequence)
    state = models.CharField(_("state"), max_length=10, choices=CompletionState, default=CompletionState.OPEN, editable=False)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    follow_up = models.CharField(_("what is done then"), max_length=10, choices=CompletionFollowUp, blank=True)
    followed_up_at = models.DateTimeField(null=True)
    followed_up_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = CompletionQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=CompletionState.values), name="completion_state_is_known"),
            CheckConstraint(condition=Q(consequence__in=CompletionConsequence.values), name="completion_consequence_is_known"),
            CheckConstraint(
                condition=Q(state=CompletionState.OPEN, closed_at=None)
                | (~Q(state=CompletionState.OPEN) & Q(closed_at__isnull=False)),
                name="completion_is_closed_at_a_moment",
            ),
            CheckConstraint(
                condition=Q(followed_up_at=None, followed_up_by=None, follow_up="")
                | Q(
                    state=CompletionState.LAPSED,
                    followed_up_at__isnull=False,
                    followed_up_by__isnull=False,
                    follow_up__in=CompletionFollowUp.values,
                ),
                name="completion_followed_up_at_and_by_together",
            ),
            UniqueConstraint(
                fields=["application"], condition=Q(state=CompletionState.OPEN), name="one_open_completion_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.state}"

    @property
    def tone(self) -> str:
        return tone(CompletionState, self.state)


class RulingRequest(models.Model):
    """The organisation asks for a ruling, six months after its application came in (förvaltningslagen 12 §). Once."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="ruling_request")
    asked_at = models.DateTimeField(db_index=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.application_id)


def undecided(applications: Any) -> Any:
    """Handed in and without a decision, with `came_in_at`: the first hand-in, since a completion does not begin it anew."""
    waiting = applications.filter(state__in=[ApplicationState.SUBMITTED, ApplicationState.RETURNED])
    return waiting.annotate(came_in_at=models.Min("versions__submitted_at"))
