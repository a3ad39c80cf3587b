import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kraftsamling.lib.http import forget_public_page
from kraftsamling.programmes.models import Role
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.kraftsamling.home.builders import DAY, NOW, make_call, make_draft, make_sketch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

MOST_QUERIES = 6


def words(response):
    """The text of the page as it is read, without markup."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<(?!/?(title|desc)\b)[^>]+>", " ", main)).replace("\u00a0", " ").replace(" .", ".")


def queries(function):
    with CaptureQueriesContext(connection) as captured:
        function()
    return len(captured)


def test_without_a_programme_the_page_says_who_can_do_what(client):
    response = client.get("/")
    assert response.status_code == 200
    assert "No programme has been set up yet" in words(response)


def test_without_calls_the_page_says_so_and_leads_on(client, programme):
    page = words(client.get("/"))
    assert "Tillsammans för barn och unga" in page
    assert "No call is open right now." in page
    assert "Send a project sketch" not in page
    assert "How “" not in page


def test_the_call_that_closes_first_gets_the_button(client, programme):
    make_call(programme, title="Senare", closes_at=NOW + 20 * DAY)
    first = make_call(programme, title="Först", closes_at=NOW + 12 * DAY)
    response = client.get("/")
    assert f'<a class="btn" href="{first.get_absolute_url()}">Send a project sketch</a>' in response.content.decode()
    assert "The call Först is open: 12 days left , until 22 March 2026 at 12.00." in words(response)


def test_a_coming_call_is_told_of_when_none_is_open(client, programme):
    coming = make_call(programme, title="Hösten", opens_at=NOW + DAY, closes_at=NOW + 20 * DAY)
    response = client.get("/")
    assert f'<a class="btn" href="{coming.get_absolute_url()}">Read about the next call</a>' in response.content.decode()
    assert "The call Hösten opens 11 March 2026 at 12.00." in words(response)


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        ({"opens_at": NOW, "closes_at": NOW + DAY}, "Open"),
        ({"opens_at": NOW + DAY / 86400, "closes_at": NOW + DAY}, "Coming"),
        ({"opens_at": NOW - DAY, "closes_at": NOW}, None),
        ({"state": "draft"}, None),
        ({"state": "cancelled", "cancelled_at": NOW}, None),
    ],
)
def test_calls_stand_as_open_or_coming_by_their_moments(client, programme, call, shown):
    if "cancelled_at" in call:
        call = {**call, "cancelled_by": UserFactory()}
    make_call(programme, title="Prov", **call)
    page = words(client.get("/"))
    assert re.findall(r"(Open|Coming) (?:\S+ \S+ \S+ )?Prov", page) == ([shown] if shown else [])
    assert ("Prov" in page) == bool(shown)


def test_a_call_card_tells_the_money_and_the_last_moment(client, programme):
    make_call(programme, frames=(400_000, 600_000))
    page = words(client.get("/"))
    for fact in (
        "To share 1 000 000 kr",
        "Each project 100 000 kr – 300 000 kr",
        "at most 50 per cent of the costs",
        "Last moment 22 March 2026 at 12.00",
    ):
        assert fact in page


def answered_call(programme):
    """19 sketches seek 4 500 000 together, 7 are invited; the frame is 1 000 000."""
    call = make_call(
        programme, title="Pilotprojekt 2025", opens_at=NOW - 90 * DAY, closes_at=NOW - 60 * DAY, frames=(600_000, 400_000)
    )
    for number in range(19):
        invited = number < 7
        places = [["1880", "1862"], ["1880"], ["1860"]][number % 3] if invited else ["1885"]
        make_sketch(
            call, state="invited" if invited else "declined", sought=236_000 if number else 252_000, municipalities=places
        )
    make_sketch(call, state="withdrawn", sought=300_000, municipalities=["1884"])
    make_draft(call)
    return call


def test_figures_of_the_last_answered_call_are_those_of_the_call(client, programme):
    answered_call(programme)
    page = words(client.get("/"))
    assert "How “Pilotprojekt 2025” went" in page
    for figure in (
        "19 sketches came in",
        "7 of 19 were invited to apply",
        "1 000 000 kr were there to share",
        "4.5 times more was sought",
    ):
        assert figure in page
    assert "The sketches sought 4 500 000 kr together." in page


def test_the_map_marks_where_those_invited_want_to_work_and_says_it_in_words(client, programme):
    answered_call(programme)
    response = client.get("/")
    marked = re.findall(r'class="area on"[^>]*><title>([^<]+)', response.content.decode())
    assert marked == ["Laxå", "Degerfors", "Örebro"]
    assert "Highlighted: municipalities in the sketches invited in “Pilotprojekt 2025”: Laxå, Degerfors, Örebro." in words(
        response
    )
    assert response.content.decode().count('class="area') == 12


def test_nothing_is_told_of_a_call_before_all_have_their_answer(client, programme):
    call = make_call(programme, title="Under granskning", opens_at=NOW - 9 * DAY, closes_at=NOW - DAY)
    make_sketch(call, state="invited", municipalities=["1880"])
    make_sketch(call, state="submitted", municipalities=["1884"])
    response = client.get("/")
    assert "Under granskning" not in words(response)
    assert response.content.decode().count('class="area on"') == 0


def test_a_call_without_sketches_gives_no_figures_and_one_below_its_frame_no_times(client, programme):
    make_call(programme, title="Tom", opens_at=NOW - 9 * DAY, closes_at=NOW - DAY)
    assert "How “" not in words(client.get("/"))
    forget_public_page("/")
    call = make_call(programme, title="Liten", opens_at=NOW - 9 * DAY, closes_at=NOW - DAY)
    make_sketch(call, state="declined", sought=1_000_000)
    page = words(client.get("/"))
    assert "1 sketch came in" in page
    assert "0 of 1 were invited to apply" in page
    assert "times" not in page


def test_words_of_the_programme_and_the_calls_are_never_markup(client, programme):
    make_call(programme, title="<script>alert(1)</script>", summary="<img src=x onerror=alert(1)>")
    programme.tagline = programme.description = "<script>alert(2)</script>"
    programme.save()
    programme.focus_areas.update(name="<b>x</b>", description="<i>y</i>")
    content = client.get("/").content.decode()
    assert [bad for bad in ("<script>alert", "<img src=x", "<b>x", "<i>y") if bad in content] == []


def test_queries_are_few_and_the_same_for_one_and_for_many(client, programme):
    answered_call(programme)
    make_call(programme)
    client.get("/om/")
    one = queries(lambda: client.get("/"))
    for _more in range(5):
        make_call(programme)
        make_call(programme, opens_at=NOW + DAY, closes_at=NOW + 2 * DAY)
        make_call(programme, opens_at=NOW - 9 * DAY, closes_at=NOW - 5 * DAY)
    forget_public_page("/")
    many = queries(lambda: client.get("/"))
    assert (one, many) == (MOST_QUERIES, MOST_QUERIES), "the name beside the emblem is kept from page to page"


def test_the_second_visitor_costs_no_query_and_nobody_gets_a_cookie(client, programme, django_assert_num_queries):
    first = client.get("/")
    with django_assert_num_queries(0):
        second = client.get("/")
    assert second.content == first.content
    assert (first.cookies, second.cookies) == ({}, {})
    assert (first["Vary"], first["Cache-Control"]) == ("Cookie", "no-cache")


# ---- /hem/


def test_home_asks_for_log_in(client):
    response = client.get("/hem/")
    assert (response.status_code, response["Location"].partition("?")[2]) == (302, "next=/hem/")


def test_home_lists_what_waits_with_its_last_moment(client, programme):
    organisation = OrganisationFactory()
    user = UserFactory(member_of=organisation, language="en")
    draft = make_draft(make_call(programme), organisation=organisation)
    client.force_login(user)
    response = client.get("/hem/")
    page = words(response)
    assert "2 things to do, what is due first on top." in page
    assert "12 days left 22 March 2026 at 12.00" in page
    assert f'href="{draft.get_absolute_url()}">Finish and send in “Ungdomslots”</a>' in response.content.decode()
    assert '<span class="count">2</span>' in response.content.decode()


@pytest.mark.parametrize(
    ("organisations", "roles", "text"),
    [
        (0, [], "Begin with your organisation"),
        (1, [], "You can begin a sketch when a call is open."),
        (0, [Role.STEERING_GROUP], "When something needs you, it is shown here."),
    ],
)
def test_an_empty_list_says_what_one_can_do(client, programme, organisations, roles, text):
    UserFactory(roles=[(programme, Role.PROCESS_LEADER)])
    organisation = OrganisationFactory()
    for _contact in range(2):
        UserFactory(member_of=organisation)
    user = UserFactory(member_of=[organisation] * organisations, roles=[(programme, role) for role in roles], language="en")
    client.force_login(user)
    assert text in words(client.get("/hem/"))


def test_titles_that_others_wrote_are_never_markup(client, programme):
    organisation = OrganisationFactory(name="<script>alert(1)</script>")
    user = UserFactory(member_of=organisation)
    make_draft(
        make_call(programme, title="<script>alert(2)</script>"), organisation=organisation, title="<script>alert(3)</script>"
    )
    client.force_login(user)
    assert "<script>alert" not in client.get("/hem/").content.decode()


def test_home_costs_the_same_for_one_and_for_many_cases(client, programme):
    organisation = OrganisationFactory()
    user = UserFactory(member_of=organisation, roles=[(programme, role) for role in Role.values])
    call = make_call(programme)
    client.force_login(user)

    def fill(count):
        for _case in range(count):
            make_draft(call, organisation=organisation)
            make_sketch(call)
            make_call(programme, state="draft")

    fill(1)
    client.get("/hem/")
    one = queries(lambda: client.get("/hem/"))
    fill(4)
    many = queries(lambda: client.get("/hem/"))
    assert many == one
    assert many <= 15 + 12, "all nine roles and a membership in one person; see the next test for people as they are"


@pytest.mark.parametrize("role", ["", *Role.values])
def test_home_stays_within_its_budget_for_every_role(client, programme, role):
    user = UserFactory(roles=[(programme, role)]) if role else UserFactory(member_of=OrganisationFactory())
    client.force_login(user)
    client.get("/hem/")
    assert queries(lambda: client.get("/hem/")) <= 15
