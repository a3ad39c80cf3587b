"""Money that goes out and comes back: payouts, the files for the finance system, and the final settlement."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, Sum, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.dates import months_after
from kraftsamling.lib.money import Kronor, KronorField
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import programmes_with_role
from pilots.states import PayoutState, tone

from .payments import PaymentRequest
from .projects import Project

RECOVERABLE_MONTHS = 120
"""Ten years from each payment (2003:596, 13 §)."""


class PayoutKind(models.TextChoices):
    """What the money is for. A repayment is below zero."""

    REQUEST = "request", _("Payment against booked costs")
    ADVANCE = "advance", _("Advance")
    FINAL = "final", _("Final settlement")
    REPAYMENT = "repayment", _("Repayment")


class PayoutQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "PayoutQuerySet":
        return self.filter(project__in=Project.objects.with_case_open_to(user))

    def counting(self) -> "PayoutQuerySet":
        return self.exclude(state=PayoutState.CANCELLED)

    def paid(self) -> "PayoutQuerySet":
        return self.filter(state=PayoutState.PAID)

    def to_be_sent(self) -> "PayoutQuerySet":
        """Money that goes out and is in no file for the finance system yet."""
        return self.filter(state=PayoutState.DECIDED, amount__gt=Kronor(0))

    def sent(self) -> "PayoutQuerySet":
        return self.filter(state=PayoutState.EXPORTED)

    def advances(self) -> "PayoutQuerySet":
        return self.counting().filter(kind=PayoutKind.ADVANCE)

    def repayments(self) -> "PayoutQuerySet":
        return self.counting().filter(kind=PayoutKind.REPAYMENT)

    def outgoing(self) -> "PayoutQuerySet":
        return self.counting().exclude(kind=PayoutKind.REPAYMENT)

    def handled_by(self, user: Any) -> "PayoutQuerySet":
        """What the economist pays: of the programmes, without cases in conflict of interest."""
        return self.filter(project__in=Project.objects.handled_by(user, Role.FINANCE_OFFICER))

    def total(self) -> Kronor:
        return self.aggregate(total=Sum("amount"))["total"] or Kronor(0)


class Payout(models.Model):
    """Money decided to go to the owner, or come back: whole kronor, one line in the file for the finance system."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payouts")
    kind = models.CharField(_("kind"), max_length=10, choices=PayoutKind)
    state = models.CharField(_("state"), max_length=10, choices=PayoutState, default=PayoutState.DECIDED, editable=False)
    amount = KronorField(_("amount"))
    request = models.OneToOneField(PaymentRequest, on_delete=models.PROTECT, null=True, related_name="payout")
    account = models.CharField(_("account"), max_length=60, blank=True)
    """As it was when the payment was decided."""
    reference = models.CharField(_("reference"), max_length=30, unique=True)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    advance = models.OneToOneField("pilots.Advance", on_delete=models.PROTECT, null=True, related_name="payout")
    recovery = models.ForeignKey("pilots.Recovery", on_delete=models.PROTECT, null=True, related_name="repayments")
    batch = models.ForeignKey("pilots.PayoutBatch", on_delete=models.PROTECT, null=True, editable=False, related_name="payouts")
    exported_at = models.DateTimeField(_("sent to the finance system"), null=True, editable=False)
    paid_on = models.DateField(_("paid"), null=True, editable=False, db_index=True)

    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    cancel_reason = models.CharField(_("why it is cancelled"), max_length=400, blank=True)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=PayoutKind.values), name="payout_kind_is_known"),
            CheckConstraint(condition=Q(state__in=PayoutState.values), name="payout_state_is_known"),
            CheckConstraint(
                condition=(Q(kind=PayoutKind.REPAYMENT) & Q(amount__lt=Kronor(0)))
                | (~Q(kind=PayoutKind.REPAYMENT) & Q(amount__gt=Kronor(0))),
                name="only_a_repayment_is_below_zero",
            ),
            CheckConstraint(
                condition=(Q(kind=PayoutKind.REQUEST) & Q(request__isnull=False)) | (~Q(kind=PayoutKind.REQUEST) & Q(request=None)),
                name="a_payment_against_costs_has_its_request",
            ),
            CheckConstraint(
                condition=(Q(state=PayoutState.PAID) & Q(paid_on__isnull=False)) | (~Q(state=PayoutState.PAID) & Q(paid_on=None)),
                name="paid_payout_has_a_day",
            ),
            CheckConstraint(
                condition=(Q(kind=PayoutKind.ADVANCE) & Q(advance__isnull=False)) | (~Q(kind=PayoutKind.ADVANCE) & Q(advance=None)),
                name="an_advance_has_its_decision",
            ),
            CheckConstraint(condition=Q(recovery=None) | Q(kind=PayoutKind.REPAYMENT), name="a_recovery_is_repaid"),
            CheckConstraint(
                condition=(Q(state=PayoutState.CANCELLED) & Q(cancelled_at__isnull=False, cancelled_by__isnull=False))
                | (~Q(state=PayoutState.CANCELLED) & Q(cancelled_at=None, cancelled_by=None)),
                name="payout_cancelled_at_and_by_together",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def repaid(self) -> Kronor:
        """Of a repayment: how much has come back."""
        return -self.amount

    @property
    def tone(self) -> str:
        return tone(PayoutState, self.state)

    @property
    def recoverable_until_on(self) -> date | None:
        """The last day on which this payment can be recovered."""
        return months_after(self.paid_on, RECOVERABLE_MONTHS) if self.paid_on else None


class PayoutBatchQuerySet(models.QuerySet):
    def handled_by(self, user: Any) -> "PayoutBatchQuerySet":
        """Files of the economist's programmes, without those that name a payment that somebody else must handle."""
        closed = PayoutBatch.made_with.through.objects.filter(payout__project__in=Project.objects.closed_to(user))
        mine = self.filter(programme__in=programmes_with_role(user, Role.FINANCE_OFFICER))
        return mine.exclude(pk__in=closed.values("payoutbatch"))


class PayoutBatch(models.Model):
    """A file for the finance system, made once; the same bytes can be fetched again."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    total = KronorField(_("sum"))
    count = models.PositiveIntegerField(_("payments"))
    csv = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    xlsx = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    made_with = models.ManyToManyField(Payout, related_name="files")
    """All that stands in it, also what came back and went out in a later file."""
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PayoutBatchQuerySet.as_manager()

    class Meta:
        constraints = [UniqueConstraint(fields=["programme", "number"], name="payout_batch_number_is_unique")]

    def __str__(self) -> str:
        return str(self.number)

    def get_absolute_url(self) -> str:
        return reverse("payout_list")


class Settlement(models.Model):
    """The final settlement: what the costs came to, what the grant became, and what goes back to the frame. Frozen."""

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="settlement")
    costs = KronorField(_("approved costs"))
    other_financing = KronorField(_("all other financing"))
    grant = KronorField(_("the grant as it became"))
    paid = KronorField(_("paid before the settlement"))
    excess = KronorField(_("financing above the costs"))
    released = KronorField(_("back to the frame"))
    calculation = models.JSONField(default=dict, editable=False)
    note = models.TextField(_("note"), blank=True)
    settled_at = models.DateTimeField(_("settled"))
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict, editable=False)
    """What the decision says of its case, as it was when it was decided (pilots/decided_facts.py)."""

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(grant__gte=Kronor(0), paid__gte=Kronor(0), excess__gte=Kronor(0), other_financing__gte=Kronor(0)),
                name="settlement_amounts_are_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.grant}"
