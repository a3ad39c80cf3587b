"""What the owner writes, what an officer publishes, and what the public sees of it: the published texts and nothing else."""

import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.programmes.models import Role
from kraftsamling.search import index
from pilots.actions import descriptions
from pilots.models import Continuation, Indicator, Project
from pilots.permissions import projects as permissions
from pilots.public_figures import outcomes_of, public_number, public_parts
from pilots.states import ProjectState
from tests.factories import grants as make
from tests.factories import pilots, reports
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory, UserFactory
from tests.grants import trail
from tests.grants.scene import EVERY_ROLE, again, people, questions, signed_in
from tests.kept import kept

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(pilots.CHANGING, tick=False):
        yield


def make_project():
    MunicipalityFactory()
    return pilots.create_elsewhere()


_project_once, project = kept(make_project)


def publisher(project):
    return make.officer(project.programme, Role.COMMUNICATIONS_OFFICER)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_who_may_describe_and_who_may_publish(project, role):
    person = people(project.programme, project.owner)[role]
    describes = role in {"member", Role.PROCESS_LEADER, Role.PROCESS_TEAM}
    publishes = role in {Role.PROCESS_LEADER, Role.COMMUNICATIONS_OFFICER}
    assert permissions.can_describe_project(person, project) == describes
    assert permissions.can_publish_project(person, project) == publishes
    assert permissions.can_register_project(person, project.programme) == (role == Role.PROCESS_LEADER)


def test_the_owner_describes_and_the_officers_facts_are_not_theirs_to_write(project):
    pilots.describe(project, direction_decision="Mitt eget.", registry_number="")
    kept = again(project)
    assert (kept.summary, kept.direction_decision, kept.registry_number, kept.revision) == (
        pilots.DESCRIBED["summary"], "", "26RS4711", 1,
    )  # fmt: skip
    pilots.describe(project, by=make.officer(project.programme), direction_decision="2024-02-09 § 2")
    assert again(project).direction_decision == "2024-02-09 § 2"


def test_what_became_of_it_is_the_officers_to_say_and_says_why(project):
    by, became = (
        make.officer(project.programme),
        {"continuation": Continuation.ORDINARY, "continuation_reason": "Kommunen betalar."},
    )
    pilots.describe(project, **became)
    assert again(project).continuation == ""
    with pytest.raises(TransitionRefused):
        pilots.describe(project, by=by, continuation=Continuation.ORDINARY, continuation_reason=" ")
    pilots.describe(project, by=by, **became)
    assert (again(project).continuation, again(project).continuation_reason) == ("ordinary", "Kommunen betalar.")


def test_what_became_of_it_by_the_page(project):
    url, owner = reverse("project_describe", args=[project.pk]), signed_in(pilots.writer(project))
    assert "continuation_reason" not in owner.get(url).content.decode()
    officer = signed_in(make.officer(project.programme))
    became = {"continuation": "ended", "continuation_reason": "<b>Ingen</b> frågade efter det."}
    wrong = officer.post(url, posted(project, continuation="ended"))
    assert (wrong.status_code, again(project).continuation) == (422, "")
    assert owner.post(url, posted(project, **became)).status_code == 302
    assert again(project).continuation == ""
    assert officer.post(url, posted(project, **became, revision=1)).status_code == 302
    page = owner.get(project.get_absolute_url()).content.decode()
    assert "Avslutades" in page
    assert "&lt;b&gt;Ingen&lt;/b&gt; frågade efter det." in page


def test_a_description_that_a_colleague_has_changed_is_not_overwritten(project):
    pilots.describe(project)
    with pytest.raises(LostRace):
        pilots.describe(project, revision=0, summary="Min.")
    assert again(project).summary == pilots.DESCRIBED["summary"]


def test_publishing_names_what_is_missing_with_the_summary_first(project):
    by = publisher(project)
    publish = lambda: descriptions.publish_project(project, revision=project.revision, by=by)  # noqa: E731
    with pytest.raises(TransitionRefused, match=r"en sammanfattning för allmänheten, målgruppen.*skyddsfaktorn, var"):
        publish()
    pilots.describe(project, summary=" ")
    with pytest.raises(TransitionRefused, match=r"saknar: en sammanfattning för allmänheten\.$"):
        publish()
    with pytest.raises(PermissionDenied):
        descriptions.publish_project(project, revision=project.revision, by=pilots.writer(project))


def test_what_is_published_is_what_was_read(project):
    pilots.describe(project)
    with pytest.raises(LostRace):
        descriptions.publish_project(project, revision=0, by=publisher(project))
    assert again(project).published_at is None


def test_the_public_reads_the_published_text_until_an_officer_publishes_again(project):
    by = publisher(project)
    since = trail.mark()
    pilots.publish(project, by=by)
    assert ("pilots.project.publish", by.pk) in trail.entries(since)
    page = Client().get(project.get_public_url())
    assert (page.status_code, page.cookies, pilots.DESCRIBED["summary"] in page.content.decode()) == (200, {}, True)

    reader = signed_in(UserFactory())  # gets nothing from the cache
    shows = lambda text: text in reader.get(project.get_public_url()).content.decode()  # noqa: E731
    pilots.describe(project, summary="Något helt annat.")
    assert (shows("Något helt annat."), shows(pilots.DESCRIBED["summary"])) == (False, True)
    descriptions.publish_project(project, revision=project.revision, by=by)
    assert (shows("Något helt annat."), shows(pilots.DESCRIBED["summary"])) == (True, False)
    assert again(project).is_published_as_it_stands


def test_the_public_page_shows_nobodys_name_and_nothing_of_the_case(project):
    descriptions.set_people(
        project, partners=[{"name": "Ungdomsgruppen", "part": "Hemlig del", "organisation": None}],
        team=[{"name": "Tove Almhage", "role": "Projektledare", "email": "tove@example.se"}], revision=0,
        by=pilots.writer(project),
    )  # fmt: skip
    pilots.publish(project, by=publisher(project))
    page = Client().get(project.get_public_url()).content.decode()
    assert "Ungdomsgruppen" in page
    for kept_back in ("Tove Almhage", "tove@example.se", "Hemlig del", "26RS4711", pilots.DESCRIBED["continuation_plan"]):
        assert kept_back not in page
    files = Client().get("/pilotprojekt.json").content.decode()
    assert "Tove" not in files
    assert "26RS4711" not in files


def test_taken_down_it_is_gone_at_once_and_keeps_its_address(project, django_capture_on_commit_callbacks):
    by = publisher(project)
    pilots.publish(project, by=by)
    url = project.get_public_url()
    assert Client().get(url).status_code == 200
    files = ["/pilotprojekt.json", "/pilotprojekt.xlsx"]
    before = [Client().get(file).content for file in files]
    with django_capture_on_commit_callbacks(execute=True):
        descriptions.unpublish_project(project, by=by)
    assert Client().get(url).status_code == 404
    assert json.loads(Client().get(files[0]).content) == {"projects": []}
    assert [Client().get(file).content == kept for file, kept in zip(files, before, strict=True)] == [False, False]
    assert "Unga i rörelse" not in Client().get("/pilotprojekt/").content.decode()
    with pytest.raises(TransitionRefused):
        descriptions.unpublish_project(project, by=by)
    descriptions.publish_project(project, revision=project.revision, by=by)
    assert project.get_public_url() == url


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("bound", "after", "state", "said"),
    [
        ("starts_on", -DAY, ProjectState.RUNNING, "Inte påbörjat"),
        ("starts_on", 0 * DAY, ProjectState.RUNNING, "Pågår"),
        ("ends_on", 0 * DAY, ProjectState.RUNNING, "Pågår"),
        ("ends_on", DAY, ProjectState.RUNNING, "Genomfört"),
        ("ends_on", DAY, ProjectState.CLOSED, "Avslutat"),
        ("starts_on", 0 * DAY, ProjectState.REVOKED, "Upphävt"),
    ],
)
def test_the_public_page_says_whether_it_has_begun_or_is_over(project, bound, after, state, said):
    pilots.publish(project, by=publisher(project))
    Project.objects.filter(pk=project.pk).update(state=state)
    noon = datetime.combine(getattr(project, bound) + after, time(12), tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        page = Client().get(project.get_public_url()).content.decode()
    words = {"Inte påbörjat", "Pågår", "Slut, inte slutavräknat", "Genomfört", "Avslutat", "Upphävt"}
    assert [word for word in words if f">{word}</span>" in page] == [said]


def test_nobody_puts_another_host_into_the_files_of_everybody(project, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    pilots.publish(project, by=publisher(project))
    for host in ("localhost:666", "testserver"):
        (row,) = json.loads(Client(HTTP_HOST=host).get("/pilotprojekt.json").content)["projects"]
        assert row["url"] == f"{settings.SITE_URL}{project.get_public_url()}"


def test_addresses_are_whole_words_and_never_shared():
    programme = make.officer(pilots.create_elsewhere().programme).roles.get().programme
    MunicipalityFactory()
    long = "Ett mycket långt namn på ett litet försök med cyklar och böcker på många platser i länet"
    slugs = []
    for title in ("Åäö & co", "Åäö & co", "???", long):
        made = pilots.create_elsewhere(programme, title=title)
        slugs.append(pilots.publish(made, by=make.officer(programme)).slug)
    assert slugs[:3] == ["aao-co", "aao-co-2", "projekt"]
    assert slugs[3] == "ett-mycket-langt-namn-pa-ett-litet-forsok-med-cyklar-och-bocker-pa"


def test_the_list_and_its_files_are_filtered_by_the_same_address(project):
    pilots.publish(project, by=publisher(project))
    other = pilots.create_elsewhere(project.programme, title="I hela länet")
    areas = list(project.programme.focus_areas.order_by("position"))
    pilots.describe(other, whole_county=True, municipalities=[], focus_areas=areas[1:2], main_focus_area=areas[1])
    descriptions.publish_project(other, revision=other.revision, by=publisher(project))

    def titles(query):
        rows = json.loads(Client().get(f"/pilotprojekt.json{query}").content)["projects"]
        page = Client().get(f"/pilotprojekt/{query}").context["page"].object_list
        csv = b"".join(Client().get(f"/pilotprojekt.csv{query}").streaming_content).decode()
        assert [row["title"] for row in rows] == [found.title for found in page]
        assert csv.count("\n") == len(rows) + 1
        return [row["title"] for row in rows]

    assert titles("") == ["I hela länet", "Unga i rörelse"]
    assert titles("?kommun=1880") == ["I hela länet", "Unga i rörelse"]
    assert titles("?faktor=familj") == ["Unga i rörelse"]
    assert titles("?faktor=skola") == ["I hela länet"]
    assert titles("?faktor=finns-inte") == []


def test_everybody_finds_a_published_project_and_nobody_the_others(project):
    visitor = UserFactory()
    found = lambda who, word: [row.url for row in index.find(who, word, pilots.CHANGING)]  # noqa: E731
    pilots.describe(project)
    assert found(visitor, "cyklar") == []
    pilots.publish(project, by=publisher(project))
    assert found(visitor, "cyklar") == [project.get_public_url()]
    assert found(visitor, "26RS4711") == []
    assert found(pilots.writer(project), "cyklar") == [project.get_absolute_url()]


def test_one_and_three_projects_ask_the_same_questions(project):
    pilots.publish(project, by=publisher(project))
    client = signed_in(UserFactory())
    one, _page = questions(client, reverse("public_project_list"))
    for title in ("Ett till", "Ännu ett"):
        pilots.publish(pilots.create_elsewhere(project.programme, title=title), by=publisher(project))
    three, page = questions(client, reverse("public_project_list"))
    assert (len(page.context["page"].object_list), len(one) == len(three), len(three) <= 12) == (3, True, True)


def test_nobody_handles_a_project_of_their_own_organisation(project):
    partner = OrganisationFactory()
    project.partners.create(name=partner.name, organisation=partner)
    of_partner = UserFactory(member_of=partner, roles=[(project.programme, Role.PROCESS_LEADER)])
    of_owner = UserFactory(member_of=project.owner, roles=[(project.programme, Role.PROCESS_LEADER)])
    assert list(Project.objects.visible_to(of_partner)) == []
    assert (permissions.can_publish_project(of_owner, project), permissions.is_member(of_owner, project)) == (False, True)


# ---- Pages


def posted(project, **changed):
    area = project.programme.focus_areas.order_by("position").first()
    typed = {name: value for name, value in pilots.DESCRIBED.items() if value is not False}
    return {**typed, "focus_areas": [area.pk], "main_focus_area": area.pk, "municipalities": ["1880"], "revision": 0, **changed}


def test_describing_by_the_page(project):
    client = signed_in(pilots.writer(project))
    url = reverse("project_describe", args=[project.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, posted(project)).status_code == 302
    lost = client.post(url, posted(project, summary="Min text."))
    assert (lost.status_code, "Min text." in lost.content.decode(), pilots.DESCRIBED["summary"] in lost.content.decode()) == (
        409, True, True,
    )  # fmt: skip
    assert client.post(url, posted(project, summary="Min text.", revision=1)).status_code == 302
    assert again(project).summary == "Min text."


@pytest.mark.parametrize(
    "text",
    ["Ring 19811228-9874 först.", "x" * 200_000, "Kim Exempelsson går i 6B på skolan."],
    ids=["identity number", "too long", "single child"],
)
def test_what_must_not_be_written_comes_back_with_the_text_kept(project, text):
    page = signed_in(pilots.writer(project)).post(reverse("project_describe", args=[project.pk]), posted(project, summary=text))
    assert (page.status_code, text[:60] in page.content.decode(), again(project).summary) == (422, True, "")


def test_hostile_text_is_shown_as_it_was_written(project):
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7 }}🦦'
    client = signed_in(pilots.writer(project))
    assert (
        client.post(reverse("project_describe", args=[project.pk]), posted(project, summary=f"\x00{hostile}")).status_code == 302
    )
    project.refresh_from_db()
    people_url = reverse("project_people", args=[project.pk])
    typed = {"revision": 1, "partner_1_name": hostile, "team_1_name": hostile, "team_1_role": hostile}
    assert client.post(people_url, typed).status_code == 302
    project.refresh_from_db()
    descriptions.publish_project(project, revision=project.revision, by=publisher(project))
    for url in (project.get_absolute_url(), people_url, project.get_public_url(), "/pilotprojekt/"):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "{{ 7 }}🦦" in page
    csv = b"".join(client.get("/pilotprojekt.csv").streaming_content).decode()
    assert hostile.replace('"', '""') in csv
    pilots.describe(project, summary="=1+1")
    descriptions.publish_project(project, revision=project.revision, by=publisher(project))
    assert "'=1+1" in b"".join(client.get("/pilotprojekt.csv").streaming_content).decode()


def test_partners_with_a_number_are_linked_and_empty_rows_are_nothing(project):
    known = OrganisationFactory()
    typed = {
        "revision": 0, "partner_1_name": "En känd", "partner_1_org_number": known.org_number, "partner_4_name": "En grupp",
        "team_2_name": "Tove Almhage", "team_2_role": "Leder",
    }  # fmt: skip
    client = signed_in(pilots.writer(project))
    url = reverse("project_people", args=[project.pk])
    assert client.post(url, typed).status_code == 302
    assert list(project.partners.order_by("pk").values_list("name", "organisation")) == [
        ("En känd", known.pk),
        ("En grupp", None),
    ]
    assert list(project.team.values_list("name", "role")) == [("Tove Almhage", "Leder")]
    wrong = client.post(url, {"revision": 1, "partner_1_part": "Utan namn", "team_1_name": "Utan roll"})
    assert (wrong.status_code, wrong.context["form"].errors.keys()) == (422, {"partner_1_name", "team_1_role"})


def test_text_of_who_was_logged_out_comes_back(project):
    url = reverse("project_describe", args=[project.pk])
    sent = Client().post(url, posted(project, summary="Skrivet länge."))
    assert sent.status_code == 302
    client = signed_in(pilots.writer(project))
    back = client.get(url + "?parkerad=" + sent["Location"].partition("parkerad%3D")[2])
    assert "Skrivet länge." in back.content.decode()


def test_publishing_by_the_page(project):
    pilots.describe(project)
    client = signed_in(publisher(project))
    assert "Ja, publicera" in client.get(project.get_absolute_url()).content.decode()
    client.post(reverse("project_publish", args=[project.pk]), {"revision": project.revision})
    assert again(project).published_at == pilots.CHANGING
    client.post(reverse("project_unpublish", args=[project.pk]))
    assert again(project).published_at is None


# ---- What the public may see of figures about people


@pytest.mark.parametrize(
    ("value", "people", "shown"),
    [(0, True, "0"), (1, True, "färre än 5"), (4, True, "färre än 5"), (5, True, "5"), (3, False, "3"), (None, True, "–")],
)
def test_small_numbers_of_people_are_hidden(value, people, shown):
    assert public_number(None if value is None else Decimal(value), concerns_people=people) == shown


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        ((22, 12, 10), ("22", "12", "10")),
        ((22, 19, 3), ("22", "–", "–")),
        ((22, 20, 0), ("22", "–", "–")),
        ((4, 2, 2), ("färre än 5", "–", "–")),
        ((22, None, None), ("22", "–", "–")),
        ((22, 22, 0), ("22", "22", "0")),
    ],
)
def test_a_hidden_part_cannot_be_counted_from_the_other(figures, shown):
    assert public_parts(*(None if figure is None else Decimal(figure) for figure in figures)) == shown


def test_the_public_page_tells_the_outcomes_of_approved_reports(project):
    girls = Indicator.objects.create(
        project=project, name="Unga som varit med", unit="personer", baseline=2, target=40, concerns_people=True
    )
    Indicator.objects.create(project=project, position=1, name="Nöjda", unit="procent", baseline=55, target=85)
    pilots.publish(project, by=publisher(project))
    url = project.get_public_url()
    report = project.reports.order_by("due_on").first()
    reports.create_submitted(report, **{f"outcome_{girls.pk}_women": "19", f"outcome_{girls.pk}_men": "3"})
    assert "Unga som varit med" not in Client().get(url).content.decode()
    cache.clear()
    with time_machine.travel(reports.REVIEWING, tick=False):
        reports.approve(report, by=make.officer(project.programme))
    asked, _page = questions(Client(), url)
    cache.clear()
    outcomes = Client().get(url).context["outcomes"]
    assert [(one.name, one.baseline, one.target, one.value, one.women, one.men) for one in outcomes] == [
        ("Unga som varit med", "färre än 5", "40", "22", "–", "–"), ("Nöjda", "55", "85", "22", "–", "–"),
    ]  # fmt: skip
    assert len(asked) <= 15


def test_the_newest_approved_outcome_stands_and_a_draft_tells_nothing(project):
    one = Indicator.objects.create(project=project, name="Träffar", unit="antal", target=30)
    first, second = project.reports.order_by("due_on")[:2]
    by = make.officer(project.programme)
    with time_machine.travel(reports.REVIEWING, tick=False):
        for report, value in ((first, "4"), (second, "9")):
            reports.create_submitted(report, **{f"outcome_{one.pk}_value": value})
            assert [told.value for told in outcomes_of(project)] != [value]
            reports.approve(report, by=by)
            assert [told.value for told in outcomes_of(project)] == [value]
