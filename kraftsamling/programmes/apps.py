from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "kraftsamling.programmes"
    label = "programmes"
