"""The application: opened by an invitation, written by the organisation, frozen in versions, decided by a human."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.states import WRITING_STATES, ApplicationState, tone
from kraftsamling.lib.money import Kronor

from .budgets import Budget
from .sketches import Sketch
from .versions import FrozenVersion


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ApplicationQuerySet":
        """Members of the organisation, and those who read the case."""
        return self.filter(sketch__in=Sketch.objects.visible_to(user))

    def of_organisations(self, user: Any) -> "ApplicationQuerySet":
        return self.filter(sketch__in=Sketch.objects.of_organisations(user))

    def readable_by_officer(self, user: Any) -> "ApplicationQuerySet":
        """Of cases the person reads as officer or decision maker, conflicts excluded."""
        return self.filter(sketch__in=Sketch.objects.readable_by_officer(user))

    def open(self) -> "ApplicationQuerySet":
        return self.filter(state=ApplicationState.OPEN)

    def being_written(self) -> "ApplicationQuerySet":
        return self.filter(state__in=WRITING_STATES)

    def submitted_ever(self) -> "ApplicationQuerySet":
        """What the officers may read: before that, there is only a draft."""
        return self.filter(submitted_at__isnull=False)

    def in_competition(self) -> "ApplicationQuerySet":
        """Sent in, and neither withdrawn nor left untried: those that are weighed against each other."""
        left_out = [ApplicationState.WITHDRAWN, ApplicationState.LAPSED, ApplicationState.DISMISSED]
        return self.submitted_ever().exclude(state__in=left_out)

    def awaiting_decision(self) -> "ApplicationQuerySet":
        return self.filter(state=ApplicationState.SUBMITTED)

    def without_decision(self) -> "ApplicationQuerySet":
        """Nobody has begun to write a decision."""
        return self.filter(decisions=None)

    def granted(self) -> "ApplicationQuerySet":
        return self.filter(state=ApplicationState.GRANTED)

    def due_after(self, at: datetime) -> "ApplicationQuerySet":
        return self.open().filter(due_at__gt=at)

    def overdue(self, at: datetime) -> "ApplicationQuerySet":
        """Half-open: at the last moment itself it is too late."""
        return self.open().filter(due_at__lte=at)


class Application(models.Model):
    """The second step, by invitation only (domain 10, rule 6)."""

    sketch = models.OneToOneField(Sketch, on_delete=models.PROTECT, related_name="application")
    state = models.CharField(_("state"), max_length=12, choices=ApplicationState, default=ApplicationState.OPEN, editable=False)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(_("last moment"))
    versions_count = models.PositiveSmallIntegerField(default=0, editable=False)
    current_version = models.OneToOneField(
        "ApplicationVersion", on_delete=models.PROTECT, null=True, editable=False, related_name="current_for"
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False, db_index=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=ApplicationState.values), name="application_state_is_known"),
            CheckConstraint(
                condition=Q(state=ApplicationState.WITHDRAWN, withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | (~Q(state=ApplicationState.WITHDRAWN) & Q(withdrawn_at=None, withdrawn_by=None)),
                name="application_withdrawn_at_and_by_together",
            ),
            CheckConstraint(
                condition=Q(submitted_at=None, submitted_by=None, current_version=None, versions_count=0)
                | Q(
                    submitted_at__isnull=False,
                    submitted_by__isnull=False,
                    current_version__isnull=False,
                    versions_count__gte=1,
                ),
                name="application_submitted_at_and_by_together",
            ),
            CheckConstraint(
                condition=Q(state__in=[ApplicationState.OPEN, ApplicationState.WITHDRAWN, ApplicationState.LAPSED])
                | Q(submitted_at__isnull=False),
                name="application_beyond_open_has_been_submitted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sketch_id}"

    def get_absolute_url(self) -> str:
        return reverse("application_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(ApplicationState, self.state)

    @property
    def is_being_written(self) -> bool:
        return self.state in WRITING_STATES

    @property
    def handed_in(self) -> "ApplicationVersion":
        """The version that counts. Raises LookupError before anything has been handed in."""
        if self.current_version is None:
            raise LookupError(f"application {self.pk} has not been handed in")
        return self.current_version


class ApplicationDraft(models.Model):
    """What the organisation is writing, exactly as typed, by field name. Never read by anybody outside the organisation."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="draft")
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(saved_at=None, saved_by=None) | Q(saved_at__isnull=False, saved_by__isnull=False),
                name="application_draft_saved_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.revision}"


class ApplicationFileKind(models.TextChoices):
    """What a file beside the application is."""

    COFINANCING = "cofinancing", _("Certificate of cofinancing")
    DE_MINIMIS = "de_minimis", _("Certificate of de minimis aid")
    ANSWER = "answer", _("Answer to a question of the call")
    OTHER = "other", _("Other")


class ApplicationFile(models.Model):
    """A file beside the draft of an application. It goes with the next version that is handed in."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what it is"), max_length=12, choices=ApplicationFileKind, default=ApplicationFileKind.OTHER)
    question = models.ForeignKey("Question", on_delete=models.PROTECT, null=True, related_name="+")
    financier = models.CharField(_("financier"), max_length=160, blank=True)
    """Whose certificate of cofinancing it is, as the budget calls them."""
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=ApplicationFileKind.values), name="application_file_kind_is_known"),
            CheckConstraint(
                condition=Q(financier="") | Q(kind=ApplicationFileKind.COFINANCING),
                name="only_a_cofinancing_certificate_has_a_financier",
            ),
            CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="application_file_removed_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return str(self.file_id)


class HandIn(models.Model):
    """One of two has said that a revision is ready; another person sends it in (when a signatory signs jointly)."""

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="hand_in")
    revision = models.PositiveIntegerField()
    ready_at = models.DateTimeField()
    ready_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.application_id}: {self.revision}"


class ApplicationVersion(FrozenVersion):
    """An application as it was handed in, signed (domain 10, rule 7)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    budget = models.OneToOneField(Budget, on_delete=models.PROTECT, related_name="application_version")
    signed_by_name = models.CharField(_("signed by"), max_length=120)
    signed_by_title = models.CharField(_("title or assignment"), max_length=120, blank=True)
    signatory = models.ForeignKey("accounts.Signatory", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            UniqueConstraint(fields=["application", "number"], name="application_version_number_is_unique"),
            UniqueConstraint(fields=["application", "draft_revision"], name="an_application_draft_is_handed_in_once"),
            CheckConstraint(condition=Q(sought__gt=Kronor(0)), name="application_version_seeks_something"),
            CheckConstraint(condition=Q(sought__lte=models.F("total_cost")), name="application_version_seeks_at_most_the_cost"),
            CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="application_version_period_is_forwards"),
        ]
