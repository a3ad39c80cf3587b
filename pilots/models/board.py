"""Information items for the board (informationsärenden, AC-040…046)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role
from pilots.states import BoardItemState, tone

from .analyses import JointAnalysis
from .projects import Project

BOARD_ITEM_READERS = frozenset({*OFFICERS, Role.STEERING_GROUP, Role.DECISION_MAKER})
MOST_MINUTES = 30
"""The running order is never longer (AC-045); it can be shorter."""


class BoardItemQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "BoardItemQuerySet":
        """Those who write it; the steering group and those who decide when it is ready.

        An item tells of its projects as a whole, so nobody in conflict in one of them reads it.
        """
        if not user.is_authenticated:
            return self.none()
        ready = Q(programme__in=programmes_with_role(user, *BOARD_ITEM_READERS), state=BoardItemState.READY)
        closed = Project.objects.filter(programme__in=programmes_with_role(user, *Role)).closed_to(user)
        mine = self.filter(Q(programme__in=programmes_with_role(user, *OFFICERS)) | ready)
        return mine.exclude(pk__in=BoardItem.projects.through.objects.filter(project__in=closed).values("boarditem"))

    def handled_by(self, user: Any) -> "BoardItemQuerySet":
        return self.visible_to(user).filter(programme__in=programmes_with_role(user, *OFFICERS))


class BoardItem(models.Model):
    """What the board is told at a meeting. Nothing is decided by it."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.PROTECT, related_name="board_items")
    number = models.PositiveSmallIntegerField(_("number"))
    meeting_on = models.DateField(_("day of the meeting"))
    meeting = models.CharField(_("meeting"), max_length=160)
    title = models.CharField(_("title"), max_length=160)
    state = models.CharField(_("state"), max_length=10, choices=BoardItemState, default=BoardItemState.DRAFT, editable=False)
    projects = models.ManyToManyField(Project, related_name="board_items")
    analysis = models.ForeignKey(JointAnalysis, on_delete=models.PROTECT, null=True, related_name="+")
    content = models.JSONField(default=dict)
    """The texts that count, by name."""
    generated = models.JSONField(default=dict)
    """The texts as they were last made from the data: where they differ from the content, somebody has edited."""
    limit = models.PositiveSmallIntegerField(_("minutes in all"), default=MOST_MINUTES)
    minutes = models.PositiveSmallIntegerField(default=0, editable=False)
    """The sum of the parts that have minutes of their own."""
    revision = models.PositiveIntegerField(default=1, editable=False)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = BoardItemQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["programme", "number"], name="board_item_number_is_unique"),
            CheckConstraint(condition=Q(state__in=BoardItemState.values), name="board_item_state_is_known"),
            CheckConstraint(condition=Q(minutes__lte=F("limit")), name="board_item_minutes_are_within_the_limit"),
            CheckConstraint(condition=Q(limit__gte=1), name="board_item_limit_is_something"),
            CheckConstraint(condition=Q(limit__lte=MOST_MINUTES), name="board_item_limit_is_at_most_thirty"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("board_item_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(BoardItemState, self.state)

    @property
    def is_draft(self) -> bool:
        return self.state == BoardItemState.DRAFT
