import pytest


@pytest.fixture
def programme():
    from kraftsamling.programmes.models import Programme
    from tests.factories.programmes import ProgrammeFactory

    made = ProgrammeFactory(name="Kraftsamling barn och unga")
    Programme.objects.update(tagline="Tillsammans för barn och unga", description="Vi prövar nya sätt.")
    made.refresh_from_db()
    return made


@pytest.fixture
def now(time_machine):
    """The pages read the clock; it stands still at the moment the builders count from."""
    from tests.kraftsamling.home.builders import NOW

    time_machine.move_to(NOW, tick=False)
    return NOW


@pytest.fixture(autouse=True)
def english():
    """Words are compared as they are written in the code, whatever the state of the translation."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture
def client(client, settings):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client
