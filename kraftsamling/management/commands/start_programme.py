"""Begins a programme on an empty installation: its four focus areas and its first administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction

from kraftsamling.accounts.models import User
from kraftsamling.places.models import Region
from kraftsamling.programmes.actions import give_first_role
from kraftsamling.programmes.models import FocusArea, FocusColour, Programme, Role

FACTORS = [
    ("familj", "God relation mellan barn och föräldrar", "Familj", FocusColour.FAMILY),
    ("skola", "Skolgång som fungerar", "Skola", FocusColour.SCHOOL),
    ("fritid", "Meningsfull fritid", "Fritid", FocusColour.LEISURE),
    ("plats", "Tryggt närsamhälle", "Närsamhälle", FocusColour.PLACE),
]
"""The protective factors that research points out (domain 5.4); data of the programme, which may be changed."""


class Command(BaseCommand):
    help = (
        "Begins a programme. The administrator opens an account on the web first; others are given roles on /program/…/roller/."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the programme's address, for example barn-och-unga")
        parser.add_argument("name", help="for example “Kraftsamling barn och unga”")
        parser.add_argument("--region", required=True, help="the county code, two digits")
        parser.add_argument("--funder", required=True, help="who funds, as shown on calls")
        parser.add_argument("--administrator", required=True, help="the e-mail address of an account that is already here")

    @transaction.atomic
    def handle(self, *args: Any, slug: str, name: str, region: str, funder: str, administrator: str, **options: Any) -> None:
        user = User.objects.active().filter(email__iexact=administrator).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {administrator}. Open an account on the web first.")
        county = Region.objects.filter(pk=region).first()
        if county is None:
            raise CommandError(f"There is no county with the code {region}.")
        try:
            with transaction.atomic():
                programme = Programme.objects.create(region=county, slug=slug, name=name, funder=funder)
        except IntegrityError:
            raise CommandError(f"There is a programme with the address {slug} already.") from None
        FocusArea.objects.bulk_create(
            FocusArea(programme=programme, key=key, name=label, short_name=short, colour=colour, position=position)
            for position, (key, label, short, colour) in enumerate(FACTORS, start=1)
        )
        give_first_role(programme, user, Role.ADMINISTRATOR)
        self.stdout.write(f"{name} has begun. {user} is its administrator.")
