"""Long lists are put in order by their keys alone, and their rows are read some at a time."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kraftsamling.accounts.models import Organisation
from kraftsamling.lib.pagination import PAGE_SIZE, in_portions, paged_by_key
from tests.factories.accounts import OrganisationFactory

pytestmark = pytest.mark.django_db
ROWS = PAGE_SIZE + 3


@pytest.fixture(scope="module")
def backwards(django_db_setup, django_db_blocker):
    """More than a page, in an order that is not that of their keys."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        for number in range(ROWS):
            OrganisationFactory(name=f"Förening {number:03}")
        yield Organisation.objects.filter(name__startswith="Förening ").order_by("-name")
        transaction.set_rollback(True)


def asked(work):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = work()
    return [query["sql"] for query in queries], found


def names(rows):
    return [row.name for row in rows]


def test_a_page_has_the_rows_of_the_whole_order(rf, backwards):
    first, second = (paged_by_key(rf.get("/", {"page": number}), backwards) for number in ("1", "2"))
    assert names(first) + names(second) == names(backwards)
    assert (len(list(first)), first.paginator.count, second.has_next()) == (PAGE_SIZE, ROWS, False)


def test_a_page_asks_for_how_many_for_keys_in_order_and_for_its_rows(rf, backwards):
    sql, _page = asked(lambda: paged_by_key(rf.get("/"), backwards))
    assert len(sql) == 3
    assert "COUNT" in sql[0]
    assert ("ORDER BY" in sql[1], '"name" FROM' in sql[1].replace(", ", " "), f"LIMIT {PAGE_SIZE}" in sql[1]) == (
        True,
        False,
        True,
    )
    assert len(asked(lambda: paged_by_key(rf.get("/"), backwards, count=ROWS))[0]) == 2


def test_how_many_is_believed_where_it_is_known(rf, backwards):
    page = paged_by_key(rf.get("/", {"page": "99"}), backwards, count=PAGE_SIZE)
    assert (page.number, page.paginator.num_pages) == (1, 1)


def test_the_rows_are_read_without_the_conditions_that_chose_them(rf, backwards):
    details = Organisation.objects.only("name")
    sql, page = asked(lambda: paged_by_key(rf.get("/"), backwards, details=details, count=ROWS))
    assert names(page) == names(backwards)[:PAGE_SIZE]
    assert ("LIKE" in sql[0], "LIKE" in sql[1]) == (True, False)


def test_a_row_that_has_gone_since_its_key_was_read_is_not_shown(rf, backwards):
    wanted = names(backwards)
    page = paged_by_key(rf.get("/"), backwards, details=Organisation.objects.exclude(name=wanted[1]))
    assert names(page) == [wanted[0], *wanted[2:PAGE_SIZE]]


def test_an_empty_list_has_one_empty_page(rf):
    page = paged_by_key(rf.get("/", {"page": "2"}), Organisation.objects.none())
    assert (page.number, list(page)) == (1, [])


@pytest.mark.parametrize("size", [1, 10, ROWS - 1, ROWS, ROWS + 1])
def test_portions_are_all_rows_in_their_order(backwards, size):
    sql, found = asked(lambda: list(in_portions(backwards, size=size)))
    assert names(found) == names(backwards)
    assert len(sql) == 1 + -(-ROWS // size)
    assert ["ORDER BY" in one for one in sql] == [True] + [False] * (len(sql) - 1)


def test_a_portion_is_read_when_it_is_needed(backwards):
    rows = in_portions(backwards, size=10)
    first = [next(rows) for _time in range(10)]
    Organisation.objects.filter(name__in=names(backwards)[10:21]).update(name="En annan")
    sql, rest = asked(lambda: list(rows))
    assert len(sql) == -(-(ROWS - 10) // 10)
    assert names(first + rest) == [f"Förening {number:03}" for number in reversed(range(ROWS)) if not 32 <= number <= 42]


def test_nothing_is_no_portion(backwards):
    assert asked(lambda: list(in_portions(backwards.filter(name=""))))[1] == []
