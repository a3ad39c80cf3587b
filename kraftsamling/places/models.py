"""Regions, county parts and municipalities of Sweden, with the official codes as text (SCB)."""

from django.core.cache import cache
from django.db import models
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.sqlite import COLLATION


class PlaceQuerySet(models.QuerySet):
    def in_swedish_order(self) -> "PlaceQuerySet":
        return self.order_by(Collate("name", COLLATION), "pk")


class MunicipalityQuerySet(PlaceQuerySet):
    def in_region(self, region: "Region | str") -> "MunicipalityQuerySet":
        return self.filter(region=region)


MUNICIPALITIES_KEPT = 3600
"""Seconds. They change about once in a decade, and every form asks for them."""


def municipalities_of(region: str) -> list["Municipality"]:
    """The region's municipalities in Swedish order, from the cache."""
    return cache.get_or_set(
        f"municipalities-{region}", lambda: list(Municipality.objects.in_region(region).in_swedish_order()), MUNICIPALITIES_KEPT
    )


def county_parts_of(region: str) -> list["CountyPart"]:
    """The parts of the county in their order, from the cache."""
    return cache.get_or_set(
        f"county-parts-{region}",
        lambda: list(CountyPart.objects.filter(region=region).order_by("position", "pk")),
        MUNICIPALITIES_KEPT,
    )


class Region(models.Model):
    """A county (län) with its regional council. The code is two digits, never a number."""

    code = models.CharField(_("county code"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    letter = models.CharField(_("county letter"), max_length=2)

    objects = PlaceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class CountyPart(models.Model):
    """A part of a county (länsdel) whose municipalities work together, as södra Örebro län."""

    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="parts")
    key = models.SlugField(_("key"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "key"], name="county_part_key_is_unique_in_region")]

    def __str__(self) -> str:
        return self.name


class Municipality(models.Model):
    """A municipality (kommun). The code is four digits that begin with the county's."""

    code = models.CharField(_("municipality code"), max_length=4, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="municipalities")
    county_part = models.ForeignKey(CountyPart, on_delete=models.PROTECT, null=True, related_name="municipalities")

    objects = MunicipalityQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
