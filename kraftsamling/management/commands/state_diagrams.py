"""Writes docs/states.md from the tables of moves."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from grants.states import MOVES as GRANTS
from kraftsamling.lib.diagram import states_document
from kraftsamling.notifications.models import MESSAGE_MOVES, MessageState
from pilots.states import MOVES as PILOTS

TITLE = "States and what can follow on what"
TABLES = {**GRANTS, **PILOTS, MessageState: MESSAGE_MOVES}


def document_path() -> Path:
    return Path(settings.BASE_DIR) / "docs" / "states.md"


class Command(BaseCommand):
    help = "Writes docs/states.md from the tables of moves."

    def handle(self, *args: Any, **options: Any) -> None:
        document_path().write_text(states_document(TITLE, TABLES), encoding="utf-8")
