from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "pilots"

    def ready(self) -> None:
        from . import messages, receivers, search, sentences  # noqa: F401 - connect to the award, register words and search
