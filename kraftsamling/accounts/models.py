"""People, the organisations they act for, and the proof that somebody may sign for an organisation."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Collate, Lower
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.sqlite import COLLATION
from kraftsamling.lib.text import told_once

SEES_ALL_ORGANISATIONS = frozenset({"administrator", "process_leader", "process_team"})
"""Programme roles, by their stored keys: the programmes stand above the accounts."""


class UserQuerySet(models.QuerySet):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def members_of(self, organisation: "Organisation") -> "UserQuerySet":
        return self.active().filter(memberships__organisation=organisation)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account. The e-mail address is the name at log-in; no personal identity number is kept."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="sv")
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [UniqueConstraint(Lower("email"), name="user_email_is_unique_in_any_case")]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations the person belongs to; asked of the database once per request."""
        return frozenset(self.memberships.values_list("organisation_id", flat=True))

    @cached_property
    def programme_roles(self) -> frozenset[tuple[int, str]]:
        """(programme, role) pairs; asked of the database once per request. Read through programmes.permissions."""
        return frozenset(self.roles.values_list("programme_id", "role"))


class OrganisationKind(models.TextChoices):
    """Which sort of actor it is; stored keys are never translated."""

    MUNICIPALITY = "municipality", _("Municipality")
    REGION = "region", _("Region")
    ASSOCIATION = "association", _("Association")
    STUDY_ASSOCIATION = "study_association", _("Study association")
    UNIVERSITY = "university", _("University")
    FOUNDATION = "foundation", _("Foundation")
    RELIGIOUS = "religious", _("Religious community")
    AUTHORITY = "authority", _("Government authority")
    COMPANY = "company", _("Company")


PUBLIC_KINDS = frozenset(
    {OrganisationKind.MUNICIPALITY, OrganisationKind.REGION, OrganisationKind.UNIVERSITY, OrganisationKind.AUTHORITY}
)
"""Whose own money is public money."""


class LegalForm(models.TextChoices):
    """The legal form, as the register of organisation numbers groups them."""

    MUNICIPALITY = "municipality", _("Municipality or region")
    STATE = "state", _("State authority")
    NON_PROFIT = "non_profit", _("Non-profit association")
    ECONOMIC = "economic", _("Economic association")
    FOUNDATION = "foundation", _("Foundation")
    RELIGIOUS = "religious", _("Registered religious community")
    LIMITED = "limited", _("Limited company")


class OrganisationQuerySet(models.QuerySet):
    def in_swedish_order(self) -> "OrganisationQuerySet":
        return self.order_by(Collate("name", COLLATION), "pk")

    def of_member(self, user: Any) -> "OrganisationQuerySet":
        return self.filter(memberships__user=user)

    def visible_to(self, user: Any) -> "OrganisationQuerySet":
        """Members see their own organisations; those who run a programme see all."""
        if not user.is_authenticated:
            return self.none()
        if any(role in SEES_ALL_ORGANISATIONS for _programme, role in user.programme_roles):
            return self.all()
        return self.filter(pk__in=user.organisation_ids)


class Organisation(models.Model):
    """A legal person that may apply. It owns its cases; people come and go (domain 10, rule 24)."""

    name = models.CharField(_("name"), max_length=160)
    org_number = models.CharField(_("organisation number"), max_length=11, unique=True)
    kind = models.CharField(_("kind of organisation"), max_length=20, choices=OrganisationKind)
    legal_form = models.CharField(_("legal form"), max_length=20, choices=LegalForm)
    seat = models.ForeignKey(
        "places.Municipality", verbose_name=_("seat"), on_delete=models.PROTECT, related_name="organisations"
    )
    registered_at = models.DateTimeField(_("registered"), auto_now_add=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="organisations")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_is_known"),
            CheckConstraint(condition=Q(legal_form__in=LegalForm.values), name="organisation_legal_form_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organisation_detail", args=[self.pk])

    @property
    def with_kind_and_seat(self) -> str:
        return told_once(self.name, str(self.get_kind_display()).lower(), str(self.seat))


class Membership(models.Model):
    """A person acts for an organisation. Contacts get the organisation's mail; two are asked for."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    is_contact = models.BooleanField(_("contact"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    class Meta:
        constraints = [UniqueConstraint(fields=["user", "organisation"], name="membership_is_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.organisation_id}"


class InvitationQuerySet(models.QuerySet):
    def open(self, *, at: datetime) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """A colleague is asked by mail to join an organisation. Only a hash of the link's secret is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None) | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_at_and_by_together",
            ),
            CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="invitation_revoked_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class JoinRequest(models.Model):
    """A person asks to join an organisation that is already here; its members answer."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="join_requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="join_requests")
    message = models.CharField(_("message"), max_length=500, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    accepted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["organisation", "user"], condition=Q(answered_at=None), name="one_open_join_request_each"),
            CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, accepted=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False, accepted__isnull=False),
                name="join_request_answered_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.organisation_id}"


class SignatoryQuerySet(models.QuerySet):
    def current(self, *, on: date) -> "SignatoryQuerySet":
        """Whose proof is valid on that day, first and last day included."""
        return self.filter(valid_from_on__lte=on).filter(Q(valid_to_on=None) | Q(valid_to_on__gte=on))


class Signatory(models.Model):
    """An authorised signatory (behörig firmatecknare) with the proof and the days it is valid."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="signatories")
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("title or assignment"), max_length=120, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="signatories"
    )
    jointly = models.BooleanField(_("signs together with somebody else"), default=False)
    proof = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    valid_from_on = models.DateField(_("valid from"))
    valid_to_on = models.DateField(_("valid to"), null=True, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(valid_to_on=None) | Q(valid_to_on__gte=models.F("valid_from_on")), name="signatory_is_valid_forwards"
            ),
        ]

    def __str__(self) -> str:
        return self.name
