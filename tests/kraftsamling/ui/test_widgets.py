"""Controls that are written at once are the same as Django's templates make them."""

import datetime as dt

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from kraftsamling.ui.widgets import WRITERS, WidgetRenderer

HOSTILE = "<script>\"'&amp;</script>"
CHOICES = [("", "None"), ("a", HOSTILE), (HOSTILE, "B"), (3, mark_safe("<b>C</b>")), ("d", gettext_lazy("Title"))]
GROUPED = [("First", CHOICES[:2]), (HOSTILE, [("x", "X")]), ("z", "Z")]
ATTRS = [
    {},
    {"id": "id_x", "class": "big", "required": True, "disabled": False, "rows": 4, "data-x": HOSTILE},
    {"aria-describedby": mark_safe("a&amp;b"), "id": HOSTILE, "class": HOSTILE, "maxlength": "12"},
]
SIMPLE = [
    forms.TextInput, forms.EmailInput, forms.NumberInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput, forms.DateInput,
    forms.DateTimeInput, forms.TimeInput, forms.Textarea, forms.CheckboxInput, forms.FileInput,
]  # fmt: skip
VALUES = [None, "", HOSTILE, mark_safe("<i>&</i>"), 0, 1234567.5, dt.date(2027, 1, 31), True, False, "two\nlines", "0"]
CHOOSING = [forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple]


def both(widget, value, attrs):
    return [widget.render("a<b", value, attrs=attrs, renderer=renderer) for renderer in (WidgetRenderer(), DjangoTemplates())]


@pytest.mark.parametrize("attrs", ATTRS)
@pytest.mark.parametrize("widget", SIMPLE)
def test_simple_controls_are_the_same(widget, attrs):
    for value in VALUES:
        written, made = both(widget(), value, attrs)
        assert written == made
        assert hasattr(written, "__html__")


@pytest.mark.parametrize("attrs", ATTRS)
@pytest.mark.parametrize("choices", [CHOICES, GROUPED, []])
@pytest.mark.parametrize("widget", CHOOSING)
def test_controls_to_choose_in_are_the_same(widget, choices, attrs):
    for value in [None, "a", ["a", "3"], HOSTILE, 3, []]:
        written, made = both(widget(choices=choices), value, attrs)
        assert written == made


def test_a_control_with_a_template_of_its_own_is_left_to_it():
    written, made = both(forms.ClearableFileInput(), None, {"id": "f"})
    assert written == made
    assert forms.ClearableFileInput.template_name not in WRITERS


def test_every_writer_stands_for_a_template_of_django():
    for name in WRITERS:
        assert DjangoTemplates().get_template(name)
