"""Django's own, only faster."""

from typing import Any

from django.core.management.commands import migrate

from kraftsamling.lib.migrating import few_models_made_anew


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with few_models_made_anew():
            super().handle(*args, **options)
