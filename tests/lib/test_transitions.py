import datetime as dt
import threading

import pytest
from django.db import connection

from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications.models import MESSAGE_MOVES, Category, Message, MessageState
from tests.passes import THREADS, second_pass_alone

AT = dt.datetime(2026, 3, 1, 11, tzinfo=dt.UTC)


def message(**fields):
    return Message.objects.create(
        **{
            "kind": "test", "category": Category.CASE, "to_email": "maj@example.se", "language": "sv", "subject": "S", "text": "", "html": "",
            "written_at": AT, "next_attempt_at": AT, **fields,
        }
    )  # fmt: skip


@pytest.mark.django_db
def test_advance_moves_the_row_and_the_copy_in_hand_with_further_values():
    row = message()
    advance(row, MessageState.SENDING, table=MESSAGE_MOVES, claimed_at=AT)
    assert (row.state, row.claimed_at) == (MessageState.SENDING, AT)
    row.refresh_from_db()
    assert (row.state, row.claimed_at) == (MessageState.SENDING, AT)


@pytest.mark.django_db
def test_advance_refuses_a_move_that_is_not_in_the_table_and_names_the_states():
    row = message()
    with pytest.raises(TransitionRefused) as refusal:
        advance(row, MessageState.SENT, table=MESSAGE_MOVES, sent_at=AT)
    assert str(refusal.value) == "This cannot go from “Waiting” to “Sent”."
    assert (row.state, Message.objects.get().state) == (MessageState.WAITING, MessageState.WAITING)


@pytest.mark.django_db
def test_of_two_copies_the_first_wins_and_the_second_is_told():
    message()
    first, second = Message.objects.get(), Message.objects.get()
    advance(first, MessageState.SENDING, table=MESSAGE_MOVES)
    with pytest.raises(LostRace) as refusal:
        advance(second, MessageState.FAILED, table=MESSAGE_MOVES)
    assert (
        str(refusal.value)
        == "It has just been changed, by somebody else or by you in another window. Reload the page to see how it stands."
    )
    assert (second.state, Message.objects.get().state) == (MessageState.WAITING, MessageState.SENDING)


@pytest.mark.django_db
def test_claim_touches_only_its_own_row_and_only_as_expected():
    row, other = message(), message(to_email="bo@example.se")
    claim(row, expecting={"attempts": 0}, attempts=1)
    with pytest.raises(LostRace):
        claim(row, expecting={"attempts": 0}, attempts=2)
    other.refresh_from_db()
    assert (row.attempts, other.attempts) == (1, 0)


@pytest.mark.django_db
def test_a_row_that_is_gone_is_a_lost_race():
    row = message()
    Message.objects.all().delete()
    row.pk = 1
    with pytest.raises(LostRace):
        claim(row, expecting={"attempts": 0}, attempts=1)


@second_pass_alone(THREADS)
@pytest.mark.django_db(transaction=True)
def test_eight_threads_race_and_one_wins():
    message()
    copies = [Message.objects.get() for _thread in range(8)]
    barrier, results = threading.Barrier(8), []

    def race(copy):
        barrier.wait()
        try:
            advance(copy, MessageState.SENDING, table=MESSAGE_MOVES)
        except LostRace:
            results.append("lost")
        else:
            results.append("won")
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=[copy]) for copy in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["lost"] * 7 + ["won"]
