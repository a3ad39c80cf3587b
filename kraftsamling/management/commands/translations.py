"""Compiles the translations, brings them up to date with the code, or says which texts lack one."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kraftsamling.lib import translations

OWN_PACKAGES = ("kraftsamling", "grants", "pilots", "forum", "mapping", "templates")
COMPLETE_LANGUAGES = ("sv",)
"""Languages that must have every text; English is the language of the code."""


class Command(BaseCommand):
    help = "Compiles the translations that have changed. --check lists what is missing, --update adds what is new in the code."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--check", action="store_true", help="change nothing; fail if a text is missing or unsure")
        what.add_argument("--update", action="store_true", help="add the texts that are new in code and templates")

    def handle(self, *, check: bool, update: bool, **options: Any) -> None:
        root, locale = Path(settings.BASE_DIR), Path(settings.LOCALE_PATHS[0])
        if not check and not update:
            translations.compile_stale(locale)
            return
        texts = translations.collect(root, [root / name for name in OWN_PACKAGES])
        if update:
            translations.update(locale, texts, COMPLETE_LANGUAGES)
            return
        gaps = translations.gaps(locale, texts, COMPLETE_LANGUAGES)
        for gap in gaps:
            self.stdout.write(str(gap))
        if gaps:
            raise CommandError(f"{len(gaps)} texts lack a translation: run “manage.py translations --update” and fill them in.")
