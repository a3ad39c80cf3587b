"""The project that a grant has opened, and the region's own."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import Application, Sketch
from grants.models.calls import LAWFUL_SHARE
from kraftsamling.lib.money import Kronor, KronorField
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role

PROJECT_READERS = frozenset({*OFFICERS, Role.DECISION_MAKER, Role.STEERING_GROUP, Role.FINANCE_OFFICER})
"""Roles that read every project of their programme, unless they are in conflict."""


class ProjectKind(models.TextChoices):
    """A pilot has a decision of a call; the platform is the region's own 1:1 project."""

    PILOT = "pilot", _("Pilot project")
    PLATFORM = "platform", _("The platform's own project")


class ProjectQuerySet(models.QuerySet):
    def of_organisations(self, user: Any) -> "ProjectQuerySet":
        return self.filter(owner__in=user.organisation_ids) if user.is_authenticated else self.none()

    def visible_to(self, user: Any) -> "ProjectQuerySet":
        """Members of the owner, and the programme's staff that are not in conflict of interest in the case."""
        if not user.is_authenticated:
            return self.none()
        of_staff = Q(programme__in=programmes_with_role(user, *PROJECT_READERS))
        free = Q(application=None) | ~Q(application__sketch__in=Sketch.objects.closed_to(user))
        return self.filter(Q(owner__in=user.organisation_ids) | (of_staff & free))

    def with_details(self) -> "ProjectQuerySet":
        return self.select_related("programme", "owner", "decision", "application__sketch__call")


class Project(models.Model):
    """What has been granted and is carried out: share, cap, period and budget as the decision that counts has them."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.PROTECT, related_name="projects")
    kind = models.CharField(_("kind"), max_length=10, choices=ProjectKind, default=ProjectKind.PILOT)
    title = models.CharField(_("title"), max_length=120)
    owner = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="projects")
    registry_number = models.CharField(_("registry number"), max_length=30, blank=True)
    share: Any = models.DecimalField(_("share of the booked costs, per cent"), max_digits=5, decimal_places=2)
    cap = KronorField(_("but no more than"))
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"))
    budget = models.ForeignKey("grants.Budget", on_delete=models.PROTECT, related_name="projects")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, null=True, related_name="project")
    decision = models.OneToOneField("grants.Decision", on_delete=models.PROTECT, null=True, related_name="project")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    """Who entered a project decided elsewhere; nobody for one that a decision here has opened."""

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=ProjectKind.values), name="project_kind_is_known"),
            CheckConstraint(
                condition=Q(kind=ProjectKind.PLATFORM) | Q(decision__isnull=False, application__isnull=False),
                name="pilot_has_a_decision",
            ),
            CheckConstraint(condition=Q(share__gt=Decimal(0), share__lte=LAWFUL_SHARE), name="project_share_is_lawful"),
            CheckConstraint(condition=Q(cap__gt=Kronor(0)), name="project_cap_is_something"),
            CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="project_period_is_forwards"),
        ]
        indexes = [models.Index(fields=["programme", "kind"], name="project_programme_and_kind")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("project_detail", args=[self.pk])
