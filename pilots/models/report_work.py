"""The work around a report: files beside the draft, the officer's comments, and reminders that have gone out."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from .reports import Report, ReportVersion


class ReportFileQuerySet(models.QuerySet):
    def kept(self) -> "ReportFileQuerySet":
        return self.filter(removed_at=None)


class ReportFile(models.Model):
    """A picture or another file beside the draft. It goes with the next version that is handed in."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    is_picture = models.BooleanField(default=False)
    """Shown in the report, with its text for who does not see it."""
    alt = models.CharField(_("what the picture shows"), max_length=300, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ReportFileQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(is_picture=False) | ~Q(alt=""), name="report_picture_is_described"),
            CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="report_file_removed_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.file_id}"


class ReviewOutcome(models.TextChoices):
    """What the officer said of a version."""

    RETURNED = "returned", _("Returned for completion")
    APPROVED = "approved", _("Approved")


class ReportReview(models.Model):
    """An officer's comments on a version, part by part. The owner sees them when the officer has said what follows."""

    version = models.OneToOneField(ReportVersion, on_delete=models.CASCADE, related_name="review")
    comments = models.JSONField(default=dict)
    """Key of the part → text; the empty key is about the whole report."""
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=10, choices=ReviewOutcome, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(outcome="", decided_at=None, decided_by=None)
                | (Q(outcome__in=ReviewOutcome.values) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="report_review_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.outcome}"


class ReportReminder(models.Model):
    """A reminder of a report that has gone out: each once, also when several workers or several days try."""

    report: Any = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="reminders")
    due_on = models.DateField()
    """Of the last day that it reminded of: a new last day has reminders of its own."""
    days = models.SmallIntegerField()
    """Days before the last day; after it, less than nothing."""
    sent_on = models.DateField()

    class Meta:
        constraints = [UniqueConstraint(fields=["report", "due_on", "days"], name="report_reminder_goes_out_once")]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.days}"
