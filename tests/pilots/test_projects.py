"""Projects: who reads them, what the pages show, and that an older budget is still reached."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from grants import actions
from grants.models import Decision
from kraftsamling.accounts.actions.organisations import add_member
from kraftsamling.audit.log import sentence_of
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from pilots.actions import conflicts
from pilots.models import PROJECT_READERS, Project, ProjectKind, ProjectPartner
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.factories.pilots import create_elsewhere
from tests.grants.scene import EVERY_ROLE, fresh, people, questions, signed_in
from tests.grants.test_decisions import another, corrected, waiting
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = decisions.DECIDING


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(AT, tick=False):
        yield


def make_stage():
    found = waiting()
    found.decision = decisions.decide(found.application, officer=found.leader, decider=found.decider)
    found.project = Project.objects.get()
    return found


_stage_once, stage = kept(make_stage)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_reads_a_project(stage, role):
    person = people(stage.programme, stage.organisation)[role]
    may = role == "member" or role in PROJECT_READERS
    assert list(Project.objects.visible_to(person)) == [stage.project] * may
    if person != AnonymousUser():
        assert signed_in(person).get(stage.project.get_absolute_url()).status_code == (200 if may else 404)


def test_every_project_is_either_closed_to_somebody_or_free_of_conflict(stage):
    """By a declaration, as owner, as partner; with and without a case; the programme's own is closed to nobody."""
    elsewhere = create_elsewhere(stage.programme)
    owned, partnered = (create_elsewhere(stage.programme) for _time in range(2))
    ProjectPartner.objects.create(project=partnered, organisation=owned.owner)
    platform = create_elsewhere(stage.programme, owner=owned.owner)
    Project.objects.filter(pk=platform.pk).update(kind=ProjectKind.PLATFORM)
    declared, member, nobody = (make.officer(stage.programme) for _time in range(3))
    actions.declare_on_case(stage.sketch, ground="Släkt.", by=declared, at=AT)
    conflicts.report_conflict(elsewhere, ground="Släkt.", by=declared, at=AT)
    add_member(owned.owner, member)
    everything = {stage.project, elsewhere, owned, partnered, platform}
    for one, closed in ((declared, {stage.project, elsewhere}), (member, {owned, partnered}), (nobody, set())):
        person = fresh(one)
        assert set(Project.objects.closed_to(person)) == closed
        assert set(Project.objects.free_of_conflict_for(person)) == everything - closed


@pytest.mark.parametrize("role", [Role.STEERING_GROUP, Role.PROCESS_LEADER])
def test_who_is_in_conflict_does_not_read_it(stage, role):
    person = make.officer(stage.programme, role)
    if role == Role.PROCESS_LEADER:
        actions.declare_on_case(stage.sketch, ground="Släkt.", by=person, at=AT)
        assert list(Project.objects.visible_to(fresh(person))) == []
    else:
        assert list(Project.objects.visible_to(person)) == [stage.project]


def test_the_platforms_own_project_is_read_by_the_programmes_staff(stage):
    own = Project.objects.create(
        programme=stage.programme, kind="platform", title="Plattformen", owner=stage.organisation, share=Decimal(28),
        cap=Kronor(800_609), starts_on=dt.date(2024, 8, 1), ends_on=dt.date(2026, 8, 1), budget=applications.create_budget(),
        opened_at=AT,
    )  # fmt: skip
    page = signed_in(stage.decider).get(own.get_absolute_url())
    assert page.status_code == 200
    assert "800\u00a0609" in page.content.decode()


def test_the_page_shows_what_was_decided(stage):
    text = signed_in(stage.writer).get(stage.project.get_absolute_url()).content.decode()
    for part in (
        "28",
        "150\u00a0000\u00a0kr",
        "400\u00a0000",
        stage.decision.get_absolute_url(),
        stage.application.get_absolute_url(),
    ):
        assert part in text


def test_who_does_not_read_the_case_gets_no_link_to_it(stage):
    text = signed_in(make.officer(stage.programme, Role.FINANCE_OFFICER)).get(stage.project.get_absolute_url()).content.decode()
    assert stage.application.get_absolute_url() not in text
    assert stage.decision.get_absolute_url() not in text


def test_a_correction_changes_the_project_and_the_old_version_keeps_its_own(stage):
    newest = corrected(stage, stage.decision, cap=Kronor(160_000), share=Decimal("28.5"))
    page = signed_in(stage.writer).get(stage.project.get_absolute_url()).content.decode()
    for decision in (stage.decision, newest):
        assert decision.get_absolute_url() in page
    old = signed_in(stage.writer).get(stage.decision.get_absolute_url()).content.decode()
    assert ("150\u00a0000" in old, "400\u00a0000" in old) == (True, True)
    said = [sentence_of(entry) for entry in AuditEntry.objects.filter(action__startswith="pilots.project.").order_by("pk")]
    assert ["150\u00a0000" in said[0], "28,5 " in said[1], "160\u00a0000" in said[1]] == [True] * 3


def test_one_and_three_projects_ask_the_same_questions(stage):
    client = signed_in(stage.leader)
    one, _page = questions(client, reverse("project_list"))
    for _ in range(2):
        decisions.decide(another(stage), officer=stage.leader, decider=stage.decider)
    three, page = questions(client, reverse("project_list"))
    assert len(page.context["page"].object_list) == 3
    assert (len(one) == len(three), len(three) <= 12) == (True, True)


def test_the_page_asks_few_questions(stage):
    asked, _page = questions(signed_in(stage.leader), stage.project.get_absolute_url())
    assert len(asked) <= 15
    assert Decision.objects.count() == 1


def test_the_lists_are_empty_for_a_stranger(stage):
    person = people(stage.programme, stage.organisation)["stranger"]
    page = signed_in(person).get(reverse("project_list"))
    assert list(page.context["page"].object_list) == []
