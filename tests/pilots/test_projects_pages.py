"""The pages of the workroom: timeline and calendar, history and comparison, changes from draft to decision, registering by hand."""

import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.home.waiting import waiting_for
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from pilots.actions import feeds
from pilots.comparison import compared
from pilots.models import ChangeRequest, Payout, Project
from pilots.timeline import days_of
from pilots.views.follow import SALT, feed_url
from tests.factories import applications, money, pilots
from tests.factories import grants as make
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory, UserFactory
from tests.grants.scene import again, fresh, questions, signed_in, told
from tests.pilots.test_projects_changes import spread

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(pilots.CHANGING, tick=False):
        yield


@pytest.fixture
def project():
    return pilots.create_elsewhere()


def decider(project):
    return make.officer(project.programme, Role.DECISION_MAKER, name="Be Slutar")


def url(name, target):
    return reverse(name, args=[target.pk])


# ---- Timeline and calendar


def with_dates(project):
    project.reports.exclude(number=1).delete()
    project.reports.update(due_on=dt.date(2027, 4, 30))
    Project.objects.filter(pk=project.pk).update(account=money.ACCOUNT)
    by = money.economist(project)
    money.create_advance(project, 50_000, by=by, at=pilots.ASKING)
    money.pay_all(project.programme, by=by, at=dt.datetime(2027, 3, 2, 9, tzinfo=STOCKHOLM))


def test_the_timeline_has_every_day_with_where_it_is_written(project):
    with_dates(project)
    days = days_of([project], pilots.writer(project))
    assert [(day.key.partition("-")[0], day.on) for day in days] == [
        ("start", dt.date(2027, 1, 15)), ("report", dt.date(2027, 4, 30)), ("end", dt.date(2027, 12, 31)),
        ("last", dt.date(2028, 1, 31)), ("recovery", dt.date(2037, 3, 2)),
    ]  # fmt: skip
    page = signed_in(pilots.writer(project)).get(url("project_timeline", project)).content.decode()
    assert [day.title in page and day.url in page for day in days] == [True] * 5


def test_what_the_owner_is_asked_to_answer_or_complete_stands_there_and_links_to_it(project):
    project.reports.all().delete()
    Project.objects.filter(pk=project.pk).update(account=money.ACCOUNT)
    by, on = money.economist(project), dt.date(2027, 4, 30)
    returned = money.create_sent_in(project, 1_000, at=pilots.ASKING)
    money.return_it(returned, by=by, at=pilots.ASKING)
    money.create_advance(project, 50_000, by=by, at=pilots.ASKING)
    money.pay_all(project.programme, by=by, at=pilots.ASKING)
    hearing = money.create_hearing(project, by=by, at=pilots.ASKING, due_on=on)
    returned.refresh_from_db()
    found = {day.key.partition("-")[0]: (day.on, day.url) for day in days_of([project], pilots.writer(project))}
    assert found["completion"] == (returned.return_due_on, returned.get_absolute_url())
    assert found["hearing"] == (on, hearing.get_absolute_url())
    assert not {"completion", "hearing"} & {
        day.key.partition("-")[0] for day in days_of([project], make.officer(project.programme, Role.STEERING_GROUP))
    }


def test_the_platforms_own_project_is_paid_by_nobody_and_asks_for_nothing(project):
    Project.objects.filter(pk=project.pk).update(kind="platform")
    keys = [day.key.partition("-")[0] for day in days_of([again(project)], decider(project))]
    assert ("last" in keys, "start" in keys, "end" in keys) == (False, True, True)


@pytest.mark.parametrize(
    ("paid_on", "last"),
    [
        (dt.date(2028, 2, 29), dt.date(2038, 2, 28)),
        (dt.date(2027, 3, 1), dt.date(2037, 3, 1)),
        (dt.date(2027, 12, 31), dt.date(2037, 12, 31)),
    ],
)
def test_each_payment_can_be_recovered_to_the_day_ten_years_after_it(project, paid_on, last):
    Project.objects.filter(pk=project.pk).update(account=money.ACCOUNT)
    by, at = money.economist(project), dt.datetime.combine(paid_on, dt.time(9), tzinfo=STOCKHOLM)
    money.create_advance(project, 50_000, by=by, at=pilots.ASKING - dt.timedelta(days=1))
    money.pay_all(project.programme, by=by, at=at)
    payout = Payout.objects.get()
    [day] = [day for day in days_of([project], pilots.writer(project)) if day.key == f"recovery-{payout.pk}"]
    assert (day.on, Payout.objects.get().recoverable_until_on) == (last, last)


def test_the_steering_group_sees_the_period_and_nothing_of_the_case(project):
    with_dates(project)
    steering = make.officer(project.programme, Role.STEERING_GROUP)
    assert [day.key.partition("-")[0] for day in days_of([project], steering)] == ["start", "end", "last"]


def test_the_last_request_follows_the_calls_rule():
    project = pilots.create_project()
    call = project.application.sketch.call
    call.final_report_months = 2
    call.save()
    project = Project.objects.with_details().get(pk=project.pk)
    found = {day.key.rpartition("-")[0]: (day.on, day.url) for day in days_of([project], pilots.writer(project))}
    assert found["last-request"] == (dt.date(2028, 2, 29), call.get_absolute_url())


def test_the_calendar_holds_whole_days_that_keep_their_names(project):
    with_dates(project)
    answer = signed_in(pilots.writer(project)).get(url("project_calendar", project))
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert answer["Cache-Control"] == "private, no-store"
    assert {(str(event["uid"]), event.decoded("dtstart")) for event in events} >= {
        (f"project-end-{project.pk}@kraftsamling", dt.date(2027, 12, 31))
    }
    assert all("Unga i rörelse" in str(event["summary"]) for event in events)


def test_a_feed_is_read_without_log_in_by_its_address_alone(project):
    writer = pilots.writer(project)
    path = feed_url(writer).partition("8000")[2] or feed_url(writer)
    path = "/" + path.partition("://")[2].partition("/")[2] if "://" in path else path
    answer = Client().get(path)
    assert (answer.status_code, b"Unga i r" in answer.content, answer.cookies) == (200, True, {})
    feeds.renew_feed(writer)
    assert Client().get(path).status_code == 404
    feeds.renew_feed(writer)
    assert writer.calendar_feed.number == 3


def test_a_feed_shows_what_the_person_may_read_now(project):
    member = UserFactory(member_of=project.owner)
    path = reverse("project_feed", args=[signing.dumps({"u": member.pk, "n": 1}, salt=SALT)])
    assert b"Unga i r" in Client().get(path).content
    member.memberships.all().delete()
    assert b"Unga i r" not in Client().get(path).content
    member.is_active = False
    member.save()
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", signing.dumps({"u": 1, "n": 1}, salt="something else")], ids=["typed", "foreign"])
def test_an_address_we_have_not_signed_is_not_found(project, token):
    assert Client().get(reverse("project_feed", args=[token])).status_code == 404


# ---- History and comparison


def test_two_budgets_are_compared_by_category_and_year():
    before, after = spread(staff=300_000, services=100_000), spread(staff=280_000, services=120_000)
    years, rows = compared(before, after)
    staff, services = rows[:2]
    assert years == [2027]
    assert [cell["change"] for cell in staff.cells] == ["\u221220\u00a0000"] * 2
    assert [cell["change"] for cell in services.cells] == ["+20\u00a0000"] * 2
    assert [[cell["change"] for cell in row.cells] for row in rows if row.is_sum] == [["", ""], ["", ""]]


def test_the_history_tells_who_what_when_and_on_what_ground(project):
    heir = OrganisationFactory(name="Nya ägaren")
    pilots.grant(pilots.ask(project, cap=Kronor(160_000), new_owner=heir), by=decider(project))
    client = signed_in(make.officer(project.programme))
    page = client.get(url("project_history", project)).content.decode()
    for part in (
        "150\u00a0000",
        "160\u00a0000",
        "Nya ägaren",
        "2027-03-09 § 4",
        "Be Slutar",
        "Före Dragande",
        "A27-",
        pilots.ELSEWHERE["decided_where"],
    ):
        assert part in page
    terms = client.get(url("project_terms", project) + "?fran=1&till=2").content.decode()
    assert ("150\u00a0000" in terms, "160\u00a0000" in terms) == (True, True)
    assert client.get(url("project_terms", project) + "?fran=x&till=99").status_code == 200


def test_terms_that_nobody_has_changed_are_shown_without_a_comparison(project):
    client = signed_in(make.officer(project.programme))
    page = client.get(url("project_terms", project)).content.decode()
    assert ("<h1>Villkoren</h1>" in page, 'name="fran"' in page) == (True, False)
    pilots.grant(pilots.ask(project, cap=Kronor(160_000)), by=decider(project))
    page = client.get(url("project_terms", project)).content.decode()
    assert ("<h1>Två versioner av villkoren</h1>" in page, 'name="fran"' in page) == (True, True)


def test_pages_of_the_workroom_ask_few_questions_however_many_versions(project):
    with_dates(project)
    maker, client = decider(project), signed_in(make.officer(project.programme))
    pages = ["project_detail", "project_timeline", "project_history", "project_terms", "change_list"]
    first = {name: len(questions(client, url(name, project))[0]) for name in pages}
    for n in range(3):
        pilots.grant(pilots.ask(again(project), cap=Kronor(151_000 + n)), by=maker)
    later = {name: len(questions(client, url(name, project))[0]) for name in pages}
    assert later == first
    assert max(first.values()) <= 15
    change = ChangeRequest.objects.latest("pk")
    asked, _page = questions(client, change.get_absolute_url())
    assert len(asked) <= 15


# ---- A change, from its first word to the decision


def test_a_change_from_the_first_word_to_new_terms(project):
    writer, maker = signed_in(pilots.writer(project)), signed_in(decider(project))
    begun = writer.post(url("change_begin", project))
    change = ChangeRequest.objects.get()
    assert begun["Location"] == url("change_edit", change)
    typed = {"reason": "Rekryteringen tog längre tid.", "ends_on": "2028-03-31", "cap": "", "groups_only": "on"}
    assert writer.post(url("change_edit", change), {**typed, "revision": 0})["Location"] == change.get_absolute_url()
    assert "Ja, skicka den" in writer.get(change.get_absolute_url()).content.decode()
    writer.post(url("change_send", change), {"revision": 1})
    assert again(change).state == "asked"

    page = maker.get(url("change_decide", change)).content.decode()
    assert "Rekryteringen tog längre tid." in page
    decision = {
        "outcome": "granted", "share": "40", "cap": "150000", "starts_on": "2027-01-15", "ends_on": "2028-03-31",
        "reasons": "Skälen räcker.", "deciding_body": "Nämnden", "decided_on": "2027-03-09", "minutes_item": "§ 4",
        "presenter": "Före", "terms": 1,
    }  # fmt: skip
    wrong = maker.post(url("change_decide", change), {**decision, "minutes_item": ""})
    assert (wrong.status_code, again(change).state) == (422, "asked")
    over = maker.post(url("change_decide", change), {**decision, "cap": "300000"})
    assert (over.status_code, "Lagen tillåter" in over.content.decode()) == (409, True)
    lost = maker.post(url("change_decide", change), {**decision, "terms": 9})
    assert (lost.status_code, again(change).state) == (302, "asked")
    assert maker.post(url("change_decide", change), decision).status_code == 302
    assert (again(project).ends_on, again(change).state) == (dt.date(2028, 3, 31), "decided")
    assert "Skälen räcker." in writer.get(change.get_absolute_url()).content.decode()


def test_a_refusal_by_the_page(project):
    change, maker = pilots.ask(project), signed_in(decider(project))
    decision = {
        "outcome": "refused", "share": "40", "cap": "150000", "starts_on": "2027-01-15", "ends_on": "2027-12-31",
        "reasons": "Det ryms inte.", "deciding_body": "Nämnden", "decided_on": "2027-03-09", "delegation_item": "4.2",
        "presenter": "Före", "terms": 1,
    }  # fmt: skip
    assert maker.post(url("change_decide", change), decision).status_code == 302
    assert (again(change).state, again(project).ends_on) == ("refused", dt.date(2027, 12, 31))


def test_a_new_budget_and_a_new_owner_are_taken_only_where_the_decision_says_so(project):
    heir = OrganisationFactory()
    wished = applications.budget_content(sought=250_000, own=250_000)
    change, maker = pilots.ask(project, new_owner=heir, budget=wished), signed_in(decider(project))
    decision = {
        "outcome": "granted", "share": "40", "cap": "150000", "starts_on": "2027-01-15", "ends_on": "2027-12-31",
        "reasons": "Ja.", "deciding_body": "Nämnden", "decided_on": "2027-03-09", "delegation_item": "4.2", "presenter": "Före",
        "terms": 1, "new_owner": "on",
    }  # fmt: skip
    before = project.budget_id
    assert maker.post(url("change_decide", change), decision).status_code == 302
    assert (again(project).owner, again(project).budget_id) == (heir, before)


def test_the_budget_editor_begins_with_the_budget_that_counts(project):
    change = pilots.begin(project)
    client = signed_in(pilots.writer(project))
    page = client.get(url("change_budget", change)).content.decode()
    assert "400 000" in page
    typed = applications.typed_budget(sought=150_000, own=250_000)
    assert client.post(url("change_budget", change), {**typed, "do": "save", "revision": 0}).status_code == 302
    lost = client.post(url("change_budget", change), {**typed, "b_c0_label": "Min rad", "do": "save", "revision": 0})
    assert (lost.status_code, "Min rad" in lost.content.decode()) == (409, True)
    assert client.post(url("change_budget", change), {**typed, "do": "add_year", "revision": 1}).status_code == 302
    assert (
        client.post(url("change_budget", change), {**typed, "do": "drop", "revision": 2})["Location"] == change.get_absolute_url()
    )
    assert again(change).content == {}


def test_a_small_move_is_told_on_the_page_and_cannot_be_sent():
    project = pilots.create_elsewhere(content=spread(staff=300_000, services=100_000))
    change, client = pilots.begin(project), signed_in(pilots.writer(project))
    typed = {
        **applications.typed_budget(), "b_c0_2027": "295000", "b_c1_category": "external_services", "b_c1_label": "Föreläsare",
        "b_c1_2027": "105000", "do": "save", "revision": 0,
    }  # fmt: skip
    client.post(url("change_budget", change), typed)
    page = client.get(url("change_budget", change)).content.decode()
    assert "behöver inget beslut" in page.lower() or "Den behöver inget beslut" in page
    client.post(url("change_edit", change), {"reason": "En liten flytt.", "revision": 1})
    answer = client.post(url("change_send", change), {"revision": again(change).revision})
    assert ("kräver inget beslut" in told(answer)[-1], again(change).state) == (True, "draft")


def test_a_change_in_two_windows_loses_nothing(project):
    change, client = pilots.begin(project), signed_in(pilots.writer(project))
    assert client.post(url("change_autosave", change), {"reason": "Ett.", "revision": 0}).json()["revision"] == 1
    lost = client.post(url("change_autosave", change), {"reason": "Två.", "revision": 0})
    assert (lost.status_code, lost.json()["conflict"]) == (409, True)
    page = client.post(url("change_edit", change), {"reason": "Två.", "revision": 0})
    assert (page.status_code, "Ett." in page.content.decode(), "Två." in page.content.decode()) == (409, True, True)
    assert again(change).content == {"reason": "Ett."}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"cap": "0"}, "cap"),
        ({"share": "61"}, "share"),
        ({"ends_on": "2027-01-01"}, "ends_on"),
        ({"owner_number": "802999-0000"}, "owner_number"),
        ({"reason": "Kim Exempelsson går i 6B på skolan."}, "groups_only"),
    ],
)
def test_what_is_wrong_is_named_and_kept(project, typed, field):
    change, client = pilots.begin(project), signed_in(pilots.writer(project))
    client.post(url("change_edit", change), {"reason": "Därför.", **typed, "revision": 0})
    page = client.get(url("change_edit", change))
    assert field in page.context["form"].errors
    answer = client.post(url("change_send", change), {"revision": 1})
    assert (again(change).state, answer.status_code) == ("draft", 302)


def test_hostile_text_in_a_change_is_shown_as_it_was_written(project):
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7 }}🦦'
    change = pilots.ask(project, reason=hostile, **pilots.LONGER)
    pilots.grant(change, by=decider(project), reasons=hostile, deciding_body=hostile[:100], presenter=hostile[:100])
    client = signed_in(pilots.writer(project))
    for address in (change.get_absolute_url(), url("change_list", project), url("project_history", project)):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page


# ---- What waits


def test_what_waits_for_whom(project):
    MunicipalityFactory()
    maker, writer = decider(project), pilots.writer(project)
    publisher = make.officer(project.programme, Role.COMMUNICATIONS_OFFICER)
    titles = lambda who: [task.title for task in waiting_for(fresh(who), at=pilots.CHANGING) if "Unga i rörelse" in task.title]  # noqa: E731
    assert titles(writer) == ["Skriv en sammanfattning för allmänheten: ”Unga i rörelse”"]
    pilots.describe(project)
    assert (titles(writer), titles(publisher)) == ([], ["Publicera sidan för ”Unga i rörelse”"])
    change = pilots.begin(project)
    assert titles(writer) == ["Skriv klart och skicka ändringen av ”Unga i rörelse”"]
    pilots.ask_from(change)
    assert (titles(writer), titles(maker)) == ([], ["Besluta om en ändring av ”Unga i rörelse”"])


# ---- Registered by hand


def typed_project(owner, **changed):
    return {
        "title": "Läsecirklar", "owner_number": owner.org_number, "external_case_id": "20371234", "registry_number": "",
        "decided_where": "Regiondirektören 2026-11-20", "share": "40", "cap": "150 000", "starts_on": "2027-01-15",
        "ends_on": "2027-12-31", **applications.typed_budget(), "do": "register", **changed,
    }  # fmt: skip


def test_registering_by_the_page():
    owner = OrganisationFactory()
    leader = make.officer(pilots.create_elsewhere().programme)
    client, address = signed_in(leader), reverse("project_register")
    assert client.get(address).status_code == 200
    counted = client.post(address, typed_project(owner, do="add_cost-travel"))
    assert (counted.status_code, "Läsecirklar" in counted.content.decode(), Project.objects.count()) == (200, True, 1)
    made = client.post(address, typed_project(owner))
    project = Project.objects.get(title="Läsecirklar")
    assert made["Location"] == project.get_absolute_url()
    assert (project.kind, project.owner, project.cap, project.share, project.entered_by) == (
        "elsewhere", owner, Kronor(150_000), Decimal(40), leader,
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "public"), [(OrganisationKind.MUNICIPALITY, "1"), (OrganisationKind.ASSOCIATION, "0")])
def test_what_the_owner_pays_is_public_money_where_the_owner_is(kind, public):
    owner = OrganisationFactory(kind=kind)
    client = signed_in(make.officer(pilots.create_elsewhere().programme))
    typed = {name: value for name, value in typed_project(owner).items() if not name.startswith("b_f")}
    page = client.post(reverse("project_register"), {**typed, "do": "add_financing-own"}).content.decode()
    chosen = re.search(r'<select[^>]*name="b_f0_public".*?</select>', page, re.DOTALL)[0]
    assert f'value="{public}" selected' in chosen


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"cap": "0"}, "cap"),
        ({"owner_number": "802999-0000"}, "owner_number"),
        ({"external_case_id": ""}, "registry_number"),
        ({"ends_on": "2027-01-01"}, "ends_on"),
        ({"share": "70"}, "share"),
        ({"cap": "200 001"}, "cap"),
    ],
)
def test_what_is_wrong_in_a_registration_is_named(changed, field):
    owner = OrganisationFactory()
    page = signed_in(make.officer(pilots.create_elsewhere().programme)).post(
        reverse("project_register"), typed_project(owner, **changed)
    )
    assert (page.status_code in {409, 422}, field in page.context["form"].errors, Project.objects.count()) == (True, True, 1)


def test_a_registration_without_budget_says_so():
    owner = OrganisationFactory()
    typed = {name: value for name, value in typed_project(owner).items() if not name.startswith("b_")}
    page = signed_in(make.officer(pilots.create_elsewhere().programme)).post(reverse("project_register"), typed)
    assert (page.status_code, bool(page.context["remaining"])) == (422, True)
