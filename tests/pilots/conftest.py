"""What several test modules of the registry begin with."""

import pytest
from django.utils import translation


@pytest.fixture
def english():
    """What is said is said in the language of the code."""
    with translation.override("en"):
        yield


@pytest.fixture
def project():
    """One that may ask for money."""
    from tests.factories import money

    return money.create_project()


@pytest.fixture
def by(project):
    """The economist of its programme."""
    from tests.factories import money

    return money.economist(project)
