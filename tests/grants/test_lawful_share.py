"""Half of the costs, and 60 per cent only where ERDF or ESF+ also pays: in the application, the decision, the project, by SQL."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants import actions, decision_rules, proposals, tasks
from grants.budget.content import BudgetContent, CostPart, FinancingPart
from grants.budget.store import store as keep_budget
from grants.forms.decisions import DecisionForm
from grants.forms.whole import ApplicationForms
from grants.models import Call, Decision
from kraftsamling.files import store
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused
from pilots.models import Project, Terms
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.grants.scene import scene, signed_in
from tests.grants.test_budget_reading import call, form, wrong_at
from tests.grants.test_hostile_text import unbroken
from tests.pdf_reading import running_text_of

pytestmark = pytest.mark.django_db

ORE = Kronor("0.01")
MANY = {"highest_share": Decimal(60), "lowest_own_share": Decimal(0)}
THREE_FIFTHS = {"b_f0_2027": "190 000", "b_f1_2027": "60 000"}
"""240 000 of 400 000 sought, on top of tests.grants.test_budget_reading.typed."""


def european(amount="50 000", **changes):
    """Another financier, with money from ESF+."""
    return {
        "b_f2_role": "other", "b_f2_financier": "ESF-rådet (exempel)", "b_f2_public": "1", "b_f2_appropriation": "european",
        "b_f2_2027": amount, **changes,
    }  # fmt: skip


# ---- The application


def test_three_fifths_may_be_sought_with_money_from_esf():
    assert wrong_at(form(call(**MANY), **THREE_FIFTHS, **european())) == []


def test_not_a_krona_more():
    over = {"b_f0_2027": "190 001", "b_f1_2027": "59 999"}
    assert wrong_at(form(call(**MANY), **over, **european())) == ["b_f0_2027"]


@pytest.mark.parametrize(
    "other",
    [
        european(b_f2_appropriation="national"),
        european(b_f2_role="own"),
        european(b_f2_2027="0", b_f1_2027="110 000"),
        {"b_f1_2027": "110 000"},
        european(b_f2_in_kind="1", b_f1_2027="110 000", b_c3_category="travel", b_c3_in_kind="1", b_c3_2027="50 000"),
    ],
)
def test_half_is_the_most_without_it(other):
    bound = form(call(**MANY), **{**THREE_FIFTHS, **other})
    assert "b_f0_2027" in wrong_at(bound)
    assert "50" in bound.wrong()[0][1]


def test_a_call_whose_share_is_lower_is_not_raised_by_european_money():
    assert wrong_at(form(call(lowest_own_share=Decimal(0)), **THREE_FIFTHS, **european())) == ["b_f0_2027"]


def test_what_is_in_kind_stays_outside_with_european_money_too():
    in_kind = {
        "b_c3_category": "travel", "b_c3_in_kind": "1", "b_c3_2027": "50 000",
        "b_f3_role": "own", "b_f3_financier": "Vi", "b_f3_public": "0", "b_f3_in_kind": "1", "b_f3_2027": "50 000",
    }  # fmt: skip
    assert wrong_at(form(call(**MANY), **THREE_FIFTHS, **european(), **in_kind)) == []
    over = {"b_f0_2027": "190 001", "b_f1_2027": "59 999"}
    assert wrong_at(form(call(**MANY), **over, **european(), **in_kind)) == ["b_f0_2027"]


# ---- The decision


def sent_in(*, european_money=True):
    """240 000 of 400 000 sought in a call that allows 60; 160 000 is own, or partly from ESF+."""
    stage = scene(**MANY)
    application = make.create_invited(stage.sketch, by=stage.leader)
    typed = applications.typed_budget(sought=240_000 if european_money else 200_000, own=120_000 if european_money else 200_000)
    if european_money:
        typed |= {
            "b_c0_2027": "400000", "b_f2_role": "other", "b_f2_financier": "ESF-rådet (exempel)", "b_f2_public": "1",
            "b_f2_appropriation": "european", "b_f2_2027": "40000",
        }  # fmt: skip
    applications.write(application, **typed)
    applications.send_in(application)
    decisions.prepare(application, by=stage.leader)
    stage.application = application
    return stage


def test_a_grant_of_three_fifths_goes_all_the_way_to_the_project():
    stage = sent_in()
    draft = decisions.write(stage.application, by=stage.leader, share=Decimal(60), cap=Kronor(240_000), eu_cofinanced=True)
    decisions.issue(draft, by=stage.decider)
    project, terms = Project.objects.get(), Terms.objects.get()
    assert (project.share, project.cap, project.eu_cofinanced) == (Decimal(60), Kronor(240_000), True)
    assert (terms.share, terms.cap, terms.eu_cofinanced) == (Decimal(60), Kronor(240_000), True)


@pytest.mark.parametrize(
    "values",
    [
        {"share": Decimal("50.01"), "cap": Kronor(200_000), "eu_cofinanced": False},
        {"share": Decimal(50), "cap": Kronor(200_000) + ORE, "eu_cofinanced": False},
        {"share": Decimal(60), "cap": Kronor(240_000) + ORE, "eu_cofinanced": True},
        {"share": Decimal("60.01"), "cap": Kronor(240_000), "eu_cofinanced": True},
    ],
)
def test_more_than_the_lawful_share_is_never_issued_whatever_the_reason(values):
    stage = sent_in()
    with pytest.raises((TransitionRefused, IntegrityError)), transaction.atomic():
        decisions.issue(
            decisions.write(stage.application, by=stage.leader, **values, exceeds_reason="Vi vill."), by=stage.decider
        )
    assert not Decision.objects.issued().exists()


def test_the_flag_without_european_money_in_the_financing_plan_is_refused():
    stage = sent_in(european_money=False)
    draft = decisions.write(stage.application, by=stage.leader, share=Decimal(50), cap=Kronor(200_000), eu_cofinanced=True)
    with pytest.raises(TransitionRefused, match="ESF"):
        decisions.issue(draft, by=stage.decider)


@pytest.mark.parametrize(
    ("role", "appropriation", "in_kind", "amount", "european_money"),
    [
        ("other", "european", False, "0.01", True), ("other", "european", False, "0", False),
        ("own", "european", False, "100", False), ("other", "other", False, "100", False), ("other", "european", True, "100", False),
    ],
)  # fmt: skip
def test_european_money_is_somebody_elses_and_more_than_nothing(role, appropriation, in_kind, amount, european_money):
    costs = (CostPart("own_staff", "Projektledare", in_kind=False, amounts=(Kronor(400_000),)),)
    part = FinancingPart(
        role, "ESF-rådet (exempel)", is_public=True, in_kind=in_kind, appropriation=appropriation, amounts=(Kronor(amount),)
    )
    budget = keep_budget(BudgetContent(years=(2027,), costs=costs, financing=(part,)))
    assert decision_rules.has_european_money(budget) is european_money


def test_a_rejection_keeps_no_flag():
    stage = sent_in()
    draft = decisions.write(stage.application, by=stage.leader, values=decisions.REJECTION, eu_cofinanced=True)
    assert not draft.eu_cofinanced


@pytest.mark.parametrize("european_money", [True, False])
def test_the_draft_begins_with_what_the_financing_plan_says(european_money):
    stage = sent_in(european_money=european_money)
    assert proposals.first_draft(stage.application, presenter="X")["eu_cofinanced"] is european_money


@pytest.mark.parametrize(
    ("share", "flag", "wrong"), [("50", "", []), ("50,01", "", ["share"]), ("60", "on", []), ("60,01", "on", ["share"])]
)
def test_the_form_says_what_the_law_allows(share, flag, wrong):
    bound = DecisionForm({"kind": "granted", "share": share, "cap": "100", "eu_cofinanced": flag})
    bound.is_valid()
    assert list(bound.errors) == wrong


def test_page_and_letter_say_why_it_may_be_more_than_half(tmp_path):
    stage = sent_in()
    draft = decisions.write(stage.application, by=stage.leader, share=Decimal(60), cap=Kronor(240_000), eu_cofinanced=True)
    issued = decisions.issue(draft, by=stage.decider)
    tasks.build_letter(issued.pk)
    issued.refresh_from_db()
    assert "upptill60procent" in unbroken(running_text_of(store.read(issued.letter), tmp_path))
    assert "Eruf eller ESF+" in signed_in(stage.leader).get(issued.get_absolute_url()).content.decode()


def test_a_correction_keeps_the_flag():
    stage = sent_in()
    draft = decisions.write(stage.application, by=stage.leader, share=Decimal(60), cap=Kronor(240_000), eu_cofinanced=True)
    issued = decisions.issue(draft, by=stage.decider)
    assert actions.correct_decision(issued, correction="Skrivfel.", by=stage.leader, at=decisions.DECIDING).eu_cofinanced


# ---- By SQL


def refused(row, name, **values):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**values)


def test_by_sql_sixty_needs_the_flag_and_more_is_never_kept():
    stage = sent_in()
    draft = decisions.write(stage.application, by=stage.leader, share=Decimal(60), cap=Kronor(240_000), eu_cofinanced=True)
    grant = decisions.issue(draft, by=stage.decider)
    for row in (grant, Project.objects.get(), Terms.objects.get()):
        refused(row, "share_is_lawful|cap_is_at_most_the_lawful_part", eu_cofinanced=False)
        refused(row, "share_is_lawful", share=Decimal("60.01"))
    refused(grant, "granted_cap_is_at_most_the_lawful_part", cap=Kronor(240_000) + ORE)
    refused(grant, "granted_cap_is_at_most_the_lawful_part", share=Decimal(50), eu_cofinanced=False)
    refused(stage.call, "call_share_is_lawful", highest_share=Decimal("60.01"))


# ---- The pages


def test_the_pages_say_what_holds(client):
    stage = sent_in()
    client.force_login(stage.leader)
    page = client.get(reverse("decision_edit", args=[stage.application.pk]))
    assert page.context["form"]["eu_cofinanced"].value() is True
    call_page = client.get(Call.objects.get().get_absolute_url())
    assert "ESF+" in call_page.content.decode()


def test_a_whole_application_with_european_money_is_complete():
    stage = sent_in()
    assert ApplicationForms(stage.application, actions.draft_of(stage.application).content).is_complete()
