"""Every installation starts with all regions and municipalities: the code of the programme names none of them."""

import json
from pathlib import Path

from django.db import migrations

PLACES = Path(__file__).resolve().parent.parent / "data" / "places.json"


def load(apps, schema_editor):
    places = json.loads(PLACES.read_text(encoding="utf-8"))
    region, part, municipality = (apps.get_model("places", name) for name in ("Region", "CountyPart", "Municipality"))
    region.objects.bulk_create(region(**row) for row in places["regions"])
    part_of = {}
    for row in places["county_parts"]:
        codes = row.pop("municipalities")
        made = part.objects.create(region_id=row.pop("region"), **row)
        part_of |= dict.fromkeys(codes, made.pk)
    municipality.objects.bulk_create(
        municipality(code=row["code"], name=row["name"], region_id=row["code"][:2], county_part_id=part_of.get(row["code"]))
        for row in places["municipalities"]
    )


def unload(apps, schema_editor):
    for name in ("Municipality", "CountyPart", "Region"):
        apps.get_model("places", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]

    operations = [migrations.RunPython(load, unload)]
