"""A programme with its people, a project that a grant has opened and one decided elsewhere: what the tests of learning begin with."""

from types import SimpleNamespace

from kraftsamling.programmes.models import Role
from tests.factories import grants as make
from tests.factories import learning
from tests.factories.accounts import UserFactory
from tests.factories.pilots import create_elsewhere, create_project, writer
from tests.factories.programmes import ProgrammeFactory


def light():
    """programme, leader, team, steering, project, other, theme: with projects decided elsewhere, which is cheap."""
    programme = ProgrammeFactory()
    leader = make.officer(programme, name="Leda Process")
    project = create_elsewhere(programme, by=leader)
    return SimpleNamespace(
        programme=programme,
        leader=leader,
        team=make.officer(programme, Role.PROCESS_TEAM, name="Team Medlem"),
        steering=make.officer(programme, Role.STEERING_GROUP, name="Styr Grupp"),
        decider=make.officer(programme, Role.DECISION_MAKER, name="Be Slutar"),
        reference=make.officer(programme, Role.REFERENCE_GROUP, name="Refe Rens"),
        stranger=UserFactory(),
        project=project,
        other=create_elsewhere(programme, by=leader, title="Vuxna som stannar"),
        writer=writer(project),
        theme=learning.create_theme(programme, by=leader),
    )


def granted():
    """As light, with a project that has a case, so that somebody can be in conflict in it."""
    found = light()
    call = make.create_published_call(found.programme, by=found.leader)
    found.project = create_project(call, leader=found.leader, decider=found.decider)
    found.writer = writer(found.project)
    found.sketch = found.project.application.sketch
    return found
