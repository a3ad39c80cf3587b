from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "pilots"

    def ready(self) -> None:
        from . import (  # noqa: F401 - connect to the award, register sentences, search and documents
            board_documents,
            receivers,
            search,
            sentences,
        )
