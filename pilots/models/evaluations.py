"""Evaluations of stages, and the yearly follow-up of each case (förordning 2003:596, 12 §)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role
from pilots.states import EvaluationState, tone

from .projects import CASE_READERS, Project

EVALUATION_READERS = frozenset({*OFFICERS, Role.STEERING_GROUP, Role.DECISION_MAKER})


class StageEvaluationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "StageEvaluationQuerySet":
        """Those who write it; the steering group and those who decide when it has been closed. Never in conflict."""
        if not user.is_authenticated:
            return self.none()
        readable = Q(programme__in=programmes_with_role(user, *EVALUATION_READERS), state=EvaluationState.CLOSED)
        return self.filter(Q(programme__in=programmes_with_role(user, *OFFICERS)) | readable).filter(
            Q(project=None) | Q(project__in=Project.objects.handled_by(user, *EVALUATION_READERS))
        )

    def handled_by(self, user: Any) -> "StageEvaluationQuerySet":
        return self.visible_to(user).filter(programme__in=programmes_with_role(user, *OFFICERS))


class StageEvaluation(models.Model):
    """One stage of the programme or of a project: notes that shape it on the way, and a judgement when it is over."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.PROTECT, related_name="evaluations")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="evaluations")
    stage = models.CharField(_("stage"), max_length=120)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=10, choices=EvaluationState, default=EvaluationState.OPEN, editable=False)
    summary = models.TextField(_("summary"), max_length=6000, blank=True)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects = StageEvaluationQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=EvaluationState.values), name="evaluation_state_is_known"),
            CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="evaluation_period_is_forwards"),
            CheckConstraint(
                condition=(Q(state=EvaluationState.CLOSED) & Q(closed_at__isnull=False, closed_by__isnull=False))
                | (Q(state=EvaluationState.OPEN) & Q(closed_at=None, closed_by=None)),
                name="evaluation_is_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.stage

    def get_absolute_url(self) -> str:
        return reverse("evaluation_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(EvaluationState, self.state)

    @property
    def is_open(self) -> bool:
        return self.state == EvaluationState.OPEN


class FormativeNote(models.Model):
    """What was seen on the way, and what it leads to. Added, never changed."""

    evaluation = models.ForeignKey(StageEvaluation, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("note"), max_length=4000)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.text[:60]


class Judgement(models.TextChoices):
    FULFILLED = "fulfilled", _("Fulfilled")
    PARTLY = "partly", _("Partly fulfilled")
    NOT = "not", _("Not fulfilled")


JUDGEMENT_TONES = {Judgement.FULFILLED: "ok", Judgement.PARTLY: "wait", Judgement.NOT: "stop"}


class StageGoal(models.Model):
    """A goal of the stage, and how it went in the end, with reasons."""

    evaluation = models.ForeignKey(StageEvaluation, on_delete=models.CASCADE, related_name="goals")
    position = models.PositiveSmallIntegerField(_("order"))
    goal = models.CharField(_("goal"), max_length=400)
    judgement = models.CharField(_("judgement"), max_length=10, choices=Judgement, blank=True)
    reasons = models.TextField(_("reasons"), max_length=3000, blank=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(judgement__in=["", *Judgement.values]), name="goal_judgement_is_known"),
            CheckConstraint(condition=Q(judgement="") | ~Q(reasons=""), name="goal_judgement_has_reasons"),
        ]

    def __str__(self) -> str:
        return self.goal

    @property
    def tone(self) -> str:
        return JUDGEMENT_TONES[Judgement(self.judgement)] if self.judgement else "neutral"


class YearlyFollowUpQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "YearlyFollowUpQuerySet":
        return self.filter(project__in=Project.objects.handled_by(user, *CASE_READERS))

    def handled_by(self, user: Any) -> "YearlyFollowUpQuerySet":
        return self.filter(project__in=Project.objects.handled_by(user, *OFFICERS))

    def open(self) -> "YearlyFollowUpQuerySet":
        return self.filter(done_at=None)


class YearlyFollowUp(models.Model):
    """That a case is looked at once a year, and what was seen. Made by itself, done by a human."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="follow_ups")
    year = models.PositiveSmallIntegerField(_("year"))
    due_on = models.DateField(_("last day"), db_index=True)
    made_at = models.DateTimeField()
    done_on = models.DateField(_("day of the follow-up"), null=True, editable=False)
    note = models.TextField(_("what was seen"), max_length=4000, blank=True)
    done_at = models.DateTimeField(null=True, editable=False)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects = YearlyFollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["project", "year"], name="one_follow_up_per_project_and_year"),
            CheckConstraint(
                condition=Q(done_at=None, done_by=None, done_on=None)
                | (Q(done_at__isnull=False, done_by__isnull=False, done_on__isnull=False) & ~Q(note="")),
                name="follow_up_is_done_by_somebody_with_a_note",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("follow_up_detail", args=[self.pk])
