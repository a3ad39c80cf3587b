from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "kraftsamling.accounts"
    label = "accounts"
