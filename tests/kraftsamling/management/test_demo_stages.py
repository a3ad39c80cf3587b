"""The demo data can be built a part of the way: up to the sketches, the invitations, the applications or the decisions."""

import pytest
from django.core.management import call_command

from grants.models import Application, ApplicationVersion, Decision, Outcome, Sketch
from pilots.models import Project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stage", "reached"),
    [
        ("sketches", (19, 0, 0, 0, 0, 0)),
        ("invited", (19, 19, 7, 0, 0, 0)),
        ("applications", (19, 19, 7, 6, 0, 0)),
        ("decided", (19, 19, 7, 6, 4, 6)),
    ],
)
def test_the_building_stops_at_the_stage_that_was_asked_for(stage, reached, tmp_path, settings):
    settings.DEMO, settings.PRIVATE_FILES_DIR = True, tmp_path
    call_command("demo", stage=stage)
    assert (
        Sketch.objects.filter(call__title="Pilotprojekt 2024").count(),
        Outcome.objects.filter(sketch__call__title="Pilotprojekt 2024").count(),
        Application.objects.filter(sketch__call__title="Pilotprojekt 2024").count(),
        ApplicationVersion.objects.filter(application__sketch__call__title="Pilotprojekt 2024", number=1).count(),
        Decision.objects.issued().filter(application__sketch__call__title="Pilotprojekt 2024").count(),
        Project.objects.count(),
    ) == reached
