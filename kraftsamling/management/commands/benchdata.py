"""Fills a database for measuring."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from kraftsamling.management.demo.bulk import Bulk


class Command(BaseCommand):
    help = "Writes many organisations and sketches in bulk, with accounts that cannot log in by password. Never run it where there are real cases."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sketches", type=int, default=1000)
        parser.add_argument("--organisations", type=int, default=300)

    def handle(self, *args: Any, sketches: int, organisations: int, **options: Any) -> None:
        call = Bulk().fill(sketches=sketches, organisations=organisations)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as a database does by itself after a while: its plans rest on how many rows there are
        self.stdout.write(f"{sketches} sketches from {organisations} organisations in {call.get_absolute_url()}")
