"""What is told of a grant when it is decided is written down for those decided before."""

from django.db import migrations

from pilots.steering import grant_facts


def write_down_earlier_grants(apps, schema_editor):
    decisions = apps.get_model("grants", "Decision").objects.filter(state__in=["issued", "replaced"], kind="granted")
    for decision in decisions.select_related("application_version"):
        grant_facts.keep(decision, models=apps)


class Migration(migrations.Migration):
    dependencies = [("pilots", "0007_steering")]
    operations = [migrations.RunPython(write_down_earlier_grants, migrations.RunPython.noop)]
