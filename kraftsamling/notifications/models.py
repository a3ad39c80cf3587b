"""The outbox: messages written with the change they tell of, delivered afterwards, never twice."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from . import visibility

OUTBOX_ROLES = frozenset({"process_leader", "process_team", "administrator"})
"""Programme roles that watch over the programme's messages."""
ADMINISTRATOR = "administrator"


class MessageState(models.TextChoices):
    """Where a message is on its way."""

    WAITING = "waiting", _("Waiting")
    DIGEST = "digest", _("Waiting for the digest")
    BUNDLED = "bundled", _("In a digest")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("Uncertain")
    DROPPED = "dropped", _("Not sent")


MESSAGE_MOVES = {
    MessageState.WAITING: {MessageState.SENDING, MessageState.FAILED, MessageState.DROPPED},
    MessageState.DIGEST: {MessageState.BUNDLED, MessageState.DROPPED, MessageState.WAITING},
    MessageState.BUNDLED: set(),
    MessageState.SENDING: {MessageState.SENT, MessageState.WAITING, MessageState.FAILED, MessageState.UNCERTAIN},
    MessageState.FAILED: {MessageState.WAITING, MessageState.DROPPED},
    MessageState.UNCERTAIN: {MessageState.WAITING, MessageState.SENT},
    MessageState.SENT: set(),
    MessageState.DROPPED: set(),
}


SENDABLE_AGAIN = frozenset({MessageState.FAILED, MessageState.UNCERTAIN})
"""From here a human can have a message sent once more."""


class DropReason(models.TextChoices):
    """Why a promised message was never sent."""

    TURNED_OFF = "turned_off", _("The receiver has turned such mail off.")
    CONFLICT = "conflict", _("The receiver has a conflict of interest in the case.")


class Category(models.TextChoices):
    """What a message is about; people choose how often per category, but never miss what concerns their case."""

    CASE = "case", _("Our cases: receipts, answers and decisions")
    REMINDER = "reminder", _("Reminders of deadlines")
    NEWS = "news", _("News from the programme")
    ACCOUNT = "account", _("Account and log-in")


ALWAYS_SENT = frozenset({Category.CASE, Category.ACCOUNT})


class Frequency(models.TextChoices):
    """How often mail of a category comes."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    NEVER = "never", _("Never")


class MessageQuerySet(models.QuerySet):
    def due(self, *, at: datetime) -> "MessageQuerySet":
        return self.filter(state=MessageState.WAITING, next_attempt_at__lte=at)

    def digest_due(self, *, at: datetime) -> "MessageQuerySet":
        return self.filter(state=MessageState.DIGEST, next_attempt_at__lte=at)

    def stuck(self, *, before: datetime) -> "MessageQuerySet":
        """Taken by a worker that never came back."""
        return self.filter(state=MessageState.SENDING, claimed_at__lt=before)

    def handed_over(self) -> "MessageQuerySet":
        """The mail server may have got it: to send it once more could be to send it twice."""
        return self.exclude(handed_over_at=None)

    def not_handed_over(self) -> "MessageQuerySet":
        return self.filter(handed_over_at=None)

    def on_its_way(self) -> "MessageQuerySet":
        """Promised, and neither arrived nor given up."""
        return self.filter(state__in=[MessageState.WAITING, MessageState.SENDING])

    def visible_to(self, user: Any) -> "MessageQuerySet":
        """The messages of the programmes one works in, and to administrators those of no programme; none of excluded cases.

        A digest is of all the cases in it.
        """
        programmes = {programme for programme, role in user.programme_roles if role in OUTBOX_ROLES}
        readable = Q(programme_id__in=programmes)
        if any(role == ADMINISTRATOR for _programme, role in user.programme_roles):
            readable |= Q(programme_id=None)
        closed = reduce(or_, (Q(about__in=targets) for targets in visibility.hidden_targets(user)), Q(pk__in=[]))
        gathered = Message.objects.exclude(digest=None).filter(closed)
        return self.filter(readable).exclude(closed).exclude(pk__in=gathered.values("digest"))

    def to_receiver(self, words: str) -> "MessageQuerySet":
        return self.filter(Q(to_email__icontains=words) | Q(to__name__icontains=words))

    def can_be_withheld(self) -> "MessageQuerySet":
        return self.filter(state__in=[MessageState.WAITING, MessageState.DIGEST, MessageState.FAILED])


class Message(models.Model):
    """One mail to one address, written out in the receiver's language."""

    kind = models.CharField(_("kind"), max_length=80, db_index=True)
    category = models.CharField(_("category"), max_length=20, choices=Category)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    to_email = models.EmailField(_("to"), db_index=True)
    language = models.CharField(max_length=5)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField()
    html = models.TextField()
    attachment = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    about = models.CharField(max_length=80, blank=True, db_index=True)
    programme_id = models.BigIntegerField(null=True)
    dedupe_key = models.CharField(max_length=400, null=True, unique=True)
    digest = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="bundled")
    state = models.CharField(_("state"), max_length=12, choices=MessageState, default=MessageState.WAITING)
    dropped_because = models.CharField(max_length=12, choices=DropReason, blank=True)
    written_at = models.DateTimeField(_("written"))
    next_attempt_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.CharField(max_length=500, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_is_known"),
            CheckConstraint(condition=Q(category__in=Category.values), name="message_category_is_known"),
            CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False) | (~Q(state=MessageState.SENT) & Q(sent_at=None)),
                name="message_sent_at_goes_with_sent",
            ),
            CheckConstraint(
                condition=(Q(state=MessageState.DROPPED) & ~Q(dropped_because=""))
                | (~Q(state=MessageState.DROPPED) & Q(dropped_because="")),
                name="message_dropped_because_goes_with_dropped",
            ),
            CheckConstraint(
                condition=Q(state=MessageState.BUNDLED, digest__isnull=False) | (~Q(state=MessageState.BUNDLED) & Q(digest=None)),
                name="message_digest_goes_with_bundled",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_attempt_at"], name="message_queue"),
            models.Index(fields=["programme_id", "-written_at", "-id"], name="message_list"),
            models.Index(fields=["programme_id", "state"], name="message_list_by_state"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def may_be_turned_off(self) -> bool:
        return self.category not in ALWAYS_SENT


class Preference(models.Model):
    """How often a person wants mail of a category; without a row: at once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences")
    category = models.CharField(max_length=20, choices=Category)
    frequency = models.CharField(max_length=10, choices=Frequency)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["user", "category"], name="one_preference_per_category"),
            CheckConstraint(condition=Q(frequency__in=Frequency.values), name="preference_frequency_is_known"),
            CheckConstraint(condition=~Q(category__in=sorted(ALWAYS_SENT)), name="preference_not_for_what_is_always_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.category}: {self.frequency}"


class TurnedOffAddress(models.Model):
    """An address without an account has turned a category off."""

    email = models.EmailField()
    category = models.CharField(max_length=20, choices=Category)

    class Meta:
        constraints = [UniqueConstraint(fields=["email", "category"], name="address_turned_off_once_per_category")]

    def __str__(self) -> str:
        return f"{self.email}: {self.category}"
