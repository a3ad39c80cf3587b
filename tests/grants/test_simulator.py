"""The frame simulator: exact money, what may be typed, who sees what, and alternatives that two people keep."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from grants import actions, simulator, simulator_page, spreading
from grants.actions.scenarios import NameTaken
from grants.forms.scenarios import ChoiceForm, ScenarioNameForm
from grants.models import Application, FinancingLine, FinancingRole, Scenario, Sketch, Step
from grants.simulator import Case, Material
from grants.states import ApplicationState
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.audit.models import AuditEntry
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.places.models import CountyPart, Municipality
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory
from tests.grants.scene import again, fresh, questions, scene
from tests.kept import kept

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script> {{ call }} %(name)s {x} \u202e"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(make.REVIEWING, tick=False):
        yield


def make_stage():
    return scene()


_stage_once, stage = kept(make_stage)


def sketch_of(stage, **typed):
    return make.create_submitted(stage.call, **typed)


def ask(user, name="simulator", *, call, query="", **data):
    client = Client()
    client.force_login(user)
    url = f"{reverse(name, args=[call.slug])}{query}"
    return client.post(url, data) if data else client.get(url)


def sums_of(stage, picked, user=None, step=Step.SKETCH):
    return simulator.sums(simulator.material(stage.call, user or stage.leader, step), picked)


def keep(stage, name="A", cases=None, by=None, **picked):
    chosen = {stage.sketch.pk: None} if cases is None else cases
    return actions.keep_scenario(stage.call, step=Step.SKETCH, name=name, picked=chosen, by=by or stage.leader)


def text_of(response):
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain.replace("\xa0", " "))


# ---- Money without a database


def case(pk=1, *, sought=200_000, starts="2027-01-01", ends="2027-12-31", **values):
    amount = Kronor(sought)
    base = {
        "pk": pk, "number": f"S-{pk}", "organisation": "Förening", "kind": "association", "seat": "Örebro", "mean": None, "spread": None,
        "state": "submitted", "version": pk, "title": f"Skiss {pk}", "sought": amount, "total_cost": amount + amount,
        "own_financing": amount, "starts_on": dt.date.fromisoformat(starts), "ends_on": dt.date.fromisoformat(ends),
        "whole_county": False, "area": 1,
    }  # fmt: skip
    return Case(**{**base, **values})


@pytest.mark.parametrize(
    ("ore", "weights", "expected"),
    [
        (100, [1, 1, 1], [33, 33, 34]),
        (100, [365, 366], [49, 51]),
        (1, [1, 1], [0, 1]),
        (0, [3, 4], [0, 0]),
        (12_345, [7], [12_345]),
        (10, [0, 5], [0, 10]),
    ],
)
def test_divided_rounds_down_and_the_last_takes_what_is_left(ore, weights, expected):
    assert spreading.divided(ore, weights) == expected


@given(st.integers(0, 10**13), st.lists(st.integers(1, 10**9), min_size=1, max_size=12))
def test_divided_never_loses_an_ore(ore, weights):
    parts = spreading.divided(ore, weights)
    assert sum(parts) == ore
    assert min(parts) >= 0


def test_a_sketch_is_spread_by_days_with_the_rounding_in_the_last_year():
    one = case(starts="2027-07-01", ends="2028-06-30")
    parts = simulator.per_year(one, Kronor(200_000), {})
    assert parts == {2027: Kronor("100546.44"), 2028: Kronor("99453.56")}


def test_an_application_is_spread_as_its_budget_has_it():
    lines = {2028: 15_000_000, 2027: 5_000_000, 2029: 0}
    assert simulator.per_year(case(), Kronor(200_000), lines) == {2027: Kronor(50_000), 2028: Kronor(150_000)}
    assert simulator.per_year(case(), Kronor("100000.01"), lines) == {2027: Kronor(25_000), 2028: Kronor("75000.01")}


def test_a_budget_without_grant_lines_is_spread_by_days():
    assert simulator.per_year(case(), Kronor(200_000), {2027: 0}) == {2027: Kronor(200_000)}


# ---- The parts are the whole, for any choice

CODES, AREAS, KINDS = ["1880", "1881", "1861", "1484"], [1, 2, 3], OrganisationKind.values


@st.composite
def many_cases(draw):
    made, places, lines = [], {}, {}
    for pk in range(1, draw(st.integers(1, 12)) + 1):
        starts = dt.date(2027, 1, 1) + dt.timedelta(days=draw(st.integers(0, 700)))
        ends = starts + dt.timedelta(days=draw(st.integers(0, 1200)))
        sought = Kronor.from_ore(draw(st.integers(1, 10**10)))
        made.append(
            case(
                pk, starts=str(starts), ends=str(ends), whole_county=draw(st.booleans()), area=draw(st.sampled_from(AREAS)),
                kind=draw(st.sampled_from(KINDS)),
            )._replace(sought=sought, total_cost=sought + sought, own_financing=Kronor.from_ore(draw(st.integers(0, 10**10))))
        )  # fmt: skip
        places[pk] = draw(st.lists(st.sampled_from(CODES), unique=True, max_size=4))
        if draw(st.booleans()):
            years = st.dictionaries(st.integers(2026, 2031), st.integers(0, 10**10), max_size=4)
            lines[pk] = draw(years)
    picked = {}
    for each in made:
        if draw(st.booleans()):
            picked[each.pk] = draw(st.none() | st.integers(1, each.sought.ore).map(Kronor.from_ore))
    return made, places, lines, picked


@pytest.fixture(scope="module")
def county():
    """Three municipalities of the region: two with a county part, one without; a fourth lies elsewhere."""
    part = SimpleNamespace(pk=7, name="Södra Örebro län")
    places = [SimpleNamespace(pk=code, name=code, county_part_id=7 if code != "1861" else None) for code in CODES[:3]]
    return part, places


@settings(max_examples=150)
@given(found=many_cases())
def test_the_parts_add_up_to_the_whole_for_any_choice(county, found):
    made, places, lines, picked = found
    part, municipalities = county
    call = SimpleNamespace(smallest_grant=Kronor(100_000))
    areas = [SimpleNamespace(pk=pk, name=str(pk)) for pk in AREAS]
    frames = {2027: Kronor(1_000_000)}
    material = Material(call, Step.APPLICATION, made, places, lines, areas, [part], municipalities, frames, frozenset())
    sums = simulator.sums(material, picked)
    whole = sum((each.sought if picked[each.pk] is None else picked[each.pk] for each in made if each.pk in picked), Kronor(0))
    others = sum((each.sought for each in made if each.pk not in picked), Kronor(0))
    assert (sums.amount, sums.count, sums.of) == (whole, len(picked), len(made))
    assert sum((row.used for row in sums.years), Kronor(0)) == whole
    assert sum((row.left for row in sums.years), Kronor(0)) == sums.left
    assert [spread.key for spread in sums.spreads] == ["parts", "areas", "kinds", "places"]
    for spread in sums.spreads:
        assert sum((row.amount for row in spread.parts), Kronor(0)) == whole
        assert sum((row.other_amount for row in spread.parts), Kronor(0)) == others
        counted = sum(row.count for row in spread.parts)
        assert counted == len(picked) if spread.key in {"areas", "kinds"} else counted >= len(picked)


# ---- From the database


def test_sums_of_a_choice_with_a_lower_amount(stage):
    second = sketch_of(stage)
    sums = sums_of(stage, {stage.sketch.pk: None, second.pk: Kronor("150000.50")})
    assert (sums.count, sums.of, sums.lowered, sums.below_smallest) == (2, 2, 1, 0)
    assert (sums.amount, sums.sought) == (Kronor("350000.50"), Kronor(400_000))
    assert (sums.frame, sums.left, sums.over) == (Kronor(1_000_000), Kronor("649999.50"), None)
    assert (sums.own_share, sums.bar) == (50, 35)


def test_above_the_frame_says_by_how_much_and_the_meter_stops_at_full(stage):
    stage.call.frames.update(amount=Kronor(150_000))
    sums = sums_of(stage, {stage.sketch.pk: None})
    assert (sums.over, sums.left, sums.bar) == (Kronor(50_000), Kronor(-50_000), 100)
    assert 'class="meter over"' in ask(stage.leader, call=stage.call, valda=stage.sketch.pk).content.decode()


def test_the_frame_itself_is_not_above_the_frame(stage):
    stage.call.frames.update(amount=Kronor(200_000))
    assert sums_of(stage, {stage.sketch.pk: None}).over is None
    assert sums_of(stage, {stage.sketch.pk: None}).left == Kronor(0)


def test_a_year_without_a_frame_is_shown_with_what_falls_in_it(stage):
    long = sketch_of(stage, starts_on="2027-07-01", ends_on="2028-06-30")
    years = {row.year: (row.frame, row.used, row.left) for row in sums_of(stage, {long.pk: None}).years}
    assert years == {
        2027: (Kronor(1_000_000), Kronor("100546.44"), Kronor("899453.56")),
        2028: (None, Kronor("99453.56"), Kronor("-99453.56")),
    }


def test_without_a_frame_nothing_is_divided_by_nothing(stage):
    stage.call.frames.all().delete()
    sums = sums_of(stage, {})
    assert (sums.frame, sums.left, sums.bar, sums.own_share, sums.years) == (Kronor(0), Kronor(0), 0, None, [])
    assert sums_of(stage, {stage.sketch.pk: None}).over == Kronor(200_000)
    assert ask(stage.leader, call=stage.call).status_code == 200


def test_an_amount_below_the_smallest_grant_is_told_of(stage):
    assert sums_of(stage, {stage.sketch.pk: Kronor("99999.99")}).below_smallest == 1
    assert sums_of(stage, {stage.sketch.pk: Kronor(100_000)}).below_smallest == 0


def test_spread_over_places_parts_factors_and_kinds(stage):
    region = stage.call.programme.region
    south = CountyPart.objects.create(region=region, key="sodra-x", name="Södra delen", position=90)
    north = CountyPart.objects.create(region=region, key="norra-x", name="Norra delen", position=91)
    for code, name, part in [("1861", "Hallsberg", south), ("1860", "Laxå", south), ("1883", "Karlskoga", north)]:
        MunicipalityFactory(code=code, name=name)
        Municipality.objects.filter(pk=code).update(county_part=part, name=name)
    from django.core.cache import cache

    cache.clear()
    first = sketch_of(stage, municipalities=["1860", "1861", "1883"], sought="200 000")
    whole = sketch_of(
        stage, municipalities=[], whole_county="on", organisation=OrganisationFactory(kind=OrganisationKind.MUNICIPALITY)
    )
    sums = sums_of(stage, {first.pk: None, whole.pk: None})
    spread = {each.key: {part.label: part for part in each.parts} for each in sums.spreads}
    assert [spread["parts"][name][1:3] for name in ("Södra delen", "Norra delen")] == [
        (1, Kronor("133333.32")),
        (1, Kronor("66666.68")),
    ]
    assert {name: spread["places"][name].amount for name in ("Laxå", "Hallsberg", "Karlskoga")} == {
        "Laxå": Kronor("66666.66"), "Hallsberg": Kronor("66666.66"), "Karlskoga": Kronor("66666.68"),
    }  # fmt: skip
    assert [part.count for part in spread["areas"].values()] == [2, 0, 0, 0]
    assert sorted((part.count, part.other_count) for part in spread["kinds"].values()) == [(1, 0), (1, 1)]
    assert [part.count for part in spread["parts"].values() if part.amount == Kronor(200_000)] == [1]


def test_the_highest_weighted_mean_comes_first_and_those_without_last(stage):
    better, worse = sketch_of(stage), sketch_of(stage)
    make.create_assessed(better, stage.reviewer, by=stage.leader, value=5)
    make.create_assessed(worse, stage.reviewer, by=stage.leader, value=2)
    found = simulator.cases(stage.call, stage.leader, Step.SKETCH)
    assert [each.pk for each in found] == [better.pk, worse.pk, stage.sketch.pk]


def test_drafts_withdrawn_and_other_calls_are_not_there(stage):
    make.create_draft(stage.call)
    gone = sketch_of(stage)
    actions.withdraw_sketch(gone, reason="Nej.", by=gone.organisation.members.first(), at=make.DURING)
    make.create_submitted(make.create_published_call(stage.programme, by=stage.leader))
    assert [each.pk for each in simulator.cases(stage.call, stage.leader, Step.SKETCH)] == [stage.sketch.pk]


# ---- Applications


def sent_in(stage, *, sought=250_000):
    return applications.create_sent_in(call=stage.call, by=stage.leader, sought=sought, own=max(sought, 200_000))


def test_applications_are_counted_by_what_was_sent_in_and_by_their_own_budget(stage):
    application = sent_in(stage)
    budget = application.current_version.budget
    FinancingLine.objects.filter(budget=budget, role=FinancingRole.GRANT).update(amount=Kronor(50_000))
    FinancingLine.objects.create(
        budget=budget, position=0, role=FinancingRole.GRANT, financier="Region Örebro län", year=2028, amount=Kronor(200_000)
    )
    sums = sums_of(stage, {application.sketch_id: None}, step=Step.APPLICATION)
    assert (sums.count, sums.of, sums.amount) == (1, 1, Kronor(250_000))
    assert {row.year: row.used for row in sums.years} == {2027: Kronor(50_000), 2028: Kronor(200_000)}


# ---- What is granted already is not free


@pytest.fixture
def granted(stage):
    """An application that is granted 150 000, of the 250 000 it sought, over two years of its budget."""
    application = sent_in(stage)
    budget = application.current_version.budget
    FinancingLine.objects.filter(budget=budget, role=FinancingRole.GRANT).update(amount=Kronor(50_000))
    FinancingLine.objects.create(
        budget=budget, position=0, role=FinancingRole.GRANT, financier="Region Örebro län", year=2028, amount=Kronor(200_000)
    )
    decisions.decide(application, officer=stage.leader, decider=stage.decider)
    return application


@pytest.mark.parametrize("step", [Step.APPLICATION, Step.SKETCH])
def test_what_is_granted_is_taken_from_what_is_left_of_the_frame_and_of_its_years(stage, granted, step):
    other = sent_in(stage)
    sums = sums_of(stage, {other.sketch_id: Kronor(100_000)}, step=step)
    assert (sums.granted, sums.amount, sums.left, sums.bar) == (Kronor(150_000), Kronor(100_000), Kronor(750_000), 25)
    assert {row.year: (row.granted, row.used, row.left) for row in sums.years} == {
        2027: (Kronor(30_000), Kronor(100_000), Kronor(870_000)),
        2028: (Kronor(120_000), Kronor(0), Kronor(-120_000)),
    }


def test_a_granted_application_that_is_ticked_counts_once(stage, granted):
    sums = sums_of(stage, {granted.sketch_id: Kronor(200_000)}, step=Step.APPLICATION)
    assert (sums.granted, sums.amount, sums.left) == (Kronor(0), Kronor(200_000), Kronor(800_000))
    assert {row.year: (row.granted, row.left) for row in sums.years} == {
        2027: (Kronor(0), Kronor(960_000)),
        2028: (Kronor(0), Kronor(-160_000)),
    }


def test_a_grant_counts_though_the_case_is_closed_to_the_person_and_ticking_it_changes_nothing(stage, granted):
    actions.declare_on_case(granted.sketch, ground="Släkt.", by=stage.leader)
    found = simulator.material(stage.call, again(stage.leader), Step.APPLICATION)
    for picked in ({}, {granted.sketch_id: None}):
        sums = simulator.sums(found, picked)
        assert (sums.count, sums.granted, sums.left) == (0, Kronor(150_000), Kronor(850_000))


def test_above_what_is_left_after_the_grants_is_above_the_frame(stage, granted):
    stage.call.frames.update(amount=Kronor(300_000))
    other = sent_in(stage)
    assert sums_of(stage, {other.sketch_id: Kronor(150_000)}, step=Step.APPLICATION).over is None
    assert sums_of(stage, {other.sketch_id: Kronor("150000.01")}, step=Step.APPLICATION).over == Kronor("0.01")


@pytest.mark.parametrize("name", ["simulator", "simulator_print", "simulator_compare"])
def test_every_page_says_what_is_granted_already(stage, granted, name):
    other = sent_in(stage)
    scenario = actions.keep_scenario(
        stage.call, step=Step.APPLICATION, name="A", picked={other.sketch_id: Kronor(100_000)}, by=stage.leader
    )
    query = "?steg=ansokningar" + ("" if name == "simulator_compare" else f"&alternativ={scenario.pk}")
    text = text_of(ask(stage.leader, name, call=stage.call, query=query))
    assert all(part in text for part in ("Redan beviljat", "150 000 kr", "750 000 kr", "870 000 kr"))


def test_without_grants_nothing_is_said_of_them(stage):
    assert "Redan beviljat" not in text_of(ask(stage.leader, call=stage.call, query="?steg=ansokningar"))


# ---- Which applications there are


@pytest.mark.parametrize("state", ApplicationState)
def test_which_applications_compete(stage, state):
    application = sent_in(stage)
    if state != ApplicationState.OPEN:
        changes = {"state": state}
        if state == ApplicationState.WITHDRAWN:
            changes |= {"withdrawn_at": make.ANSWERING, "withdrawn_by": stage.leader}
        Application.objects.filter(pk=application.pk).update(**changes)
    else:
        application = applications.create_open(stage.call, by=stage.leader)
    compete = {ApplicationState.SUBMITTED, ApplicationState.RETURNED, ApplicationState.GRANTED, ApplicationState.REJECTED}
    found = simulator.cases(stage.call, stage.leader, Step.APPLICATION)
    assert (application.sketch_id in {each.pk for each in found}) is (state in compete)
    assert Application.objects.in_competition().filter(pk=application.pk).exists() is (state in compete)


def test_the_step_in_the_address_chooses_what_is_shown(stage):
    application = sent_in(stage)
    sketches = ask(stage.leader, call=stage.call).content.decode()
    sent = ask(stage.leader, call=stage.call, query="?steg=ansokningar").content.decode()
    boxes = [set(re.findall(r'name="valda" value="(\d+)"', page)) for page in (sketches, sent)]
    assert boxes == [{str(stage.sketch.pk), str(application.sketch_id)}, {str(application.sketch_id)}]
    labels = [set(re.findall(r'data-label="(Skiss|Ansökan)"', page)) for page in (sketches, sent)]
    assert labels == [{"Skiss"}, {"Ansökan"}]


# ---- What is typed


def typed(cases, *ticked, **amounts):
    post = QueryDict(mutable=True)
    post.setlist("valda", [str(pk) for pk in ticked])
    post.update({f"belopp-{key[1:]}": text for key, text in amounts.items()})
    return ChoiceForm(post, cases)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("", None),
        ("   ", None),
        ("150 000", Kronor(150_000)),
        ("150\u00a0000,50 kr", Kronor("150000.50")),
        ("200 000", Kronor(200_000)),
        ("0,01", Kronor("0.01")),
    ],
)
def test_amounts_that_are_taken(text, amount):
    form = typed([case(1)], 1, b1=text)
    assert (form.picked, form.errors) == ({1: amount}, {})


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        "200 000,01",
        "300 000",
        "1e3",
        "abc",
        "0,001",
        "9" * 400,
        "200 000" + " " * 60 + "x",
        "\u0661\u0662",
        "<b>1</b>",
        "=1+1",
    ],
)
def test_amounts_that_are_refused_are_kept_as_typed_and_what_is_sought_counts(text):
    form = typed([case(1)], 1, b1=text)
    assert list(form.errors) == [1]
    assert form.picked == {1: None}
    assert form.typed == {1: text[:200]}


def test_what_is_sought_itself_is_the_limit():
    one = case(1)._replace(sought=Kronor("123456.78"))
    assert typed([one], 1, b1="123 456,78").errors == {}
    assert list(typed([one], 1, b1="123 456,79").errors) == [1]


def test_ticks_that_are_no_cases_count_for_nothing():
    form = typed([case(1)], 1, 2, "x", "1 OR 1=1", "\u0661", b2="5")
    assert (form.picked, form.typed) == ({1: None}, {})


def test_an_amount_without_a_tick_is_kept_and_not_counted():
    form = typed([case(1)], b1="1 000")
    assert (form.picked, form.typed) == ({}, {1: "1 000"})


def test_the_page_shows_the_error_at_the_field_and_keeps_what_was_typed(stage):
    pk = stage.sketch.pk
    page = ask(stage.leader, call=stage.call, valda=pk, **{f"belopp-{pk}": '200 001"><i>'}).content.decode()
    field = re.search(rf'<input[^>]*id="b{pk}"[^>]*><p class="err" id="e{pk}">[^<]+</p>', page)[0]
    assert 'value="200 001&quot;&gt;&lt;i&gt;"' in field
    assert f'aria-invalid="true" aria-describedby="e{pk}"' in field


def test_the_sums_alone_are_answered_to_htmx(stage):
    client = Client(headers={"HX-Target": "sums"})
    client.force_login(stage.leader)
    pk = stage.sketch.pk
    response = client.post(reverse("simulator", args=[stage.call.slug]), {"valda": pk, f"belopp-{pk}": "fel"})
    content = response.content.decode()
    assert content.startswith('<div id="sums"')
    assert "<html" not in content
    assert (f'href="#b{pk}"' in content, "200\xa0000\xa0kr" in content) == (True, True)


def test_a_thousand_ticks_and_amounts_are_taken(stage, settings):
    data = {"valda": [stage.sketch.pk, *range(10_000, 11_000)], **{f"belopp-{pk}": "" for pk in range(10_000, 11_000)}}
    response = ask(stage.leader, call=stage.call, **data)
    assert (response.status_code, response.context["sums"].count) == (200, 1)


def test_the_simulator_changes_nothing_by_itself(stage):
    before = AuditEntry.objects.count(), Scenario.objects.count(), again(stage.sketch).state
    ask(stage.leader, call=stage.call, valda=stage.sketch.pk)
    ask(stage.leader, "simulator_print", call=stage.call, valda=stage.sketch.pk)
    assert (AuditEntry.objects.count(), Scenario.objects.count(), again(stage.sketch).state) == before


# ---- Who


@pytest.mark.parametrize("who", ["leader", "team", "decider"])
def test_officers_and_decision_makers_may_try_and_keep(stage, who):
    user = getattr(stage, who)
    for name in ("simulator", "simulator_print", "simulator_compare"):
        assert ask(user, name, call=stage.call).status_code == 200
    assert keep(stage, by=user).changed_by == user


@pytest.mark.parametrize("who", ["reviewer", "writer", "elsewhere"])
def test_it_is_not_there_for_others(stage, who):
    scenario = keep(stage)
    user = scene().leader if who == "elsewhere" else getattr(stage, who)
    client = Client()
    client.force_login(user)
    names = ["simulator", "simulator_print", "simulator_compare"]
    assert {ask(user, name, call=stage.call).status_code for name in names} == {404}
    assert client.post(reverse("scenario_save", args=[stage.call.slug]), {"namn": "B"}).status_code == 404
    for name in ("scenario_rename", "scenario_copy", "scenario_remove"):
        assert client.post(reverse(name, args=[stage.call.slug, scenario.pk]), {"namn": "B"}).status_code == 404
    assert list(Scenario.objects.values_list("name", "revision")) == [("A", 1)]
    with pytest.raises(PermissionDenied):
        keep(stage, "B", by=user)
    with pytest.raises(PermissionDenied):
        actions.change_scenario(scenario, picked={}, revision=1, by=user)
    with pytest.raises(PermissionDenied):
        actions.rename_scenario(scenario, name="B", revision=1, by=user)
    with pytest.raises(PermissionDenied):
        actions.copy_scenario(scenario, by=user)
    with pytest.raises(PermissionDenied):
        actions.remove_scenario(scenario, revision=1, by=user)


def test_visible_to_follows_the_board(stage):
    scenario = keep(stage)
    seeing = [
        Scenario.objects.visible_to(user).filter(pk=scenario.pk).exists()
        for user in (stage.decider, stage.reviewer, scene().leader)
    ]
    assert seeing == [True, False, False]


def test_a_case_in_conflict_is_neither_shown_nor_counted_and_the_page_says_how_many(stage):
    hidden = sketch_of(stage, title="Hemlig för ledaren")
    actions.declare_on_case(hidden, ground="Vän.", by=stage.leader)
    found = simulator.material(stage.call, stage.leader, Step.SKETCH)
    assert ([each.pk for each in found.cases], found.closed) == ([stage.sketch.pk], {hidden.pk})
    sums = sums_of(stage, {hidden.pk: None, stage.sketch.pk: None})
    assert (sums.count, sums.of, sums.amount) == (1, 1, Kronor(200_000))
    scenario = keep(stage, cases={hidden.pk: None, stage.sketch.pk: None}, by=stage.team)
    for name in ("simulator", "simulator_print", "simulator_compare"):
        query = "" if name == "simulator_compare" else f"?alternativ={scenario.pk}"
        page = ask(stage.leader, name, call=stage.call, query=query).content.decode()
        assert ("Hemlig" in page, 'class="notice"' in page) == (False, True)
    assert "Hemlig" in ask(stage.team, "simulator_print", call=stage.call, query=f"?alternativ={scenario.pk}").content.decode()


def test_who_is_in_conflict_saves_without_touching_what_they_may_not_see(stage):
    hidden = sketch_of(stage)
    scenario = keep(stage, cases={hidden.pk: Kronor(150_000), stage.sketch.pk: None}, by=stage.team)
    actions.declare_on_case(hidden, ground="Vän.", by=stage.leader)
    actions.change_scenario(scenario, picked={hidden.pk: None}, revision=1, by=stage.leader)
    assert again(scenario).chosen == {str(hidden.pk): 15_000_000}
    copy = actions.copy_scenario(again(scenario), by=stage.leader)
    assert copy.chosen == {}


# ---- Alternatives


def test_keeping_an_alternative_stores_ore_and_is_logged_internally(stage):
    second = sketch_of(stage)
    scenario = keep(stage, cases={stage.sketch.pk: Kronor("150000.25"), second.pk: Kronor(200_000)})
    assert again(scenario).chosen == {str(stage.sketch.pk): 15_000_025, str(second.pk): None}
    assert (scenario.created_by, scenario.created_at, scenario.revision) == (stage.leader, make.REVIEWING, 1)
    entry = AuditEntry.objects.get(action="grants.scenario.save")
    assert (entry.internal, entry.by, entry.target, entry.details) == (
        True,
        stage.leader,
        f"grants.call:{stage.call.pk}",
        {"name": "A"},
    )
    assert simulator.picked_of(again(scenario).chosen) == {stage.sketch.pk: Kronor("150000.25"), second.pk: None}


@pytest.mark.parametrize("amount", [Kronor(0), Kronor(-1), Kronor("200000.01")])
def test_the_action_refuses_amounts_out_of_bounds(stage, amount):
    with pytest.raises(TransitionRefused):
        keep(stage, cases={stage.sketch.pk: amount})
    scenario = keep(stage)
    with pytest.raises(TransitionRefused):
        actions.change_scenario(scenario, picked={stage.sketch.pk: amount}, revision=1, by=stage.leader)
    assert again(scenario).revision == 1


def test_other_calls_cases_are_never_stored(stage):
    elsewhere = make.create_submitted(make.create_published_call(stage.programme, by=stage.leader))
    draft = make.create_draft(stage.call)
    scenario = keep(stage, cases={elsewhere.pk: None, draft.pk: None, 999_999: None, stage.sketch.pk: None})
    assert list(scenario.chosen) == [str(stage.sketch.pk)]


def test_a_name_stands_once_per_call_and_step(stage):
    keep(stage)
    with pytest.raises(NameTaken):
        keep(stage)
    other = keep(stage, "B")
    with pytest.raises(NameTaken):
        actions.rename_scenario(other, name="A", revision=1, by=stage.leader)
    assert again(other).name == "B"
    actions.keep_scenario(stage.call, step=Step.APPLICATION, name="A", picked={}, by=stage.leader)
    call = make.create_published_call(stage.programme, by=stage.leader)
    actions.keep_scenario(call, step=Step.SKETCH, name="A", picked={}, by=stage.leader)
    assert Scenario.objects.filter(name="A").count() == 3


def test_a_stale_copy_changes_nothing(stage):
    scenario = keep(stage)
    stale = again(scenario)
    actions.change_scenario(scenario, picked={}, revision=1, by=stage.team)
    for act in (
        lambda: actions.change_scenario(stale, picked={stage.sketch.pk: None}, revision=1, by=stage.leader),
        lambda: actions.rename_scenario(stale, name="B", revision=1, by=stage.leader),
        lambda: actions.remove_scenario(stale, revision=1, by=stage.leader),
    ):
        with pytest.raises(LostRace):
            act()
    kept = again(scenario)
    assert (kept.name, kept.chosen, kept.revision, kept.changed_by) == ("A", {}, 2, stage.team)


def test_the_page_tells_who_got_there_first_and_keeps_the_ticks(stage):
    scenario = keep(stage, cases={})
    actions.change_scenario(scenario, picked={}, revision=1, by=stage.team)
    data = {"valda": stage.sketch.pk, "spara": "samma", "revision": 1}
    response = ask(stage.leader, "scenario_save", call=stage.call, query=f"?alternativ={scenario.pk}", **data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Team Medlem" in text_of(response)
    assert f'value="{stage.sketch.pk}" aria-labelledby="t{stage.sketch.pk}" checked' in page
    assert 'name="revision" value="2"' in page
    again_ = ask(stage.leader, "scenario_save", call=stage.call, query=f"?alternativ={scenario.pk}", **{**data, "revision": 2})
    assert (again_.status_code, again(scenario).chosen) == (302, {str(stage.sketch.pk): None})


def test_saving_from_the_page_opens_what_was_saved(stage):
    pk = stage.sketch.pk
    data = {"valda": pk, f"belopp-{pk}": "150 000", "namn": "  Med   bredd ", "spara": "nytt"}
    response = ask(stage.leader, "scenario_save", call=stage.call, **data)
    scenario = Scenario.objects.get()
    assert (scenario.name, scenario.chosen) == ("Med bredd", {str(pk): 15_000_000})
    assert response["Location"].endswith(f"?steg=skisser&alternativ={scenario.pk}")
    page = ask(stage.leader, call=stage.call, query=f"?steg=skisser&alternativ={scenario.pk}").content.decode()
    assert 'value="150\xa0000"' in page


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Barnet 20121212-1212"])
def test_a_wrong_name_is_told_at_its_field(stage, name):
    response = ask(stage.leader, "scenario_save", call=stage.call, valda=stage.sketch.pk, namn=name)
    assert (response.status_code, 'id="namn-err"' in response.content.decode(), Scenario.objects.count()) == (422, True, 0)


def test_a_taken_name_is_told_at_its_field_and_the_ticks_stay(stage):
    keep(stage)
    response = ask(stage.leader, "scenario_save", call=stage.call, valda=stage.sketch.pk, namn="A")
    page = response.content.decode()
    assert (response.status_code, 'id="namn-err"' in page, " checked>" in page) == (422, True, True)


def test_a_wrong_amount_is_never_saved(stage):
    pk = stage.sketch.pk
    response = ask(stage.leader, "scenario_save", call=stage.call, valda=pk, namn="A", **{f"belopp-{pk}": "900 000"})
    assert (response.status_code, Scenario.objects.count()) == (422, 0)


def test_an_alternative_that_is_gone_does_not_lose_the_ticks(stage):
    scenario = keep(stage)
    actions.remove_scenario(scenario, revision=1, by=stage.team)
    query = "?alternativ=999"
    assert ask(stage.leader, call=stage.call, query=query).status_code == 404
    response = ask(stage.leader, "scenario_save", call=stage.call, query=query, valda=stage.sketch.pk, spara="samma", revision=1)
    assert (response.status_code, " checked>" in response.content.decode()) == (422, True)


def test_another_calls_alternative_is_not_opened_here(stage):
    elsewhere = make.create_published_call(stage.programme, by=stage.leader)
    other = actions.keep_scenario(elsewhere, step=Step.SKETCH, name="X", picked={}, by=stage.leader)
    assert ask(stage.leader, call=stage.call, query=f"?alternativ={other.pk}").status_code == 404
    assert ask(stage.leader, call=stage.call, query="?alternativ=x").status_code == 404
    client = Client()
    client.force_login(stage.leader)
    assert client.post(reverse("scenario_copy", args=[stage.call.slug, other.pk])).status_code == 404


def test_rename_copy_and_take_away(stage):
    scenario = keep(stage)
    client = Client()
    client.force_login(stage.decider)

    def send(name, one, **data):
        return client.post(reverse(name, args=[stage.call.slug, one.pk]), data)

    send("scenario_rename", scenario, namn="Ny", revision=1)
    send("scenario_copy", scenario)
    names = list(Scenario.objects.order_by("pk").values_list("name", "created_by", "chosen"))
    assert names[0][0] == "Ny"
    assert names[1][0].startswith("Ny")
    assert names[1][1:] == (stage.decider.pk, again(scenario).chosen)
    send("scenario_remove", scenario, revision=1)
    assert Scenario.objects.filter(pk=scenario.pk).exists()
    send("scenario_remove", scenario, revision=2)
    assert not Scenario.objects.filter(pk=scenario.pk).exists()
    log = list(AuditEntry.objects.filter(action__startswith="grants.scenario").order_by("pk").values_list("action", "internal"))
    assert log == [(f"grants.scenario.{verb}", True) for verb in ("save", "rename", "save", "remove")]


def test_copies_get_names_of_their_own_within_the_length(stage):
    scenario = keep(stage, "x" * 60)
    copies = [actions.copy_scenario(scenario, by=stage.leader).name for _ in range(3)]
    assert len({*copies, scenario.name}) == 4
    assert all(len(name) <= 60 for name in copies)


def test_cases_that_have_left_the_competition_are_told_of(stage):
    second = sketch_of(stage)
    scenario = keep(stage, cases={stage.sketch.pk: None, second.pk: None})
    actions.withdraw_sketch(second, reason="Nej.", by=second.organisation.members.first(), at=make.DURING)
    response = ask(stage.leader, call=stage.call, query=f"?alternativ={scenario.pk}")
    assert (response.context["gone"], response.context["sums"].count) == (1, 1)
    actions.declare_on_case(stage.sketch, ground="Vän.", by=stage.team)
    closed = ask(fresh(stage.team), call=stage.call, query=f"?alternativ={scenario.pk}")
    assert closed.context["gone"] == 1


# ---- Side by side


def test_alternatives_side_by_side(stage):
    second = sketch_of(stage)
    keep(stage, "A")
    keep(stage, "B", {stage.sketch.pk: Kronor(120_000), second.pk: None})
    context = ask(stage.leader, "simulator_compare", call=stage.call).context
    assert [column.sums.amount for column in context["columns"]] == [Kronor(200_000), Kronor(320_000)]
    assert {each.pk: amounts for each, amounts in context["case_rows"]} == {
        stage.sketch.pk: [Kronor(200_000), Kronor(120_000)],
        second.pk: [None, Kronor(200_000)],
    }
    assert context["year_rows"] == [(2027, Kronor(1_000_000), [Kronor(800_000), Kronor(680_000)])]


def test_four_at_most_are_laid_side_by_side(stage):
    kept = [keep(stage, name) for name in "ABCDE"]
    assert [len(ask(stage.leader, "simulator_compare", call=stage.call).context["columns"]), 4] == [4, 4]
    query = f"?val={kept[4].pk}&val={kept[1].pk}&val=x&val=99999"
    context = ask(stage.leader, "simulator_compare", call=stage.call, query=query).context
    assert ([column.scenario.name for column in context["columns"]], context["too_many"]) == (["B", "E"], False)


def test_years_that_only_one_alternative_has_are_whole_in_the_other(stage):
    long = sketch_of(stage, starts_on="2027-07-01", ends_on="2028-06-30")
    keep(stage, "A")
    keep(stage, "B", {long.pk: None})
    rows = ask(stage.leader, "simulator_compare", call=stage.call).context["year_rows"]
    assert rows[1] == (2028, None, [Kronor(0), Kronor("-99453.56")])


# ---- Hostile text, and how much is asked


def test_hostile_names_are_shown_as_text(stage):
    title = "<img src=x onerror=alert(1)> {pk} %s"
    hostile = sketch_of(stage, title=title, organisation=OrganisationFactory(name="<b>Förening</b> {title} %(x)s"))
    form = ScenarioNameForm({"namn": HOSTILE})
    assert form.is_valid()
    scenario = keep(stage, form.cleaned_data["namn"], {hostile.pk: None})
    query = f"?alternativ={scenario.pk}"
    for name in ("simulator", "simulator_print", "simulator_compare"):
        page = ask(stage.leader, name, call=stage.call, query="" if name == "simulator_compare" else query).content.decode()
        assert not any(text in page for text in ("<script>alert", "<img src=x", "<b>Förening", "\u202e"))
        assert "&lt;img src=x onerror=alert(1)&gt; {pk} %s" in page
    row = str(simulator_page.rows(simulator.material(stage.call, stage.leader, Step.SKETCH), ChoiceForm(QueryDict(), [])))
    assert "&lt;b&gt;Förening&lt;/b&gt; {title} %(x)s" in row
    assert "%(name)s {x}" in ask(stage.leader, "simulator", call=stage.call).content.decode()


@pytest.mark.parametrize("step", ["skisser", "ansokningar"])
def test_equally_many_questions_for_1_3_and_60_rows(stage, step):
    make_one, first = (sent_in, 1) if step == "ansokningar" else (sketch_of, 0)
    if step == "ansokningar":
        decisions.decide(sent_in(stage), officer=stage.leader, decider=stage.decider)
        first += 1
    names = ("simulator", "simulator_print", "simulator_compare")
    asked, client = {name: [] for name in names}, Client()
    client.force_login(stage.leader)
    for wanted in (1, 3, 60):
        while Sketch.objects.filter(call=stage.call).count() < wanted + first:
            make_one(stage)
        cases = dict.fromkeys(Sketch.objects.filter(call=stage.call).values_list("pk", flat=True))
        actions.keep_scenario(stage.call, step=simulator.STEPS[step], name=f"Alternativ {wanted}", picked=cases, by=stage.leader)
        for name in names:
            found, response = questions(client, f"{reverse(name, args=[stage.call.slug])}?steg={step}")
            assert response.status_code == 200
            asked[name].append(len(found))
    for counts in asked.values():
        assert counts[0] == counts[1] == counts[2] <= 12
