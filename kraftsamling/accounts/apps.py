from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "kraftsamling.accounts"
    label = "accounts"

    def ready(self) -> None:
        from . import audit_texts  # noqa: F401 - registers the sentences of the case log
