"""What a decision on advance, recovery or settlement says of its case is kept with it, as it was when it was decided."""

from django.db import migrations, models
from django.db.models import Q


def keep_what_is_known(apps, _editor):
    """Of decisions made before: the terms that counted then, and the names as they are now."""
    decided = Q(decided_at__isnull=False)
    for name, rows, at, by in (
        ("Advance", decided, "decided_at", "decided_by"),
        ("Recovery", decided, "decided_at", "decided_by"),
        ("Settlement", Q(), "settled_at", "settled_by"),
    ):
        model = apps.get_model("pilots", name)
        for made in model.objects.filter(rows).select_related("project__programme", "project__owner", by):
            facts = facts_of(made.project, at=getattr(made, at), by=getattr(made, by))
            model.objects.filter(pk=made.pk).update(facts=facts)


def facts_of(project, *, at, by):
    before = project.terms.select_related("owner").order_by("-number")
    terms = before.filter(set_at__lte=at).first() or before.last() or project
    return {
        "programme": project.programme.name,
        "project": project.title,
        "registry_number": project.registry_number,
        "owner": terms.owner.name,
        "org_number": terms.owner.org_number,
        "share": str(terms.share),
        "cap": str(terms.cap.amount),
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat(),
        "decided_by": by.name or by.email,
    }


class Migration(migrations.Migration):
    dependencies = [("pilots", "0013_board_item_limit")]

    operations = [
        *(
            migrations.AddField(model, "facts", models.JSONField(default=dict, editable=False))
            for model in ("advance", "recovery", "settlement")
        ),
        migrations.RunPython(keep_what_is_known, migrations.RunPython.noop),
    ]
