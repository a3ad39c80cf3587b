import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from kraftsamling.accounts import actions
from kraftsamling.accounts.models import Signatory
from kraftsamling.audit.models import AuditEntry
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from tests.factories.accounts import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 10, 1, 8, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def proof(content=PDF, name="delegationsordning.pdf"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def organisation():
    return OrganisationFactory()


@pytest.fixture
def member(organisation):
    return UserFactory(member_of=organisation)


def add(organisation, by, **values):
    wanted = {"name": "Sigrid Teckning", "proof": proof(), "valid_from_on": FIRST, "valid_to_on": LAST}
    return actions.add_signatory(organisation, **{**wanted, **values}, by=by, at=AT)


def test_add_signatory_keeps_the_proof(organisation, member):
    signatory = add(organisation, member, user=member, jointly=True, title="Kommundirektör")
    signatory.refresh_from_db()
    assert (signatory.user, signatory.jointly, signatory.registered_at, signatory.registered_by) == (member, True, AT, member)
    assert (signatory.proof.name, signatory.proof.size) == ("delegationsordning.pdf", len(PDF))
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["accounts.organisation.add_signatory"]


def test_add_signatory_with_a_file_that_lies_changes_nothing(organisation, member):
    with pytest.raises(ValidationError):
        add(organisation, member, proof=proof(b"<html><script>alert(1)</script></html>"))
    assert (Signatory.objects.count(), StoredFile.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)


def test_add_signatory_with_the_account_of_an_outsider_is_refused(organisation, member):
    with pytest.raises(TransitionRefused):
        add(organisation, member, user=UserFactory())


def test_add_signatory_by_an_outsider_is_refused(organisation):
    with pytest.raises(PermissionDenied):
        add(organisation, UserFactory())


@pytest.mark.parametrize(
    ("on", "is_current"), [("2025-12-31", False), ("2026-01-01", True), ("2026-12-31", True), ("2027-01-01", False)]
)
def test_a_signatory_is_current_on_the_first_and_the_last_day(organisation, member, on, is_current):
    add(organisation, member)
    assert Signatory.objects.current(on=dt.date.fromisoformat(on)).exists() is is_current


def test_a_signatory_without_last_day_stays_current(organisation, member):
    add(organisation, member, valid_to_on=None)
    assert Signatory.objects.current(on=dt.date(2099, 1, 1)).exists()


def test_end_signatory(organisation, member):
    signatory = add(organisation, member)
    actions.end_signatory(signatory, on=FIRST, by=member, at=AT)
    signatory.refresh_from_db()
    assert signatory.valid_to_on == FIRST
    assert AuditEntry.objects.order_by("-pk")[0].details == {"name": "Sigrid Teckning", "on": "2026-01-01"}


@pytest.mark.parametrize("on", [FIRST - dt.timedelta(days=1), LAST + dt.timedelta(days=1)])
def test_end_signatory_before_the_first_or_after_the_last_day_is_refused(organisation, member, on):
    signatory = add(organisation, member)
    with pytest.raises(TransitionRefused):
        actions.end_signatory(signatory, on=on, by=member, at=AT)


def test_end_signatory_by_an_outsider_is_refused(organisation, member):
    with pytest.raises(PermissionDenied):
        actions.end_signatory(add(organisation, member), on=LAST, by=UserFactory(), at=AT)


def test_end_signatory_from_a_stale_copy_is_refused(organisation, member):
    signatory = add(organisation, member)
    stale = Signatory.objects.select_related("organisation").get()
    actions.end_signatory(signatory, on=dt.date(2026, 6, 1), by=member, at=AT)
    with pytest.raises(LostRace):
        actions.end_signatory(stale, on=dt.date(2026, 7, 1), by=member, at=AT)
