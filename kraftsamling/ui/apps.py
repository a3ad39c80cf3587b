from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "kraftsamling.ui"
    label = "ui"
