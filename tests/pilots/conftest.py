"""What several test modules of the registry begin with."""

import pytest
from django.utils import translation


@pytest.fixture
def english():
    """What is said is said in the language of the code."""
    with translation.override("en"):
        yield
