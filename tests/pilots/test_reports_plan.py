"""The plan of reports: days that never drift, new terms, officers' changes, and reminders that go out once."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from kraftsamling.accounts.models import Membership
from kraftsamling.audit.log import sentence_of
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.dates import STOCKHOLM, months_after
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from pilots import schedule
from pilots.actions import report_plan as actions
from pilots.actions import report_reminders as reminders
from pilots.actions.projects import enter_project
from pilots.models import ProjectPartner, Report, ReportReminder
from pilots.signals import terms_changed
from tests.factories import grants as make
from tests.factories import reports
from tests.factories.accounts import UserFactory
from tests.factories.applications import create_budget
from tests.factories.pilots import create_elsewhere, create_project
from tests.grants.scene import EVERY_ROLE, fresh, people

AT = dt.datetime(2026, 12, 10, 9, tzinfo=STOCKHOLM)


def day(text):
    return dt.date.fromisoformat(text)


def planned(starts, ends, every=3, final=1, write=14):
    rows = schedule.plan(day(starts), day(ends), every_months=every, final_months=final, days_to_write=write)
    return [(row.is_final, str(row.covers_from_on), str(row.covers_to_on), str(row.due_on)) for row in rows]


def test_every_third_month_and_a_final_report_a_month_after_the_end():
    assert planned("2027-01-15", "2027-12-31") == [
        (False, "2027-01-15", "2027-04-14", "2027-04-28"),
        (False, "2027-04-15", "2027-07-14", "2027-07-28"),
        (False, "2027-07-15", "2027-10-14", "2027-10-28"),
        (True, "2027-01-15", "2027-12-31", "2028-01-31"),
    ]


def test_a_project_that_begins_on_the_31st_does_not_drift():
    assert [row[1] for row in planned("2027-01-31", "2028-03-31", every=1) if not row[0]] == [
        "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30", "2027-07-31", "2027-08-31",
        "2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29",
    ]  # fmt: skip


def test_a_period_that_ends_with_the_project_is_the_final_reports():
    assert [row[2] for row in planned("2027-01-01", "2027-06-30")] == ["2027-03-31", "2027-06-30"]
    assert planned("2027-01-01", "2027-02-15") == [(True, "2027-01-01", "2027-02-15", "2027-03-15")]


@given(
    starts=st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)), length=st.integers(0, 1500), every=st.integers(1, 12),
    final=st.integers(0, 12), write=st.integers(0, 30),
)  # fmt: skip
def test_periods_follow_on_one_another_and_the_days_are_counted_from_the_first(starts, length, every, final, write):
    ends = starts + dt.timedelta(days=length)
    *progress, last = schedule.plan(starts, ends, every_months=every, final_months=final, days_to_write=write)
    begins = starts
    for number, row in enumerate(progress, start=1):
        assert row.covers_from_on == begins
        begins = months_after(starts, every * number)
        assert row.covers_to_on == begins - dt.timedelta(days=1) < ends
        assert row.due_on == row.covers_to_on + dt.timedelta(days=write)
    assert months_after(starts, every * (len(progress) + 1)) > ends
    assert last == schedule.Planned(True, starts, ends, months_after(ends, final))


# ---- Made when the project opens


def rows(project):
    found = Report.objects.filter(project=project).order_by("due_on", "pk")
    return [(r.number, r.kind, str(r.covers_from_on), str(r.covers_to_on), str(r.due_on), r.state) for r in found]


@pytest.mark.django_db
def test_a_grant_makes_the_plan_by_the_rule_of_the_call():
    call = make.create_published_call(report_every_months=4, final_report_months=2)
    project = create_project(call)
    assert rows(project) == [
        (1, "progress", "2027-01-15", "2027-05-14", "2027-05-28", "planned"),
        (2, "progress", "2027-05-15", "2027-09-14", "2027-09-28", "planned"),
        (0, "final", "2027-01-15", "2027-12-31", "2028-02-29", "planned"),
    ]
    assert all(report.draft.content == {} for report in project.reports.all())
    assert [sentence_of(e) for e in AuditEntry.objects.filter(action="pilots.report.plan")] == ["Planen gjordes: 3 rapporter."]


@pytest.mark.django_db
def test_a_project_decided_elsewhere_reports_by_the_usual_rule():
    assert [row[4] for row in rows(create_elsewhere())] == ["2027-04-28", "2027-07-28", "2027-10-28", "2028-01-31"]


@pytest.mark.django_db
def test_the_platforms_own_project_reports_what_is_still_to_come():
    programme = create_elsewhere().programme
    own = enter_project(
        programme, owner=Report.objects.first().project.owner, title="Plattformen", registry_number="23RS10970",
        share=Decimal(28), cap=Kronor(112_000), starts_on=dt.date(2024, 8, 1), ends_on=dt.date(2026, 8, 1),
        budget=create_budget(), by=make.officer(programme), at=AT,
    )  # fmt: skip
    assert rows(own) == [(0, "final", "2024-08-01", "2026-08-01", "2026-09-01", "planned")]


# ---- New terms


def extended(project, ends_on, at=AT):
    project.ends_on = ends_on
    project.save()
    terms_changed.send(sender=type(project), project=project, at=at, before=None, after=None)


@pytest.mark.django_db
def test_a_longer_period_gives_more_reports_and_moves_the_final_one():
    project = create_elsewhere()
    first = project.reports.get(number=1)
    extended(project, dt.date(2028, 3, 31))
    assert [(row[0], row[4]) for row in rows(project)] == [
        (1, "2027-04-28"), (2, "2027-07-28"), (3, "2027-10-28"), (4, "2028-01-28"), (0, "2028-04-30"),
    ]  # fmt: skip
    assert Report.objects.get(pk=first.pk).due_on == first.due_on


@pytest.mark.django_db
def test_a_shorter_period_no_longer_asks_for_the_last_reports_and_keeps_their_drafts():
    project = create_elsewhere()
    third = project.reports.get(number=3)
    reports.write(third)
    extended(project, dt.date(2027, 8, 31))
    assert [(row[0], row[4], row[5]) for row in rows(project)] == [
        (1, "2027-04-28", "planned"), (2, "2027-07-28", "planned"), (0, "2027-09-30", "planned"), (3, "2027-10-28", "cancelled"),
    ]  # fmt: skip
    third.refresh_from_db()
    assert third.draft.content["summary"] == reports.WORDS["summary"]


@pytest.mark.django_db
def test_what_has_come_in_stays_and_a_day_set_by_an_officer_too():
    project = create_elsewhere()
    reports.create_submitted(project.reports.get(number=1))
    moved = project.reports.get(number=2)
    officer = make.officer(project.programme)
    actions.move_report(moved, due_on=dt.date(2027, 8, 15), reason="Semester.", by=officer, at=AT)
    extended(project, dt.date(2028, 3, 31))
    assert [(row[0], row[4], row[5]) for row in rows(project)][:2] == [
        (1, "2027-04-28", "submitted"), (2, "2027-08-15", "planned"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_another_first_day_moves_every_report_that_has_not_come_in():
    project = create_elsewhere()
    project.starts_on = dt.date(2027, 2, 15)
    extended(project, project.ends_on)
    assert [row[4] for row in rows(project)] == ["2027-05-28", "2027-08-28", "2027-11-28", "2028-01-31"]


@pytest.mark.django_db
def test_the_same_terms_again_change_nothing():
    project = create_elsewhere()
    before = rows(project)
    extended(project, project.ends_on)
    assert rows(project) == before


@pytest.mark.django_db
def test_a_late_report_is_still_asked_for_after_a_change():
    project = create_elsewhere()
    extended(project, dt.date(2028, 3, 31), at=dt.datetime(2027, 6, 1, 9, tzinfo=STOCKHOLM))
    assert (1, "2027-04-28", "planned") in [(row[0], row[4], row[5]) for row in rows(project)]


# ---- By an officer


@pytest.mark.django_db
def test_an_officer_moves_a_report_with_a_reason_and_the_others_stay():
    project = create_elsewhere()
    report, officer = project.reports.get(number=1), make.officer(project.programme)
    actions.move_report(report, due_on=dt.date(2027, 5, 10), reason="Sjukdom.", by=officer, at=AT)
    assert [row[4] for row in rows(project)] == ["2027-05-10", "2027-07-28", "2027-10-28", "2028-01-31"]
    message = Message.objects.get(kind="pilots/report_moved")
    assert ("10\u00a0maj 2027" in message.text, "Sjukdom." in message.text) == (True, True)
    entry = AuditEntry.objects.get(action="pilots.report.move")
    assert (entry.by, sentence_of(entry)) == (officer, "Lägesrapport 1 fick en annan sista dag, 10\xa0maj 2027: Sjukdom.")


@pytest.mark.django_db
def test_an_officer_adds_a_report_and_takes_one_away():
    project, at = create_elsewhere(), AT
    officer = make.officer(project.programme)
    new = actions.add_report(
        project, covers_from_on=dt.date(2027, 3, 1), covers_to_on=dt.date(2027, 3, 31), due_on=dt.date(2027, 4, 5),
        reason="Vi vill veta hur starten gick.", by=officer, at=at,
    )  # fmt: skip
    assert (new.number, new.draft.content) == (4, {})
    actions.cancel_report(new, reason="Vi ringde i stället.", by=officer, at=at)
    assert new.state == "cancelled"
    with pytest.raises(TransitionRefused):
        actions.cancel_report(project.reports.get(kind="final"), reason="Nej.", by=officer, at=at)


@pytest.mark.django_db
def test_a_report_that_has_come_in_is_neither_moved_nor_taken_away():
    project = create_elsewhere()
    report, officer = project.reports.get(number=1), make.officer(project.programme)
    reports.create_submitted(report)
    with pytest.raises(TransitionRefused):
        actions.move_report(report, due_on=dt.date(2027, 5, 10), reason="x", by=officer, at=AT)
    with pytest.raises(TransitionRefused):
        actions.cancel_report(report, reason="x", by=officer, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_change_the_plan(role):
    project = create_elsewhere()
    person = people(project.programme, project.owner)[role]
    if role in {Role.PROCESS_LEADER, Role.PROCESS_TEAM}:
        actions.move_report(project.reports.get(number=1), due_on=dt.date(2027, 5, 1), reason="x", by=person, at=AT)
        return
    with pytest.raises(PermissionDenied):
        actions.move_report(project.reports.get(number=1), due_on=dt.date(2027, 5, 1), reason="x", by=person, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("house", ["owner", "partner", "owner of the platform"])
def test_an_officer_does_not_plan_for_their_own_house(house):
    project = create_elsewhere()
    officer = make.officer(project.programme)
    if house == "owner of the platform":
        type(project).objects.update(kind="platform")
        project.refresh_from_db()
    if house == "partner":
        house = UserFactory(member_of=create_elsewhere(project.programme).owner).organisations.get()
        ProjectPartner.objects.create(project=project, name=house.name, organisation=house)
    else:
        house = project.owner
    Membership.objects.create(user=officer, organisation=house, joined_at=AT)
    with pytest.raises(PermissionDenied):
        actions.cancel_report(project.reports.get(number=1), reason="x", by=fresh(officer), at=AT)


# ---- Reminders


def days_between(first, last, skipped=()):
    moment = dt.datetime.combine(first, dt.time(8, 15), tzinfo=STOCKHOLM)
    while moment.date() <= last:
        if moment.date() not in skipped:
            yield moment
        moment += dt.timedelta(days=1)


def sent():
    return Counter(Message.objects.filter(kind="pilots/report_reminder").values_list("dedupe_key", flat=True))


def every_reminder(project):
    writer = project.owner.members.get().email
    return {
        f"report-reminder-{report.pk}-{report.due_on}-{days}:{writer}"
        for report in project.reports.all()
        for days in (14, 3, -1, -14)
    }


@pytest.mark.django_db
def test_through_two_years_every_reminder_falls_exactly_once_and_on_its_day():
    project = create_elsewhere(ends_on=dt.date(2028, 12, 31))
    for at in days_between(dt.date(2027, 1, 1), dt.date(2029, 3, 1)):
        reminders.remind_about_reports(at=at)
        reminders.remind_about_reports(at=at)
    assert sent() == dict.fromkeys(every_reminder(project), 1)
    assert project.reports.count() == 8
    for row in ReportReminder.objects.all():
        assert row.sent_on == row.due_on - dt.timedelta(days=row.days)


@pytest.mark.django_db
@pytest.mark.parametrize("begins", range(0, 100, 4))
def test_when_the_task_has_been_down_for_a_week_every_reminder_still_falls_exactly_once(begins):
    project = create_elsewhere(ends_on=dt.date(2027, 4, 30))
    gap = {dt.date(2027, 4, 1) + dt.timedelta(days=begins + n) for n in range(7)}
    for at in days_between(dt.date(2027, 4, 1), dt.date(2027, 7, 20), gap):
        reminders.remind_about_reports(at=at)
    assert sent() == dict.fromkeys(every_reminder(project), 1)


@pytest.mark.django_db
def test_of_a_report_that_has_come_in_nobody_is_reminded():
    project = create_elsewhere()
    reports.create_submitted(project.reports.get(number=1), at=dt.datetime(2027, 4, 20, 9, tzinfo=STOCKHOLM))
    for at in days_between(dt.date(2027, 4, 21), dt.date(2027, 6, 1)):
        assert reminders.remind_about_reports(at=at) == 0


@pytest.mark.django_db
def test_a_returned_report_is_reminded_of_by_its_new_day():
    project = create_elsewhere()
    report = project.reports.get(number=1)
    reports.create_submitted(report)
    reports.give_back(report, by=make.officer(project.programme), due_on=dt.date(2027, 5, 20))
    days = [at.date() for at in days_between(dt.date(2027, 5, 3), dt.date(2027, 6, 10)) if reminders.remind_about_reports(at=at)]
    assert days == [dt.date(2027, 5, n) for n in (6, 17, 21)] + [dt.date(2027, 6, 3)]


@pytest.mark.django_db
def test_a_new_last_day_has_reminders_of_its_own_and_old_ones_do_not_come_again():
    project = create_elsewhere(ends_on=dt.date(2027, 4, 20))
    report = project.reports.get(number=1)
    for at in days_between(dt.date(2027, 4, 10), dt.date(2027, 4, 26)):
        reminders.remind_about_reports(at=at)
    officer = make.officer(project.programme)
    moved = dt.datetime(2027, 4, 26, 10, tzinfo=STOCKHOLM)
    actions.move_report(report, due_on=dt.date(2027, 4, 30), reason="Sjukdom.", by=officer, at=moved)
    days = []
    for at in days_between(dt.date(2027, 4, 27), dt.date(2027, 5, 2)):
        if reminders.remind_about_report(report, days=3, at=at) or reminders.remind_about_report(report, days=14, at=at):
            days.append(at.date().day)
    assert days == [27]


@pytest.mark.django_db
def test_nobody_is_reminded_of_what_lies_before_the_plan():
    project = create_elsewhere(starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2026, 10, 31))
    assert [row[4] for row in rows(project)] == ["2026-11-30"]
    assert reminders.remind_about_reports(at=AT) == 0


@pytest.mark.django_db
def test_after_the_last_reminder_the_process_leader_is_told_once():
    project = create_elsewhere()
    leader = make.officer(project.programme)
    make.officer(project.programme, Role.PROCESS_TEAM)
    for at in days_between(dt.date(2027, 4, 10), dt.date(2027, 6, 1)):
        reminders.remind_about_reports(at=at)
    told = Message.objects.filter(kind="pilots/report_overdue", to=leader)
    assert [message.written_at.date() for message in told] == [dt.date(2027, 5, 12)]
    assert Message.objects.filter(kind="pilots/report_overdue", to__roles__role=Role.PROCESS_TEAM).count() == 0


@pytest.mark.django_db
def test_the_days_are_settings(settings):
    settings.REPORT_REMINDERS_BEFORE, settings.REPORT_REMINDERS_AFTER = (7,), ()
    project = create_elsewhere(ends_on=dt.date(2027, 4, 20))
    days = [at.date() for at in days_between(dt.date(2027, 4, 10), dt.date(2027, 6, 1)) if reminders.remind_about_reports(at=at)]
    assert days == [dt.date(2027, 4, 21), dt.date(2027, 5, 13)]
    assert project.reports.count() == 2


@pytest.mark.django_db
def test_words_of_a_reminder_tell_how_many_days_there_are():
    project = create_elsewhere()
    report = project.reports.get(number=1)
    for days, at in [(3, "2027-04-25"), (-1, "2027-04-29"), (-14, "2027-05-12")]:
        reminders.remind_about_report(report, days=days, at=dt.datetime.fromisoformat(f"{at}T08:00+02:00"))
    said = [m.subject for m in Message.objects.filter(kind="pilots/report_reminder").order_by("pk")]
    assert said == [
        f"{when}: Lägesrapport 1, Unga i rörelse" for when in ("3 dagar kvar", "En dag för sent", "14 dagar för sent")
    ]


@pytest.mark.django_db
def test_a_run_that_was_killed_half_way_is_gone_on_with_and_nothing_is_sent_twice():
    projects = [create_elsewhere() for _ in range(3)]
    at = dt.datetime(2027, 4, 14, 8, 15, tzinfo=STOCKHOLM)
    reminders.remind_about_report(projects[0].reports.get(number=1), days=14, at=at)
    assert reminders.remind_about_reports(at=at + dt.timedelta(hours=2)) == 2
    assert sorted(sent().values()) == [1, 1, 1]
