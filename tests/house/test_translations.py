"""The texts are found in code and templates, and a missing or unsure translation is told."""

from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation.reloader import translation_file_changed

from kraftsamling.lib import translations

CODE = """from django.utils.translation import gettext_lazy as _, ngettext, pgettext
A = _("Sketch")
B = pgettext("month", "May")
def c(n): return ngettext("%(n)d sketch", "%(n)d sketches", n)
"""
TEMPLATE = """{% load i18n %}
    <p>It's indented
  in a way that code may not be</p>
{% translate "Send in" %}{% translate "May" context "month" %}
{% blocktranslate trimmed with name=sketch.title %}
  The sketch {{ name }}
  has 100% of it
{% endblocktranslate %}
{% blocktranslate count n=total %}One call{% plural %}{{ n }} calls{% endblocktranslate %}"""
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'


@pytest.fixture
def product(tmp_path):
    (tmp_path / "app" / "templates").mkdir(parents=True)
    (tmp_path / "app" / "code.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "app" / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "locale" / "sv" / "LC_MESSAGES").mkdir(parents=True)
    return tmp_path


def texts(product):
    return translations.collect(product, [product / "app"])


def write(product, *entries):
    path = product / "locale" / "sv" / "LC_MESSAGES" / "django.po"
    path.write_text(HEAD + "\n\n".join(entries) + "\n", encoding="utf-8")


def test_texts_are_found_as_django_asks_for_them(product):
    found = {(message.context, message.id) for message in texts(product) if message.id}

    assert found == {
        (None, "Sketch"),
        ("month", "May"),
        (None, ("%(n)d sketch", "%(n)d sketches")),
        (None, "Send in"),
        (None, "The sketch %(name)s has 100%% of it"),
        (None, ("One call", "%(n)s calls")),
    }


def test_what_is_missing_empty_unsure_or_wrong_is_told(product):
    write(
        product,
        'msgid "Sketch"\nmsgstr "Skiss"',
        '#, fuzzy\nmsgid "Send in"\nmsgstr "Skicka"',
        'msgid "One call"\nmsgid_plural "%(n)s calls"\nmsgstr[0] "En utlysning"\nmsgstr[1] ""',
        'msgctxt "month"\nmsgid "May"\nmsgstr "maj"',
        '#, python-format\nmsgid "The sketch %(name)s has 100%% of it"\nmsgstr "Skissen %(title)s har 100%% av det"',
    )

    gaps = {(gap.text, gap.problem.split(":")[0]) for gap in translations.gaps(product / "locale", texts(product), ["sv"])}

    assert gaps == {
        ("Send in", "unsure (fuzzy)"),
        ("One call", "missing"),
        ("%(n)d sketch", "missing"),
        ("The sketch %(name)s has 100%% of it", "unknown named placeholder 'title'"),
    }


def test_a_plural_with_other_placeholders_than_in_the_code_is_told(product):
    """The words are found by the singular alone: with another placeholder the page would fall back to English."""
    entry = 'msgid "One call"\nmsgid_plural "%(count)d calls"\nmsgstr[0] "En utlysning"\nmsgstr[1] "%(count)d utlysningar"'
    write(product, "#, python-format\n" + entry)

    found = [gap.problem for gap in translations.gaps(product / "locale", texts(product), ["sv"]) if gap.text == "One call"]

    assert found == ["another plural in the code: “%(n)s calls”"]


def test_a_language_without_a_catalogue_lacks_everything(product):
    assert len(translations.gaps(product / "locale", texts(product), ["fi"])) == 6


def test_bringing_up_to_date_keeps_the_words_and_adds_the_new(product):
    write(product, 'msgid "Sketch"\nmsgstr "Skiss"', 'msgid "Gone"\nmsgstr "Borta"')

    translations.update(product / "locale", texts(product), ["sv"])

    content = (product / "locale" / "sv" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    assert ('msgid "Sketch"\nmsgstr "Skiss"\n' in content, 'msgid "Send in"\nmsgstr ""\n' in content, "Gone" in content) == (
        True,
        True,
        False,
    )


def test_only_what_has_changed_is_compiled(product):
    write(product, 'msgid "Sketch"\nmsgstr "Skiss"', '#, fuzzy\nmsgid "Send in"\nmsgstr "Skicka"')

    assert translations.compile_stale(product / "locale") == ["sv"]
    assert translations.compile_stale(product / "locale") == []

    with (product / "locale" / "sv" / "LC_MESSAGES" / "django.mo").open("rb") as file:
        words = GNUTranslations(file)
    assert (words.gettext("Sketch"), words.gettext("Send in")) == ("Skiss", "Send in")


def test_a_process_that_has_compiled_speaks_by_it_at_once(product, other_words):
    """The first start compiles and then writes the demo data: letters and decisions that are kept in the words of that moment."""
    write(product, 'msgid "A text of this test"\nmsgstr "En text i det här provet"')
    with translation.override("sv"):
        before = gettext("A text of this test")

        translations.compile_stale(product / "locale")

        assert (before, gettext("A text of this test")) == ("A text of this test", "En text i det här provet")


def forget():
    translation_file_changed(None, Path("django.mo"))


@pytest.fixture
def other_words(product):
    """The locale folder of this test in place of the product's, and nothing remembered of either afterwards."""
    with override_settings(LOCALE_PATHS=[str(product / "locale")]):
        forget()
        yield
    forget()
