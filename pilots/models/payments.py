"""Money: what has been booked, what was asked for, what was decided and paid (förordning 2003:596, 11 and 13 §§)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, Sum, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import CostCategory
from kraftsamling.lib.money import Kronor, KronorField
from pilots.states import PaymentState, tone

from .projects import Project

WRITING_STATES = frozenset({PaymentState.DRAFT, PaymentState.RETURNED})
"""States in which the owner writes, and nobody else reads the lines."""
_OPEN = Q(state__in=[PaymentState.DRAFT, PaymentState.SUBMITTED, PaymentState.RETURNED])


class PaymentRequestQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "PaymentRequestQuerySet":
        """The owner's members see all; who handles the case sees what has been sent in."""
        theirs = ~Q(submitted_at=None) & Q(project__in=Project.objects.with_case_open_to(user))
        return self.filter(Q(project__in=Project.objects.of_organisations(user)) | theirs)

    def of_organisations(self, user: Any) -> "PaymentRequestQuerySet":
        return self.filter(project__in=Project.objects.of_organisations(user))

    def sent_in(self) -> "PaymentRequestQuerySet":
        return self.exclude(submitted_at=None)

    def being_written(self) -> "PaymentRequestQuerySet":
        return self.filter(state__in=WRITING_STATES)

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
    formula = KronorField(_("what can be paid"), null=True, editable=False)
    amount = KronorField(_("what is paid"), null=True, editable=False)
    lower_reason = models.TextField(_("why a lower amount"), blank=True)
    returned_at = models.DateTimeField(null=True, editable=False)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    return_reason = models.TextField(_("what is to be completed"), blank=True)
    return_due_on = models.DateField(_("completed by"), null=True, editable=False)
    ready_revision = models.PositiveIntegerField(null=True, editable=False)
    """Where two sign together: the revision that the first of them has said is ready."""
    ready_at = models.DateTimeField(null=True, editable=False)
    ready_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

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
            CheckConstraint(
                condition=~Q(state=PaymentState.DECIDED)
                | Q(amount__isnull=False, formula__isnull=False, amount__gte=Kronor(0), amount__lte=F("formula")),
                name="payment_is_at_most_what_the_formula_gives",
            ),
            CheckConstraint(
                condition=Q(amount=None) | Q(amount=F("formula")) | ~Q(lower_reason=""), name="a_lower_payment_has_a_reason"
            ),
            CheckConstraint(
                condition=Q(returned_at=None, returned_by=None) | Q(returned_at__isnull=False, returned_by__isnull=False),
                name="payment_request_returned_at_and_by_together",
            ),
            CheckConstraint(
                condition=Q(ready_at=None, ready_by=None) | Q(ready_at__isnull=False, ready_by__isnull=False),
                name="payment_request_ready_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("payment_detail", args=[self.pk])

    @property
    def is_being_written(self) -> bool:
        return self.state in WRITING_STATES

    @property
    def holds_unsent(self) -> bool:
        """Rows that the owner alone has seen: being written, or withdrawn after a return without having been sent in again."""
        withdrawn_since = self.state == PaymentState.WITHDRAWN and self.returned_at is not None and self.submitted_at is not None
        return self.is_being_written or (withdrawn_since and self.returned_at > self.submitted_at)

    @property
    def tone(self) -> str:
        return tone(PaymentState, self.state)


class CostEntryQuerySet(models.QuerySet):
    def total(self) -> Kronor:
        """What is asked for: costs, with income and corrections taken off."""
        return self.aggregate(total=Sum("amount"))["total"] or Kronor(0)

    def not_assessed(self) -> "CostEntryQuerySet":
        return self.filter(approved=None)

    def approved_so_far(self) -> Kronor:
        """What stands as approved in a request that is being reviewed."""
        return self.aggregate(total=Sum("approved"))["total"] or Kronor(0)

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


class PaymentVersion(models.Model):
    """A request as it was signed and sent in: frozen with its lines, files, receipt and checksum (domain 10, rule 19)."""

    request = models.ForeignKey(PaymentRequest, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    revision = models.PositiveIntegerField()
    content = models.JSONField()
    checksum = models.CharField(_("checksum"), max_length=64)
    receipt_number = models.CharField(_("receipt"), max_length=30, unique=True)
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signatory = models.ForeignKey("accounts.Signatory", on_delete=models.PROTECT, related_name="+")
    signed_by_name = models.CharField(_("signed by"), max_length=120)
    files = models.ManyToManyField("files.StoredFile", related_name="+")

    class Meta:
        constraints = [
            UniqueConstraint(fields=["request", "number"], name="payment_version_number_is_unique"),
            UniqueConstraint(fields=["request", "revision"], name="payment_revision_is_handed_in_once"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.number}"


class PaymentFileKind(models.TextChoices):
    """What a file of a request is. Ledger and income statement are asked for (Örebro 2014; domain 10, rule 14)."""

    LEDGER = "ledger", _("Ledger")
    INCOME = "income", _("Income statement")
    AUDITOR = "auditor", _("Auditor's certificate")
    BOOKS = "books", _("Bookkeeping file (SIE)")
    OTHER = "other", _("Something else")


class PaymentFile(models.Model):
    """A file laid beside the request. Taken away only before it is sent in; versions keep theirs."""

    request = models.ForeignKey(PaymentRequest, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what it is"), max_length=10, choices=PaymentFileKind)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=PaymentFileKind.values), name="payment_file_kind_is_known"),
            CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="payment_file_removed_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.file_id}"
