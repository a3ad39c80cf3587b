"""What becomes of a sketch: a reasoned answer, and for some an invitation with a deadline of its own."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.states import ApplicationState, OutcomeState

from .sketches import Sketch


class OutcomeKind(models.TextChoices):
    """The two answers a sketch can get."""

    INVITED = "invited", _("Invited to apply")
    DECLINED = "declined", _("Not invited")


class OutcomeQuerySet(models.QuerySet):
    def pending(self) -> "OutcomeQuerySet":
        return self.filter(state=OutcomeState.PENDING)

    def sent(self) -> "OutcomeQuerySet":
        return self.filter(state=OutcomeState.SENT)


class Outcome(models.Model):
    """The reasoned answer to a sketch (förvaltningslagen 32 §), pending until all are sent together."""

    sketch = models.OneToOneField(Sketch, on_delete=models.PROTECT, related_name="outcome")
    kind = models.CharField(_("answer"), max_length=10, choices=OutcomeKind)
    reason = models.TextField(_("reason"))
    letter = models.TextField(_("letter"), blank=True)
    application_due_at = models.DateTimeField(_("last moment for the application"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=OutcomeState, default=OutcomeState.PENDING, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    prepared_at = models.DateTimeField(editable=False)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+")
    sent_at = models.DateTimeField(null=True, editable=False)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=OutcomeKind.values), name="outcome_kind_is_known"),
            CheckConstraint(condition=Q(state__in=OutcomeState.values), name="outcome_state_is_known"),
            CheckConstraint(condition=~Q(reason=""), name="outcome_has_a_reason"),
            CheckConstraint(
                condition=Q(state=OutcomeState.SENT, sent_at__isnull=False, sent_by__isnull=False)
                | (Q(state=OutcomeState.PENDING) & Q(sent_at=None, sent_by=None)),
                name="outcome_sent_at_and_by_together",
            ),
            CheckConstraint(
                condition=~Q(kind=OutcomeKind.INVITED) | Q(application_due_at__isnull=False), name="invitation_has_a_deadline"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sketch_id}: {self.kind}"


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ApplicationQuerySet":
        """Members of the organisation, and those who read the case."""
        return self.filter(sketch__in=Sketch.objects.visible_to(user))

    def open(self) -> "ApplicationQuerySet":
        return self.filter(state=ApplicationState.OPEN)

    def due_after(self, at: datetime) -> "ApplicationQuerySet":
        return self.open().filter(due_at__gt=at)


class Application(models.Model):
    """The second step, by invitation only (domain 10, rule 6)."""

    sketch = models.OneToOneField(Sketch, on_delete=models.PROTECT, related_name="application")
    state = models.CharField(_("state"), max_length=12, choices=ApplicationState, default=ApplicationState.OPEN, editable=False)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(_("last moment"))
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=ApplicationState.values), name="application_state_is_known"),
            CheckConstraint(
                condition=Q(state=ApplicationState.WITHDRAWN, withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | (~Q(state=ApplicationState.WITHDRAWN) & Q(withdrawn_at=None, withdrawn_by=None)),
                name="application_withdrawn_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sketch_id}"

    def get_absolute_url(self) -> str:
        return reverse("application_detail", args=[self.pk])
