"""What the steering group follows and no project keeps: the year of each grant, the platform's outcome, kept figures."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, OuterRef, Q, Subquery, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import CostCategory
from kraftsamling.lib.money import KronorField
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role

from .projects import Project

ROW_READERS = frozenset({*OFFICERS, Role.DECISION_MAKER, Role.STEERING_GROUP, Role.FINANCE_OFFICER})
"""Roles that see the figures and the rows behind them, unless they are in conflict in a case."""
FIGURE_READERS = frozenset({*ROW_READERS, Role.REFERENCE_GROUP})
"""Roles that see the figures. The reference group sees no case behind them."""


class GrantYear(models.Model):
    """What of a granted amount falls in one year, as the budget of the decision divides it. All years come to the amount."""

    decision = models.ForeignKey("grants.Decision", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    amount = KronorField(_("amount"))

    class Meta:
        constraints = [UniqueConstraint(fields=["decision", "year"], name="grant_year_once_per_decision")]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.year}"


class GrantFacts(models.Model):
    """What the yearly report counts a grant by, as the application told it (förordning 2024:99, 8 §)."""

    decision = models.OneToOneField("grants.Decision", on_delete=models.PROTECT, related_name="grant_facts")
    strategy_area = models.CharField(_("strategic area"), max_length=1, blank=True)
    economy = models.BooleanField(_("economy"), default=False)
    environment = models.BooleanField(_("environment"), default=False)
    integration = models.BooleanField(_("integration"), default=False)
    gender_equality = models.BooleanField(_("gender equality"), default=False)

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.strategy_area}"


class OutcomeImportQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "OutcomeImportQuerySet":
        return self.filter(project__programme__in=programmes_with_role(user, *ROW_READERS))

    def counting(self) -> "OutcomeImportQuerySet":
        return self.filter(undone_at=None)


class OutcomeImport(models.Model):
    """A sheet from the finance system with what has been booked on the platform's own project. It can be taken back."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="outcome_imports")
    file_name = models.CharField(_("file"), max_length=200)
    imported_at = models.DateTimeField(_("imported"))
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(_("taken back"), null=True, editable=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects = OutcomeImportQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="outcome_import_undone_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class PlatformOutcomeQuerySet(models.QuerySet):
    def counting(self) -> "PlatformOutcomeQuerySet":
        """Of each year, the lines of the newest import that tells of it and has not been taken back."""
        newest = (
            PlatformOutcome.objects.filter(
                batch__project=OuterRef("batch__project"), batch__undone_at=None, year=OuterRef("year")
            )
            .order_by("-batch")
            .values("batch")[:1]
        )
        return self.filter(batch=Subquery(newest))


class PlatformOutcome(models.Model):
    """One booked line of the sheet. A correction may be below zero."""

    batch = models.ForeignKey(OutcomeImport, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    year = models.PositiveSmallIntegerField(_("year"))
    category = models.CharField(_("cost category"), max_length=20, choices=CostCategory)
    text = models.CharField(_("what it is"), max_length=200, blank=True)
    amount = KronorField(_("amount"))

    objects = PlatformOutcomeQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["batch", "position"], name="outcome_position_is_unique"),
            CheckConstraint(condition=Q(category__in=CostCategory.values), name="outcome_category_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.year}"


class SnapshotQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "SnapshotQuerySet":
        return self.filter(programme__in=programmes_with_role(user, *FIGURE_READERS))


class Snapshot(models.Model):
    """All figures as they were on a day, with how many rows each had: kept to be compared with today's."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.PROTECT, related_name="snapshots")
    name = models.CharField(_("name"), max_length=80)
    figures = models.JSONField(default=list)
    """Plain values: key, label, unit, öre or number, and the rows behind. Readable without the code that made it."""
    kept_at = models.DateTimeField(_("kept"))
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = SnapshotQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("steering_snapshot", args=[self.pk])


class MonthlyLetter(models.Model):
    """That the figures of a month have been mailed to the steering group: once, also if the clock stood still meanwhile."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.PROTECT, related_name="+")
    month_on = models.DateField()
    """The first day of the month."""
    written_at = models.DateTimeField()

    class Meta:
        constraints = [UniqueConstraint(fields=["programme", "month_on"], name="one_letter_a_month")]

    def __str__(self) -> str:
        return f"{self.programme_id}: {self.month_on:%Y-%m}"


class YearlyReport(models.Model):
    """That the report of a year has been handed in to the government (förordning 2024:99), with who says so."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    sent_at = models.DateTimeField(_("handed in"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [UniqueConstraint(fields=["programme", "year"], name="one_yearly_report")]

    def __str__(self) -> str:
        return f"{self.programme_id}: {self.year}"
