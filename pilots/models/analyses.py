"""The joint analysis (samlad analys): a synthesis of all the projects, with findings that quote approved sources."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role
from pilots.states import AnalysisState, tone

from .learning import LONGEST_QUOTE, InterviewNote, Theme
from .projects import Project
from .reports import ReportVersion

ANALYSIS_READERS = frozenset({*OFFICERS, Role.STEERING_GROUP, Role.DECISION_MAKER, Role.REFERENCE_GROUP})
"""Who reads what has been published. The reference group reads it without quotes and projects."""

SECTION_LABELS = {
    "learnings": _("What we have learned"),
    "challenges": _("Challenges"),
    "conditions": _("Conditions for long-term work"),
}


class JointAnalysisQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "JointAnalysisQuerySet":
        """Those who write it see all; the other readers what has been published at least once."""
        if not user.is_authenticated:
            return self.none()
        published = Q(programme__in=programmes_with_role(user, *ANALYSIS_READERS), versions_count__gt=0)
        return self.filter(Q(programme__in=programmes_with_role(user, *OFFICERS)) | published)

    def handled_by(self, user: Any) -> "JointAnalysisQuerySet":
        return self.filter(programme__in=programmes_with_role(user, *OFFICERS))

    def published(self) -> "JointAnalysisQuerySet":
        return self.filter(versions_count__gt=0)


class JointAnalysis(models.Model):
    """The text as it is being written. What is published is a version of its own, which never changes."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.PROTECT, related_name="analyses")
    call = models.ForeignKey("grants.Call", on_delete=models.PROTECT, null=True, related_name="+")
    """The call whose projects it is about; none when it is about all of the programme."""
    state = models.CharField(_("state"), max_length=10, choices=AnalysisState, default=AnalysisState.DRAFT, editable=False)
    title = models.CharField(_("title"), max_length=160)
    content = models.JSONField(default=dict)
    """What has been typed, right or wrong."""
    revision = models.PositiveIntegerField(default=0, editable=False)
    is_public = models.BooleanField(_("may be shown in public"), default=False)
    versions_count = models.PositiveSmallIntegerField(default=0, editable=False)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = JointAnalysisQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=AnalysisState.values), name="analysis_state_is_known"),
            CheckConstraint(
                condition=Q(state=AnalysisState.DRAFT) | Q(versions_count__gt=0), name="published_analysis_has_a_version"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("analysis_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(AnalysisState, self.state)

    @property
    def is_draft(self) -> bool:
        return self.state == AnalysisState.DRAFT


class AnalysisVersion(models.Model):
    """A joint analysis as it was published: frozen, with its findings and their quotes."""

    analysis = models.ForeignKey(JointAnalysis, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField()
    checksum = models.CharField(_("checksum"), max_length=64)
    published_at = models.DateTimeField(_("published"))
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [UniqueConstraint(fields=["analysis", "number"], name="analysis_version_number_is_unique")]

    def __str__(self) -> str:
        return f"{self.analysis_id}: {self.number}"


class FindingKind(models.TextChoices):
    """What the finding is for others who try the same."""

    SUCCESS = "success", _("Success factor")
    OBSTACLE = "obstacle", _("Obstacle")


class Finding(models.Model):
    """Something that several projects show, in one sentence and a few."""

    analysis = models.ForeignKey(JointAnalysis, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(_("kind"), max_length=10, choices=FindingKind)
    title = models.CharField(_("finding, in one sentence"), max_length=200)
    text = models.TextField(_("what it means"), max_length=4000, blank=True)
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        constraints = [CheckConstraint(condition=Q(kind__in=FindingKind.values), name="finding_kind_is_known")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_success(self) -> bool:
        return self.kind == FindingKind.SUCCESS


class FindingQuoteQuerySet(models.QuerySet):
    def readable_by(self, user: Any) -> "FindingQuoteQuerySet":
        """Without what comes from projects in which the person is in conflict."""
        return self.filter(project__in=Project.objects.handled_by(user, *OFFICERS, Role.STEERING_GROUP, Role.DECISION_MAKER))


class FindingQuote(models.Model):
    """The words of an approved source, under the finding they carry."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="quotes")
    quote = models.TextField(_("quote"), max_length=LONGEST_QUOTE)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.ForeignKey(InterviewNote, on_delete=models.PROTECT, null=True, related_name="quotes")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = FindingQuoteQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(version__isnull=False, note=None) | Q(version=None, note__isnull=False),
                name="a_quote_has_one_source",
            ),
        ]

    def __str__(self) -> str:
        return self.quote[:60]
