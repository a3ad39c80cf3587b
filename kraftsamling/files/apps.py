from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "kraftsamling.files"
    label = "files"
