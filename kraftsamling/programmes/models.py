"""A programme (a kraftsamling) of a region: its focus areas, and the roles people have in it."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Programme(models.Model):
    """A long joint effort that calls, projects, conversations and mapping hang on."""

    region = models.ForeignKey("places.Region", on_delete=models.PROTECT, related_name="programmes")
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    tagline = models.CharField(_("tagline"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    funder = models.CharField(_("funder"), max_length=160)

    def __str__(self) -> str:
        return self.name


class FocusColour(models.TextChoices):
    """The four colours of the emblem, each with a shape of its own: colour never carries meaning alone."""

    FAMILY = "family", _("Plum, diamond")
    SCHOOL = "school", _("Blue, triangle")
    LEISURE = "leisure", _("Green, circle")
    PLACE = "place", _("Amber, square")


class FocusArea(models.Model):
    """A protective factor (skyddsfaktor) that the programme's work aims at."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="focus_areas")
    key = models.SlugField(_("key"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=30)
    description = models.TextField(_("description"), blank=True)
    colour = models.CharField(_("colour and shape"), max_length=10, choices=FocusColour)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        constraints = [
            UniqueConstraint(fields=["programme", "key"], name="focus_area_key_is_unique_in_programme"),
            CheckConstraint(condition=Q(colour__in=FocusColour.values), name="focus_area_colour_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person does in a programme (design 3). Members of organisations have memberships instead."""

    PROCESS_LEADER = "process_leader", _("Process leader")
    PROCESS_TEAM = "process_team", _("Process team")
    REVIEWER = "reviewer", _("Reviewer")
    DECISION_MAKER = "decision_maker", _("Decision maker")
    FINANCE_OFFICER = "finance_officer", _("Finance officer")
    COMMUNICATIONS_OFFICER = "communications_officer", _("Communications officer")
    STEERING_GROUP = "steering_group", _("Steering group")
    REFERENCE_GROUP = "reference_group", _("Reference group")
    ADMINISTRATOR = "administrator", _("Administrator")


class ProgrammeRole(models.Model):
    """A person's role in a programme, with who gave it and when."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="roles")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(_("role"), max_length=30, choices=Role)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            UniqueConstraint(fields=["programme", "user", "role"], name="programme_role_is_given_once"),
            CheckConstraint(condition=Q(role__in=Role.values), name="programme_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"
