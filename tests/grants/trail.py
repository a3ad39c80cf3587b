"""What has happened in the database: entries of the log, promised messages, and everything at once."""

from django.apps import apps

from kraftsamling.audit.models import AuditEntry
from kraftsamling.notifications.models import Message
from kraftsamling.search.models import SearchEntry


def mark():
    """A point to count from: what a test arranges is not what it asserts on."""
    return (
        AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
    )


def entries(since=(0, 0)):
    return list(AuditEntry.objects.filter(pk__gt=since[0]).order_by("pk").values_list("action", "by"))


def letters(since=(0, 0)):
    return list(Message.objects.filter(pk__gt=since[1]).order_by("pk").values_list("kind", "to_email"))


def everything(*labels):
    """All rows of the call, the log, the outbox, the search index: equal before and after means that nothing has changed."""
    ours = [model for label in labels or ("grants",) for model in apps.get_app_config(label).get_models()]
    rows = {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in [*ours, AuditEntry, Message, SearchEntry]
    }
    for model in ours:
        for field in model._meta.many_to_many:
            through = field.remote_field.through
            rows[through._meta.label] = list(through._base_manager.order_by("pk").values())
    return rows
