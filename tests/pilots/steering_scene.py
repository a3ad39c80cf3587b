"""A programme with money in every stage: what the tests of steering begin with."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

from grants.budget import platform
from grants.budget.store import store
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.places.models import Municipality
from kraftsamling.programmes.models import Role
from pilots.actions import enter_project
from pilots.models import Indicator, IndicatorValue, Payout, Report, ReportedCost, ReportVersion
from tests.factories import applications, pilots
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory

TODAY = dt.datetime(2027, 9, 1, 12, tzinfo=STOCKHOLM)
"""Eight months into the year of the projects."""


def pay(project, amount, *, by, paid_on=dt.date(2027, 5, 3), number=1):
    """A payment that has been made, as the finance officer's desk would leave it."""
    more = {}
    if amount > 0 and "advance" in {field.name for field in Payout._meta.get_fields()}:
        decided_at = dt.datetime(2027, 4, 19, 9, tzinfo=STOCKHOLM)
        more["advance"] = project.advances.create(
            state="decided", asked=Kronor(amount), reasons="Start", asked_at=decided_at, asked_by=by, amount=Kronor(amount),
            special_reasons="Start", financial_check="God ekonomi", decided_at=decided_at, decided_by=by,
        )  # fmt: skip
    made = Payout.objects.create(
        project=project, kind="advance" if amount > 0 else "repayment", amount=Kronor(amount), reference=f"{project.pk}-{number}",
        decided_at=dt.datetime(2027, 4, 20, 9, tzinfo=STOCKHOLM), decided_by=by, state="paid" if paid_on else "decided",
        paid_on=paid_on, **more,
    )  # fmt: skip
    type(project).objects.filter(pk=project.pk).update(paid=project.payouts.counting().total())
    project.refresh_from_db()
    return made


def report(project, *, number=1, due_on=dt.date(2027, 4, 15), state="planned", by=None, costs=(), values=()):
    """A report of the plan; with costs or values it has come in."""
    row = Report.objects.create(
        project=project, number=number, kind="progress", covers_from_on=dt.date(2027, 1, 15), covers_to_on=dt.date(2027, 3, 31),
        due_on=due_on, state=state,
    )  # fmt: skip
    if costs or values:
        version = ReportVersion.objects.create(
            report=row, number=1, draft_revision=1, content={}, checksum="0", receipt_number=f"R-{row.pk}",
            submitted_at=dt.datetime(2027, 4, 10, 9, tzinfo=STOCKHOLM), submitted_by=by,
        )  # fmt: skip
        Report.objects.filter(pk=row.pk).update(current_version=version)
        for category, year, booked, forecast in costs:
            ReportedCost.objects.create(
                version=version, category=category, year=year, booked=Kronor(booked), forecast=Kronor(forecast)
            )
        for indicator, value, women, men in values:
            IndicatorValue.objects.create(
                indicator=indicator, version=version, measured_on=dt.date(2027, 4, 1), value=value, women=women, men=men
            )
    row.refresh_from_db()
    return row


def indicator(project, *, baseline=0, target=40):
    return Indicator.objects.create(
        project=project, name="Unga i förening", unit="personer", baseline=baseline, target=target, concerns_people=True
    )


def scene():
    """Two granted projects, one waiting application, one sketch, one project decided elsewhere, and the platform's own."""
    programme = ProgrammeFactory()
    people = {
        role: make.officer(programme, role)
        for role in (
            Role.PROCESS_LEADER,
            Role.DECISION_MAKER,
            Role.FINANCE_OFFICER,
            Role.STEERING_GROUP,
            Role.REFERENCE_GROUP,
        )
    }
    leader, finance = people[Role.PROCESS_LEADER], people[Role.FINANCE_OFFICER]
    call = make.create_published_call(programme, by=leader, frames={2027: Kronor(400_000), 2028: Kronor(100_000)})
    other = make.create_published_call(programme, by=leader, title="Andra utlysningen", frames={2027: Kronor("300000.50")})
    stage = SimpleNamespace(programme=programme, call=call, other=other, leader=leader, finance=finance, people=people)
    decider = people[Role.DECISION_MAKER]
    stage.first = pilots.create_project(call, leader=leader, decider=decider)
    stage.second = pilots.create_project(other, leader=leader, decider=decider, cap=Kronor("120000.50"), share=Decimal("27.60"))
    stage.waiting = applications.create_sent_in(call=call, by=leader, organisation=_organisation())
    stage.sketch = make.create_submitted(call, sought="130 000", own_financing="270 000")
    stage.elsewhere = pilots.create_elsewhere(programme, by=leader)
    stage.elsewhere.municipalities.set(Municipality.objects.filter(pk__in=["1880", "1861"]))
    stage.own = enter_project(
        programme, owner=OrganisationFactory(), title="Plattformen", registry_number="23RS10970", share=platform.DECIDED_SHARE,
        cap=platform.CAP, starts_on=dt.date(2024, 8, 1), ends_on=dt.date(2026, 8, 1),
        budget=store(platform.content(), printed=platform.PRINTED), by=leader, at=TODAY,
    )  # fmt: skip
    Report.objects.all().delete()  # the plan that the projects are opened with: the tests have one of their own
    pay(stage.first, 40_000, by=finance)
    pay(stage.first, -5_000, by=finance, paid_on=None, number=2)
    pay(stage.second, 10_000, by=finance)
    pay(stage.elsewhere, 50_000, by=finance, paid_on=dt.date(2028, 1, 2))
    pay(stage.own, 100_000, by=finance)
    report(stage.first)
    report(
        stage.second,
        state="submitted",
        by=leader,
        costs=[("own_staff", 2027, 50_000, 300_000), ("travel", 2027, 1_000, 10_000)],
        values=[(indicator(stage.second), 7, 4, 3)],
    )
    return stage


def _organisation():
    made = OrganisationFactory()
    UserFactory(member_of=made)
    return made
