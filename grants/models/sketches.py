"""The sketch: a case owned by an organisation, a draft that nobody else sees, and frozen versions."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Exists, F, Max, OuterRef, Prefetch, Q, Subquery, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.states import READING_STATES, SketchState, tone
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role

from .calls import Call, DeadlineExtension
from .versions import FrozenVersion

CASE_READERS = frozenset({*OFFICERS, Role.DECISION_MAKER})
"""Roles that read every submitted case of their programme, unless they are in conflict."""


def _conflict_of(user: Any) -> Q:
    from .applications import ApplicationVersion  # noqa: PLC0415 - the modules name each other
    from .reviews import ConflictDeclaration  # noqa: PLC0415

    conflict = Q(pk__in=ConflictDeclaration.objects.in_conflict().filter(user=user.pk).values("sketch"))  # few, and asked once
    if user.organisation_ids:
        partner = SketchVersion.partner_organisations.through.objects.filter(
            sketchversion__sketch=OuterRef("pk"), organisation__in=user.organisation_ids
        )
        later = ApplicationVersion.partner_organisations.through.objects.filter(
            applicationversion__application__sketch=OuterRef("pk"), organisation__in=user.organisation_ids
        )
        conflict |= Q(organisation__in=user.organisation_ids) | Q(Exists(partner)) | Q(Exists(later))
    return conflict


class SketchQuerySet(models.QuerySet):
    def of_organisations(self, user: Any) -> "SketchQuerySet":
        """The cases of the organisations the person belongs to, drafts included."""
        return self.filter(organisation__in=user.organisation_ids) if user.is_authenticated else self.none()

    def submitted_ever(self) -> "SketchQuerySet":
        """What has left the organisation's own space: drafts are nobody else's to see (OSL 40 kap. 5 §)."""
        return self.filter(submitted_at__isnull=False)

    def free_of_conflict_for(self, user: Any) -> "SketchQuerySet":
        """Without the cases the person must keep away from."""
        return self.exclude(_conflict_of(user))

    def closed_to(self, user: Any) -> "SketchQuerySet":
        """The cases the person must keep away from: declared conflict, own organisation as applicant or partner."""
        return self.filter(_conflict_of(user))

    def readable_by_officer(self, user: Any) -> "SketchQuerySet":
        """Submitted cases in the programmes where the person runs the call or decides, conflicts excluded."""
        if not user.is_authenticated:
            return self.none()
        programmes = programmes_with_role(user, *CASE_READERS)
        return self.submitted_ever().filter(call__programme__in=programmes).free_of_conflict_for(user)

    def readable_by_reviewer(self, user: Any) -> "SketchQuerySet":
        """Cases assigned to the person after a declaration that there is no conflict."""
        if not user.is_authenticated:
            return self.none()
        programmes = programmes_with_role(user, Role.REVIEWER)
        assigned = self.filter(
            call__programme__in=programmes, assessments__reviewer=user.pk, assessments__state__in=READING_STATES
        )
        return assigned.submitted_ever().free_of_conflict_for(user).distinct()

    def visible_to(self, user: Any) -> "SketchQuerySet":
        """What the person may read, in any capacity."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(organisation__in=user.organisation_ids)
            | Q(pk__in=SketchQuerySet(self.model).readable_by_officer(user).values("pk"))
            | Q(pk__in=SketchQuerySet(self.model).readable_by_reviewer(user).values("pk"))
        )

    def open_to_parties(self, user: Any) -> "SketchQuerySet":
        """The own organisation's cases, and those one handles or decides: messages and the record are not for reviewers."""
        if not user.is_authenticated:
            return self.none()
        handled = Q(pk__in=SketchQuerySet(self.model).readable_by_officer(user).values("pk"))
        return self.filter(Q(organisation__in=user.organisation_ids) | handled)

    def awaiting_outcome(self) -> "SketchQuerySet":
        return self.filter(state=SketchState.SUBMITTED)

    def in_draft(self) -> "SketchQuerySet":
        return self.filter(state=SketchState.DRAFT)

    def in_published_call(self) -> "SketchQuerySet":
        return self.filter(call__in=Call.objects.published())

    def in_competition(self) -> "SketchQuerySet":
        """Handed in and not withdrawn: those that are compared."""
        return self.filter(state__in=[SketchState.SUBMITTED, SketchState.INVITED, SketchState.DECLINED])

    def with_moments(self) -> "SketchQuerySet":
        """With the later moment the organisation has been given, and what is to be completed: next_moment() asks nothing more."""
        given = DeadlineExtension.objects.filter(call=OuterRef("call"), organisation=OuterRef("organisation"))
        asked = apps.get_model("grants", "CompletionRequest").objects.open()
        return (
            self.annotate(extended_until_at=Subquery(given.order_by("-until_at").values("until_at")[:1]))
            .select_related("application")
            .prefetch_related(Prefetch("application__completions", asked, to_attr="completions_open"))
        )

    def with_details(self) -> "SketchQuerySet":
        """With what a list shows of each case, and without its long texts."""
        related = self.select_related("call__programme", "organisation__seat", "draft", "current_version__main_focus_area")
        return related.defer("current_version__content", "draft__content")


class Sketch(models.Model):
    """The short first step: one page, judged before anyone writes an application."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="sketches")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="sketches")
    state = models.CharField(_("state"), max_length=12, choices=SketchState, default=SketchState.DRAFT, editable=False)
    number = models.CharField(_("case number"), max_length=20, null=True, unique=True, editable=False)
    registry_number = models.CharField(_("registry number"), max_length=30, blank=True)
    versions_count = models.PositiveSmallIntegerField(default=0, editable=False)
    current_version = models.OneToOneField(
        "SketchVersion", on_delete=models.PROTECT, null=True, editable=False, related_name="current_for"
    )
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False, db_index=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = SketchQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=SketchState.values), name="sketch_state_is_known"),
            CheckConstraint(
                condition=Q(submitted_at=None, submitted_by=None, current_version=None, number=None, versions_count=0)
                | Q(
                    submitted_at__isnull=False,
                    submitted_by__isnull=False,
                    current_version__isnull=False,
                    number__isnull=False,
                    versions_count__gte=1,
                ),
                name="sketch_submitted_at_and_by_together",
            ),
            CheckConstraint(
                condition=~Q(state=SketchState.DRAFT) | Q(submitted_at=None), name="sketch_in_draft_has_not_been_submitted"
            ),
            CheckConstraint(
                condition=Q(state__in=[SketchState.DRAFT, SketchState.WITHDRAWN]) | Q(submitted_at__isnull=False),
                name="sketch_beyond_draft_has_been_submitted",
            ),
            CheckConstraint(
                condition=Q(state=SketchState.WITHDRAWN, withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | (~Q(state=SketchState.WITHDRAWN) & Q(withdrawn_at=None, withdrawn_by=None)),
                name="sketch_withdrawn_at_and_by_together",
            ),
        ]
        indexes = [models.Index(fields=["call", "state"], name="sketch_call_and_state")]

    def __str__(self) -> str:
        return self.number or f"{self._meta.verbose_name} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("sketch_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(SketchState, self.state)

    @property
    def handed_in(self) -> "SketchVersion":
        """The version that counts. Raises LookupError before anything has been handed in."""
        if self.current_version is None:
            raise LookupError(f"sketch {self.pk} has not been handed in")
        return self.current_version

    def deadline(self) -> datetime:
        """The closing moment, or the later one this organisation has been given."""
        if hasattr(self, "extended_until_at"):
            return max(filter(None, [self.call.closes_at, self.extended_until_at]))
        extended = DeadlineExtension.objects.filter(call=self.call_id, organisation=self.organisation_id)
        latest = extended.aggregate(latest=Max("until_at"))["latest"]
        return max(filter(None, [self.call.closes_at, latest]))

    def may_be_handed_in(self, at: datetime) -> bool:
        """Half-open: at the closing moment it is too late. Asked at every hand-in, on the server."""
        return self.call.takes_sketches(at, until=self.deadline())


class SketchDraft(models.Model):
    """What the organisation is writing, exactly as typed. Never read by anybody outside the organisation."""

    sketch = models.OneToOneField(Sketch, on_delete=models.CASCADE, related_name="draft")
    title = models.CharField(max_length=200, blank=True)
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.title


class SketchFile(models.Model):
    """A file beside the draft, as answer to a question of the call or on its own."""

    sketch = models.ForeignKey(Sketch, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    question = models.ForeignKey("Question", on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="sketch_file_removed_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return str(self.file_id)


class SketchVersion(FrozenVersion):
    """A sketch as it was handed in."""

    sketch = models.ForeignKey(Sketch, on_delete=models.PROTECT, related_name="versions")

    class Meta:
        constraints = [
            UniqueConstraint(fields=["sketch", "number"], name="sketch_version_number_is_unique"),
            UniqueConstraint(fields=["sketch", "draft_revision"], name="a_draft_is_handed_in_once"),
            CheckConstraint(condition=Q(sought__gt=Kronor(0)), name="sketch_version_seeks_something"),
            CheckConstraint(condition=Q(sought__lte=F("total_cost")), name="sketch_version_seeks_at_most_the_cost"),
            CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="sketch_version_period_is_forwards"),
        ]


class NumberSeries(models.Model):
    """The last number given in a series of case numbers."""

    name = models.CharField(max_length=30, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"


class ParkedText(models.Model):
    """What somebody sent after the session had expired, kept until they have logged in again."""

    token = models.CharField(max_length=64, unique=True)
    path = models.CharField(max_length=200)
    content = models.JSONField()
    parked_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.path
