import re

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout, Submit
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

EVIL = "<script>alert(1)</script>"
CHOICES = [("a", "A"), ("b", EVIL)]


class EveryWidgetForm(forms.Form):
    text = forms.CharField(label="Text", help_text="Help for text", max_length=20)
    optional = forms.CharField(label="Optional", required=False)
    wanted = forms.CharField(label="Wanted", required=False)
    long = forms.CharField(label="Long", widget=forms.Textarea(attrs={"data-count-words": 200}))
    email = forms.EmailField(label="Mail")
    url = forms.URLField(label="Address", assume_scheme="https")
    number = forms.IntegerField(label="Number")
    on = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    secret = forms.CharField(label="Password", widget=forms.PasswordInput)
    one = forms.ChoiceField(label="One", choices=CHOICES)
    many = forms.MultipleChoiceField(label="Many", choices=CHOICES)
    radio = forms.ChoiceField(label="Radio", choices=CHOICES, widget=forms.RadioSelect, help_text="Help for radio")
    boxes = forms.MultipleChoiceField(label="Boxes", choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    yes = forms.BooleanField(label="Yes", help_text="Help for yes")
    file = forms.FileField(label="File", help_text="Help for file")
    hidden = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["wanted"].needed_to_submit = True


def render(source, *, language="en", **context):
    with translation.override(language):
        template = Template("{% load crispy_forms_tags %}" + source)
        return template.render(Context({"request": RequestFactory().get("/"), "csrf_token": "token", **context}))


def ids(html):
    return re.findall(r'\bid="([^"]+)"', html)


def attribute(html, name, attr):
    control = re.search(rf'<(?:input|textarea|select)[^>]*name="{name}"[^>]*>', html).group()
    found = re.search(rf'{attr}="([^"]*)"', control)
    return found and found.group(1)


@pytest.fixture(params=["{{ form|crispy }}", "{% crispy form %}"])
def source(request):
    return request.param


def test_every_field_has_a_label_and_no_id_is_used_twice(source):
    html = render(source, form=EveryWidgetForm())
    assert sorted(ids(html)) == sorted(set(ids(html)))
    assert set(re.findall(r'<label for="([^"]*)"', html)) <= set(ids(html))
    assert [html.count(f">{label}") for label in ("Text", "Mail", "Day", "Yes", "File")] == [1] * 5


def test_help_stands_before_the_control_and_is_tied_to_it(source):
    html = render(source, form=EveryWidgetForm())
    assert html.index("Help for text") < html.index('name="text"')
    assert html.index("Help for radio") < html.index('name="radio"')
    assert [attribute(html, name, "aria-describedby") for name in ("text", "yes", "file")] == [
        "id_text_helptext",
        "id_yes_helptext",
        "id_file_helptext",
    ]
    assert '<fieldset id="div_id_radio" class="field group" aria-describedby="id_radio_helptext">' in html


def test_optional_fields_say_so_unless_they_are_needed_to_submit(source):
    html = render(source, form=EveryWidgetForm())
    assert re.findall(r"(\w+) <span class=\"optional\">\(optional\)", html) == ["Optional"]


class QuestionForm(forms.Form):
    first = forms.CharField(label="Where?")
    second = forms.CharField(label="E-mail")
    third = forms.CharField(label="Phone")

    def label_of(self, name):
        return "Contact 1: e-mail" if name == "second" else str(self.fields[name].label)


def test_the_summary_names_a_field_as_its_form_does_outside_its_row_and_a_question_has_no_colon(source):
    html = render(source, form=QuestionForm({}))
    shown = [re.sub(r"<[^>]+>", "", line).strip() for line in html.split("</ul>")[0].split("<li>")[1:]]
    assert shown == [f"{name} This field is required." for name in ("Where?", "Contact 1: e-mail:", "Phone:")]


def test_errors_stand_in_the_summary_and_at_the_field(source):
    html = render(source, form=EveryWidgetForm({"many": ["a"], "text": "far too long for this small field"}))
    summary = html.split("</ul>")[0]
    linked = re.findall(r'<a href="#([^"]+)">', summary)
    assert linked == [
        *["id_text", "id_long", "id_email", "id_url", "id_number", "id_on", "id_secret", "id_one"],
        *["id_radio_0", "id_boxes_0", "id_yes", "id_file"],
    ]
    assert set(linked) <= set(ids(html))
    assert attribute(html, "text", "aria-describedby") == "id_text_helptext id_text_error"
    assert (attribute(html, "text", "aria-invalid"), attribute(html, "many", "aria-invalid")) == ("true", None)
    assert {"id_text_helptext", "id_text_error"} <= set(ids(html))
    assert 'role="alert" tabindex="-1" autofocus' in html
    assert "13 things to put right" in summary


def test_the_summary_of_many_errors_is_in_the_language_of_the_page(source):
    html = render(source, language="sv", form=EveryWidgetForm({"many": ["a"], "text": "far too long for this small field"}))
    assert "13 saker att rätta" in html


def test_form_without_errors_has_no_summary(source):
    assert 'class="errors"' not in render(source, form=EveryWidgetForm())


def test_what_people_wrote_is_escaped(source):
    class BrokenForm(EveryWidgetForm):
        def clean(self):
            raise forms.ValidationError(EVIL)

    html = render(source, form=BrokenForm({"text": EVIL, "long": EVIL, "email": EVIL}))
    assert ("<script" in html, html.count("&lt;script&gt;") >= 4) == (False, True)


def test_layout_objects_are_drawn_in_our_way():
    form = EveryWidgetForm()
    form.helper = FormHelper()
    form.helper.layout = Layout(
        Fieldset("The idea", Field("text", css_class="broad"), css_class="first"),
        Div("long", css_class="deep"),
        HTML("<p>{{ note }}</p>"),
    )
    form.helper.add_input(Submit("save", "Save"))
    html = render("{% crispy form %}", form=form, note=EVIL)
    assert '<fieldset class="section first"' in html
    assert "<legend><h2>The idea</h2></legend>" in html
    assert attribute(html, "text", "class") == "broad"
    assert '<div class="deep"' in html
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>" in html
    assert '<button type="submit" name="save" value="Save" class="btn' in html
    assert ("<form" in html, 'enctype="multipart/form-data"' in html, 'value="token"' in html) == (True, True, True)


def test_page_may_own_the_form_and_its_token():
    form = EveryWidgetForm()
    form.helper = FormHelper()
    form.helper.form_tag = False
    form.helper.disable_csrf = True
    html = render("{% crispy form %}", form=form)
    assert ("<form" in html, "csrfmiddlewaretoken" in html) == (False, False)


def test_formset_has_its_management_form_and_every_form(source):
    class RowForm(forms.Form):
        name = forms.CharField()

    html = render(source, form=forms.formset_factory(RowForm, extra=2)())
    assert [attribute(html, name, "type") for name in ("form-TOTAL_FORMS", "form-0-name", "form-1-name")] == [
        "hidden",
        "text",
        "text",
    ]
