"""A document that a worker makes: a PDF, a sheet or an archive, with what the page shows of how far it has come."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pilots.states import BuildState, tone


class DocumentBuildQuerySet(models.QuerySet):
    def of(self, kind: str, subject_id: int, key: str = "") -> "DocumentBuildQuerySet":
        return self.filter(kind=kind, subject_id=subject_id, key=key)

    def that_count(self) -> "DocumentBuildQuerySet":
        """Ready, or on its way: what could not be made is asked for anew."""
        return self.exclude(state=BuildState.FAILED)

    def ready(self) -> "DocumentBuildQuerySet":
        return self.filter(state=BuildState.READY)

    def left_behind(self, *, waiting_before: datetime, running_before: datetime) -> "DocumentBuildQuerySet":
        """Waits although it was asked for long ago, or was begun by a worker that has not been heard of since."""
        waits = Q(state=BuildState.WAITING, seen_at=None, asked_at__lt=waiting_before)
        waits_again = Q(state=BuildState.WAITING, seen_at__lt=waiting_before)
        return self.filter(waits | waits_again | Q(state=BuildState.RUNNING, seen_at__lt=running_before))


class DocumentBuild(models.Model):
    """One document of a kind about one thing. Asked for twice it is the same one, until it could not be made.

    `key` tells documents of the same kind about the same thing apart: put there what the content depends on.
    """

    kind = models.CharField(max_length=40)
    subject_id = models.PositiveBigIntegerField()
    key = models.CharField(max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=BuildState, default=BuildState.WAITING, editable=False)
    done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=1)
    error = models.TextField(blank=True)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    """Nobody for what the system makes by itself."""
    begun_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    """When the worker last gave a sign of life."""
    worker = models.CharField(max_length=60, blank=True)
    """Whose turn it is: who has lost it can no longer write."""
    attempts = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    objects = DocumentBuildQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=BuildState.values), name="document_build_state_is_known"),
            CheckConstraint(
                condition=Q(state=BuildState.READY, file__isnull=False) | (~Q(state=BuildState.READY) & Q(file=None)),
                name="document_build_has_a_file_when_ready",
            ),
            UniqueConstraint(
                fields=["kind", "subject_id", "key"], condition=~Q(state=BuildState.FAILED), name="one_document_build_of_a_thing"
            ),
        ]
        indexes = [models.Index(fields=["state", "seen_at"], name="document_build_queue")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}: {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("build_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(BuildState, self.state)

    @property
    def is_on_its_way(self) -> bool:
        return self.state in {BuildState.WAITING, BuildState.RUNNING}

    @property
    def is_ready(self) -> bool:
        return self.state == BuildState.READY
