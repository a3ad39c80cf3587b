"""A programme with everybody in it, and one sketch handed in: what the tests of review and answers begin with."""

from types import SimpleNamespace

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Role
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

EVERY_ROLE = [
    "nobody",
    "stranger",
    "member",
    "elsewhere",
    *Role.values,
]
"""Not logged in, without any role, member of the applicant, process leader of another programme, and the programme's roles."""


def people(programme, organisation):
    """One person for each of EVERY_ROLE."""
    from django.contrib.auth.models import AnonymousUser

    found = {
        "nobody": AnonymousUser(),
        "stranger": UserFactory(),
        "member": UserFactory(member_of=organisation),
        "elsewhere": make.officer(ProgrammeFactory()),
    }
    return found | {role: make.officer(programme, role) for role in Role.values}


def scene(*, submitted=True, **call_values):
    """programme, leader, team, decider, reviewer, second, call, organisation, writer, sketch."""
    programme = ProgrammeFactory()
    leader = make.officer(programme, name="Leda Process")
    call = make.create_published_call(programme, by=leader, **call_values)
    organisation = OrganisationFactory()
    writer = UserFactory(member_of=organisation, name="Skriv Ande")
    sketch = (make.create_submitted if submitted else make.create_draft)(call, organisation=organisation, by=writer)
    return SimpleNamespace(
        programme=programme,
        leader=leader,
        team=make.officer(programme, Role.PROCESS_TEAM, name="Team Medlem"),
        decider=make.officer(programme, Role.DECISION_MAKER, name="Be Slutar"),
        reviewer=make.officer(programme, Role.REVIEWER, name="Gran Skare"),
        second=make.officer(programme, Role.REVIEWER, name="Sekund Läsare"),
        call=call,
        organisation=organisation,
        writer=writer,
        sketch=sketch,
    )


def fresh(user):
    """The person as the next request sees them: roles and memberships are asked for anew."""
    return type(user).objects.get(pk=user.pk)


def again(instance):
    """The row as it stands in the database now, with nothing kept in memory."""
    return type(instance)._default_manager.get(pk=instance.pk)


def why(act):
    """What the refusal of the action says."""
    with pytest.raises(TransitionRefused) as refusal:
        act()
    return str(refusal.value)


def questions(client, url):
    """What a page asks the database for the second time it is fetched, without the session, and the page."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    return [query["sql"] for query in captured if "django_session" not in query["sql"]], response


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def told(response):
    """What the page says at its top."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def storable(text):
    """What an action can be given past the forms, which take NUL away: PostgreSQL holds none, SQLite does."""
    return text.replace("\x00", "") if connection.vendor == "postgresql" else text
