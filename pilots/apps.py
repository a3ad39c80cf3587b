from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "pilots"

    def ready(self) -> None:
        from . import receivers, search, sentences  # noqa: F401 - connect to the award, register sentences and search
        from . import report_documents, report_messages  # noqa: F401 - register documents and the names of messages
