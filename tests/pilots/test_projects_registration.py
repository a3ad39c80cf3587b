"""A project decided elsewhere is registered by hand, by a process leader alone."""

import pytest
from django.core.exceptions import PermissionDenied

from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from pilots.models import Project
from tests.factories import grants as make
from tests.factories import pilots
from tests.factories.programmes import ProgrammeFactory
from tests.grants import trail

pytestmark = pytest.mark.django_db


def test_a_grant_opens_a_project_for_tests():
    project = pilots.create_project()
    assert (project.kind, project.state, project.cap) == ("pilot", "running", Kronor(150_000))
    assert pilots.writer(project) in project.owner.members.all()


def test_a_project_decided_elsewhere_is_registered_with_its_first_terms():
    since = trail.mark()
    leader = make.officer(ProgrammeFactory())
    programme = leader.roles.get().programme
    project = pilots.create_elsewhere(programme, by=leader)
    kept = {name: getattr(Project.objects.get(), name) for name in pilots.ELSEWHERE}
    assert kept == pilots.ELSEWHERE
    assert [(terms.number, terms.cap, terms.owner) for terms in project.terms.all()] == [(1, Kronor(150_000), project.owner)]
    assert ("pilots.project.register", leader.pk) in trail.entries(since)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PROCESS_LEADER])
def test_only_a_process_leader_registers(role):
    programme = ProgrammeFactory()
    with pytest.raises(PermissionDenied):
        pilots.create_elsewhere(programme, by=make.officer(programme, role))
    assert Project.objects.count() == 0
