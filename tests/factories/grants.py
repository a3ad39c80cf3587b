"""Calls and sketches for tests. States are reached through the actions, never written."""

import datetime as dt

from grants import actions
from grants.forms.sketches import SketchForm
from grants.models import Assessment, OutcomeKind, Recommendation
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.places.models import Municipality
from kraftsamling.programmes.models import Role
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

PREPARED = dt.datetime(2026, 8, 1, 9, tzinfo=STOCKHOLM)
OPENS = dt.datetime(2026, 9, 1, 9, tzinfo=STOCKHOLM)
DURING = dt.datetime(2026, 9, 20, 12, tzinfo=STOCKHOLM)
CLOSES = dt.datetime(2026, 10, 1, 16, tzinfo=STOCKHOLM)
REVIEWING = dt.datetime(2026, 10, 5, 9, tzinfo=STOCKHOLM)
REVIEW_DUE = dt.datetime(2026, 10, 20, 16, tzinfo=STOCKHOLM)
ANSWERING = dt.datetime(2026, 10, 25, 9, tzinfo=STOCKHOLM)
APPLICATION_DUE = dt.datetime(2026, 12, 1, 16, tzinfo=STOCKHOLM)

COMPLETE = {
    "summary": "Små försök som stärker det som skyddar barn och unga.",
    "purpose": "Vi söker idéer som prövar något nytt.",
    "not_funded": "Sådant som redan görs.",
    "eligibility": "Kommuner och föreningar.",
    "how_assessed": "Två personer läser varje skiss.",
    "funder": "Region Örebro län",
    "contact_name": "Kontakt Person",
    "contact_email": "kontakt@example.se",
    "opens_at": OPENS,
    "closes_at": CLOSES,
    "review_due_at": REVIEW_DUE,
    "answer_expected_on": dt.date(2026, 10, 30),
    "application_due_at": APPLICATION_DUE,
    "decision_expected_on": dt.date(2026, 12, 20),
    "period_starts_on": dt.date(2027, 1, 1),
    "period_ends_on": dt.date(2028, 12, 31),
    "smallest_grant": Kronor(100_000),
    "largest_grant": Kronor(300_000),
    "eligible_kinds": [OrganisationKind.ASSOCIATION, OrganisationKind.MUNICIPALITY],
}


def officer(programme, role=Role.PROCESS_LEADER, **kwargs):
    return UserFactory(roles=[(programme, role)], **kwargs)


def create_call(programme=None, *, by=None, title="Pilotprojekt", frames=None, questions=None, **values):
    """A complete draft."""
    programme = programme or ProgrammeFactory()
    by = by or officer(programme)
    call = actions.create_call(programme, title=title, by=by, at=PREPARED)
    actions.edit_call(call, values={**COMPLETE, **values}, revision=call.revision, by=by, at=PREPARED)
    actions.set_frames(call, frames=frames or {2027: Kronor(1_000_000)}, by=by, at=PREPARED)
    if questions:
        actions.set_questions(call, questions=questions, by=by, at=PREPARED)
    return call


def create_published_call(programme=None, *, by=None, **values):
    """Published, and open from OPENS to CLOSES."""
    programme = programme or ProgrammeFactory()
    by = by or officer(programme)
    call = create_call(programme, by=by, **values)
    actions.publish_call(call, by=by, at=PREPARED)
    return call


def typed_sketch(call, **changes):
    """What a writer types into the form, complete and right."""
    if not Municipality.objects.filter(pk="1880").exists():
        MunicipalityFactory()
    area = call.focus_areas.order_by("position").first()
    typed = {
        "title": "Fritidslots",
        "summary": "En lots följer med unga till föreningar.",
        "need": "Många unga saknar en fritid.",
        "idea": "Vi prövar en lots i en årskurs.",
        "target_group": "Unga 13–16 år, omkring 80 personer.",
        "learning": "Vi räknar hur många som är kvar efter ett halvår.",
        "focus_areas": [str(area.pk)],
        "main_focus_area": str(area.pk),
        "municipalities": ["1880"],
        "cost_own_staff": "300 000",
        "cost_external_services": "80 000",
        "cost_travel": "20 000",
        "cost_indirect": "0",
        "sought": "200 000",
        "own_financing": "200 000",
        "starts_on": "2027-01-15",
        "ends_on": "2027-12-31",
        "contact_1_name": "Kim Exempel",
        "contact_1_email": "kim@example.se",
        "contact_2_name": "Robin Exempel",
        "contact_2_email": "robin@example.se",
    }
    typed.update(changes)
    return {name: value for name, value in typed.items() if value is not None}


def create_draft(call, *, organisation=None, by=None, at=DURING, **changes):
    """A sketch whose draft is complete, not handed in."""
    organisation = organisation or OrganisationFactory()
    by = by or UserFactory(member_of=organisation)
    sketch = actions.start_sketch(call, organisation, by=by, at=at)
    actions.save_draft(sketch, content=typed_sketch(call, **changes), revision=0, by=by, at=at)
    return sketch


def hand_in(sketch, *, by=None, at=DURING):
    """Hands in the draft as it stands; gives the version."""
    by = by or sketch.organisation.members.first()
    sketch.draft.refresh_from_db()
    form = SketchForm(sketch.draft.content, call=sketch.call)
    assert form.is_valid(), (form.wrong(), form.remaining())
    version = actions.submit_sketch(sketch, content=form.content(), revision=sketch.draft.revision, by=by, at=at)
    sketch.refresh_from_db()
    return version


def create_submitted(call, *, organisation=None, by=None, at=DURING, **changes):
    sketch = create_draft(call, organisation=organisation, by=by, at=at, **changes)
    hand_in(sketch, at=at)
    return sketch


def assign(sketch, reviewer, *, by, at=REVIEWING, step="sketch"):
    actions.assign_reviewers(sketch.call, sketches=[sketch], reviewers=[reviewer], step=step, by=by, at=at)
    return Assessment.objects.select_related("sketch__call").get(sketch=sketch, reviewer=reviewer, step=step)


def create_assessed(sketch, reviewer, *, by, value=4, at=REVIEWING, step="sketch"):
    """Assigned, declared free of conflict, and handed in with the same score for every criterion."""
    assessment = assign(sketch, reviewer, by=by, at=at, step=step)
    actions.declare_on_assessment(assessment, has_conflict=False, by=reviewer, at=at)
    scores = dict.fromkeys(sketch.call.criteria.all(), (value, "Därför."))
    actions.submit_assessment(assessment, scores=scores, recommendation=Recommendation.INVITE, comment="", by=reviewer, at=at)
    return assessment


def create_outcome(sketch, *, by, kind=OutcomeKind.INVITED, at=ANSWERING, **kwargs):
    return actions.prepare_outcome(sketch, kind=kind, reason="Väl genomtänkt.", revision=0, by=by, at=at, **kwargs)


def create_invited(sketch, *, by, at=ANSWERING):
    outcome = create_outcome(sketch, by=by, at=at)
    actions.send_outcomes(sketch.call, outcomes=[outcome], by=by, at=at)
    sketch.refresh_from_db()
    return sketch.application
