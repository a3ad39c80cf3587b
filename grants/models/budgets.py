"""The budget: cost lines and financing lines per year, of an application, of a decision and of the platform's own project."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.money import Kronor, KronorField


class CostCategory(models.TextChoices):
    """Cost categories (kostnadsslag) in the order of the region's own table (seed, domain 7.2)."""

    OWN_STAFF = "own_staff", _("Own staff")
    EXTERNAL_SERVICES = "external_services", _("External services")
    TRAVEL = "travel", _("Travel and accommodation")
    INVESTMENT = "investment", _("Investment, material and premises")
    INDIRECT = "indirect", _("Indirect costs")


class FinancingRole(models.TextChoices):
    """What part the money has: the grant that is sought, the applicant's own, or somebody else's."""

    GRANT = "grant", _("1:1 money")
    OWN = "own", _("Own financing")
    OTHER = "other", _("Other financing")


class Appropriation(models.TextChoices):
    """Where public money comes from, as Tillväxtverket asks for it (domain 1.4)."""

    REGIONAL = "regional", _("Appropriation 1:1, regional development")
    NATIONAL = "national", _("Other national appropriation")
    EUROPEAN = "european", _("European money: ERDF or ESF+")
    OTHER = "other", _("Other money")


class Budget(models.Model):
    """A frozen budget. Amounts are exact to the öre; what a signed document prints may be kept beside them."""

    indirect_rate = models.DecimalField(_("indirect costs, per cent of own staff"), max_digits=7, decimal_places=4, default=0)
    printed = models.JSONField(default=dict, blank=True)
    """As decided: the totals a signed document prints, by row and column, where they are kept word by word."""

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class CostLine(models.Model):
    """What one thing costs in one year. In kind: work or premises that nobody pays for, mirrored as financing."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="cost_lines")
    position = models.PositiveSmallIntegerField()
    category = models.CharField(_("cost category"), max_length=20, choices=CostCategory)
    label = models.CharField(_("what it is"), max_length=120, blank=True)
    in_kind = models.BooleanField(_("in kind"), default=False)
    year = models.PositiveSmallIntegerField(_("year"))
    amount = KronorField(_("amount"))

    class Meta:
        constraints = [
            UniqueConstraint(fields=["budget", "position", "year"], name="cost_line_once_per_year"),
            CheckConstraint(condition=Q(category__in=CostCategory.values), name="cost_line_category_is_known"),
            CheckConstraint(condition=Q(amount__gte=Kronor(0)), name="cost_line_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.year}"


class FinancingLine(models.Model):
    """What one financier puts in during one year, in cash or in kind, public or private."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="financing_lines")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(_("kind of financing"), max_length=10, choices=FinancingRole)
    financier = models.CharField(_("financier"), max_length=160)
    is_public = models.BooleanField(_("public"), default=True)
    in_kind = models.BooleanField(_("in kind"), default=False)
    appropriation = models.CharField(_("appropriation"), max_length=10, choices=Appropriation, blank=True)
    year = models.PositiveSmallIntegerField(_("year"))
    amount = KronorField(_("amount"))

    class Meta:
        constraints = [
            UniqueConstraint(fields=["budget", "position", "year"], name="financing_line_once_per_year"),
            CheckConstraint(condition=Q(role__in=FinancingRole.values), name="financing_line_role_is_known"),
            CheckConstraint(condition=Q(amount__gte=Kronor(0)), name="financing_line_is_not_negative"),
            CheckConstraint(condition=~Q(role=FinancingRole.GRANT, in_kind=True), name="the_grant_is_money"),
        ]

    def __str__(self) -> str:
        return f"{self.financier} {self.year}"
