from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "pilots"

    def ready(self) -> None:
        from . import (  # noqa: F401 - connect to the award, register words, search and documents
            board_documents,
            messages,
            receivers,
            report_documents,
            report_messages,
            search,
            sentences,
        )
