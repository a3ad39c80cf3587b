"""The reviewer's pages: the queue, the declaration, the assessment, and what others get instead."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from grants import actions
from grants.models import Assessment, ParkedText
from grants.states import AssessmentState
from kraftsamling.lib.transitions import LostRace
from kraftsamling.programmes.models import Role
from tests.factories import grants as make
from tests.factories.accounts import PASSWORD
from tests.grants.scene import again, questions, scene, signed_in
from tests.grants.test_queries import assessment_in, sketch_in
from tests.kept import kept

pytestmark = pytest.mark.django_db

AT = make.REVIEWING
POST_PAGES = ["declare", "save", "autosave", "abstain", "skip", "reopen"]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(AT, tick=False):
        yield


def make_stage():
    return scene()


_stage_once, stage = kept(make_stage)


def url(name, assessment):
    return reverse(f"assessment_{name}", args=[assessment.pk])


def swedish(text):
    with override("sv"):
        return gettext(text)


def typed(assessment, *, value="4", reason="Därför.", revision=0, **changes):
    """A whole assessment as the browser sends it."""
    values = {"recommendation": "invite", "comment": "Bra.", "revision": str(revision)}
    for criterion in assessment.sketch.call.criteria.all():
        values[f"score_{criterion.pk}"], values[f"reason_{criterion.pk}"] = value, reason
    values |= changes
    return {name: text for name, text in values.items() if text is not None}


# ---- The list


def test_the_list_has_the_own_assignments_and_how_far_one_has_come(stage):
    first = assessment_in(AssessmentState.SUBMITTED, stage)
    second = make.assign(make.create_submitted(stage.call, title="Två"), stage.reviewer, by=stage.leader)
    excluded = make.assign(make.create_submitted(stage.call, title="Tre"), stage.reviewer, by=stage.leader)
    actions.declare_on_assessment(excluded, has_conflict=True, ground="Vän.", by=stage.reviewer, at=AT)
    taken_back = make.assign(make.create_submitted(stage.call, title="Fyra"), stage.reviewer, by=stage.leader)
    actions.unassign_reviewer(taken_back, by=stage.leader, at=AT)
    make.assign(stage.sketch, stage.second, by=stage.leader)
    context = signed_in(stage.reviewer).get(reverse("review_list")).context
    assert set(context["page"].object_list) == {first, second, excluded}
    assert (context["done"], context["total"], context["next"]) == (1, 2, second)


def test_the_next_one_is_the_first_in_the_queue_that_still_waits_for_an_answer(stage):
    first = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    second = make.assign(make.create_submitted(stage.call), stage.reviewer, by=stage.leader)
    client = signed_in(stage.reviewer)
    assert client.get(reverse("review_list")).context["next"] == first
    actions.withdraw_sketch(again(stage.sketch), reason="Nej.", by=stage.writer, at=AT)
    assert client.get(reverse("review_list")).context["next"] == second


def test_the_list_can_show_one_call(stage):
    other = make.create_published_call(stage.programme, by=stage.leader, title="En annan")
    here = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    there = make.assign(make.create_submitted(other), stage.reviewer, by=stage.leader)
    client = signed_in(stage.reviewer)
    assert set(client.get(reverse("review_list")).context["page"].object_list) == {here, there}
    assert list(client.get(reverse("review_list"), {"utlysning": other.slug}).context["page"].object_list) == [there]


@pytest.mark.parametrize("query", ["?utlysning=%00", "?utlysning=finns-inte", "?page=%00", "?page=x", "?utlysning=%ff"])
def test_odd_queries_of_the_list_are_answered(stage, query):
    make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    assert signed_in(stage.reviewer).get(reverse("review_list") + query).status_code == 200


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_list_asks_the_database_equally_often(stage, count):
    for number in range(count):
        make.assign(make.create_submitted(stage.call, title=f"Skiss {number}"), stage.reviewer, by=stage.leader)
    asked, _page = questions(signed_in(stage.reviewer), reverse("review_list"))
    assert len(asked) == 9


def test_the_assessment_page_asks_the_database_equally_often_with_many_others(stage):
    assessment = assessment_in(AssessmentState.SUBMITTED, stage)
    client = signed_in(stage.reviewer)
    counts = []
    for _ in range(3):
        counts.append(len(questions(client, assessment.get_absolute_url())[0]))
        make.create_assessed(stage.sketch, make.officer(stage.programme, Role.REVIEWER), by=stage.leader)
    assert counts[1] == counts[2]
    assert counts[2] <= 18


# ---- Declaration


def test_before_the_declaration_only_the_parties_and_the_title_stand_there(stage):
    own = make.OrganisationFactory()
    stage.sketch.draft.refresh_from_db()
    content = make.typed_sketch(stage.call, partner_1_name="Grannföreningen", partner_1_org_number=own.org_number)
    actions.save_draft(stage.sketch, content=content, revision=1, by=stage.writer, at=make.DURING)
    make.hand_in(stage.sketch, by=stage.writer)
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    text = signed_in(stage.reviewer).get(assessment.get_absolute_url()).content.decode()
    assert [words in text for words in ("Fritidslots", stage.organisation.name, "Grannföreningen")] == [True] * 3
    assert [words in text for words in ("Många unga saknar", "En lots följer med", "Vi prövar", "Kim Exempel")] == [False] * 4


def test_declaring_no_conflict_leads_to_the_assessment(stage):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    client = signed_in(stage.reviewer)
    response = client.post(url("declare", assessment), {"has_conflict": "no"})
    assert (response.status_code, response.url) == (302, assessment.get_absolute_url())
    assert again(assessment).state == "open"
    assert "Många unga saknar" in client.get(response.url).content.decode()


def test_declaring_a_conflict_leads_away_from_the_case(stage):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    response = signed_in(stage.reviewer).post(url("declare", assessment), {"has_conflict": "yes", "ground": "Min bror."})
    assert (response.status_code, response.url) == (302, reverse("review_list"))
    assert again(assessment).state == "excluded"


@pytest.mark.parametrize(
    "data", [{}, {"has_conflict": "maybe"}, {"has_conflict": "yes"}, {"has_conflict": "yes", "ground": "  "}]
)
def test_an_unfinished_declaration_changes_nothing(stage, data):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    response = signed_in(stage.reviewer).post(url("declare", assessment), data)
    assert (response.status_code, again(assessment).state) == (200, "assigned")
    assert list(response.context["form"].errors) == (["ground"] if data.get("has_conflict") == "yes" else ["has_conflict"])


def test_a_double_click_on_the_declaration_is_harmless(stage):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    client = signed_in(stage.reviewer)
    for _ in range(2):
        assert client.post(url("declare", assessment), {"has_conflict": "no"}).status_code == 302
    assert again(assessment).state == "open"


# ---- The assessment


def test_saving_keeps_the_draft_and_stays(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    response = signed_in(stage.reviewer).post(url("save", assessment), typed(assessment, comment="Halvvägs"))
    assert (response.status_code, response.url) == (302, assessment.get_absolute_url())
    found = again(assessment)
    assert (found.state, found.revision, found.draft["comment"]) == ("open", 1, "Halvvägs")


def test_what_was_saved_stands_in_the_form(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = signed_in(stage.reviewer)
    client.post(url("save", assessment), typed(assessment, comment="Halvvägs"))
    context = client.get(assessment.get_absolute_url()).context
    assert (context["form"].data["comment"], context["revision"], context["form"].errors) == ("Halvvägs", 1, {})


def test_handing_in(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = signed_in(stage.reviewer)
    response = client.post(url("save", assessment), typed(assessment, hand_in="1"), follow=True)
    assert response.redirect_chain == [(assessment.get_absolute_url(), 302)]
    found = again(assessment)
    assert (found.state, found.weighted_mean, found.recommendation, found.comment) == ("submitted", 4, "invite", "Bra.")


def test_handing_in_twice_says_nothing_went_wrong_but_other_words_are_not_taken_silently(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = signed_in(stage.reviewer)
    client.post(url("save", assessment), typed(assessment, hand_in="1"))
    done = again(assessment)
    twice = client.post(url("save", assessment), typed(assessment, hand_in="1"), follow=True)
    other = client.post(url("save", assessment), typed(assessment, hand_in="1", comment="Nej."), follow=True)
    saved = client.post(url("save", assessment), typed(assessment), follow=True)
    levels = [[message.level_tag for message in response.context["messages"]] for response in (twice, other, saved)]
    assert levels == [["success"], ["error"], ["error"]]
    assert (again(assessment).comment, again(assessment).revision) == ("Bra.", done.revision)


def test_what_remains_is_told_criterion_by_criterion(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    first, *others = stage.call.criteria.order_by("position", "pk")
    filled = typed(assessment, hand_in="1", **{f"score_{first.pk}": None, f"reason_{others[0].pk}": ""})
    page = signed_in(stage.reviewer).post(url("save", assessment), filled).content.decode()
    summary = page.partition('<div class="errors"')[2].partition("</div>")[0]
    assert re.findall(r">([^<]*): [^<]*</a>", summary) == [
        f"{first.name}, {swedish('Score').lower()}",
        f"{others[0].name}, {swedish('Reason').lower()}",
    ]


def test_a_handed_in_assessment_leads_to_the_next(stage):
    handed_in = assessment_in(AssessmentState.SUBMITTED, stage)
    client = signed_in(stage.reviewer)
    assert reverse("review_list") in main_of(client.get(handed_in.get_absolute_url()))
    waiting = make.assign(make.create_submitted(stage.call, title="Två"), stage.reviewer, by=stage.leader)
    assert f'<a class="btn" href="{waiting.get_absolute_url()}"' in main_of(client.get(handed_in.get_absolute_url()))


def main_of(response):
    return response.content.decode().partition('class="assess-form"')[2]


@pytest.mark.parametrize("value", ["", "6", "-1", "4.5", "x", "٣", "1e0"])
def test_a_score_that_is_not_on_the_scale_is_refused_and_kept(stage, value):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    first = stage.call.criteria.first()
    response = signed_in(stage.reviewer).post(
        url("save", assessment), typed(assessment, hand_in="1", **{f"score_{first.pk}": value})
    )
    assert (response.status_code, list(response.context["form"].errors)) == (422, [f"score_{first.pk}"])
    assert (again(assessment).state, again(assessment).revision) == ("open", 1)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("reason", ""),
        ("reason", "  \n "),
        ("reason", "ord " * 201),
        ("reason", "Pojken 20100101-1236 är med."),
        ("comment", "ord " * 301),
        ("recommendation", "perhaps"),
    ],
)
def test_words_that_are_not_right_are_refused_and_kept(stage, field, text):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    name = f"reason_{stage.call.criteria.first().pk}" if field == "reason" else field
    if "2010" in text:
        from stdnum import luhn

        text = f"Pojken 20100101-123{luhn.calc_check_digit('100101123')} är med."
    response = signed_in(stage.reviewer).post(url("save", assessment), typed(assessment, hand_in="1", **{name: text}))
    assert (response.status_code, list(response.context["form"].errors)) == (422, [name])
    assert again(assessment).state == "open"


def test_after_a_refusal_the_form_carries_the_new_revision_so_that_one_can_go_on(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = signed_in(stage.reviewer)
    response = client.post(url("save", assessment), typed(assessment, hand_in="1", recommendation=None))
    revision = response.context["revision"]
    assert (response.status_code, revision) == (422, 1)
    client.post(url("save", assessment), typed(assessment, hand_in="1", revision=revision))
    assert again(assessment).state == "submitted"


def test_two_windows_both_texts_are_shown_and_nothing_is_overwritten(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = signed_in(stage.reviewer)
    client.post(url("save", assessment), typed(assessment, comment="Från fönster ett"))
    response = client.post(url("save", assessment), typed(assessment, comment="Från fönster två"))
    text = re.sub(r"<[^>]*>", "", response.content.decode())
    assert (response.status_code, "ett" in text, "två" in text) == (409, True, True)
    assert (again(assessment).draft["comment"], again(assessment).revision) == ("Från fönster ett", 1)
    again_typed = typed(assessment, comment="Från fönster två", revision=response.context["revision"])
    assert client.post(url("save", assessment), again_typed).status_code == 302
    assert again(assessment).draft["comment"] == "Från fönster två"


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "9" * 5000, "\x00", "²"])
def test_a_revision_that_makes_no_sense_is_an_older_window(stage, revision):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = signed_in(stage.reviewer)
    assert client.post(url("save", assessment), typed(assessment, revision=revision)).status_code == 409
    assert client.post(url("autosave", assessment), typed(assessment, revision=revision)).status_code == 409
    assert again(assessment).draft == {}


def test_invisible_signs_and_too_long_texts_are_stored_in_a_storable_form(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = signed_in(stage.reviewer)
    client.post(url("save", assessment), typed(assessment, comment="a\x00b\u202ec 🦦" + "x" * 200_000))
    kept = again(assessment).draft["comment"]
    assert (kept.startswith("abc 🦦xx"), len(kept)) == (True, 50_000)


# ---- Autosave


def test_autosave_answers_with_the_revision_and_what_remains(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    response = signed_in(stage.reviewer).post(
        url("autosave", assessment), {"revision": "0", "comment": "Hm"}, headers={"X-Autosave": "1"}
    )
    answer = response.json()
    assert (response.status_code, answer["revision"], answer["conflict"], answer["url"]) == (200, 1, False, "")
    remaining = stage.call.criteria.count() * 2 + 1
    assert str(remaining) in answer["checks_html"]
    assert again(assessment).draft == {"comment": "Hm"}


def test_autosave_says_when_all_is_filled_in(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    answer = signed_in(stage.reviewer).post(url("autosave", assessment), typed(assessment)).json()
    assert answer["checks_html"].strip() == swedish("Everything is filled in.")
    assert again(assessment).state == "open"


def test_autosave_from_an_older_window_is_told_of_the_newer(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = signed_in(stage.reviewer)
    client.post(url("autosave", assessment), typed(assessment, comment="Ett"))
    response = client.post(url("autosave", assessment), typed(assessment, comment="Två"))
    with override("sv"):
        words = str(LostRace())
    assert (response.status_code, response.json()) == (
        409, {"conflict": True, "saved": words, "url": assessment.get_absolute_url()},
    )  # fmt: skip
    assert again(assessment).draft["comment"] == "Ett"


@pytest.mark.parametrize("state", ["invited", "declined", "withdrawn"])
def test_autosave_after_the_answer_is_refused(stage, state):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    sketch_in(state, stage)
    response = signed_in(stage.reviewer).post(url("autosave", assessment), typed(assessment))
    assert (response.status_code, again(assessment).draft) == (409, {})


def test_autosave_when_logged_out_says_so(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    response = Client().post(url("autosave", assessment), typed(assessment))
    assert (response.status_code, response.json()) == (401, {"logged_out": True})
    assert (again(assessment).draft, ParkedText.objects.count()) == ({}, 0)


# ---- The text of somebody who was logged out


def test_saving_when_logged_out_keeps_the_text_until_after_log_in(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = Client()
    response = client.post(url("save", assessment), typed(assessment, comment="Skrivet i onödan?"))
    login = urlsplit(response.url)
    assert (response.status_code, login.path) == (302, reverse("account_login"))
    [after] = parse_qs(login.query)["next"]
    assert after.startswith(f"{assessment.get_absolute_url()}?parkerad=")
    answer = client.post(response.url, {"login": stage.reviewer.email, "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, after)
    page = client.get(after)
    assert (page.context["form"].data["comment"], page.context["revision"], page.context["restored"]) == (
        "Skrivet i onödan?",
        0,
        True,
    )
    assert again(assessment).draft == {}
    saved = client.post(
        url("save", assessment), typed(assessment, comment="Skrivet i onödan?", revision=page.context["revision"])
    )
    assert (saved.status_code, again(assessment).draft["comment"]) == (302, "Skrivet i onödan?")


def parked(assessment, client, **changes):
    response = client.post(url("save", assessment), typed(assessment, **changes))
    return parse_qs(urlsplit(response.url).query)["next"][0]


def test_a_parked_text_comes_back_on_its_own_page_only(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    after = parked(assessment, Client(), comment="Hemligt")
    other = make.assign(make.create_submitted(stage.call), stage.second, by=stage.leader)
    actions.declare_on_assessment(other, has_conflict=False, by=stage.second, at=AT)
    client = signed_in(stage.second)
    assert client.get(after).status_code == 404
    elsewhere = client.get(f"{other.get_absolute_url()}?{urlsplit(after).query}")
    assert (elsewhere.context["restored"], "Hemligt" in elsewhere.content.decode()) == (False, False)


def test_a_parked_text_is_gone_after_two_days(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    after = parked(assessment, Client(), comment="Gammalt")
    client = signed_in(stage.reviewer)
    with time_machine.travel(AT + dt.timedelta(days=2) - dt.timedelta(seconds=1), tick=False):
        assert client.get(after).context["restored"] is True
    with time_machine.travel(AT + dt.timedelta(days=2), tick=False):
        assert client.get(after).context["restored"] is False


@pytest.mark.parametrize("revision", ["x", "", "9" * 30, "9" * 5000, "²"])
def test_a_parked_text_with_an_odd_revision_is_shown_as_from_an_older_window(stage, revision):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    after = parked(assessment, Client(), revision=revision)
    client = signed_in(stage.reviewer)
    page = client.get(after)
    assert (page.status_code, page.context["restored"]) == (200, True)
    assert client.post(url("save", assessment), typed(assessment, revision=page.context["revision"])).status_code == 409


@pytest.mark.parametrize("token", ["", "x", "%00", "%ff", "x" * 5000])
def test_a_token_that_is_not_there_shows_the_usual_page(stage, token):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    page = signed_in(stage.reviewer).get(f"{assessment.get_absolute_url()}?parkerad={token}")
    assert (page.status_code, page.context["restored"]) == (200, False)


@pytest.mark.parametrize(("length", "kept"), [(300_000, 1), (1_900_000, 1), (2_100_000, 0)])
def test_a_text_too_long_to_be_parked_ends_in_a_page_and_not_in_an_error(stage, length, kept):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    response = Client().post(url("save", assessment), typed(assessment, comment="å" * length))
    assert (response.status_code < 500, ParkedText.objects.count()) == (True, kept)


# ---- No opinion, skip, open again


def test_no_opinion(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    response = signed_in(stage.reviewer).post(url("abstain", assessment), {"comment": "Utanför mitt område."})
    assert (response.status_code, response.url) == (302, reverse("review_list"))
    assert (again(assessment).state, again(assessment).comment) == ("abstained", "Utanför mitt område.")


def test_a_comment_that_is_too_long_is_not_thrown_away_without_a_word(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    response = signed_in(stage.reviewer).post(url("abstain", assessment), {"comment": "x" * 1001})
    assert (response.status_code, "x" * 1001 in response.content.decode(), again(assessment).state) == (422, True, "open")


@pytest.mark.parametrize("state", ["assigned", "excluded"])
def test_a_comment_that_is_too_long_opens_no_case_to_who_has_not_declared_or_is_in_conflict(stage, state):
    assessment = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    if state == "excluded":
        actions.declare_on_assessment(assessment, has_conflict=True, ground="Vän.", by=stage.reviewer, at=AT)
    client = signed_in(stage.reviewer)
    response = client.post(url("abstain", assessment), {"comment": "x" * 1001})
    assert (response.status_code, response.url) == (302, assessment.get_absolute_url())
    need = assessment.assessed.content["texts"]["need"]
    assert need not in client.get(response.url).content.decode()


def test_skipping_takes_the_next_and_comes_round_again(stage):
    rows = [make.assign(s, stage.reviewer, by=stage.leader) for s in (stage.sketch, make.create_submitted(stage.call))]
    client = signed_in(stage.reviewer)
    visited = []
    for number, moment in enumerate([AT, AT + dt.timedelta(minutes=1), AT + dt.timedelta(minutes=2)]):
        with time_machine.travel(moment, tick=False):
            visited.append(client.post(url("skip", rows[number % 2])).url)
    assert visited == [rows[1].get_absolute_url(), rows[0].get_absolute_url(), rows[1].get_absolute_url()]


def test_skipping_passes_over_what_no_longer_needs_an_assessment(stage):
    first = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    withdrawn = make.create_submitted(stage.call)
    make.assign(withdrawn, stage.reviewer, by=stage.leader)
    third = make.assign(make.create_submitted(stage.call), stage.reviewer, by=stage.leader)
    actions.withdraw_sketch(withdrawn, reason="Nej.", by=withdrawn.organisation.members.first(), at=AT)
    assert signed_in(stage.reviewer).post(url("skip", first)).url == third.get_absolute_url()


def test_skipping_the_last_one_left_comes_back_to_it(stage):
    only = assessment_in(AssessmentState.OPEN, stage)
    assert signed_in(stage.reviewer).post(url("skip", only)).url == only.get_absolute_url()


def test_opening_again_and_not_after_the_answer(stage):
    assessment = assessment_in(AssessmentState.SUBMITTED, stage)
    client = signed_in(stage.reviewer)
    assert client.get(assessment.get_absolute_url()).context["may_reopen"] is True
    client.post(url("reopen", assessment))
    assert again(assessment).state == "open"
    client.post(url("save", assessment), typed(assessment, hand_in="1", revision=again(assessment).revision))
    sketch_in("declined", stage)
    assert client.get(assessment.get_absolute_url()).context["may_reopen"] is False
    client.post(url("reopen", assessment))
    assert again(assessment).state == "submitted"


def test_one_can_report_a_conflict_from_the_assessment_page(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    client = signed_in(stage.reviewer)
    report = reverse("sketch_conflict", args=[stage.sketch.pk])
    assert f'action="{report}"' in client.get(assessment.get_absolute_url()).content.decode()
    response = client.post(report, {"ground": "Kusin."})
    assert (response.status_code, again(assessment).state) == (302, "excluded")


@pytest.mark.parametrize("state", AssessmentState)
def test_the_page_of_every_state(stage, state):
    assessment = assessment_in(state, stage)
    response = signed_in(stage.reviewer).get(assessment.get_absolute_url())
    assert response.status_code == (404 if state == AssessmentState.REMOVED else 200)


# ---- Outsiders


@pytest.mark.parametrize("name", [*POST_PAGES, "detail"])
@pytest.mark.parametrize("who", ["second", "leader", "decider", "writer", "elsewhere"])
def test_anothers_assessment_is_not_there(stage, name, who):
    assessment = assessment_in(AssessmentState.SUBMITTED if name == "reopen" else AssessmentState.OPEN, stage)
    user = scene().reviewer if who == "elsewhere" else getattr(stage, who)
    before = Assessment.objects.values().get()
    client = signed_in(user)
    response = (
        client.get(url(name, assessment))
        if name == "detail"
        else client.post(url(name, assessment), typed(assessment, has_conflict="no"))
    )
    assert (response.status_code, Assessment.objects.values().get()) == (404, before)


@pytest.mark.parametrize("name", POST_PAGES)
def test_acts_are_posted(stage, name):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    assert signed_in(stage.reviewer).get(url(name, assessment)).status_code == 405


@pytest.mark.parametrize("name", ["detail", "declare", "abstain", "skip", "reopen"])
def test_who_is_not_logged_in_is_sent_to_log_in(stage, name):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    response = Client().get(url(name, assessment)) if name == "detail" else Client().post(url(name, assessment))
    assert (response.status_code, urlsplit(response.url).path) == (302, reverse("account_login"))


def test_the_list_of_somebody_without_assignments_is_empty(stage):
    make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    context = signed_in(stage.leader).get(reverse("review_list")).context
    assert (list(context["page"].object_list), context["next"], context["total"]) == ([], None, 0)


def test_a_reviewer_who_has_lost_the_role_has_no_pages(stage):
    assessment = assessment_in(AssessmentState.OPEN, stage)
    stage.reviewer.roles.all().delete()
    client = signed_in(stage.reviewer)
    assert client.get(assessment.get_absolute_url()).status_code == 404
    assert client.get(stage.sketch.get_absolute_url()).status_code == 404
