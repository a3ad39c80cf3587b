from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "pilots"

    def ready(self) -> None:
        from . import audit_texts, receivers, search  # noqa: F401 - connect to the award, register sentences and search
