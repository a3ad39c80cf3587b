"""The database keeps what the newest report tells: the costs foreseen in all, and the newest outcome of each indicator.

What is told of a grant when it is decided is written down for those decided before.
"""

from django.db import migrations

from pilots.steering import grant_facts

TABLES = {
    "pilots_reportedcost": (
        "UPDATE pilots_project SET foreseen = "
        "(SELECT SUM(c.forecast) FROM pilots_reportedcost c WHERE c.version_id = NEW.version_id) "
        "WHERE id = (SELECT r.project_id FROM pilots_reportversion v JOIN pilots_report r ON r.id = v.report_id "
        "WHERE v.id = NEW.version_id) "
        "AND NOT EXISTS (SELECT 1 FROM pilots_reportversion v JOIN pilots_report r ON r.id = v.report_id "
        "WHERE r.project_id = pilots_project.id AND v.id > NEW.version_id)"
    ),
    "pilots_indicatorvalue": (
        "UPDATE pilots_indicator SET latest = NEW.value WHERE id = NEW.indicator_id "
        "AND NOT EXISTS (SELECT 1 FROM pilots_indicatorvalue v WHERE v.indicator_id = NEW.indicator_id "
        "AND v.version_id > NEW.version_id)"
    ),
}


def forwards(apps, schema_editor):
    for table, update in TABLES.items():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE FUNCTION {table}_told() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {update}; RETURN NULL; END $$",
                params=None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {table}_told AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_told()", params=None
            )
        else:
            schema_editor.execute(f"CREATE TRIGGER {table}_told AFTER INSERT ON {table} BEGIN {update}; END", params=None)


def backwards(apps, schema_editor):
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_told ON {table}")
            schema_editor.execute(f"DROP FUNCTION {table}_told()")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_told")


def write_down_earlier_grants(apps, schema_editor):
    decisions = apps.get_model("grants", "Decision").objects.filter(state__in=["issued", "replaced"], kind="granted")
    for decision in decisions.select_related("application_version"):
        grant_facts.keep(decision, models=apps)


class Migration(migrations.Migration):
    dependencies = [("pilots", "0007_steering"), ("grants", "0003_follow_up_of_projects")]
    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.RunPython(write_down_earlier_grants, migrations.RunPython.noop),
    ]
