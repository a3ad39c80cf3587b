from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "kraftsamling.audit"
    label = "audit"
