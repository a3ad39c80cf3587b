"""Fills a database for measuring."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kraftsamling.management.demo.bulk import Bulk
from kraftsamling.management.demo.bulk_projects import BulkProjects, count_anew

COSTS_EACH = 20


class Command(BaseCommand):
    help = "Writes many organisations, sketches and projects in bulk, with accounts that cannot log in by password. Never run it where there are real cases."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sketches", type=int, default=1000)
        parser.add_argument("--organisations", type=int, default=300)
        parser.add_argument("--projects", type=int, default=0, help="with ten years of reports each")
        parser.add_argument("--costs", type=int, help="booked costs of all the projects together, twenty each unless told")

    def handle(self, *args: Any, sketches: int, organisations: int, projects: int, costs: int | None, **options: Any) -> None:
        bulk = Bulk()
        call = bulk.fill(sketches=sketches, organisations=organisations)
        if projects:
            BulkProjects(bulk, projects=projects, entries=projects * COSTS_EACH if costs is None else costs).fill()
        count_anew()
        self.stdout.write(
            f"{sketches} sketches from {organisations} organisations in {call.get_absolute_url()}, {projects} projects"
        )
