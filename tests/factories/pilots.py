"""Projects for tests. Opened through the real actions: by a grant, or registered by hand, which is cheap."""

import datetime as dt
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from kraftsamling.files import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from pilots import change_rules
from pilots.actions import change_files, changes, descriptions, registration
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

ELSEWHERE = {
    "title": "Unga i rörelse",
    "registry_number": "26RS4711",
    "external_case_id": "20371234",
    "decided_where": "Regional tillväxtnämnd 2026-11-20 § 3",
    "share": Decimal(40),
    "cap": Kronor(150_000),
    "starts_on": dt.date(2027, 1, 15),
    "ends_on": dt.date(2027, 12, 31),
}


def create_project(call=None, *, organisation=None, leader=None, decider=None, at=decisions.DECIDING, **grant):
    """A running pilot that a grant has opened, as decisions.GRANT says: 28 per cent, at most 150 000 kr, the year of 2027.

    Its leader is `project.application.sketch.call.created_by`, its writer `writer(project)`.
    """
    call = call or make.create_published_call()
    leader = leader or call.created_by
    decider = decider or make.officer(call.programme, Role.DECISION_MAKER)
    organisation = organisation or OrganisationFactory()
    if not organisation.members.exists():
        UserFactory(member_of=organisation)
    application = applications.create_sent_in(call=call, by=leader, organisation=organisation)
    decisions.decide(application, officer=leader, decider=decider, at=at, **grant)
    return application.project


def create_elsewhere(programme=None, *, owner=None, by=None, content=None, at=decisions.DECIDING, **values):
    """A running project decided elsewhere and registered by hand: 40 per cent of 400 000 kr, at most 150 000 kr."""
    programme = programme or ProgrammeFactory()
    owner = owner or OrganisationFactory()
    if not owner.members.exists():
        UserFactory(member_of=owner)
    return registration.register_project(
        programme,
        owner=owner,
        values={**ELSEWHERE, **values},
        content=content or applications.budget_content(),
        by=by or make.officer(programme),
        at=at,
    )


def writer(project):
    """A member of the owner."""
    return project.owner.members.order_by("pk").first()


# ---- Changes of the terms

ASKING = dt.datetime(2027, 3, 1, 9, tzinfo=STOCKHOLM)
CHANGING = dt.datetime(2027, 3, 10, 9, tzinfo=STOCKHOLM)
DECIDED = {
    "reasons": "Det som har hänt kunde inte förutses.",
    "deciding_body": "Regional tillväxtnämnd",
    "decided_on": dt.date(2027, 3, 9),
    "minutes_item": "2027-03-09 § 4",
    "delegation_item": "",
    "presenter": "Före Dragande",
    "took_part": "",
    "exceeds_reason": "",
}
LONGER = {"ends_on": dt.date(2028, 3, 31)}


def begin(project, *, by=None, at=ASKING):
    return changes.begin_change(project, by=by or writer(project), at=at)


def ask(project, *, by=None, at=ASKING, budget=None, reason="Rekryteringen tog längre tid.", **wishes):
    """A change that waits for a decision; a longer period unless something else is wished."""
    return ask_from(begin(project, by=by, at=at), by=by, at=at, budget=budget, reason=reason, **wishes)


def ask_from(change, *, by=None, at=ASKING, budget=None, reason="Rekryteringen tog längre tid.", **wishes):
    """Sends a change that has been begun."""
    values = {"reason": reason, **(wishes or ({} if budget else LONGER))}
    by = by or writer(change.project)
    return changes.send_change(change, values=values, budget=budget, revision=change.revision, by=by, at=at)


def lay_beside(
    change, *, kind="consent", by=None, at=ASKING, name="medgivande.txt", content=b"Vi tar \xc3\xb6ver projektet. (exempel)"
):
    """A file beside a draft: the new owner's consent unless something else is said."""
    by = by or writer(change.project)
    file = store.store(SimpleUploadedFile(name, content), by=by, at=at)
    link = change_files.add_file(change, file=file, kind=kind, by=by, at=at)
    change.refresh_from_db()
    return link


def wanted(change, **instead):
    """The terms as wished, with what is decided instead."""
    project = change.project
    wishes = {name: getattr(change, name) for name in (*changes.WISHES, "budget")}
    return change_rules.wanted_by(project, {**wishes, **instead})


def grant(change, *, by, at=CHANGING, seen_terms=None, instead=None, **values):
    seen = change.project.terms.count() if seen_terms is None else seen_terms
    terms = wanted(change, **(instead or {}))
    return changes.grant_change(change, wanted=terms, values={**DECIDED, **values}, seen_terms=seen, by=by, at=at)


def refuse(change, *, by, at=CHANGING, **values):
    return changes.refuse_change(change, values={**DECIDED, **values}, by=by, at=at)


# ---- The public page

DESCRIBED = {
    "summary": "Unga och vuxna lagar cyklar tillsammans, och ingen behöver vara ensam efter skolan.",
    "target_group": "Unga 13–16 år, omkring 80 personer.",
    "strategy_link": "Kunskapslyft.",
    "continuation_plan": "Kommunen tar över om det fungerar.",
    "whole_county": False,
}


def describe(project, *, by=None, at=ASKING, revision=None, **changed):
    project.refresh_from_db()
    area = project.programme.focus_areas.order_by("position").first()
    values = {**DESCRIBED, "main_focus_area": area, "focus_areas": [area], "municipalities": ["1880"], **changed}
    revision = project.revision if revision is None else revision
    return descriptions.describe_project(project, values=values, revision=revision, by=by or writer(project), at=at)


def publish(project, *, by, at=ASKING):
    describe(project, at=at)
    descriptions.publish_project(project, revision=project.revision, by=by, at=at)
    return project
