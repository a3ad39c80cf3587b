"""The first programme and administrator of an installation."""

import pytest
from django.core.management import CommandError, call_command

from kraftsamling.programmes.models import Programme, Role
from tests.factories.accounts import RegionFactory, UserFactory

pytestmark = pytest.mark.django_db
GIVEN = {"region": "18", "funder": "Region Örebro län"}


def test_a_programme_begins_with_four_factors_and_an_administrator():
    RegionFactory()
    user = UserFactory(email="admin@example.se")
    call_command("start_programme", "barn", "Kraftsamling barn", administrator="Admin@example.se", **GIVEN)
    programme = Programme.objects.get()
    assert (programme.slug, programme.region_id, programme.focus_areas.count()) == ("barn", "18", 4)
    assert list(programme.roles.values_list("user", "role")) == [(user.pk, Role.ADMINISTRATOR)]


@pytest.mark.parametrize(("administrator", "region"), [("nobody@example.se", "18"), ("admin@example.se", "99")])
def test_what_is_not_there_is_told_and_nothing_is_made(administrator, region):
    RegionFactory()
    UserFactory(email="admin@example.se")
    with pytest.raises(CommandError):
        call_command("start_programme", "barn", "Kraftsamling", administrator=administrator, region=region, funder="R")
    assert Programme.objects.count() == 0


def test_an_address_is_given_once():
    RegionFactory()
    UserFactory(email="admin@example.se")
    call_command("start_programme", "barn", "Ett", administrator="admin@example.se", **GIVEN)
    with pytest.raises(CommandError):
        call_command("start_programme", "barn", "Två", administrator="admin@example.se", **GIVEN)
    assert list(Programme.objects.values_list("name", flat=True)) == ["Ett"]
