from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "kraftsamling.programmes"
    label = "programmes"

    def ready(self) -> None:
        from . import audit_texts  # noqa: F401 - registers the sentences of the case log
