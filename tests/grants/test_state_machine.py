"""Any order of what can happen to a call, its sketches, applications and decisions: no order breaks what must always hold."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from grants.models import Application, Decision, OutcomeKind, Sketch
from kraftsamling.lib.money import Kronor
from pilots.models import Project
from tests.factories import grants as make
from tests.grants.machine.invariants import Early, Judged, Late
from tests.grants.machine.world import REACHED, make_world

pytestmark = pytest.mark.django_db

EXAMPLES = settings(
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck), print_blob=False,
)  # fmt: skip

WAY = [
    ("open_the_form_of_the_call", {}),
    ("edit", {"who": "leader", "stale": False, "values": {"summary": "Ny text"}}),
    ("edit", {"who": "leader", "stale": True, "values": {"summary": "Från ett äldre fönster"}}),
    ("publish", {"who": "team"}),
    ("publish", {"who": "leader"}),
    ("edit", {"who": "leader", "stale": False, "values": {"largest_grant": Kronor(250_000)}}),
    ("edit", {"who": "leader", "stale": False, "values": {"closes_at": make.CLOSES + dt.timedelta(days=5)}}),
    ("edit", {"who": "leader", "stale": False, "values": {"closes_at": make.CLOSES}}),
    ("start", {"who": "member"}),
    ("time_passes", {"step": dt.timedelta(days=5)}),
    ("start", {"who": "leader"}),
    ("start", {"who": "member"}),
    ("start", {"who": "stranger"}),
    ("start", {"who": "member"}),
    ("save", {"who": "member", "number": 0, "complete": False, "behind": 0}),
    ("save", {"who": "colleague", "number": 0, "complete": True, "behind": 1}),
    ("remind", {"days": 7, "number": 0}),
    ("submit", {"who": "stranger", "number": 0, "behind": 0}),
    ("write_and_submit", {"number": 0}),
    ("submit", {"who": "colleague", "number": 0, "behind": 0}),
    ("write_and_submit", {"number": 0}),
    ("write_and_submit", {"number": 1}),
    ("cancel", {"who": "leader", "chance": 0}),
    ("extend", {"who": "leader", "whose": 0, "days": 2}),
    ("extend", {"who": "leader", "whose": 0, "days": -1}),
    ("time_passes", {"step": dt.timedelta(days=40)}),
    ("write_and_submit", {"number": 0}),
    ("withdraw", {"who": "member", "number": 2, "chance": 0}),
    ("assign", {"who": "leader", "number": 0}),
    ("assign", {"who": "leader", "number": 1}),
    ("declare", {"number": 0, "has_conflict": 1}),
    ("declare", {"number": 1, "has_conflict": 0}),
    ("assess", {"number": 0, "value": 4}),
    ("assess", {"number": 1, "value": 4}),
    ("prepare", {"who": "reviewer", "number": 0, "kind": OutcomeKind.INVITED}),
    ("prepare", {"who": "team", "number": 0, "kind": OutcomeKind.DECLINED}),
    ("send", {"who": "team"}),
    ("answer", {"number": 0, "kind": OutcomeKind.INVITED}),
    ("answer", {"number": 1, "kind": OutcomeKind.DECLINED}),
    ("withdraw", {"who": "member", "number": 0, "chance": 0}),
    ("save", {"who": "member", "number": 0, "complete": True, "behind": 0}),
]


def a_decision(cap, *, kind="granted", who="leader", number=0, share=28, eu=False, reasoned=False):
    values = {"cap": Kronor(cap), "kind": kind, "share": Decimal(share), "eu": eu, "reasoned": reasoned}
    return ("write_decision", {"who": who, "number": number, "behind": 0, "lacking": False, **values})


ISSUE = ("issue", {"who": "decider", "number": 0, "behind": 0})
MONEY_WAY = [
    ("write_application", {"who": "member", "number": 0, "complete": False, "behind": 0}),
    ("write_application", {"who": "stranger", "number": 0, "complete": True, "behind": 0}),
    ("send_application", {"who": "member", "number": 0, "behind": 0, "theirs": False}),
    ("write_application", {"who": "colleague", "number": 0, "complete": True, "behind": 0}),
    ("send_application", {"who": "member", "number": 0, "behind": 0, "theirs": True}),
    ("send_application", {"who": "member", "number": 0, "behind": 0, "theirs": False}),
    ("send_application", {"who": "colleague", "number": 0, "behind": 0, "theirs": False}),
    ("time_passes", {"step": dt.timedelta(days=40)}),
    ("write_and_send", {"number": 1}),
    ("what_is_late_lapses", {}),
    ("give_more_time", {"who": "team", "number": 1, "days": 9}),
    ("write_and_send", {"number": 1}),
    ("ask_for_completion", {"who": "team", "number": 0, "days": 0, "consequence": "as_it_is"}),
    ("ask_for_completion", {"who": "team", "number": 0, "days": 5, "consequence": "as_it_is"}),
    ("go_on_with_the_completion", {"who": "leader", "days": 2, "what": "extend"}),
    ("write_and_send", {"number": 0}),
    ("ask_for_completion", {"who": "leader", "number": 0, "days": 1, "consequence": "dismissed"}),
    ("time_passes", {"step": dt.timedelta(days=2)}),
    ("write_and_send", {"number": 0}),
    ("what_is_late_lapses", {}),
    ("go_on_with_the_completion", {"who": "leader", "days": 0, "what": "try"}),
    ("ask_for_completion", {"who": "leader", "number": 0, "days": 1, "consequence": "dismissed"}),
    ("go_on_with_the_completion", {"who": "team", "days": 0, "what": "cancel"}),
    a_decision("150000"),
    ISSUE,
    ("fill_in_the_checklist", {"who": "leader", "number": 0, "right": False}),
    ISSUE,
    ("fill_in_the_checklist", {"who": "team", "number": 0, "right": True}),
    ("propose_or_drop", {"who": "leader", "number": 0, "behind": 1, "what": "propose"}),
    ("propose_or_drop", {"who": "leader", "number": 0, "behind": 0, "what": "propose"}),
    a_decision("150000.01"),
    ISSUE,
    a_decision("200000.01", reasoned=True),
    a_decision("200000", share="50.01", reasoned=True),
    a_decision("200000", share=60, eu=True, reasoned=True),
    ISSUE,
    a_decision("200000", share=50, reasoned=True),
    ISSUE,
    ISSUE,
    ("fill_in_the_checklist", {"who": "leader", "number": 1, "right": True}),
    a_decision("100000.01", number=1, share=60, eu=True),
    ISSUE,
    a_decision("240000.01", number=1, share=60, eu=True, reasoned=True),
    ISSUE,
    a_decision("240000", number=1, share=60, eu=True, reasoned=True),
    ISSUE,
    ("correct", {"who": "leader", "number": 0, "correction": " "}),
    ("correct", {"who": "leader", "number": 0, "correction": "Skrivfel."}),
    a_decision("100000", number=1, share=60, eu=True),
    ("confirm", {"who": "stranger", "number": 1}),
    ISSUE,
    ("confirm", {"who": "member", "number": 0}),
    ("confirm", {"who": "stranger", "number": 0}),
    ("withdraw_application", {"who": "member", "number": 0, "chance": 0}),
]


def walked(begun, way):
    """One example by hand; gives the machine, still open."""
    REACHED.clear()
    make_world()
    machine = Judged()
    machine.begin(begun)
    for name, arguments in way:
        getattr(machine, name)(**arguments)
        machine.what_always_holds_holds()
    return machine


def test_one_way_from_the_empty_call_to_the_answers_reaches_every_action_but_the_cancelling():
    machine = walked("draft", WAY)
    states = list(Sketch.objects.order_by("pk").values_list("state", "versions_count"))
    machine.teardown()
    assert states == [("invited", 2), ("declined", 1), ("withdrawn", 0)]
    assert REACHED == {
        "grants.call.edit": 2, "grants.call.publish": 1, "grants.call.extend": 1, "grants.sketch.start": 3,
        "grants.sketch.submit": 3, "grants.sketch.withdraw": 1, "grants.review.assign": 2, "grants.review.conflict": 1,
        "grants.review.no_conflict": 1, "grants.review.submit": 1, "grants.outcome.prepare": 3, "grants.outcome.invite": 1,
        "grants.outcome.decline": 1,
    }  # fmt: skip


def test_one_way_from_the_invitation_to_the_money_goes_as_far_as_a_correction_and_no_further_than_the_law():
    machine = walked("invited", MONEY_WAY)
    applications = list(Application.objects.order_by("pk").values_list("state", "versions_count"))
    decisions = list(Decision.objects.order_by("pk").values_list("state", "cap", "share"))
    projects = list(Project.objects.order_by("pk").values_list("cap", "eu_cofinanced"))
    machine.teardown()
    assert applications == [("granted", 2), ("granted", 1)]
    assert decisions == [
        ("issued", Kronor(200_000), Decimal(50)),
        ("replaced", Kronor(240_000), Decimal(60)),
        ("issued", Kronor(100_000), Decimal(60)),
    ]
    assert projects == [(Kronor(200_000), False), (Kronor(100_000), True)]
    wanted = {"grants.outcome.invite": 2, "grants.application.submit": 3, "grants.application.lapse": 1,
              "grants.application.extend": 1, "grants.completion.ask": 3, "grants.completion.answer": 1,
              "grants.completion.extend": 1, "grants.completion.lapse": 1, "grants.completion.follow_up": 1,
              "grants.completion.cancel": 1, "grants.decision.granted": 2, "grants.decision.exceed": 2,
              "grants.decision.correct": 1, "grants.decision.propose": 1, "grants.decision.read": 2,
              "pilots.project.open": 2, "pilots.project.change": 1}  # fmt: skip
    assert {name: REACHED[name] for name in wanted} == wanted


EXPECTED = {
    Early: {"grants.call.edit", "grants.outcome.prepare", "grants.outcome.invite"},
    Late: {"grants.application.submit", "grants.decision.granted", "grants.decision.exceed", "pilots.project.open"},
}


@pytest.mark.parametrize(("machine", "examples"), [(Early, 8), (Late, 14)])
def test_no_order_of_events_breaks_what_must_always_hold(machine, examples):
    REACHED.clear()
    make_world()
    run_state_machine_as_test(machine, settings=settings(EXAMPLES, max_examples=examples))
    assert EXPECTED[machine] <= set(REACHED)
