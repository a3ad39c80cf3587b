"""Every address, every role: what the declared table says is what is answered, and who may not act changes nothing."""

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.urls import NoReverseMatch, get_resolver, reverse

from grants.models import ParkedText
from tests.architecture.access_table import ELSEWHERE, LOG_IN, LOGGED_IN, TABLE, WHOLE_ADDRESSES
from tests.walks.pages import let_go
from tests.walks.world import MEMBER, ROLES, VISITOR, opened

pytestmark = pytest.mark.django_db

LEAVES_A_TRACE = {"signatory_proof", "mfa_download_recovery_codes"}
"""Pages of which it is kept that they were read."""
SAMPLE = {"key": "projekt", "pk": 1, "slug": "hosten", "number": 2, "kind": "csv"}


class BlankTemplates:
    """Renders nothing: here the answer's status is looked at, and the walks look at the pages."""

    def __init__(self, params):
        self.name = params["NAME"]

    def get_template(self, name):
        return self

    def render(self, context=None, request=None):
        return ""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), opened(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture(autouse=True)
def _files_of_the_world(request, settings):
    if "world" in request.fixturenames:
        settings.PRIVATE_FILES_DIR = request.getfixturevalue("world").files


@pytest.fixture
def _blank_pages(world, settings):
    settings.TEMPLATES = [{"BACKEND": f"{__name__}.BlankTemplates", "DIRS": [], "APP_DIRS": False, "OPTIONS": {}}]


def patterns(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from patterns(pattern)
        else:
            yield pattern


NAMES = {pattern.name for pattern in patterns()}


def address(key, world):
    return reverse(key.partition("@")[0], kwargs=world.arguments.get(key, {}))


def answer(response):
    if response.status_code != 302:
        return response.status_code
    return LOG_IN if response["Location"].partition("?")[0] == reverse(settings.LOGIN_URL) else ELSEWHERE


def test_every_address_stands_in_the_table_and_every_row_has_an_address():
    assert NAMES - set(TABLE) == set()
    assert {key for key in TABLE if key.partition("@")[0] not in NAMES} == set()


def test_the_addresses_people_have_kept_stay():
    changed = {}
    for name, expected in WHOLE_ADDRESSES.items():
        wanted = next(p for p in patterns() if p.name == name).pattern.converters
        try:
            found = reverse(name, kwargs={key: SAMPLE[key] for key in wanted})
        except NoReverseMatch as error:
            found = str(error)
        if found != expected:
            changed[name] = found
    assert changed == {}


@pytest.mark.usefixtures("_blank_pages")
@pytest.mark.parametrize("role", ROLES)
def test_each_address_answers_as_the_table_says(world, role):
    client, wrong = world.client(role), {}
    for key, row in TABLE.items():
        response = client.get(address(key, world))
        got, expected = answer(response), row.answer(role, "GET")
        let_go(response)
        if got != expected:
            wrong[key] = f"{got}, not {expected}"
    assert wrong == {}


@pytest.mark.usefixtures("_blank_pages")
@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_act_is_refused_and_changes_nothing(world, role):
    client, wrong, before = world.client(role), {}, everything_stored()
    for key, row in TABLE.items():
        expected = row.answer(role, "POST")
        if expected is None or row.post is None:
            continue
        got = answer(client.post(address(key, world), world.typed.get(key, {})))
        if got != expected:
            wrong[key] = f"{got}, not {expected}"
    assert wrong == {}
    assert everything_stored() ^ before == set()


@pytest.mark.usefixtures("_blank_pages")
@pytest.mark.parametrize("role", ROLES)
def test_pages_that_only_show_change_nothing_when_posted_to(world, role):
    client, wrong, before = world.client(role), {}, everything_stored()
    for key, row in TABLE.items():
        if row.post is None and key not in LEAVES_A_TRACE:
            response = client.post(address(key, world))
            got, shown = answer(response), {405, row.answer(role, "GET"), row.answer(role, "POST")}
            let_go(response)
            if got not in shown:
                wrong[key] = f"{got}, not one of {shown}"
    assert wrong == {}
    assert everything_stored() ^ before == set()


@pytest.mark.parametrize("role", ROLES)
def test_who_may_act_is_let_through(world, role):
    """With what a person would send, so that the table's claim is no empty one. What all may do, the member tries for all."""
    wrong = {}
    for key, row in TABLE.items():
        everybodys = row.post is not None and row.post >= LOGGED_IN and role not in {VISITOR, MEMBER}
        if role in (row.post or ()) and not everybodys:
            with transaction.atomic():
                got = answer(world.client(role).post(address(key, world), world.typed.get(key, {})))
                transaction.set_rollback(True)
            if got in {403, 404, 405, 500, LOG_IN}:
                wrong[key] = got
    assert wrong == {}


def everything_stored():
    """Every row of every table but the sessions, and the texts that are kept for who was logged out while writing."""
    models = [model for model in apps.get_models(include_auto_created=True) if model not in {Session, ParkedText}]
    return {(model._meta.label, repr(row)) for model in models for row in model._base_manager.values_list()}
