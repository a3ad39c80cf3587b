import pytest

from kraftsamling.lib.pagination import PAGE_SIZE, paged


@pytest.mark.parametrize(
    ("asked", "shown"),
    [(None, 1), ("1", 1), ("3", 3), ("4", 3), ("999999999999", 3), ("0", 3), ("-1", 3), ("x", 1), ("", 1), ("٢", 2)],
)
def test_a_page_number_that_makes_no_sense_shows_the_nearest(rf, asked, shown):
    page = paged(rf.get("/", {"page": asked} if asked is not None else {}), list(range(2 * PAGE_SIZE + 1)))
    assert page.number == shown


def test_a_page_has_so_many_rows_and_an_empty_list_has_one_page(rf):
    assert [len(paged(rf.get("/"), list(range(120)))), len(paged(rf.get("/"), list(range(5)), size=2))] == [50, 2]
    assert (paged(rf.get("/"), []).number, list(paged(rf.get("/"), []))) == (1, [])
