"""The one place where a state column changes: a guarded UPDATE that names the state it expects."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _


class TransitionRefused(Exception):
    """The change cannot be made now. The text says why, in words for the person who tried."""


class LostRace(TransitionRefused):
    """Somebody changed the same thing first: another, or the same person in another window."""

    def __init__(self) -> None:
        super().__init__(
            _("It has just been changed, by somebody else or by you in another window. Reload the page to see how it stands.")
        )


def advance(instance: models.Model, to: str, *, table: Mapping[Any, set[Any]], **values: Any) -> None:
    """Moves the row to a new state, and sets further columns in the same UPDATE.

    Raises TransitionRefused if the table of moves does not allow it, LostRace if the row has already moved.
    """
    was = instance.state  # type: ignore[attr-defined]
    if to not in table[was]:
        labels = dict(instance._meta.get_field("state").flatchoices)  # type: ignore[union-attr]
        raise TransitionRefused(
            _("This cannot go from “%(was)s” to “%(to)s”.") % {"was": labels.get(was, was), "to": labels.get(to, to)}
        )
    claim(instance, expecting={"state": was}, state=to, **values)


def claim(instance: models.Model, *, expecting: dict[str, Any], **values: Any) -> None:
    """Writes the values if the row still is as expected; of two at once, one wins. Raises LostRace."""
    rows = instance.__class__._base_manager.filter(pk=instance.pk, **expecting)  # request.user is a lazy object
    if not rows.update(**values):
        raise LostRace
    for name, value in values.items():
        setattr(instance, name, value)
