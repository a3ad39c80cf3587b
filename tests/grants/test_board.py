"""The comparison board: figures, filters, order, and the same rows on the page and in the files."""

import csv
import gzip
import io
import re
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from grants import actions, board
from grants.models import Call, OutcomeKind, Sketch
from kraftsamling.accounts.models import OrganisationKind
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from tests.factories import grants as make
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory, UserFactory
from tests.grants.scene import questions, scene
from tests.kept import kept

pytestmark = pytest.mark.django_db

BUDGET = 12
ASKED = 8
"""What the page asks the database for, without the session, which lies in the cache where there is one."""
HUNDREDTH = Decimal("0.01")


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(make.REVIEWING, tick=False):
        yield


def reviewers_of(programme, count=3):
    return [make.officer(programme, Role.REVIEWER) for _ in range(count)]


def assessed(sketch, reviewer, values, *, by):
    """An assessment with these scores, one for each criterion, beginning again when they run out."""
    assessment = make.assign(sketch, reviewer, by=by)
    actions.declare_on_assessment(assessment, has_conflict=False, by=reviewer, at=make.REVIEWING)
    criteria = sketch.call.criteria.order_by("position")
    scores = {criterion: (values[n % len(values)], "Därför.") for n, criterion in enumerate(criteria)}
    actions.submit_assessment(assessment, scores=scores, recommendation="maybe", comment="", by=reviewer, at=make.REVIEWING)
    return scores


PLAN = [
    # title, organisation, kind, sought, cost of staff, area, places, scores per reviewer
    ("Ängens lots", "Åby kommun", OrganisationKind.MUNICIPALITY, 100_000, 300_000, 0, ["1880"], [[5], [3, 4], [1]]),
    ("zebra", "Östra föreningen", OrganisationKind.ASSOCIATION, 300_000, 900_000, 1, ["1883", "1880"], [[2, 5, 1]]),
    ("Åkern", "Askers förening", OrganisationKind.ASSOCIATION, 150_000, 350_000, 2, None, []),
    ("Öppet hus", "Zinkgruvans klubb", OrganisationKind.ASSOCIATION, 200_000, 500_000, 3, ["1883"], [[0], [0, 1]]),
    ("Alla med", "Ängens vänner", OrganisationKind.ASSOCIATION, 250_000, 600_000, 1, ["1880"], [[4, 3]]),
]


def make_plan():
    """The five sketches of PLAN in one call, with what was given to each, in the order of PLAN."""
    stage = scene()
    actions.withdraw_sketch(stage.sketch, reason="Nej.", by=stage.writer, at=make.DURING)
    make.create_draft(stage.call, organisation=stage.organisation, by=stage.writer)
    MunicipalityFactory(code="1883", name="Karlskoga")
    areas = list(stage.call.focus_areas.order_by("position"))
    three = reviewers_of(stage.programme)
    found = []
    for title, name, kind, sought, staff, area, places, scores in PLAN:
        organisation = OrganisationFactory(name=name, kind=kind)
        typed = {
            "title": title, "sought": str(sought), "cost_own_staff": str(staff), "cost_external_services": None, "cost_travel": None,
            "own_financing": str(staff - sought), "focus_areas": [str(areas[area].pk)], "main_focus_area": str(areas[area].pk),
            "municipalities": places or [], "whole_county": None if places else "on",
        }  # fmt: skip
        sketch = make.create_submitted(stage.call, organisation=organisation, **typed)
        given = [assessed(sketch, reviewer, values, by=stage.leader) for reviewer, values in zip(three, scores, strict=False)]
        found.append(
            SimpleNamespace(sketch=sketch, given=given, area=areas[area], title=title, name=name, sought=sought, cost=staff)
        )
    last = make.assign(found[2].sketch, three[0], by=stage.leader)
    actions.declare_on_assessment(last, has_conflict=True, ground="Vän.", by=three[0], at=make.REVIEWING)
    make.assign(found[2].sketch, three[1], by=stage.leader)
    return SimpleNamespace(**vars(stage), found=found, areas=areas)


_plan_once, plan = kept(make_plan)


def mean_of(given):
    """Weighted per reviewer to a thousandth, then the plain mean: figured without the database."""
    means = []
    for scores in given:
        total = sum(value * criterion.weight for criterion, (value, _why) in scores.items())
        weight = sum(criterion.weight for criterion in scores)
        means.append((Decimal(total) / weight).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP))
    return means


def framed(call):
    return Call.objects.with_frame().get(pk=call.pk)


def hundredths(figure):
    return None if figure is None else Decimal(str(figure)).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def rows(plan, user=None, sort="nummer", **filters):
    return list(board.rows(plan.call, user or plan.leader, filters=filters, sort=sort))


def shown(plan, **kwargs):
    return [row.current_version.title for row in rows(plan, **kwargs)]


# ---- Rows and figures


def test_the_board_holds_what_was_handed_in_and_not_withdrawn_in_order_of_number(plan):
    assert shown(plan) == [title for title, *_rest in PLAN]


def test_answered_sketches_stay_on_the_board(plan):
    outcome = make.create_outcome(plan.found[0].sketch, by=plan.leader, at=make.REVIEWING)
    actions.send_outcomes(plan.call, outcomes=[outcome], by=plan.leader, at=make.REVIEWING)
    assert len(rows(plan)) == len(PLAN)


def test_sketches_of_other_calls_are_not_on_the_board(plan):
    make.create_submitted(make.create_published_call(plan.programme, by=plan.leader), at=make.DURING)
    assert len(rows(plan)) == len(PLAN)


def test_mean_spread_and_counts_equal_a_plain_calculation(plan):
    expected = []
    for each in plan.found:
        means = mean_of(each.given)
        mean = sum(means) / len(means) if means else None
        expected.append((hundredths(mean), hundredths(max(means) - min(means)) if means else None, len(means)))
    assert [(board.rounded(row.mean), board.rounded(row.spread), row.finished) for row in rows(plan)] == expected


def test_assigned_leaves_out_those_in_conflict_and_taken_back(plan):
    assert [row.assigned for row in rows(plan)] == [3, 1, 1, 2, 1]


def test_notes_are_counted_without_multiplying_the_assessments(plan):
    for text in ("Ett", "Två"):
        actions.write_note(plan.found[0].sketch, text=text, by=plan.leader, at=make.REVIEWING)
    row = rows(plan)[0]
    assert (row.notes_count, row.finished, row.assigned) == (2, 3, 3)


@pytest.mark.parametrize(
    ("given", "expected"), [("2.345", "2.35"), ("2.335", "2.34"), ("2.344", "2.34"), ("4.995", "5.00"), (0, "0.00")]
)
def test_figures_are_rounded_half_up_to_a_hundredth(given, expected):
    assert str(board.rounded(Decimal(given))) == expected
    assert str(board.rounded(float(given))) == expected
    assert board.rounded(None) is None


def test_the_mean_per_criterion_is_in_the_calls_order_and_counts_what_is_handed_in(plan):
    each = plan.found[0]
    expected = []
    for criterion in plan.call.criteria.order_by("position"):
        values = [scores[criterion][0] for scores in each.given]
        expected.append((criterion, hundredths(Decimal(sum(values)) / len(values))))
    assert board.criterion_means(each.sketch) == expected
    assert {mean for _criterion, mean in board.criterion_means(plan.found[2].sketch)} == {None}


def test_sums_equal_a_plain_calculation(plan):
    sums = board.sums(framed(plan.call), plan.leader, filters={})
    assert (sums.count, sums.sought, sums.frame) == (5, Kronor(sum(row[3] for row in PLAN)), Kronor(1_000_000))
    assert sums.times_frame == 1


def test_times_frame_is_none_without_a_frame():
    assert board.BoardSums(1, Kronor(5), Kronor(0)).times_frame is None


def test_sums_of_an_empty_board_are_nought():
    call = make.create_published_call()
    sums = board.sums(framed(call), call.created_by, filters={})
    assert (sums.count, sums.sought) == (0, Kronor(0))


def test_progress_per_reviewer(plan):
    progress = {row["reviewer"]: (row["assigned"], row["done"], row["conflicts"]) for row in board.reviewer_progress(plan.call)}
    assert sorted(progress.values()) == [(1, 1, 0), (3, 2, 0), (5, 4, 1)]


# ---- Filters


def test_filter_on_words_of_title_organisation_and_number(plan):
    assert shown(plan, q="ZEBRA") == ["zebra"]
    assert shown(plan, q="klubb") == ["Öppet hus"]
    assert shown(plan, q=plan.found[3].sketch.number) == ["Öppet hus"]
    assert shown(plan, q="finns inte") == []


def test_filter_on_factor(plan):
    assert shown(plan, factor=plan.areas[1]) == ["zebra", "Alla med"]


def test_filter_on_a_factor_that_is_not_the_main_one(plan):
    both = [str(area.pk) for area in plan.areas[2:]]
    make.create_submitted(plan.call, title="Två", focus_areas=both, main_focus_area=both[0])
    assert shown(plan, factor=plan.areas[3]) == ["Öppet hus", "Två"]


def test_filter_on_municipality_holds_what_goes_on_in_the_whole_county(plan):
    from kraftsamling.places.models import Municipality

    assert shown(plan, kommun=Municipality.objects.get(pk="1883")) == ["zebra", "Åkern", "Öppet hus"]


def test_filter_on_kind_of_organisation(plan):
    assert shown(plan, slag="municipality") == ["Ängens lots"]


def test_filter_on_the_answer(plan):
    make.create_outcome(plan.found[0].sketch, by=plan.leader, at=make.REVIEWING)
    make.create_outcome(plan.found[1].sketch, by=plan.leader, at=make.REVIEWING, kind=OutcomeKind.DECLINED)
    assert shown(plan, svar="invited") == ["Ängens lots"]
    assert shown(plan, svar="declined") == ["zebra"]
    assert shown(plan, svar="ej") == ["Åkern", "Öppet hus", "Alla med"]


def test_filters_work_together_and_the_sums_follow(plan):
    filters = {"factor": plan.areas[1], "slag": "association", "q": "a"}
    assert shown(plan, **filters) == ["zebra", "Alla med"]
    sums = board.sums(framed(plan.call), plan.leader, filters=filters)
    assert (sums.count, sums.sought) == (2, Kronor(550_000))


# ---- Order

ORDER = {
    "skiss": ["Alla med", "zebra", "Åkern", "Ängens lots", "Öppet hus"],
    "organisation": ["Åkern", "Öppet hus", "Ängens lots", "Alla med", "zebra"],
    "faktor": ["Ängens lots", "zebra", "Alla med", "Åkern", "Öppet hus"],
    "sokt": ["Ängens lots", "Åkern", "Öppet hus", "Alla med", "zebra"],
    "kostnad": ["Ängens lots", "Åkern", "Öppet hus", "Alla med", "zebra"],
    "nummer": [title for title, *_rest in PLAN],
}


def plain_order(plan, figure):
    """The titles by a figure worked out in Python, ties by number; those without it last."""
    known = [(each, figure(each)) for each in plan.found]
    return [(each, value) for each, value in known if value is not None], [each for each, value in known if value is None]


FIGURES = {
    "medel": lambda each: sum(mean_of(each.given)) / len(each.given) if each.given else None,
    "spridning": lambda each: max(mean_of(each.given)) - min(mean_of(each.given)) if each.given else None,
    "klara": lambda each: len(each.given),
}


def test_every_sort_of_the_board_is_tested():
    assert set(ORDER) | set(FIGURES) == set(board.SORTS)


@pytest.mark.parametrize("key", ORDER)
def test_order_both_ways(plan, key):
    up, down = shown(plan, sort=key), shown(plan, sort=f"-{key}")
    assert up == ORDER[key]
    if key == "faktor":  # two share a factor: those stay in order of number
        assert down == ["Öppet hus", "Åkern", "zebra", "Alla med", "Ängens lots"]
    else:
        assert down == ORDER[key][::-1]


@pytest.mark.parametrize("key", FIGURES)
@pytest.mark.parametrize("down", [False, True])
def test_order_by_figures_has_those_without_last_both_ways(plan, key, down):
    known, unknown = plain_order(plan, FIGURES[key])
    ordered = sorted(known, key=lambda pair: pair[1], reverse=down)  # stable, also when reversed
    expected = [each.title for each, _value in ordered] + [each.title for each in unknown]
    assert shown(plan, sort=f"-{key}" if down else key) == expected


@pytest.mark.parametrize("sort", ["", "nonsense", "-", "--", "current_version__content", "?", "pk; drop table"])
def test_an_order_that_is_not_there_is_the_usual_one(plan, sort):
    assert shown(plan, sort=sort) == shown(plan, sort=board.DEFAULT_SORT)


# ---- The page and the files hold the same


@pytest.fixture
def ask_page(client, plan):
    client.force_login(plan.leader)

    def ask(query="", kind=None):
        args = [plan.call.slug] + ([kind] if kind else [])
        return client.get(f"{reverse('board_file' if kind else 'board_detail', args=args)}{query}")

    return ask


def csv_rows(response):
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def xlsx_rows(response):
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


QUERIES = [
    "",
    "?sort=sokt",
    "?sort=-skiss",
    "?sort=-spridning",
    "?q=a&sort=organisation",
    "?slag=association&sort=-sokt",
    "?svar=ej",
    "?slag=nonsense",
    "?factor=999999",
    "?kommun=1883&sort=nummer",
    "?q=finns+inte",
]


@pytest.mark.parametrize("query", QUERIES)
def test_page_csv_and_xlsx_have_the_same_rows_in_the_same_order(plan, ask_page, query):
    make.create_outcome(plan.found[0].sketch, by=plan.leader, at=make.REVIEWING)
    on_page = [sketch.number for sketch in ask_page(query).context["page"].object_list]
    in_csv, in_xlsx = csv_rows(ask_page(query, "csv")), xlsx_rows(ask_page(query, "xlsx"))
    assert [row[0] for row in in_csv[1:]] == [row[0] for row in in_xlsx[1:]] == on_page
    assert in_csv[0] == in_xlsx[0] == board.export_header()


def test_the_files_have_the_whole_row(plan, ask_page):
    each = plan.found[0]
    actions.set_registry_number(each.sketch, number="RS 2026/14", by=plan.leader, at=make.REVIEWING)
    make.create_outcome(each.sketch, by=plan.leader, at=make.REVIEWING)
    record = dict(zip(board.export_header(), csv_rows(ask_page("?q=ngens+lots", "csv"))[1], strict=True))
    means = mean_of(each.given)
    comma = lambda figure: str(hundredths(figure)).replace(".", ",")  # noqa: E731
    organisation = each.sketch.organisation
    assert list(record.values()) == [
        each.sketch.number, "RS 2026/14", "Ängens lots", "Åby kommun", organisation.org_number, organisation.get_kind_display(),
        "Örebro", each.area.name, each.area.name, "Örebro", "100000", "300000", "200000", "33,33", "2027-01-15", "2027-12-31",
        comma(sum(means) / 3), comma(max(means) - min(means)), "3", "3", "Inskickad", "Inbjuden att ansöka", "2026-09-20 12:00",
    ]  # fmt: skip


def test_amounts_and_figures_are_numbers_in_the_spreadsheet(plan, ask_page):
    record = xlsx_rows(ask_page("?q=ngens+lots", "xlsx"))[1]
    assert [type(value) for value in record[10:14]] == [int] * 3 + [float]
    assert (record[10], record[11], record[18], record[19]) == (100_000, 300_000, 3, 3)


def test_many_places_and_the_whole_county_are_written_out(plan, ask_page):
    table = {row[2]: row[9] for row in csv_rows(ask_page("", "csv"))[1:]}
    assert set(table["zebra"].split(", ")) == {"Karlskoga", "Örebro"}
    assert table["Åkern"] == "Hela länet"


@pytest.mark.parametrize("kind", ["pdf", "csvx", "CSV", "html"])
def test_a_format_that_is_not_there_is_404(ask_page, kind):
    assert ask_page("", kind).status_code == 404


STARTS = ["=", "+", "-", "@", "\t=", "\uff1d", "\uff0b", "\uff0d", "\uff20", " =", "\u00a0="]


@pytest.mark.parametrize("start", STARTS)
def test_nothing_people_wrote_becomes_a_formula(client, start):
    danger = f"{start}1+1|x"
    stage = scene()
    organisation = OrganisationFactory(name=danger)
    sketch = make.create_submitted(stage.call, organisation=organisation, title="Ofarlig")
    Sketch.objects.filter(pk=sketch.pk).update(registry_number=danger)
    version = sketch.current_version
    version.title = danger
    version.save()
    client.force_login(stage.leader)
    table = csv_rows(client.get(reverse("board_file", args=[stage.call.slug, "csv"]), {"q": sketch.number}))
    assert [table[1][n] for n in (1, 2, 3)] == [f"'{danger}"] * 3
    response = client.get(reverse("board_file", args=[stage.call.slug, "xlsx"]), {"q": sketch.number})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} & {"f"} == set()
    assert [sheet.cell(2, n).value for n in (2, 3, 4)] == [f"'{danger}"] * 3


def test_semicolons_quotes_and_lines_stay_in_their_cell(client):
    stage = scene()
    danger = 'a;b"c\nd,e'
    sketch = make.create_submitted(stage.call, organisation=OrganisationFactory(name=danger))
    client.force_login(stage.leader)
    table = csv_rows(client.get(reverse("board_file", args=[stage.call.slug, "csv"]), {"q": sketch.number}))
    assert ([len(row) for row in table], table[1][3]) == ([len(board.export_header())] * 2, danger)


# ---- Cost


def many(count):
    """A call with so many sketches, one in three assessed and answered, and people who look at them."""
    stage = scene()
    sketches = [stage.sketch]
    for number in range(1, count):
        sketches.append(
            make.create_submitted(stage.call, by=stage.writer, organisation=stage.organisation, title=f"Skiss {number}")
        )
    for sketch in sketches[::3]:
        make.create_assessed(sketch, stage.reviewer, by=stage.leader)
        make.create_outcome(sketch, by=stage.leader, at=make.REVIEWING)
    return stage


def make_sixty():
    return many(60)


_sixty_once, sixty = kept(make_sixty)


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_asks_the_database_equally_often_for_few_rows(client, count):
    asks_equally_often(client, many(count), count)


def test_the_board_asks_the_database_equally_often_for_many_rows(client, sixty):
    asks_equally_often(client, sixty, 60)


def asks_equally_often(client, stage, count):
    client.force_login(stage.leader)
    url = reverse("board_detail", args=[stage.call.slug])
    asked, response = questions(client, url)
    assert (len(asked), len(response.context["page"].object_list)) == (ASKED, min(count, 50))
    assert len(asked) < BUDGET


def compressed(response):
    return len(gzip.compress(response.content, compresslevel=6))


def test_a_full_page_of_the_board_is_small(client, sixty):
    stage = sixty
    for _ in range(20):
        make.officer(stage.programme, Role.REVIEWER)
    client.force_login(stage.leader)
    response = client.get(reverse("board_detail", args=[stage.call.slug]))
    assert len(response.context["page"].object_list) == 50
    assert len(response.content) <= 120_000
    assert compressed(response) <= 20_000


def test_the_file_is_read_in_portions_with_few_questions(client, django_assert_max_num_queries, sixty):
    stage = sixty
    client.force_login(stage.leader)
    with django_assert_max_num_queries(10):
        table = csv_rows(client.get(reverse("board_file", args=[stage.call.slug, "csv"])))
    assert len(table) == 61


def test_the_second_page_has_the_rest_and_keeps_the_order(client, sixty):
    stage = sixty
    client.force_login(stage.leader)
    url = reverse("board_detail", args=[stage.call.slug])
    numbers = [s.number for n in ("1", "2") for s in client.get(url, {"sort": "-nummer", "page": n}).context["page"].object_list]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 60


# ---- The panel, and who comes in


def test_the_panel_shows_the_chosen_sketch(plan, ask_page):
    found = ask_page(f"?visa={plan.found[1].sketch.pk}").context["shown"]
    assert (found["sketch"], found["means"]) == (plan.found[1].sketch, board.criterion_means(plan.found[1].sketch))


@pytest.mark.parametrize("asked", ["", "x", "-1", "0", "999999", "1e3", "9" * 30, "9" * 5000])
def test_a_panel_that_is_not_there_is_empty(ask_page, asked):
    response = ask_page(f"?visa={asked}")
    assert (response.status_code, response.context["shown"]) == (200, None)


def test_the_panel_never_shows_a_sketch_of_another_call(plan, ask_page):
    other = scene().sketch
    assert ask_page(f"?visa={other.pk}").context["shown"] is None


def test_only_the_panel_is_sent_when_only_the_panel_is_asked_for(plan, client):
    client.force_login(plan.leader)
    url = reverse("board_detail", args=[plan.call.slug])
    content = client.get(url, {"visa": plan.found[0].sketch.pk}, headers={"HX-Target": "panel"}).content.decode()
    assert (content.lstrip().startswith("<section"), "<html" in content, "Ängens lots" in content) == (True, False, True)


def test_decision_makers_compare_but_do_not_assign(plan, client):
    client.force_login(plan.decider)
    content = client.get(reverse("board_detail", args=[plan.call.slug])).content.decode()
    assert ('name="sketches"' in content, 'name="reviewers"' in content) == (False, False)


@pytest.mark.parametrize("who", ["reviewer", "writer", "stranger", "elsewhere"])
def test_the_board_is_not_there_for_others(who):
    stage = scene()
    user = {"stranger": UserFactory, "elsewhere": lambda: scene().leader}.get(who, lambda: getattr(stage, who))()
    client = Client()
    client.force_login(user)
    urls = [reverse("board_detail", args=[stage.call.slug]), reverse("board_file", args=[stage.call.slug, "csv"])]
    assert [client.get(url).status_code for url in urls] == [404, 404]


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-1", "?page=x", "?page=99999999999999999999", "?q=%00", "?q=%ff", "?sort=%00", "?kommun=%00"]
)
def test_odd_queries_are_answered(ask_page, query):
    assert [ask_page(query).status_code, ask_page(query, "csv").status_code] == [200, 200]


def test_the_means_on_the_page_have_a_decimal_comma(plan, ask_page):
    content = ask_page("?q=zebra").content.decode()
    mean = mean_of(plan.found[1].given)[0].quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    assert re.search(rf">\s*{str(mean).replace('.', ',')}\s*<", content)
