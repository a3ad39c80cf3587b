"""The call: what can be sought, by whom, when and how it is judged."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Count, F, OuterRef, Q, Subquery, Sum, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grants.states import CallState, OutcomeState, SketchState, tone
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.money import Kronor, KronorField
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role

LAWFUL_SHARE, LAWFUL_SHARE_WITH_EU = Decimal(50), Decimal(60)
"""At most half of the project's expenditure, and 60 per cent only where ERDF or ESF+ also pays (förordning 2003:596, 5 §)."""


def lawful_share(*, eu_cofinanced: bool) -> Decimal:
    return LAWFUL_SHARE_WITH_EU if eu_cofinanced else LAWFUL_SHARE


def share_is_lawful() -> Q:
    """For the constraints of every row that has a share and says whether ERDF or ESF+ also pays."""
    with_eu = Q(eu_cofinanced=True, share__lte=LAWFUL_SHARE_WITH_EU)
    return Q(share__gt=Decimal(0)) & (Q(share__lte=LAWFUL_SHARE) | with_eu)


PER_CENT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]


class CallQuerySet(models.QuerySet):
    def public(self) -> "CallQuerySet":
        return self.exclude(state=CallState.DRAFT)

    def visible_to(self, user: Any) -> "CallQuerySet":
        """Everybody sees published calls; drafts are for the programme's officers and decision makers."""
        officers = programmes_with_role(user, *OFFICERS, Role.DECISION_MAKER)
        return self.filter(~Q(state=CallState.DRAFT) | Q(programme__in=officers))

    def run_by(self, user: Any) -> "CallQuerySet":
        return self.filter(programme__in=programmes_with_role(user, *OFFICERS))

    def compared_by(self, user: Any) -> "CallQuerySet":
        """Calls whose sketches the person may compare: officers and decision makers of the programme."""
        return self.filter(programme__in=programmes_with_role(user, *OFFICERS, Role.DECISION_MAKER))

    def published(self) -> "CallQuerySet":
        return self.filter(state=CallState.PUBLISHED)

    def in_preparation(self) -> "CallQuerySet":
        return self.filter(state=CallState.DRAFT)

    def open(self, *, at: datetime) -> "CallQuerySet":
        """Half-open: the closing moment itself is too late."""
        return self.published().filter(opens_at__lte=at, closes_at__gt=at)

    def coming(self, *, at: datetime) -> "CallQuerySet":
        return self.published().filter(opens_at__gt=at)

    def closed(self, *, at: datetime) -> "CallQuerySet":
        return self.published().filter(closes_at__lte=at)

    def with_frame(self) -> "CallQuerySet":
        """Adds frame_total, the sum of the frames of all years."""
        frames = (
            CallFrame.objects.filter(call=OuterRef("pk")).order_by().values("call").annotate(total=Sum("amount")).values("total")
        )
        return self.annotate(frame_total=Subquery(frames, output_field=KronorField()))

    def with_pending(self) -> "CallQuerySet":
        """Adds pending_count, how many answers are prepared and not sent."""
        pending = Q(sketches__outcome__state=OutcomeState.PENDING)
        return self.annotate(pending_count=Count("sketches", filter=pending))

    def with_counts(self) -> "CallQuerySet":
        """Adds how many sketches compete, how many have an answer prepared or sent, and the sum sought."""
        competing = Q(sketches__state__in=[SketchState.SUBMITTED, SketchState.INVITED, SketchState.DECLINED])
        return self.annotate(
            sketches_count=Count("sketches", filter=competing),
            answered_count=Count("sketches", filter=competing & Q(sketches__outcome__isnull=False)),
            sought_total=Sum("sketches__current_version__sought", filter=competing, output_field=KronorField()),
        )


class Call(models.Model):
    """A call for proposals (utlysning). All limits are data, so that calls differ without new code."""

    programme = models.ForeignKey(
        "programmes.Programme", verbose_name=_("programme"), on_delete=models.PROTECT, related_name="calls"
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=140)
    summary = models.CharField(_("summary"), max_length=400, blank=True)
    purpose = models.TextField(_("what is funded"), blank=True)
    not_funded = models.TextField(_("what is not funded"), blank=True)
    eligibility = models.TextField(_("who may apply"), blank=True)
    how_assessed = models.TextField(_("how sketches are assessed"), blank=True)
    funder = models.CharField(_("who funds"), max_length=160, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=40, blank=True)

    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    review_due_at = models.DateTimeField(_("reviewers are done"), null=True, blank=True)
    answer_expected_on = models.DateField(_("answer to all"), null=True, blank=True)
    application_due_at = models.DateTimeField(_("last moment for applications"), null=True, blank=True)
    application_review_due_at = models.DateTimeField(_("reviewers of applications are done"), null=True, blank=True)
    decision_expected_on = models.DateField(_("decision"), null=True, blank=True)
    period_starts_on = models.DateField(_("projects may start"), null=True, blank=True)
    period_ends_on = models.DateField(_("projects must have ended"), null=True, blank=True)

    smallest_grant = KronorField(_("smallest grant"), null=True, blank=True)
    largest_grant = KronorField(_("largest grant"), null=True, blank=True)
    highest_share = models.DecimalField(
        _("highest share of the costs, per cent"), max_digits=5, decimal_places=2, default=LAWFUL_SHARE, validators=PER_CENT
    )
    lowest_own_share = models.DecimalField(
        _("lowest own financing, per cent of the costs"), max_digits=5, decimal_places=2, default=Decimal(50), validators=PER_CENT
    )
    indirect_rate = models.DecimalField(
        _("indirect costs, per cent of own staff"), max_digits=5, decimal_places=2, default=Decimal(0), validators=PER_CENT
    )
    report_every_months = models.PositiveSmallIntegerField(
        _("progress report, every so many months"), default=3, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    final_report_months = models.PositiveSmallIntegerField(
        _("final report, so many months after the end"), default=1, validators=[MaxValueValidator(12)]
    )
    report_before_payment = models.BooleanField(_("payment requires that the reports due are approved"), default=True)
    holdback = models.DecimalField(
        _("held back until the final report is approved, per cent of the grant"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=PER_CENT,
    )
    category_tolerance = models.DecimalField(
        _("a cost category may grow without a change, per cent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(10),
        validators=PER_CENT,
    )
    eligible_kinds = models.JSONField(_("kinds of organisation that may apply"), default=list, blank=True)
    focus_areas = models.ManyToManyField(
        "programmes.FocusArea", verbose_name=_("protective factors"), blank=True, related_name="calls"
    )
    invitation_letter = models.TextField(_("letter to those invited"), blank=True)
    declining_letter = models.TextField(_("letter to those not invited"), blank=True)

    state = models.CharField(_("state"), max_length=12, choices=CallState, default=CallState.DRAFT, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+")
    published_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=CallState.values), name="call_state_is_known"),
            CheckConstraint(
                condition=Q(highest_share__lte=LAWFUL_SHARE_WITH_EU, highest_share__gt=0), name="call_share_is_lawful"
            ),
            CheckConstraint(
                condition=Q(lowest_own_share__gte=0, lowest_own_share__lte=100, indirect_rate__gte=0, indirect_rate__lte=100),
                name="call_per_cents_are_0_to_100",
            ),
            CheckConstraint(
                condition=Q(holdback__gte=0, holdback__lte=100, category_tolerance__gte=0, category_tolerance__lte=100),
                name="call_follow_up_per_cents_are_0_to_100",
            ),
            CheckConstraint(
                condition=Q(report_every_months__gte=1, report_every_months__lte=12, final_report_months__lte=12),
                name="call_report_months_are_at_most_12",
            ),
            CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(closes_at__gt=F("opens_at")), name="call_closes_after_it_opens"
            ),
            CheckConstraint(
                condition=Q(application_review_due_at=None)
                | Q(application_due_at=None)
                | Q(application_review_due_at__gt=F("application_due_at")),
                name="applications_are_due_before_their_review",
            ),
            CheckConstraint(
                condition=Q(smallest_grant=None) | Q(largest_grant=None) | Q(largest_grant__gte=F("smallest_grant")),
                name="call_grant_limits_are_in_order",
            ),
            CheckConstraint(
                condition=Q(published_at=None, published_by=None) | Q(published_at__isnull=False, published_by__isnull=False),
                name="call_published_at_and_by_together",
            ),
            CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None) | Q(cancelled_at__isnull=False, cancelled_by__isnull=False),
                name="call_cancelled_at_and_by_together",
            ),
            CheckConstraint(
                condition=~Q(state=CallState.PUBLISHED)
                | Q(opens_at__isnull=False, closes_at__isnull=False, smallest_grant__isnull=False, largest_grant__isnull=False),
                name="published_call_has_moments_and_limits",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("call_detail", args=[self.slug])

    def is_open(self, at: datetime) -> bool:
        return self.state == CallState.PUBLISHED and self.opens_at <= at < self.closes_at

    def takes_sketches(self, at: datetime, *, until: datetime) -> bool:
        """Half-open, also for an organisation with a later last moment: at the moment itself it is too late."""
        return self.state == CallState.PUBLISHED and self.opens_at <= at < until

    def is_coming(self, at: datetime) -> bool:
        return self.state == CallState.PUBLISHED and at < self.opens_at

    def is_closed(self, at: datetime) -> bool:
        return self.state == CallState.PUBLISHED and self.closes_at <= at

    @property
    def tone(self) -> str:
        return tone(CallState, self.state)

    @property
    def eligible_kind_labels(self) -> list[str]:
        labels = dict(OrganisationKind.choices)
        return [str(labels[kind]) for kind in self.eligible_kinds if kind in labels]

    def reviewed_by(self, step: str) -> datetime | None:
        """The moment by which reviewers are done with the sketches, or with the applications."""
        return self.application_review_due_at if step == Step.APPLICATION else self.review_due_at

    def frame(self) -> Kronor:
        """All money set aside in the call, over all years."""
        return sum((frame.amount for frame in self.frames.all()), Kronor(0))


class CallFrame(models.Model):
    """Money set aside in a call for one year."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="frames")
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    amount = KronorField(_("amount"))

    class Meta:
        constraints = [
            UniqueConstraint(fields=["call", "year"], name="one_frame_per_call_and_year"),
            CheckConstraint(condition=Q(amount__gte=Kronor(0)), name="frame_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.amount}"


class ReleaseReason(models.TextChoices):
    """Why money of a grant went back to the frame, or more was taken from it."""

    SETTLEMENT = "settlement", _("Final settlement")
    REVOCATION = "revocation", _("Revocation")
    CHANGE = "change", _("Changed grant")
    REPAYMENT = "repayment", _("Repayment")


class FrameReleaseQuerySet(models.QuerySet):
    def total(self) -> Kronor:
        return self.aggregate(total=Sum("amount"))["total"] or Kronor(0)


class FrameRelease(models.Model):
    """Granted money that is free again in the frame: left = frame − granted + released. Below zero where a grant was raised."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="releases")
    application = models.ForeignKey("grants.Application", on_delete=models.PROTECT, related_name="releases")
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    amount = KronorField(_("amount"))
    reason = models.CharField(_("why"), max_length=12, choices=ReleaseReason)
    released_at = models.DateTimeField()

    objects = FrameReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=~Q(amount=Kronor(0)), name="release_is_something"),
            CheckConstraint(condition=Q(reason__in=ReleaseReason.values), name="release_reason_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.amount}"


class Criterion(models.Model):
    """What sketches are judged by, with weight and a description of each level 0–5."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), max_length=1000)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)])
    levels = models.JSONField(_("levels"), default=list)

    class Meta:
        constraints = [CheckConstraint(condition=Q(weight__gte=1, weight__lte=10), name="criterion_weight_is_1_to_10")]

    def __str__(self) -> str:
        return self.name


class Step(models.TextChoices):
    """The two steps of a call."""

    SKETCH = "sketch", _("Sketch")
    APPLICATION = "application", _("Application")


class QuestionKind(models.TextChoices):
    """What sort of answer a question of the call's own asks for."""

    SHORT_TEXT = "short_text", _("Short text")
    LONG_TEXT = "long_text", _("Long text")
    CHOICE = "choice", _("One choice")
    CHOICES = "choices", _("Several choices")
    NUMBER = "number", pgettext_lazy("kind of answer", "Number")
    KRONOR = "kronor", _("Kronor")
    DATE = "date", _("Date")
    FILE = "file", _("File")


class Question(models.Model):
    """A question of the call's own, in either step. Frozen with the answer when it is handed in."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="questions")
    step = models.CharField(_("step"), max_length=12, choices=Step, default=Step.SKETCH)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind of answer"), max_length=12, choices=QuestionKind, default=QuestionKind.LONG_TEXT)
    label = models.CharField(_("question"), max_length=200)
    help_text = models.CharField(_("help"), max_length=400, blank=True)
    required = models.BooleanField(_("must be answered"), default=True)
    word_limit = models.PositiveSmallIntegerField(_("most words"), null=True, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(step__in=Step.values), name="question_step_is_known"),
            CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def field_name(self) -> str:
        return f"question_{self.pk}"


class CallQuestion(models.Model):
    """A question from somebody about the call, with the answer that everybody may read."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(_("question"), max_length=400)
    answer = models.TextField(_("answer"), max_length=3000)
    answered_at = models.DateTimeField(editable=False)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+")

    def __str__(self) -> str:
        return self.question


class DeadlineExtension(models.Model):
    """More time for one organisation, with the reason. The latest moment counts."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="extensions")
    organisation = models.ForeignKey(
        "accounts.Organisation", verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="+"
    )
    until_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=400)
    given_at = models.DateTimeField(editable=False)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+")

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.until_at:%Y-%m-%d %H:%M}"
