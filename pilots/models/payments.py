"""Money: what has been booked, what was asked for, what was decided and paid (förordning 2003:596, 11 and 13 §§)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, Sum, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import CostCategory
from kraftsamling.lib.money import Kronor, KronorField
from pilots.states import PaymentState, PayoutState, tone

from .projects import Project

_OPEN = Q(state__in=[PaymentState.DRAFT, PaymentState.SUBMITTED, PaymentState.RETURNED])


class PaymentRequestQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "PaymentRequestQuerySet":
        """The owner's members see all; who handles the case sees what has been sent in."""
        theirs = ~Q(submitted_at=None) & Q(project__in=Project.objects.with_case_open_to(user))
        return self.filter(Q(project__in=Project.objects.of_organisations(user)) | theirs)

    def open(self) -> "PaymentRequestQuerySet":
        return self.filter(_OPEN)

    def waiting_for_economist(self) -> "PaymentRequestQuerySet":
        return self.filter(state=PaymentState.SUBMITTED)

    def decided(self) -> "PaymentRequestQuerySet":
        return self.filter(state=PaymentState.DECIDED)


class PaymentRequest(models.Model):
    """A request for payment against booked costs. Only one is open at a time (domain 10, rule 13)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payment_requests")
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=PaymentState, default=PaymentState.DRAFT, editable=False)
    is_final = models.BooleanField(_("the last request"), default=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    signatory = models.ForeignKey("accounts.Signatory", on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    signed_by_name = models.CharField(_("signed by"), max_length=120, blank=True, editable=False)
    receipt_number = models.CharField(_("receipt"), max_length=30, unique=True, null=True, editable=False)
    checksum = models.CharField(_("checksum"), max_length=64, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    calculation = models.JSONField(default=dict, editable=False)
    """How the amount was worked out, frozen as decided: readable without the code that made it."""
    lower_reason = models.TextField(_("why a lower amount"), blank=True)

    objects = PaymentRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["project", "number"], name="payment_request_number_is_unique"),
            UniqueConstraint(fields=["project"], condition=_OPEN, name="one_open_payment_request"),
            CheckConstraint(condition=Q(state__in=PaymentState.values), name="payment_request_state_is_known"),
            CheckConstraint(
                condition=~Q(state__in=[PaymentState.SUBMITTED, PaymentState.DECIDED])
                | Q(
                    submitted_at__isnull=False, submitted_by__isnull=False, signatory__isnull=False, receipt_number__isnull=False
                ),
                name="payment_request_is_signed",
            ),
            CheckConstraint(
                condition=(Q(state=PaymentState.DECIDED) & Q(decided_at__isnull=False, decided_by__isnull=False))
                | (~Q(state=PaymentState.DECIDED) & Q(decided_at=None, decided_by=None)),
                name="payment_request_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("payment_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(PaymentState, self.state)


class CostEntryQuerySet(models.QuerySet):
    def approved_sum(self) -> Kronor:
        """Costs that an officer has approved, income taken off."""
        return self.filter(request__state=PaymentState.DECIDED).aggregate(total=Sum("approved"))["total"] or Kronor(0)


class CostEntry(models.Model):
    """One booked cost. A correction of an earlier period and an income of the project are entries below zero."""

    request = models.ForeignKey(PaymentRequest, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveIntegerField()
    booked_on = models.DateField(_("booked"))
    voucher = models.CharField(_("voucher"), max_length=40)
    text = models.CharField(_("what it is"), max_length=200)
    category = models.CharField(_("cost category"), max_length=20, choices=CostCategory)
    amount = KronorField(_("amount"))
    approved = KronorField(_("approved"), null=True)
    reason = models.CharField(_("why it is deducted or refused"), max_length=400, blank=True)

    objects = CostEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["request", "position"], name="cost_entry_position_is_unique"),
            CheckConstraint(condition=Q(category__in=CostCategory.values), name="cost_entry_category_is_known"),
            CheckConstraint(condition=Q(approved=None) | Q(approved__lte=F("amount")), name="cost_entry_is_approved_at_most_whole"),
            CheckConstraint(
                condition=Q(approved=None) | Q(approved=F("amount")) | ~Q(reason=""), name="cost_entry_deduction_has_a_reason"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.voucher}: {self.text}"


class PayoutKind(models.TextChoices):
    """What the money is for. A repayment is below zero."""

    REQUEST = "request", _("Payment against booked costs")
    ADVANCE = "advance", _("Advance")
    REPAYMENT = "repayment", _("Repayment")


class PayoutQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "PayoutQuerySet":
        return self.filter(project__in=Project.objects.with_case_open_to(user))

    def counting(self) -> "PayoutQuerySet":
        return self.exclude(state=PayoutState.CANCELLED)

    def paid(self) -> "PayoutQuerySet":
        return self.filter(state=PayoutState.PAID)

    def total(self) -> Kronor:
        return self.aggregate(total=Sum("amount"))["total"] or Kronor(0)


class Payout(models.Model):
    """Money decided to go to the owner, or come back: whole kronor, one line in the file for the finance system."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="payouts")
    kind = models.CharField(_("kind"), max_length=10, choices=PayoutKind)
    state = models.CharField(_("state"), max_length=10, choices=PayoutState, default=PayoutState.DECIDED, editable=False)
    amount = KronorField(_("amount"))
    request = models.OneToOneField(PaymentRequest, on_delete=models.PROTECT, null=True, related_name="payout")
    reference = models.CharField(_("reference"), max_length=30, unique=True)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    exported_at = models.DateTimeField(_("sent to the finance system"), null=True, editable=False)
    paid_on = models.DateField(_("paid"), null=True, editable=False, db_index=True)

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
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def tone(self) -> str:
        return tone(PayoutState, self.state)
