"""Money that goes back to the frame of the call: what was granted, and is not used."""

from datetime import datetime

from grants.models import FrameRelease, ReleaseReason
from kraftsamling.audit import log as audit
from kraftsamling.lib.money import Kronor
from pilots.models import Project
from pilots.states import ProjectState

from .money_common import ZERO


def release_frame(project: Project, *, reason: ReleaseReason, at: datetime) -> Kronor:
    """Writes the difference between what the project holds of the frame and what it was granted; gives what was released.

    A running project holds its cap, a closed or revoked one what it has been paid. Belongs in the transaction of the change,
    with the project's row locked. Nothing is written for projects decided elsewhere: they have taken nothing from a frame.
    """
    application = project.application
    if application is None or project.decision is None or project.decision.cap is None:
        return ZERO
    held = project.cap if project.state == ProjectState.RUNNING else _paid(project)
    released = FrameRelease.objects.filter(application=application).total()
    amount = project.decision.cap - held - released
    if not amount:
        return ZERO
    call = application.sketch.call
    FrameRelease.objects.create(
        call=call, application=application, year=_year(call, project), amount=amount, reason=reason, released_at=at
    )

    audit.record("pilots.frame.release", project, at=at, amount=amount.exact)
    return amount


def _paid(project: Project) -> Kronor:
    return project.payouts.counting().total()


def _year(call: object, project: Project) -> int:
    """The year of the frame in which the project ends; the last one of the call if it ends later than all of them."""
    years = sorted(frame.year for frame in call.frames.all())  # type: ignore[attr-defined]
    before = [year for year in years if year <= project.ends_on.year]
    return before[-1] if before else (years[0] if years else project.ends_on.year)
