"""Reports of a project: the plan, the draft, what was handed in, comments and indicators."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import CostCategory
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.money import Kronor, KronorField
from pilots.states import ReportState, tone

from .projects import Project


class ReportKind(models.TextChoices):
    """Progress reports follow the project; the final report closes it."""

    PROGRESS = "progress", _("Progress report")
    FINAL = "final", _("Final report")


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ReportQuerySet":
        """The owner's members see all; who handles the case sees that a report is planned, and what has been sent in."""
        return self.filter(project__in=Project.objects.with_case_open_to(user))

    def handed_in(self) -> "ReportQuerySet":
        return self.exclude(current_version=None)

    def waiting_for_owner(self) -> "ReportQuerySet":
        return self.filter(state__in=[ReportState.PLANNED, ReportState.RETURNED])

    def waiting_for_officer(self) -> "ReportQuerySet":
        return self.filter(state=ReportState.SUBMITTED)

    def approved(self) -> "ReportQuerySet":
        return self.filter(state=ReportState.APPROVED)

    def asked_for(self) -> "ReportQuerySet":
        return self.exclude(state=ReportState.CANCELLED)

    def unsent(self) -> "ReportQuerySet":
        """Never handed in, and still asked for."""
        return self.filter(state=ReportState.PLANNED)

    def with_last_day(self) -> "ReportQuerySet":
        """`last_on`: the day it is to be in, the one of the return when it has been returned."""
        return self.annotate(last_on=Coalesce("return_due_on", "due_on"))

    def overdue(self, *, on: date) -> "ReportQuerySet":
        """The last day has passed, and nothing has come, or not what it was returned for."""
        return self.waiting_for_owner().with_last_day().filter(last_on__lt=on)

    def with_details(self) -> "ReportQuerySet":
        return self.select_related(
            "project__owner", "project__programme", "project__application__sketch__call", "current_version"
        )


class Report(models.Model):
    """One report of the plan: what period it covers, and the last day to send it in."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reports")
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=ReportKind)
    covers_from_on = models.DateField(_("covers from"))
    covers_to_on = models.DateField(_("covers to"))
    due_on = models.DateField(_("last day"), db_index=True)
    due_reason = models.CharField(_("why another day than the plan's"), max_length=400, blank=True)
    planned_on = models.DateField(null=True, editable=False)
    """When it was put in the plan, or got another last day. What lies before is nobody reminded of."""
    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.PLANNED, editable=False)
    return_due_on = models.DateField(_("completed by"), null=True, editable=False)
    current_version: Any = models.OneToOneField(
        "pilots.ReportVersion", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["project", "number"], name="report_number_is_unique"),
            UniqueConstraint(
                fields=["project"], condition=Q(kind=ReportKind.FINAL) & ~Q(state=ReportState.CANCELLED), name="one_final_report"
            ),
            CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind_is_known"),
            CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_is_known"),
            CheckConstraint(
                condition=(Q(state=ReportState.APPROVED) & Q(approved_at__isnull=False, approved_by__isnull=False))
                | (~Q(state=ReportState.APPROVED) & Q(approved_at=None, approved_by=None)),
                name="report_is_approved_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on", "return_due_on", "project"], name="report_state_and_days"),
            models.Index(fields=["project", "state", "due_on", "return_due_on"], name="report_project_state_and_due"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display()) if self.is_final else f"{self.get_kind_display()} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("report_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(ReportState, self.state)

    @property
    def is_final(self) -> bool:
        return self.kind == ReportKind.FINAL

    @property
    def is_being_written(self) -> bool:
        return self.state in {ReportState.PLANNED, ReportState.RETURNED}

    @property
    def last_day(self) -> Any:
        """The day it is to be in: the one of the return when it has been returned."""
        return self.return_due_on or self.due_on

    def is_late(self, *, on: date) -> bool:
        return self.is_being_written and self.last_day < on


class ReportDraft(models.Model):
    """What the organisation writes. Seen by its members alone until it is sent in (domain 10, rule 19)."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="draft")
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ready_revision = models.PositiveIntegerField(null=True)
    """Of two who sign together, the first has said that this revision is ready."""
    ready_at = models.DateTimeField(null=True)
    ready_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(saved_at=None, saved_by=None) | Q(saved_at__isnull=False, saved_by__isnull=False),
                name="report_draft_saved_at_and_by_together",
            ),
            CheckConstraint(
                condition=Q(ready_at=None, ready_by=None, ready_revision=None)
                | Q(ready_at__isnull=False, ready_by__isnull=False, ready_revision__isnull=False),
                name="report_draft_ready_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.revision}"


class ReportVersion(models.Model):
    """A report as it was handed in: frozen, with receipt and checksum."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    draft_revision = models.PositiveIntegerField()
    content = models.JSONField()
    checksum = models.CharField(_("checksum"), max_length=64)
    receipt_number = models.CharField(_("receipt"), max_length=30, unique=True)
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("last day"), null=True)
    """The last day as it was when this was handed in. A late report is welcome, and marked as late."""
    signatory = models.ForeignKey("accounts.Signatory", on_delete=models.PROTECT, null=True, related_name="+")
    signed_by_name = models.CharField(_("signed by"), max_length=120, blank=True)
    pdf = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    files = models.ManyToManyField("files.StoredFile", related_name="+")

    class Meta:
        constraints = [
            UniqueConstraint(fields=["report", "number"], name="report_version_number_is_unique"),
            UniqueConstraint(fields=["report", "draft_revision"], name="report_revision_is_handed_in_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.number}"

    @property
    def was_late(self) -> bool:
        return self.due_on is not None and stockholm_today(self.submitted_at) > self.due_on


class ReportedCost(models.Model):
    """What a handed-in report says has been booked in one category and year since the start, and what is foreseen to the end."""

    version = models.ForeignKey(ReportVersion, on_delete=models.CASCADE, related_name="costs")
    category = models.CharField(_("cost category"), max_length=20, choices=CostCategory)
    year = models.PositiveSmallIntegerField(_("year"))
    booked = KronorField(_("booked since the start"))
    forecast = KronorField(_("foreseen for the whole year"))

    class Meta:
        constraints = [
            UniqueConstraint(fields=["version", "category", "year"], name="reported_cost_once_per_category_and_year"),
            CheckConstraint(condition=Q(booked__gte=Kronor(0), forecast__gte=Kronor(0)), name="reported_cost_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.year}"


class Indicator(models.Model):
    """What the project measures: begun from the application, followed from report to report."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("what is measured"), max_length=160)
    unit = models.CharField(_("unit"), max_length=40)
    baseline = models.DecimalField(_("at the start"), max_digits=14, decimal_places=2, null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=2, null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    concerns_people = models.BooleanField(_("counts people"), default=False)
    """By sex, and hidden in public under five (förordning 2017:583, 16 §; domain 3.7)."""
    latest: Any = models.DecimalField(_("newest outcome"), max_digits=14, decimal_places=2, null=True, editable=False)
    """As the newest report that has come in tells it. Kept by the database itself."""

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class IndicatorValueQuerySet(models.QuerySet):
    def of_newest_versions(self) -> "IndicatorValueQuerySet":
        """As each report tells it now: what a completed report has replaced is left out."""
        return self.filter(version__report__current_version=F("version"))

    def approved(self) -> "IndicatorValueQuerySet":
        return self.filter(version__report__state=ReportState.APPROVED)


class IndicatorValue(models.Model):
    """An outcome as a handed-in report tells it."""

    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="values")
    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="values")
    measured_on = models.DateField(_("as of"))
    value = models.DecimalField(_("outcome"), max_digits=14, decimal_places=2)
    women = models.DecimalField(_("of these girls and women"), max_digits=14, decimal_places=2, null=True)
    men = models.DecimalField(_("of these boys and men"), max_digits=14, decimal_places=2, null=True)

    objects = IndicatorValueQuerySet.as_manager()

    class Meta:
        constraints = [UniqueConstraint(fields=["indicator", "version"], name="indicator_has_one_value_per_version")]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.value}"
