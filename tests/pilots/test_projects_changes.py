"""Changes of the terms: asked for by the owner, decided by a human within the limits of law, call and frame, every version kept."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from grants.actions import DraftConflict
from grants.budget.content import CostPart
from grants.budget.store import content_of
from grants.models import Call, CallFrame
from kraftsamling.audit import log as audit
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots import change_rules
from pilots.actions import changes
from pilots.models import ChangeDecision, ChangeRequest, Project, Terms
from pilots.permissions import projects as permissions
from pilots.signals import terms_changed
from pilots.states import CHANGE_MOVES, ChangeState, ProjectState
from pilots.tasks import build_change_letter
from tests.factories import applications, decisions, money, pilots
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.grants import trail
from tests.grants.scene import EVERY_ROLE, again, fresh, people
from tests.grants.test_decisions import corrected, waiting
from tests.kept import kept

pytestmark = pytest.mark.django_db


def make_project():
    return pilots.create_project()


_project_once, project = kept(make_project)


@pytest.fixture
def small():
    return pilots.create_elsewhere()


def decider(project):
    return make.officer(project.programme, Role.DECISION_MAKER)


def refused(act):
    """What the refusal says; nothing of the registry has changed."""
    before = (
        list(Terms.objects.values()),
        list(Project.objects.values()),
        list(ChangeRequest.objects.values()),
        trail.everything(),
    )
    with pytest.raises(TransitionRefused) as refusal:
        act()
    after = list(Terms.objects.values()), list(Project.objects.values()), list(ChangeRequest.objects.values()), trail.everything()
    assert after == before
    return str(refusal.value)


def moved(content, amount):
    """The same costs in all, with so much of the own staff bought from others instead."""
    staff, *others = content.costs
    less = CostPart(staff.category, staff.label, in_kind=False, amounts=(staff.amounts[0] - amount,))
    bought = CostPart("external_services", "Föreläsare", in_kind=False, amounts=(amount,))
    return type(content)(content.years, (less, bought, *others), content.financing, content.indirect_rate)


def spread(*, staff, services, sought=200_000, own=200_000):
    plain = applications.budget_content(sought=sought, own=own)
    return type(plain)(
        plain.years,
        (
            CostPart("own_staff", "", in_kind=False, amounts=(Kronor(staff),)),
            CostPart("external_services", "", in_kind=False, amounts=(Kronor(services),)),
        ),
        plain.financing,
        plain.indirect_rate,
    )


# ---- Asked for


def test_a_change_is_asked_for_with_receipt_and_told_to_who_decides(small):
    maker = decider(small)
    since = trail.mark()
    change = pilots.ask(small)
    assert (change.state, change.number, change.asked_by, change.asked_at, change.ends_on, len(change.checksum)) == (
        "asked", 1, pilots.writer(small), pilots.ASKING, dt.date(2028, 3, 31), 64,
    )  # fmt: skip
    assert trail.entries(since) == [("pilots.change.ask", pilots.writer(small).pk)]
    assert trail.letters(since) == [("pilots/change_asked", maker.email)]
    assert Message.objects.get(kind="pilots/change_asked").subject.startswith("Ändring 1 ")


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_reads_a_draft_and_who_reads_what_is_sent(small, role):
    person = people(small.programme, small.owner)[role]
    change = pilots.begin(small)
    assert ChangeRequest.objects.visible_to(person).exists() == (role == "member")
    changes.withdraw_change(change, by=pilots.writer(small))
    assert ChangeRequest.objects.visible_to(person).exists() == (role == "member")
    pilots.ask(small)
    readers = {"member", Role.PROCESS_LEADER, Role.PROCESS_TEAM, Role.DECISION_MAKER, Role.FINANCE_OFFICER}
    assert ChangeRequest.objects.visible_to(person).waiting().exists() == (role in readers)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_ask_and_who_may_decide(small, role):
    person = people(small.programme, small.owner)[role]
    change = pilots.ask(small)
    assert permissions.can_ask_for_change(person, small) == (role == "member")
    assert permissions.can_write_change(person, change) == (role == "member")
    assert permissions.can_decide_change(person, change) == (role == Role.DECISION_MAKER)


def test_nobody_decides_for_an_organisation_of_their_own():
    partner, heir = OrganisationFactory(), OrganisationFactory()
    project = pilots.create_elsewhere()
    project.partners.create(name=partner.name, organisation=partner)
    change = pilots.ask(project, new_owner=heir)
    for organisation in (project.owner, partner, heir):
        person = UserFactory(member_of=organisation, roles=[(project.programme, Role.DECISION_MAKER)])
        assert not permissions.can_decide_change(person, change)
        with pytest.raises(PermissionDenied):
            pilots.grant(change, by=person)
        with pytest.raises(PermissionDenied):
            pilots.refuse(change, by=person)
    assert ChangeDecision.objects.count() == 0


def test_only_a_member_of_the_owner_asks(small):
    change = pilots.begin(small)
    for stranger in (UserFactory(), make.officer(small.programme)):
        with pytest.raises(PermissionDenied):
            changes.begin_change(small, by=stranger)
        with pytest.raises(PermissionDenied):
            changes.save_change(change, typed={}, names=frozenset(), revision=0, by=stranger)
        with pytest.raises(PermissionDenied):
            changes.withdraw_change(change, by=stranger)


def test_one_change_at_a_time(small):
    pilots.begin(small)
    assert "redan" in refused(lambda: pilots.begin(small))


def test_a_closed_project_is_not_changed(small):
    change = pilots.ask(small)
    Project.objects.filter(pk=small.pk).update(state=ProjectState.CLOSED)
    assert "stängt" in refused(lambda: pilots.grant(change, by=decider(small)))
    changes.withdraw_change(change, by=pilots.writer(small))
    assert "stängt" in refused(lambda: pilots.begin(small))


def test_a_draft_is_kept_and_never_overwritten_unseen(small):
    change = pilots.begin(small)
    by = pilots.writer(small)
    assert changes.save_change(change, typed={"reason": "A"}, names=frozenset({"reason"}), revision=0, by=by) == 1
    with pytest.raises(DraftConflict):
        changes.save_change(change, typed={"reason": "B"}, names=frozenset({"reason"}), revision=0, by=by)
    assert changes.save_change(change, typed={"reason": "A"}, names=frozenset({"reason"}), revision=1, by=by) == 1
    kept = again(change)
    assert (kept.content, kept.revision, kept.saved_by) == ({"reason": "A"}, 1, by)
    with pytest.raises(DraftConflict):
        changes.send_change(kept, values={"reason": "A", **pilots.LONGER}, budget=None, revision=0, by=by)


def test_what_is_sent_is_not_written_in(small):
    change = pilots.ask(small)
    save = lambda: changes.save_change(change, typed={}, names=frozenset(), revision=0, by=pilots.writer(small))  # noqa: E731
    assert "skickad" in refused(save)


@pytest.mark.parametrize(("wishes", "said"), [({"reason": " "}, "Skriv varför"), ({"reason": "Därför."}, "Inget är begärt")])
def test_an_empty_wish_is_not_sent(small, wishes, said):
    change = pilots.begin(small)
    send = lambda: changes.send_change(change, values=wishes, budget=None, revision=0, by=pilots.writer(small))  # noqa: E731
    assert said in refused(send)


def test_an_unlawful_wish_is_told_before_it_is_sent(small):
    change = pilots.begin(small)
    assert "mer än 50 procent" in refused(lambda: pilots.ask_from(change, cap=Kronor(200_001)))


# ---- Moves between cost categories


@pytest.mark.parametrize(("amount", "is_small"), [(10_000, True), (10_001, False)])
def test_a_move_within_the_tolerance_needs_no_decision(amount, is_small):
    before = spread(staff=300_000, services=100_000)
    after = spread(staff=300_000 - amount, services=100_000 + amount)
    assert change_rules.is_only_a_small_move(before, after, Decimal(10)) == is_small


def test_a_small_move_is_refused_with_the_words_that_it_needs_none():
    project = pilots.create_elsewhere(content=spread(staff=300_000, services=100_000))
    change = pilots.begin(project)
    small_move = spread(staff=295_000, services=105_000)
    assert "inget beslut" in refused(lambda: pilots.ask_from(change, budget=small_move))
    assert pilots.ask_from(change, budget=spread(staff=280_000, services=120_000)).budget is not None


def test_a_category_that_was_empty_may_not_grow_unasked():
    before = applications.budget_content()
    assert not change_rules.is_only_a_small_move(before, moved(before, Kronor(1)), Decimal(10))


def test_the_tolerance_is_the_calls(project):
    Call.objects.update(category_tolerance=Decimal(25))
    assert change_rules.tolerance_of(Project.objects.get(pk=project.pk)) == Decimal(25)
    assert change_rules.tolerance_of(pilots.create_elsewhere()) == Decimal(10)


# ---- Granted


def test_a_granted_change_sets_new_terms_and_keeps_the_old(small):
    heard = []
    listen = lambda **said: heard.append((said["project"], said["before"].number, said["after"].number))  # noqa: E731
    terms_changed.connect(listen)
    maker = decider(small)
    wished = applications.budget_content(sought=250_000, own=250_000)
    change = pilots.ask(small, cap=Kronor(180_000), share=Decimal(45), budget=wished, **pilots.LONGER)
    since = trail.mark()
    decision = pilots.grant(change, by=maker)
    terms_changed.disconnect(listen)

    now = again(small)
    first, second = small.terms.all()
    assert (now.share, now.cap, now.ends_on, content_of(now.budget).total_cost) == (
        Decimal(45), Kronor(180_000), dt.date(2028, 3, 31), Kronor(500_000),
    )  # fmt: skip
    assert (first.cap, first.share, first.ends_on, first.change) == (Kronor(150_000), Decimal(40), dt.date(2027, 12, 31), None)
    assert (second.cap, second.share, second.ends_on, second.change, second.counted_costs) == (
        now.cap, now.share, now.ends_on, decision, Kronor(500_000),
    )  # fmt: skip
    assert (again(change).state, decision.wording.count("45"), "180\u00a0000" in decision.wording) == ("decided", 1, True)
    assert [(p.pk, a, b) for p, a, b in heard] == [(small.pk, 1, 2)]
    assert [entry for entry in trail.entries(since) if "report" not in entry[0]] == [("pilots.change.grant", maker.pk)]
    assert trail.letters(since) == []
    build_change_letter(decision.pk)
    assert trail.letters(since) == [("pilots/change_decided", pilots.writer(small).email)]
    said = audit.sentence_of(audit.history(small, internal=False).filter(action="pilots.change.grant")[0])
    assert ("150\u00a0000" in said, "180\u00a0000" in said, "2027-03-09 § 4" in said) == (True, True, True)


def test_a_new_owner_reads_the_project_and_the_old_one_no_longer(small):
    heir = OrganisationFactory()
    old, new = pilots.writer(small), UserFactory(member_of=heir)
    pilots.grant(pilots.ask(small, new_owner=heir), by=decider(small))
    assert list(Project.objects.visible_to(fresh(new))) == [small]
    assert list(Project.objects.visible_to(fresh(old))) == []
    assert [terms.owner for terms in small.terms.select_related("owner")] == [small.terms.first().owner, heir]


@pytest.mark.parametrize("name", ["reasons", "deciding_body", "presenter"])
def test_a_decision_without_a_part_is_refused(small, name):
    change = pilots.ask(small)
    assert "saknar" in refused(lambda: pilots.grant(change, by=decider(small), **{name: " "}))
    assert "saknar" in refused(lambda: pilots.refuse(change, by=decider(small), **{name: " "}))


def test_a_decision_has_an_item_and_a_day_that_has_come(small):
    change = pilots.ask(small)
    assert "paragraf" in refused(lambda: pilots.grant(change, by=decider(small), minutes_item=""))
    assert "har inte" in refused(lambda: pilots.grant(change, by=decider(small), decided_on=dt.date(2027, 3, 11)))
    assert pilots.grant(change, by=decider(small), minutes_item="", delegation_item="4.2").item == "4.2"


def test_terms_that_count_already_are_no_change(small):
    change = pilots.ask(small)
    assert "redan" in refused(lambda: pilots.grant(change, by=decider(small), instead={"ends_on": small.ends_on}))


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({"share": Decimal("50.01")}, "Lagen tillåter"),
        ({"share": Decimal(0)}, "Lagen tillåter"),
        ({"cap": Kronor(200_001)}, "mer än 50 procent"),
        ({"ends_on": dt.date(2027, 1, 14)}, "sluta innan"),
    ],
)
def test_what_the_law_forbids_no_reason_excuses(small, instead, said):
    change = pilots.ask(small)
    act = lambda: pilots.grant(change, by=decider(small), instead=instead, exceeds_reason="Vi vill ändå.")  # noqa: E731
    assert said in refused(act)


def test_half_of_the_costs_is_allowed_and_not_an_ore_more(small):
    change = pilots.ask(small)
    assert "mer än 50 procent" in refused(lambda: pilots.grant(change, by=decider(small), instead={"cap": Kronor("200000.01")}))
    pilots.grant(change, by=decider(small), instead={"cap": Kronor(200_000)})
    assert again(small).cap == Kronor(200_000)


def test_the_cap_is_never_lowered_below_what_is_paid(small):
    money.create_advance(small, 70_000)
    change = pilots.ask(small)
    said = refused(lambda: pilots.grant(change, by=decider(small), instead={"cap": Kronor("69999.99")}))
    assert ("70\u00a0000\u00a0kr" in said, "minst" in said, "betalas tillbaka" in said) == (True, True, True)
    pilots.grant(change, by=decider(small), instead={"cap": Kronor(70_000)})
    assert again(small).cap == Kronor(70_000)


# ---- The call's limits


def test_above_the_calls_largest_grant_is_refused_unless_decided_to_exceed(project):
    Call.objects.update(largest_grant=Kronor(160_000))
    change, maker = pilots.ask(project, cap=Kronor(170_000)), decider(project)
    assert "största" in refused(lambda: pilots.grant(change, by=maker))
    since = trail.mark()
    pilots.grant(change, by=maker, exceeds_reason="Nämnden har beslutat det.")
    own = [entry for entry in trail.entries(since) if "frame" not in entry[0]]
    assert own == [("pilots.change.grant", maker.pk), ("pilots.change.exceed", maker.pk)]
    assert again(project).cap == Kronor(170_000)


def test_above_the_frame_is_refused_as_far_as_others_have_taken_it(project):
    call = project.application.sketch.call
    pilots.create_project(call, leader=call.created_by)
    CallFrame.objects.update(amount=Kronor(320_000))
    change, maker = pilots.ask(project, cap=Kronor("170000.01")), decider(project)
    said = refused(lambda: pilots.grant(change, by=maker))
    assert ("ram" in said, "170\u00a0000\u00a0kr" in said) == (True, True)
    pilots.grant(change, by=maker, instead={"cap": Kronor(170_000)})
    assert again(project).cap == Kronor(170_000)


def test_share_and_period_beyond_the_calls_need_a_reason(project):
    Call.objects.update(highest_share=Decimal(40), period_ends_on=dt.date(2028, 2, 1))
    change, maker = pilots.ask(project, share=Decimal("40.01"), **pilots.LONGER), decider(project)
    said = refused(lambda: pilots.grant(change, by=maker))
    assert ("högsta andel" in said, "sista dag" in said) == (True, True)


def test_what_was_granted_over_a_limit_may_stay_there(project):
    Call.objects.update(largest_grant=Kronor(100_000), highest_share=Decimal(20), period_ends_on=dt.date(2027, 6, 1))
    pilots.grant(pilots.ask(project, ends_on=dt.date(2027, 11, 30)), by=decider(project))
    assert again(project).ends_on == dt.date(2027, 11, 30)


# ---- Refused, taken back, and every state


def test_a_refusal_has_reasons_and_leaves_the_terms(small):
    maker, before = decider(small), again(small)
    change = pilots.ask(small)
    since = trail.mark()
    decision = pilots.refuse(change, by=maker)
    assert (again(change).state, decision.outcome, small.terms.count()) == ("refused", "refused", 1)
    assert (again(small).ends_on, again(small).cap) == (before.ends_on, before.cap)
    assert "avslås" in decision.wording
    assert trail.entries(since) == [("pilots.change.refuse", maker.pk)]
    assert trail.letters(since) == []
    build_change_letter(decision.pk)
    assert trail.letters(since) == [("pilots/change_decided", pilots.writer(small).email)]


ACTS = {
    ChangeState.ASKED: lambda change, by: pilots.ask_from(change),
    ChangeState.DECIDED: lambda change, by: pilots.grant(change, by=by),
    ChangeState.REFUSED: lambda change, by: pilots.refuse(change, by=by),
    ChangeState.WITHDRAWN: lambda change, by: changes.withdraw_change(change, by=pilots.writer(change.project)),
}


@pytest.mark.parametrize("to", ACTS)
@pytest.mark.parametrize("was", ChangeState)
def test_every_state_leads_where_the_table_says(small, was, to):
    maker = decider(small)
    change = pilots.begin(small)
    if was != ChangeState.DRAFT:
        if was == ChangeState.WITHDRAWN:
            ACTS[was](change, maker)
        else:
            change = pilots.ask_from(change)
            if was != ChangeState.ASKED:
                ACTS[was](change, maker)
    change = ChangeRequest.objects.with_details().get(pk=change.pk)
    assert change.state == was
    if to in CHANGE_MOVES[was]:
        ACTS[to](change, maker)
        assert again(change).state == to
    else:
        with pytest.raises(TransitionRefused):
            ACTS[to](change, maker)
        assert again(change).state == was


def test_a_stale_copy_is_a_lost_race(small):
    maker = decider(small)
    change = pilots.ask(small)
    stale = ChangeRequest.objects.with_details().get(pk=change.pk)
    pilots.grant(change, by=maker)
    for act in (pilots.grant, pilots.refuse):
        with pytest.raises(LostRace):
            act(stale, by=maker)
    assert (ChangeDecision.objects.count(), small.terms.count()) == (1, 2)


def test_terms_other_than_those_read_are_a_lost_race(small):
    change = pilots.ask(small)
    with pytest.raises(LostRace):
        pilots.grant(change, by=decider(small), seen_terms=0)


# ---- A correction of the grant, after the terms have been changed


@pytest.fixture
def stage():
    found = waiting()
    found.decision = decisions.decide(found.application, officer=found.leader, decider=found.decider)
    found.project = Project.objects.get(application=found.application)
    return found


def test_a_correction_of_the_words_leaves_what_a_change_has_set(stage):
    pilots.grant(pilots.ask(stage.project), by=stage.decider)
    newest = corrected(stage, stage.decision, reasons="Rättad motivering.")
    now = again(stage.project)
    assert (now.ends_on, now.decision, now.terms.count()) == (dt.date(2028, 3, 31), newest, 2)


def test_a_correction_of_the_money_never_overwrites_a_change(stage):
    pilots.grant(pilots.ask(stage.project), by=stage.decider)
    with pytest.raises(TransitionRefused, match="senare beslut"):
        corrected(stage, stage.decision, cap=Kronor(140_000))
    assert (again(stage.project).cap, again(stage.decision).state) == (Kronor(150_000), "issued")


def test_a_correction_below_what_is_paid_is_refused_with_words(stage):
    money.create_advance(stage.project, 70_000)
    with pytest.raises(TransitionRefused, match="kan inte rättas"):
        corrected(stage, stage.decision, cap=Kronor(60_000))


def test_the_database_itself_refuses_terms_above_the_lawful_part(small):
    terms = small.terms.get()
    with pytest.raises(IntegrityError, match="terms_cap_is_at_most_the_lawful_part"), transaction.atomic():
        Terms.objects.filter(pk=terms.pk).update(cap=Kronor("200000.01"))
    with pytest.raises(IntegrityError, match=r"one_open_change_per_project|changerequest\.project_id"), transaction.atomic():
        for number in (8, 9):
            ChangeRequest.objects.create(
                project=small, number=number, organisation=small.owner, begun_at=pilots.ASKING, begun_by=pilots.writer(small)
            )
