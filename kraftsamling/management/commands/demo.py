"""Fills an empty installation with demo data."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kraftsamling.management.demo.build import STAGES, build


class Command(BaseCommand):
    help = "Builds the demo data through the actions. --stage sketches, invited, applications or decided stops on the way."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stage", choices=STAGES, default=STAGES[-1])

    def handle(self, *args: Any, stage: str, **options: Any) -> None:
        try:
            build(stage=stage)
        except RuntimeError as error:
            raise CommandError(str(error)) from error
