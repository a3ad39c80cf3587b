"""A new database in a few seconds: while migrating, a change makes anew the one model that it is about.

Django makes all models anew that hang together with it, for each change. With us everything hangs together through the
people who did things, so that the time grows with the square of the number of tables. A change of a table looks at the
columns of that table and at the names of those it points at, both of which one model anew holds. Whatever looks further
(changed or renamed keys, steps in Python) is given every model anew, once.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db.migrations.state import ModelState, ProjectState

Models = set[tuple[str, str]]
_CLOSE = "_only_the_model_itself"


def _add_model(state: ProjectState, model_state: ModelState) -> None:
    with _close(state):
        _ADD_MODEL(state, model_state)


def _add_field(state: ProjectState, *args: Any, **kwargs: Any) -> None:
    with _close(state):
        _ADD_FIELD(state, *args, **kwargs)


def _rename_model(state: ProjectState, *args: Any, **kwargs: Any) -> None:
    state.__dict__.pop("apps", None)
    _RENAME_MODEL(state, *args, **kwargs)


def _find_reload_model(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> Models:
    """Which models are made anew; none where all of them will be, which happens when they are next asked for."""
    if delay or getattr(state, _CLOSE, False):
        state.is_delayed = True
        return {(app_label, model_name)}
    state.__dict__.pop("apps", None)
    return set()


_ADD_MODEL, _ADD_FIELD, _RENAME_MODEL = ProjectState.add_model, ProjectState.add_field, ProjectState.rename_model


@contextlib.contextmanager
def _close(state: ProjectState) -> Iterator[None]:
    setattr(state, _CLOSE, True)
    try:
        yield
    finally:
        setattr(state, _CLOSE, False)


@contextlib.contextmanager
def few_models_made_anew() -> Iterator[None]:
    ours = {
        "add_model": _add_model,
        "add_field": _add_field,
        "rename_model": _rename_model,
        "_find_reload_model": _find_reload_model,
    }
    theirs = {name: getattr(ProjectState, name) for name in ours}
    _put(ours)
    try:
        yield
    finally:
        _put(theirs)


def _put(methods: dict[str, Any]) -> None:
    for name, method in methods.items():
        setattr(ProjectState, name, method)
