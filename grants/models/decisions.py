"""The decision on an application: written, issued by a decision maker, corrected by a new version; nothing is taken away."""

from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q, Sum, UniqueConstraint, Value
from django.db.models.functions import Trim
from django.db.models.lookups import Exact, GreaterThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.states import ApplicationState, DecisionState, tone
from kraftsamling.lib.money import Kronor, KronorField

from .applications import Application, ApplicationVersion
from .budgets import Budget
from .calls import lawful_share, share_is_lawful


class DecisionKind(models.TextChoices):
    """The three decisions there are. To dismiss is not to try the application (avvisning)."""

    GRANTED = "granted", _("Grant")
    REJECTED = "rejected", _("Rejection")
    DISMISSED = "dismissed", _("Dismissal, not tried")


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "DecisionQuerySet":
        """Members see what has been issued to their organisation; officers and decision makers see drafts too."""
        applications = Application.objects
        own = ~Q(state=DecisionState.DRAFT) & Q(application__in=applications.of_organisations(user))
        return self.filter(own | Q(application__in=applications.readable_by_officer(user)))

    def of_organisations(self, user: Any) -> "DecisionQuerySet":
        return self.filter(application__in=Application.objects.of_organisations(user))

    def readable_by_officer(self, user: Any) -> "DecisionQuerySet":
        return self.filter(application__in=Application.objects.readable_by_officer(user))

    def in_draft(self) -> "DecisionQuerySet":
        return self.filter(state=DecisionState.DRAFT)

    def exclude_drafts(self) -> "DecisionQuerySet":
        """Issued, also what a later version has replaced."""
        return self.exclude(state=DecisionState.DRAFT)

    def proposed(self) -> "DecisionQuerySet":
        """Finished proposals that wait for a decision maker."""
        waits = Q(application__state=ApplicationState.SUBMITTED) | Q(replaces__isnull=False)
        return self.in_draft().filter(waits, proposed_at__isnull=False)

    def issued(self) -> "DecisionQuerySet":
        """What counts: not what a later version has replaced."""
        return self.filter(state=DecisionState.ISSUED)

    def grants(self) -> "DecisionQuerySet":
        return self.filter(kind=DecisionKind.GRANTED)

    def unread(self) -> "DecisionQuerySet":
        return self.issued().filter(read_at=None)

    def granted_sum(self) -> Kronor:
        """What the issued grants come to, at most."""
        return self.issued().grants().aggregate(total=Sum("cap"))["total"] or Kronor(0)

    def without_letter(self, *, before: datetime) -> "DecisionQuerySet":
        """Issued before the moment, and still without the letter that is to be mailed."""
        return self.exclude_drafts().filter(letter=None, issued_at__lt=before).order_by("pk")

    def with_details(self) -> "DecisionQuerySet":
        return self.select_related(
            "application__sketch__call__programme", "application__sketch__organisation", "application_version"
        ).defer("application_version__content")


def _filled(name: str) -> Q:
    """Not empty, and not blank either."""
    return ~Q(Exact(Trim(name), Value("")))


def times(name: str, times: int) -> Any:
    """Kronor are added, never multiplied by a number: three fifths are compared as three and five of each."""
    return reduce(add, [F(name)] * times)


_NOT_ISSUED = Q(state=DecisionState.DRAFT)
_NO_GRANT = _NOT_ISSUED | ~Q(kind=DecisionKind.GRANTED)

PARTS_OF_ALL = ("reasons", "deciding_body", "presenter", "no_appeal", "wording")
PARTS_OF_GRANTS = ("conditions", "follow_up", "financing_plan", "final_report", "strategy_link")
"""What a decision must hold (2003:596, 9 §; förvaltningslagen 31–32 §§; domain 10, rule 8)."""


class Decision(models.Model):
    """A decision in one version. The share is stored as decided and never worked out from the budget."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    application_version = models.ForeignKey(ApplicationVersion, on_delete=models.PROTECT, related_name="decisions")
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="decisions")
    state = models.CharField(_("state"), max_length=10, choices=DecisionState, default=DecisionState.DRAFT, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)

    kind = models.CharField(_("decision"), max_length=10, choices=DecisionKind)
    share: Any = models.DecimalField(_("share of the booked costs, per cent"), max_digits=5, decimal_places=2, null=True)
    cap = KronorField(_("but no more than"), null=True)
    eu_cofinanced = models.BooleanField(_("co-financed by ERDF or ESF+"), default=False)
    """Only then may the share be above half, at most 60 per cent (förordning 2003:596, 5 §)."""
    starts_on = models.DateField(_("starts"), null=True)
    ends_on = models.DateField(_("ends"), null=True)
    wording = models.TextField(_("decision in words"), blank=True)
    conditions = models.TextField(_("conditions"), blank=True)
    follow_up = models.TextField(_("follow-up and evaluation"), blank=True)
    financing_plan = models.TextField(_("financing plan"), blank=True)
    final_report = models.TextField(_("how the final report is made"), blank=True)
    reasons = models.TextField(_("reasons"), blank=True)
    strategy_link = models.TextField(_("link to the regional development strategy"), blank=True)
    no_appeal = models.TextField(_("about appeal"), blank=True)
    deciding_body = models.CharField(_("deciding body"), max_length=160, blank=True)
    decided_on = models.DateField(_("day of the decision"), null=True)
    minutes_item = models.CharField(_("minutes item"), max_length=80, blank=True)
    delegation_item = models.CharField(_("delegation item"), max_length=80, blank=True)
    presenter = models.CharField(_("presenter"), max_length=120, blank=True)
    took_part = models.CharField(_("took part without deciding"), max_length=200, blank=True)
    exceeds_reason = models.TextField(_("why a limit is exceeded"), blank=True)
    counted_costs = KronorField(_("costs that count"), null=True, editable=False)

    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, editable=False, related_name="replaced_by")
    correction = models.TextField(_("what was wrong"), blank=True)

    written_at = models.DateTimeField(editable=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+")
    proposed_at = models.DateTimeField(_("proposed"), null=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    issued_at = models.DateTimeField(_("issued"), null=True, editable=False, db_index=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    letter = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    read_at = models.DateTimeField(_("confirmed as read"), null=True, editable=False)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=DecisionKind.values), name="decision_kind_is_known"),
            CheckConstraint(condition=Q(state__in=DecisionState.values), name="decision_state_is_known"),
            UniqueConstraint(fields=["application", "version"], name="decision_version_is_unique"),
            UniqueConstraint(fields=["application"], condition=Q(state=DecisionState.DRAFT), name="one_decision_is_being_written"),
            UniqueConstraint(fields=["application"], condition=Q(state=DecisionState.ISSUED), name="one_decision_counts"),
            *(CheckConstraint(condition=_NOT_ISSUED | _filled(name), name=f"issued_decision_has_{name}") for name in PARTS_OF_ALL),
            *(CheckConstraint(condition=_NO_GRANT | _filled(name), name=f"issued_grant_has_{name}") for name in PARTS_OF_GRANTS),
            CheckConstraint(condition=_NOT_ISSUED | Q(decided_on__isnull=False), name="issued_decision_has_a_day"),
            CheckConstraint(
                condition=_NOT_ISSUED | _filled("minutes_item") | _filled("delegation_item"), name="issued_decision_has_an_item"
            ),
            CheckConstraint(
                condition=_NO_GRANT | Q(share__isnull=False, cap__isnull=False, counted_costs__isnull=False),
                name="issued_grant_has_share_and_cap",
            ),
            CheckConstraint(
                condition=_NO_GRANT | Q(starts_on__isnull=False, ends_on__isnull=False), name="issued_grant_has_a_period"
            ),
            CheckConstraint(
                condition=Q(kind=DecisionKind.GRANTED) | Q(share=None, cap=None, eu_cofinanced=False), name="only_a_grant_gives_money"
            ),
            CheckConstraint(condition=Q(share=None) | share_is_lawful(), name="granted_share_is_lawful"),
            CheckConstraint(condition=Q(cap=None) | Q(cap__gt=Kronor(0)), name="granted_cap_is_something"),
            CheckConstraint(
                condition=Q(counted_costs=None) | Q(cap=None) | Q(counted_costs__gte=F("cap") + F("cap"))
                | Q(GreaterThanOrEqual(times("counted_costs", 3), times("cap", 5)), eu_cofinanced=True),
                name="granted_cap_is_at_most_the_lawful_part",
            ),
            CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="granted_period_is_forwards"
            ),
            CheckConstraint(
                condition=Q(version=1, replaces=None, correction="") | (Q(version__gt=1, replaces__isnull=False) & _filled("correction")),
                name="a_correction_says_what_was_wrong",
            ),
            CheckConstraint(
                condition=Q(proposed_at=None, proposed_by=None) | Q(proposed_at__isnull=False, proposed_by__isnull=False),
                name="decision_proposed_at_and_by_together",
            ),
            CheckConstraint(
                condition=(Q(state=DecisionState.DRAFT) & Q(issued_at=None, issued_by=None, letter=None))
                | (~Q(state=DecisionState.DRAFT) & Q(issued_at__isnull=False, issued_by__isnull=False)),
                name="decision_issued_at_and_by_together",
            ),
            CheckConstraint(
                condition=Q(read_at=None, read_by=None) | Q(read_at__isnull=False, read_by__isnull=False, issued_at__isnull=False),
                name="decision_read_at_and_by_together",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.application_id}: {self.kind} {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("decision_detail", args=[self.pk])

    @property
    def tone(self) -> str:
        return tone(DecisionState, self.state)

    @property
    def is_draft(self) -> bool:
        return self.state == DecisionState.DRAFT

    @property
    def lawful_share(self) -> Decimal:
        return lawful_share(eu_cofinanced=self.eu_cofinanced)

    @property
    def is_grant(self) -> bool:
        return self.kind == DecisionKind.GRANTED

    @property
    def item(self) -> str:
        """The item of the minutes, or of the delegation scheme."""
        return self.minutes_item or self.delegation_item
