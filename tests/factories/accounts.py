"""People and organisations for tests. Every address is verified; the password is PASSWORD."""

import factory
from allauth.account.models import EmailAddress
from factory.django import DjangoModelFactory
from stdnum import luhn

from kraftsamling.accounts.models import LegalForm, Membership, Organisation, OrganisationKind, User
from kraftsamling.places.models import Municipality, Region

PASSWORD = "seven quiet otters"


def org_number(number):
    digits = str(802_000_000 + number)
    return f"{digits[:6]}-{digits[6:]}{luhn.calc_check_digit(digits)}"


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = Region
        django_get_or_create = ["code"]

    code = "18"
    name = "Örebro län"
    letter = "T"


class MunicipalityFactory(DjangoModelFactory):
    class Meta:
        model = Municipality
        django_get_or_create = ["code"]

    code = "1880"
    name = "Örebro"
    region = factory.SubFactory(RegionFactory, code=factory.LazyAttribute(lambda o: o.factory_parent.code[:2]))


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Föreningen Norrsken {n}")
    org_number = factory.Sequence(org_number)
    kind = OrganisationKind.ASSOCIATION
    legal_form = LegalForm.NON_PROFIT
    seat = factory.SubFactory(MunicipalityFactory)


class UserFactory(DjangoModelFactory):
    """UserFactory(member_of=organisation, roles=[(programme, Role.REVIEWER)])"""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.se")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        user = model_class.objects.create_user(kwargs.pop("email"), PASSWORD, **kwargs)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    @factory.post_generation
    def member_of(self, create, extracted, **kwargs):
        for organisation in [extracted] if isinstance(extracted, Organisation) else extracted or []:
            Membership.objects.create(user=self, organisation=organisation)

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        from tests.factories.programmes import ProgrammeRoleFactory

        for programme, role in extracted or []:
            ProgrammeRoleFactory(programme=programme, user=self, role=role)
