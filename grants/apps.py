from django.apps import AppConfig


class GrantsConfig(AppConfig):
    name = "grants"

    def ready(self) -> None:
        from . import audit_texts, messages, search  # noqa: F401 - register sentences, labels, kinds and rules
