"""Advances and recoveries: decisions of their own (förordning 2003:596, 11 and 13 §§)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.money import Kronor, KronorField
from pilots.states import AdvanceState, RecoveryState, tone

from .projects import Project

LARGEST_ADVANCE = Kronor(400_000)


class OfProjectQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "OfProjectQuerySet":
        """The owner's members, and who handles the case."""
        return self.filter(project__in=Project.objects.with_case_open_to(user))

    def with_details(self) -> "OfProjectQuerySet":
        return self.select_related("project__owner", "project__programme", "project__application__sketch")


class AdvanceQuerySet(OfProjectQuerySet):
    def asked(self) -> "AdvanceQuerySet":
        return self.filter(state=AdvanceState.ASKED)

    def decided_on(self) -> "AdvanceQuerySet":
        """Granted or refused."""
        return self.exclude(decided_at=None)


class Advance(models.Model):
    """An advance: asked for with special reasons, granted after a check of the owner's finances."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="advances")
    state = models.CharField(_("state"), max_length=10, choices=AdvanceState, default=AdvanceState.ASKED, editable=False)
    asked = KronorField(_("amount asked for"))
    reasons = models.TextField(_("why an advance is needed"), max_length=2000)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    amount = KronorField(_("granted"), null=True)
    special_reasons = models.TextField(_("the special reasons"), max_length=2000, blank=True)
    financial_check = models.TextField(_("check of the owner's finances"), max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    facts = models.JSONField(default=dict, editable=False)
    """What the decision says of its case, as it was when it was decided (pilots/decided_facts.py)."""

    objects = AdvanceQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=AdvanceState.values), name="advance_state_is_known"),
            CheckConstraint(condition=Q(asked__gt=Kronor(0)), name="advance_is_something"),
            UniqueConstraint(fields=["project"], condition=Q(state=AdvanceState.ASKED), name="one_advance_is_asked_at_a_time"),
            CheckConstraint(
                condition=~Q(state=AdvanceState.DECIDED)
                | (
                    Q(amount__isnull=False, amount__gt=Kronor(0), amount__lte=LARGEST_ADVANCE)
                    & ~Q(special_reasons="")
                    & ~Q(financial_check="")
                ),
                name="granted_advance_has_reasons_and_check",
            ),
            CheckConstraint(
                condition=(
                    Q(state__in=[AdvanceState.DECIDED, AdvanceState.REFUSED])
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                )
                | (~Q(state__in=[AdvanceState.DECIDED, AdvanceState.REFUSED]) & Q(decided_at=None, decided_by=None)),
                name="advance_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.asked}"

    def get_absolute_url(self) -> str:
        return reverse("advance_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(AdvanceState, self.state)


class RecoveryGround(models.TextChoices):
    """Why money is asked back: the three grounds of 13 §, or that more was paid than the final settlement gives."""

    INFORMATION = "information", _("Wrong, misleading or incomplete information (13 § 1)")
    CONDITIONS = "conditions", _("Conditions have not been followed (13 § 2)")
    USE = "use", _("The money has been used against the ordinance (13 § 3)")
    OVERPAID = "overpaid", _("More has been paid than the final settlement gives (11 §)")


class RecoveryQuerySet(OfProjectQuerySet):
    def in_hearing(self) -> "RecoveryQuerySet":
        return self.filter(state=RecoveryState.HEARING)

    def decided_on(self) -> "RecoveryQuerySet":
        """After the hearing: something is recovered, or nothing."""
        return self.exclude(decided_at=None)

    def decided(self) -> "RecoveryQuerySet":
        return self.filter(state=RecoveryState.DECIDED)

    def revoking(self) -> "RecoveryQuerySet":
        """Decided on one of the three grounds of 13 §: that money is gone for good."""
        return self.filter(state__in=[RecoveryState.DECIDED, RecoveryState.SETTLED]).exclude(ground=RecoveryGround.OVERPAID)


class Recovery(models.Model):
    """A decision to take money back: heard first, with ground, amount per payment and interest (domain 2.6)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="recoveries")
    state = models.CharField(_("state"), max_length=10, choices=RecoveryState, default=RecoveryState.HEARING, editable=False)
    ground = models.CharField(_("ground"), max_length=12, choices=RecoveryGround)
    text = models.TextField(_("what has come up"), max_length=3000)
    hearing_due_on = models.DateField(_("answer by"))
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("the owner's answer"), max_length=3000, blank=True)
    answered_at = models.DateTimeField(null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    amount = KronorField(_("to be recovered"), null=True)
    whole = models.BooleanField(_("the whole grant is revoked"), default=False)
    reasons = models.TextField(_("reasons"), max_length=3000, blank=True)
    interest_basis = models.TextField(_("interest: rate, from which day, and why"), max_length=1000, blank=True)
    """Räntelagen (1975:635); worked out and asked for in the finance system."""
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, editable=False)
    facts = models.JSONField(default=dict, editable=False)
    """What the decision says of its case, as it was when it was decided (pilots/decided_facts.py)."""

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=RecoveryState.values), name="recovery_state_is_known"),
            CheckConstraint(condition=Q(ground__in=RecoveryGround.values), name="recovery_ground_is_known"),
            UniqueConstraint(
                fields=["project"], condition=Q(state=RecoveryState.HEARING), name="one_recovery_is_heard_at_a_time"
            ),
            CheckConstraint(
                condition=~Q(state__in=[RecoveryState.DECIDED, RecoveryState.SETTLED])
                | (Q(amount__isnull=False, amount__gte=Kronor(0)) & ~Q(reasons="") & ~Q(interest_basis="")),
                name="decided_recovery_has_amount_reasons_and_interest",
            ),
            CheckConstraint(
                condition=(Q(state=RecoveryState.HEARING) & Q(decided_at=None, decided_by=None))
                | (~Q(state=RecoveryState.HEARING) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="recovery_is_decided_by_somebody",
            ),
            CheckConstraint(
                condition=Q(answered_at=None, answered_by=None) | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="recovery_answered_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.ground}"

    def get_absolute_url(self) -> str:
        return reverse("recovery_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(RecoveryState, self.state)


class RecoveryPart(models.Model):
    """How much of one payment is recovered; each payment has its own ten years."""

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="parts")
    payout = models.ForeignKey("pilots.Payout", on_delete=models.PROTECT, related_name="recovered")
    amount = KronorField(_("amount"))

    class Meta:
        constraints = [
            UniqueConstraint(fields=["recovery", "payout"], name="a_payment_stands_once_in_a_recovery"),
            CheckConstraint(condition=Q(amount__gt=Kronor(0)), name="recovered_part_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id}: {self.amount}"
