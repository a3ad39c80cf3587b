import json

import pytest
from django.test import Client
from django.urls import reverse

from kraftsamling.accounts import actions, own_data
from kraftsamling.accounts.models import User
from kraftsamling.programmes.models import Role
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db


def as_(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    "name",
    ["account_home", "account_close", "account_email", "account_change_password", "mfa_index", "mfa_list_webauthn",
     "socialaccount_connections", "account_logout", "organisation_list"],
)  # fmt: skip
def test_my_pages_answer(name):
    assert as_(UserFactory()).get(reverse(name)).status_code == 200


def test_a_person_without_a_password_chooses_one():
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    client = as_(user)
    assert client.get(reverse("account_change_password"))["Location"] == reverse("account_set_password")
    assert client.get(reverse("account_set_password")).status_code == 200


def test_name_and_language_are_saved():
    user = UserFactory()
    client = as_(user)
    client.post(reverse("account_name"), {"name": "Nytt Namn", "language": "en"})
    user.refresh_from_db()
    assert (user.name, user.language) == ("Nytt Namn", "en")
    assert client.get(reverse("account_home")).headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    "values", [{"name": "", "language": "sv"}, {"name": "A", "language": "xx"}, {"name": "\u202e", "language": "sv"}]
)
def test_name_and_language_are_checked(values):
    user = UserFactory(name="Före")
    page = as_(user).post(reverse("account_name"), values)
    user.refresh_from_db()
    assert (page.status_code, user.name, user.language) == (200, "Före", "sv")


def test_my_data_holds_what_is_mine_and_no_secret():
    organisation = OrganisationFactory(name="Norrsken")
    user, other = UserFactory(member_of=organisation), UserFactory(member_of=organisation)
    actions.invite(organisation, email="k@example.se", by=user)
    actions.invite(organisation, email="x@example.se", by=other)
    response = as_(user).get(reverse("account_data"))
    data = json.loads(response.content)
    assert response["Content-Disposition"] == 'attachment; filename="mina-uppgifter.json"'
    assert (data["account"]["email"], [row["name"] for row in data["organisations"]]) == (user.email, ["Norrsken"])
    assert [row["is"] for row in data["appears_in"]["accounts.invitation.invited_by"]] == ["k@example.se"]
    text = response.content.decode()
    assert (user.password in text, other.email in text) == (False, False)


def test_my_data_tells_where_my_address_stands_without_my_account():
    user, other = UserFactory(), UserFactory()
    organisation = OrganisationFactory()
    inviting = UserFactory(member_of=organisation)
    for address in (user.email.upper(), other.email):
        actions.invite(organisation, email=address, by=inviting)
    found = json.loads(as_(user).get(reverse("account_data")).content)["appears_in"]
    assert [row["is"] for row in found["accounts.invitation.email"]] == [user.email]
    assert len(found["notifications.message.to_email"]) == 1


def test_my_data_says_how_much_more_there_is(monkeypatch):
    monkeypatch.setattr(own_data, "MOST_ROWS", 2)
    organisation = OrganisationFactory()
    user = UserFactory(member_of=organisation)
    for number in range(3):
        actions.invite(organisation, email=f"k{number}@example.se", by=user)
    listed = json.loads(as_(user).get(reverse("account_data")).content)["appears_in"]["accounts.invitation.invited_by"]
    assert [row.get("is", row) for row in listed] == ["k0@example.se", "k1@example.se", {"more": 1}]


def test_close_the_account():
    user = UserFactory()
    client = as_(user)
    assert client.post(reverse("account_close")).status_code == 200
    assert User.objects.get().is_active
    assert client.post(reverse("account_close"), {"sure": "on"})["Location"] == reverse("account_inactive")
    assert not User.objects.get().is_active
    assert client.get(reverse("account_home"))["Location"] == "/konto/logga-in/?next=/konto/"


def test_the_last_member_is_told_what_closing_means():
    organisation = OrganisationFactory()
    page = as_(UserFactory(member_of=organisation)).get(reverse("account_close"))
    assert page.context["alone_in"] == [organisation]
    assert page.content.decode().count(organisation.get_absolute_url()) == 1


def test_a_person_with_a_role_cannot_close_the_account():
    user = UserFactory(roles=[(ProgrammeFactory(), Role.REVIEWER)])
    as_(user).post(reverse("account_close"), {"sure": "on"})
    assert User.objects.get(pk=user.pk).is_active
