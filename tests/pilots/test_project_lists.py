"""The list of projects: its filter, its order, its files, and that nothing of other people's projects shows in any of them."""

import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kraftsamling.lib.money import Kronor
from kraftsamling.places.models import Municipality
from kraftsamling.programmes.models import Role
from pilots.actions import conflicts
from pilots.models import Project
from pilots.phases import Phase
from pilots.states import ProjectState
from pilots.views.project_lists import HANDFUL
from tests.factories import decisions, pilots
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.grants.scene import fresh, questions, signed_in
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = decisions.DECIDING
TODAY = AT.date()
DAY = dt.timedelta(days=1)
PLACE, ELSEWHERE = "1880", "1881"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(AT, tick=False):
        yield


class Stage:
    """Four projects of a programme, one of them granted by a call; and one of another programme."""

    def __init__(self):
        self.granted = pilots.create_project(at=AT)
        self.call = self.granted.application.sketch.call
        self.programme, self.leader = self.call.programme, self.call.created_by
        one = {"programme": self.programme, "by": self.leader, "at": AT}
        self.owner = OrganisationFactory(name="Föreningen Ågränd")
        self.running = pilots.create_elsewhere(
            **one, owner=self.owner, title="Öppen hall", registry_number="26RS0001", external_case_id="20370001",
            starts_on=TODAY, ends_on=TODAY, share=Decimal(20), cap=Kronor(50_000),
        )  # fmt: skip
        self.over = pilots.create_elsewhere(
            **one, title="Ålder och lek", registry_number="26RS0002", external_case_id="20370002", starts_on=TODAY - 90 * DAY,
            ends_on=TODAY - DAY, share=Decimal(30), cap=Kronor(10_000),
        )  # fmt: skip
        self.coming = pilots.create_elsewhere(
            **one, title="Ängens vänner", registry_number="26RS0003", external_case_id="20370003", starts_on=TODAY + DAY,
            ends_on=TODAY + 90 * DAY, share=Decimal(40), cap=Kronor(90_000),
        )  # fmt: skip
        self.foreign = pilots.create_elsewhere(ProgrammeFactory(), title="Främmande", registry_number="26RS9999", at=AT)
        Project.objects.filter(pk=self.granted.pk).update(title="Zebra")
        areas = self.programme.focus_areas.order_by("position")
        self.first, self.second = areas[0], areas[1]
        for project in Project.objects.all():
            project.focus_areas.clear()
            project.municipalities.clear()
        self.running.focus_areas.set([self.first, self.second])
        self.over.focus_areas.set([self.second])
        self.foreign.focus_areas.set(self.foreign.programme.focus_areas.filter(key=areas[2].key))
        self.third = areas[2]
        self.running.municipalities.set([PLACE])
        self.foreign.municipalities.set([ELSEWHERE])
        Project.objects.filter(pk=self.over.pk).update(whole_county=True)


def make_stage():
    return Stage()


_stage_once, stage = kept(make_stage)


def shown(client, **query):
    """The titles of the page, and of both files, which are the same."""
    page = client.get(reverse("project_list"), query)
    assert page.status_code == 200
    titles = [project.title for project in page.context["page"].object_list]
    table = lines(client, **query)
    place = table[0].index("Titel")
    assert [row[place] for row in table[1:]] == titles
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(reverse("project_list_file", args=["xlsx"]), query).content)).active
    assert [row[place] for row in sheet.iter_rows(min_row=2, values_only=True)] == titles
    return titles


def lines(client, **query):
    answer = client.get(reverse("project_list_file", args=["csv"]), query)
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")), delimiter=";"))


def test_by_itself_the_newest_stand_first(stage):
    client = signed_in(stage.leader)
    assert shown(client) == ["Zebra", "Ängens vänner", "Öppen hall", "Ålder och lek"]
    assert shown(client, page="2", sort="' OR 1=1") == shown(client)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"q": "ÖPPEN"}, ["Öppen hall"]),
        ({"q": "ågränd"}, ["Öppen hall"]),
        ({"q": "26rs0002"}, ["Ålder och lek"]),
        ({"q": "20370003"}, ["Ängens vänner"]),
        ({"q": "26RS9999"}, []),
        ({"q": "%"}, []),
        ({"lage": "kommande"}, ["Zebra", "Ängens vänner"]),
        ({"lage": "pagar"}, ["Öppen hall"]),
        ({"lage": "slutredovisas"}, ["Ålder och lek"]),
        ({"lage": "avslutat"}, []),
        ({"kommun": PLACE}, ["Öppen hall", "Ålder och lek"]),
        ({"kommun": PLACE, "lage": "pagar"}, ["Öppen hall"]),
    ],
)
def test_each_choice_of_the_filter(stage, query, titles):
    assert shown(signed_in(stage.leader), **query) == titles


def test_the_choices_of_factor_and_call(stage):
    client = signed_in(stage.leader)
    assert shown(client, faktor=stage.first.key) == ["Öppen hall"]
    assert shown(client, faktor=stage.second.key) == ["Öppen hall", "Ålder och lek"]
    assert shown(client, utlysning=stage.call.pk) == ["Zebra"]
    assert shown(client, utlysning=stage.call.pk, faktor=stage.first.key) == []


HOSTILE = ["finns-inte", "-1", "0", "9" * 30, "1 OR 1=1", "\x00", "👩‍👧", "٣", "²", "<script>alert(1)</script>", "x" * 5000]


@pytest.mark.parametrize("name", ["lage", "faktor", "kommun", "utlysning"])
@pytest.mark.parametrize("value", HOSTILE)
def test_an_unknown_choice_chooses_nothing_and_never_fails(stage, name, value):
    assert shown(signed_in(stage.leader), **{name: value}) == []


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_words_find_nothing_and_are_escaped(stage, value):
    client = signed_in(stage.leader)
    client.get(reverse("project_list"), {"q": value, "page": value, "sort": value})
    page = client.get(reverse("project_list"), {"q": value, "sort": value})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_an_empty_result_tells_what_to_do(stage):
    page = signed_in(stage.leader).get(reverse("project_list"), {"q": "finns inte"}).content.decode()
    assert "Inget projekt passar" in page
    assert f'href="{reverse("project_list")}">Visa alla' in page
    nothing = signed_in(UserFactory()).get(reverse("project_list")).content.decode()
    assert ("Inget projekt passar" in nothing, "filter-bar" in nothing) == (False, False)


def test_few_projects_need_no_filter_unless_one_is_chosen(stage):
    client = signed_in(stage.leader)
    assert "filter-bar" not in client.get(reverse("project_list")).content.decode()
    assert "filter-bar" in client.get(reverse("project_list"), {"lage": "pagar"}).content.decode()
    more(stage, HANDFUL - 4)
    assert "filter-bar" not in client.get(reverse("project_list")).content.decode()
    more(stage, 1)
    assert "filter-bar" in client.get(reverse("project_list")).content.decode()


def more(stage, number):
    for _time in range(number):
        pilots.create_elsewhere(stage.programme, by=stage.leader, at=AT)


# ---- Who sees what


def choices(client):
    form = client.get(reverse("project_list"), {"lage": "pagar"}).context["form"]
    return {
        name: [str(value) for value, _label in form.fields[name].choices if value] for name in ("faktor", "kommun", "utlysning")
    }


def test_the_choices_are_those_of_projects_that_the_person_sees(stage):
    assert choices(signed_in(stage.leader)) == {
        "faktor": [stage.first.key, stage.second.key],
        "kommun": [PLACE],
        "utlysning": [str(stage.call.pk)],
    }
    of_owner = signed_in(pilots.writer(stage.running))
    assert choices(of_owner) == {"faktor": [stage.first.key, stage.second.key], "kommun": [PLACE], "utlysning": []}
    assert choices(signed_in(pilots.writer(stage.over))) == {"faktor": [stage.second.key], "kommun": [], "utlysning": []}
    assert choices(signed_in(UserFactory())) == {"faktor": [], "kommun": [], "utlysning": []}


def test_another_organisations_projects_are_in_no_list_and_no_file(stage):
    of_owner = signed_in(pilots.writer(stage.running))
    assert shown(of_owner) == ["Öppen hall"]
    assert shown(of_owner, kommun=PLACE) == ["Öppen hall"]
    for query in ({"q": "Ålder"}, {"lage": "kommande"}, {"kommun": ELSEWHERE}, {"utlysning": stage.call.pk}):
        assert shown(of_owner, **query) == []
    assert shown(signed_in(stage.leader), kommun=ELSEWHERE, q="Främmande") == []
    assert shown(signed_in(UserFactory())) == []


def test_who_is_not_logged_in_gets_neither_page_nor_file(stage):
    for url in (reverse("project_list"), reverse("project_list_file", args=["csv"])):
        answer = Client().get(url)
        assert (answer.status_code, answer["Location"].startswith("/konto/")) == (302, True)


def test_a_conflict_of_interest_closes_the_row_and_its_choices(stage):
    officer = make.officer(stage.programme)
    conflicts.report_conflict(stage.running, ground="Släkt.", by=officer, at=AT)
    client = signed_in(fresh(officer))
    assert shown(client) == ["Zebra", "Ängens vänner", "Ålder och lek"]
    assert shown(client, q="Öppen") == []
    assert choices(client) == {"faktor": [stage.second.key], "kommun": [], "utlysning": [str(stage.call.pk)]}


# ---- Order


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("projekt", ["Zebra", "Ålder och lek", "Ängens vänner", "Öppen hall"]),
        ("-projekt", ["Öppen hall", "Ängens vänner", "Ålder och lek", "Zebra"]),
        ("period", ["Ålder och lek", "Öppen hall", "Ängens vänner", "Zebra"]),
        ("andel", ["Öppen hall", "Zebra", "Ålder och lek", "Ängens vänner"]),
        ("-andel", ["Ängens vänner", "Ålder och lek", "Zebra", "Öppen hall"]),
        ("tak", ["Ålder och lek", "Öppen hall", "Ängens vänner", "Zebra"]),
        ("-tak", ["Zebra", "Ängens vänner", "Öppen hall", "Ålder och lek"]),
    ],
)
def test_sorting(stage, sort, titles):
    assert shown(signed_in(stage.leader), sort=sort) == titles


def test_the_order_stands_in_links_that_keep_the_filter(stage):
    page = signed_in(stage.leader).get(reverse("project_list"), {"lage": "kommande"}).content.decode()
    for key in ("projekt", "period", "-andel", "-tak"):
        assert f"?lage=kommande&amp;sort={key}" in page
    for kind in ("csv", "xlsx"):
        assert f'href="/projekt.{kind}?lage=kommande"' in page


# ---- The state, by day


@pytest.mark.parametrize(
    ("day", "state", "said"),
    [
        (TODAY - DAY, ProjectState.RUNNING, "Inte påbörjat"),
        (TODAY, ProjectState.RUNNING, "Pågår"),
        (TODAY + DAY, ProjectState.RUNNING, "Slut, inte slutavräknat"),
        (TODAY + DAY, ProjectState.CLOSED, "Avslutat"),
        (TODAY, ProjectState.REVOKED, "Upphävt"),
    ],
)
def test_list_file_and_workroom_say_the_state_of_the_day(stage, day, state, said):
    Project.objects.filter(pk=stage.running.pk).update(state=state)
    person = pilots.writer(stage.running)
    with time_machine.travel(dt.datetime.combine(day, AT.timetz()), tick=False):
        client = signed_in(person)
        page, room = (client.get(url).content.decode() for url in (reverse("project_list"), stage.running.get_absolute_url()))
        [header, row] = lines(client)
    words = {"Inte påbörjat", "Pågår", "Slut, inte slutavräknat", "Avslutat", "Upphävt"}
    for text in (page, room):
        assert [word for word in words if f">{word}</span>" in text] == [said]
    assert row[header.index("Läge")] == said


@pytest.mark.parametrize("key", ["kommande", "pagar", "slutredovisas"])
def test_the_rows_behind_a_figure_say_the_state_that_the_figure_counts(stage, key):
    page = signed_in(stage.leader).get(f"/styrning/rader/projekt.lage.{key}.antal/")
    assert page.status_code == 200
    said = dict(Phase.choices)[key]
    rows = [row for row in page.content.decode().split("<tr")[1:] if "/projekt/" in row]
    assert rows
    assert [str(said) in row for row in rows] == [True] * len(rows)


# ---- Files


def test_a_row_of_the_file(stage):
    header, row = lines(signed_in(pilots.writer(stage.running)))
    assert dict(zip(header, row, strict=True)) == {
        "Diarienummer": "26RS0001",
        "Ärendenummer i Nyps": "20370001",
        "Titel": "Öppen hall",
        "Ägare": "Föreningen Ågränd",
        "Organisationsnummer": stage.owner.org_number,
        "Typ": "Pilotprojekt, beslutat på annat håll",
        "Läge": "Pågår",
        "Skyddsfaktorer": f"{stage.first.name}, {stage.second.name}",
        "Kommuner": Municipality.objects.get(pk=PLACE).name,
        "Börjar": str(TODAY),
        "Slutar": str(TODAY),
        "Andel, procent": "20,00",
        "Högst": "50000",
        "Utbetalt hittills": "0",
        "Adress": f"{settings.SITE_URL}{stage.running.get_absolute_url()}",
    }


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.PROCESS_LEADER, True),
        (Role.FINANCE_OFFICER, True),
        (Role.DECISION_MAKER, True),
        (Role.STEERING_GROUP, False),
        (Role.COMMUNICATIONS_OFFICER, False),
    ],
)
def test_what_has_been_paid_is_told_to_those_who_read_money(stage, role, may):
    table = lines(signed_in(make.officer(stage.programme, role)))
    assert ("Utbetalt hittills" in table[0], {len(row) for row in table}) == (may, {15 if may else 14})


def test_one_project_whose_money_is_closed_takes_the_column_away_for_all(stage):
    both = UserFactory(member_of=stage.foreign.owner, roles=[(stage.programme, Role.STEERING_GROUP)])
    table = lines(signed_in(both))
    assert (len(table), "Utbetalt hittills" in table[0]) == (6, False)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_a_formula(stage, start):
    Project.objects.filter(pk=stage.running.pk).update(title=f"{start}1+1", registry_number=f"{start}2")
    client = signed_in(pilots.writer(stage.running))
    assert lines(client)[1][:3:2] == [f"'{start}2", f"'{start}1+1"]
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(reverse("project_list_file", args=["xlsx"])).content)).active
    assert [(cell.data_type, cell.value[0]) for cell in sheet[2][:3:2]] == [("s", "'")] * 2


def test_other_formats_are_not_there(stage):
    assert signed_in(stage.leader).get(reverse("project_list_file", args=["pdf"])).status_code == 404


# ---- Questions


@pytest.mark.parametrize("query", ["", "?lage=pagar", "?sort=projekt", f"?q=a&kommun={PLACE}", "?faktor={}"])
def test_one_and_three_projects_ask_the_same_questions(stage, query):
    client = signed_in(pilots.writer(stage.running))
    url = reverse("project_list") + query.format(stage.first.key)
    one, page = questions(client, url)
    assert len(page.context["rows"]) == 1
    for _time in range(2):
        project = pilots.create_elsewhere(
            stage.programme, owner=stage.owner, by=stage.leader, at=AT, starts_on=TODAY, ends_on=TODAY
        )  # fmt: skip
        project.focus_areas.set([stage.first])
        project.municipalities.set([PLACE])
    three, page = questions(client, url)
    assert len(page.context["rows"]) == 3
    assert (len(one) == len(three), len(three) <= 12) == (True, True), three


def test_the_longest_way_asks_few_questions(stage):
    more(stage, HANDFUL)
    every = f"?q=e&lage=pagar&faktor={stage.first.key}&kommun={PLACE}&utlysning={stage.call.pk}&sort=projekt"
    for query in ("", every):
        asked, page = questions(signed_in(stage.leader), reverse("project_list") + query)
        assert page.context["form"] is not None
        assert len(asked) <= 12, asked


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_of_one_and_of_many_ask_the_same_questions(stage, kind):
    def asked(client):
        with CaptureQueriesContext(connection) as found:
            answer = client.get(reverse("project_list_file", args=[kind]))
            assert b"".join(answer.streaming_content if answer.streaming else [answer.content])
        return len(found)

    client = signed_in(pilots.writer(stage.running))
    asked(client)
    one = asked(client)
    for _time in range(2):
        pilots.create_elsewhere(stage.programme, owner=stage.owner, by=stage.leader, at=AT)
    assert (asked(client) == one, one <= 12) == (True, True)
