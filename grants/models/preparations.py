"""The preparation of an application: the checklist of the law, and the assessment of state aid."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

from .applications import Application


class Check(models.TextChoices):
    """What the officer looks at, each as a sentence that is true of a project that may get the grant."""

    ELIGIBILITY = "eligibility", _("The applicant, the purpose and the costs may be funded (2003:596, 2 and 7 §§)")
    DELIMITATION = "delimitation", _("The project is set apart from ordinary operations in time, money and work (2003:596, 1 §)")
    NOT_ELSEWHERE = "not_elsewhere", _("It cannot be funded under another ordinance on support (2003:596, 2 a §)")
    NO_DOUBLE_FUNDING = "no_double_funding", _("The same costs get no other support")
    NO_CONFLICT = "no_conflict", _("Nobody who prepares or decides is in conflict of interest")
    CHILD_RIGHTS = "child_rights", _("The best interests of the child have been tried (Convention on the Rights of the Child)")


LAWFUL_CHECKS = frozenset(
    {Check.ELIGIBILITY, Check.DELIMITATION, Check.NOT_ELSEWHERE, Check.NO_DOUBLE_FUNDING, Check.NO_CONFLICT}
)
"""A “no” to one of these stands in the way of a grant."""


class StateAid(models.TextChoices):
    """Aid in the meaning of Article 107.1 TFEU (2003:596, 2 §)."""

    NOT_AID = "not_aid", _("Not state aid")
    DE_MINIMIS = "de_minimis", _("De minimis aid, Regulation (EU) 2023/2831")
    AID = "aid", _("State aid, which may not be given")


class Preparation(models.Model):
    """What the officers have found out about an application before a human decides."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="preparation")
    revision = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    eligibility_ok = models.BooleanField(null=True)
    eligibility_note = models.TextField(blank=True)
    delimitation_ok = models.BooleanField(null=True)
    delimitation_note = models.TextField(blank=True)
    not_elsewhere_ok = models.BooleanField(null=True)
    not_elsewhere_note = models.TextField(blank=True)
    no_double_funding_ok = models.BooleanField(null=True)
    no_double_funding_note = models.TextField(blank=True)
    no_conflict_ok = models.BooleanField(null=True)
    no_conflict_note = models.TextField(blank=True)
    child_rights_ok = models.BooleanField(null=True)
    child_rights_note = models.TextField(blank=True)
    strategy_link = models.TextField(_("link to the regional development strategy"), blank=True)

    state_aid = models.CharField(_("state aid"), max_length=12, choices=StateAid, blank=True)
    state_aid_reason = models.TextField(_("why"), blank=True)
    state_aid_at = models.DateTimeField(null=True, editable=False)
    state_aid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    previous_aid: Any = models.DecimalField(_("earlier de minimis aid, EUR"), max_digits=10, decimal_places=2, null=True)
    euro_rate: Any = models.DecimalField(_("kronor for one euro"), max_digits=8, decimal_places=4, null=True)
    euro_rate_on = models.DateField(_("day of the rate"), null=True)
    certificates = models.ManyToManyField("files.StoredFile", related_name="+")
    aid_registered_on = models.DateField(_("the aid was registered"), null=True)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(saved_at=None, saved_by=None) | Q(saved_at__isnull=False, saved_by__isnull=False),
                name="preparation_saved_at_and_by_together",
            ),
            CheckConstraint(condition=Q(state_aid__in=["", *StateAid.values]), name="state_aid_is_known"),
            CheckConstraint(
                condition=Q(state_aid="", state_aid_at=None, state_aid_by=None)
                | (~Q(state_aid="") & ~Q(state_aid_reason="") & Q(state_aid_at__isnull=False, state_aid_by__isnull=False)),
                name="state_aid_is_assessed_with_reason_at_and_by",
            ),
            CheckConstraint(
                condition=(Q(previous_aid=None) | Q(previous_aid__gte=Decimal(0)))
                & (Q(euro_rate=None) | Q(euro_rate__gt=Decimal(0))),
                name="amounts_in_euro_are_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.revision}"

    def answers(self) -> "list[tuple[Check, bool | None, str]]":
        """Each check with its answer and note, in order."""
        return [(check, getattr(self, f"{check.value}_ok"), getattr(self, f"{check.value}_note")) for check in Check]
