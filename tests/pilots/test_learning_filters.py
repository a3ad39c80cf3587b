"""A choice of very many is not a list: the page would be larger than all else on it."""

import pytest
from django import forms
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kraftsamling.accounts.models import Organisation
from pilots.forms.learning import MOST_OFFERED, LearningFilterForm, PassageFilterForm, offer_few
from pilots.models import Project
from tests.factories.accounts import OrganisationFactory

pytestmark = pytest.mark.django_db


class Choice(forms.Form):
    vem = forms.ModelChoiceField(Organisation.objects.none(), required=False, empty_label="Alla")

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["vem"].queryset = rows
        offer_few(self, "vem")

    @property
    def offered(self):
        return [str(label) for _key, label in self.fields["vem"].choices]

    @property
    def is_hidden(self):
        return isinstance(self.fields["vem"].widget, forms.HiddenInput)


@pytest.fixture
def many():
    """Exactly as many as are offered."""
    pattern = OrganisationFactory(name="Förening 000")
    fields = {field.attname: getattr(pattern, field.attname) for field in Organisation._meta.concrete_fields}
    numbers = range(1, MOST_OFFERED)
    rows = [
        Organisation(**{**fields, "id": None, "name": f"Förening {number:03}", "org_number": f"{8025000000 + number}"})
        for number in numbers
    ]
    Organisation.objects.bulk_create(rows)
    return Organisation.objects.filter(name__startswith="Förening ").order_by("name")


def test_as_many_as_a_list_holds_are_all_offered_in_their_order_and_read_once(many):
    with CaptureQueriesContext(connection) as queries:
        form = Choice({}, rows=many)
        page = str(form)
    assert form.offered == ["Alla", *(str(row) for row in many)]
    assert (len(queries), form.is_hidden, page.count("<option")) == (1, False, MOST_OFFERED + 1)


def test_of_one_more_none_is_offered_and_no_field_is_shown(many):
    OrganisationFactory(name="Förening 999")
    form = Choice({}, rows=many)
    assert (form.is_hidden, str(form).count("<option")) == (True, 0)
    assert Choice(rows=many).is_hidden


def test_the_chosen_one_of_very_many_stands_alone_beside_all(many):
    last = OrganisationFactory(name="Förening 999")
    form = Choice({"vem": str(last.pk)}, rows=many)
    assert (form.offered, form.is_hidden) == (["Alla", str(last)], False)
    assert (form.is_valid(), form.cleaned_data["vem"]) == (True, last)


@pytest.mark.parametrize("asked", ["0", "-1", "x", "1 OR 1=1", "²", "9" * 18, "9" * 19, "9" * 5000, "\x00", " "])
def test_what_is_no_key_of_theirs_is_none(many, asked):
    OrganisationFactory(name="Förening 999")
    form = Choice({"vem": asked}, rows=many)
    assert form.is_hidden


def test_one_that_is_outside_what_may_be_chosen_is_not_offered(many):
    OrganisationFactory(name="Förening 999")
    other = OrganisationFactory(name="Sällskapet")
    form = Choice({"vem": str(other.pk)}, rows=many)
    assert (form.is_hidden, form.is_valid()) == (True, False)
    assert str(other) not in str(form)


@pytest.mark.parametrize("kind", [LearningFilterForm, PassageFilterForm])
def test_the_filters_of_learning_offer_few(kind):
    """The longest list is that of the projects; it stands there as `offer_few` leaves it."""
    form = kind({}, projects=Project.objects.all())
    assert [label for _key, label in form.fields["projekt"].choices] == [form.fields["projekt"].empty_label]
    assert isinstance(form.fields["projekt"].choices, list)
