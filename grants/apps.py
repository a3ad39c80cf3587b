from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "grants"

    def ready(self) -> None:
        from . import audit_texts, search  # noqa: F401 - register their sentences and kinds
