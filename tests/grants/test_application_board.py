"""The board of applications, and the reviewers who assess them: figures, filters, order, files, and no sketch's scores mixed in."""

import csv
import gzip
import io
from decimal import Decimal
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants import actions, application_board, board, simulator
from grants.models import Application, Assessment, Call, Sketch, Step
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.notifications.models import Message
from kraftsamling.programmes.models import Role
from tests.factories import applications, decisions
from tests.factories import grants as make
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory, UserFactory
from tests.grants import trail
from tests.grants.scene import again, people, questions, signed_in

pytestmark = pytest.mark.django_db

BUDGET = 12
REVIEWING = applications.HANDED_IN


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(REVIEWING, tick=False)


def sent(call, leader, *, title, sought=200_000, own=200_000, kind=OrganisationKind.ASSOCIATION, **sketch):
    organisation = OrganisationFactory(name=f"{title}s förening", kind=kind)
    UserFactory(member_of=organisation)
    application = make.create_invited(make.create_submitted(call, organisation=organisation, title=title, **sketch), by=leader)
    applications.write(application, title=title, **applications.typed_budget(sought=sought, own=own))
    applications.send_in(application)
    return application


@pytest.fixture
def plan():
    MunicipalityFactory(code="1883", name="Karlskoga")
    call = make.create_published_call(lowest_own_share=Decimal(0))
    leader = call.created_by
    reviewers = [make.officer(call.programme, Role.REVIEWER) for _ in range(2)]
    areas = [str(area.pk) for area in call.focus_areas.order_by("position")]
    second = {"focus_areas": areas[1:2], "main_focus_area": areas[1], "municipalities": ["1883"]}
    found = [
        sent(call, leader, title="Ängen", sought=100_000, own=300_000),
        sent(call, leader, title="zebra", sought=300_000, own=300_000, kind=OrganisationKind.MUNICIPALITY, **second),
        sent(call, leader, title="Åkern", sought=150_000, own=250_000),
    ]
    assess(found[0].sketch, reviewers[0], leader, 2, step=Step.APPLICATION)
    assess(found[0].sketch, reviewers[1], leader, 4, step=Step.APPLICATION)
    assess(found[1].sketch, reviewers[0], leader, 5, step=Step.APPLICATION)
    applications.create_open(call, by=leader, title="Inte inskickad")
    return SimpleNamespace(call=call, leader=leader, reviewers=reviewers, found=found)


def assess(sketch, reviewer, leader, value, *, step):
    return make.create_assessed(sketch, reviewer, by=leader, value=value, at=REVIEWING, step=step)


def url(plan, name="applications_board", **query):
    return reverse(name, args=[plan.call.slug], query=query)


def titles(plan, **query):
    page = signed_in(plan.leader).get(url(plan, **query))
    return [version.title for _sketch, _application, version, _share in page.context["rows"]]


# ---- The rows


def test_only_what_has_been_sent_in_is_compared_the_highest_mean_first(plan):
    assert titles(plan) == ["zebra", "Ängen", "Åkern"]


def test_the_figures_are_of_the_applications_alone(plan):
    row = application_board.rows(plan.call, plan.leader, filters={}, sort="ansokan").get(pk=plan.found[0].sketch_id)
    assert (board.rounded(row.mean), board.rounded(row.spread), row.finished, row.assigned, row.sketch_mean) == (
        Decimal("3.00"),
        Decimal("2.00"),
        2,
        2,
        None,
    )
    sketches = board.rows(plan.call, plan.leader, filters={}, sort="-medel")
    assert {(row.mean, row.finished) for row in sketches} == {(None, 0)}
    assert {mean for _c, mean in board.criterion_means(row)} == {None}
    assert {mean for _c, mean in board.criterion_means(row, step=Step.APPLICATION)} == {Decimal("3.00")}


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("ansokan", ["zebra", "Åkern", "Ängen"]), ("-sokt", ["zebra", "Åkern", "Ängen"]), ("sokt", ["Ängen", "Åkern", "zebra"]),
        ("-egen", ["Ängen", "Åkern", "zebra"]), ("medel", ["Ängen", "zebra", "Åkern"]), ("-spridning", ["Ängen", "zebra", "Åkern"]),
        ("kostnad", ["Ängen", "Åkern", "zebra"]), ("organisation", ["zebra", "Åkern", "Ängen"]), ("okand", ["zebra", "Ängen", "Åkern"]),
    ],
)  # fmt: skip
def test_sorting(plan, sort, order):
    assert titles(plan, sort=sort) == order


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({"q": "åker"}, ["Åkern"]), ({"kommun": "1883"}, ["zebra"]), ({"kommun": "1880"}, ["Ängen", "Åkern"]),
        ({"slag": "municipality"}, ["zebra"]), ({"lage": "granted"}, []), ({"lage": "submitted"}, ["zebra", "Ängen", "Åkern"]),
    ],
)  # fmt: skip
def test_filters(plan, query, order):
    assert titles(plan, **query) == order


def test_the_filter_of_the_factor(plan):
    area = plan.call.focus_areas.order_by("position")[1]
    assert titles(plan, factor=area.pk) == ["zebra"]


def test_the_sums_and_the_share_of_own_financing(plan):
    decisions.decide(plan.found[0], officer=plan.leader, decider=make.officer(plan.call.programme, Role.DECISION_MAKER),
                     cap=Kronor(100_000))  # fmt: skip
    sums = signed_in(plan.leader).get(url(plan)).context["sums"]
    assert (sums.count, sums.sought, sums.granted, sums.left) == (3, Kronor(550_000), Kronor(100_000), Kronor(900_000))
    assert sums.own_share == Kronor(850_000).share_of(Kronor(1_400_000))
    page = signed_in(plan.leader).get(url(plan))
    assert [round(share) for *_row, share in page.context["rows"]] == [50, 75, 62]


def test_the_panel_shows_summary_and_scores_of_the_application(plan):
    found = signed_in(plan.leader).get(url(plan, visa=plan.found[0].sketch_id)).context["shown"]
    assert (found["version"].title, found["summary"]) == ("Ängen", "En lots följer med unga till föreningar.")
    assert {mean for _criterion, mean in found["means"]} == {Decimal("3.00")}


@pytest.mark.parametrize("asked", ["", "x", "0", "999999999999"])
def test_a_panel_that_is_not_there_is_empty(plan, asked):
    assert signed_in(plan.leader).get(url(plan, visa=asked)).context["shown"] is None


def test_what_is_not_sent_in_has_no_panel(plan):
    unsent = Application.objects.open().get()
    assert signed_in(plan.leader).get(url(plan, visa=unsent.sketch_id)).context["shown"] is None


# ---- The files


def rows_of(plan, kind, **query):
    address = reverse("applications_board_file", args=[plan.call.slug, kind], query=query)
    response = signed_in(plan.leader).get(address)
    whole = response.getvalue()
    whole = gzip.decompress(whole) if response.get("Content-Encoding") == "gzip" else whole
    if kind == "csv":
        return list(csv.reader(io.StringIO(whole.decode("utf-8-sig")), delimiter=";"))
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(whole)).active.values]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_file_has_the_rows_of_the_page(plan, kind):
    rows = rows_of(plan, kind, sort="-sokt", kommun="1880")
    assert [row[2] for row in rows[1:]] == ["Åkern", "Ängen"]
    own = rows[0].index("Egen finansiering, procent")
    assert [float(str(row[own]).replace(",", ".")) for row in rows[1:]] == [62.5, 75]


def test_a_title_that_is_a_formula_is_none_in_the_files(plan):
    version = plan.found[0].current_version
    type(version).objects.filter(pk=version.pk).update(title="=1+1")
    assert "=1+1" not in [row[2] for row in rows_of(plan, "csv")]
    sheet = openpyxl.load_workbook(
        io.BytesIO(signed_in(plan.leader).get(reverse("applications_board_file", args=[plan.call.slug, "xlsx"])).getvalue())
    ).active
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


def test_another_format_is_not_there(plan):
    address = reverse("applications_board_file", args=[plan.call.slug, "pdf"])
    assert signed_in(plan.leader).get(address).status_code == 404


# ---- What it costs, and who sees it


def test_the_page_asks_the_same_for_one_and_for_three(plan):
    client = signed_in(plan.leader)
    three, _page = questions(client, url(plan, visa=plan.found[0].sketch_id))
    one, _page = questions(client, url(plan, visa=plan.found[0].sketch_id, q="Ängen"))
    none, _page = questions(client, url(plan))
    assert len(none) < len(three) == len(one) <= BUDGET


def test_a_conflict_closes_the_application_on_board_panel_and_file(plan):
    team = make.officer(plan.call.programme, Role.PROCESS_TEAM)
    actions.declare_on_case(plan.found[1].sketch, ground="Släkt.", by=team, at=REVIEWING)
    page = signed_in(team).get(url(plan, visa=plan.found[1].sketch_id))
    assert [version.title for _s, _a, version, _share in page.context["rows"]] == ["Ängen", "Åkern"]
    assert page.context["shown"] is None


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.PROCESS_LEADER, 200), (Role.DECISION_MAKER, 200), (Role.REVIEWER, 404), (Role.FINANCE_OFFICER, 404), ("member", 404),
     ("elsewhere", 404)],
)  # fmt: skip
def test_who_sees_the_board(plan, role, status):
    user = people(plan.call.programme, plan.found[0].sketch.organisation)[role]
    assert signed_in(user).get(url(plan)).status_code == status


# ---- Reviewers of applications


def assessment_of(plan, number=2, reviewer=0):
    return make.assign(plan.found[number].sketch, plan.reviewers[reviewer], by=plan.leader, at=REVIEWING, step=Step.APPLICATION)


def test_the_leader_asks_reviewers_from_the_board(plan):
    since = trail.mark()
    chosen = {"sketches": [plan.found[2].sketch_id], "reviewers": [reviewer.pk for reviewer in plan.reviewers]}
    signed_in(plan.leader).post(reverse("applications_assign", args=[plan.call.slug]), chosen)
    asked = Assessment.objects.in_step(Step.APPLICATION).filter(sketch=plan.found[2].sketch)
    assert {row.reviewer_id for row in asked} == {reviewer.pk for reviewer in plan.reviewers}
    assert trail.entries(since) == [("grants.review.assign", plan.leader.pk)] * 2
    told = Message.objects.filter(kind="grants/reviews_assigned").order_by("-pk").first()
    assert "ansökan" in told.subject


@pytest.mark.parametrize("role", [Role.DECISION_MAKER, Role.REVIEWER])
def test_others_do_not_ask(plan, role):
    chosen = {"sketches": [plan.found[2].sketch_id], "reviewers": [plan.reviewers[0].pk]}
    other = make.officer(plan.call.programme, role)
    status = signed_in(other).post(reverse("applications_assign", args=[plan.call.slug]), chosen).status_code
    assert status in {403, 404}
    with pytest.raises(PermissionDenied):
        actions.assign_reviewers(
            plan.call, sketches=[plan.found[2].sketch], reviewers=plan.reviewers, step=Step.APPLICATION, by=other
        )
    assert not Assessment.objects.filter(sketch=plan.found[2].sketch).exists()


def test_what_is_not_sent_in_or_decided_is_not_given_to_reviewers(plan):
    unsent = Application.objects.open().get().sketch
    decider = make.officer(plan.call.programme, Role.DECISION_MAKER)
    decisions.decide(plan.found[2], officer=plan.leader, decider=decider)
    sketches = [unsent, plan.found[2].sketch]
    given = actions.assign_reviewers(
        plan.call, sketches=sketches, reviewers=plan.reviewers, step=Step.APPLICATION, by=plan.leader
    )
    assert given == (0, 0)


def test_one_who_has_assessed_the_sketch_declares_anew_for_the_application():
    call = make.create_published_call()
    leader, reviewer = call.created_by, make.officer(call.programme, Role.REVIEWER)
    sketch = make.create_submitted(call)
    make.create_assessed(sketch, reviewer, by=leader, value=4)
    application = applications.create_sent_in(make.create_invited(sketch, by=leader))
    assessment = make.assign(application.sketch, reviewer, by=leader, at=REVIEWING, step=Step.APPLICATION)
    assert Assessment.objects.filter(sketch=sketch, reviewer=reviewer).count() == 2
    page = signed_in(reviewer).get(assessment.get_absolute_url())
    assert (page.status_code, "grants/assessment_declare.html" in [t.name for t in page.templates]) == (200, True)
    assert Sketch.objects.visible_to(reviewer).count() == 1


def test_the_application_opens_after_the_declaration_and_is_assessed(plan):
    reviewer, assessment = plan.reviewers[0], assessment_of(plan)
    client = signed_in(reviewer)
    assert client.get(plan.found[2].get_absolute_url()).status_code == 404
    client.post(reverse("assessment_declare", args=[assessment.pk]), {"has_conflict": "no"})
    page = client.get(assessment.get_absolute_url())
    assert page.context["version"] == again(plan.found[2]).current_version
    assert "Fler unga ska ha en fritid" in page.content.decode()
    assert [label for _key, label in page.context["form"].fields["recommendation"].choices] == [
        "Bevilja",
        "Kanske",
        "Bevilja inte",
    ]
    assert client.get(plan.found[2].get_absolute_url()).status_code == 200

    typed = {f"score_{c.pk}": "4" for c in plan.call.criteria.all()} | {
        f"reason_{c.pk}": "Bra." for c in plan.call.criteria.all()
    }
    client.post(
        reverse("assessment_save", args=[assessment.pk]), {**typed, "recommendation": "invite", "revision": 0, "hand_in": "1"}
    )
    done = again(assessment)
    assert (done.state, done.version, done.application_version) == ("submitted", None, again(plan.found[2]).current_version)
    assert str(done.recommendation_text) == "Bevilja"
    assert client.get(assessment.get_absolute_url()).status_code == 200


def test_others_assessments_only_after_the_own_and_only_of_the_application(plan):
    mine = Assessment.objects.in_step(Step.APPLICATION).get(sketch=plan.found[0].sketch, reviewer=plan.reviewers[0])
    page = signed_in(plan.reviewers[0]).get(mine.get_absolute_url())
    assert [row.reviewer for row in page.context["others"]] == [plan.reviewers[1]]


def test_a_conflict_in_the_second_step_takes_the_first_away_too():
    call = make.create_published_call()
    leader, reviewer = call.created_by, make.officer(call.programme, Role.REVIEWER)
    sketch = make.create_submitted(call)
    make.create_assessed(sketch, reviewer, by=leader, value=4)
    application = applications.create_sent_in(make.create_invited(sketch, by=leader))
    assessment = make.assign(application.sketch, reviewer, by=leader, at=REVIEWING, step=Step.APPLICATION)
    since = trail.mark()
    actions.declare_on_assessment(assessment, has_conflict=True, ground="Ny kollega där.", by=reviewer, at=REVIEWING)
    assert set(Assessment.objects.values_list("state", "weighted_mean")) == {("excluded", None)}
    assert trail.entries(since) == [("grants.review.conflict", reviewer.pk)]
    assert not Sketch.objects.visible_to(reviewer).exists()


def test_after_the_decision_nothing_is_assessed_or_opened_again(plan):
    assessment = assessment_of(plan)
    actions.declare_on_assessment(assessment, has_conflict=False, by=plan.reviewers[0], at=REVIEWING)
    done = Assessment.objects.in_step(Step.APPLICATION).get(sketch=plan.found[0].sketch, reviewer=plan.reviewers[0])
    decider = make.officer(plan.call.programme, Role.DECISION_MAKER)
    for number in (0, 2):
        decisions.decide(plan.found[number], officer=plan.leader, decider=decider, cap=Kronor(100_000))
    scores = dict.fromkeys(plan.call.criteria.all(), (4, "Bra."))
    with pytest.raises(TransitionRefused):
        actions.submit_assessment(
            again(assessment), scores=scores, recommendation="invite", comment="", by=plan.reviewers[0], at=REVIEWING
        )
    with pytest.raises(TransitionRefused):
        actions.reopen_assessment(again(done), by=plan.reviewers[0], at=REVIEWING)
    assert signed_in(plan.reviewers[0]).get(assessment.get_absolute_url()).context["is_open"] is False


def test_while_it_is_completed_it_is_still_assessed(plan):
    assessment = assessment_of(plan)
    actions.declare_on_assessment(assessment, has_conflict=False, by=plan.reviewers[0], at=REVIEWING)
    Application.objects.filter(pk=plan.found[2].pk).update(state="returned")
    assert signed_in(plan.reviewers[0]).get(assessment.get_absolute_url()).context["is_open"] is True


def test_the_desk_and_the_leader_see_what_remains(plan):
    assessment = assessment_of(plan)
    desk = signed_in(plan.reviewers[0]).get(reverse("review_list"))
    assert desk.context["next"] == assessment
    page = signed_in(plan.leader).get(reverse("reviewers", args=[plan.call.slug]))
    assert list(page.context["page"]) == [assessment]
    signed_in(plan.leader).post(reverse("reviewer_remove", args=[assessment.pk]))
    assert again(assessment).state == "removed"


def test_the_simulator_uses_the_applications_mean_where_there_is_one(plan):
    found = {case.title: case.mean for case in simulator.cases(plan.call, plan.leader, Step.APPLICATION)}
    assert (float(found["Ängen"]), float(found["zebra"]), found["Åkern"]) == (3, 5, None)
    late = Call.objects.get(pk=plan.call.pk)
    sketch = plan.found[2].sketch
    Assessment.objects.create(
        sketch=sketch, reviewer=plan.reviewers[1], assigned_at=REVIEWING, assigned_by=plan.leader, state="submitted",
        submitted_at=REVIEWING, weighted_mean=Decimal(1),
    )  # fmt: skip
    assert float({c.title: c.mean for c in simulator.cases(late, plan.leader, Step.APPLICATION)}["Åkern"]) == 1


def test_by_sql_the_version_belongs_to_the_step(plan):
    done = Assessment.objects.submitted().first()
    for values in ({"version": plan.found[0].sketch.current_version}, {"step": "sketch"}, {"step": "third"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.filter(pk=done.pk).update(**values)
