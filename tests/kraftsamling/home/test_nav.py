import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from kraftsamling import nav
from kraftsamling.accounts.models import Membership, User
from kraftsamling.home.addresses import address
from kraftsamling.home.waiting import count_waiting
from kraftsamling.programmes.models import Role
from tests.factories.accounts import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def asked(user, path="/"):
    request = RequestFactory().get(path)
    request.user = user
    return request


def labels(places, user):
    return [str(entry.label) for entry in nav.entries(places, asked(user))]


def test_a_visitor_sees_the_calls_and_nothing_that_needs_log_in():
    assert labels(nav.MENU, AnonymousUser()) == ["Calls", "Pilot projects", "Search"]


@pytest.mark.parametrize(
    ("role", "menu", "account"),
    [
        ("", ["Calls", "Pilot projects", "Search"], ["Our organisation", "What mail I want"]),
        (Role.REVIEWER, ["Calls", "Reviewing", "Pilot projects", "Search"], ["Our organisation", "What mail I want"]),
        (
            Role.PROCESS_LEADER,
            ["Calls", "Preparation", "Decisions", "Projects", "Learning", "Steering", "Search"],
            ["Our organisation", "All organisations", "Messages sent", "What mail I want"],
        ),
        (
            Role.PROCESS_TEAM,
            ["Calls", "Preparation", "Decisions", "Projects", "Learning", "Steering", "Search"],
            ["Our organisation", "All organisations", "Messages sent", "What mail I want"],
        ),
        (
            Role.DECISION_MAKER,
            ["Calls", "Preparation", "Decisions", "Projects", "Learning", "Steering", "Search"],
            ["Our organisation", "What mail I want"],
        ),
        (
            Role.ADMINISTRATOR,
            ["Calls", "Pilot projects", "Search"],
            ["Our organisation", "All organisations", "Messages sent", "People and roles", "What mail I want"],
        ),
        (Role.STEERING_GROUP, ["Calls", "Projects", "Learning", "Steering", "Search"], ["Our organisation", "What mail I want"]),
        (
            Role.REFERENCE_GROUP,
            ["Calls", "Pilot projects", "Learning", "Steering", "Search"],
            ["Our organisation", "What mail I want"],
        ),
        (
            Role.FINANCE_OFFICER,
            ["Calls", "Projects", "Payment requests", "Learning", "Steering", "Search"],
            ["Our organisation", "What mail I want"],
        ),
        (
            Role.COMMUNICATIONS_OFFICER,
            ["Calls", "Projects", "Learning", "Search"],
            ["Our organisation", "What mail I want"],
        ),
    ],
)
def test_each_role_has_its_menu(programme, role, menu, account):
    user = UserFactory(roles=[(programme, role)] if role else [])
    assert (labels(nav.MENU, user), labels(nav.ACCOUNT_MENU, user)) == (menu, account)


@pytest.mark.parametrize("name", ["payment_list", "payout_list", "payout_paid"])
def test_the_economist_is_among_the_payments_also_where_they_are_paid(programme, name):
    user = UserFactory(roles=[(programme, Role.FINANCE_OFFICER)])
    entries = nav.entries(nav.MENU, asked(user, reverse(name)))
    assert [str(entry.label) for entry in entries if entry.current] == ["Payment requests"]


def test_of_two_addresses_that_a_page_lies_under_the_longer_one_is_where_we_are(programme):
    user = UserFactory(roles=[(programme, Role.FINANCE_OFFICER)])
    entries = nav.entries(nav.MENU, asked(user, reverse("payment_list")))
    assert [str(entry.label) for entry in entries if entry.current] == ["Payment requests"]


def test_members_find_their_sketches():
    assert labels(nav.MENU, UserFactory(member_of=OrganisationFactory())) == [
        "Calls",
        "Our sketches",
        "Decisions",
        "Projects",
        "Learning",
        "Search",
    ]


def test_the_entry_of_the_page_one_is_on_is_marked():
    calls, _projects, search = nav.entries(nav.MENU, asked(AnonymousUser(), "/utlysningar/pilotprojekt/"))
    assert (calls.url, calls.current, search.current) == ("/utlysningar/", True, False)
    assert nav.entries(nav.MENU, asked(AnonymousUser(), "/om/"))[0].current is False


def test_every_entry_leads_to_a_page_that_exists():
    assert [place.url_name for place in (*nav.MENU, *nav.ACCOUNT_MENU) if not address(place.url_name)] == []
    assert (address("no_such_page"), address("no_such_page", otherwise="/x/")) == ("", "/x/")


def test_a_request_that_failed_early_has_a_menu_too():
    context = nav.navigation(RequestFactory().get("/"))
    assert [str(entry.label) for entry in context["navigation"]] == ["Calls", "Pilot projects", "Search"]
    assert context["waiting_count"] == 0


def test_the_line_beside_the_emblem_says_what_and_where(programme, django_assert_num_queries):
    assert nav.brand_line() == "barn och unga in Örebro län"
    with django_assert_num_queries(0):
        assert nav.brand_line() == "barn och unga in Örebro län"


def test_without_a_programme_the_emblem_stands_alone(django_assert_num_queries):
    assert nav.brand_line() == ""
    with django_assert_num_queries(0):
        assert nav.brand_line() == ""


def test_nothing_is_asked_of_the_database_before_the_page_shows_it(django_assert_num_queries):
    user = User.objects.get(pk=UserFactory().pk)
    with django_assert_num_queries(0):
        nav.navigation(asked(user))


def test_the_count_that_the_page_knows_is_not_asked_for_again(django_assert_num_queries):
    request = asked(UserFactory())
    request.waiting_count = 7
    with django_assert_num_queries(0):
        assert nav.waiting_count(request) == 7


def test_the_count_is_kept_for_a_while_and_made_anew_after_one_has_acted(client, django_assert_num_queries):
    user = UserFactory(member_of=OrganisationFactory())
    client.force_login(user)
    count = nav.waiting_count(asked(user))
    Membership.objects.all().delete()
    user = User.objects.get(pk=user.pk)
    with django_assert_num_queries(0):
        assert nav.waiting_count(asked(user)) == count
    client.post(reverse("language"), {"language": "sv"})
    assert nav.waiting_count(asked(user)) == count_waiting(user, at=timezone.now()) != count
