import datetime as dt
import socket
import time

import pytest
from django.core import mail
from django.db import connection, transaction

from kraftsamling.audit.log import target_of
from kraftsamling.celery import app
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category, Frequency, Message, Preference, TurnedOffAddress
from tests.factories.accounts import OrganisationFactory, UserFactory
from tests.kraftsamling.notifications.conftest import AT, LETTER

pytestmark = pytest.mark.django_db


def test_promise_writes_one_message_to_each_receiver_in_their_language(promise):
    swede, briton = UserFactory(language="sv"), UserFactory(language="en")

    promise(swede, briton, "visitor@example.org", swede.email.upper())

    rows = Message.objects.order_by("pk").values_list("to", "to_email", "language", "state", "written_at")
    assert list(rows) == [
        (swede.pk, swede.email, "sv", "waiting", AT),
        (briton.pk, briton.email, "en", "waiting", AT),
        (None, "visitor@example.org", "sv", "waiting", AT),
    ]
    assert Message.objects.get(to=briton).subject == "en: Kvittens"


def test_promise_writes_to_nobody_whose_account_is_closed(promise):
    assert promise(UserFactory(is_active=False)) == []


def test_promise_escapes_in_html_alone_and_keeps_the_subject_on_one_line(promise):
    (message,) = promise("a@example.org", title="<b>Fiska & åka</b>\nBcc: b@example.org\x00\ud800")

    assert message.subject == "sv: <b>Fiska & åka</b> Bcc: b@example.org\ufffd"
    assert message.html == "<p>&lt;b&gt;Fiska &amp; åka&lt;/b&gt;\nBcc: b@example.org\ufffd</p>\n"
    assert message.text.startswith("a@example.org: <b>Fiska & åka</b>\nBcc: b@example.org\ufffd\n-- ")


def test_promise_without_a_subject_line_is_refused():
    with pytest.raises(ValueError, match="must begin with a line"), transaction.atomic():
        outbox.promise("tests/no_subject", to=["a@example.org"], context={})


@pytest.mark.django_db(transaction=True)
def test_promise_outside_a_transaction_is_refused():
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError, match="same transaction"):
        outbox.promise(LETTER, to=["a@example.org"], context={"title": "x"})


def test_promise_with_the_same_key_is_ignored_per_receiver(promise):
    promise("a@example.org", dedupe_key="receipt-1")

    second = promise("a@example.org", "b@example.org", dedupe_key="receipt-1")

    assert [message.to_email for message in second] == ["b@example.org"]
    assert Message.objects.count() == 2


def test_saving_one_that_somebody_else_promised_at_the_same_moment_leaves_it_out(promise):
    promise("a@example.org", dedupe_key="receipt-1")
    (new,) = promise("b@example.org")
    twin = Message.objects.get(to_email="a@example.org")
    new.pk = twin.pk = None
    new.dedupe_key = "receipt-1:c@example.org"

    with transaction.atomic():
        assert outbox._save([twin, new]) == [new]


def test_promise_delivers_after_the_commit_and_not_before(promise, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        promise("a@example.org", at=None)
        assert mail.outbox == []

    assert [message.to for message in mail.outbox] == [["a@example.org"]]
    assert Message.objects.get().state == "sent"


@pytest.mark.parametrize(
    ("frequency", "state", "next_attempt_at"),
    [
        (Frequency.AT_ONCE, "waiting", AT),
        (Frequency.DAILY, "digest", dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)),
        (Frequency.WEEKLY, "digest", dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC)),
        (Frequency.NEVER, "dropped", AT),
    ],
)
def test_promise_follows_the_receivers_choice(promise, frequency, state, next_attempt_at):
    user = UserFactory()
    Preference.objects.create(user=user, category=Category.NEWS, frequency=frequency)

    (message,) = promise(user, category=Category.NEWS)

    assert (message.state, message.next_attempt_at) == (state, next_attempt_at)
    assert bool(message.dropped_because) == (state == "dropped")


@pytest.mark.parametrize("category", [Category.CASE, Category.ACCOUNT])
def test_promise_always_sends_what_concerns_the_own_case_and_account(promise, category):
    user = UserFactory()
    for other in (Category.NEWS, Category.REMINDER):
        Preference.objects.create(user=user, category=other, frequency=Frequency.NEVER)
    TurnedOffAddress.objects.create(email="a@example.org", category=category)

    message, to_address = promise(user, "a@example.org", category=category)

    assert to_address.state == "waiting"

    assert (message.state, message.text) == ("waiting", f"{user}: Kvittens\n-- \nKraftsamling\n")


def test_promise_to_an_address_that_has_turned_the_category_off_is_dropped(promise):
    TurnedOffAddress.objects.create(email="a@example.org", category=Category.NEWS)

    assert [message.state for message in promise("A@example.org ", "b@example.org", category=Category.NEWS)] == [
        "dropped",
        "waiting",
    ]


def test_withhold_drops_what_has_not_been_sent_about_the_target_to_the_person(promise):
    user, other = UserFactory(), UserFactory()
    case, second = OrganisationFactory(), OrganisationFactory()
    promise(user, other, about=case)
    promise(user, about=second)
    (sent,) = promise(user, about=case)
    Message.objects.filter(pk=sent.pk).update(state="sent", sent_at=AT)

    assert outbox.withhold(user, case) == 1

    dropped = Message.objects.filter(state="dropped").values_list("to", "about", "dropped_because")
    assert list(dropped) == [(user.pk, target_of(case), "conflict")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("away", ["no socket", "nobody listens", "nobody answers"])
def test_promise_while_the_broker_is_away_stands_and_costs_little_time(promise, settings, tmp_path, away):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    if away == "nobody answers":
        listener.listen(0)
    port = listener.getsockname()[1]
    url = f"redis+socket://{tmp_path / 'none.sock'}" if away == "no socket" else f"redis://127.0.0.1:{port}/0"
    before = app.conf.task_always_eager, app.conf.broker_url
    app.conf.task_always_eager, app.conf.broker_url = False, url
    try:
        started = time.monotonic()
        promise("a@example.org", "b@example.org", at=None)
        took = time.monotonic() - started
    finally:
        app.conf.task_always_eager, app.conf.broker_url = before
        listener.close()

    assert list(Message.objects.values_list("state", flat=True)) == ["waiting", "waiting"]
    assert took < 3
