import datetime as dt
import json
from urllib.parse import quote_plus

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from grants import actions
from grants.forms.drafts import typed_content
from grants.forms.sketches import COST_FIELDS, MOST_WORDS, PARTNERS, TEXT_FIELDS, FileForm, SketchForm
from grants.models import QuestionKind, SketchVersion
from kraftsamling.accounts.models import Organisation
from kraftsamling.lib.money import Kronor
from kraftsamling.lib.text import identity_number_refusal
from tests.factories import grants as make
from tests.factories.accounts import MunicipalityFactory, OrganisationFactory, RegionFactory, UserFactory, org_number
from tests.factories.programmes import ProgrammeFactory
from tests.kept import kept

pytestmark = pytest.mark.django_db

REMAINS = "Remains to be filled in."


def make_call():
    return make.create_published_call()


_call_once, call = kept(make_call)


def filled(call, **changes):
    form = SketchForm(make.typed_sketch(call, **changes), call=call)
    form.is_valid()
    return form


def errors(form):
    return {name: list(messages) for name, messages in form.errors.items()}


def asked(kind, **values):
    """A form of a call with one question of its own, and the name of that question's field."""
    call = make.create_published_call(questions=[{"label": "Frågan", "kind": kind, **values}])
    return call, call.questions.get()


# ---- Whole


def test_a_complete_form_has_no_errors_and_gives_the_content(call):
    form = filled(call)
    assert (errors(form), form.wrong(), form.remaining()) == ({}, [], [])
    content = form.content()
    area = call.focus_areas.order_by("position").first()
    assert (content.title, content.focus_areas, content.main_focus_area) == ("Fritidslots", [area], area)
    assert [place.code for place in content.municipalities] == ["1880"]
    assert (content.sought, content.own_financing, content.other_financing) == (Kronor(200_000), Kronor(200_000), Kronor(0))
    assert content.costs == {
        "own_staff": Kronor(300_000), "external_services": Kronor(80_000), "travel": Kronor(20_000), "indirect": Kronor(0)
    }  # fmt: skip
    assert (content.starts_on, content.ends_on) == (dt.date(2027, 1, 15), dt.date(2027, 12, 31))
    assert [contact.email for contact in content.contacts] == ["kim@example.se", "robin@example.se"]
    assert content.texts == {name: make.typed_sketch(call)[name] for name in TEXT_FIELDS}


def test_an_empty_form_lacks_but_is_not_wrong(call):
    form = SketchForm({}, call=call)
    assert not form.is_valid()
    assert form.wrong() == []
    assert [name for name, _label in form.remaining()] == [
        "title", *TEXT_FIELDS, "focus_areas", "main_focus_area", "municipalities", "cost_own_staff", "sought", "own_financing",
        "starts_on", "ends_on", "contact_1_name", "contact_1_email", "contact_2_name", "contact_2_email",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["title", *TEXT_FIELDS, "focus_areas", "main_focus_area", "sought", "own_financing", "starts_on", "ends_on",
     "contact_1_name", "contact_1_email", "contact_2_name", "contact_2_email"],
)  # fmt: skip
def test_each_part_that_must_be_there_is_named_when_it_is_missing(call, name):
    form = filled(call, **{name: None})
    assert [field for field, _label in form.remaining()] == [name]
    assert errors(form)[name] == [_(REMAINS)]


@pytest.mark.parametrize("name", ["cost_external_services", "cost_travel", "cost_indirect", "other_financing", "contact_1_phone"])
def test_what_may_be_left_out_may_be_left_out(call, name):
    form = filled(call, **{name: None})
    assert [field for field, _label in form.remaining()] == []


def test_who_writes_is_told_what_of_partners_and_contacts_may_be_left_out(call):
    fields = SketchForm({}, call=call).fields
    asked_for = [name for name, field in fields.items() if name.startswith(("partner_", "contact_")) and field.needed_to_submit]
    optional = [name for name in fields if name.startswith(("partner_", "contact_")) and name not in asked_for]
    assert optional == [
        *[f"partner_{number}_name" for number in range(1, PARTNERS + 1)],
        "contact_1_phone", "contact_2_phone", "contact_3_name", "contact_3_phone",
    ]  # fmt: skip


# ---- Amounts


NOT_AN_AMOUNT = "Write the amount in kronor with digits only, for example 250 000."
NEGATIVE = "The amount cannot be less than zero."
TOO_LARGE = "The amount is too large. Check the number of zeros."


@pytest.mark.parametrize("name", ["sought", "own_financing", "other_financing", *COST_FIELDS])
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("-1", NEGATIVE),
        ("\u2212200 000", NEGATIVE),
        ("-0,01", NEGATIVE),
        ("1e6", NOT_AN_AMOUNT),
        ("2E5", NOT_AN_AMOUNT),
        ("1,555", NOT_AN_AMOUNT),
        ("1.000.000", NOT_AN_AMOUNT),
        ("inf", NOT_AN_AMOUNT),
        ("NaN", NOT_AN_AMOUNT),
        ("0x10", NOT_AN_AMOUNT),
        ("tvåhundra", NOT_AN_AMOUNT),
        ("٢٠٠٠٠٠", NOT_AN_AMOUNT),
        ("２０００００", NOT_AN_AMOUNT),
        ("12 34", NOT_AN_AMOUNT),
        ("1000000000000", TOO_LARGE),
        ("9" * 40, TOO_LARGE),
    ],
)
def test_amounts_that_cannot_be_are_refused_at_their_field_with_words(call, name, typed, words):
    form = filled(call, **{name: typed})
    assert errors(form)[name] == [_(words)]
    assert (name, f"{form.fields[name].label}: {_(words)}") in form.wrong()


@pytest.mark.parametrize(
    ("name", "typed", "begins"),
    [
        ("cost_own_staff", "-1", "Egen personal: "),
        ("cost_travel", "x", "Resor och logi: "),
        ("partner_2_org_number", "x", "Part 2: organisationsnummer: "),
        ("contact_3_email", "x", "Kontaktperson 3: e-post: "),
        ("contact_1_name", "x" * 121, "Kontaktperson 1: namn: "),
        ("learning", "ord " * 200, "Hur ska ni lära av det? Texten "),
        ("sought", "300 000,01", "I den här utlysningen "),
        ("need", "Lisa går i klass 4B", "Texten verkar "),
    ],
)
def test_what_is_wrong_names_its_field_so_that_it_can_stand_in_a_list(call, name, typed, begins):
    with translation.override("sv"):
        field, said = filled(call, **{name: typed}).wrong()[0]
    assert (field, said[: len(begins)]) == ("groups_only" if name == "need" else name, begins)


def test_an_amount_of_many_thousand_digits_is_refused_with_words(call):
    form = filled(call, sought="9" * 5000)
    assert len(errors(form)["sought"]) == 1


@pytest.mark.parametrize(
    ("typed", "ore"),
    [
        ("200000", 20_000_000),
        ("200 000", 20_000_000),
        ("200\u00a0000", 20_000_000),
        ("200\u202f000 kr", 20_000_000),
        ("200000:-", 20_000_000),
        ("200000,5", 20_000_050),
        ("200 000,05", 20_000_005),
        ("200000.05", 20_000_005),
    ],
)
def test_amounts_are_read_as_people_write_them(call, typed, ore):
    cost = {"cost_own_staff": typed, "cost_external_services": None, "cost_travel": None}
    assert filled(call, **cost).cleaned_data["cost_own_staff"] == Kronor.from_ore(ore)


@pytest.mark.parametrize(
    ("sought", "own", "cost", "wrong"),
    [
        ("99 999,99", "100 000,01", "200 000", ["sought"]),
        ("100 000", "100 000", "200 000", []),
        ("300 000", "300 000", "600 000", []),
        ("300 000,01", "300 000,01", "600 000,02", ["sought"]),
        ("150 000,50", "150 000,50", "300 001", []),
        ("150 000,51", "150 000,49", "300 001", ["sought", "own_financing"]),
        ("200 000", "199 999,99", "400 000", ["own_financing"]),
        ("200 000", "200 000,01", "400 000", ["own_financing"]),
        ("200 000", "200 000", "400 000,01", ["own_financing"]),
    ],
)
def test_the_rules_of_money_hold_in_the_form_to_the_ore(call, sought, own, cost, wrong):
    form = filled(call, sought=sought, own_financing=own, cost_own_staff=cost, cost_external_services=None, cost_travel=None)
    assert sorted(form.errors) == sorted(wrong)
    assert form.remaining() == []


def test_other_financing_counts_in_the_balance_but_not_as_own(call):
    changes = {"cost_external_services": None, "cost_travel": None, "sought": "100 000", "cost_own_staff": "300 000"}
    assert errors(filled(call, own_financing="150 000", other_financing="50 000", **changes)) == {}
    assert list(errors(filled(call, own_financing="149 999", other_financing="50 001", **changes))) == ["own_financing"]


def test_costs_of_nothing_remain_to_be_written(call):
    form = filled(call, **dict.fromkeys(COST_FIELDS, "0"))
    assert [name for name, _label in form.remaining()] == ["cost_own_staff"]


def test_a_wrong_cost_does_not_bring_false_errors_of_the_share(call):
    form = filled(call, cost_travel="mycket")
    assert list(errors(form)) == ["cost_travel"]


# ---- Period


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "wrong"),
    [
        ("2027-01-01", "2028-12-31", []),
        ("2026-12-31", "2028-12-31", ["starts_on"]),
        ("2027-01-01", "2029-01-01", ["ends_on"]),
        ("2027-06-02", "2027-06-01", ["ends_on"]),
        ("2027-06-01", "2027-06-01", []),
        ("2027-02-30", "2027-06-01", ["starts_on"]),
        ("i vår", "2027-06-01", ["starts_on"]),
        ("0000-00-00", "2027-06-01", ["starts_on"]),
        ("99999-01-01", "2027-06-01", ["starts_on"]),
    ],
)
def test_the_period_lies_within_the_calls(call, starts_on, ends_on, wrong):
    assert list(errors(filled(call, starts_on=starts_on, ends_on=ends_on))) == wrong


@pytest.mark.parametrize("typed", ["2027-01-15", "20270115", "27-01-15"])
def test_days_are_read_as_people_write_them(call, typed):
    assert filled(call, starts_on=typed).cleaned_data["starts_on"] == dt.date(2027, 1, 15)


def test_a_day_that_is_none_is_told_how_to_write_it(call):
    form = filled(call, starts_on="i vår")
    assert errors(form) == {"starts_on": [_("Write the day as year-month-day, for example 2027-01-15.")]}


# ---- Words


@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_texts_have_a_limit_in_words(call, name):
    most = MOST_WORDS[name]
    assert errors(filled(call, **{name: "ord " * most})) == {}
    assert errors(filled(call, **{name: "ord " * (most + 1)})) == {
        name: [_("The text has %(count)d words. Shorten it to at most %(most)d.") % {"count": most + 1, "most": most}]
    }


def test_the_title_has_a_limit_in_letters(call):
    assert errors(filled(call, title="t" * 120)) == {}
    assert list(errors(filled(call, title="t" * 121))) == ["title"]


@pytest.mark.parametrize("name", TEXT_FIELDS)
@pytest.mark.parametrize("long", ["x" * 200_000, "x " * 100_000, "ö\n" * 100_000])
def test_a_text_of_200_000_characters_has_its_error_at_the_field(call, name, long):
    form = filled(call, **{name: long})
    assert list(errors(form)) == [name]


# ---- Single people


IDENTITY = ["19811228-9874", "811228-9874", "8112289874", "811228+9874", "811288-9871"]


@pytest.mark.parametrize("name", ["title", *TEXT_FIELDS, "partner_1_name", "partner_1_part", "contact_1_name", "contact_2_phone"])
@pytest.mark.parametrize("number", IDENTITY[:2])
def test_a_personal_identity_number_is_refused_wherever_it_is_written(call, name, number):
    changes = {"partner_1_name": "Gruppen", name: f"Barn {number}"}
    assert errors(filled(call, **changes)) == {name: [identity_number_refusal()]}


@pytest.mark.parametrize("kind", [QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT])
def test_a_personal_identity_number_is_refused_in_the_calls_own_questions(kind):
    call, question = asked(kind)
    form = filled(call, **{question.field_name: f"Barn {IDENTITY[0]}"})
    assert errors(form) == {question.field_name: [identity_number_refusal()]}


@pytest.mark.parametrize("harmless", ["019-602 10 00", "212000-1355", "202100-2114", "2026-01-01", "811228-9875"])
def test_numbers_that_only_look_alike_pass(call, harmless):
    assert errors(filled(call, need=f"Ring {harmless}")) == {}


@pytest.mark.parametrize("name", TEXT_FIELDS)
def test_a_text_about_a_single_child_is_asked_about(call, name):
    form = filled(call, **{name: "Lisa går i klass 4B och mår dåligt."})
    assert list(errors(form)) == ["groups_only"]
    [message] = errors(form)["groups_only"]
    assert "Lisa" in message
    assert [field for field, _message in form.wrong()] == ["groups_only"]


def test_the_writer_can_say_that_no_single_child_is_meant(call):
    assert errors(filled(call, need="Lisa går i klass 4B.", groups_only="on")) == {}


@pytest.mark.parametrize("kind", [QuestionKind.SHORT_TEXT, QuestionKind.LONG_TEXT])
def test_a_single_child_is_asked_about_in_the_calls_own_questions_too(kind):
    call, question = asked(kind)
    assert list(errors(filled(call, **{question.field_name: "Lisa går i klass 4B."}))) == ["groups_only"]


def test_groups_are_no_single_child(call):
    assert errors(filled(call, need="Vi vet att de som går i klass 4 saknar en fritid.")) == {}


# ---- Places and factors


def test_the_whole_county_needs_no_municipality(call):
    assert errors(filled(call, municipalities=None, whole_county="on")) == {}
    form = filled(call, municipalities=None)
    assert [name for name, _label in form.remaining()] == ["municipalities"]


def test_only_the_municipalities_of_the_programmes_region_can_be_chosen(call):
    elsewhere = MunicipalityFactory(
        code="0180", name="Stockholm", region=RegionFactory(code="01", name="Stockholms län", letter="AB")
    )
    assert list(errors(filled(call, municipalities=[elsewhere.code]))) == ["municipalities"]


def test_only_the_factors_of_the_call_can_be_chosen(call):
    other = ProgrammeFactory().focus_areas.first()
    form = filled(call, focus_areas=[str(other.pk)], main_focus_area=str(other.pk))
    assert sorted(errors(form)) == ["focus_areas", "main_focus_area"]


def test_the_main_factor_is_one_of_the_chosen(call):
    first, second = call.focus_areas.order_by("position")[:2]
    form = filled(call, focus_areas=[str(first.pk)], main_focus_area=str(second.pk))
    assert errors(form) == {"main_focus_area": [_("The most important protective factor must be one of those you have chosen.")]}


# ---- Partners and contacts


def test_a_partner_may_lack_organisation_number(call):
    form = filled(call, partner_1_name="Föräldragruppen i Vivalla", partner_1_part="Öppnar sin lokal")
    assert errors(form) == {}
    [partner] = form.content().partners
    assert (partner.name, partner.org_number, partner.part) == ("Föräldragruppen i Vivalla", "", "Öppnar sin lokal")


def test_a_partner_with_organisation_number_is_written_in_one_form(call):
    number = org_number(77)
    form = filled(call, partner_1_name="Klubben", partner_1_org_number=number.replace("-", ""))
    assert form.content().partners[0].org_number == number


def test_six_partners_are_kept_in_their_order_and_gaps_are_closed(call):
    names = {f"partner_{n}_name": f"Part {n}" for n in range(1, PARTNERS + 1) if n != 3}
    assert [partner.name for partner in filled(call, **names).content().partners] == [
        "Part 1",
        "Part 2",
        "Part 4",
        "Part 5",
        "Part 6",
    ]


@pytest.mark.parametrize("alone", [{"partner_2_org_number": "212000-1355"}, {"partner_2_part": "Lånar ut lokal"}])
def test_a_partner_without_name_is_asked_for_it(call, alone):
    assert errors(filled(call, **alone)) == {"partner_2_name": [_("Write the partner's name.")]}


@pytest.mark.parametrize("number", ["811228-9874", "212000-1356", "12345", "abc"])
def test_a_wrong_organisation_number_is_refused_at_its_field(call, number):
    assert list(errors(filled(call, partner_1_name="Klubben", partner_1_org_number=number))) == ["partner_1_org_number"]


def test_the_form_shows_one_empty_partner_more_than_is_filled(call):
    def rows(**typed):
        page = SketchForm(typed, call=call)
        return page._partners_shown()

    assert (rows(), rows(partner_1_name="A"), rows(partner_3_part="B"), rows(partner_6_name="C")) == (2, 2, 4, 6)


@pytest.mark.parametrize("address", ["kim", "kim@", "kim@exempel", "<script>@example.se"])
def test_a_contact_needs_a_real_address(call, address):
    assert list(errors(filled(call, contact_1_email=address))) == ["contact_1_email"]


# ---- The call's own questions


@pytest.mark.parametrize(
    ("kind", "options", "typed", "answer"),
    [
        (QuestionKind.SHORT_TEXT, {}, "Kort svar", "Kort svar"),
        (QuestionKind.LONG_TEXT, {"word_limit": 3}, "ett två tre", "ett två tre"),
        (QuestionKind.CHOICE, {"choices": ["Röd", "Blå"]}, "1", "Blå"),
        (QuestionKind.CHOICES, {"choices": ["Röd", "Blå", "Grön"]}, ["0", "2"], "Röd, Grön"),
        (QuestionKind.NUMBER, {}, "80", "80"),
        (QuestionKind.KRONOR, {}, "12 500", "12\u00a0500\u00a0kr"),
        (QuestionKind.DATE, {}, "2027-03-01", "2027-03-01"),
    ],
)
def test_own_questions_of_every_kind_are_answered_and_frozen_in_words(kind, options, typed, answer):
    call, question = asked(kind, **options)
    form = filled(call, **{question.field_name: typed})
    assert errors(form) == {}
    assert form.content().answers == [{"question": "Frågan", "kind": kind, "answer": answer}]


@pytest.mark.parametrize("kind", [kind for kind in QuestionKind if kind != QuestionKind.FILE])
def test_own_questions_that_must_be_answered_remain_until_they_are(kind):
    call, question = asked(kind, choices=["Ja", "Nej"])
    form = filled(call)
    assert form.remaining() == [(question.field_name, "Frågan")]


@pytest.mark.parametrize("kind", [kind for kind in QuestionKind if kind != QuestionKind.FILE])
def test_own_questions_that_may_be_left_are_frozen_as_unanswered(kind):
    call, _question = asked(kind, choices=["Ja", "Nej"], required=False)
    form = filled(call)
    assert errors(form) == {}
    assert form.content().answers == [{"question": "Frågan", "kind": kind, "answer": ""}]


@pytest.mark.parametrize(
    ("kind", "options", "typed"),
    [
        (QuestionKind.SHORT_TEXT, {}, "x" * 201),
        (QuestionKind.LONG_TEXT, {"word_limit": 3}, "ett två tre fyra"),
        (QuestionKind.LONG_TEXT, {}, "ord " * 201),
        (QuestionKind.CHOICE, {"choices": ["Röd", "Blå"]}, "2"),
        (QuestionKind.CHOICE, {"choices": ["Röd", "Blå"]}, "-1"),
        (QuestionKind.CHOICES, {"choices": ["Röd", "Blå"]}, ["0", "7"]),
        (QuestionKind.NUMBER, {}, "många"),
        (QuestionKind.NUMBER, {}, "NaN"),
        (QuestionKind.NUMBER, {}, "1e3"),
        (QuestionKind.KRONOR, {}, "-5"),
        (QuestionKind.KRONOR, {}, "1e5"),
        (QuestionKind.DATE, {}, "2027-13-01"),
    ],
)
def test_own_questions_refuse_what_is_no_answer(kind, options, typed):
    call, question = asked(kind, **options)
    assert list(errors(filled(call, **{question.field_name: typed}))) == [question.field_name]


@pytest.mark.parametrize(
    ("kind", "typed", "answer"),
    [
        (QuestionKind.NUMBER, "1,5", "1,5"),
        (QuestionKind.NUMBER, "1000", "1000"),
        (QuestionKind.KRONOR, "99 999,50", "99\u00a0999,50\u00a0kr"),
    ],
)
def test_what_is_frozen_of_a_number_is_what_was_written(kind, typed, answer):
    call, question = asked(kind)
    assert filled(call, **{question.field_name: typed}).content().answers[0]["answer"] == answer


def test_a_file_that_must_be_there_remains_until_it_is():
    call, question = asked(QuestionKind.FILE)
    form = filled(call)
    assert form.remaining() == [("__all__", _("The file “%(label)s” remains.") % {"label": "Frågan"})]
    answered = SketchForm(make.typed_sketch(call), call=call, files_for=frozenset([question.pk]))
    assert (answered.is_valid(), answered.content().answers) == (True, [])


def test_a_file_that_may_be_left_out_does_not_remain():
    call, _question = asked(QuestionKind.FILE, required=False)
    assert filled(call).remaining() == []


def test_questions_of_the_second_step_are_not_asked_in_the_sketch():
    call, question = asked(QuestionKind.SHORT_TEXT, step="application")
    form = filled(call)
    assert (question.field_name in form.fields, errors(form), form.content().answers) == (False, {}, [])


def test_a_file_answers_only_a_file_question_of_the_own_call():
    call, own = asked(QuestionKind.FILE)
    _other_call, other = asked(QuestionKind.FILE)
    form = FileForm({"question": str(other.pk)}, questions=list(call.questions.all()))
    assert [key for key, _label in form.fields["question"].choices] == ["", str(own.pk)]
    assert form.has_error("question", "invalid_choice")


# ---- What is typed is kept


def test_typed_content_keeps_wrong_values_and_drops_unknown_names(call):
    post = QueryDict(mutable=True)
    post.update({"sought": "mycket", "starts_on": "sen", "state": "invited", "organisation": "1", "csrfmiddlewaretoken": "x"})
    post.setlist("municipalities", ["1880", "9999"])
    assert typed_content(post, SketchForm({}, call=call)) == {
        "sought": "mycket",
        "starts_on": "sen",
        "municipalities": ["1880", "9999"],
    }


def test_typed_content_cleans_what_cannot_be_stored(call):
    post = QueryDict(mutable=True)
    post.update({"title": "A\x00B\ud800C\u202eD", "need": "en\r\ntvå\rtre", "idea": "e\u0301"})
    assert typed_content(post, SketchForm({}, call=call)) == {"title": "AB\ufffdCD", "need": "en\ntvå\ntre", "idea": "é"}


def test_typed_content_keeps_200_000_characters(call):
    post = QueryDict(mutable=True)
    post["need"] = "ö" * 200_000
    assert typed_content(post, SketchForm({}, call=call))["need"] == "ö" * 200_000


# ---- The same through the pages, in and out


ODD = {
    "emoji": ("Kraft 👩🏽‍🚒🧒🏿 och 🇸🇪", "Kraft 👩🏽‍🚒🧒🏿 och 🇸🇪"),
    "right to left": ("שלום مرحبا", "שלום مرحبا"),
    "override": ("barn\u202egnu\u202c", "barngnu"),
    "nul": ("Fri\x00tid", "Fritid"),
    "markup": ("<script>alert(1)</script> & \"'", "<script>alert(1)</script> & \"'"),
    "template": ("{{ settings.SECRET_KEY }}{% now %}", "{{ settings.SECRET_KEY }}{% now %}"),
}


def raw(typed):
    """A form body as a browser sends it, with lone surrogates as they would come from a broken program."""
    pairs = [(name, value) for name, values in typed.items() for value in (values if isinstance(values, list) else [values])]
    return "&".join(f"{name}={quote_plus(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs)


@pytest.fixture
def writer(client, call):
    sketch = make.create_draft(call)
    user = sketch.organisation.members.get()
    client.force_login(user)
    return client, sketch


def save(client, sketch, **changes):
    sketch.draft.refresh_from_db()
    typed = {**make.typed_sketch(sketch.call, **changes), "revision": str(sketch.draft.revision)}
    with time_machine.travel(make.DURING, tick=False):
        return client.post(reverse("sketch_save", args=[sketch.pk]), raw(typed), content_type="application/x-www-form-urlencoded")


def hand_in(client, sketch):
    sketch.draft.refresh_from_db()
    with time_machine.travel(make.DURING, tick=False):
        return client.post(reverse("sketch_submit", args=[sketch.pk]), {"revision": sketch.draft.revision})


@pytest.mark.parametrize("name", list(ODD))
def test_odd_text_goes_in_and_comes_out_again(writer, name):
    client, sketch = writer
    typed, kept = ODD[name]
    assert save(client, sketch, title=typed, need=typed, partner_1_name=typed).status_code == 302
    sketch.draft.refresh_from_db()
    assert (sketch.draft.title, sketch.draft.content["need"]) == (kept, kept)
    assert hand_in(client, sketch)["Location"] == sketch.get_absolute_url()
    version = SketchVersion.objects.get()
    assert (version.title, version.content["title"], version.content["texts"]["need"]) == (kept, kept, kept)
    assert version.content["partners"] == [{"name": kept, "org_number": "", "part": ""}]
    for page in ("sketch_detail", "sketch_edit", "sketch_preview"):
        with time_machine.travel(make.DURING, tick=False):
            html = client.get(reverse(page, args=[sketch.pk])).content.decode()
        assert (escape(kept) in html, "<script>alert" in html) == (True, False)


def test_lone_surrogates_become_replacement_signs_and_break_nothing(writer):
    client, sketch = writer
    assert save(client, sketch, title="a\ud83dz", need="\udc00 behov").status_code == 302
    sketch.draft.refresh_from_db()
    assert (sketch.draft.title, sketch.draft.content["need"]) == ("a\ufffd\ufffd\ufffdz", "\ufffd\ufffd\ufffd behov")
    assert hand_in(client, sketch).status_code == 302
    version = SketchVersion.objects.get()
    assert json.loads(json.dumps(version.content))["title"] == "a\ufffd\ufffd\ufffdz"
    assert client.get(sketch.get_absolute_url()).status_code == 200


def test_text_of_200_000_characters_is_kept_and_has_its_error_at_the_field(writer):
    client, sketch = writer
    long = "räv 🦊 " * 33_334
    assert save(client, sketch, need=long).status_code == 302
    sketch.draft.refresh_from_db()
    assert sketch.draft.content["need"] == long
    with time_machine.travel(make.DURING, tick=False):
        page = client.get(reverse("sketch_edit", args=[sketch.pk]))
    assert page.context["form"].wrong() == [
        (
            "need",
            f"Behovet: {_('The text has %(count)d words. Shorten it to at most %(most)d.') % {'count': 66_668, 'most': 150}}",
        )
    ]
    assert (hand_in(client, sketch)["Location"], SketchVersion.objects.count()) == (
        f"{reverse('sketch_edit', args=[sketch.pk])}?kontroll=1", 0
    )  # fmt: skip


def test_every_amount_field_keeps_what_was_typed_and_shows_the_words(writer):
    client, sketch = writer
    names = ["sought", "own_financing", "other_financing", *COST_FIELDS]
    save(client, sketch, **dict.fromkeys(names, "-1e99"))
    with time_machine.travel(make.DURING, tick=False):
        form = client.get(reverse("sketch_edit", args=[sketch.pk])).context["form"]
    assert {name: form[name].value() for name in names} == dict.fromkeys(names, "-1e99")
    assert {name for name, _words in form.wrong()} == set(names)


def test_partner_organisations_are_recognised_by_number_and_never_made(writer):
    client, sketch = writer
    known = OrganisationFactory()
    count = Organisation.objects.count()
    save(client, sketch, partner_1_name="Känd", partner_1_org_number=known.org_number, partner_2_name="Grupp utan nummer",
         partner_3_name="Okänd", partner_3_org_number=org_number(4242))  # fmt: skip
    hand_in(client, sketch)
    version = SketchVersion.objects.get()
    assert (list(version.partner_organisations.all()), Organisation.objects.count()) == ([known], count)
    assert [partner["name"] for partner in version.content["partners"]] == ["Känd", "Grupp utan nummer", "Okänd"]


def test_a_draft_of_another_form_can_be_read_by_this_one(call):
    organisation = OrganisationFactory()
    user = UserFactory(member_of=organisation)
    sketch = actions.start_sketch(call, organisation, by=user, at=make.DURING)
    odd = {"title": ["a", "b"], "municipalities": "1880", "sought": None, "focus_areas": "x", "gone_field": "1"}
    actions.save_draft(sketch, content=odd, revision=0, by=user, at=make.DURING)
    form = SketchForm(sketch.draft.content, call=call)
    assert form.is_valid() is False
