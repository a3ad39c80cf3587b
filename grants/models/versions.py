"""What a sketch and an application have in common once they have been handed in."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.money import KronorField


class FrozenVersionQuerySet(models.QuerySet):
    def without_receipt(self, *, before: datetime) -> Self:
        """Handed in before the moment, and still without the PDF that is to be mailed."""
        return self.filter(receipt_pdf=None, submitted_at__lt=before).order_by("pk")


class FrozenVersion(models.Model):
    """Handed in: never changed, with receipt and checksum, and its figures in columns (domain 10, rule 19)."""

    number = models.PositiveSmallIntegerField(_("version"))
    draft_revision = models.PositiveIntegerField()
    content = models.JSONField()
    checksum = models.CharField(_("checksum"), max_length=64)
    receipt_number = models.CharField(_("receipt"), max_length=30, unique=True)
    receipt_pdf = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    title = models.CharField(_("title"), max_length=120)
    sought = KronorField(_("amount sought"))
    total_cost = KronorField(_("total cost"))
    own_financing = KronorField(_("own financing"))
    starts_on = models.DateField(_("starts"))
    ends_on = models.DateField(_("ends"))
    whole_county = models.BooleanField(_("the whole county"), default=False)
    main_focus_area = models.ForeignKey("programmes.FocusArea", on_delete=models.PROTECT, related_name="+")
    focus_areas = models.ManyToManyField("programmes.FocusArea", related_name="+")
    municipalities = models.ManyToManyField("places.Municipality", related_name="+")
    partner_organisations = models.ManyToManyField("accounts.Organisation", related_name="+")
    files = models.ManyToManyField("files.StoredFile", related_name="+")

    objects = FrozenVersionQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title
