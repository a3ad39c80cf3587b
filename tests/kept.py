"""What most tests of a module begin with is made once for the module: each test gets a copy, and what it does is undone."""

import copy
from inspect import Parameter, Signature

import pytest
from django.db import transaction
from django.test import override_settings


def kept(make):
    """Two fixtures to be given names in the module: the one that makes, and the one that tests ask for (“make_” taken away).

    The first belongs to the module and holds a transaction open around its tests, whose own transactions lie inside it.
    Only for modules whose tests do not count what is there from the beginning.
    """
    name = f"_{make.__name__}_once"

    @pytest.fixture(scope="module", name=name)
    def once(django_db_setup, django_db_blocker, tmp_path_factory):
        files = tmp_path_factory.mktemp("kept")
        around = transaction.atomic()
        with django_db_blocker.unblock(), override_settings(PRIVATE_FILES_DIR=files):
            around.__enter__()
            made = make()
        yield made, files
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)

    def each(settings, **given):
        made, settings.PRIVATE_FILES_DIR = given[name]
        return copy.deepcopy(made)

    # Asked for by its signature, so that it is made before the test's own transaction begins.
    each.__signature__ = Signature([Parameter(asked, Parameter.KEYWORD_ONLY) for asked in ("settings", name)])
    return once, pytest.fixture(each, name=make.__name__.removeprefix("make_"))
