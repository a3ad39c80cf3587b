"""Special situations of money (domain 2.5) that no other rule's test holds: financing, categories, the auditor, a late report."""

import datetime as dt

import pytest

from grants.models import CostCategory
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots import accounts_of_money, payment_rules
from pilots.actions import payments
from pilots.models import CostEntry, PaymentFileKind, Project, RecoveryGround
from tests.factories import applications, money
from tests.factories import grants as make
from tests.factories import pilots as projects
from tests.grants.scene import again, signed_in, why
from tests.kept import kept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

STAFF, SERVICES = CostCategory.OWN_STAFF, CostCategory.EXTERNAL_SERVICES


def make_project():
    return money.create_project()


_project_once, project = kept(make_project)


def texts(request, at=money.ASKING):
    return " ".join(obstacle.text for obstacle in payment_rules.obstacles(request, at=at))


# ---- Cost categories: the budget has 400 000 kr for own staff and nothing else; 10 per cent is the tolerance


def test_a_category_that_the_budget_lacks_is_told_to_both_and_stops_nothing(project):
    request = money.create_sent_in(project, costs=[money.cost(1, category=SERVICES), money.cost(5, category=STAFF)])
    (said,) = payment_rules.above_budget(request)
    assert "nothing for it" in said
    assert str(SERVICES.label) in said
    assert money.decide(request).state == "decided"


@pytest.mark.parametrize(
    ("first", "second", "above"),
    [(0, 440_000, False), (0, "440000.01", True), (300_000, 140_000, False), (300_000, 140_001, True)],
)
def test_a_category_may_come_to_the_budget_and_the_tolerance_in_all_its_requests(project, first, second, above):
    if first:
        money.create_decided(project, costs=[money.cost(first, category=STAFF)])
    request = money.create_draft(project, costs=[money.cost(second, category=STAFF)])
    said = payment_rules.above_budget(request)
    assert bool(said) is above
    if above:
        assert "400\u00a0000\u00a0kr" in said[0]


def test_what_is_deducted_no_longer_counts(project):
    request = money.create_sent_in(project, costs=[money.cost(500_000, category=STAFF)])
    assert payment_rules.above_budget(request)
    CostEntry.objects.filter(request=request).update(approved=Kronor(440_000), reason="Ryms inte i budgeten.")
    assert payment_rules.above_budget(request) == []


def test_a_change_decision_makes_room(project):
    request = money.create_draft(project, costs=[money.cost(450_000, category=STAFF)])
    assert payment_rules.above_budget(request)
    change = projects.ask(project, budget=applications.budget_content(sought=210_000, own=210_000))
    projects.grant(change, by=make.officer(project.programme, Role.DECISION_MAKER))
    assert payment_rules.above_budget(again(request)) == []


def test_the_pages_say_it_before_it_is_sent_in_and_at_the_desk(project, time_machine, settings):
    time_machine.move_to(money.ASKING, tick=False)
    settings.LANGUAGE_CODE = "sv"
    request = money.create_draft(project, costs=[money.cost(70_000, category=SERVICES)])
    words = "har inget för det"
    writer = signed_in(projects.writer(project))
    for name in ("skriv", "las-igenom"):
        assert words in writer.get(f"/projekt/utbetalning/{request.pk}/{name}/").content.decode()
    money.send_in(request)
    assert words in signed_in(money.economist(project)).get(f"/projekt/utbetalning/{request.pk}/granska/").content.decode()


# ---- The auditor's certificate


def test_no_certificate_is_asked_for_unless_it_is_set(project):
    assert "auditor" not in texts(money.create_draft(project, 1_000))


@pytest.mark.parametrize(("least", "asked"), [(150_000, True), (150_001, False), (1, True)])
def test_a_certificate_is_asked_for_from_the_grant_that_is_set(project, settings, least, asked):
    settings.PAYMENT_AUDITOR_FROM = least
    request = money.create_draft(project, 1_000)
    assert ("auditor" in texts(request)) is asked
    if asked:
        assert "auditor" in why(lambda: money.send_in(request))
        by = projects.writer(project)
        payments.add_file(request, file=money.kept_file("intyg.pdf", by=by), kind=PaymentFileKind.AUDITOR, by=by, at=money.ASKING)
        money.send_in(again(request))
        assert again(request).state == "submitted"


# ---- Other financing fails


def test_when_other_financing_fails_the_owner_says_so_and_a_new_decision_is_made(project):
    decider = make.officer(project.programme, Role.DECISION_MAKER)
    change = projects.ask(project, cap=Kronor(100_000), budget=applications.budget_content(sought=150_000, own=150_000))
    assert Message.objects.filter(kind="pilots/change_asked", to=decider).exists()
    projects.grant(change, by=decider)
    assert (again(project).cap, accounts_of_money.standing(again(project)).basis.cap) == (Kronor(100_000), Kronor(100_000))


def test_when_other_financing_fails_the_grant_can_be_revoked_on_a_broken_condition(project):
    by = money.economist(project)
    money.create_decided(project, 100_000, by=by)
    money.pay_all(project.programme, by=by)
    made = money.create_recovery(project, 40_000, by=by, ground=RecoveryGround.CONDITIONS)
    assert (made.ground, made.amount, accounts_of_money.standing(again(project)).payable) == (
        "conditions",
        Kronor(40_000),
        Kronor(0),
    )


# ---- A late final report


def test_a_late_final_report_costs_no_money(project):
    Project.objects.filter(pk=project.pk).update(holdback=20)
    by = money.economist(project)
    first = money.create_decided(again(project), 375_000, by=by)
    late = dt.datetime(2028, 6, 1, 9, tzinfo=STOCKHOLM)
    assert (first.amount, accounts_of_money.standing(again(project)).payable) == (Kronor(120_000), Kronor(0))
    money.approve_final_report(project, by=by, at=late)
    assert accounts_of_money.standing(again(project)).payable == Kronor(30_000)
