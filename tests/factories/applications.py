"""Applications for tests."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile

from grants import actions
from grants.budget.content import BudgetContent, CostPart, FinancingPart
from grants.budget.store import store
from grants.forms.whole import ApplicationForms
from kraftsamling.accounts.actions.signatories import add_signatory
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from tests.factories import grants as make

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WRITING = dt.datetime(2026, 11, 10, 9, tzinfo=STOCKHOLM)
HANDED_IN = dt.datetime(2026, 11, 20, 9, tzinfo=STOCKHOLM)


def create_open(call=None, *, by=None, **sketch):
    """An invited organisation that has not written anything yet."""
    call = call or make.create_published_call()
    made = make.create_submitted(call, **sketch)
    return make.create_invited(made, by=by or call.created_by)


def create_signatory(organisation, *, name="Siv Signerande", **kwargs):
    return add_signatory(
        organisation, name=name, proof=SimpleUploadedFile("beslut.pdf", PDF, "application/pdf"),
        valid_from_on=dt.date(2026, 1, 1), by=organisation.members.first(), **kwargs,
    )  # fmt: skip


def typed_application(**changes):
    """What a writer types into all the sections and the budget, on top of what comes from the sketch."""
    words = {
        "purpose": "Fler unga ska ha en fritid som betyder något.", "overall_goal": "Unga mår bättre.",
        "project_goal": "Hälften av de unga är kvar i en förening efter ett halvår.", "goal_1_goal": "Lotsarna är på plats.",
        "goal_1_activities": "Två lotsar utbildas och börjar följa unga.", "goal_1_when": "Våren 2027",
        "organisation": "En projektledare och en styrgrupp.", "delimitation": "Lotsarna finns inte i dag.",
        "procurement": "yes", "passes_on": "no", "sustainability_economy": "Fler klarar skolan.",
        "sustainability_environment": "Vi reser kollektivt.", "sustainability_integration": "Texter på flera språk.",
        "sustainability_gender_equality": "Vi följer flickor och pojkar var för sig.", "strategy_link": "Kunskapslyft.",
        "strategy_area": "a", "child_rights": "Unga är med i styrgruppen.", "indicator_1_name": "Unga i förening",
        "indicator_1_unit": "personer", "indicator_1_baseline": "0", "indicator_1_target": "40",
        "dissemination_plan": "Vi berättar på träffarna.", "continuation_plan": "Kommunen tar över om det fungerar.",
        "postal_address": "Storgatan 1\n694 30 Hallsberg", "account_kind": "bankgiro", "account_number": "123-4567",
        "vat_deductible": "no", "economic_activity": "no",
    }  # fmt: skip
    return {**words, **typed_budget(), **changes}


def typed_budget(*, sought=200_000, own=200_000):
    return {
        "b_years": "2027", "b_c0_category": "own_staff", "b_c0_label": "Projektledare", "b_c0_2027": str(sought + own),
        "b_f0_role": "grant", "b_f0_financier": "Region Örebro län", "b_f0_2027": str(sought),
        "b_f1_role": "own", "b_f1_financier": "Egna medel", "b_f1_public": "1", "b_f1_appropriation": "other",
        "b_f1_2027": str(own),
    }  # fmt: skip


def write(application, *, by=None, at=WRITING, **changes):
    """Saves a complete draft; gives its revision."""
    typed = {name: value for name, value in typed_application(**changes).items() if value is not None}
    draft = actions.draft_of(application)
    names = frozenset({*typed, *changes})
    return actions.save_application_draft(
        application, typed=typed, names=names, revision=draft.revision, by=by or writer(application), at=at
    )


def create_budget(*, sought=200_000, own=200_000):
    """A frozen budget that belongs to nothing yet."""
    return store(budget_content(sought=sought, own=own))


def budget_content(*, sought=200_000, own=200_000):
    years = (2027,)
    parts = [("grant", "Region Örebro län", sought), ("own", "Egna medel", own)]
    return BudgetContent(
        years=years,
        costs=(CostPart("own_staff", "Projektledare", in_kind=False, amounts=(Kronor(sought + own),)),),
        financing=tuple(
            FinancingPart(role, name, is_public=True, in_kind=False, appropriation="", amounts=(Kronor(amount),))
            for role, name, amount in parts
        ),
    )


def writer(application):
    return application.sketch.organisation.members.order_by("pk").first()


def send_in(application, *, by=None, at=HANDED_IN, signatory=None):
    """Sends in the draft as it stands; gives the version."""
    draft = actions.draft_of(application)
    whole = ApplicationForms(application, draft.content)
    assert whole.is_complete(), (whole.wrong(), whole.remaining())
    signatory = signatory or create_signatory(application.sketch.organisation)
    version = actions.submit_application(
        application, content=whole.content(), signatory=signatory, revision=draft.revision, by=by or writer(application), at=at
    )
    application.refresh_from_db()
    return version


def create_sent_in(application=None, *, sought=200_000, own=200_000, at=HANDED_IN, **kwargs):
    """An application that has been sent in and waits for its decision."""
    application = application or create_open(**kwargs)
    write(application, at=min(at, WRITING), **typed_budget(sought=sought, own=own))
    send_in(application, at=at)
    return application
