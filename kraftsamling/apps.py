"""The package as an app without models: deploy checks, database set-up, commands."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from kraftsamling.lib import sqlite


class KraftsamlingConfig(AppConfig):
    name = "kraftsamling"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kraftsamling import checks  # noqa: F401 - registers the deploy checks

        connection_created.connect(sqlite.teach_swedish, dispatch_uid="kraftsamling.sqlite")
