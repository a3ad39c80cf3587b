import pytest

from kraftsamling.accounts.identity import parse_org_number
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import has_role
from tests.factories.accounts import PASSWORD, MunicipalityFactory, OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db


def test_a_user_has_what_was_asked_for():
    organisation, programme = OrganisationFactory(), ProgrammeFactory()
    user = UserFactory(member_of=organisation, roles=[(programme, Role.REVIEWER)])
    assert user.organisation_ids == {organisation.pk}
    assert has_role(user, programme, Role.REVIEWER)
    assert user.check_password(PASSWORD)


def test_organisations_have_valid_numbers():
    numbers = [OrganisationFactory().org_number for _ in range(12)]
    assert [parse_org_number(number) for number in numbers] == numbers


def test_a_programme_has_the_four_focus_areas_and_places_are_the_shipped_ones():
    assert ProgrammeFactory().focus_areas.count() == 4
    assert MunicipalityFactory().region_id == "18"
    assert MunicipalityFactory(code="0180", name="Stockholm").region_id == "01"
