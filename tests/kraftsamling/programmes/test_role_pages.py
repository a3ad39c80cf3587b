import pytest
from django.test import Client
from django.urls import reverse

from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import has_role
from tests.factories.accounts import UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db


def as_(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def admin(programme):
    return UserFactory(roles=[(programme, Role.ADMINISTRATOR)])


def test_give_and_take_a_role(programme, admin):
    user, client = UserFactory(email="nora@example.se"), as_(admin)
    assert client.get(reverse("role_list"))["Location"] == reverse("programme_roles", args=[programme.slug])
    client.post(reverse("role_give", args=[programme.slug]), {"email": "Nora@example.se", "role": "reviewer"})
    given = programme.roles.get(user=user)
    page = client.get(reverse("programme_roles", args=[programme.slug]))
    assert [[row.user for row in rows] for _label, rows in page.context["groups"]] == [[user], [admin]]
    client.post(reverse("role_take", args=[programme.slug, given.pk]))
    assert not has_role(user, programme, Role.REVIEWER)


@pytest.mark.parametrize("values", [{"email": "nobody@example.se", "role": "reviewer"}, {"email": "x", "role": "king"}])
def test_a_role_for_nobody_is_refused(programme, admin, values):
    page = as_(admin).post(reverse("role_give", args=[programme.slug]), values)
    assert (page.status_code, programme.roles.count()) == (200, 1)


def test_an_administrator_of_several_programmes_chooses(programme, admin):
    from tests.factories.programmes import ProgrammeRoleFactory

    ProgrammeRoleFactory(user=admin, role=Role.ADMINISTRATOR)
    assert len(as_(admin).get(reverse("role_list")).context["programmes"]) == 2


@pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.ADMINISTRATOR)])
def test_the_pages_are_404_for_everybody_else(programme, admin, role):
    client = as_(UserFactory(roles=[(programme, role)] if role else []))
    given = programme.roles.get(user=admin)
    answers = [
        client.get(reverse("role_list")),
        client.get(reverse("programme_roles", args=[programme.slug])),
        client.post(reverse("role_give", args=[programme.slug]), {"email": admin.email, "role": "reviewer"}),
        client.post(reverse("role_take", args=[programme.slug, given.pk])),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


def test_a_role_of_another_programme_cannot_be_taken_through_ones_own(programme, admin):
    other = ProgrammeFactory()
    given = other.roles.get(user=UserFactory(roles=[(other, Role.REVIEWER)])) if other else None
    assert as_(admin).post(reverse("role_take", args=[programme.slug, given.pk])).status_code == 404
