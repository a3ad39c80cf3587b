from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "kraftsamling.notifications"
    label = "notifications"

    def ready(self) -> None:
        from . import audit_texts, tasks  # noqa: F401 - register the sentences; the outbox finds its tasks by name
