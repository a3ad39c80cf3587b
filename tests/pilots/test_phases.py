"""The phase of a project, told by its state and its period, and the same asked of the database."""

import datetime as dt

import pytest

from pilots import phases
from pilots.models import Project
from pilots.phases import Phase
from pilots.states import ProjectState
from pilots.steering import portfolio
from tests.factories import pilots

pytestmark = pytest.mark.django_db

FIRST, LAST = dt.date(2027, 1, 15), dt.date(2027, 12, 31)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("state", "on", "phase"),
    [
        (ProjectState.RUNNING, FIRST - DAY, Phase.COMING),
        (ProjectState.RUNNING, FIRST, Phase.RUNNING),
        (ProjectState.RUNNING, LAST, Phase.RUNNING),
        (ProjectState.RUNNING, LAST + DAY, Phase.OVER),
        *((ProjectState.CLOSED, day, Phase.CLOSED) for day in (FIRST - DAY, FIRST, LAST + DAY)),
        *((ProjectState.REVOKED, day, Phase.REVOKED) for day in (FIRST - DAY, FIRST, LAST + DAY)),
    ],
)
def test_a_project_is_in_one_phase_and_the_database_says_the_same(state, on, phase):
    project = pilots.create_elsewhere(starts_on=FIRST, ends_on=LAST)
    Project.objects.filter(pk=project.pk).update(state=state)
    project.refresh_from_db()
    assert phases.phase_of(project, on=on) == phase
    assert [one for one in Phase if Project.objects.filter(phases.where(one, on=on)).exists()] == [phase]


def test_every_phase_has_a_colour_and_the_steering_has_the_same_ones():
    assert [phase.tone for phase in Phase] == ["neutral", "info", "wait", "ok", "stop"]
    assert [(key, label) for key, label, _where in portfolio.states(FIRST)] == Phase.choices
