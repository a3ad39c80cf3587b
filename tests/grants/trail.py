"""What has happened in the database: entries of the log, promised messages, and everything at once."""

from django.apps import apps
from django.db import connection

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
    """All rows of the call, the log, the outbox, the search index: equal before and after means that nothing has changed.

    Read as they lie in their tables: it is done before and after many hundred tests.
    """
    ours = [model for label in labels or ("grants",) for model in apps.get_app_config(label).get_models()]
    joined = [field.remote_field.through for model in ours for field in model._meta.many_to_many]
    return {model._meta.label: _rows_of(model._meta) for model in [*ours, AuditEntry, Message, SearchEntry, *joined]}


def _rows_of(table):
    name, key = (connection.ops.quote_name(each) for each in (table.db_table, table.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {name} ORDER BY {key}")
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
