"""How figures are counted: many in one question, each as its own rows would come to; and how rows are read out."""

import pytest
import time_machine
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.models import Role
from pilots.models import CostEntry, Project
from pilots.steering import kinds, rows
from pilots.steering.figures import NOTHING, Base, Spec, counted, opened
from pilots.steering.scope import whole_programme
from tests.factories import grants as make
from tests.factories.pilots import create_elsewhere
from tests.factories.programmes import ProgrammeFactory
from tests.grants.scene import fresh
from tests.kept import kept
from tests.pilots.steering_scene import TODAY

pytestmark = pytest.mark.django_db
CAPS = ("0.01", "99999999.99", "250000", "150000.50", "1")


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(TODAY, tick=False):
        yield


def make_scope():
    """Five projects; who looks is of the steering group."""
    programme = ProgrammeFactory()
    leader = make.officer(programme)
    for number, cap in enumerate(CAPS):
        project = create_elsewhere(programme, by=leader, title=f"Projekt {number}")
        Project.objects.filter(pk=project.pk).update(cap=Kronor(cap))
    person = make.officer(programme, Role.STEERING_GROUP)
    return whole_programme(programme, on=TODAY.date(), user=fresh(person))


_scope_once, scope = kept(make_scope)


def of(scope):
    return Project.objects.filter(programme=scope.programme)


ALL = Base("alla", kinds.PROJECTS, of)
NONE = Base("inga", kinds.PROJECTS, lambda scope: of(scope).filter(title="Finns inte"))
COSTS = Base("kostnader", kinds.PROJECTS, lambda scope: CostEntry.objects.filter(request__project__in=of(scope)))
SMALL = Q(cap__lt=Kronor(200_000))
WIDE = [
    Spec("alla.antal", "", "", ALL),
    Spec("alla.belopp", "", "", ALL, "cap"),
    Spec("alla.sma", "", "", ALL, where=SMALL),
    Spec("alla.smabelopp", "", "", ALL, "cap", where=SMALL),
    Spec("alla.betalt", "", "", ALL, "paid"),
]
NARROW = [
    Spec("inga.belopp", "", "", NONE, "cap"),
    Spec("inga.antal", "", "", NONE),
    Spec("kostnader.belopp", "", "", COSTS, "amount"),
]
EXPECTED = {
    "alla.antal": 5,
    "alla.belopp": Kronor("100400001.50"),
    "alla.sma": 3,
    "alla.smabelopp": Kronor("150001.51"),
    "alla.betalt": NOTHING,
    "inga.belopp": NOTHING,
    "inga.antal": 0,
    "kostnader.belopp": NOTHING,
}


@pytest.mark.parametrize(
    "specs", [WIDE, NARROW, [*WIDE, *NARROW], [*NARROW, *WIDE], NARROW[1:], WIDE[1:2], [NARROW[0], WIDE[0], NARROW[2]]]
)
def test_bases_of_one_line_each_are_asked_in_one_question_and_come_to_their_rows(scope, specs):
    with CaptureQueriesContext(connection) as queries:
        found = counted(scope, specs)
    assert len(queries) == 1
    values = {key: figure.value for key, figure in found.items()}
    assert values == {spec.key: EXPECTED[spec.key] for spec in specs}
    assert values == {spec.key: spec.counted(spec.rows(scope)) for spec in specs}
    assert {key: type(value) for key, value in values.items()} == {spec.key: type(EXPECTED[spec.key]) for spec in specs}


def test_no_figures_ask_nothing(scope):
    with CaptureQueriesContext(connection) as queries:
        assert counted(scope, []) == {}
    assert len(queries) == 0


def test_a_base_in_groups_beside_those_of_one_line_and_what_is_made_of_both(scope):
    grouped = Base("slag", kinds.PROJECTS, of, ("owner__kind", "state"))
    specs = [
        *WIDE,
        Spec("slag.belopp", "", "", grouped, "cap", group={"state": "running"}),
        Spec("slag.inga", "", "", grouped, "cap", group={"state": "closed"}),
        Spec("skillnad", "", "", parts=((1, "slag.belopp"), (-1, "alla.smabelopp"))),
    ]
    with CaptureQueriesContext(connection) as queries:
        found = counted(scope, specs)
    assert len(queries) == 2
    told = [found[key].value for key in ("slag.belopp", "slag.inga", "skillnad")]
    assert told == [EXPECTED["alla.belopp"], NOTHING, EXPECTED["alla.belopp"] - EXPECTED["alla.smabelopp"]]


@pytest.mark.parametrize("portion", [1, 2, 5, 6])
def test_every_row_is_read_in_portions_and_comes_to_the_figure(scope, monkeypatch, portion):
    monkeypatch.setattr(rows, "PORTION", portion)
    found = opened(scope, WIDE[1])
    with CaptureQueriesContext(connection) as queries:
        read = list(rows.every_row(found, scope))
    assert len(queries) <= 1 + 2 * -(-len(CAPS) // portion)
    assert sum((row.amount for row in read), NOTHING) == found.value == EXPECTED["alla.belopp"]
    whole = rows.shown_rows(found, scope, rows.in_order(found))
    assert [[str(cell) for cell in row.cells] for row in read] == [[str(cell) for cell in row.cells] for row in whole]
    assert len({str(row.cells[0]) for row in read}) == len(CAPS)


def test_rows_that_are_counted_have_no_amount(scope):
    assert [row.amount for row in rows.every_row(opened(scope, WIDE[0]), scope)] == [None] * len(CAPS)


def test_no_rows_are_read_of_nothing(scope):
    assert list(rows.every_row(opened(scope, NARROW[0]), scope)) == []
