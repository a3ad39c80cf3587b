"""Projects for tests. Opened through the real actions: by a grant, or registered by hand, which is cheap."""

import datetime as dt
from decimal import Decimal

from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from pilots.actions import registration
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

ELSEWHERE = {
    "title": "Unga i rörelse",
    "registry_number": "26RS4711",
    "external_case_id": "20371234",
    "decided_where": "Regional tillväxtnämnd 2026-11-20 § 3",
    "share": Decimal(40),
    "cap": Kronor(150_000),
    "starts_on": dt.date(2027, 1, 15),
    "ends_on": dt.date(2027, 12, 31),
}


def create_project(call=None, *, organisation=None, leader=None, decider=None, at=decisions.DECIDING, **grant):
    """A running pilot that a grant has opened, as decisions.GRANT says: 28 per cent, at most 150 000 kr, the year of 2027.

    Its leader is `project.application.sketch.call.created_by`, its writer `writer(project)`.
    """
    call = call or make.create_published_call()
    leader = leader or call.created_by
    decider = decider or make.officer(call.programme, Role.DECISION_MAKER)
    organisation = organisation or OrganisationFactory()
    if not organisation.members.exists():
        UserFactory(member_of=organisation)
    application = applications.create_sent_in(call=call, by=leader, organisation=organisation)
    decisions.decide(application, officer=leader, decider=decider, at=at, **grant)
    return application.project


def create_elsewhere(programme=None, *, owner=None, by=None, budget=None, at=decisions.DECIDING, **values):
    """A running project decided elsewhere and registered by hand: 40 per cent of 400 000 kr, at most 150 000 kr."""
    programme = programme or ProgrammeFactory()
    owner = owner or OrganisationFactory()
    if not owner.members.exists():
        UserFactory(member_of=owner)
    return registration.register_project(
        programme,
        owner=owner,
        values={**ELSEWHERE, **values},
        budget=budget or applications.create_budget(),
        by=by or make.officer(programme),
        at=at,
    )


def writer(project):
    """A member of the owner."""
    return project.owner.members.order_by("pk").first()
