import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kraftsamling.accounts import actions
from kraftsamling.accounts.models import Membership, Organisation
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC)


def register(by, **values):
    wanted = {
        "name": " Föreningen\u202e Norrsken ",
        "org_number": "16802000-0009",
        "kind": "association",
        "legal_form": "non_profit",
        "seat": MunicipalityFactory(),
    }
    return actions.register_organisation(**{**wanted, **values}, by=by, at=AT)


def test_register_organisation_makes_the_person_member_and_contact():
    author = UserFactory()
    organisation = register(author)
    organisation.refresh_from_db()
    assert (organisation.name, organisation.org_number) == ("Föreningen Norrsken", "802000-0009")
    assert list(Membership.objects.values_list("user", "organisation", "is_contact")) == [(author.pk, organisation.pk, True)]
    assert list(AuditEntry.objects.values_list("action", "by", "at")) == [("accounts.organisation.register", author.pk, AT)]
    assert author.organisation_ids == {organisation.pk}


def test_register_organisation_that_is_here_already_is_refused_and_changes_nothing():
    OrganisationFactory(org_number="802000-0009")
    stranger = UserFactory()
    with pytest.raises(TransitionRefused):
        register(stranger)
    assert (Membership.objects.count(), AuditEntry.objects.count(), Organisation.objects.count()) == (0, 0, 1)


@pytest.mark.parametrize("number", ["811218-9876", "802000-0008", "x"])
def test_register_organisation_refuses_what_is_no_organisation_number(number):
    with pytest.raises(ValidationError):
        register(UserFactory(), org_number=number)
    assert not Organisation.objects.exists()


def test_change_organisation_changes_and_records_only_what_is_new():
    organisation = OrganisationFactory(name="Gamla namnet")
    member = UserFactory(member_of=organisation)
    actions.change_organisation(organisation, name="Nya namnet", kind=organisation.kind, by=member, at=AT)
    organisation.refresh_from_db()
    assert organisation.name == "Nya namnet"
    assert list(AuditEntry.objects.values_list("action", "details")) == [("accounts.organisation.change", {"fields": ["name"]})]


def test_change_organisation_with_nothing_new_leaves_no_trace():
    organisation = OrganisationFactory()
    actions.change_organisation(organisation, name=organisation.name, by=UserFactory(member_of=organisation), at=AT)
    assert not AuditEntry.objects.exists()


def test_change_organisation_by_an_outsider_is_refused():
    organisation = OrganisationFactory()
    with pytest.raises(PermissionDenied):
        actions.change_organisation(organisation, name="Kapad", by=UserFactory(), at=AT)


def test_change_organisation_from_a_stale_copy_is_refused():
    organisation = OrganisationFactory(name="Först")
    member = UserFactory(member_of=organisation)
    stale = Organisation.objects.get()
    actions.change_organisation(organisation, name="Andra", by=member, at=AT)
    with pytest.raises(LostRace):
        actions.change_organisation(stale, name="Tredje", by=member, at=AT)
    assert Organisation.objects.get().name == "Andra"
