"""What can happen to an alternative in the frame simulator: saved, changed, renamed, copied, taken away. No case is touched."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grants import permissions, simulator
from grants.models import Call, Scenario
from kraftsamling.audit import log as audit
from kraftsamling.lib.transitions import TransitionRefused, claim

LONGEST_NAME = 60


class NameTaken(TransitionRefused):
    """Another alternative in the same step has the name."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is an alternative called “%(name)s” already. Choose another name.") % {"name": name})


@transaction.atomic
def keep_scenario(call: Call, *, step: str, name: str, picked: simulator.Picked, by: Any, at: datetime | None = None) -> Scenario:
    """Saves a choice under a new name."""
    at = at or timezone.now()
    permissions.require(permissions.can_keep_scenarios(by, call))
    chosen = _allowed(call, step, picked, by=by)

    scenario = _named(call=call, step=step, name=name, chosen=chosen, created_at=at, created_by=by, changed_at=at, changed_by=by)

    audit.record("grants.scenario.save", call, by=by, at=at, name=name)
    return scenario


@transaction.atomic
def change_scenario(scenario: Scenario, *, picked: simulator.Picked, revision: int, by: Any, at: datetime | None = None) -> None:
    """Saves a choice under the same name. Cases that are closed to the person stay as others have set them.

    Raises LostRace if somebody else has changed the alternative since it was opened.
    """
    at = at or timezone.now()
    call = scenario.call
    permissions.require(permissions.can_keep_scenarios(by, call))
    chosen = {**_unseen(scenario, by=by), **_allowed(call, scenario.step, picked, by=by)}

    claim(scenario, expecting={"revision": revision}, chosen=chosen, revision=revision + 1, changed_at=at, changed_by=by)

    audit.record("grants.scenario.save", call, by=by, at=at, name=scenario.name)


@transaction.atomic
def rename_scenario(scenario: Scenario, *, name: str, revision: int, by: Any, at: datetime | None = None) -> None:
    at = at or timezone.now()
    permissions.require(permissions.can_keep_scenarios(by, scenario.call))
    before = scenario.name

    try:
        with transaction.atomic():
            claim(scenario, expecting={"revision": revision}, name=name, revision=revision + 1, changed_at=at, changed_by=by)
    except IntegrityError:
        raise NameTaken(name) from None

    audit.record("grants.scenario.rename", scenario.call, by=by, at=at, name=name, before=before)


@transaction.atomic
def copy_scenario(scenario: Scenario, *, by: Any, at: datetime | None = None) -> Scenario:
    """A copy under a name of its own, with the cases that the person may read."""
    names = set(Scenario.objects.in_step(scenario.call, scenario.step).values_list("name", flat=True))
    picked = simulator.picked_of(scenario.chosen)
    return keep_scenario(scenario.call, step=scenario.step, name=_free_name(scenario.name, names), picked=picked, by=by, at=at)


@transaction.atomic
def remove_scenario(scenario: Scenario, *, revision: int, by: Any, at: datetime | None = None) -> None:
    """Takes the alternative away. Raises LostRace if somebody has changed it since it was shown."""
    permissions.require(permissions.can_keep_scenarios(by, scenario.call))
    claim(scenario, expecting={"revision": revision}, revision=revision + 1)

    scenario.delete()

    audit.record("grants.scenario.remove", scenario.call, by=by, at=at, name=scenario.name)


def _allowed(call: Call, step: str, picked: simulator.Picked, *, by: Any) -> dict[str, int | None]:
    """Only cases in competition that the person may read, and never more than is sought."""
    sought = {case.pk: case.sought for case in simulator.cases(call, by, step)}
    known = {key: amount for key, amount in picked.items() if key in sought}
    for key, amount in known.items():
        if amount is not None and not amount.ore > 0:
            raise TransitionRefused(_("An amount that is tried is more than zero. Untick what is to be left out."))
        if amount is not None and amount > sought[key]:
            raise TransitionRefused(_("An amount that is tried is never above what is sought."))
    return simulator.stored({key: None if amount == sought[key] else amount for key, amount in known.items()})


def _unseen(scenario: Scenario, *, by: Any) -> dict[str, int | None]:
    closed = simulator.closed_cases(scenario.call, by, scenario.step).values_list("pk", flat=True)
    keys = {str(key) for key in closed}
    return {key: ore for key, ore in scenario.chosen.items() if key in keys}


def _named(**values: Any) -> Scenario:
    try:
        with transaction.atomic():
            return Scenario.objects.create(**values)
    except IntegrityError:
        raise NameTaken(values["name"]) from None


def _free_name(name: str, taken: set[str]) -> str:
    """“A, kopia”, “A, kopia 2” … within the length that a name may have."""
    for number in range(1, len(taken) + 2):
        tail = _(", copy") if number == 1 else _(", copy %(number)d") % {"number": number}
        free = name[: LONGEST_NAME - len(tail)] + tail
        if free not in taken:
            break
    return free
