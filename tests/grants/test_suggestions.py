"""The suggestion of reviewers: who may never be suggested, even load, experience, and acceptance through the action."""

import re
from collections import Counter

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from grants import actions, suggestions
from grants.models import Assessment, Sketch
from kraftsamling.accounts.models import Membership
from kraftsamling.notifications.models import Message
from kraftsamling.places.models import CountyPart, Municipality
from kraftsamling.programmes.models import Role
from tests.factories import grants as make
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory
from tests.factories.programmes import ProgrammeFactory
from tests.grants.scene import questions, scene
from tests.kept import kept

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(make.REVIEWING, tick=False):
        yield


def make_stage():
    """Two reviewers, Gran and Sekund, and one sketch."""
    return scene()


_stage_once, stage = kept(make_stage)


def reviewer(stage, name):
    return make.officer(stage.programme, Role.REVIEWER, name=name)


def suggested(stage, per_sketch=2, user=None):
    proposals, _loads = suggestions.suggest(stage.call, user or stage.leader, per_case=per_sketch)
    return {proposal.sketch.pk: [one.name for one in proposal.picked] for proposal in proposals}


def only(stage, **kwargs):
    return suggested(stage, **kwargs)[stage.sketch.pk]


def page_of(user, stage, query="", **data):
    client = Client()
    client.force_login(user)
    url = reverse("reviewers_suggest", args=[stage.call.slug]) + query
    return client.post(url, data) if data else client.get(url)


# ---- Who is suggested


def test_so_many_as_are_asked_for_are_suggested(stage):
    reviewer(stage, "Tredje Läsare")
    assert [len(only(stage, per_sketch=n)) for n in (1, 2, 3, 5)] == [1, 2, 3, 3]
    proposal = suggestions.suggest(stage.call, stage.leader, per_case=5)[0][0]
    assert proposal.missing == 2


def test_those_who_read_already_are_counted_and_not_suggested_again(stage):
    make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    assert only(stage) == ["Sekund Läsare"]
    make.assign(stage.sketch, stage.second, by=stage.leader)
    assert suggested(stage) == {}


def test_who_has_been_taken_back_or_is_in_conflict_is_not_suggested_again(stage):
    taken = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    actions.unassign_reviewer(taken, by=stage.leader)
    excluded = make.assign(stage.sketch, stage.second, by=stage.leader)
    actions.declare_on_assessment(excluded, has_conflict=True, ground="Vän.", by=stage.second)
    assert only(stage) == []


def test_a_declared_conflict_is_respected_also_without_an_assignment(stage):
    actions.declare_on_case(stage.sketch, ground="Vän.", by=stage.reviewer)
    assert only(stage) == ["Sekund Läsare"]


def test_members_of_the_applicant_are_never_suggested(stage):
    Membership.objects.create(user=stage.reviewer, organisation=stage.organisation)
    assert only(stage) == ["Sekund Läsare"]


def test_members_of_a_partner_are_never_suggested(stage):
    own = OrganisationFactory()
    Membership.objects.create(user=stage.reviewer, organisation=own)
    joint = make.create_submitted(stage.call, partner_1_name="Grannen", partner_1_org_number=own.org_number)
    assert suggested(stage)[joint.pk] == ["Sekund Läsare"]
    assert suggested(stage)[stage.sketch.pk] == ["Gran Skare", "Sekund Läsare"]


def test_nobody_is_suggested_whom_the_action_would_pass_over(stage):
    """The rule is written twice, for one and for all at once; here they are held against each other."""
    own = OrganisationFactory()
    Membership.objects.create(user=stage.reviewer, organisation=own)
    Membership.objects.create(user=stage.second, organisation=stage.organisation)
    make.create_submitted(stage.call, partner_1_name="Grannen", partner_1_org_number=own.org_number)
    declared = make.create_submitted(stage.call)
    actions.declare_on_case(declared, ground="Vän.", by=stage.second)
    proposals, _loads = suggestions.suggest(stage.call, stage.leader)
    for proposal in proposals:
        free = [
            one.pk
            for one in (stage.reviewer, stage.second)
            if Sketch.objects.filter(pk=proposal.sketch.pk).free_of_conflict_for(type(one).objects.get(pk=one.pk)).exists()
        ]
        assert sorted(one.pk for one in proposal.allowed) == sorted(free)


def test_only_active_reviewers_of_the_programme_are_suggested(stage):
    stage.second.is_active = False
    stage.second.save()
    make.officer(ProgrammeFactory(), Role.REVIEWER)
    assert only(stage) == ["Gran Skare"]


def test_only_sketches_that_wait_and_may_be_read_are_in_it(stage):
    make.create_draft(stage.call)
    closed = make.create_submitted(stage.call)
    actions.declare_on_case(closed, ground="Vän.", by=stage.leader)
    answered = make.create_submitted(stage.call)
    make.create_invited(answered, by=stage.leader)
    make.create_submitted(make.create_published_call(stage.programme, by=stage.leader))
    assert list(suggested(stage)) == [stage.sketch.pk]
    assert set(suggested(stage, user=stage.team)) == {stage.sketch.pk, closed.pk}


# ---- In which order


def test_the_one_with_the_least_left_comes_first_over_all_calls(stage):
    other = make.create_submitted(make.create_published_call(stage.programme, by=stage.leader))
    make.assign(other, stage.reviewer, by=stage.leader)
    assert only(stage, per_sketch=1) == ["Sekund Läsare"]
    loads = suggestions.suggest(stage.call, stage.leader, per_case=1)[1]
    assert {one.name: counts for one, *counts in loads.values()} == {"Gran Skare": [1, 1], "Sekund Läsare": [0, 1]}


def test_what_is_done_is_no_load(stage):
    done = make.create_submitted(make.create_published_call(stage.programme, by=stage.leader))
    make.create_assessed(done, stage.reviewer, by=stage.leader)
    assert suggestions.suggest(stage.call, stage.leader)[1][stage.reviewer.pk][1] == 0


def test_an_assignment_whose_sketch_has_got_its_answer_is_no_load(stage):
    other = make.create_submitted(make.create_published_call(stage.programme, by=stage.leader))
    make.assign(other, stage.reviewer, by=stage.leader)
    make.create_invited(other, by=stage.leader)
    assert suggestions.suggest(stage.call, stage.leader)[1][stage.reviewer.pk][1] == 0


@pytest.mark.parametrize(("sketches", "per_sketch"), [(7, 1), (8, 2), (9, 3)])
def test_the_work_is_even_over_the_whole_suggestion(stage, sketches, per_sketch):
    for name in ("Anna A", "Bo B"):
        reviewer(stage, name)
    for _ in range(sketches - 1):
        make.create_submitted(stage.call)
    counts = Counter(name for names in suggested(stage, per_sketch).values() for name in names)
    assert sum(counts.values()) == sketches * per_sketch
    assert max(counts.values()) - min(counts.values()) <= 1


def test_of_equals_who_has_read_most_of_the_factor(stage):
    areas = list(stage.call.focus_areas.order_by("position"))
    past = make.create_published_call(stage.programme, by=stage.leader)
    for area, who in [(areas[1], stage.second), (areas[0], stage.reviewer)]:
        typed = {"focus_areas": [str(area.pk)], "main_focus_area": str(area.pk)}
        make.create_assessed(make.create_submitted(past, **typed), who, by=stage.leader)
    typed = {"focus_areas": [str(areas[1].pk)], "main_focus_area": str(areas[1].pk)}
    fitting = make.create_submitted(stage.call, **typed)
    make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    make.assign(stage.sketch, stage.second, by=stage.leader)
    assert suggested(stage, per_sketch=1) == {fitting.pk: ["Sekund Läsare"]}


def test_of_equals_who_has_read_most_from_the_county_part(stage):
    part = CountyPart.objects.create(region=stage.programme.region, key="vastra-x", name="Västra delen", position=90)
    MunicipalityFactory(code="1883", name="Karlskoga")
    Municipality.objects.filter(pk="1883").update(county_part=part)
    Municipality.objects.filter(pk="1880").update(county_part=None)
    cache.clear()
    past = make.create_published_call(stage.programme, by=stage.leader)
    make.create_assessed(make.create_submitted(past, municipalities=["1883"]), stage.second, by=stage.leader)
    make.create_assessed(make.create_submitted(past, municipalities=["1880"]), stage.reviewer, by=stage.leader)
    west = make.create_submitted(stage.call, municipalities=["1883"])
    assert suggested(stage, per_sketch=1)[west.pk] == ["Sekund Läsare"]


def test_between_equals_the_name_decides_and_the_same_data_give_the_same_suggestion(stage):
    reviewer(stage, "Anna A")
    assert only(stage, per_sketch=1) == ["Anna A"]
    for _ in range(5):
        make.create_submitted(stage.call)
    assert suggested(stage) == suggested(stage)


def test_the_sketch_with_the_fewest_possible_readers_gets_its_own_first(stage):
    """Taken in order, the first sketch would take Gran, and the second be left with nobody but one who has more to do."""
    hard = make.create_submitted(stage.call)
    actions.declare_on_case(hard, ground="Vän.", by=stage.second)
    assert suggested(stage, per_sketch=1) == {stage.sketch.pk: ["Sekund Läsare"], hard.pk: ["Gran Skare"]}


# ---- The page


def test_looking_changes_nothing(stage):
    response = page_of(stage.leader, stage)
    assert (response.status_code, Assessment.objects.count()) == (200, 0)


def test_accepting_as_suggested_assigns_and_mails_each_reviewer_once(stage):
    second = make.create_submitted(stage.call)
    mails = Message.objects.count()
    keys = [stage.reviewer.pk, stage.second.pk]
    data = {f"granskare-{pk}": keys for pk in (stage.sketch.pk, second.pk)}
    response = page_of(stage.leader, stage, skiss=[stage.sketch.pk, second.pk], **data)
    assert response.status_code == 302
    assert Assessment.objects.count() == 4
    assert Message.objects.count() - mails == 2


def test_what_is_changed_and_unticked_counts(stage):
    second = make.create_submitted(stage.call)
    data = {f"granskare-{stage.sketch.pk}": [stage.second.pk, ""], f"granskare-{second.pk}": [stage.reviewer.pk]}
    page_of(stage.leader, stage, skiss=[stage.sketch.pk], **data)
    assert list(Assessment.objects.values_list("sketch", "reviewer")) == [(stage.sketch.pk, stage.second.pk)]


def test_the_same_person_twice_is_asked_once(stage):
    page_of(stage.leader, stage, skiss=[stage.sketch.pk], **{f"granskare-{stage.sketch.pk}": [stage.reviewer.pk] * 2})
    assert Assessment.objects.count() == 1


def test_who_may_not_be_asked_is_refused_whatever_is_sent(stage):
    Membership.objects.create(user=stage.reviewer, organisation=stage.organisation)
    keys = [stage.reviewer.pk, stage.leader.pk, stage.writer.pk, 99_999, "x", "\u0661", "1 OR 1=1"]
    response = page_of(stage.leader, stage, skiss=[stage.sketch.pk], **{f"granskare-{stage.sketch.pk}": keys})
    assert (response.status_code, Assessment.objects.count()) == (302, 0)


def test_who_has_been_taken_back_is_not_asked_again_from_here(stage):
    """The action would let it through: here only those who stand in the row's list are taken."""
    taken = make.assign(stage.sketch, stage.reviewer, by=stage.leader)
    actions.unassign_reviewer(taken, by=stage.leader)
    page_of(stage.leader, stage, skiss=[stage.sketch.pk], **{f"granskare-{stage.sketch.pk}": [stage.reviewer.pk]})
    assert list(Assessment.objects.values_list("state", flat=True)) == ["removed"]


def test_other_calls_sketches_are_not_assigned_here(stage):
    other = make.create_submitted(make.create_published_call(stage.programme, by=stage.leader))
    page_of(stage.leader, stage, skiss=[other.pk, "x"], **{f"granskare-{other.pk}": [stage.reviewer.pk]})
    assert Assessment.objects.count() == 0


def test_a_sketch_that_has_got_its_readers_meanwhile_is_left_out_and_told_of(stage):
    make.assign(stage.sketch, stage.reviewer, by=stage.team)
    make.assign(stage.sketch, stage.second, by=stage.team)
    third, second = reviewer(stage, "Tredje"), make.create_submitted(stage.call)
    data = {f"granskare-{pk}": [third.pk] for pk in (stage.sketch.pk, second.pk)}
    page_of(stage.leader, stage, skiss=[stage.sketch.pk, second.pk], **data)
    assert list(Assessment.objects.filter(reviewer=third).values_list("sketch", flat=True)) == [second.pk]


@pytest.mark.parametrize("query", ["?antal=0", "?antal=99", "?antal=x", "?antal=", "?antal=%00", "?page=99", "?page=x"])
def test_odd_numbers_give_the_usual(stage, query):
    response = page_of(stage.leader, stage, query)
    assert (response.status_code, len(response.context["page"][0].picked)) == (200, 2)


def test_the_number_in_the_address_counts(stage):
    assert len(page_of(stage.leader, stage, "?antal=1").context["page"][0].picked) == 1


def test_only_officers_may_ask(stage):
    data = {"skiss": [stage.sketch.pk], f"granskare-{stage.sketch.pk}": [stage.reviewer.pk]}
    assert page_of(stage.decider, stage).status_code == 403
    assert page_of(stage.decider, stage, **data).status_code == 403
    others = [stage.reviewer, stage.writer, scene().leader]
    assert {page_of(user, stage, **data).status_code for user in others} == {404}
    assert Assessment.objects.count() == 0
    with pytest.raises(PermissionDenied):
        actions.accept_suggestion(stage.call, chosen={stage.reviewer: [stage.sketch]}, by=stage.decider)
    assert page_of(stage.team, stage, **data).status_code == 302
    assert Assessment.objects.count() == 1


def test_hostile_names_are_shown_as_text(stage):
    make.create_submitted(
        stage.call, title="<script>alert(1)</script> %s {{ x }}", organisation=OrganisationFactory(name="<b>Klubben</b>")
    )
    reviewer(stage, '"><img src=x onerror=alert(1)>')
    page = page_of(stage.leader, stage).content.decode()
    assert not any(text in page for text in ("<script>alert", "<b>Klubben", "<img src=x"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; %s {{ x }}" in page


def test_the_selects_hold_only_those_who_may_be_asked(stage):
    Membership.objects.create(user=stage.reviewer, organisation=stage.organisation)
    page = page_of(stage.leader, stage).content.decode()
    options = set(re.findall(r'<option value="(\d+)"[^>]*>[^<]*Läsare|<option value="(\d+)"[^>]*>Gran', page))
    assert options == {(str(stage.second.pk), "")}


def test_equally_many_questions_for_1_3_and_60_rows(stage):
    asked, client = [], Client()
    client.force_login(stage.leader)
    for wanted in (1, 3, 60):
        while Sketch.objects.filter(call=stage.call).count() < wanted:
            make.create_submitted(stage.call)
        found, _response = questions(client, reverse("reviewers_suggest", args=[stage.call.slug]))
        asked.append(len(found))
    assert asked[0] == asked[1] == asked[2] <= 12
