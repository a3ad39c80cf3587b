"""The rules of steering: forecast, risk, years of a grant. The forecast is the same in Python and in the database."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.spreading import spread_over_years
from kraftsamling.lib.days import DaysBetween
from kraftsamling.lib.money import Kronor
from pilots import risk
from pilots.models import Indicator, Project
from pilots.steering import forecast, grant_facts
from tests.factories import pilots
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.pilots.steering_scene import indicator, report

START, END = dt.date(2027, 1, 1), dt.date(2027, 12, 31)
HALF = dt.date(2027, 7, 2)
"""The 183rd day of 365."""


def facts(**changes):
    found = {
        "state": "running", "share": Decimal(40), "cap": Kronor(100_000), "paid": Kronor(0), "foreseen": None,
        "starts_on": START, "ends_on": END,
    }  # fmt: skip
    return forecast.Facts(**{**found, **changes})


@pytest.mark.parametrize(
    ("changes", "on", "expected"),
    [
        ({}, HALF, 100_000),
        ({"paid": Kronor(40_000)}, HALF, 79_781),
        ({"paid": Kronor(40_000)}, dt.date(2026, 12, 31), 100_000),
        ({"paid": Kronor(90_000)}, HALF, 100_000),
        ({"paid": Kronor(40_000)}, dt.date(2028, 5, 1), 40_000),
        ({"foreseen": Kronor(200_000)}, HALF, 80_000),
        ({"foreseen": Kronor("200001.24")}, HALF, 80_000),
        ({"foreseen": Kronor("200001.25")}, HALF, 80_001),
        ({"foreseen": Kronor(500_000)}, HALF, 100_000),
        ({"foreseen": Kronor(10_000), "paid": Kronor(50_000)}, HALF, 50_000),
        ({"state": "closed", "paid": Kronor(61_000), "foreseen": Kronor(200_000)}, HALF, 61_000),
        ({"state": "revoked", "paid": Kronor(0)}, HALF, 0),
    ],
)
def test_the_forecast(changes, on, expected):
    assert forecast.forecast(facts(**changes), on=on) == Kronor(expected)


@pytest.fixture
def row():
    """Makes a project as a row of the registry, with what has been paid as its payments would have left it."""
    model = pilots.create_elsewhere(ProgrammeFactory(), starts_on=START, ends_on=END)
    kept = ("programme", "kind", "title", "owner", "share", "cap", "starts_on", "ends_on", "budget", "opened_at", "entered_by")
    copied = {name: getattr(model, name) for name in (*kept, "registry_number", "decided_where")}
    return lambda **values: Project.objects.create(**{**copied, **values})


@pytest.mark.django_db
def test_the_database_reckons_the_same_forecast(row):
    wrong = []
    for state in ("running", "closed"):
        for share in ("27.60", "28.35", "0.29", "50"):
            for cap, paid, foreseen in [
                (150_000, 0, None),
                ("120000.50", 33_333, None),
                (150_000, 0, "310000.01"),
                (100_000, 99_999, 1),
                ("800609", 140_000, "2859317.37"),
            ]:
                values = {
                    "state": state, "share": Decimal(share), "cap": Kronor(cap), "paid": Kronor(paid),
                    "foreseen": None if foreseen is None else Kronor(foreseen),
                }  # fmt: skip
                made = row(**values)
                for on in (dt.date(2026, 6, 1), START, HALF, END, dt.date(2029, 2, 28)):
                    told = forecast.with_forecast(Project.objects.filter(pk=made.pk), on=on).get()
                    expected = forecast.forecast(facts(**values), on=on)
                    if (told.forecast, told.remaining) != (expected, expected - Kronor(paid)):
                        wrong.append((values, on, told.forecast, expected))
    assert wrong == []


@pytest.mark.django_db
def test_days_between_are_counted_by_the_database():
    pilots.create_elsewhere(ProgrammeFactory(), starts_on=dt.date(2027, 2, 28), ends_on=dt.date(2028, 3, 1))
    told = Project.objects.annotate(days=DaysBetween("ends_on", "starts_on"), back=DaysBetween("starts_on", "ends_on")).get()
    assert (told.days, told.back) == (367, -367)


# ---- Risk


def at_risk(key, project, *, on):
    return Project.objects.filter(risk.where(key, on=on), pk=project.pk).exists()


@pytest.mark.parametrize(
    ("state", "last_day", "late"),
    [
        ("planned", dt.date(2027, 7, 1), True),
        ("planned", HALF, False),
        ("returned", dt.date(2027, 7, 1), True),
        ("submitted", dt.date(2027, 1, 1), False),
        ("approved", dt.date(2027, 1, 1), False),
        ("cancelled", dt.date(2027, 1, 1), False),
    ],
)
@pytest.mark.django_db
def test_a_project_has_a_late_report_from_the_day_after(state, last_day, late):
    project = pilots.create_elsewhere(ProgrammeFactory(), starts_on=START, ends_on=END)
    project.reports.all().delete()
    made = report(project, due_on=last_day)
    approved = {"approved_at": project.opened_at, "approved_by": project.entered_by} if state == "approved" else {}
    type(made).objects.filter(pk=made.pk).update(state=state, **approved)
    assert at_risk("late_report", project, on=HALF) is late


@pytest.mark.parametrize(
    ("paid", "ends_on", "on", "low"),
    [
        (0, END, HALF, True),
        (25_068, END, HALF, True),
        (25_069, END, HALF, False),
        (60_000, END, HALF, False),
        (0, END, dt.date(2027, 7, 1), False),
        (0, dt.date(2027, 12, 30), dt.date(2027, 7, 1), True),
        (0, dt.date(2027, 12, 30), dt.date(2027, 6, 30), False),
        (49_999, dt.date(2027, 12, 30), dt.date(2028, 3, 1), True),
        (50_000, dt.date(2027, 12, 30), dt.date(2028, 3, 1), False),
    ],
)
@pytest.mark.django_db
def test_draw_down_is_low_after_half_the_time(row, paid, ends_on, on, low):
    made = row(cap=Kronor(100_000), paid=Kronor(paid), ends_on=ends_on)
    assert at_risk("low_draw_down", made, on=on) is low


@pytest.mark.parametrize(
    ("baseline", "target", "latest", "on", "red"),
    [
        (0, 40, 10, HALF, True),
        (0, 40, 11, HALF, False),
        (0, 40, 0, dt.date(2027, 4, 1), False),
        (40, 0, 30, HALF, True),
        (40, 0, 29, HALF, False),
        (0, 40, 19, dt.date(2028, 1, 1), True),
        (0, 40, 20, dt.date(2028, 1, 1), False),
        (5, 5, 0, HALF, False),
        (None, 40, 1, HALF, False),
        (0, None, 1, HALF, False),
        (0, 40, None, HALF, False),
    ],
)
@pytest.mark.django_db
def test_an_indicator_is_red(baseline, target, latest, on, red):
    project = pilots.create_elsewhere(ProgrammeFactory(), starts_on=START, ends_on=END)
    Indicator.objects.create(project=project, name="Unga", unit="st", baseline=baseline, target=target, latest=latest)
    assert at_risk("red_indicator", project, on=on) is red


def test_a_risk_that_is_not_there():
    with pytest.raises(KeyError):
        risk.where("something", on=HALF)


@pytest.mark.django_db
def test_late_reports_are_those_of_the_rule():
    project = pilots.create_elsewhere(ProgrammeFactory(), starts_on=START, ends_on=END)
    project.reports.all().delete()
    rows = [
        report(project, number=number, state=state, due_on=due_on)
        for number, (state, due_on) in enumerate(
            [("planned", dt.date(2027, 7, 1)), ("planned", HALF), ("submitted", dt.date(2027, 1, 5))], start=1
        )
    ]
    returned = report(project, number=4, state="returned", due_on=dt.date(2027, 3, 1))
    type(returned).objects.filter(pk=returned.pk).update(return_due_on=dt.date(2027, 9, 1))
    assert list(risk.late_reports(on=HALF)) == [rows[0]]
    assert set(risk.late_reports(on=dt.date(2027, 9, 2))) == {rows[0], rows[1], returned}
    Project.objects.filter(pk=project.pk).update(state="revoked")
    assert list(risk.late_reports(on=HALF)) == []


# ---- What the database keeps of the newest report


@pytest.mark.django_db
def test_the_newest_report_that_has_come_in_is_what_counts():
    organisation = OrganisationFactory()
    writer = UserFactory(member_of=organisation)
    project = pilots.create_elsewhere(ProgrammeFactory(), owner=organisation)
    project.reports.all().delete()
    measured = indicator(project)
    report(
        project, number=1, by=writer, costs=[("own_staff", 2027, 1, 200_000), ("travel", 2027, 0, 10_000)],
        values=[(measured, 3, 2, 1)],
    )  # fmt: skip
    project.refresh_from_db()
    measured.refresh_from_db()
    assert (project.foreseen, measured.latest) == (Kronor(210_000), Decimal(3))
    report(project, number=2, by=writer, costs=[("own_staff", 2027, 1, 150_000)], values=[(measured, 7, 4, 3)])
    project.refresh_from_db()
    measured.refresh_from_db()
    assert (project.foreseen, measured.latest) == (Kronor(150_000), Decimal(7))


# ---- The years of a grant


@given(
    ore=st.integers(min_value=1, max_value=10**11),
    lines=st.dictionaries(st.integers(2024, 2030), st.integers(0, 10**10), max_size=5),
    starts=st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)),
    days=st.integers(0, 1200),
)
def test_the_years_always_come_to_the_grant(ore, lines, starts, days):
    parts = spread_over_years(Kronor.from_ore(ore), lines, starts, starts + dt.timedelta(days=days))
    assert sum(part.ore for part in parts.values()) == ore
    assert all(part.ore >= 0 for part in parts.values())


def test_a_lower_grant_is_divided_as_its_budget():
    parts = spread_over_years(Kronor(100), {2027: 60_000, 2028: 30_000, 2029: 0}, START, END)
    assert parts == {2027: Kronor("66.66"), 2028: Kronor("33.34")}


def test_a_grant_without_budget_is_divided_by_days():
    parts = spread_over_years(Kronor(366), {}, dt.date(2027, 12, 31), dt.date(2028, 12, 30))
    assert parts == {2027: Kronor(1), 2028: Kronor(365)}


def test_what_an_application_tells_is_read_from_its_words():
    rows = [
        {"name": "strategy_area", "label": "x", "text": "Equal opportunities for housing, work and welfare in the whole country"},
        {"name": "sustainability_gender_equality", "label": "x", "text": "Vi följer flickor och pojkar."},
        {"name": "sustainability_economy", "label": "x", "text": "  "},
    ]
    told = grant_facts.told_in({"sections": [{"rows": rows}]})
    assert told == {"strategy_area": "a", "economy": False, "environment": False, "integration": False, "gender_equality": True}
    assert grant_facts.told_in({})["strategy_area"] == ""
