"""What becomes of a sketch: a reasoned answer, sent together with the others."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from grants.states import OutcomeState

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
