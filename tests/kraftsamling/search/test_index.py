import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.urls import reverse

from kraftsamling.search import index, snippets
from kraftsamling.search.models import SearchEntry
from tests.factories.accounts import UserFactory
from tests.passes import second_pass_alone

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
NOBODY = AnonymousUser()


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    """Two kinds: people whom everybody finds, and notes that only the person they are about finds."""
    monkeypatch.setattr(index, "_kinds", {})
    from kraftsamling.accounts.models import User

    index.register("person", lambda user: User.objects.all(), label="Folk")
    index.register("note", lambda user: User.objects.filter(pk=user.pk), label="Anteckningar")


def put(title, body="", *, kind="person", at=AT, about=None):
    about = about or UserFactory()
    index.put(kind, about.pk, title=title, body=body, url="/x/", at=at)
    return about


def titles(words, user=NOBODY, at=AT):
    return [entry.title for entry in index.find(user, words, at)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("återrapportering", True),
        ("återrapport", True),
        ("ÅTERRAPPORT", True),
        ("rapportering", True),
        ("aterrapport", False),
        ("återrapport örebro", True),
        ("örebro återrapport", True),
        ("återrapport kumla", False),
        ("ÖREBRO", True),
        ("orebro", False),
        ("öre", True),
        ("ör", True),
        ("ö", True),
        ("ä", False),
        ("", False),
        ("   ", False),
        ("100%", True),
        ("%", True),
        ("_", False),
        ('"', False),
        ("' OR 1=1 --", False),
        ("NOT återrapport", False),
        ("title:återrapport", False),
        ("återrapport*", False),
        ("\x00återrapport", True),
        ("\ud800", False),
        ("word " * 5000, False),
    ],
)
def test_find_words_and_parts_of_words(words, found):
    put("Återrapportering av medel", "Vi når 100% i Örebro.")

    assert titles(words) == (["Återrapportering av medel"] if found else [])


@second_pass_alone("stemming is PostgreSQL's; SQLite finds parts of words")
def test_find_knows_swedish_endings_on_postgresql():
    put("Pojkarnas rapporter")

    assert (titles("pojke"), titles("rapporten")) == (["Pojkarnas rapporter"], ["Pojkarnas rapporter"])


def test_find_puts_hits_in_titles_first_and_then_the_newest():
    put("Annat", "fritid", at=AT - dt.timedelta(days=1))
    put("Nyare", "fritid")
    put("Om fritid", "x", at=AT - dt.timedelta(days=3))
    put("Fritid för alla", "x", at=AT - dt.timedelta(days=9))

    assert titles("fritid") == ["Fritid för alla", "Om fritid", "Nyare", "Annat"]


def test_find_gives_only_what_the_person_may_read(django_assert_num_queries):
    owner, other = UserFactory(), UserFactory()
    put("Hemlig anteckning", kind="note", about=owner)
    put("Hemlig för andra", kind="note", about=other)
    index.put("gone", 1, title="Hemlig utan sort", body="", url="/", at=AT)

    with django_assert_num_queries(1):
        assert titles("hemlig", owner) == ["Hemlig anteckning"]
    assert titles("hemlig") == []


@pytest.mark.parametrize("few", [0, 1, 500])
def test_find_among_hits_gives_the_same_whether_they_are_few_or_many(monkeypatch, django_assert_num_queries, few):
    monkeypatch.setattr(index, "FEW", few)
    member, others = UserFactory(), [UserFactory() for _ in range(3)]
    for place, about in enumerate([*others, member]):
        put(f"Fritid {place}", kind="note", about=about, at=AT - dt.timedelta(days=place))
    put("Fritid bland folk", about=others[0])
    put("Senare fritid", about=others[1], at=AT + dt.timedelta(seconds=1))
    put("Annat", about=others[2])
    index.put("gone", 1, title="Fritid utan sort", body="", url="/", at=AT)

    with django_assert_num_queries(1):
        hits = index.hits("fritid", AT)
    assert {kind: sorted(keys) for kind, keys in hits.items()} == {
        "note": sorted(about.pk for about in [*others, member]), "person": [others[0].pk], "gone": [1],
    }  # fmt: skip
    for user, found in ((member, ["Fritid bland folk", "Fritid 3"]), (NOBODY, ["Fritid bland folk"])):
        with django_assert_num_queries(1):
            assert [entry.title for entry in index.find(user, "fritid", AT, among=hits)] == found
        assert titles("fritid", user) == found
    assert (dict(index.hits("", AT)), dict(index.hits("zebra", AT))) == ({}, {})


def test_a_kind_without_hits_is_not_asked_what_the_person_may_read():
    asked = []
    index.register("other", lambda user: asked.append(user) or UserFactory._meta.model.objects.none(), label="Annat")
    put("Fritid")

    assert [entry.title for entry in index.find(NOBODY, "fritid", AT, among=index.hits("fritid", AT))] == ["Fritid"]
    assert asked == []


def test_put_again_writes_anew_and_remove_takes_away():
    about = put("Gammal titel", "gammalt")
    put("Ny titel", "nytt", about=about)
    assert (titles("gammal"), titles("gammalt"), titles("ny nytt")) == ([], [], ["Ny titel"])

    index.remove("person", about.pk)
    assert (titles("ny"), titles("titel"), SearchEntry.objects.count()) == ([], [], 0)


def test_find_shows_things_as_they_stood():
    put("Senare", at=AT + dt.timedelta(seconds=1))

    assert (titles("senare"), titles("senare", at=AT + dt.timedelta(seconds=1))) == ([], ["Senare"])


def test_put_takes_what_people_write():
    put("Emoji 🐟\x00\ud800 שלום", "ö" * 300_000 + "fisk")

    assert titles("🐟") == ["Emoji 🐟\ufffd שלום"]
    assert len(SearchEntry.objects.get().body) == 200_000


def test_deleting_all_entries_empties_the_index():
    put("Återrapport")
    SearchEntry.objects.all().delete()

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM search_fts WHERE search_fts MATCH '\"återrapport\"'")
            assert cursor.fetchone() == (0,)
            cursor.execute("INSERT INTO search_fts(search_fts) VALUES ('integrity-check')")
    assert titles("återrapport") == []


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("<b>Fritid</b> & mer", ["fritid"], "&lt;b&gt;<mark>Fritid</mark>&lt;/b&gt; &amp; mer"),
        ("Återrapport", ["åter", "återrapport"], "<mark>Återrapport</mark>"),
        ("a.c abc", ["a.c"], "<mark>a.c</mark> abc"),
        ("ingen träff", ["x"], "ingen träff"),
        ("<script>", ["script"], "&lt;<mark>script</mark>&gt;"),
        ("x", [], "x"),
    ],
)
def test_highlighted_is_escaped(text, terms, expected):
    assert snippets.highlighted(text, terms) == expected


def test_snippet_is_cut_between_words_around_the_hit():
    text = "ord " * 100 + "fritid " + "slut " * 100

    part = snippets.snippet(text, ["fritid"])

    assert part == "… " + "ord " * 20 + "<mark>fritid</mark> " + ("slut " * 30).strip() + " …"


def test_search_page_is_open_and_shows_kinds(client, django_assert_num_queries):
    member = UserFactory()
    put("Fritid <i>här</i>", "om fritid")
    put("Fritid i anteckning", kind="note", about=member)

    page = client.get(reverse("search"), {"q": "fritid"})
    assert [(kind["label"], kind["count"]) for kind in page.context["kinds"]] == [("Folk", 1)]
    assert [entry.marked_title for entry in page.context["page"]] == ["<mark>Fritid</mark> &lt;i&gt;här&lt;/i&gt;"]
    assert dict(client.cookies) == {}

    client.force_login(member)
    page = client.get(reverse("search"), {"q": "fritid", "kind": "note"})
    assert (page.context["total"], [entry.kind for entry in page.context["page"]]) == (2, ["note"])


def test_search_page_counts_and_orders_what_may_be_read_page_by_page(client, django_assert_num_queries):
    member = UserFactory()
    for place in range(25):
        put(f"Fritid {place:02}", at=AT - dt.timedelta(days=place))
        put("Hemlig fritid", kind="note")
    put("Min anteckning om fritid", kind="note", about=member)
    client.force_login(member)
    address = reverse("search")

    def shown(**asked):
        page = client.get(address, {"q": "fritid", **asked})
        return page.context, [entry.title for entry in page.context["page"]]

    context, first = shown()
    assert [(kind["kind"], kind["count"]) for kind in context["kinds"]] == [("person", 25), ("note", 1)]
    assert (context["total"], first) == (26, [f"Fritid {place:02}" for place in range(20)])
    context, second = shown(page=2)
    assert second == [*(f"Fritid {place:02}" for place in range(20, 25)), "Min anteckning om fritid"]
    context, notes = shown(kind="note")
    assert (context["total"], context["page"].paginator.count, notes) == (26, 1, ["Min anteckning om fritid"])
    with django_assert_num_queries(7):
        shown()


@pytest.mark.parametrize("query", ["", "q=", "q=%00", "q=fritid&kind=x&page=99", "q=" + "a" * 5000, "q=%ED%A0%80"])
def test_search_page_takes_any_question(client, query):
    assert client.get(f"{reverse('search')}?{query}").status_code == 200
