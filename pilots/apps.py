from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class PilotsConfig(AppConfig):
    name = "pilots"

    def ready(self) -> None:
        from . import (  # noqa: F401 - connect to the award and to migrations, register words, search and documents
            advance_documents,
            board_documents,
            frozen,
            messages,
            money_messages,
            payment_documents,
            receivers,
            recovery_documents,
            report_documents,
            report_messages,
            search,
            sentences,
            settlement_documents,
        )

        pre_migrate.connect(_lift, sender=self, dispatch_uid="pilots.triggers.lift")
        post_migrate.connect(_lay, sender=self, dispatch_uid="pilots.triggers.lay")


def _lift(using: str, plan: Any, **kwargs: Any) -> None:
    from django.db import connections

    from . import triggers

    if plan:
        triggers.lift(connections[using])


def _lay(using: str, **kwargs: Any) -> None:
    from django.db import connections

    from . import triggers

    triggers.lay(connections[using])
