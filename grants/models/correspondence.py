"""What is said in a case, and how its public documents are marked and disclosed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Exists, OuterRef, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from grants.states import DisclosureState, tone
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role

from .sketches import Sketch


class CaseMessageKind(models.TextChoices):
    """Written in the thread, or said otherwise and written down (förvaltningslagen 27 §)."""

    MESSAGE = "message", _("Message")
    CONVERSATION = "conversation", _("Noted conversation")


class CaseMessageQuerySet(models.QuerySet):
    def unread_by(self, user: Any, *, from_organisation: bool) -> "CaseMessageQuerySet":
        """From the other side, after the person last read the case, and not answered by a colleague since."""
        read = CaseReading.objects.filter(sketch=OuterRef("sketch"), user=user, read_at__gte=OuterRef("written_at"))
        answer = CaseMessage.objects.filter(
            sketch=OuterRef("sketch"), from_organisation=not from_organisation, written_at__gt=OuterRef("written_at")
        )
        return self.filter(~Exists(read), ~Exists(answer), from_organisation=from_organisation)


class CaseMessage(models.Model):
    """A message in the case between the organisation and those who handle it. Public documents, never changed."""

    sketch = models.ForeignKey(Sketch, on_delete=models.PROTECT, related_name="case_messages")
    kind = models.CharField(_("kind"), max_length=14, choices=CaseMessageKind, default=CaseMessageKind.MESSAGE)
    text = models.TextField(_("message"), max_length=4000)
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    from_organisation = models.BooleanField()
    held_at = models.DateTimeField(_("when it was said"), null=True)
    held_with = models.CharField(_("with whom"), max_length=200, blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = CaseMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(kind=CaseMessageKind.MESSAGE, held_at=None, held_with="")
                | (Q(kind=CaseMessageKind.CONVERSATION, held_at__isnull=False, from_organisation=False) & ~Q(held_with="")),
                name="a_noted_conversation_says_when_and_with_whom",
            ),
        ]
        indexes = [models.Index(fields=["sketch", "from_organisation", "written_at"], name="case_message_thread")]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_conversation(self) -> bool:
        return self.kind == CaseMessageKind.CONVERSATION


class CaseReading(models.Model):
    """Until when a person has read the messages of a case."""

    sketch = models.ForeignKey(Sketch, on_delete=models.CASCADE, related_name="readings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [UniqueConstraint(fields=["sketch", "user"], name="one_reading_of_a_case_each")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.sketch_id}"


def with_unread(user: Any) -> "models.QuerySet[Sketch]":
    """The cases in which the other side has written something the person has not read."""
    if not user.is_authenticated:
        return Sketch.objects.none()
    chosen = Sketch.objects.none()
    if user.organisation_ids:
        to_us = CaseMessage.objects.filter(sketch=OuterRef("pk")).unread_by(user, from_organisation=False)
        chosen = Sketch.objects.filter(Exists(to_us), organisation__in=user.organisation_ids)
    programmes = programmes_with_role(user, *OFFICERS)
    if programmes:
        to_officers = CaseMessage.objects.filter(sketch=OuterRef("pk")).unread_by(user, from_organisation=True)
        handled = Sketch.objects.readable_by_officer(user).filter(Exists(to_officers), call__programme__in=programmes)
        chosen = handled if not user.organisation_ids else Sketch.objects.filter(Q(pk__in=chosen) | Q(pk__in=handled))
    return chosen


class SecrecyMark(models.Model):
    """A warning on a document that something in it may be secret (OSL 5 kap. 5 §). Not a decision: each request is tried."""

    sketch = models.ForeignKey(Sketch, on_delete=models.PROTECT, related_name="secrecy_marks")
    document = models.CharField(max_length=80)
    section = models.CharField(_("section"), max_length=120)
    authority = models.CharField(_("authority"), max_length=160)
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="secrecy_mark_removed_at_and_by_together",
            ),
            UniqueConstraint(fields=["sketch", "document"], condition=Q(removed_at=None), name="one_secrecy_mark_on_a_document"),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.section}"


class DisclosureQuerySet(models.QuerySet):
    def left_behind(self, *, before: datetime) -> "DisclosureQuerySet":
        """Asked for, and nobody is building it: never taken up, or taken by a worker that did not come back."""
        pending = self.filter(state=DisclosureState.PENDING)
        return pending.filter(Q(claimed_at=None, asked_at__lt=before) | Q(claimed_at__lt=before)).order_by("pk")


class Disclosure(models.Model):
    """Documents of a case gathered in one file to be handed out. It is kept who did it and what, never to whom."""

    sketch = models.ForeignKey(Sketch, on_delete=models.PROTECT, related_name="disclosures")
    documents = models.JSONField()
    left_out = models.TextField(_("what is left out, and why"), max_length=2000, blank=True)
    without_contacts = models.BooleanField(_("without contact details"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=DisclosureState, default=DisclosureState.PENDING, editable=False)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    pdf = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=DisclosureState.values), name="disclosure_state_is_known"),
            CheckConstraint(
                condition=Q(state=DisclosureState.READY, pdf__isnull=False) | (~Q(state=DisclosureState.READY) & Q(pdf=None)),
                name="disclosure_is_ready_with_its_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sketch_id}: {self.state}"

    @property
    def tone(self) -> str:
        return tone(DisclosureState, self.state)
