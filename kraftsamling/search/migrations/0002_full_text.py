"""The full-text index beside the table: FTS5 with trigrams on SQLite, stems and trigrams on PostgreSQL."""

from django.db import DatabaseError, migrations, transaction

SQLITE = [
    "CREATE VIRTUAL TABLE search_fts USING fts5(title, body, content='search_searchentry', content_rowid='id', tokenize='trigram')",
    "INSERT INTO search_fts(rowid, title, body) SELECT id, title, body FROM search_searchentry",
    """CREATE TRIGGER search_fts_insert AFTER INSERT ON search_searchentry BEGIN
        INSERT INTO search_fts(rowid, title, body) VALUES (new.id, new.title, new.body);
    END""",
    """CREATE TRIGGER search_fts_delete AFTER DELETE ON search_searchentry BEGIN
        INSERT INTO search_fts(search_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
    END""",
    """CREATE TRIGGER search_fts_update AFTER UPDATE ON search_searchentry BEGIN
        INSERT INTO search_fts(search_fts, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);
        INSERT INTO search_fts(rowid, title, body) VALUES (new.id, new.title, new.body);
    END""",
]
SQLITE_BACK = [
    "DROP TRIGGER search_fts_insert",
    "DROP TRIGGER search_fts_delete",
    "DROP TRIGGER search_fts_update",
    "DROP TABLE search_fts",
]
POSTGRESQL = [
    """ALTER TABLE search_searchentry ADD COLUMN words tsvector GENERATED ALWAYS AS
        (setweight(to_tsvector('swedish', title), 'A') || setweight(to_tsvector('swedish', body), 'B')) STORED""",
    "CREATE INDEX search_words ON search_searchentry USING gin (words)",
]
POSTGRESQL_TRIGRAMS = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX search_title_trigrams ON search_searchentry USING gin (UPPER(title) gin_trgm_ops)",
    "CREATE INDEX search_body_trigrams ON search_searchentry USING gin (UPPER(body) gin_trgm_ops)",
]
POSTGRESQL_BACK = [
    "DROP INDEX IF EXISTS search_body_trigrams",
    "DROP INDEX IF EXISTS search_title_trigrams",
    "DROP INDEX search_words",
    "ALTER TABLE search_searchentry DROP COLUMN words",
]


def forwards(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            add_trigrams(connection, cursor)


def add_trigrams(connection, cursor):
    """Not every database user may add an extension; without it parts of words are found too, only more slowly."""
    try:
        with transaction.atomic(using=connection.alias):
            for statement in POSTGRESQL_TRIGRAMS:
                cursor.execute(statement)
    except DatabaseError:
        pass


def backwards(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        for statement in SQLITE_BACK if connection.vendor == "sqlite" else POSTGRESQL_BACK:
            cursor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
