"""Two at once, in threads that have a connection each: for PostgreSQL alone (tests.passes.THREADS)."""

import threading

from django.db import connections

from kraftsamling.lib.transitions import TransitionRefused


def at_once(*acts):
    """What each act gave or raised, all begun at the same moment, each with a connection of its own.

    What an act holds against a revision or a state it has read beforehand, as a page is read before it is sent.
    Read inside the act, one might come wholly after the other, and both rightly succeed.
    """
    ready, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        ready.wait(10)
        try:
            answers[number] = act()
        except TransitionRefused as refusal:
            answers[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def refusals(answers):
    return [type(found) for found in answers if isinstance(found, TransitionRefused)]
