"""Where the case is, who has the ball, what comes next and when: in every state of a sketch and of its application."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from grants import actions, progress
from grants.models import CompletionConsequence, OutcomeKind
from grants.states import ApplicationState
from kraftsamling.lib.dates import STOCKHOLM
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.grants.scene import questions, scene, signed_in

pytestmark = pytest.mark.django_db

DAY, MICRO = dt.timedelta(days=1), dt.timedelta(microseconds=1)
WAY = ["Sketch", "Review", "Answer", "Application", "Decision"]
SENT_IN = "Sketch: sent in 20 September 2026 at 12.00"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def draft(**call):
    return scene(submitted=False, **call).sketch


def submitted(**call):
    return scene(**call).sketch


def withdrawn():
    stage = scene()
    actions.withdraw_sketch(stage.sketch, reason="Vi hinner inte.", by=stage.writer, at=make.DURING)
    return stage.sketch


def declined():
    stage = scene()
    outcome = make.create_outcome(stage.sketch, by=stage.leader, kind=OutcomeKind.DECLINED)
    actions.send_outcomes(stage.call, outcomes=[outcome], by=stage.leader, at=make.ANSWERING)
    return again(stage.sketch)


def invited(**call):
    stage = scene(**call)
    make.create_invited(stage.sketch, by=stage.leader)
    return again(stage.sketch)


def turned_down():
    sketch = invited()
    by = sketch.organisation.members.first()
    actions.turn_down_invitation(sketch.application, reason="Vi hinner inte.", by=by, at=applications.WRITING)
    return again(sketch)


def lapsed():
    sketch = invited()
    actions.lapse_application(sketch.application, at=make.APPLICATION_DUE + DAY)
    return again(sketch)


def sent_in(**call):
    sketch = invited(**call)
    applications.create_sent_in(sketch.application)
    return again(sketch)


def taken_back():
    sketch = sent_in()
    by = sketch.organisation.members.first()
    actions.withdraw_application(sketch.application, reason="Vi hinner inte.", by=by, at=applications.HANDED_IN)
    return again(sketch)


def returned():
    sketch = sent_in()
    actions.request_completion(
        sketch.application, text="Budgeten saknas.", due_at=make.APPLICATION_DUE + 9 * DAY, by=sketch.call.created_by,
        consequence=CompletionConsequence.AS_IT_IS, at=applications.HANDED_IN + DAY,
    )  # fmt: skip
    return again(sketch)


def again(sketch):
    return type(sketch).objects.select_related("call", "application").get(pk=sketch.pk)


AT_WORK = make.DURING
IN_TIME = make.APPLICATION_DUE - 2 * DAY


@pytest.mark.parametrize(
    ("make_it", "at", "way", "ours", "said"),
    [
        (draft, AT_WORK, "now todo todo todo todo", True, "Your turn: write the sketch and send it in. 11 days left."),
        (draft, make.CLOSES - MICRO, "now todo todo todo todo", True, "Your turn: write the sketch"),
        (draft, make.CLOSES, "now", False, "The call has closed, and the sketch was not sent in."),
        (withdrawn, AT_WORK, "done", False, "The sketch has been withdrawn."),
        (submitted, make.REVIEWING, "done now todo todo todo", False,
         "The process leader and the reviewers have the ball. You get an answer, expected 30 October 2026."),
        (declined, make.ANSWERING, "done done done", False, "You have got an answer: the sketch does not go further"),
        (invited, IN_TIME, "done done done now todo", True, "Your turn: you are invited to apply. 2 days left."),
        (invited, make.APPLICATION_DUE - MICRO, "done done done now todo", True, "Your turn: you are invited to apply."),
        (invited, make.APPLICATION_DUE, "done done done now", False, "The last moment for the application has passed."),
        (turned_down, IN_TIME, "done done done now", False, "You have turned down the invitation."),
        (lapsed, make.APPLICATION_DUE + DAY, "done done done now", False, "The application was not sent in on time."),
        (sent_in, IN_TIME, "done done done done now", False,
         "The officers have the ball: they prepare the decision, expected 20 December 2026."),
        (taken_back, IN_TIME, "done done done now", False, "You have withdrawn the application."),
        (returned, IN_TIME, "done done done now todo", True, "Your turn: complete the application and send it in again."),
    ],
)  # fmt: skip
def test_the_organisation_is_told_where_the_case_is_and_whose_turn_it_is(make_it, at, way, ours, said):
    sketch = make_it()

    steps, ball = progress.steps(sketch, at=at), progress.ball(sketch, at=at)

    assert [step.state for step in steps] == way.split()
    assert [step.label for step in steps] == WAY[: len(steps)]
    assert (ball.ours, plain(ball.text)[: len(said)]) == (ours, said)


@pytest.mark.parametrize("state", [ApplicationState.GRANTED, ApplicationState.REJECTED, ApplicationState.DISMISSED])
def test_after_the_decision_all_is_done(state):
    sketch = sent_in()
    sketch.application.state = state  # what a decision leaves; the decisions have tests of their own

    steps, ball = progress.steps(sketch, at=decisions.DECIDING), progress.ball(sketch, at=decisions.DECIDING)

    assert ({step.state for step in steps}, len(steps), ball.ours) == ({"done"}, 5, False)
    assert ball.text.startswith(
        "The application is granted." if state == ApplicationState.GRANTED else "You have got a decision: no money this time."
    )


def test_the_steps_say_when():
    assert told(draft(), at=AT_WORK) == [
        "Sketch: no later than 1 October 2026 at 16.00",
        "Review: done by 20 October 2026 at 16.00",
        "Answer: expected 30 October 2026",
        "Application: for those invited, no later than 1 December 2026 at 16.00",
        "Decision: expected 20 December 2026",
    ]
    assert told(submitted(), at=make.REVIEWING)[0] == SENT_IN


def test_the_own_last_moment_stands_and_not_the_calls():
    stage = scene(submitted=False)
    later = make.CLOSES + 3 * DAY
    actions.extend_deadline(stage.call, stage.organisation, until_at=later, reason="Sjuk.", by=stage.leader, at=make.DURING)

    assert told(stage.sketch, at=make.CLOSES)[0] == "Sketch: no later than 4 October 2026 at 16.00"
    assert plain(progress.ball(stage.sketch, at=make.CLOSES).text) == "Your turn: write the sketch and send it in. 3 days left."
    assert told(invited(), at=IN_TIME)[3] == "Application: no later than 1 December 2026 at 16.00"


def test_a_call_without_a_day_of_decision_promises_none():
    sketch = sent_in(decision_expected_on=None)

    assert told(sketch, at=IN_TIME)[4] == "Decision: "
    assert progress.ball(sketch, at=IN_TIME).text == "The officers have the ball: they prepare the decision."


def test_a_day_that_has_passed_is_no_longer_expected():
    sketch = submitted()
    late = dt.datetime(2026, 10, 31, tzinfo=STOCKHOLM)
    last, past_decision = late - MICRO, dt.datetime(2026, 12, 21, tzinfo=STOCKHOLM)
    assert [told(sketch, at=at)[2] for at in (last, late)] == ["Answer: expected 30 October 2026", "Answer: "]
    assert plain(progress.ball(sketch, at=late).text) == (
        "The process leader and the reviewers have the ball. The answer has taken longer than expected."
    )
    application = sent_in()
    assert told(application, at=past_decision)[4] == "Decision: "
    assert progress.ball(application, at=past_decision).text == "The officers have the ball: they prepare the decision."


def test_an_answer_that_has_come_says_when_it_was_sent():
    assert told(declined(), at=make.ANSWERING)[2] == "Answer: sent 25 October 2026"
    assert told(invited(), at=IN_TIME)[2] == "Answer: sent 25 October 2026"


@pytest.mark.parametrize(
    ("make_it", "at", "moment"),
    [
        (draft, make.CLOSES - MICRO, "1 oktober 2026 kl. 16.00"),
        (draft, make.CLOSES, "–"),
        (withdrawn, AT_WORK, "–"),
        (submitted, make.REVIEWING, "30 oktober 2026"),
        (submitted, make.ANSWERING + 9 * DAY, "–"),
        (declined, make.ANSWERING, "–"),
        (invited, make.APPLICATION_DUE - MICRO, "1 december 2026 kl. 16.00"),
        (invited, make.APPLICATION_DUE, "–"),
        (turned_down, IN_TIME, "–"),
        (sent_in, IN_TIME, "20 december 2026"),
        (sent_in, make.APPLICATION_DUE + 40 * DAY, "–"),
        (returned, make.APPLICATION_DUE, "10 december 2026 kl. 16.00"),
        (returned, make.APPLICATION_DUE + 9 * DAY, "–"),
    ],
)
def test_the_list_says_the_next_moment_of_each_case(make_it, at, moment):
    assert listed(make_it(), at=at) == moment


def test_the_list_says_the_own_last_moment():
    stage = scene(submitted=False)
    for days in (5, 3):
        until = make.CLOSES + days * DAY
        actions.extend_deadline(stage.call, stage.organisation, until_at=until, reason="Sjuk.", by=stage.leader, at=make.DURING)
    assert listed(stage.sketch, at=make.CLOSES) == "6 oktober 2026 kl. 16.00"


def test_the_list_says_what_has_become_of_the_application():
    assert "Inskickad" in listed_row(sent_in(), at=IN_TIME)
    assert "Inbjuden" in listed_row(invited(), at=IN_TIME)


def test_a_draft_of_a_cancelled_call_is_told_so():
    sketch = draft()
    actions.cancel_call(sketch.call, by=sketch.call.created_by, at=make.DURING)

    ball = progress.ball(sketch, at=make.DURING)

    assert (ball.ours, ball.text) == (False, "The call has been cancelled. Your text is kept here.")
    assert told(sketch, at=make.DURING) == ["Sketch: no later than 1 October 2026 at 16.00"]


def test_the_page_of_the_case_says_it_to_the_organisation():
    stage = scene()

    with time_machine.travel(make.REVIEWING, tick=False):
        page = signed_in(stage.writer).get(stage.sketch.get_absolute_url(), headers={"accept-language": "sv"})

    shown = page.content.decode()
    assert [step.state for step in page.context["steps"]] == ["done", "now", "todo", "todo", "todo"]
    assert "Bollen ligger hos processledaren och granskarna." in shown


ASKED = 7
"""In whatever state a case is, its row asks for nothing by itself."""


def listed_row(sketch, *, at):
    with time_machine.travel(at, tick=False):
        asked, page = questions(signed_in(sketch.organisation.members.first()), reverse("sketch_list"))
    assert len(asked) <= ASKED
    [row] = re.findall(r"<tbody>(.*?)</tbody>", page.content.decode(), re.DOTALL)
    return plain(strip_tags(row))


def listed(sketch, *, at):
    return listed_row(sketch, at=at).strip().splitlines()[-1].strip()


def plain(text):
    return text.replace("\xa0", " ")


def told(sketch, *, at):
    return [plain(f"{step.label}: {step.detail}") for step in progress.steps(sketch, at=at)]
