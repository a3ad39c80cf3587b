from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "kraftsamling.notifications"
    label = "notifications"
