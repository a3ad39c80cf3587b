import datetime as dt

import pytest


@pytest.fixture
def call():
    """The least that a frame can hang on."""
    from grants.models import Call
    from tests.factories.accounts import UserFactory
    from tests.factories.programmes import ProgrammeFactory

    return Call.objects.create(
        programme=ProgrammeFactory(),
        slug="provutlysning",
        title="Provutlysning",
        created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        created_by=UserFactory(),
    )


@pytest.fixture(autouse=True)
def _english():
    """The messages as they are written in the code, whatever the state of the translation."""
    from django.utils import translation

    with translation.override("en"):
        yield
