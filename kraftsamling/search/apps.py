from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "kraftsamling.search"
    label = "search"
