"""Review: who assesses what, free of conflict, with a score and a reason per criterion."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.states import FINISHED_STATES, READING_STATES, UNDECIDED_STATES, AssessmentState, SketchState, tone
from kraftsamling.programmes.models import ProgrammeRole, Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role

from .calls import Step
from .sketches import Sketch

HIGHEST_SCORE = 5


class ConflictDeclarationQuerySet(models.QuerySet):
    def in_conflict(self) -> "ConflictDeclarationQuerySet":
        return self.filter(has_conflict=True)


class ConflictDeclaration(models.Model):
    """A person says whether they are in conflict of interest in a case (förvaltningslagen 16–18 §§; KL 6:28–32)."""

    sketch = models.ForeignKey("Sketch", on_delete=models.CASCADE, related_name="conflict_declarations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    has_conflict = models.BooleanField()
    ground = models.CharField(_("ground"), max_length=400, blank=True)
    declared_at = models.DateTimeField()

    objects = ConflictDeclarationQuerySet.as_manager()

    class Meta:
        constraints = [UniqueConstraint(fields=["sketch", "user"], name="one_conflict_declaration_each")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.sketch_id}: {self.has_conflict}"


class Recommendation(models.TextChoices):
    """What the reviewer would do. Ranking supports; a human decides (domain 10, rule 9)."""

    INVITE = "invite", _("Invite")
    MAYBE = "maybe", _("Perhaps")
    DECLINE = "decline", _("Do not invite")


GRANT_WORDS = {
    Recommendation.INVITE: _("Grant it"),
    Recommendation.MAYBE: _("Perhaps"),
    Recommendation.DECLINE: _("Do not grant it"),
}
"""The same three, said of an application."""


def recommendations(step: str) -> list[tuple[str, Any]]:
    """The choices, in the words of the step."""
    words: Any = GRANT_WORDS if step == Step.APPLICATION else {key: key.label for key in Recommendation}
    return [(key.value, words[key]) for key in Recommendation]


class AssessmentQuerySet(models.QuerySet):
    def in_step(self, step: str) -> "AssessmentQuerySet":
        return self.filter(step=step)

    def of_open_cases(self) -> "AssessmentQuerySet":
        """The sketch waits for its answer, or the application for its decision."""
        sketches = Q(step=Step.SKETCH, sketch__state=SketchState.SUBMITTED)
        return self.filter(sketches | Q(step=Step.APPLICATION, sketch__application__state__in=UNDECIDED_STATES))

    def of_reviewer(self, user: Any) -> "AssessmentQuerySet":
        return self.filter(reviewer=user).exclude(state=AssessmentState.REMOVED)

    def remaining(self) -> "AssessmentQuerySet":
        return self.filter(state__in=[AssessmentState.ASSIGNED, AssessmentState.OPEN])

    def finished(self) -> "AssessmentQuerySet":
        return self.filter(state__in=FINISHED_STATES)

    def submitted(self) -> "AssessmentQuerySet":
        return self.filter(state=AssessmentState.SUBMITTED)

    def active(self) -> "AssessmentQuerySet":
        return self.exclude(state__in=[AssessmentState.REMOVED, AssessmentState.EXCLUDED])

    def to_remind(self) -> "AssessmentQuerySet":
        """Those that remain, where the call says when reviewers of the step are done."""
        sketches = Q(step=Step.SKETCH, sketch__call__review_due_at__isnull=False)
        applications = Q(step=Step.APPLICATION, sketch__call__application_review_due_at__isnull=False)
        return self.remaining().of_open_cases().filter(sketches | applications)

    def of_current_reviewers(self) -> "AssessmentQuerySet":
        """Assigned to people who still are reviewers in the call's programme."""
        roles = ProgrammeRole.objects.filter(
            user=models.OuterRef("reviewer"), programme=models.OuterRef("sketch__call__programme"), role=Role.REVIEWER
        )
        return self.filter(models.Exists(roles))

    def in_queue_order(self) -> "AssessmentQuerySet":
        """Those skipped come last, the longest skipped first."""
        return self.order_by(models.F("skipped_at").asc(nulls_first=True), "sketch__number", "pk")


class Assessment(models.Model):
    """One reviewer's assessment of one sketch, or of the application that followed, from assignment to hand-in."""

    step = models.CharField(_("step"), max_length=12, choices=Step, default=Step.SKETCH, editable=False)
    sketch = models.ForeignKey("Sketch", on_delete=models.PROTECT, related_name="assessments")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assessments")
    state = models.CharField(_("state"), max_length=12, choices=AssessmentState, default=AssessmentState.ASSIGNED, editable=False)
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    draft = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    skipped_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    version = models.ForeignKey("SketchVersion", on_delete=models.PROTECT, null=True, related_name="+")
    application_version = models.ForeignKey("ApplicationVersion", on_delete=models.PROTECT, null=True, related_name="+")
    recommendation = models.CharField(_("recommendation"), max_length=10, choices=Recommendation, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    weighted_mean = models.DecimalField(_("weighted mean"), max_digits=5, decimal_places=3, null=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["sketch", "reviewer", "step"], name="one_assessment_per_reviewer_and_step"),
            CheckConstraint(condition=Q(step__in=Step.values), name="assessment_step_is_known"),
            CheckConstraint(condition=Q(version=None) | Q(step=Step.SKETCH), name="a_sketch_is_assessed_in_the_step_of_sketches"),
            CheckConstraint(
                condition=Q(application_version=None) | Q(step=Step.APPLICATION),
                name="an_application_is_assessed_in_the_step_of_applications",
            ),
            CheckConstraint(condition=Q(state__in=AssessmentState.values), name="assessment_state_is_known"),
            CheckConstraint(
                condition=Q(state=AssessmentState.SUBMITTED, submitted_at__isnull=False, weighted_mean__isnull=False)
                | (~Q(state=AssessmentState.SUBMITTED) & Q(weighted_mean=None)),
                name="assessment_has_a_mean_when_submitted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sketch_id} – {self.reviewer_id}"

    def get_absolute_url(self) -> str:
        return reverse("assessment_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(AssessmentState, self.state)

    @property
    def is_of_application(self) -> bool:
        return self.step == Step.APPLICATION

    @property
    def case_is_open(self) -> bool:
        """What is assessed still waits: for its answer, or for its decision."""
        if self.is_of_application:
            return self.sketch.application.state in UNDECIDED_STATES
        return self.sketch.state == SketchState.SUBMITTED

    @property
    def due_at(self) -> datetime | None:
        """By when the reviewer is asked to be done, if the call says it."""
        return self.sketch.call.reviewed_by(self.step)

    @property
    def assessed(self) -> Any:
        """The version that counts, of the sketch or of the application."""
        return self.sketch.application.handed_in if self.is_of_application else self.sketch.handed_in

    @property
    def recommendation_text(self) -> Any:
        return dict(recommendations(self.step)).get(self.recommendation, "")

    @property
    def is_readable(self) -> bool:
        return self.state in READING_STATES

    @property
    def is_finished(self) -> bool:
        return self.state in FINISHED_STATES


class Score(models.Model):
    """0–5 for one criterion, with the reason."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey("Criterion", on_delete=models.PROTECT, related_name="scores")
    value = models.PositiveSmallIntegerField(_("score"), validators=[MaxValueValidator(HIGHEST_SCORE)])
    reason = models.TextField(_("reason"))

    class Meta:
        constraints = [
            UniqueConstraint(fields=["assessment", "criterion"], name="one_score_per_criterion"),
            CheckConstraint(condition=Q(value__lte=HIGHEST_SCORE), name="score_is_0_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.value}"


class NoteVisibility(models.TextChoices):
    """Who reads a note; chosen each time it is written, and shown beside it."""

    OFFICERS = "officers", _("Only those who run the call")
    READERS = "readers", _("Those who run the call, and decision makers")
    REVIEWERS = (
        "reviewers",
        _("Those who run the call, decision makers, and the reviewers of the case who have declared no conflict of interest"),
    )


class NoteQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "NoteQuerySet":
        """What the person may read, in each case by the role they have there."""
        if not user.is_authenticated:
            return self.none()
        by_officer = Q(sketch__in=Sketch.objects.readable_by_officer(user))
        by_reviewer = Q(sketch__in=Sketch.objects.readable_by_reviewer(user), visibility=NoteVisibility.REVIEWERS)
        return self.filter((by_officer & _open_to_readers(user)) | by_reviewer)

    def open_to(self, reader: Any) -> "NoteQuerySet":
        """Of cases that are known to be readable for the person as officer or decision maker; without a person, to both."""
        return self.filter(_open_to_readers(reader))


def _open_to_readers(user: Any) -> Q:
    both = ~Q(visibility=NoteVisibility.OFFICERS)
    programmes = programmes_with_role(user, *OFFICERS) if user is not None else []
    return both | Q(sketch__call__programme__in=programmes) if programmes else both


class Note(models.Model):
    """A note on a sketch by those who run the call, for those the writer has chosen."""

    sketch = models.ForeignKey("Sketch", on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("note"), max_length=4000)
    visibility = models.CharField(_("who reads it"), max_length=10, choices=NoteVisibility, default=NoteVisibility.OFFICERS)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = [CheckConstraint(condition=Q(visibility__in=NoteVisibility.values), name="note_visibility_is_known")]

    def __str__(self) -> str:
        return self.text[:60]
