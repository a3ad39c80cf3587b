"""The outbox: messages written with the change they tell of, delivered afterwards, never twice."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class MessageState(models.TextChoices):
    """Where a message is on its way."""

    WAITING = "waiting", _("Waiting")
    DIGEST = "digest", _("Waiting for the digest")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("Uncertain")
    DROPPED = "dropped", _("Not sent: the receiver has turned such mail off")


MESSAGE_MOVES = {
    MessageState.WAITING: {MessageState.SENDING, MessageState.FAILED, MessageState.DROPPED},
    MessageState.DIGEST: {MessageState.SENT, MessageState.DROPPED, MessageState.WAITING},
    MessageState.SENDING: {MessageState.SENT, MessageState.WAITING, MessageState.FAILED, MessageState.UNCERTAIN},
    MessageState.FAILED: {MessageState.WAITING},
    MessageState.UNCERTAIN: {MessageState.WAITING, MessageState.SENT},
    MessageState.SENT: set(),
    MessageState.DROPPED: set(),
}


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

    def stuck(self, *, before: datetime) -> "MessageQuerySet":
        """Taken by a worker that never came back."""
        return self.filter(state=MessageState.SENDING, claimed_at__lt=before)

    def undelivered(self) -> "MessageQuerySet":
        return self.filter(state__in=[MessageState.WAITING, MessageState.SENDING, MessageState.FAILED, MessageState.UNCERTAIN])


class Message(models.Model):
    """One mail to one address, written out in the receiver's language."""

    kind = models.CharField(_("kind"), max_length=80, db_index=True)
    category = models.CharField(_("category"), max_length=20, choices=Category)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    to_email = models.EmailField(_("to"))
    language = models.CharField(max_length=5)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField()
    html = models.TextField()
    about = models.CharField(max_length=80, blank=True, db_index=True)
    programme_id = models.BigIntegerField(null=True, db_index=True)
    dedupe_key = models.CharField(max_length=120, null=True, unique=True)
    state = models.CharField(_("state"), max_length=12, choices=MessageState, default=MessageState.WAITING, db_index=True)
    written_at = models.DateTimeField(_("written"), db_index=True)
    next_attempt_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
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
        ]
        indexes = [models.Index(fields=["state", "next_attempt_at"], name="message_queue")]

    def __str__(self) -> str:
        return self.subject


class Preference(models.Model):
    """How often a person wants mail of a category; without a row: at once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences")
    category = models.CharField(max_length=20, choices=Category)
    frequency = models.CharField(max_length=10, choices=Frequency)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["user", "category"], name="one_preference_per_category"),
            CheckConstraint(condition=Q(frequency__in=Frequency.values), name="preference_frequency_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.category}: {self.frequency}"
