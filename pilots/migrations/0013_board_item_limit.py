"""A running order for the board takes at most thirty minutes, in the database too."""

from django.db import migrations, models
from django.db.models import Q


def shorten(apps, _editor):
    """A limit above thirty is lowered; where the points take more, their minutes are to be set anew."""
    items = apps.get_model("pilots", "BoardItem").objects
    items.filter(limit__gt=30, minutes__lte=30).update(limit=30)
    for item in items.filter(limit__gt=30):
        emptied = {name: "" for name in item.content if name.startswith("part") and name.endswith("_minutes")}
        items.filter(pk=item.pk).update(content={**item.content, **emptied}, minutes=0, limit=30)


class Migration(migrations.Migration):
    dependencies = [("pilots", "0012_project_conflicts")]

    operations = [
        migrations.RunPython(shorten, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="boarditem",
            constraint=models.CheckConstraint(condition=Q(limit__lte=30), name="board_item_limit_is_at_most_thirty"),
        ),
    ]
