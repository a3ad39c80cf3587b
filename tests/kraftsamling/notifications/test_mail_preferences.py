import datetime as dt
import zoneinfo

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from kraftsamling.notifications import actions, delivery, digests, preferences
from kraftsamling.notifications.models import Category, Frequency, Message, Preference, TurnedOffAddress
from tests.factories.accounts import UserFactory
from tests.kraftsamling.notifications.conftest import AT

pytestmark = pytest.mark.django_db

STOCKHOLM = zoneinfo.ZoneInfo("Europe/Stockholm")
SATURDAY_AT_SEVEN = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)
MONDAY_AT_SEVEN = dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC)


def address(**who):
    return reverse("unsubscribe", args=[preferences.token_for(**{"user_id": None, "email": "", **who})])


@pytest.mark.parametrize(
    ("frequency", "at", "expected"),
    [
        ("daily", "2026-11-20 06:59", "2026-11-20 07:00"),
        ("daily", "2026-11-20 07:00", "2026-11-21 07:00"),
        ("weekly", "2026-11-20 07:00", "2026-11-23 07:00"),
        ("weekly", "2026-11-23 06:59", "2026-11-23 07:00"),
        ("weekly", "2026-11-23 07:00", "2026-11-30 07:00"),
        ("weekly", "2026-11-22 23:30", "2026-11-23 07:00"),
        ("daily", "2026-03-28 12:00", "2026-03-29 07:00"),
    ],
)
def test_next_digest_is_at_seven_in_stockholm_and_on_mondays(frequency, at, expected):
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=STOCKHOLM)

    assert preferences.next_digest(frequency, at=moment.astimezone(dt.UTC)).strftime("%Y-%m-%d %H:%M") == expected


def test_digest_bundles_what_is_due_of_each_person_in_one_mail(promise):
    daily, weekly = UserFactory(), UserFactory()
    Preference.objects.create(user=daily, category=Category.NEWS, frequency=Frequency.DAILY)
    Preference.objects.create(user=daily, category=Category.REMINDER, frequency=Frequency.DAILY)
    Preference.objects.create(user=weekly, category=Category.NEWS, frequency=Frequency.WEEKLY)
    promise(daily, weekly, category=Category.NEWS, title="<Nyhet>", programme_id=1)
    promise(daily, category=Category.REMINDER, title="Sista dag", programme_id=1)

    assert [digests.bundle(at=at) for at in (SATURDAY_AT_SEVEN - dt.timedelta(seconds=1), SATURDAY_AT_SEVEN)] == [0, 1]

    digest = Message.objects.get(kind="notifications/digest")
    assert (digest.to, digest.state, digest.programme_id, digest.category) == (daily, "waiting", 1, "news")
    assert list(Message.objects.filter(digest=digest).order_by("pk").values_list("subject", "state")) == [
        ("sv: <Nyhet>", "bundled"),
        ("sv: Sista dag", "bundled"),
    ]
    assert Message.objects.get(to=weekly).state == "digest"
    assert digest.text.count("/utskick/avsluta/") == 1  # the feet of the single messages are left out
    assert digest.html.count("&lt;Nyhet&gt;") == 2
    assert "<Nyhet>" not in digest.html

    assert delivery.deliver(digest.pk, at=SATURDAY_AT_SEVEN) is True
    url = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    Client().post(url)
    assert preferences.frequencies(daily) == {"case": "at_once", "account": "at_once", "news": "never", "reminder": "never"}


def test_bundling_twice_writes_one_digest(promise):
    user = UserFactory()
    Preference.objects.create(user=user, category=Category.NEWS, frequency=Frequency.DAILY)
    promise(user, category=Category.NEWS)

    assert [digests.bundle(at=MONDAY_AT_SEVEN) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    ("chosen", "state", "next_attempt_at"),
    [
        (Frequency.AT_ONCE, "waiting", AT),
        (Frequency.WEEKLY, "digest", MONDAY_AT_SEVEN),
        (Frequency.NEVER, "dropped", SATURDAY_AT_SEVEN),
    ],
)
def test_what_waits_for_a_digest_follows_the_new_choice(promise, chosen, state, next_attempt_at):
    user = UserFactory()
    Preference.objects.create(user=user, category=Category.NEWS, frequency=Frequency.DAILY)
    (message,) = promise(user, category=Category.NEWS)

    actions.choose_frequencies(user, {"news": chosen}, at=AT)

    message.refresh_from_db()
    assert (message.state, message.next_attempt_at) == (state, next_attempt_at)


def test_choosing_less_of_what_must_reach_is_refused():
    with pytest.raises(ValueError, match="always sent"):
        actions.choose_frequencies(UserFactory(), {"case": Frequency.NEVER})


def test_mail_preferences_page_saves_the_choice(client):
    user = UserFactory()
    client.force_login(user)
    page = client.get(reverse("mail_preferences"))
    assert page.status_code == 200
    assert list(page.context["form"].fields) == ["reminder", "news"]

    answer = client.post(reverse("mail_preferences"), {"reminder": "daily", "news": "never"})

    assert answer.status_code == 302
    assert preferences.frequencies(user) == {"case": "at_once", "account": "at_once", "reminder": "daily", "news": "never"}


@pytest.mark.parametrize("data", [{"reminder": "daily"}, {"reminder": "hourly", "news": "never"}])
def test_mail_preferences_page_with_a_wrong_choice_saves_nothing(client, data):
    client.force_login(UserFactory())

    assert client.post(reverse("mail_preferences"), data).status_code == 200
    assert not Preference.objects.exists()


def test_unsubscribe_by_post_needs_neither_login_nor_token_of_a_form():
    user = UserFactory()
    client = Client(enforce_csrf_checks=True)

    answer = client.post(address(user_id=user.pk, categories=["news"]), {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, dict(client.cookies)) == (200, {})
    assert preferences.frequencies(user)["news"] == "never"


def test_unsubscribe_by_following_the_link_changes_nothing():
    user = UserFactory()
    client = Client()

    assert client.get(address(user_id=user.pk, categories=["news"])).status_code == 200
    assert client.head(address(user_id=user.pk, categories=["news"])).status_code == 200
    assert dict(client.cookies) == {}
    assert not Preference.objects.exists()


def test_unsubscribe_of_an_address_without_account_is_remembered():
    for _ in range(2):
        Client().post(address(email="A@example.org", categories=["news"]))

    assert list(TurnedOffAddress.objects.values_list("email", "category")) == [("a@example.org", "news")]


def test_unsubscribe_never_turns_off_what_must_reach():
    user = UserFactory()

    Client().post(address(user_id=user.pk, categories=["case", "news"]))

    assert list(Preference.objects.values_list("category", flat=True)) == ["news"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("token", ["wrong", "a:b:c"])
def test_unsubscribe_with_a_broken_link_says_so(method, token):
    answer = getattr(Client(), method)(reverse("unsubscribe", args=[token]))

    assert (answer.status_code, answer.context["wrong"]) == (404, True)


def test_unsubscribe_with_somebody_elses_number_in_the_link_is_refused():
    token = preferences.token_for(user_id=UserFactory().pk, email="", categories=["news"])
    forged = (
        preferences.token_for(user_id=UserFactory().pk, email="", categories=["news"]).partition(":")[0]
        + ":"
        + token.partition(":")[2]
    )

    assert Client().post(reverse("unsubscribe", args=[forged])).status_code == 404
    assert not Preference.objects.exists()
