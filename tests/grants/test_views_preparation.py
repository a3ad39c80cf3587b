"""The officers' pages: assignment, answers, letters, sending; and what others get instead."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from grants import actions, letters
from grants.models import Application, Assessment, Outcome, OutcomeKind
from grants.states import AssessmentState
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.dates import STOCKHOLM
from kraftsamling.lib.transitions import LostRace
from kraftsamling.programmes.models import Role
from tests.factories import grants as make
from tests.factories.accounts import UserFactory
from tests.grants.scene import again, questions, scene, signed_in, told
from tests.grants.test_actions_reviews import of_kind
from tests.grants.test_queries import assessment_in, sketch_in
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = make.ANSWERING


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(AT, tick=False):
        yield


def make_stage():
    return scene()


_stage_once, stage = kept(make_stage)


@pytest.fixture
def leader(stage):
    return signed_in(stage.leader)


def swedish(text):
    with override("sv"):
        return gettext(text)


def answer(revision=0, *, kind="invited", reason="Väl tänkt.", **more):
    return {"kind": kind, "reason": reason, "revision": str(revision), **more}


def outcome_url(stage, name="outcome_edit"):
    return reverse(name, args=[stage.sketch.pk])


def call_url(stage, name):
    return reverse(name, args=[stage.call.slug])


# ---- The list of calls


def test_the_list_has_the_programmes_calls_with_their_figures(stage, leader):
    make.create_call(stage.programme, by=stage.leader, title="Ett utkast")
    scene()
    make.create_outcome(stage.sketch, by=stage.leader)
    page = leader.get(reverse("preparation_list")).context["page"]
    found = [(c.title, c.sketches_count, c.answered_count, str(c.sought_total), str(c.frame_total)) for c in page]
    assert sorted(found) == [
        ("Ett utkast", 0, 0, "None", "1\u00a0000\u00a0000\u00a0kr"),
        ("Pilotprojekt", 1, 1, "200\u00a0000\u00a0kr", "1\u00a0000\u00a0000\u00a0kr"),
    ]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (make.OPENS - dt.timedelta(seconds=1), "Kommande"),
        (make.OPENS, "Öppen"),
        (make.CLOSES - dt.timedelta(seconds=1), "Öppen"),
        (make.CLOSES, "Stängd"),
    ],
)
def test_the_list_says_whether_a_call_is_open_now(stage, leader, at, said):
    with time_machine.travel(at, tick=False):
        page = leader.get(reverse("preparation_list")).content.decode()
    assert re.findall(r'<span class="pill [a-z]+">([^<]*)</span>', page) == [said]


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_list_asks_the_database_equally_often(stage, leader, count):
    for _ in range(count - 1):
        make.create_call(stage.programme, by=stage.leader)
    asked, _page = questions(leader, reverse("preparation_list"))
    assert len(asked) == 6


@pytest.mark.parametrize("who", ["reviewer", "writer"])
def test_the_list_is_for_those_who_compare(stage, who):
    assert signed_in(getattr(stage, who)).get(reverse("preparation_list")).status_code == 403


# ---- Reviewers


def test_assigning_in_bulk_from_the_page(stage, leader):
    sketches = [stage.sketch, make.create_submitted(stage.call)]
    data = {"sketches": [s.pk for s in sketches], "reviewers": [stage.reviewer.pk, stage.second.pk]}
    response = leader.post(call_url(stage, "reviewers"), data)
    assert (response.status_code, response.url) == (302, call_url(stage, "reviewers"))
    assert Assessment.objects.count() == 4
    assert len(told(response)) == 1


def test_passing_over_is_told(stage, leader):
    actions.declare_on_case(stage.sketch, ground="Vän.", by=stage.reviewer, at=AT)
    response = leader.post(call_url(stage, "reviewers"), {"sketches": [stage.sketch.pk], "reviewers": [stage.reviewer.pk]})
    assert (Assessment.objects.count(), len(told(response))) == (0, 2)


@pytest.mark.parametrize(
    "data", [{"sketches": []}, {"sketches": ["1"]}, {"reviewers": ["1"]}, {"sketches": ["x"], "reviewers": ["x"]}]
)
def test_an_unfinished_choice_assigns_nothing_and_says_why(stage, leader, data):
    response = leader.post(call_url(stage, "reviewers"), {"csrfmiddlewaretoken": "x", **data})
    assert (response.status_code, Assessment.objects.count(), len(told(response))) == (302, 0, 1)


def test_sketches_and_people_from_elsewhere_cannot_be_chosen(stage, leader):
    elsewhere = scene()
    draft = make.create_draft(stage.call)
    for data in (
        {"sketches": [elsewhere.sketch.pk], "reviewers": [stage.reviewer.pk]},
        {"sketches": [draft.pk], "reviewers": [stage.reviewer.pk]},
        {"sketches": [stage.sketch.pk], "reviewers": [elsewhere.reviewer.pk]},
        {"sketches": [stage.sketch.pk], "reviewers": [stage.writer.pk]},
    ):
        leader.post(call_url(stage, "reviewers"), data)
    assert Assessment.objects.count() == 0


def test_a_sketch_one_is_in_conflict_with_cannot_be_chosen(stage, leader):
    actions.declare_on_case(stage.sketch, ground="Vän.", by=stage.leader, at=AT)
    leader.post(call_url(stage, "reviewers"), {"sketches": [stage.sketch.pk], "reviewers": [stage.reviewer.pk]})
    assert Assessment.objects.count() == 0


def test_taking_an_assignment_back(stage, leader):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    response = leader.post(reverse("reviewer_remove", args=[assessment.pk]))
    assert (response.url, again(assessment).state) == (call_url(stage, "reviewers"), "removed")


def test_taking_back_what_is_done_is_refused_with_words(stage, leader):
    assessment = assessment_in(AssessmentState.SUBMITTED, stage)
    response = leader.post(reverse("reviewer_remove", args=[assessment.pk]))
    assert (again(assessment).state, len(told(response))) == ("submitted", 1)


def test_the_page_shows_progress_and_what_remains(stage, leader):
    remaining = assessment_in(AssessmentState.OPEN, stage)
    assessment_in(AssessmentState.SUBMITTED, stage, reviewer=stage.second)
    context = leader.get(call_url(stage, "reviewers")).context
    assert list(context["page"].object_list) == [remaining]
    assert [(row["reviewer__name"], row["assigned"], row["done"]) for row in context["progress"]] == [
        ("Gran Skare", 1, 0), ("Sekund Läsare", 1, 1),
    ]  # fmt: skip


# ---- The answer


def test_preparing_an_answer(stage, leader):
    response = leader.post(outcome_url(stage), answer(application_due_at="2026-11-20T12:00"))
    assert (response.status_code, response.url) == (302, call_url(stage, "board_detail"))
    found = Outcome.objects.get()
    assert (found.kind, found.reason, found.state, found.prepared_by) == ("invited", "Väl tänkt.", "pending", stage.leader)
    assert found.application_due_at == dt.datetime(2026, 11, 20, 12, tzinfo=STOCKHOLM)


def test_the_page_shows_what_is_prepared(stage, leader):
    make.create_outcome(stage.sketch, by=stage.team)
    form = leader.get(outcome_url(stage)).context["form"]
    assert (form.initial["kind"], form.initial["reason"], form.initial["revision"]) == ("invited", "Väl genomtänkt.", 1)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (answer(kind=""), "kind"),
        (answer(kind="maybe"), "kind"),
        (answer(reason=""), "reason"),
        (answer(reason=" \n"), "reason"),
        (answer(reason="x" * 4001), "reason"),
        (answer(application_due_at="i morgon"), "application_due_at"),
        ({**answer(), "revision": "x"}, "revision"),
    ],
)
def test_an_unfinished_answer_is_not_kept(stage, leader, data, field):
    response = leader.post(outcome_url(stage), data)
    assert (list(response.context["form"].errors), Outcome.objects.count()) == ([field], 0)


def test_a_deadline_that_has_passed_is_refused_and_the_text_kept(stage, leader):
    response = leader.post(outcome_url(stage), answer(application_due_at="2026-10-01T12:00"))
    form = response.context["form"]
    assert (response.status_code, form.data["reason"], Outcome.objects.count()) == (422, "Väl tänkt.", 0)
    assert len(form.non_field_errors()) == 1


def test_two_officers_at_once_the_second_is_told_and_keeps_the_text(stage, leader):
    colleague = signed_in(stage.team)
    assert colleague.post(outcome_url(stage), answer(kind="declined", reason="Kollegans skäl.")).status_code == 302
    response = leader.post(outcome_url(stage), answer(reason="Mitt eget skäl."))
    text = response.content.decode()
    assert response.status_code == 409
    assert [words in text for words in ("Kollegans skäl.", "Mitt eget skäl.", "Team Medlem")] == [True] * 3
    assert (Outcome.objects.get().reason, Outcome.objects.get().prepared_by) == ("Kollegans skäl.", stage.team)
    form = response.context["form"]
    assert (form["reason"].value(), form["revision"].value(), form["kind"].value()) == ("Mitt eget skäl.", 1, "invited")
    leader.post(outcome_url(stage), answer(revision=form["revision"].value(), reason="Mitt eget skäl."))
    assert (Outcome.objects.get().reason, Outcome.objects.get().revision) == ("Mitt eget skäl.", 2)


def test_a_colleague_who_took_the_answer_away_is_told_of(stage, leader):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    actions.drop_outcome(outcome, revision=1, by=stage.team, at=AT)
    response = leader.post(outcome_url(stage), answer(revision=1))
    assert (response.status_code, response.context["theirs"], response.context["form"]["revision"].value()) == (409, None, 0)


@pytest.mark.parametrize("state", ["invited", "declined", "withdrawn"])
def test_a_sketch_with_its_answer_has_no_form_and_takes_none(stage, leader, state):
    sketch_in(state, stage)
    before = list(Outcome.objects.values())
    response = leader.get(outcome_url(stage))
    assert (response.status_code, b'name="reason"' in response.content) == (200, False)
    assert leader.post(outcome_url(stage), answer(revision=1)).status_code == 422
    assert list(Outcome.objects.values()) == before


def test_taking_a_prepared_answer_away(stage, leader):
    make.create_outcome(stage.sketch, by=stage.team)
    response = leader.post(outcome_url(stage, "outcome_drop"), {"revision": "1"})
    assert (response.url, Outcome.objects.count()) == (call_url(stage, "outcomes"), 0)


@pytest.mark.parametrize("revision", ["", "0", "2", "x", "-1", "9" * 30, "9" * 5000, "²"])
def test_an_older_page_takes_nothing_away(stage, leader, revision):
    make.create_outcome(stage.sketch, by=stage.team)
    response = leader.post(outcome_url(stage, "outcome_drop"), {"revision": revision})
    assert (response.status_code, Outcome.objects.count(), len(told(response))) == (302, 1, 1)


# ---- Letters


def test_editing_a_letter(stage, leader):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    page = leader.get(outcome_url(stage, "letter_edit"))
    assert page.context["form"].initial == {"letter": letters.letter(outcome), "revision": 1}
    response = leader.post(outcome_url(stage, "letter_edit"), {"letter": "Kära ni.", "revision": "1"})
    assert (response.url, again(outcome).letter) == (call_url(stage, "outcomes"), "Kära ni.")


def test_saving_the_letter_as_it_was_is_no_wording_of_ones_own(stage, leader):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    as_the_browser_sends_it = letters.letter(outcome).replace("\n", "\r\n")
    leader.post(outcome_url(stage, "letter_edit"), {"letter": as_the_browser_sends_it, "revision": "1"})
    assert again(outcome).letter == ""


def test_a_letter_that_a_colleague_has_changed_is_not_overwritten_and_the_text_is_kept(stage, leader):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    actions.edit_letter(outcome, letter="Kollegans.", revision=1, by=stage.team, at=AT)
    response = leader.post(outcome_url(stage, "letter_edit"), {"letter": "Min egen.", "revision": "1"})
    assert (response.status_code, response.context["form"]["letter"].value()) == (409, "Min egen.")
    assert again(outcome).letter == "Kollegans."


@pytest.mark.parametrize(
    "data", [{}, {"letter": "", "revision": "1"}, {"letter": "x" * 8001, "revision": "1"}, {"letter": "Hej", "revision": "x"}]
)
def test_a_letter_that_is_not_right_is_not_kept(stage, leader, data):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    response = leader.post(outcome_url(stage, "letter_edit"), data)
    assert (response.context["form"].is_valid(), again(outcome).letter) == (False, "")


def test_without_a_prepared_answer_there_is_no_letter(stage, leader):
    assert leader.get(outcome_url(stage, "letter_edit")).status_code == 404
    assert leader.post(outcome_url(stage, "outcome_drop"), {"revision": "1"}).status_code == 404


# ---- Preview and send


def ticked(client, stage):
    """What the page would send if the button were pressed, exactly as it stands there."""
    page = client.get(call_url(stage, "outcomes")).content.decode()
    return {"outcome": re.findall(r'name="outcome" value="([^"]+)" checked', page)}


def test_the_preview_shows_each_letter_and_who_has_no_answer_yet(stage, leader):
    other = make.create_submitted(stage.call, title="Utan svar")
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    response = leader.get(call_url(stage, "outcomes"))
    context = response.context
    assert ([row.text for row in context["pending"]], list(context["unanswered"])) == ([letters.letter(outcome)], [other])
    assert (context["may_send"], context["sent"]) == (True, 0)


def test_sending_what_is_ticked(stage, leader, django_capture_on_commit_callbacks):
    second = make.create_submitted(stage.call)
    left = make.create_submitted(stage.call)
    outcomes = [
        make.create_outcome(s, by=stage.team, kind=k)
        for s, k in ((stage.sketch, "invited"), (second, "declined"), (left, "declined"))
    ]
    data = ticked(leader, stage)
    data["outcome"] = [tick for tick in data["outcome"] if not tick.startswith(f"{outcomes[2].pk}.")]
    assert len(data["outcome"]) == 2
    with django_capture_on_commit_callbacks(execute=True):
        response = leader.post(call_url(stage, "outcomes_send"), data)
    assert (response.url, len(told(response))) == (call_url(stage, "outcomes"), 1)
    assert [again(o).state for o in outcomes] == ["sent", "sent", "pending"]
    assert (Application.objects.count(), of_kind("outcome").count()) == (1, 2)


def test_pressing_twice_sends_once(stage, leader):
    make.create_outcome(stage.sketch, by=stage.team)
    data = ticked(leader, stage)
    for _ in range(2):
        assert leader.post(call_url(stage, "outcomes_send"), data).status_code == 302
    assert (of_kind("outcome").count(), Application.objects.count()) == (1, 1)


ODD = [
    "", "x", "1", "1.1", "..", "x.1.y", "1.x.y", "-1.1.y", "999999.1.y", "9" * 30 + ".1.y", "9" * 5000 + ".1.y", "².1.y", "1.1.1.y",
    "\x00.\x00.\x00",
]  # fmt: skip


@pytest.mark.parametrize("values", [[], *([odd] for odd in ODD)])
def test_ticks_that_make_no_sense_send_nothing(stage, leader, values):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    response = leader.post(call_url(stage, "outcomes_send"), {"outcome": values})
    assert (response.status_code, again(outcome).state, len(told(response))) == (302, "pending", 1)


@pytest.mark.parametrize("revision", ["0", "2", "", "x", "9" * 30, "9" * 5000])
def test_another_revision_than_the_shown_one_sends_nothing(stage, leader, revision):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    [tick] = ticked(leader, stage)["outcome"]
    key, _shown, seen = tick.split(".")
    response = leader.post(call_url(stage, "outcomes_send"), {"outcome": [f"{key}.{revision}.{seen}"]})
    assert (response.status_code, again(outcome).state, len(told(response))) == (302, "pending", 1)


@pytest.mark.parametrize("seen", ["", "x", "0" * 16])
def test_another_wording_than_the_shown_one_sends_nothing(stage, leader, seen):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    response = leader.post(call_url(stage, "outcomes_send"), {"outcome": [f"{outcome.pk}.1.{seen}"]})
    assert (response.status_code, again(outcome).state, len(told(response))) == (302, "pending", 1)


CHANGES = {
    "the answer": lambda stage, outcome: actions.prepare_outcome(
        stage.sketch, kind="invited", reason="Nytt skäl.", revision=1, by=stage.team, at=AT
    ),
    "the letter": lambda stage, outcome: actions.edit_letter(outcome, letter="Nytt brev.", revision=1, by=stage.team, at=AT),
    "dropped": lambda stage, outcome: actions.drop_outcome(outcome, revision=1, by=stage.team, at=AT),
    "withdrawn": lambda stage, outcome: actions.withdraw_sketch(again(stage.sketch), reason="Nej.", by=stage.writer, at=AT),
    "the call's letter": lambda stage, outcome: actions.edit_call(
        again(stage.call),
        values={"invitation_letter": "Helt andra ord: {title}."},
        revision=again(stage.call).revision,
        by=stage.team,
        at=AT,
    ),
    "the sketch's title": lambda stage, outcome: new_title(stage),
}


def new_title(stage):
    """The organisation has more time, and hands in its sketch with another title."""
    until = AT + dt.timedelta(days=1)
    actions.extend_deadline(stage.call, stage.organisation, until_at=until, reason="Brand.", by=stage.leader, at=AT)
    content = make.typed_sketch(stage.call, title="En annan titel")
    stage.sketch.draft.refresh_from_db()
    actions.save_draft(stage.sketch, content=content, revision=stage.sketch.draft.revision, by=stage.writer, at=AT)
    make.hand_in(stage.sketch, by=stage.writer, at=AT)


@pytest.mark.parametrize("what", CHANGES)
def test_nothing_is_sent_in_other_words_than_those_previewed(stage, leader, what):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    other = make.create_outcome(make.create_submitted(stage.call), by=stage.team, kind=OutcomeKind.DECLINED)
    data = ticked(leader, stage)
    CHANGES[what](stage, outcome)
    response = leader.post(call_url(stage, "outcomes_send"), data)
    with override("sv"):
        words = str(LostRace())
    assert (Outcome.objects.filter(state="sent").count(), of_kind("outcome").count(), again(other).state) == (0, 0, "pending")
    assert told(response) == [words]


def test_a_deadline_that_has_passed_since_is_told_and_nothing_sent(stage, leader):
    outcome = make.create_outcome(stage.sketch, by=stage.team, application_due_at=AT + dt.timedelta(hours=1))
    data = ticked(leader, stage)
    with time_machine.travel(AT + dt.timedelta(hours=1), tick=False):
        response = leader.post(call_url(stage, "outcomes_send"), data)
    assert (again(outcome).state, "Fritidslots" in " ".join(told(response))) == ("pending", True)


def test_answers_of_another_call_are_not_sent_with_this_one(stage, leader):
    other = make.create_published_call(stage.programme, by=stage.leader)
    outcome = make.create_outcome(make.create_submitted(other), by=stage.leader)
    page = leader.get(reverse("outcomes", args=[other.slug])).content.decode()
    ticks = re.findall(r'name="outcome" value="([^"]+)"', page)
    leader.post(call_url(stage, "outcomes_send"), {"outcome": ticks})
    assert (len(ticks), again(outcome).state) == (1, "pending")


@pytest.mark.parametrize(("who", "status"), [("team", 403), ("decider", 403)])
def test_those_who_may_not_send_are_refused(stage, who, status):
    outcome = make.create_outcome(stage.sketch, by=stage.team)
    client = signed_in(getattr(stage, who))
    page = client.get(call_url(stage, "outcomes"))
    assert (page.context["may_send"], b'<button class="btn" form="skicka"' in page.content) == (False, False)
    data = ticked(signed_in(stage.leader), stage)
    response = client.post(call_url(stage, "outcomes_send"), data)
    assert (len(data["outcome"]), response.status_code, again(outcome).state) == (1, status, "pending")


def test_decision_makers_see_answers_but_no_buttons_that_refuse_them(stage):
    make.create_outcome(stage.sketch, by=stage.team)
    content = signed_in(stage.decider).get(call_url(stage, "outcomes")).content.decode()
    links = [reverse(name, args=[stage.sketch.pk]) for name in ("letter_edit", "outcome_edit", "outcome_drop")]
    assert [link in content for link in links] == [False] * 3


# ---- The invitation's page


def test_the_invited_organisation_reads_the_letter_and_can_turn_down(stage):
    application = make.create_invited(stage.sketch, by=stage.leader)
    client = signed_in(stage.writer)
    page = client.get(application.get_absolute_url())
    assert (page.status_code, page.context["own"], "Väl genomtänkt." in page.content.decode()) == (200, True, True)
    url = reverse("application_turn_down", args=[application.pk])
    response = client.post(url, {"reason": "  Ingen personal. "})
    assert (response.url, again(application).state) == (application.get_absolute_url(), "withdrawn")
    assert AuditEntry.objects.get(action="grants.application.turn_down").details == {"reason": "Ingen personal."}


@pytest.mark.parametrize("reason", ["a\x00b", "a\u202eb"])
def test_a_reason_to_turn_down_is_stored_in_a_storable_form(stage, reason):
    application = make.create_invited(stage.sketch, by=stage.leader)
    response = signed_in(stage.writer).post(reverse("application_turn_down", args=[application.pk]), {"reason": reason})
    assert (response.status_code, again(application).state) == (302, "withdrawn")
    assert AuditEntry.objects.get(action="grants.application.turn_down").details["reason"] == "ab"


def test_a_reason_that_is_too_long_is_told_of_and_turns_nothing_down(stage):
    application = make.create_invited(stage.sketch, by=stage.leader)
    response = signed_in(stage.writer).post(reverse("application_turn_down", args=[application.pk]), {"reason": "x" * 401})
    assert (again(application).state, len(told(response))) == ("open", 1)


@pytest.mark.parametrize(("who", "status"), [("leader", 403), ("decider", 403), ("reviewer", 404), ("elsewhere", 404)])
def test_others_turn_nothing_down(stage, who, status):
    application = make.create_invited(stage.sketch, by=stage.leader)
    user = scene().leader if who == "elsewhere" else getattr(stage, who)
    response = signed_in(user).post(reverse("application_turn_down", args=[application.pk]), {"reason": "Nej"})
    assert (response.status_code, again(application).state) == (status, "open")


# ---- Outsiders on every address

BY_CALL = ["board_detail", "reviewers", "outcomes"]
BY_SKETCH = ["outcome_edit", "letter_edit", "outcome_drop"]


@pytest.mark.parametrize("who", ["reviewer", "writer", "stranger", "elsewhere"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_none_of_the_officers_pages_is_there_for_others(stage, who, method):
    make.create_outcome(stage.sketch, by=stage.team)
    assessment = make.assign(stage.sketch, stage.second, by=stage.leader)
    user = {"stranger": UserFactory, "elsewhere": lambda: scene().leader}.get(who, lambda: getattr(stage, who))()
    client = signed_in(user)
    urls = [call_url(stage, name) for name in [*BY_CALL, "outcomes_send"]] + [outcome_url(stage, name) for name in BY_SKETCH]
    urls += [reverse("board_file", args=[stage.call.slug, kind]) for kind in ("csv", "xlsx")]
    urls += [reverse("reviewer_remove", args=[assessment.pk])]
    found = {url: getattr(client, method)(url).status_code for url in urls}
    assert {url: status for url, status in found.items() if status not in {404, 405}} == {}
    assert (Outcome.objects.count(), again(assessment).state) == (1, "assigned")


@pytest.mark.parametrize(
    ("name", "data"),
    [("outcome_edit", answer()), ("letter_edit", {"letter": "Hej", "revision": "1"}), ("outcome_drop", {"revision": "1"})],
)
def test_decision_makers_read_but_change_nothing(stage, name, data):
    make.create_outcome(stage.sketch, by=stage.team)
    before = Outcome.objects.values().get()
    assert signed_in(stage.decider).post(outcome_url(stage, name), data).status_code == 403
    assert Outcome.objects.values().get() == before


def test_decision_makers_assign_nobody(stage):
    assessment = make.assign(stage.sketch, stage.second, by=stage.leader)
    client = signed_in(stage.decider)
    data = {"sketches": [stage.sketch.pk], "reviewers": [stage.reviewer.pk]}
    assert client.post(call_url(stage, "reviewers"), data).status_code == 403
    assert client.post(reverse("reviewer_remove", args=[assessment.pk])).status_code == 403
    assert (Assessment.objects.count(), again(assessment).state) == (1, "assigned")


@pytest.mark.parametrize("name", ["outcomes_send", "outcome_drop", "reviewer_remove"])
def test_acts_are_posted(stage, leader, name):
    args = [stage.call.slug] if name == "outcomes_send" else [stage.sketch.pk]
    assert leader.get(reverse(name, args=args)).status_code == 405


def test_who_is_not_logged_in_is_sent_to_log_in(stage):
    urls = [
        reverse("preparation_list"),
        *(call_url(stage, name) for name in BY_CALL),
        *(outcome_url(stage, name) for name in BY_SKETCH),
    ]
    answers = [Client().get(url) for url in urls]
    assert {(r.status_code, urlsplit(r.url).path) for r in answers} == {(302, reverse("account_login"))}


def test_a_draft_has_no_officers_pages(stage, leader):
    draft = make.create_draft(stage.call)
    assert leader.get(reverse("outcome_edit", args=[draft.pk])).status_code == 404


def test_all_words_of_refusal_exist_in_swedish():
    found = [swedish(text) for text in ("Tick the answers to send.", "The assignment is taken back.", "The letter is saved.")]
    assert [
        text for text in found if text in {"Tick the answers to send.", "The assignment is taken back.", "The letter is saved."}
    ] == []


def test_only_roles_that_compare_have_preparation_in_their_navigation(stage):
    for role in (Role.PROCESS_LEADER, Role.REVIEWER):
        client = signed_in(make.officer(stage.programme, role))
        content = client.get(reverse("review_list")).content.decode()
        assert (f'href="{reverse("preparation_list")}"' in content) is (role == Role.PROCESS_LEADER)
