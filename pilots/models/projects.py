"""The project that a grant has opened, one decided elsewhere, and the region's own."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.lookups import GreaterThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import Application, Sketch
from grants.models.calls import share_is_lawful
from grants.models.decisions import times
from kraftsamling.lib.money import Kronor, KronorField
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role
from pilots.states import ProjectState

from .conflicts import ProjectConflict

PROJECT_READERS = frozenset(
    {*OFFICERS, Role.DECISION_MAKER, Role.STEERING_GROUP, Role.FINANCE_OFFICER, Role.COMMUNICATIONS_OFFICER}
)
"""Roles that read every project of their programme, unless they are in conflict."""

PUBLISHERS = frozenset({Role.PROCESS_LEADER, Role.COMMUNICATIONS_OFFICER})
"""Who may publish a project's page, and take it down."""

CASE_READERS = frozenset({*OFFICERS, Role.DECISION_MAKER, Role.FINANCE_OFFICER})
"""Of these, who reads what the owner has sent in: reports, payment requests, files. The steering group reads figures."""


class ProjectKind(models.TextChoices):
    """A pilot has a decision of a call here, or one made elsewhere; the platform is the region's own 1:1 project."""

    PILOT = "pilot", _("Pilot project")
    ELSEWHERE = "elsewhere", _("Pilot project, decided elsewhere")
    PLATFORM = "platform", _("The platform's own project")


class Continuation(models.TextChoices):
    """What became of the project when its money was used (design 5.3)."""

    ORDINARY = "ordinary", _("Carried into ordinary operations")
    CONTINUED = "continued", _("Goes on in another form")
    ENDED = "ended", _("Ended")


class ProjectQuerySet(models.QuerySet):
    def of_organisations(self, user: Any) -> "ProjectQuerySet":
        return self.filter(owner__in=user.organisation_ids) if user.is_authenticated else self.none()

    def visible_to(self, user: Any) -> "ProjectQuerySet":
        """Members of the owner, and the programme's staff that are not in conflict of interest in the case."""
        return self._open_to(user, PROJECT_READERS)

    def with_case_open_to(self, user: Any) -> "ProjectQuerySet":
        """As visible_to, without the steering group: what the owner has sent in is read by who handles the case."""
        return self._open_to(user, CASE_READERS)

    def _open_to(self, user: Any, roles: frozenset[Role]) -> "ProjectQuerySet":
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(owner__in=user.organisation_ids) | self._of_staff(user, roles))

    def handled_by(self, user: Any, *roles: Role) -> "ProjectQuerySet":
        """Projects of the programmes in which the person has one of the roles and no conflict of interest."""
        return self.filter(self._of_staff(user, frozenset(roles))) if user.is_authenticated else self.none()

    def _of_staff(self, user: Any, roles: frozenset[Role]) -> Q:
        return Q(programme__in=programmes_with_role(user, *roles)) & self._free_of_conflict(user)

    def free_of_conflict_for(self, user: Any) -> "ProjectQuerySet":
        return self.filter(self._free_of_conflict(user))

    def _free_of_conflict(self, user: Any) -> Q:
        """Nobody handles what their own organisation owns or takes part in. The programme's own project is everybody's."""
        free = Q(application=None) | ~Q(application__sketch__in=Sketch.objects.closed_to(user))
        free &= ~Q(pk__in=ProjectConflict.objects.of(user).values("project"))
        own = user.organisation_ids
        if not own:
            return free
        taking_part = ProjectPartner.objects.filter(organisation__in=own).values("project")
        return free & (Q(kind=ProjectKind.PLATFORM) | (~Q(owner__in=own) & ~Q(pk__in=taking_part)))

    def closed_to(self, user: Any) -> "ProjectQuerySet":
        """Those that somebody else must handle: asked for themselves, since they are few and those that are free are many."""
        closed = Q(application__sketch__in=Sketch.objects.closed_to(user))
        closed |= Q(pk__in=ProjectConflict.objects.of(user).values("project"))
        if own := user.organisation_ids:
            taking_part = ProjectPartner.objects.filter(organisation__in=own).values("project")
            closed |= ~Q(kind=ProjectKind.PLATFORM) & (Q(owner__in=own) | Q(pk__in=taking_part))
        return self.filter(closed)

    def in_municipality(self, code: str) -> "ProjectQuerySet":
        """There, or in the whole of its county."""
        there = Project.municipalities.through.objects.filter(municipality=code).values("project")
        return self.filter(Q(pk__in=there) | Q(whole_county=True, programme__region=code[:2]))

    def for_the_public(self) -> "ProjectQuerySet":
        """Published, with what the public list and page show."""
        return self.published().select_related("owner", "programme", "main_focus_area").order_by("title", "pk")

    def published(self) -> "ProjectQuerySet":
        return self.exclude(published_at=None)

    def running(self) -> "ProjectQuerySet":
        return self.filter(state=ProjectState.RUNNING)

    def pilots(self) -> "ProjectQuerySet":
        return self.exclude(kind=ProjectKind.PLATFORM)

    def with_details(self) -> "ProjectQuerySet":
        return self.select_related("programme", "owner", "decision", "application__sketch__call")


class Project(models.Model):
    """What has been granted and is carried out: share, cap, period and budget as the decision that counts has them."""

    programme = models.ForeignKey("programmes.Programme", on_delete=models.PROTECT, related_name="projects")
    kind = models.CharField(_("kind"), max_length=10, choices=ProjectKind, default=ProjectKind.PILOT)
    state = models.CharField(_("state"), max_length=10, choices=ProjectState, default=ProjectState.RUNNING, editable=False)
    title = models.CharField(_("title"), max_length=120)
    owner = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="projects")
    registry_number = models.CharField(_("registry number"), max_length=30, blank=True)
    external_case_id = models.CharField(_("case number in Nyps"), max_length=30, blank=True)
    decided_where = models.CharField(_("who decided, when and in which item"), max_length=200, blank=True)
    direction_decision = models.CharField(_("direction decision"), max_length=120, blank=True)

    share: Any = models.DecimalField(_("share of the booked costs, per cent"), max_digits=5, decimal_places=2)
    cap = KronorField(_("but no more than"))
    eu_cofinanced = models.BooleanField(_("co-financed by ERDF or ESF+"), default=False)
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"))
    holdback: Any = models.DecimalField(
        _("held back until the final report is approved, per cent of the grant"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    paid = KronorField(_("paid or decided to be paid"), default=Kronor(0), editable=False)
    """The sum of all payouts that are not cancelled, repayments taken off. Kept by the database itself."""
    account = models.CharField(_("account that the money is paid to"), max_length=60, blank=True)
    foreseen = KronorField(_("costs foreseen in all"), null=True, editable=False)
    """What the newest report that has come in foresees that the project costs in all. Kept by the database itself."""
    budget = models.ForeignKey("grants.Budget", on_delete=models.PROTECT, related_name="projects")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, null=True, related_name="project")
    decision = models.OneToOneField("grants.Decision", on_delete=models.PROTECT, null=True, related_name="project")

    slug = models.SlugField(_("address"), max_length=80, unique=True, null=True, editable=False)
    summary = models.TextField(_("summary for the public"), max_length=1500, blank=True)
    target_group = models.CharField(_("target group, described as a group"), max_length=400, blank=True)
    strategy_link = models.TextField(_("link to the regional development strategy"), max_length=2000, blank=True)
    continuation_plan = models.TextField(_("plan for ordinary operations"), max_length=3000, blank=True)
    whole_county = models.BooleanField(_("the whole county"), default=False)
    main_focus_area = models.ForeignKey(
        "programmes.FocusArea", verbose_name=_("most important protective factor"), on_delete=models.PROTECT, null=True,
        related_name="+",
    )  # fmt: skip
    focus_areas = models.ManyToManyField("programmes.FocusArea", verbose_name=_("protective factors"), related_name="projects")
    municipalities = models.ManyToManyField("places.Municipality", verbose_name=_("municipalities"), related_name="projects")
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    published_texts = models.JSONField(default=dict, editable=False)
    """The texts as an officer has published them: what the owner writes afterwards is public first when published again."""
    described_at = models.DateTimeField(null=True, editable=False)
    described_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    continuation = models.CharField(_("what became of it"), max_length=10, choices=Continuation, blank=True)
    continuation_reason = models.TextField(_("why, and what it took"), max_length=3000, blank=True)

    revision = models.PositiveIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    """Who entered a project decided elsewhere; nobody for one that a decision here has opened."""

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=ProjectKind.values), name="project_kind_is_known"),
            CheckConstraint(condition=Q(state__in=ProjectState.values), name="project_state_is_known"),
            CheckConstraint(
                condition=~Q(kind=ProjectKind.PILOT) | Q(decision__isnull=False, application__isnull=False),
                name="pilot_has_a_decision",
            ),
            CheckConstraint(condition=share_is_lawful(), name="project_share_is_lawful"),
            CheckConstraint(condition=Q(cap__gt=Kronor(0)), name="project_cap_is_something"),
            CheckConstraint(condition=Q(paid__gte=Kronor(0), paid__lte=F("cap")), name="project_is_never_paid_above_its_cap"),
            CheckConstraint(condition=Q(holdback__gte=0, holdback__lte=100), name="project_holdback_is_0_to_100"),
            CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="project_period_is_forwards"),
            CheckConstraint(
                condition=Q(published_at=None) | Q(slug__isnull=False, published_by__isnull=False),
                name="published_project_has_an_address",
            ),
            CheckConstraint(
                condition=Q(described_at=None, described_by=None) | Q(described_at__isnull=False, described_by__isnull=False),
                name="project_described_at_and_by_together",
            ),
        ]
        indexes = [models.Index(fields=["programme", "kind"], name="project_programme_and_kind")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("project_detail", args=[self.pk])

    def get_public_url(self) -> str:
        """Where the public reads of it; empty as long as it has no such page."""
        return reverse("public_project", args=[self.slug]) if self.published_at else ""

    @property
    def public_texts(self) -> dict[str, str]:
        """What would be public now."""
        return {"summary": self.summary, "target_group": self.target_group}

    @property
    def is_published_as_it_stands(self) -> bool:
        return self.published_at is not None and self.published_texts == self.public_texts


class Terms(models.Model):
    """The money, period, owner and budget of a project in one version. Every version is kept (domain 10, rule 16)."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField(_("version"))
    owner = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    share: Any = models.DecimalField(_("share of the booked costs, per cent"), max_digits=5, decimal_places=2)
    cap = KronorField(_("but no more than"))
    eu_cofinanced = models.BooleanField(_("co-financed by ERDF or ESF+"), default=False)
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"))
    budget = models.ForeignKey("grants.Budget", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey("grants.Decision", on_delete=models.PROTECT, null=True, related_name="+")
    """The decision of the call that set them; none where they were decided elsewhere or by a change."""
    change = models.OneToOneField("pilots.ChangeDecision", on_delete=models.PROTECT, null=True, related_name="terms")
    """The change decision that set them."""
    counted_costs = KronorField(_("costs that count"), null=True, editable=False)
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            UniqueConstraint(fields=["project", "number"], name="terms_number_is_unique"),
            CheckConstraint(condition=share_is_lawful(), name="terms_share_is_lawful"),
            CheckConstraint(condition=Q(cap__gt=Kronor(0)), name="terms_cap_is_something"),
            CheckConstraint(
                condition=Q(counted_costs=None)
                | Q(counted_costs__gte=F("cap") + F("cap"))
                | Q(GreaterThanOrEqual(times("counted_costs", 3), times("cap", 5)), eu_cofinanced=True),
                name="terms_cap_is_at_most_the_lawful_part",
            ),
            CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="terms_period_is_forwards"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.number}"

    @property
    def source(self) -> Any:
        """The decision behind them, where there is one here."""
        return self.change or self.decision


class ProjectPartner(models.Model):
    """Somebody who carries out a part: an organisation of the registry, or a group that is no legal person (AC-073)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="partners")
    name = models.CharField(_("name"), max_length=160)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    part = models.CharField(_("part in the project"), max_length=400, blank=True)

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """Somebody who works in the project: a colleague with an account, or a name."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="team")
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role in the project"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)

    def __str__(self) -> str:
        return self.name
