"""Where a project is by its state and its period: the finer state that lists, workrooms and the steering show."""

from datetime import date
from typing import Any

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pilots.states import ProjectState


class Phase(TextChoices):
    """A running project has not begun, runs, or is over and waits to be settled; the others are as their state says."""

    COMING = "kommande", pgettext_lazy("state of a project", "Not begun")
    RUNNING = "pagar", _("Running")
    OVER = "slutredovisas", _("Over, not yet settled")
    CLOSED = "avslutat", pgettext_lazy("state of a project", "Closed")
    REVOKED = "upphavt", _("Revoked")

    @property
    def told_to_all(self) -> str:
        """What it is called on the public page, where nobody asks how far the accounts have come."""
        return str(pgettext_lazy("state of a project", "Carried out") if self is Phase.OVER else self.label)

    @property
    def tone(self) -> str:
        """The colour of its pill."""
        return TONES[self]


TONES = {Phase.COMING: "neutral", Phase.RUNNING: "info", Phase.OVER: "wait", Phase.CLOSED: "ok", Phase.REVOKED: "stop"}
SETTLED = {Phase.CLOSED: ProjectState.CLOSED, Phase.REVOKED: ProjectState.REVOKED}
"""The phases that the state alone tells."""


def phase_of(project: Any, *, on: date) -> Phase:
    for phase, state in SETTLED.items():
        if project.state == state:
            return phase
    if on < project.starts_on:
        return Phase.COMING
    return Phase.OVER if on > project.ends_on else Phase.RUNNING


def where(phase: str, *, on: date) -> Q:
    """The same, asked of the database."""
    if phase in SETTLED:
        return Q(state=SETTLED[Phase(phase)])
    by_period = {
        Phase.COMING: Q(starts_on__gt=on),
        Phase.RUNNING: Q(starts_on__lte=on, ends_on__gte=on),
        Phase.OVER: Q(ends_on__lt=on),
    }
    return Q(state=ProjectState.RUNNING) & by_period[Phase(phase)]
