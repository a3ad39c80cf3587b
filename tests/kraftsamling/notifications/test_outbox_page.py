import csv
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.notifications import actions, visibility
from kraftsamling.notifications.models import Category, Message, MessageState
from kraftsamling.programmes.models import Role
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.factories.programmes import ProgrammeFactory
from tests.kraftsamling.notifications.conftest import AT

pytestmark = pytest.mark.django_db

WATCHING = [Role.PROCESS_LEADER, Role.PROCESS_TEAM, Role.ADMINISTRATOR]


@pytest.fixture
def programme():
    return ProgrammeFactory()


@pytest.fixture
def leader(programme, client):
    user = UserFactory(roles=[(programme, Role.PROCESS_LEADER)])
    client.force_login(user)
    return user


def set_state(message, state, **values):
    extra = {"sent": {"sent_at": AT}, "dropped": {"dropped_because": "conflict"}}.get(state, {})
    Message.objects.filter(pk=message.pk).update(state=state, **extra, **values)
    message.refresh_from_db()
    return message


def subjects(answer):
    return [message.subject for message in answer.context["page"]]


@pytest.mark.parametrize("role", list(Role))
def test_outbox_list_is_there_for_those_who_watch_over_it(client, programme, role):
    client.force_login(UserFactory(roles=[(programme, role)]))

    assert client.get(reverse("outbox_list")).status_code == (200 if role in WATCHING else 404)
    assert client.get(reverse("outbox_csv")).status_code == (200 if role in WATCHING else 404)


def test_outbox_list_shows_the_messages_of_ones_own_programmes(client, promise, programme, leader):
    promise("a@example.org", title="Vår", programme_id=programme.pk)
    promise("a@example.org", title="Andras", programme_id=ProgrammeFactory().pk)
    promise("a@example.org", title="Ingens")
    assert subjects(client.get(reverse("outbox_list"))) == ["sv: Vår"]

    client.force_login(UserFactory(roles=[(programme, Role.ADMINISTRATOR)]))
    assert subjects(client.get(reverse("outbox_list"))) == ["sv: Ingens", "sv: Vår"]


def test_outbox_shows_nothing_of_a_case_one_is_excluded_from(client, promise, programme, leader, monkeypatch):
    case = OrganisationFactory()
    (message,) = promise("a@example.org", programme_id=programme.pk, about=case)
    monkeypatch.setattr(visibility, "_rules", [lambda user: [f"accounts.organisation:{case.pk}"] if user == leader else []])

    assert subjects(client.get(reverse("outbox_list"))) == []
    assert client.get(reverse("message_detail", args=[message.pk])).status_code == 404
    assert list(client.get(reverse("outbox_csv")))[1:] == []


def test_outbox_list_filters_sorts_and_gives_the_same_rows_as_file(client, promise, programme, leader):
    anna = UserFactory(name="Anna Öst", email="ost@example.org")
    (second,) = promise(anna, title="=2+2", programme_id=programme.pk)
    promise("b@example.org", title="A", programme_id=programme.pk)
    set_state(second, "failed", error="550 no such user", attempts=1)

    expected = {
        "": ["sv: A", "sv: =2+2"],
        "sort=written": ["sv: =2+2", "sv: A"],
        "sort=receiver": ["sv: A", "sv: =2+2"],
        "sort=-receiver": ["sv: =2+2", "sv: A"],
        "sort=error": ["sv: A", "sv: =2+2"],
        "state=failed": ["sv: =2+2"],
        "state=sent": [],
        "kind=tests/letter": ["sv: A", "sv: =2+2"],
        "kind=tests/letter&state=failed": ["sv: =2+2"],
        "kind=tests/letter&state=sent": [],
        "kind=tests/other": ["sv: A", "sv: =2+2"],
        "state=nothing": ["sv: A", "sv: =2+2"],
        "state=failed&receiver=b@": [],
        "receiver=öst": ["sv: =2+2"],
        "receiver=b@": ["sv: A"],
        "receiver=%00": ["sv: A", "sv: =2+2"],
    }
    for query, rows in expected.items():
        page = client.get(f"{reverse('outbox_list')}?{query}")
        assert (subjects(page), page.context["page"].paginator.count) == (rows, len(rows)), query
        content = b"".join(client.get(f"{reverse('outbox_csv')}?{query}")).decode("utf-8-sig")
        assert [row[4] for row in csv.reader(io.StringIO(content), delimiter=";")][1:] == rows, query
    failed = client.get(f"{reverse('outbox_list')}?state=failed")
    assert (failed.context["numbers"]["failed"], failed.context["page"].paginator.count) == (1, 1)


def test_outbox_list_asks_the_database_as_often_for_many_as_for_few(client, promise, programme, leader):
    (first,) = promise(UserFactory(), programme_id=programme.pk)

    def questions(count):
        rows = [Message.objects.get(pk=first.pk) for _ in range(count - Message.objects.count())]
        for row in rows:
            row.pk = None
        Message.objects.bulk_create(rows)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(reverse("outbox_list"))
        assert (len(answer.context["page"]), answer.context["page"].paginator.count) == (min(count, 50), count)
        return len(asked)

    questions(1)
    few, many = questions(3), questions(1000)

    assert few == many
    assert many <= 8


def test_message_detail_shows_the_text_escaped_and_without_the_receivers_own_links(client, promise, programme, leader):
    (message,) = promise("a@example.org", title="<script>alert(1)</script>", category=Category.NEWS, programme_id=programme.pk)

    answer = client.get(reverse("message_detail", args=[message.pk]))

    assert answer.context["text"] == "a@example.org: <script>alert(1)</script>"
    assert ("<script>alert" in answer.content.decode(), "avsluta" in answer.content.decode()) == (False, False)


def test_message_detail_keeps_codes_and_personal_links_to_itself(client, promise, programme, leader):
    (message,) = promise("a@example.org", title="123456", category=Category.ACCOUNT, programme_id=programme.pk)

    assert client.get(reverse("message_detail", args=[message.pk])).context["text"] == ""


@pytest.mark.parametrize("state", [state for state in MessageState if state != MessageState.BUNDLED])
def test_send_again_is_for_what_failed_or_is_uncertain(client, promise, programme, leader, state):
    (message,) = promise("a@example.org", programme_id=programme.pk)
    set_state(message, state, attempts=7, claimed_at=AT, handed_over_at=AT, error="550 no such user")

    client.post(reverse("message_send_again", args=[message.pk]))

    message.refresh_from_db()
    if state in {"failed", "uncertain"}:
        assert (message.state, message.attempts, message.handed_over_at, message.error) == ("waiting", 0, None, "")
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.by, entry.target) == (
            "notifications.send_again", leader, f"notifications.message:{message.pk}",
        )  # fmt: skip
    else:
        assert (message.state, message.attempts, AuditEntry.objects.count()) == (state, 7, 0)


@pytest.mark.parametrize("state", [state for state in MessageState if state != MessageState.BUNDLED])
def test_it_arrived_is_for_what_is_uncertain(client, promise, programme, leader, state):
    (message,) = promise("a@example.org", programme_id=programme.pk)
    set_state(message, state, handed_over_at=AT, claimed_at=AT)

    client.post(reverse("message_arrived", args=[message.pk]))

    message.refresh_from_db()
    expected = ("sent", AT, ["notifications.arrived"]) if state == "uncertain" else (state, AT if state == "sent" else None, [])
    assert (message.state, message.sent_at, list(AuditEntry.objects.values_list("action", flat=True))) == expected


def test_of_two_who_judge_an_uncertain_message_one_wins(promise, programme, leader):
    (message,) = promise("a@example.org", programme_id=programme.pk)
    set_state(message, "uncertain", handed_over_at=AT)
    stale = Message.objects.get(pk=message.pk)
    actions.mark_arrived(message, by=leader)

    with pytest.raises(LostRace):
        actions.send_again(stale, by=leader)
    with pytest.raises(TransitionRefused):
        actions.send_again(message, by=leader)


@pytest.mark.parametrize("name", ["message_detail", "message_send_again", "message_arrived"])
def test_messages_of_another_programme_are_not_there(client, promise, leader, name):
    (message,) = promise("a@example.org", programme_id=ProgrammeFactory().pk)
    set_state(message, "uncertain")

    method = client.get if name == "message_detail" else client.post
    assert method(reverse(name, args=[message.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        actions.send_again(message, by=leader)
    with pytest.raises(PermissionDenied):
        actions.mark_arrived(message, by=leader)
