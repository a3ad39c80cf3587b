"""The database itself refuses to change or take away an entry of the case log.

On SQLite a database in memory is left alone: it is one of a test, which must be emptied between tests.
(PostgreSQL empties by TRUNCATE, which these triggers do not see and which a web user should not be granted.)
"""

from django.db import migrations

SQLITE = """CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit_auditentry
    WHEN (SELECT file FROM pragma_database_list WHERE name = 'main') <> ''
    BEGIN SELECT RAISE(ABORT, 'the case log is append-only'); END"""
POSTGRESQL = [
    """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the case log is append-only'; END $$""",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_auditentry
        FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
]


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        statements = [SQLITE.format(verb=verb) for verb in ("UPDATE", "DELETE")]
    else:
        statements = POSTGRESQL
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        statements = ["DROP TRIGGER audit_no_UPDATE", "DROP TRIGGER audit_no_DELETE"]
    else:
        statements = ["DROP TRIGGER audit_append_only ON audit_auditentry", "DROP FUNCTION audit_append_only"]
    with schema_editor.connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
