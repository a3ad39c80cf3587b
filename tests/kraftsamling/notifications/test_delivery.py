import datetime as dt
import socket

import pytest
from django.core import mail
from django.db import IntegrityError

from kraftsamling.notifications import delivery, health
from kraftsamling.notifications.models import MESSAGE_MOVES, Category, Message, MessageState
from tests.factories.accounts import UserFactory
from tests.kraftsamling.notifications.conftest import AT
from tests.kraftsamling.notifications.smtp_sink import HANG_UP_AFTER_DATA

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def test_every_state_has_a_row_in_the_table_of_moves():
    assert set(MESSAGE_MOVES) == set(MessageState)


def test_deliver_sends_text_and_html_once_with_a_message_id_of_its_own(promise):
    (message,) = promise("a@example.org")

    assert [delivery.deliver(message.pk, at=AT) for _ in range(2)] == [True, False]

    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body, sent.alternatives[0].mimetype) == (
        ["a@example.org"], message.subject, message.text, "text/html",
    )  # fmt: skip
    assert sent.extra_headers == {
        "Message-ID": f"<{message.pk}.20261120090000.sv@localhost>", "Auto-Submitted": "auto-generated", "Content-Language": "sv",
    }  # fmt: skip
    message.refresh_from_db()
    assert (message.state, message.attempts, message.handed_over_at) == ("sent", 1, AT)
    assert message.sent_at > AT


def test_deliver_lets_mail_programs_turn_off_what_may_be_turned_off(promise):
    user = UserFactory()
    (message,) = promise(user, category=Category.REMINDER)

    delivery.deliver(message.pk, at=AT)

    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<http://localhost:8000/utskick/avsluta/")


def test_deliver_before_it_is_due_sends_nothing(promise):
    (message,) = promise("a@example.org")

    assert delivery.deliver(message.pk, at=AT - MINUTE) is False
    assert mail.outbox == []


def test_deliver_of_a_message_that_cannot_be_written_fails_at_once(promise):
    (message,) = promise("a@example.org")
    Message.objects.update(to_email="a\n@example.org")

    assert delivery.deliver(message.pk, at=AT) is False

    message.refresh_from_db()
    assert (message.state, message.handed_over_at, message.error.partition(":")[0]) == ("failed", None, "BadHeaderError")


def test_deliver_over_the_wire_arrives_as_it_was_written(promise, sink):
    server = sink()
    (message,) = promise("a@example.org", title="Åsa & 🐟 שלום")

    assert delivery.deliver(message.pk, at=AT) is True

    (arrived,) = server.mails
    assert (arrived["Subject"], arrived["To"], arrived["Message-ID"]) == (
        "sv: Åsa & 🐟 שלום", "a@example.org", delivery.message_id_of(message),
    )  # fmt: skip
    assert arrived.get_body(("plain",)).get_content().replace("\r\n", "\n") == message.text


def test_deliver_while_the_server_is_away_waits_longer_each_time_and_then_fails(promise, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        (message,) = promise("a@example.org")
        delays = []
        for _ in range(7):
            at = message.next_attempt_at
            assert delivery.deliver(message.pk, at=at) is False
            message.refresh_from_db()
            delays.append(message.next_attempt_at - at if message.state == "waiting" else message.state)

    assert delays == [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, "failed"]
    assert (message.attempts, message.claimed_at, message.handed_over_at) == (7, None, None)
    assert message.error.startswith("ConnectionRefusedError")


@pytest.mark.parametrize(
    ("behaviour", "state", "error"),
    [
        ("RCPT 550 no such user", "failed", "550 no such user"),
        ("RCPT 450 try later", "waiting", "450 try later"),
        ("MAIL 451 not now", "waiting", "451 not now"),
        ("DATA 554 not wanted", "failed", "554 not wanted"),
        ("CONTENT 552 too much", "failed", "552 too much"),
        ("CONTENT 452 full", "waiting", "452 full"),
        (HANG_UP_AFTER_DATA, "uncertain", "SMTPServerDisconnected: Connection unexpectedly closed"),
    ],
)
def test_deliver_when_the_server_says_no(promise, sink, behaviour, state, error):
    sink(behaviour)
    (message,) = promise("a@example.org")

    assert delivery.deliver(message.pk, at=AT) is False

    message.refresh_from_db()
    assert (message.state, message.error, message.sent_at) == (state, error, None)


def test_deliver_due_stops_at_a_server_that_is_away_and_costs_the_others_no_attempt(promise, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        promise("a@example.org", "b@example.org", "c@example.org")

        assert delivery.deliver_due() == 0

    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_deliver_due_sends_the_oldest_first_and_stops_when_its_time_is_out(promise):
    promise("later@example.org", at=AT + HOUR)
    promise("first@example.org")

    assert delivery.deliver_due(seconds=-1) == 0
    assert delivery.deliver_due() == 2
    assert [message.to for message in mail.outbox] == [["first@example.org"], ["later@example.org"]]


@pytest.mark.parametrize(
    ("claimed", "handed_over_at", "state"),
    [
        (15 * MINUTE, None, "sending"),
        (15 * MINUTE + dt.timedelta(seconds=1), None, "waiting"),
        (16 * MINUTE, AT - 16 * MINUTE, "uncertain"),
    ],
)
def test_take_back_stuck_tells_what_was_begun_from_what_was_not(promise, claimed, handed_over_at, state):
    (message,) = promise("a@example.org")
    Message.objects.update(state="sending", claimed_at=AT - claimed, handed_over_at=handed_over_at)

    delivery.take_back_stuck(at=AT)

    message.refresh_from_db()
    assert message.state == state


def test_a_worker_that_was_taken_for_dead_hands_nothing_over(promise):
    (message,) = promise("a@example.org")
    slow = delivery._claim(message.pk, at=AT)
    delivery.take_back_stuck(at=AT + HOUR)

    assert delivery._hand_over(slow, delivery._mail(slow), mail.get_connection(), at=AT + HOUR) is False
    assert mail.outbox == []


def test_a_worker_that_was_taken_for_dead_in_the_middle_still_stamps_what_it_sent(promise):
    (message,) = promise("a@example.org")
    slow = delivery._claim(message.pk, at=AT)

    class Connection:
        def send_messages(self, mails):
            delivery.take_back_stuck(at=AT + HOUR)
            message.refresh_from_db()
            assert message.state == "uncertain"

    assert delivery._hand_over(slow, delivery._mail(slow), Connection(), at=AT) is True
    message.refresh_from_db()
    assert message.state == "sent"


def test_oldest_waiting_counts_only_what_is_due(promise):
    assert health.oldest_waiting(AT) is None
    promise("later@example.org", at=AT + HOUR)
    assert health.oldest_waiting(AT) is None
    promise("now@example.org", at=AT - 5 * MINUTE)
    promise("older@example.org", at=AT - 7 * MINUTE)
    assert health.oldest_waiting(AT) == 7 * MINUTE


@pytest.mark.parametrize(
    "values",
    [
        {"state": "sent"},
        {"sent_at": AT},
        {"state": "dropped"},
        {"dropped_because": "conflict"},
        {"state": "bundled"},
        {"state": "lost"},
    ],
)
def test_the_database_refuses_what_cannot_be(promise, values):
    promise("a@example.org")

    with pytest.raises(IntegrityError):
        Message.objects.update(**values)
