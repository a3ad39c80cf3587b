"""The demo tells of the whole life: every stage of a project, money both ways, and something to do for whoever logs in."""

import pytest
from django.db import transaction
from django.db.models import Count
from django.test import override_settings
from django.utils import timezone

from grants.budget import platform
from grants.budget.tables import deviations
from grants.models import Call, Decision, FrameRelease
from grants.states import ApplicationState, DecisionState
from kraftsamling.accounts.demo import DEMO_DOMAIN, DEMO_PASSWORD
from kraftsamling.accounts.models import User
from kraftsamling.audit.models import AuditEntry
from kraftsamling.home.waits import SOURCES
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.money import Kronor, grouped
from kraftsamling.management.demo.build import build
from pilots import risk
from pilots.models import (
    Advance,
    ChangeRequest,
    Continuation,
    CostEntry,
    FindingQuote,
    IndicatorValue,
    Payout,
    PayoutKind,
    Project,
    Recovery,
    Report,
    Settlement,
    Snapshot,
)
from pilots.states import ChangeState, PayoutState, ProjectState, ReportState
from tests.grants.scene import signed_in
from tests.grants.test_budget_table import FOUR, short

pytestmark = pytest.mark.django_db

AT_WORK = ("kommun", "kommun.kollega", "firmatecknare", "forening", "processledare", "processteam", "granskare", "beslut", "ekonom", "kommunikator")  # fmt: skip


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    """Built once for the module, and rolled back: the moment it was built."""
    files = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), override_settings(DEMO=True, PRIVATE_FILES_DIR=files), transaction.atomic():
        build(stage="running")
        yield timezone.now()
        transaction.set_rollback(True)


def waiting(name, *, at):
    user = User.objects.get(email=f"{name}@{DEMO_DOMAIN}")
    return [source.task(row) for source in SOURCES for row in source.rows(user, at=at)]


def test_there_is_a_project_at_every_stage(told):
    today, pilots = stockholm_today(told), Project.objects.pilots()
    running = pilots.filter(state=ProjectState.RUNNING)
    assert running.filter(starts_on__gt=today).count() == 1
    assert running.filter(starts_on__lte=today, ends_on__gte=today).count() == 4
    assert running.filter(ends_on__lt=today).count() == 2
    assert [project.title for project in pilots.filter(state=ProjectState.CLOSED)] == ["Girl Unit"]


def test_the_closed_project_was_settled_carried_on_and_gave_money_back(told):
    project = Project.objects.get(state=ProjectState.CLOSED)
    assert project.continuation == Continuation.ORDINARY
    assert project.continuation_reason.endswith("(exempel)")
    assert project.reports.exclude(state=ReportState.APPROVED).count() == 0
    settlement = Settlement.objects.get()
    assert settlement.project == project
    released = FrameRelease.objects.filter(application=project.application).total()
    assert settlement.released == released == project.decision.cap - project.paid
    assert released > Kronor(0)


def test_money_has_gone_both_ways(told):
    assert CostEntry.objects.filter(approved__lt=Kronor(12_500), voucher="A992").count() == 1
    assert Advance.objects.count() == 1
    assert Recovery.objects.decided().count() == 1
    assert Payout.objects.filter(kind=PayoutKind.REPAYMENT).count() == 1
    assert Payout.objects.filter(state=PayoutState.DECIDED).count() == 1
    begun = Project.objects.pilots().filter(starts_on__lte=stockholm_today(told))
    paid, granted = (sum((getattr(p, name) for p in begun), Kronor(0)) for name in ("paid", "cap"))
    assert paid.ore * 10 > granted.ore * 6


def test_changes_are_granted_wait_and_are_being_written(told):
    states = list(ChangeRequest.objects.values_list("state", flat=True))
    assert {ChangeState.DECIDED, ChangeState.ASKED, ChangeState.DRAFT} <= set(states)


def test_one_pilot_is_late_and_low_and_one_has_a_red_indicator(told):
    today = stockholm_today(told)
    found = {
        rule.key: [p.title.split()[0] for p in Project.objects.filter(risk.where(rule.key, on=today)).pilots()]
        for rule in risk.RULES
    }
    assert found == {"late_report": ["Implementering"], "low_draw_down": ["Implementering"], "red_indicator": ["Stöd"]}
    assert Report.objects.filter(state=ReportState.RETURNED).count() == 1
    assert Report.objects.filter(state=ReportState.SUBMITTED).count() == 1


def test_figures_of_two_years_quotes_of_reports_and_a_kept_snapshot(told):
    years = IndicatorValue.objects.values_list("measured_on__year", flat=True)
    assert {2025, 2026} <= set(years)
    assert FindingQuote.objects.filter(version__isnull=False).count() == 3
    assert FindingQuote.objects.filter(note__isnull=False).count() > 3
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize("name", AT_WORK)
def test_something_waits_for_everybody_who_has_work_to_do(told, name):
    assert waiting(name, at=told) != []


def test_each_has_what_only_they_can_do(told):
    tasks = {name: {task.title for task in waiting(name, at=told)} for name in AT_WORK}
    assert tasks["kommun"] ^ tasks["firmatecknare"]
    assert tasks["ekonom"].isdisjoint(tasks["processledare"])
    assert len(tasks["ekonom"]) == 3
    assert len(tasks["beslut"]) == 2


def test_every_account_has_the_password_of_the_demo(told):
    assert User.objects.get(email=f"kommun@{DEMO_DOMAIN}").check_password(DEMO_PASSWORD)
    assert {user.has_usable_password() for user in User.objects.filter(email__endswith=DEMO_DOMAIN)} == {True}


def test_nothing_in_the_log_is_ahead_of_today(told):
    assert AuditEntry.objects.filter(at__gt=told).count() == 0


# ---- The call, from sketches to decisions


def test_the_seven_invited_stand_in_different_stages(told):
    call = Call.objects.get(title="Pilotprojekt 2024")
    states = dict(call.sketches.exclude(application=None).values_list("application__state").annotate(Count("pk")))
    assert states == {
        ApplicationState.GRANTED: 3, ApplicationState.REJECTED: 1, ApplicationState.RETURNED: 1, ApplicationState.SUBMITTED: 1,
        ApplicationState.OPEN: 1,
    }  # fmt: skip


def test_the_grants_are_within_the_frame_of_a_million(told):
    call = Call.objects.get(title="Pilotprojekt 2024")
    granted = Decision.objects.filter(application__sketch__call=call).granted_sum()
    assert (call.frame(), granted > Kronor(0), granted <= call.frame()) == (Kronor(1_000_000), True, True)


def test_vandpunkten_and_girl_unit_were_granted_in_an_earlier_call(told):
    first = Call.objects.get(title="Pilotprojekt 2024")
    earlier = Decision.objects.filter(state=DecisionState.ISSUED, kind="granted").exclude(application__sketch__call=first)
    assert set(earlier.values_list("application_version__title", "application__sketch__organisation__name")) == {
        ("Vändpunkten", "Hallsbergs kommun"), ("Girl Unit", "Studieförbundet Vuxenskolan"),
    }  # fmt: skip
    assert {decision.application.sketch.call.closes_at < first.opens_at for decision in earlier} == {True}


def test_the_platforms_own_project_has_the_golden_table_on_its_page(told):
    project = Project.objects.get(kind="platform")
    response = signed_in(User.objects.get(email=f"processledare@{DEMO_DOMAIN}")).get(project.get_absolute_url())
    page, table = response.content.decode(), response.context["table"]
    assert short(deviations(table)) == FOUR
    told_of = [deviation.text for deviation in table.deviations]
    assert (len(told_of), [text for text in told_of if text not in page]) == (4, [])
    cells = [f'data-label="{heading}">{grouped(cell)}</td>' for row in platform.PRINTED.values()
             for heading, cell in zip(table.headings, row.values(), strict=True)]  # fmt: skip
    assert (len(cells), [cell for cell in cells if cell not in page]) == (32, [])
    assert ("27,60\u00a0%" in page, "28\u00a0%" in page) == (True, True)


def test_the_platforms_own_project_tells_what_it_is(told):
    project = Project.objects.get(kind="platform")
    response = signed_in(User.objects.get(email=f"processledare@{DEMO_DOMAIN}")).get(project.get_absolute_url())
    page = response.content.decode()
    words = (
        "Kunskapslyft",
        "goda uppväxtvillkor",
        "2024-02-09 § 2",
        "Jämställdhet och Integration",
        "Referensgrupp",
        "hela länet",
    )
    assert [word for word in words if word not in page] == []
    assert project.focus_areas.count() == 4
