import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import process_time
from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kraftsamling.lib.money import Kronor
from kraftsamling.ui.differences import changed_pieces
from kraftsamling.ui.forms import GalleryFilterForm
from kraftsamling.ui.shapes import FOCUS_SHAPES, ICONS

EVIL = """<img src=x onerror=alert(1)>"'&"""
ESCAPED = "&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;"
NOON = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)


def render(source, address="/skisser/", **context):
    request = RequestFactory().get(address)
    with translation.override("en"):
        return Template("{% load ui %}" + source).render(Context({"request": request, "evil": EVIL, **context}))


def links(html):
    return [part.split('"')[0].replace("&amp;", "&") for part in html.split('href="')[1:]]


@pytest.mark.parametrize(
    ("source", "times"),
    [
        ("{% page_heading evil lead=evil %}", 2),
        ("{% breadcrumbs evil evil evil %}", 3),
        ("{% pill evil %}", 1),
        ("{% next_box %}{{ evil }}{% endnext_box %}", 1),
        ("{% key_figure evil evil url=evil link_label=evil how=evil %}", 7),
        ("{% step_list steps %}", 2),
        ("{% timeline entries %}", 2),
        ("{% empty_state evil evil url=evil label=evil %}", 4),
        ("{% focus_tag area %}", 1),
        ('{% sort_header "title" evil %}', 1),
        ("{% diff_words evil evil %}", 1),
    ],
)
def test_component_escapes_what_people_wrote(source, times):
    html = render(
        source,
        steps=[{"label": EVIL, "detail": EVIL, "state": "now"}],
        entries=[{"at": NOON, "sentence": EVIL, "by_name": EVIL}],
        area=SimpleNamespace(colour="school", short_name=EVIL),
    )
    assert (html.count(ESCAPED), html.count("<img")) == (times, 0)


@pytest.mark.parametrize("tag", ['{% sort_header "mean" "Mean" %}', "{% pagination page %}", '{% export_links "csv" %}'])
def test_component_escapes_the_address(tag):
    html = render(tag, address='/skisser/?words="><script>', page=Paginator(range(200), 50).page(2))
    assert ("<script" in html, "%22%3E%3Cscript%3E" in html) == (False, True)


def test_filter_bar_escapes_what_it_keeps():
    html = render("{% filter_bar form %}", address='/skisser/?sort="><script>', form=GalleryFilterForm())
    assert ("<script" in html, 'name="sort" value="&quot;&gt;&lt;script&gt;"' in html) == (False, True)


@pytest.mark.parametrize(
    ("query", "numeric", "link", "order"),
    [
        ("?words=a&colour=x&colour=y&page=4", False, "?words=a&colour=x&colour=y&sort=mean", None),
        ("", True, "?sort=-mean", None),
        ("?sort=mean&words=a", False, "?sort=-mean&words=a", "ascending"),
        ("?sort=-mean", True, "?sort=mean", "descending"),
        ("?sort=title", False, "?sort=mean", None),
    ],
)
def test_sort_header_turns_the_order_and_keeps_the_rest(query, numeric, link, order):
    html = render('{% sort_header "mean" "Mean" numeric=numeric %}', address=f"/skisser/{query}", numeric=numeric)
    shown = html.split('aria-sort="')[1].split('"')[0] if "aria-sort" in html else None
    assert (links(html), shown, 'class="num"' in html) == ([link], order, numeric)


def test_sort_header_shows_the_order_the_list_has_by_itself():
    assert 'aria-sort="descending"' in render('{% sort_header "mean" "Mean" %}', sort="-mean")


def test_pagination_keeps_the_parameters():
    html = render("{% pagination page %}", address="/skisser/?words=a&page=2&sort=-mean", page=Paginator(range(150), 50).page(2))
    assert links(html) == [f"?words=a&page={page}&sort=-mean" for page in (1, 1, 2, 3, 3)]
    assert (html.count('aria-current="page"'), "Showing 51–100 of 150" in html) == (1, True)


def test_pagination_of_a_single_page_is_nothing():
    assert render("{% pagination page %}", page=Paginator(range(50), 50).page(1)).strip() == ""


def test_export_links_give_the_same_rows_without_the_page():
    html = render('{% export_links "csv" "xlsx" %}', address="/beredning/skisser/?words=a&page=2&sort=-mean")
    assert links(html) == ["/beredning/skisser.csv?words=a&sort=-mean", "/beredning/skisser.xlsx?words=a&sort=-mean"]
    assert links(render('{% export_links "csv" %}', address="/beredning/skisser/")) == ["/beredning/skisser.csv"]


def test_filter_bar_keeps_the_order_and_clears_only_its_own():
    html = render("{% filter_bar form %}", address="/skisser/?words=a&sort=-mean&page=3", form=GalleryFilterForm({"words": "a"}))
    hidden = [part.split(">")[0] for part in html.split('<input type="hidden" ')[1:]]
    assert (hidden, links(html)) == (['name="sort" value="-mean"'], ["?sort=-mean"])


def test_filter_bar_without_a_filter_has_nothing_to_clear():
    assert links(render("{% filter_bar form %}", address="/skisser/?sort=-mean", form=GalleryFilterForm())) == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% money amount %}", "1\u00a0000\u00a0000\u00a0kr"),
        ("{% money None %}", "–"),
        ("{% percent share %}", "28.3\u00a0%"),
        ("{% percent share places=0 %}", "28\u00a0%"),
        ("{% percent None %}", "–"),
        ("{% moment noon %}", '<time datetime="2026-11-28T12:00:00+01:00">28\u00a0November 2026 at 12.00</time>'),
        ("{% moment None %}", "–"),
        ("{% day last %}", '<time datetime="2026-12-31">31\u00a0December 2026</time>'),
        ("{% day None %}", "–"),
        (
            "{% period first last %}",
            '<time datetime="2026-01-01">1\u00a0January</time> – <time datetime="2026-12-31">31\u00a0December 2026</time>',
        ),
        (
            "{% period first next_year %}",
            '<time datetime="2026-01-01">1\u00a0January 2026</time> – <time datetime="2027-06-30">30\u00a0June 2027</time>',
        ),
        ("{% period first None %}", "–"),
        ("{% time_left noon at=earlier %}", "3 days left"),
        ("{% time_left None %}", "–"),
    ],
)
def test_value_is_written_as_people_read_it(source, text):
    html = render(
        source,
        amount=Kronor(1_000_000),
        share=Decimal("28.25"),
        noon=NOON,
        earlier=NOON - timedelta(days=3),
        first=date(2026, 1, 1),
        last=date(2026, 12, 31),
        next_year=date(2027, 6, 30),
    )
    assert html == text


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("one two three", "one 2 three", "one <del>two</del><ins>2</ins> three"),
        ("", "<b>", "<ins>&lt;b&gt;</ins>"),
        ("same", "same", "same"),
        ("gone", "", "<del>gone</del>"),
    ],
)
def test_diff_words_marks_what_changed(before, after, marked):
    assert render("{% diff_words before after %}", before=before, after=after) == marked


def test_diff_words_of_very_long_texts_goes_by_lines():
    long = "a line of words\n" * 10_000
    assert render("{% diff_words before after %}", before=long, after=long + "new\n") == long + "<ins>new\n</ins>"


def test_diff_words_of_texts_that_are_too_different_and_too_long_does_not_try():
    before, after = ("".join(f"{word} {number}\n" for number in range(4_000)) for word in ("old", "new"))
    assert render("{% diff_words before after %}", before=f"same\n{before}end", after=f"same\n{after}end") == (
        f"same\n<del>{before}</del><ins>{after}</ins>end"
    )


@pytest.mark.parametrize("words", [300, 700, 1_400])
def test_diff_words_of_a_text_that_is_written_anew_takes_no_time(words):
    before, after = (" ".join(f"{word}{number}" for number in range(words)) for word in ("old", "new"))
    begun = process_time()
    html = render("{% diff_words before after %}", before=before, after=after)
    assert process_time() - begun < 5  # minutes, where each space that both have is looked for anew
    assert (re.sub("<ins>.*?</ins>|</?del>", "", html), re.sub("<del>.*?</del>|</?ins>", "", html)) == (before, after)


@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_changed_pieces_hold_both_texts_whole(before, after):
    pieces = list(changed_pieces(before, after))
    old = "".join(text for kind, text in pieces if kind != "ins")
    new = "".join(text for kind, text in pieces if kind != "del")
    assert (old, new) == (before, after)


def test_step_list_says_where_we_are_without_colour():
    steps = [{"label": name, "detail": "", "state": state} for name, state in [("A", "done"), ("B", "now"), ("C", "todo")]]
    html = render("{% step_list steps %}", steps=steps)
    assert (html.count('aria-current="step"'), html.count("(done)"), html.count("(here now)")) == (1, 1, 1)


@pytest.mark.parametrize(
    "source", ['{% pill "x" "red" %}', '{% next_box tone="red" %}{% endnext_box %}', '{% behaviours "dance" %}']
)
def test_unknown_tone_or_behaviour_is_refused(source):
    with pytest.raises(TemplateSyntaxError):
        render(source)


def test_every_icon_and_shape_can_be_drawn():
    drawn = [render("{% icon name %}", name=name) for name in ICONS]
    drawn += [render("{% focus_icon area %}", area=SimpleNamespace(colour=colour)) for colour in FOCUS_SHAPES]
    assert [html.count("<path") for html in drawn] == [1] * (len(ICONS) + len(FOCUS_SHAPES))


def test_every_colour_of_a_focus_area_has_a_shape():
    from kraftsamling.programmes.models import FocusColour

    assert set(FOCUS_SHAPES) == set(FocusColour.values)


def test_behaviours_bring_only_the_scripts_asked_for():
    html = render('{% behaviours "autosave" "once" %}')
    assert [part.split('"')[0] for part in html.split('src="')[1:]] == ["/static/js/autosave.js", "/static/js/once.js"]
