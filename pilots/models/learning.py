"""What is learned: learnings, interview notes about projects, and the themes their passages are coded with."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import Sketch
from kraftsamling.programmes.permissions import OFFICERS
from pilots.states import NoteState, tone

from .conflicts import ProjectConflict
from .projects import PROJECT_READERS, Project
from .reports import ReportVersion

LONGEST_NOTE = 60_000
LONGEST_QUOTE = 1_000


def not_closed_to(user: Any) -> Q:
    """Of rows that hang on a project: those in which the person has no conflict of interest."""
    closed = Project.objects.filter(application__sketch__in=Sketch.objects.closed_to(user))
    return ~Q(project__in=closed.values("pk")) & ~Q(project__in=ProjectConflict.objects.of(user).values("project"))


class ThemeQuerySet(models.QuerySet):
    def current(self) -> "ThemeQuerySet":
        return self.filter(retired_at=None)

    def in_order(self) -> "ThemeQuerySet":
        return self.order_by("programme", "position", "pk")


class Theme(models.Model):
    """A code for what interviews tell of: the programme's own list, kept by the process team."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.CASCADE, related_name="themes")
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("what belongs here"), max_length=400, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_at = models.DateTimeField(null=True, editable=False)
    """No new passages are coded with it; what has been coded stays."""

    objects = ThemeQuerySet.as_manager()

    class Meta:
        constraints = [UniqueConstraint(fields=["programme", "name"], name="theme_name_is_unique_in_programme")]

    def __str__(self) -> str:
        return self.name


class InterviewNoteQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "InterviewNoteQuerySet":
        """The process team, and the owner when the note has been approved for sharing. Never anybody in conflict."""
        if not user.is_authenticated:
            return self.none()
        own = Q(project__in=Project.objects.of_organisations(user), state=NoteState.APPROVED)
        return self.filter(Q(project__in=Project.objects.handled_by(user, *OFFICERS)) | own)

    def handled_by(self, user: Any) -> "InterviewNoteQuerySet":
        return self.filter(project__in=Project.objects.handled_by(user, *OFFICERS))

    def approved(self) -> "InterviewNoteQuerySet":
        return self.filter(state=NoteState.APPROVED)

    def with_details(self) -> "InterviewNoteQuerySet":
        return self.select_related("project__owner", "project__programme", "written_by")


class InterviewNote(models.Model):
    """What was said in an interview about a project. Never about single children (domain 3.7)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="interview_notes")
    held_on = models.DateField(_("day of the interview"))
    held_with = models.CharField(_("with whom, by role"), max_length=200)
    text = models.TextField(_("note"), max_length=LONGEST_NOTE)
    state = models.CharField(_("state"), max_length=10, choices=NoteState, default=NoteState.DRAFT, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = InterviewNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=NoteState.values), name="interview_note_state_is_known"),
            CheckConstraint(
                condition=(Q(state=NoteState.APPROVED) & Q(approved_at__isnull=False, approved_by__isnull=False))
                | (Q(state=NoteState.DRAFT) & Q(approved_at=None, approved_by=None)),
                name="interview_note_is_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_with} {self.held_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("note_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(NoteState, self.state)

    @property
    def is_approved(self) -> bool:
        return self.state == NoteState.APPROVED


class PassageQuerySet(models.QuerySet):
    def handled_by(self, user: Any) -> "PassageQuerySet":
        return self.filter(note__in=InterviewNote.objects.handled_by(user))


class Passage(models.Model):
    """A quote of a note, word by word, coded with a theme."""

    note = models.ForeignKey(InterviewNote, on_delete=models.CASCADE, related_name="passages")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="passages")
    quote = models.TextField(_("passage"), max_length=LONGEST_QUOTE)
    coded_at = models.DateTimeField()
    coded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PassageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["theme", "note"], name="passage_theme_and_note")]

    def __str__(self) -> str:
        return self.quote[:60]


class LearningKind(models.TextChoices):
    """What sort of learning it is; that something did not work is worth as much as that it did."""

    WORKED = "worked", _("Worked")
    NOT_WORKED = "not_worked", _("Did not work")
    CONDITION = "condition", _("Condition")


LEARNING_TONES = {LearningKind.WORKED: "ok", LearningKind.NOT_WORKED: "wait", LearningKind.CONDITION: "info"}


class LearningQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "LearningQuerySet":
        """The programme's readers of projects, the owner, and of public ones everybody who is logged in.

        Never anybody in conflict; the owner not what comes from a note that has not been approved for sharing.
        """
        if not user.is_authenticated:
            return self.none()
        staff = Q(project__in=Project.objects.handled_by(user, *PROJECT_READERS))
        own = Q(project__in=Project.objects.of_organisations(user)) & (Q(note=None) | Q(note__state=NoteState.APPROVED))
        return self.filter(staff | own | (Q(is_public=True) & not_closed_to(user)))

    def handled_by(self, user: Any) -> "LearningQuerySet":
        return self.filter(project__in=Project.objects.handled_by(user, *OFFICERS))

    def public(self) -> "LearningQuerySet":
        return self.filter(is_public=True)

    def with_details(self) -> "LearningQuerySet":
        return self.select_related("project__owner", "version__report", "note").prefetch_related("focus_areas")


class Learning(models.Model):
    """One thing that a project has taught: short enough to be read by others, with the source it comes from."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="learnings")
    kind = models.CharField(_("kind"), max_length=10, choices=LearningKind)
    text = models.TextField(_("what was learned"), max_length=2000)
    focus_areas = models.ManyToManyField("programmes.FocusArea", verbose_name=_("protective factors"), related_name="learnings")
    is_public = models.BooleanField(_("may be shown in public"), default=False)
    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, null=True, related_name="learnings")
    section = models.CharField(_("part of the report"), max_length=120, blank=True)
    note = models.ForeignKey(InterviewNote, on_delete=models.PROTECT, null=True, related_name="learnings")
    revision = models.PositiveIntegerField(default=1, editable=False)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = LearningQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=LearningKind.values), name="learning_kind_is_known"),
            CheckConstraint(condition=Q(version=None) | Q(note=None), name="learning_has_one_source"),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    def get_absolute_url(self) -> str:
        return reverse("learning_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return LEARNING_TONES[LearningKind(self.kind)]
