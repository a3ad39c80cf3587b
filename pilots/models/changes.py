"""Changes of what was decided: asked for by the owner, decided by a decision maker, kept version by version."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint, Value
from django.db.models.functions import Trim
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models.calls import LAWFUL_SHARE_WITH_EU
from kraftsamling.lib.money import Kronor, KronorField
from kraftsamling.programmes.models import Role
from pilots.states import ChangeState, tone

from .projects import Project

_OPEN = Q(state__in=[ChangeState.DRAFT, ChangeState.ASKED])


def _filled(name: str) -> Q:
    return ~Q(Exact(Trim(name), Value("")))


class ChangeRequestQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ChangeRequestQuerySet":
        """The owner's members see all; who handles the case sees what has been sent."""
        if not user.is_authenticated:
            return self.none()
        theirs = Q(asked_at__isnull=False, project__in=Project.objects.with_case_open_to(user))
        return self.filter(Q(project__owner__in=user.organisation_ids) | Q(organisation__in=user.organisation_ids) | theirs)

    def open(self) -> "ChangeRequestQuerySet":
        """Being written, or waiting for a decision."""
        return self.filter(_OPEN)

    def in_draft(self) -> "ChangeRequestQuerySet":
        return self.filter(state=ChangeState.DRAFT)

    def waiting(self) -> "ChangeRequestQuerySet":
        return self.filter(state=ChangeState.ASKED)

    def to_be_decided_by(self, user: Any) -> "ChangeRequestQuerySet":
        """Waiting, in the programmes where the person decides, and of no organisation of their own."""
        waiting = self.waiting().filter(project__in=Project.objects.handled_by(user, Role.DECISION_MAKER))
        own = user.organisation_ids
        return waiting.exclude(Q(project__owner__in=own) | Q(organisation__in=own) | Q(new_owner__in=own)) if own else waiting

    def with_details(self) -> "ChangeRequestQuerySet":
        return self.select_related(
            "project__programme", "project__owner", "project__budget", "organisation", "new_owner", "budget"
        )


class ChangeRequest(models.Model):
    """What the owner wishes to have changed, and why. Empty wishes mean that the terms stay as they are."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveSmallIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=ChangeState, default=ChangeState.DRAFT, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    """The owner at the time, which asks."""
    content = models.JSONField(default=dict)
    """What has been typed so far, as it was typed."""

    reason = models.TextField(_("why the change is needed"), blank=True)
    cap = KronorField(_("the grant you wish for, at most"), null=True)
    share: Any = models.DecimalField(_("the share you wish for, per cent"), max_digits=5, decimal_places=2, null=True)
    starts_on = models.DateField(_("new first day"), null=True)
    ends_on = models.DateField(_("new last day"), null=True)
    new_owner = models.ForeignKey(
        "accounts.Organisation", verbose_name=_("new owner"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    budget = models.ForeignKey("grants.Budget", on_delete=models.PROTECT, null=True, related_name="+")

    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(null=True, editable=False)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    asked_at = models.DateTimeField(_("sent"), null=True, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    receipt_number = models.CharField(_("receipt"), max_length=30, unique=True, null=True, editable=False)
    checksum = models.CharField(_("checksum"), max_length=64, blank=True, editable=False)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["project", "number"], name="change_number_is_unique"),
            UniqueConstraint(fields=["project"], condition=_OPEN, name="one_open_change_per_project"),
            CheckConstraint(condition=Q(state__in=ChangeState.values), name="change_state_is_known"),
            CheckConstraint(
                condition=Q(saved_at=None, saved_by=None) | Q(saved_at__isnull=False, saved_by__isnull=False),
                name="change_saved_at_and_by_together",
            ),
            CheckConstraint(
                condition=Q(asked_at=None, asked_by=None, receipt_number=None)
                | Q(asked_at__isnull=False, asked_by__isnull=False, receipt_number__isnull=False),
                name="change_asked_at_and_by_together",
            ),
            CheckConstraint(
                condition=Q(state__in=[ChangeState.DRAFT, ChangeState.WITHDRAWN]) | (Q(asked_at__isnull=False) & _filled("reason")),
                name="asked_change_has_a_reason",
            ),
            CheckConstraint(
                condition=Q(share=None) | Q(share__gt=Decimal(0), share__lte=LAWFUL_SHARE_WITH_EU), name="wished_share_is_lawful"
            ),
            CheckConstraint(condition=Q(cap=None) | Q(cap__gt=Kronor(0)), name="wished_cap_is_something"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.project_id}: {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("change_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(ChangeState, self.state)

    @property
    def is_draft(self) -> bool:
        return self.state == ChangeState.DRAFT

    @property
    def is_waiting(self) -> bool:
        return self.state == ChangeState.ASKED


class ChangeFileKind(models.TextChoices):
    """What a file of a change is. A new owner has to say yes itself, in writing."""

    CONSENT = "consent", _("The new owner's consent")
    OTHER = "other", _("Something else")


class ChangeFileQuerySet(models.QuerySet):
    def kept(self) -> "ChangeFileQuerySet":
        return self.filter(removed_at=None).select_related("file").order_by("pk")


class ChangeFile(models.Model):
    """A file laid beside the change. Taken away only before it is sent; from then on the files are frozen with the rest."""

    change = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what it is"), max_length=10, choices=ChangeFileKind)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ChangeFileQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=ChangeFileKind.values), name="change_file_kind_is_known"),
            CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="change_file_removed_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change_id}: {self.file_id}"


class ChangeOutcome(models.TextChoices):
    GRANTED = "granted", _("The change is granted")
    REFUSED = "refused", _("The change is refused")


class ChangeDecisionQuerySet(models.QuerySet):
    def without_letter(self, *, before: datetime) -> "ChangeDecisionQuerySet":
        """Decided before the moment, and still without the letter that is to be mailed."""
        return self.filter(letter=None, decided_at__lt=before).order_by("pk")

    def with_details(self) -> "ChangeDecisionQuerySet":
        return self.select_related(
            "decided_by", "terms__owner", "terms__budget", "request__asked_by", "request__organisation", "request__new_owner",
            "request__budget", "request__project__programme", "request__project__owner",
        )  # fmt: skip


class ChangeDecision(models.Model):
    """What a decision maker has decided about a change. A granted one has its terms; both have reasons (domain 3.2)."""

    request = models.OneToOneField(ChangeRequest, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(_("decision"), max_length=10, choices=ChangeOutcome)
    wording = models.TextField(_("decision in words"))
    reasons = models.TextField(_("reasons"))
    deciding_body = models.CharField(_("deciding body"), max_length=160)
    decided_on = models.DateField(_("day of the decision"))
    minutes_item = models.CharField(_("minutes item"), max_length=80, blank=True)
    delegation_item = models.CharField(_("delegation item"), max_length=80, blank=True)
    presenter = models.CharField(_("presenter"), max_length=120)
    took_part = models.CharField(_("took part without deciding"), max_length=200, blank=True)
    exceeds_reason = models.TextField(_("why a limit is exceeded"), blank=True)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    letter = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects = ChangeDecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(outcome__in=ChangeOutcome.values), name="change_outcome_is_known"),
            *(
                CheckConstraint(condition=_filled(name), name=f"change_decision_has_{name}")
                for name in ("wording", "reasons", "deciding_body", "presenter")
            ),
            CheckConstraint(condition=_filled("minutes_item") | _filled("delegation_item"), name="change_decision_has_an_item"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.outcome}"

    def get_absolute_url(self) -> str:
        return reverse("change_detail", args=[self.request_id])

    @property
    def item(self) -> str:
        """The item of the minutes, or of the delegation scheme."""
        return self.minutes_item or self.delegation_item

    @property
    def is_granted(self) -> bool:
        return self.outcome == ChangeOutcome.GRANTED


class CalendarFeedQuerySet(models.QuerySet):
    def number_of(self, user_id: int) -> int:
        """Which of the person's addresses counts: the first, until they have made a new one."""
        return self.filter(user=user_id).values_list("number", flat=True).first() or 1


class CalendarFeed(models.Model):
    """A person's own address for their calendar program. A new number makes the old address stop working."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    number = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()

    objects = CalendarFeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user_id}: {self.number}"
