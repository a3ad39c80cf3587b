"""Lets the apps keep their closed cases out of the outbox page: whoever is excluded from a case sees none of its mail."""

from collections.abc import Callable, Iterable
from typing import Any

_rules: list[Callable[[Any], Iterable[str]]] = []


def hide(rule: Callable[[Any], Iterable[str]]) -> None:
    """rule(user) gives the targets, as audit.target_of writes them, whose messages the person must not see."""
    _rules.append(rule)


def hidden_targets(user: Any) -> list[Iterable[str]]:
    """One answer per rule; a queryset stays one, so that it becomes part of the question that uses it."""
    return [rule(user) for rule in _rules]
