"""A file for the finance system remembers every payment it was made with, also those that came back from it."""

from django.db import migrations, models


def remember(apps, _editor):
    """What is in a file now, and what the case log says was sent in it."""
    batches, payouts = apps.get_model("pilots", "PayoutBatch").objects, apps.get_model("pilots", "Payout").objects
    pairs = set(payouts.exclude(batch=None).values_list("batch", "pk"))
    files = {(programme, number): pk for pk, programme, number in batches.values_list("pk", "programme", "number")}
    sent = {
        reference: (pk, programme) for pk, programme, reference in payouts.values_list("pk", "project__programme", "reference")
    }
    entries = apps.get_model("audit", "AuditEntry").objects.filter(action="pilots.payout.export")
    for details in entries.values_list("details", flat=True):
        payout, programme = sent.get(details.get("reference"), (None, None))
        batch = files.get((programme, details.get("batch")))
        if payout and batch:
            pairs.add((batch, payout))
    link = apps.get_model("pilots", "PayoutBatch").made_with.through
    link.objects.bulk_create([link(payoutbatch_id=batch, payout_id=payout) for batch, payout in sorted(pairs)], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_append_only"),
        ("pilots", "0014_money_decision_facts"),
    ]

    operations = [
        migrations.AddField(
            model_name="payoutbatch",
            name="made_with",
            field=models.ManyToManyField(related_name="files", to="pilots.payout"),
        ),
        migrations.RunPython(remember, migrations.RunPython.noop),
    ]
