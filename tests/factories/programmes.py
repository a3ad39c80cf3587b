"""Programmes with the four focus areas of the seeds, and roles in them."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from kraftsamling.programmes.models import FocusArea, FocusColour, Programme, ProgrammeRole
from tests.factories.accounts import RegionFactory

FOCUS_AREAS = [
    ("familj", "God relation mellan föräldrar och barn", "Familj", FocusColour.FAMILY),
    ("skola", "Klara skolan", "Skola", FocusColour.SCHOOL),
    ("fritid", "Meningsfull fritid", "Fritid", FocusColour.LEISURE),
    ("plats", "Trygga bostadsområden", "Plats", FocusColour.PLACE),
]


class ProgrammeFactory(DjangoModelFactory):
    """Its focus areas are made with it, in the order of FOCUS_AREAS."""

    class Meta:
        model = Programme
        skip_postgeneration_save = True

    region = factory.SubFactory(RegionFactory)
    slug = factory.Sequence(lambda n: f"kraftsamling-{n}")
    name = factory.Sequence(lambda n: f"Kraftsamling {n}")
    funder = "Region Örebro län"

    @factory.post_generation
    def areas(self, create, extracted, **kwargs):
        for position, (key, name, short_name, colour) in enumerate(FOCUS_AREAS if extracted is None else extracted):
            FocusArea.objects.create(programme=self, key=key, name=name, short_name=short_name, colour=colour, position=position)


class ProgrammeRoleFactory(DjangoModelFactory):
    class Meta:
        model = ProgrammeRole

    programme = factory.SubFactory(ProgrammeFactory)
    given_at = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)
