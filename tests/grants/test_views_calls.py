import datetime as dt
import io
import re

import icalendar
import openpyxl
import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from grants import actions
from grants.models import Call, DeadlineExtension, QuestionKind
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from kraftsamling.search import index
from tests.factories import grants as make
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.grants.scene import told
from tests.grants.trail import everything

pytestmark = pytest.mark.django_db

XSS = "<script>alert(1)</script>"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(make.DURING, tick=False):
        yield


@pytest.fixture
def leader():
    return make.officer(ProgrammeFactory())


@pytest.fixture
def programme(leader):
    return leader.roles.get().programme


@pytest.fixture
def call(programme, leader):
    return make.create_published_call(programme, by=leader)


@pytest.fixture
def draft(programme, leader):
    return make.create_call(programme, by=leader, title="Hemligt utkast")


@pytest.fixture
def officer(client, leader):
    client.force_login(leader)
    return client


def url(name, call, *more):
    return reverse(name, args=[call.slug, *more])


def filled(form, **changes):
    """What a browser would send back from the form as it was shown, with some fields written anew."""
    data = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, (list, tuple)):
            data[bound.html_name] = [str(item) for item in value]
        elif isinstance(value, bool):
            data.update({bound.html_name: "on"} if value else {})
        elif value is not None:
            shown = bound.field.widget.format_value(value)
            data[bound.html_name] = "" if shown is None else str(shown[0] if isinstance(shown, list) else shown)
    data.update(changes)
    return {name: value for name, value in data.items() if value is not None}


def edit(client, call, **changes):
    form = client.get(url("call_edit", call)).context["form"]
    return client.post(url("call_edit", call), filled(form, revision=call.revision, **changes))


# ---- Who reaches what


OFFICER_PAGES = ["call_edit", "call_criteria", "call_questions", "call_answers", "call_extension"]
OFFICER_POSTS = ["call_publish", "call_cancel", "call_clone"]
STRANGERS = ["member", "reviewer", "decision maker", "officer of another programme"]


def stranger(who, programme):
    return {
        "member": lambda: UserFactory(member_of=OrganisationFactory()),
        "reviewer": lambda: make.officer(programme, Role.REVIEWER),
        "decision maker": lambda: make.officer(programme, Role.DECISION_MAKER),
        "officer of another programme": lambda: make.officer(ProgrammeFactory()),
    }[who]()


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("is_draft", [True, False])
def test_the_officers_pages_are_not_there_for_others(client, programme, leader, who, is_draft):
    call = (make.create_call if is_draft else make.create_published_call)(programme, by=leader)
    answer = actions.answer_question(call, question="Får vi?", answer="Ja.", by=leader)
    client.force_login(stranger(who, programme))
    before = everything()
    assert {name: client.get(url(name, call)).status_code for name in OFFICER_PAGES} == dict.fromkeys(OFFICER_PAGES, 404)
    posts = {name: client.post(url(name, call), {"title": "x"}).status_code for name in [*OFFICER_PAGES, *OFFICER_POSTS]}
    assert posts == dict.fromkeys([*OFFICER_PAGES, *OFFICER_POSTS], 404)
    assert client.post(url("call_answer_remove", call, answer.pk)).status_code == 404
    assert everything() == before


def test_the_officers_pages_ask_for_log_in(client, call):
    for name in OFFICER_PAGES:
        assert client.get(url(name, call))["Location"] == f"{reverse('account_login')}?next={url(name, call)}"
    for name in OFFICER_POSTS:
        assert client.post(url(name, call))["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("role", [Role.PROCESS_LEADER, Role.PROCESS_TEAM])
def test_officers_reach_every_page_of_a_draft_and_of_a_published_call(client, programme, call, draft, role):
    client.force_login(make.officer(programme, role))
    for one in (call, draft):
        assert [client.get(url(name, one)).status_code for name in OFFICER_PAGES] == [200] * 5
    assert client.get(reverse("call_create")).status_code == 200


@pytest.mark.parametrize("name", OFFICER_POSTS)
def test_what_changes_is_never_done_by_a_link(officer, draft, name):
    assert officer.get(url(name, draft)).status_code == 405


def test_the_answer_of_another_call_is_not_taken_away_through_this_one(officer, call, leader):
    other = make.create_published_call()
    foreign = actions.answer_question(other, question="Annan", answer="Ja.", by=other.created_by)
    assert officer.post(url("call_answer_remove", call, foreign.pk)).status_code == 404
    assert other.answers.count() == 1


# ---- The public


def test_the_list_shows_open_coming_and_closed_calls_and_no_drafts(client, programme, leader, draft):
    def published(title, days):
        move = dt.timedelta(days=days)  # a closed call: it closed on 16 September, four days before today
        return make.create_published_call(
            programme, by=leader, title=title, opens_at=make.OPENS + move, closes_at=make.CLOSES + move,
            review_due_at=make.REVIEW_DUE + move, application_due_at=make.APPLICATION_DUE + move,
        )  # fmt: skip

    closed, now, coming = published("Stängd", -15), published("Öppen", 0), published("Kommande", 30)
    cancelled = published("Inställd", 0)
    actions.cancel_call(cancelled, by=leader)
    page = client.get(reverse("call_list"))
    assert page.status_code == 200
    html = page.content.decode()
    assert [title in html for title in ("Öppen", "Kommande", "Stängd", "Hemligt utkast", "Inställd")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    client.force_login(UserFactory())
    context = client.get(reverse("call_list")).context
    names = ("open_calls", "coming_calls", "closed_calls", "drafts")
    assert [list(context[name]) for name in names] == [[now], [coming], [closed], []]
    client.force_login(leader)
    assert list(client.get(reverse("call_list")).context["drafts"]) == [draft]


@pytest.mark.parametrize("who", ["nobody", *STRANGERS])
def test_a_draft_is_invisible_to_the_public_and_to_applicants(client, programme, draft, who):
    if who != "nobody":
        client.force_login(stranger(who, programme))
    seen = 200 if who == "decision maker" else 404
    assert client.get(draft.get_absolute_url()).status_code == seen
    assert client.get(url("call_calendar", draft)).status_code == 404
    assert client.get(url("sketch_start", draft)).status_code == (302 if who == "nobody" else 404)
    for address in (reverse("call_list"), reverse("call_list_file", args=["csv"])):
        response = client.get(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert draft.title not in body.decode()


def test_a_draft_is_not_found_by_search_until_it_is_published(draft, leader):
    member = UserFactory()
    assert list(index.find(member, "Hemligt", make.DURING)) == []
    actions.publish_call(draft, by=leader, at=make.PREPARED)
    assert [entry.title for entry in index.find(member, "Hemligt", make.DURING)] == ["Hemligt utkast"]


def test_officers_preview_a_draft_as_the_public_will_see_it(officer, draft):
    page = officer.get(draft.get_absolute_url())
    html = page.content.decode()
    assert (page.status_code, page.context["is_draft"], page.context["is_open"]) == (200, True, False)
    assert (escape(draft.purpose) in html, _("Preview.") in html, url("sketch_start", draft) in html) == (True, True, False)


def test_an_unfinished_draft_can_be_previewed(officer, programme, leader):
    bare = actions.create_call(programme, title="Bara titel", by=leader)
    assert officer.get(bare.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("at", "can_start"),
    [(make.OPENS - DAY, False), (make.OPENS, True), (make.CLOSES - dt.timedelta(seconds=1), True), (make.CLOSES, False)],
)
def test_the_page_leads_to_the_form_only_while_the_call_is_open(client, call, at, can_start):
    with time_machine.travel(at, tick=False):
        page = client.get(call.get_absolute_url())
    assert (page.status_code, url("sketch_start", call) in page.content.decode()) == (200, can_start)


def main_actions(client, call):
    page = client.get(call.get_absolute_url()).content.decode()
    return re.findall(r'<a class="(btn[ a-z]*)" href="([^"]+)"', page.partition('class="main-action"')[2].partition("</div>")[0])


def test_those_who_run_the_call_are_led_to_the_sketches_and_write_one_only_for_a_house_of_their_own(client, call, leader):
    compare, edit, write = url("board_detail", call), url("call_edit", call), url("sketch_start", call)
    assert main_actions(client, call) == [("btn", write)]
    client.force_login(leader)
    assert main_actions(client, call) == [("btn", compare), ("btn quiet", edit)]
    client.force_login(UserFactory(member_of=OrganisationFactory(), name="Med Lem"))
    assert main_actions(client, call) == [("btn", write)]
    OrganisationFactory().memberships.create(user=leader)
    client.force_login(leader)
    assert main_actions(client, call) == [("btn", compare), ("btn quiet", write), ("btn quiet", edit)]


def test_a_cancelled_call_says_so(client, call, leader):
    actions.cancel_call(call, by=leader)
    page = client.get(call.get_absolute_url())
    assert (page.status_code, _("The call has been cancelled.") in page.content.decode()) == (200, True)
    assert url("sketch_start", call) not in page.content.decode()


def test_the_page_shows_limits_criteria_questions_and_contact(client, call, leader):
    actions.answer_question(call, question="Får en kommun söka två gånger?", answer="Ja, det går bra.", by=leader)
    html = client.get(call.get_absolute_url()).content.decode()
    shown = [
        call.summary, call.purpose, call.eligibility, call.funder, call.contact_email, "Får en kommun söka två gånger?",
        "Ja, det går bra.", *call.criteria.values_list("name", flat=True),
        f'{_("Kinds of organisations:")} {", ".join(kind.lower() for kind in call.eligible_kind_labels)}.',
    ]  # fmt: skip
    assert [text for text in shown if escape(text) not in html] == []
    assert "kl.\u00a016.00" in html.replace("kl. 16.00", "kl.\u00a016.00")


def test_no_text_of_the_call_runs_as_code(officer, call, draft, leader):
    texts = dict.fromkeys(
        ["title", "summary", "purpose", "not_funded", "eligibility", "how_assessed", "funder", "contact_name", "contact_phone"],
        XSS,
    )
    actions.edit_call(draft, values=dict(texts), revision=draft.revision, by=leader)
    actions.set_criteria(draft, criteria=[{"name": XSS, "description": XSS, "weight": 1, "levels": [XSS] * 6}], by=leader)
    actions.set_questions(
        draft, questions=[{"label": XSS, "help_text": XSS, "kind": QuestionKind.CHOICE, "choices": [XSS, XSS]}], by=leader
    )
    actions.answer_question(draft, question=XSS, answer=XSS, by=leader)
    pages = [draft.get_absolute_url(), reverse("call_list"), *(url(name, draft) for name in OFFICER_PAGES)]
    assert [address for address in pages if XSS in officer.get(address).content.decode()] == []


def test_no_cookie_is_set_for_the_public(client, call):
    for address in (
        reverse("call_list"),
        call.get_absolute_url(),
        url("call_calendar", call),
        reverse("call_list_file", args=["csv"]),
    ):
        assert client.get(address).cookies == {}


# ---- Files


def test_the_list_as_csv(client, call):
    response = client.get(reverse("call_list_file", args=["csv"]))
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "text/csv; charset=utf-8", 'attachment; filename="utlysningar.csv"'
    )  # fmt: skip
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0].startswith("\ufeff")
    assert lines[1:] == ["Pilotprojekt;2026-09-01 09:00;2026-10-01 16:00;1000000;100000;300000;50,00"]


def test_the_list_as_xlsx_with_a_title_that_looks_like_a_formula(client, programme, leader):
    make.create_published_call(programme, by=leader, title="=1+1")
    response = client.get(reverse("call_list_file", args=["xlsx"]))
    assert response["Content-Disposition"] == 'attachment; filename="utlysningar.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    [row] = list(sheet.iter_rows(min_row=2))
    assert [cell.value for cell in row] == [
        "'=1+1", dt.datetime(2026, 9, 1, 9), dt.datetime(2026, 10, 1, 16), 1_000_000, 100_000, 300_000, 50
    ]  # fmt: skip
    assert row[0].data_type == "s"


@pytest.mark.parametrize("kind", ["pdf", "CSV", "html", "csv.exe"])
def test_the_list_in_a_format_that_is_not_there(client, kind):
    assert client.get(f"/utlysningar.{kind}").status_code == 404


def test_the_calendar_file_holds_the_moments_in_swedish_time(client, call):
    response = client.get(url("call_calendar", call))
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "text/calendar; charset=utf-8", f'attachment; filename="{call.slug}.ics"'
    )  # fmt: skip
    calendar = icalendar.Calendar.from_ical(response.content)
    events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert sorted(events) == sorted(f"{call.slug}-{key}@kraftsamling" for key in ("opens", "closes", "applications"))
    closes = events[f"{call.slug}-closes@kraftsamling"]
    assert closes["DTEND"].dt == dt.datetime(2026, 10, 1, 16, tzinfo=STOCKHOLM)
    assert str(closes["SUMMARY"]) == _("Last moment for sketches: %(title)s") % {"title": call.title}
    assert str(closes["URL"]) == f"{settings.SITE_URL}{call.get_absolute_url()}"
    assert events[f"{call.slug}-applications@kraftsamling"]["DTEND"].dt == dt.datetime(2026, 12, 1, 16, tzinfo=STOCKHOLM)
    assert len(calendar.walk("VTIMEZONE")) == 1


def test_nobody_puts_another_host_into_the_calendar_file_of_everybody(call, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    for host in ("localhost:666", "testserver"):
        calendar = icalendar.Calendar.from_ical(Client(HTTP_HOST=host).get(url("call_calendar", call)).content)
        assert {str(event["URL"]) for event in calendar.walk("VEVENT")} == {f"{settings.SITE_URL}{call.get_absolute_url()}"}


# ---- Prepare


def test_create_a_call_through_the_form(officer, programme, leader):
    response = officer.post(reverse("call_create"), {"title": "Vår 2027", "programme": programme.pk})
    call = Call.objects.get()
    assert (response["Location"], call.title, call.programme, call.created_by) == (
        url("call_edit", call),
        "Vår 2027",
        programme,
        leader,
    )


@pytest.mark.parametrize("data", [{"title": ""}, {"title": "x" * 141}, {"title": "Barn 19811228-9874"}])
def test_create_refuses(officer, programme, data):
    response = officer.post(reverse("call_create"), {"programme": programme.pk, **data})
    assert (response.status_code, list(response.context["form"].errors), Call.objects.count()) == (200, ["title"], 0)


def test_create_in_a_programme_of_others_is_refused(officer):
    response = officer.post(reverse("call_create"), {"title": "Ny", "programme": ProgrammeFactory().pk})
    assert (list(response.context["form"].errors), Call.objects.count()) == (["programme"], 0)


@pytest.mark.parametrize("method", ["get", "post"])
def test_create_is_for_officers_alone(client, programme, method):
    client.force_login(make.officer(programme, Role.REVIEWER))
    assert getattr(client, method)(reverse("call_create")).status_code == 403


def test_the_form_sends_back_what_it_shows_and_nothing_changes(officer, draft):
    before = Call.objects.values().get(pk=draft.pk)
    assert edit(officer, draft).status_code == 302
    after = Call.objects.values().get(pk=draft.pk)
    kinds = before.pop("eligible_kinds"), after.pop("eligible_kinds")
    assert (before | {"revision": before["revision"] + 1}, sorted(kinds[0])) == (after, sorted(kinds[1]))


def test_edit_changes_fields_and_frames(officer, draft):
    response = edit(
        officer, draft, title="Ny titel", closes_at="2026-10-02T12:30", smallest_grant="50 000", highest_share="40",
        frame_1_year="2027", frame_1_amount="600 000", frame_2_year="2028", frame_2_amount="400 000,50",
        eligible_kinds=[OrganisationKind.REGION],
    )  # fmt: skip
    draft.refresh_from_db()
    assert (response["Location"], draft.title, draft.smallest_grant, draft.highest_share) == (
        url("call_edit", draft),
        "Ny titel",
        Kronor(50_000),
        40,
    )
    assert (draft.closes_at, draft.eligible_kinds) == (dt.datetime(2026, 10, 2, 12, 30, tzinfo=STOCKHOLM), ["region"])
    assert list(draft.frames.order_by("year").values_list("year", "amount")) == [
        (2027, Kronor(600_000)),
        (2028, Kronor("400000.50")),
    ]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"title": ""}, ["title"]),
        ({"title": "x" * 141}, ["title"]),
        ({"summary": "x" * 401}, ["summary"]),
        ({"smallest_grant": "-1"}, ["smallest_grant"]),
        ({"largest_grant": "1e9"}, ["largest_grant"]),
        ({"largest_grant": "99 999"}, ["largest_grant"]),
        ({"highest_share": "60,01"}, ["highest_share"]),
        ({"highest_share": "0"}, ["highest_share"]),
        ({"highest_share": ""}, ["highest_share"]),
        ({"lowest_own_share": "100,01"}, ["lowest_own_share"]),
        ({"lowest_own_share": "-1"}, ["lowest_own_share"]),
        ({"indirect_rate": "100,01"}, ["indirect_rate"]),
        ({"indirect_rate": "-1"}, ["indirect_rate"]),
        ({"closes_at": "2026-09-01T09:00"}, ["closes_at"]),
        ({"closes_at": "i höst"}, ["closes_at"]),
        ({"closes_at": "2027-03-28T02:30"}, ["closes_at"]),
        ({"period_ends_on": "2027-01-01"}, ["period_ends_on"]),
        ({"frame_1_year": ""}, ["frame_1_year"]),
        ({"frame_2_year": "2027", "frame_2_amount": "1"}, ["frame_2_year"]),
        ({"frame_1_year": "1999"}, ["frame_1_year"]),
        ({"frame_1_amount": "-1"}, ["frame_1_amount"]),
        ({"eligible_kinds": ["person"]}, ["eligible_kinds"]),
        ({"contact_email": "ingen"}, ["contact_email"]),
        ({"purpose": "Om barn 19811228-9874"}, ["purpose"]),
    ],
)
def test_edit_refuses_with_words_at_the_field(officer, draft, changes, wrong):
    before = everything()
    response = edit(officer, draft, **changes)
    assert (response.status_code, list(response.context["form"].errors)) == (200, wrong)
    assert everything() == before


def test_the_factors_of_another_programme_cannot_be_chosen(officer, draft):
    foreign = ProgrammeFactory().focus_areas.first()
    response = edit(officer, draft, focus_areas=[str(foreign.pk)])
    assert list(response.context["form"].errors) == ["focus_areas"]


def test_edit_from_an_older_window_keeps_what_was_typed_on_the_page(officer, draft, leader):
    form = officer.get(url("call_edit", draft)).context["form"]
    data = filled(form, revision=draft.revision, summary="Den andras text")
    actions.edit_call(draft, values={"summary": "Den enas"}, revision=draft.revision, by=leader)
    response = officer.post(url("call_edit", draft), data)
    draft.refresh_from_db()
    assert (response.status_code, draft.summary, response.context["form"]["summary"].value()) == (
        409,
        "Den enas",
        "Den andras text",
    )
    again = officer.post(url("call_edit", draft), data)
    draft.refresh_from_db()
    assert (again.status_code, draft.summary) == (409, "Den enas")


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "9" * 5000, "²", "٣"])
def test_a_revision_that_is_none_is_an_older_window(officer, draft, revision):
    form = officer.get(url("call_edit", draft)).context["form"]
    assert officer.post(url("call_edit", draft), filled(form, revision=revision, summary="Ny")).status_code == 409


def test_a_published_call_keeps_its_rules_through_the_form(officer, call):
    response = edit(officer, call, largest_grant="400 000")
    call.refresh_from_db()
    assert (response.status_code, call.largest_grant) == (409, Kronor(300_000))


def test_a_published_call_takes_new_texts_and_a_later_closing_through_the_form(officer, call):
    response = edit(officer, call, purpose="Tydligare", closes_at="2026-10-05T16:00")
    call.refresh_from_db()
    assert (response.status_code, call.purpose, call.closes_at) == (
        302,
        "Tydligare",
        dt.datetime(2026, 10, 5, 16, tzinfo=STOCKHOLM),
    )


def test_a_published_call_does_not_close_earlier_through_the_form(officer, call):
    response = edit(officer, call, closes_at="2026-10-01T15:59")
    call.refresh_from_db()
    assert (response.status_code, call.closes_at) == (409, make.CLOSES)


def test_publish_through_the_page_and_what_is_missing_is_named(officer, draft, leader, programme):
    bare = actions.create_call(programme, title="Bara titel", by=leader)
    missing = officer.get(url("call_edit", bare)).context["missing"]
    response = officer.post(url("call_publish", bare))
    assert (response["Location"], told(response)) == (
        url("call_edit", bare), [_("The call cannot be published yet: %(what)s") % {"what": " ".join(row.message for row in missing)}]
    )  # fmt: skip
    assert officer.post(url("call_publish", draft))["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert (draft.state, draft.published_by) == ("published", leader)


@pytest.mark.parametrize("name", ["call_publish", "call_cancel"])
def test_the_process_team_publishes_and_cancels_nothing(client, programme, draft, name):
    client.force_login(make.officer(programme, Role.PROCESS_TEAM))
    before = everything()
    assert client.post(url(name, draft)).status_code == 403
    assert everything() == before


def test_cancel_through_the_page(officer, call):
    assert officer.post(url("call_cancel", call))["Location"] == url("call_edit", call)
    call.refresh_from_db()
    assert call.state == "cancelled"


def test_clone_through_the_page_also_of_a_long_title(officer, programme, leader):
    call = make.create_call(programme, by=leader, title="x" * 140)
    response = officer.post(url("call_clone", call))
    copy = Call.objects.exclude(pk=call.pk).get()
    assert (response["Location"], copy.state, copy.title) == (
        url("call_edit", copy), "draft", _("Copy of %(title)s") % {"title": "x" * 120}
    )  # fmt: skip


def formset(rows, initial=0):
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": initial, "form-MIN_NUM_FORMS": 0, "form-MAX_NUM_FORMS": 1000}
    return data | {f"form-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def test_criteria_are_changed_added_and_taken_away_through_the_page(officer, draft):
    names = list(draft.criteria.order_by("position").values_list("name", flat=True))
    rows = [filled_row(form) for form in officer.get(url("call_criteria", draft)).context["forms"]]
    rows[0]["name"], rows[0]["weight"] = "Först", "7"
    rows[1]["name"] = rows[1]["description"] = ""
    rows[-1].update({"name": "Ny", "description": "Sist", "level_5": "Mycket"})
    assert officer.post(url("call_criteria", draft), formset(rows, len(names))).status_code == 302
    assert list(draft.criteria.order_by("position").values_list("name", flat=True)) == ["Först", *names[2:], "Ny"]
    first, last = draft.criteria.order_by("position").first(), draft.criteria.order_by("position").last()
    assert (first.weight, last.levels) == (7, ["", "", "", "", "", "Mycket"])


def filled_row(form):
    return {bound.name: "" if bound.value() is None else bound.value() for bound in form}


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ({"name": "Utan", "description": "", "weight": "1"}, ["description"]),
        ({"name": "", "description": "Utan namn", "weight": "1"}, ["name"]),
        ({"name": "A", "description": "B", "weight": "0"}, ["weight"]),
        ({"name": "A", "description": "B", "weight": "11"}, ["weight"]),
        ({"name": "x" * 101, "description": "B", "weight": "1"}, ["name"]),
    ],
)
def test_criteria_refuse_with_words_at_the_field(officer, draft, row, wrong):
    before = everything()
    response = officer.post(url("call_criteria", draft), formset([row]))
    assert (response.status_code, list(response.context["forms"][0].errors), everything() == before) == (200, wrong, True)


def test_criteria_and_questions_of_a_published_call_stand_through_the_page(officer, call):
    before = everything()
    officer.post(url("call_criteria", call), formset([{"name": "A", "description": "B", "weight": "1"}]))
    officer.post(url("call_questions", call), formset([{"label": "Vad?", "step": "sketch", "kind": "short_text"}]))
    assert everything() == before


@pytest.mark.parametrize("name", ["call_criteria", "call_questions"])
def test_the_rows_of_a_published_call_are_shown_and_cannot_be_typed_in(officer, call, draft, name):
    typed, stands = (officer.get(url(name, each)).content.decode() for each in (draft, call))
    locked, one_more = '<fieldset class="form-rows" disabled>', f"<h3>{_('A new one')}</h3>"
    assert ((locked in typed, one_more in typed), (locked in stands, one_more in stands)) == ((False, True), (True, False))


def test_only_what_may_be_left_out_of_a_row_is_marked_so(officer, draft):
    optional = f'<span class="optional">({_("optional")})</span>'
    assert optional not in officer.get(url("call_criteria", draft)).content.decode()
    page = officer.get(url("call_questions", draft)).content.decode()
    marked = re.findall(r'<label for="id_form-0-([a-z_]+)">[^<]*<span class="optional">', page)
    assert marked == ["word_limit", "help_text", "choices"]


def test_questions_of_every_kind_through_the_page(officer, draft):
    rows = [
        {"label": f"Fråga {kind}", "step": "sketch", "kind": kind, "required": "on", "choices": "Ja\nNej\n\n", "word_limit": "50"}
        for kind in QuestionKind
    ]
    assert officer.post(url("call_questions", draft), formset(rows)).status_code == 302
    saved = list(draft.questions.order_by("position"))
    assert [(q.kind, q.label, q.required, q.choices, q.word_limit) for q in saved] == [
        (kind, f"Fråga {kind}", True, ["Ja", "Nej"], 50) for kind in QuestionKind
    ]


@pytest.mark.parametrize(("language", "number", "heading"), [("sv", "Tal", "Nummer"), ("en", "Number", "Number")])
def test_an_answer_in_figures_is_a_tal_and_not_a_nummer(officer, leader, draft, language, number, heading):
    leader.language = language
    leader.save()
    page = officer.get(url("call_questions", draft)).content.decode()
    with translation.override(language):
        assert (_("Number"), str(QuestionKind.NUMBER.label)) == (heading, number)
    assert f'<option value="number">{number}</option>' in page


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ({"label": "Vilken?", "step": "sketch", "kind": "choice", "choices": "Ja"}, ["choices"]),
        ({"label": "Vilken?", "step": "sketch", "kind": "upload"}, ["kind"]),
        ({"label": "Vilken?", "step": "later", "kind": "date"}, ["step"]),
        ({"label": "Vilken?", "step": "sketch", "kind": "long_text", "word_limit": "0"}, ["word_limit"]),
        ({"label": "x" * 201, "step": "sketch", "kind": "date"}, ["label"]),
    ],
)
def test_questions_refuse_with_words_at_the_field(officer, draft, row, wrong):
    response = officer.post(url("call_questions", draft), formset([row]))
    assert (response.status_code, list(response.context["forms"][0].errors), draft.questions.count()) == (200, wrong, 0)


def test_a_question_without_step_or_kind_is_a_long_text_of_the_sketch(officer, draft):
    response = officer.post(url("call_questions", draft), formset([{"label": "Vilken?"}]))
    assert (response.status_code, list(draft.questions.values_list("label", "step", "kind"))) == (
        302,
        [("Vilken?", "sketch", "long_text")],
    )


def test_answers_are_added_and_taken_away_through_the_page(officer, call, client):
    officer.post(url("call_answers", call), {"question": "Får vi?", "answer": "Ja."})
    entry = call.answers.get()
    assert (entry.question, entry.answer) == ("Får vi?", "Ja.")
    assert officer.post(url("call_answer_remove", call, entry.pk))["Location"] == url("call_answers", call)
    assert call.answers.count() == 0


def test_an_answer_without_question_is_refused(officer, call):
    response = officer.post(url("call_answers", call), {"question": "", "answer": "Ja."})
    assert (list(response.context["form"].errors), call.answers.count()) == (["question"], 0)


def test_more_time_is_given_through_the_page(officer, call, leader):
    organisation = OrganisationFactory()
    response = officer.post(
        url("call_extension", call), {"organisation": organisation.pk, "until_at": "2026-10-03T16:00", "reason": "Strömavbrott"}
    )
    extension = DeadlineExtension.objects.get()
    assert (response.status_code, extension.organisation, extension.until_at, extension.given_by) == (
        302, organisation, dt.datetime(2026, 10, 3, 16, tzinfo=STOCKHOLM), leader
    )  # fmt: skip
    assert organisation.name in officer.get(url("call_extension", call)).content.decode()


@pytest.mark.parametrize(
    "changes",
    [{"until_at": "2026-10-01T16:00"}, {"until_at": "snart"}, {"reason": ""}, {"organisation": ""}, {"organisation": "company"}],
)
def test_more_time_is_refused(officer, call, changes):
    organisation = OrganisationFactory()
    if changes.get("organisation") == "company":
        changes = {"organisation": OrganisationFactory(kind=OrganisationKind.COMPANY).pk}
    before = everything()
    data = {"organisation": organisation.pk, "until_at": "2026-10-03T16:00", "reason": "Strömavbrott", **changes}
    assert officer.post(url("call_extension", call), data).status_code == 200
    assert everything() == before


# ---- Odd input


def test_odd_text_in_a_call_goes_in_and_comes_out_again(officer, draft):
    odd = "Kraft 👩🏽‍🚒 שלום <b>&"
    edit(officer, draft, title=odd, purpose=odd + "\u202e", summary=odd)
    draft.refresh_from_db()
    assert (draft.title, draft.purpose, draft.summary) == (odd, odd, odd)
    html = officer.get(draft.get_absolute_url()).content.decode()
    assert (escape(odd) in html, "<b>&" in html) == (True, False)


@pytest.mark.parametrize("name", ["title", "summary", "purpose", "contact_name", "contact_phone", "funder"])
def test_nul_in_a_call_is_dropped_or_refused_but_never_an_error_of_ours(officer, draft, name):
    response = edit(officer, draft, **{name: "a\x00b"})
    draft.refresh_from_db()
    assert response.status_code in {200, 302}
    assert "\x00" not in getattr(draft, name)


# ---- Number of questions to the database


def several(programme, leader):
    """Three calls of each sort, each with three of everything."""
    for _n in range(2):
        make.create_published_call(programme, by=leader)
        make.create_call(programme, by=leader)


@pytest.mark.parametrize("user", ["nobody", "officer"])
def test_call_list_asks_as_often_for_one_row_as_for_three(
    client, programme, leader, call, draft, user, django_assert_num_queries
):
    if user == "officer":
        client.force_login(leader)
    most = {"nobody": 4, "officer": 10}[user]
    for rows in (1, 3):
        cache.clear()
        with django_assert_num_queries(most):
            response = client.get(reverse("call_list"))
        assert len(re.findall('class="card-link"', response.content.decode())) == rows
        several(programme, leader)


def test_what_is_folded_on_the_page_of_a_call_comes_with_it_on_paper(client, call, leader):
    actions.answer_question(call, question="Q", answer="A", by=leader)
    page = client.get(call.get_absolute_url()).content.decode()
    assert page.count('<details class="how in-print"') == page.count('<details class="how') == call.criteria.count() + 1


def test_call_detail_asks_as_often_for_one_row_as_for_three(client, call, leader, django_assert_num_queries):
    call.criteria.exclude(pk=call.criteria.first().pk).delete()
    actions.answer_question(call, question="Q", answer="A", by=leader)
    for rows in (1, 3):
        cache.clear()
        with django_assert_num_queries(6):
            client.get(call.get_absolute_url())
        assert call.answers.count() == rows
        for n in range(2):
            actions.answer_question(call, question=f"Q{n}", answer="A", by=leader)
            call.criteria.create(name=f"K{n}", description="B", weight=1)
        actions.set_frames(call, frames={2027: Kronor(1), 2028: Kronor(2), 2029: Kronor(3)}, by=leader)


def test_call_detail_of_a_member_asks_as_often_for_one_sketch_as_for_three(client, call, django_assert_num_queries):
    organisation = OrganisationFactory()
    user = UserFactory(member_of=organisation)
    client.force_login(user)
    for rows in (1, 3):
        for _n in range(rows - organisation.sketches.count()):
            make.create_draft(call, organisation=organisation, by=user)
        cache.clear()
        with django_assert_num_queries(12):
            response = client.get(call.get_absolute_url())
        assert len(response.context["own_sketches"]) == rows
