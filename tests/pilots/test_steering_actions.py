"""Outcome laid in and taken back, figures kept and compared, the yearly report, the letter of the month, the document."""

import datetime as dt
import io
import re

import openpyxl
import pikepdf
import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import QueryDict
from django.template.loader import render_to_string

from grants.models import CostCategory
from kraftsamling.audit.log import sentence_of
from kraftsamling.audit.models import AuditEntry
from kraftsamling.home.waiting import waiting_for
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications.models import Category, Frequency, Message, MessageState, Preference
from kraftsamling.programmes.models import Programme, Role
from pilots import builds
from pilots.actions import steering as actions
from pilots.models import MonthlyLetter, OutcomeImport, PlatformOutcome, Snapshot, YearlyReport
from pilots.steering import documents, overview, platform, yearly
from pilots.steering.outcome import OutcomeLine
from pilots.steering.scope import scope_of, whole_programme
from pilots.tasks import write_steering_letters
from tests.factories import grants as make
from tests.grants.scene import fresh, questions, signed_in
from tests.pilots.steering_scene import TODAY, scene

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """Built once; what a test changes is taken back after it."""
    with django_db_blocker.unblock(), time_machine.travel(TODAY, tick=False), transaction.atomic():
        yield scene()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(TODAY, tick=False):
        yield


def lines(*rows):
    return [OutcomeLine(year, category, "", Kronor(amount)) for year, category, amount in rows]


def lay_in(stage, *rows, **more):
    return actions.import_outcome(stage.own, lines=lines(*rows), file_name="utfall.xlsx", by=stage.finance, **more)


def outcome(stage, year=platform.ALL, category=platform.ALL):
    found = platform.figures(whole_programme(stage.programme, on=TODAY.date()))
    return found[platform.key_of("utfall", category, year)].value


def sheet(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return SimpleUploadedFile("utfall.xlsx", content.getvalue())


# ---- Outcome


def test_an_import_counts_and_is_recorded(stage):
    lay_in(stage, (2024, "own_staff", "438210.55"), (2025, "travel", 9_000), (2025, "travel", -500))
    assert (outcome(stage), outcome(stage, 2025), outcome(stage, category="travel")) == (
        Kronor("446710.55"),
        Kronor(8_500),
        Kronor(8_500),
    )
    entry = AuditEntry.objects.filter(action="pilots.outcome.import").latest("pk")
    assert "446\u00a0710,55" in sentence_of(entry)


def test_of_each_year_the_newest_sheet_counts_and_taking_it_back_brings_the_earlier_one(stage):
    lay_in(stage, (2024, "own_staff", 100), (2025, "own_staff", 200))
    second = lay_in(stage, (2025, "own_staff", 250), (2026, "own_staff", 300))
    assert [outcome(stage, year) for year in (2024, 2025, 2026)] == [Kronor(100), Kronor(250), Kronor(300)]
    actions.undo_import(second, by=stage.finance)
    assert [outcome(stage, year) for year in (2024, 2025, 2026)] == [Kronor(100), Kronor(200), Kronor(0)]
    assert PlatformOutcome.objects.filter(batch=second).count() == 2


def test_the_same_sheet_is_laid_in_once_until_it_is_taken_back(stage):
    rows = (2025, "own_staff", 200), (2026, "own_staff", 300)
    first = lay_in(stage, *rows)
    with pytest.raises(TransitionRefused):
        lay_in(stage, *rows)
    assert OutcomeImport.objects.filter(project=stage.own).count() == 1
    actions.undo_import(first, by=stage.finance)
    assert outcome(stage) == Kronor(0)
    lay_in(stage, *rows)
    lay_in(stage, *rows[:1])
    assert lay_in(stage, *rows).lines.count() == 2


def test_an_import_is_taken_back_once(stage):
    batch = lay_in(stage, (2024, "own_staff", 100))
    stale = OutcomeImport.objects.get(pk=batch.pk)
    actions.undo_import(batch, by=stage.finance)
    with pytest.raises(LostRace):
        actions.undo_import(stale, by=stage.finance)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.FINANCE_OFFICER])
def test_the_finance_officer_alone_lays_in_and_takes_back(stage, role):
    person, batch = make.officer(stage.programme, role), lay_in(stage, (2024, "own_staff", 1))
    with pytest.raises(PermissionDenied):
        actions.import_outcome(stage.own, lines=lines((2024, "own_staff", 1)), file_name="x", by=person)
    with pytest.raises(PermissionDenied):
        actions.undo_import(batch, by=person)


def test_what_cannot_be_laid_in(stage):
    with pytest.raises(TransitionRefused):
        actions.import_outcome(stage.own, lines=[], file_name="x", by=stage.finance)
    with pytest.raises(TransitionRefused):
        actions.import_outcome(stage.first, lines=lines((2027, "own_staff", 1)), file_name="x", by=stage.finance)


def test_a_sheet_is_shown_before_it_is_laid_in(stage):
    client = signed_in(stage.finance)
    file = sheet(
        ["År", "Kostnadsslag", "Belopp", "Text"],
        [2024, "Egen personal", 438210.55, "Löner"],
        [2025, "Resor och logi", "-1 200,50", "=HYPERLINK(1)"],
        [None, None, None, None],
        [2026, "own_staff", 12, "<b>x</b>"],
    )
    page = client.post("/styrning/utfall/", {"fil": file})
    text = page.content.decode()
    assert (page.status_code, OutcomeImport.objects.count()) == (200, 0)
    assert ("437\u00a0022,05" in text, "<b>x</b>" in text) == (True, False)
    sealed = re.search(r'name="innehall" value="([^"]+)"', text)[1]
    assert client.post("/styrning/utfall/spara/", {"innehall": sealed}).status_code == 302
    assert outcome(stage) == Kronor("437022.05")
    batch = OutcomeImport.objects.get()
    assert batch.file_name == "utfall.xlsx"
    assert client.post(f"/styrning/utfall/{batch.pk}/angra/").status_code == 302
    assert outcome(stage) == Kronor(0)
    assert "utfall.xlsx" in client.get("/styrning/plattformen/").content.decode()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "Filen är tom"),
        ([["Belopp", "Text"], [1, "x"]], "År, Kostnadsslag"),
        ([["År", "Kostnadsslag", "Belopp"]], "Inga rader"),
        ([["År", "Kostnadsslag", "Belopp"], [2019, "Egen personal", 1]], "Rad 2"),
        ([["År", "Kostnadsslag", "Belopp"], ["tjugo", "Egen personal", 1]], "Rad 2"),
        ([["År", "Kostnadsslag", "Belopp"], [2024, "Champagne", 1]], "Rad 2"),
        ([["År", "Kostnadsslag", "Belopp"], [2024, "Egen personal", "mycket"]], "Rad 2"),
        ([["År", "Kostnadsslag", "Belopp", "Text"], [2024, "Egen personal", 1, "Lön 20100101-1236"]], "Rad 2"),
        ([["År", "Kostnadsslag", "Belopp", "Text"], [2024, "Egen personal", 1, "x" * 201]], "200"),
    ],
)
def test_a_sheet_that_is_wrong_says_where(stage, rows, said):
    page = signed_in(stage.finance).post("/styrning/utfall/", {"fil": sheet(*rows)})
    assert page.status_code == 422
    assert said in page.content.decode()
    assert OutcomeImport.objects.count() == 0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no sheet", b"<html>", b"%PDF-1.4"])
def test_a_file_that_is_no_sheet_is_refused(stage, content):
    file = SimpleUploadedFile("utfall.xlsx", content)
    assert signed_in(stage.finance).post("/styrning/utfall/", {"fil": file}).status_code == 422


def test_a_preview_of_somebody_elses_making_is_not_laid_in(stage):
    client = signed_in(stage.finance)
    for sealed in ("", "x" * 200_000, "eyJhIjoxfQ:1abc:xyz"):
        assert client.post("/styrning/utfall/spara/", {"innehall": sealed}).status_code == 302
    assert OutcomeImport.objects.count() == 0


def test_the_empty_sheet_can_be_sent_back(stage):
    client = signed_in(stage.finance)
    content = client.get("/styrning/utfall/mall.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(content)).active
    assert book.max_row == 1 + 3 * len(CostCategory)
    file = SimpleUploadedFile("mall.xlsx", content)
    assert client.post("/styrning/utfall/", {"fil": file}).status_code == 200


def test_the_forecast_of_the_platform_follows_its_rule(stage):
    lay_in(stage, (2024, "own_staff", 400_000), (2025, "own_staff", 2_000_000), (2026, "travel", 1))
    found = platform.figures(whole_programme(stage.programme, on=dt.date(2025, 6, 1)))

    def value(name, category, year):
        return found[platform.key_of(name, category, year)].value

    assert value("prognos", "own_staff", 2024) == Kronor(400_000)
    assert value("prognos", "travel", 2024) == Kronor(0)
    assert value("prognos", "own_staff", 2025) == Kronor(2_000_000)
    assert value("prognos", "travel", 2025) == Kronor(10_000)
    assert value("prognos", "own_staff", 2026) == Kronor("554884.20")
    assert value("avvikelse", "own_staff", 2024) == Kronor("56852.30")
    every = sum((value("prognos", category, year) for category in CostCategory.values for year in (2024, 2025, 2026)), Kronor(0))
    assert value("prognos", platform.ALL, platform.ALL) == every


def test_the_page_of_the_platform_prints_the_budget_cell_by_cell(stage):
    text = signed_in(stage.people[Role.STEERING_GROUP]).get("/styrning/plattformen/").content.decode()
    for printed in ("456\u00a0852", "989\u00a0804", "2\u00a0001\u00a0541", "118\u00a0690", "2\u00a0900\u00a0757", "800\u00a0609"):
        assert printed in text
    standing = platform.standing(
        stage.own, platform.figures(whole_programme(stage.programme, on=dt.date(2025, 8, 1))), on=dt.date(2025, 8, 1)
    )
    assert (standing.days_gone, standing.days_whole) == (366, 731)
    assert standing.entitled == Kronor(0)


# ---- Snapshots


def test_a_snapshot_is_kept_and_compared(stage):
    kept = actions.keep_snapshot(stage.programme, name="  Före mötet ", by=stage.leader, at=TODAY)
    told = {row["key"]: row for row in kept.figures}
    assert (told["pengar.granted"]["value"], told["pengar.granted"]["rows"]) == (Kronor("270000.50").ore, 2)
    assert told["pengar.left"]["rows"] is None
    assert told["projekt.alla.antal"] == {**told["projekt.alla.antal"], "value": 3, "unit": "antal", "rows": 3}
    client = signed_in(stage.people[Role.STEERING_GROUP])
    same = {part: client.get(f"{kept.get_absolute_url()}?del={part}").context for part in ("pengar", "projekt", "plattform")}
    assert [context["rows"] for context in same.values()] == [[], [], []]
    assert sum(context["unchanged"] for context in same.values()) == len(kept.figures)
    lay_in(stage, (2026, "travel", 700))
    changed = client.get(f"{kept.get_absolute_url()}?del=plattform").context["rows"]
    assert {row.difference for row in changed} >= {"+700\u00a0kr"}
    whole = client.get(f"{kept.get_absolute_url()}?del=plattform&visa=alla").context["rows"]
    assert len(whole) == same["plattform"]["unchanged"]


def test_comparing_asks_few_questions(stage):
    kept = actions.keep_snapshot(stage.programme, name="Nu", by=stage.leader, at=TODAY)
    for part in ("pengar", "projekt", "plattform"):
        asked, _page = questions(signed_in(stage.leader), f"{kept.get_absolute_url()}?del={part}")
        assert len(asked) <= 15, part


def test_a_snapshot_is_readable_also_when_its_figures_are_gone(stage):
    row = {"key": "pengar.borta", "label": "Något gammalt", "unit": "ore", "value": 100, "rows": 1}
    kept = Snapshot.objects.create(programme=stage.programme, name="Gammal", figures=[row], kept_at=TODAY, kept_by=stage.leader)
    page = signed_in(stage.leader).get(f"{kept.get_absolute_url()}?visa=alla").content.decode()
    assert "Något gammalt" in page


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.PROCESS_LEADER, True), (Role.FINANCE_OFFICER, True), (Role.STEERING_GROUP, False), (Role.REFERENCE_GROUP, False)],
)
def test_who_keeps_figures(stage, role, may):
    client = signed_in(stage.people[role])
    assert client.post("/styrning/ogonblick/", {"namn": "Nu"}).status_code == (302 if may else 403)
    assert Snapshot.objects.filter(name="Nu").exists() is may


def test_a_snapshot_of_another_programme_is_not_found(stage):
    other = make.officer(make.create_call().programme, Role.PROCESS_LEADER)
    kept = actions.keep_snapshot(stage.programme, name="Nu", by=stage.leader)
    assert signed_in(other).get(kept.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_snapshot_has_a_name(stage, name):
    assert signed_in(stage.leader).post("/styrning/ogonblick/", {"namn": name}).status_code == 422
    with pytest.raises(TransitionRefused):
        actions.keep_snapshot(stage.programme, name=" ", by=stage.leader)


# ---- The yearly report


def scope_of_year(stage, year):
    return scope_of(fresh(stage.leader), QueryDict(f"ar={year}"), on=TODAY.date())


def test_the_yearly_report_counts_by_area_perspective_and_place(stage):
    found = yearly.figures(scope_of_year(stage, 2026))
    value = {key: found[key].value for key in found}
    assert (value["ar.alla.antal"], value["ar.alla.beviljat"], value["ar.alla.betalt"]) == (2, Kronor("270000.50"), Kronor(0))
    assert (value["ar.omrade.a.antal"], value["ar.omrade.b.antal"], value["ar.omrade.ingen.antal"]) == (2, 0, 0)
    assert value["ar.hallbarhet.gender_equality.beviljat"] == Kronor("270000.50")
    assert value["ar.kommun.1880.antal"] == 2
    assert yearly.figures(scope_of_year(stage, 2027))["ar.alla.betalt"].value == Kronor(45_000)


def test_few_people_are_not_told_of(stage):
    (row,) = yearly.by_sex(scope_of_year(stage, 2027))
    assert (row.indicators, row.women, row.men) == (1, "färre än 5", "färre än 5")
    assert [yearly.people(number) for number in (0, 5, 1234)] == ["0", "5", "1\u00a0234"]


def test_the_sheet_has_what_the_page_has(stage):
    client = signed_in(stage.leader)
    assert client.get("/styrning/arsrapport/?ar=2026").status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(client.get("/styrning/arsrapport.xlsx?ar=2026").content)).active
    rows = list(book.iter_rows(values_only=True))
    assert rows[0][:5] == ("Tabell", "Rad", "Bidrag", "Beviljat belopp", "Utbetalt")
    assert rows[1][1:5] == (2026, 2, 270000.5, 0)
    assert len(rows) > 30


def test_without_a_year_it_is_of_the_last_one_that_is_over(stage):
    assert signed_in(stage.leader).get("/styrning/arsrapport/").context["scope"].year == 2026


def test_the_process_leader_is_reminded_in_january_and_february_until_it_is_handed_in(stage):
    def waits(month, day):
        at = dt.datetime(2028, month, day, 9, tzinfo=STOCKHOLM)
        return [task for task in waiting_for(fresh(stage.leader), at=at) if "arsrapport" in task.url]

    assert [len(waits(1, 1)), len(waits(2, 29)), len(waits(3, 1))] == [1, 1, 0]
    assert waits(1, 15)[0].due_at == dt.datetime(2028, 2, 22, tzinfo=STOCKHOLM)
    with time_machine.travel(dt.datetime(2028, 1, 20, 9, tzinfo=STOCKHOLM), tick=False):
        actions.tell_yearly_report(stage.programme, year=2027, by=stage.leader)
        assert waits(1, 21) == []
        with pytest.raises(TransitionRefused):
            actions.tell_yearly_report(stage.programme, year=2027, by=stage.leader)
        with pytest.raises(TransitionRefused):
            actions.tell_yearly_report(stage.programme, year=2028, by=stage.leader)
        with pytest.raises(PermissionDenied):
            actions.tell_yearly_report(stage.programme, year=2026, by=stage.finance)
        assert "2027" in signed_in(stage.leader).get("/styrning/arsrapport/?ar=2027").content.decode()
    assert YearlyReport.objects.count() == 1


def test_who_is_not_the_leader_is_not_reminded(stage):
    at = dt.datetime(2028, 1, 20, 9, tzinfo=STOCKHOLM)
    for role in (Role.STEERING_GROUP, Role.FINANCE_OFFICER):
        assert [task for task in waiting_for(fresh(stage.people[role]), at=at) if "arsrapport" in task.url] == []


# ---- The letter of the month


def letters():
    return Message.objects.filter(kind="pilots/steering_month")


@pytest.mark.parametrize(
    ("month", "first"), [(dt.date(2027, 5, 1), dt.date(2027, 5, 3)), (dt.date(2027, 8, 1), dt.date(2027, 8, 2)), (dt.date(2027, 9, 1), dt.date(2027, 9, 1))]
)  # fmt: skip
def test_the_first_weekday(month, first):
    assert actions.first_weekday(month) == first


def test_through_two_years_of_days_each_month_has_one_letter_also_after_a_standstill(stage):
    sent, day = [], dt.date(2027, 1, 1)
    standstill = {dt.date(2027, 6, 1) + dt.timedelta(days=number) for number in range(11)}
    while day < dt.date(2029, 1, 1):
        if day not in standstill:
            for hour in (7, 8):
                before = letters().count()
                actions.write_due_letters(at=dt.datetime.combine(day, dt.time(hour, 30), tzinfo=STOCKHOLM))
                sent += [day] * (letters().count() - before)
        day += dt.timedelta(days=1)
    assert len(sent) == 24
    assert [day for day in sent if day.month == 6 and day.year == 2027] == [dt.date(2027, 6, 12)]
    assert sent[0] == dt.date(2027, 1, 1)
    assert sent[4] == dt.date(2027, 5, 3)


def test_the_letter_has_the_figures_of_the_page(stage):
    with time_machine.travel(dt.datetime(2027, 9, 1, 7, 30, tzinfo=STOCKHOLM), tick=False):
        write_steering_letters()
    (letter,) = letters()
    assert letter.to_email == stage.people[Role.STEERING_GROUP].email
    found = overview.figures(whole_programme(stage.programme, on=dt.date(2027, 9, 1)))
    for key in overview.SHOWN:
        assert found[key].text in letter.text
        assert found[key].text in letter.html
    assert f"/styrning/rader/pengar.granted/?program={stage.programme.slug}" in letter.text
    assert stage.first.title not in letter.text


def test_who_has_turned_such_mail_off_gets_none(stage):
    person = stage.people[Role.STEERING_GROUP]
    Preference.objects.create(user=person, category=Category.NEWS, frequency=Frequency.NEVER)
    actions.write_due_letters(at=TODAY)
    assert [letter.state for letter in letters()] == [MessageState.DROPPED]


def test_a_programme_without_a_steering_group_has_no_letter(stage):
    programme = make.create_call().programme
    actions.write_due_letters(at=TODAY)
    assert MonthlyLetter.objects.filter(programme=programme).exists()
    assert letters().filter(programme_id=programme.pk).count() == 0
    assert Programme.objects.count() == MonthlyLetter.objects.count()


# ---- The document


def test_the_dashboards_are_one_document_without_cases(stage, django_capture_on_commit_callbacks):
    lay_in(stage, (2024, "own_staff", 400_000))
    client = signed_in(stage.people[Role.REFERENCE_GROUP])
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/styrning/dokument/?ar=2027")
    page = client.get(answer["Location"])
    assert page.status_code == 200
    build = builds.DocumentBuild.objects.get(kind="dashboard")
    assert (build.state, build.error) == ("ready", "")
    from kraftsamling.files import store

    with pikepdf.open(io.BytesIO(store.read(build.file))) as document:
        assert len(document.pages) >= 3
    context = documents.context_of(whole_programme(stage.programme, on=TODAY.date()), at=TODAY)
    html = render_to_string("pdf/pilots/dashboard.html", {**context, "pdf_title": "x", "pdf_language": "sv"})
    assert (stage.first.title in html, "270\u00a0001\u00a0kr" in html) == (False, True)
    outsider = make.officer(make.create_call().programme, Role.STEERING_GROUP)
    assert signed_in(outsider).get(answer["Location"]).status_code == 404


def test_the_name_of_the_document_has_the_day_that_its_title_has():
    assert documents.file_name(dt.datetime(2026, 11, 27, 23, 5, tzinfo=dt.UTC)) == "styrning-2026-11-28.pdf"
