from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from grants.models.calls import CallFrame
from kraftsamling.lib.money import LARGEST, NBSP, Kronor, KronorField, KronorFormField, grouped, parse_kronor

ore = st.integers(min_value=-(10**14), max_value=10**14)
amounts = ore.map(Kronor.from_ore)
THIN, NARROW = "\u2009", "\u202f"

# ---- The amount


@given(ore, ore)
def test_sum_and_difference_are_exact_to_the_ore(one, other):
    a, b = Kronor.from_ore(one), Kronor.from_ore(other)
    assert ((a + b).ore, (a - b).ore, (-a).ore) == (one + other, one - other, -one)


@given(ore, ore)
def test_comparison_follows_the_ore(one, other):
    a, b = Kronor.from_ore(one), Kronor.from_ore(other)
    assert (a < b, a <= b, a == b, a > b, a >= b) == (one < other, one <= other, one == other, one > other, one >= other)


@given(st.lists(amounts))
def test_sum_of_many_begins_at_nothing(rows):
    assert sum(rows, Kronor()).ore == sum(row.ore for row in rows)


def test_builtin_sum_works_without_a_start_and_gives_zero_for_nothing():
    assert sum([Kronor(1), Kronor("2.50")]) == Kronor("3.50")
    assert sum([]) == 0


@pytest.mark.parametrize("bad", [1.5, 0.0, True, None, [1]])
def test_only_whole_numbers_text_and_decimals_are_amounts(bad):
    with pytest.raises(TypeError):
        Kronor(bad)


@pytest.mark.parametrize("bad", ["0.001", "x", "", "NaN", "Infinity", Decimal("1.005")])
def test_parts_of_an_ore_and_what_is_no_number_are_refused(bad):
    with pytest.raises(ValueError, match="not a"):
        Kronor(bad)


@pytest.mark.parametrize("other", [1, 1.0, Decimal(1), "1"])
def test_an_amount_is_never_mixed_with_a_bare_number(other):
    for mix in (lambda: Kronor(1) + other, lambda: Kronor(1) - other, lambda: Kronor(1) < other, lambda: other + Kronor(1)):
        with pytest.raises(TypeError):
            mix()
    assert Kronor(1) != other


@pytest.mark.parametrize(
    ("kronor", "whole"),
    [("0.49", 0), ("0.50", 1), ("0.51", 1), ("1.50", 2), ("2.50", 3), ("-0.50", -1), ("-0.49", 0), ("99.99", 100)],
)
def test_whole_kronor_round_half_up(kronor, whole):
    assert Kronor(kronor).whole == whole


@pytest.mark.parametrize(
    ("kronor", "rounded"), [("0.004", "0"), ("0.005", "0.01"), ("1.015", "1.02"), ("1.025", "1.03"), ("-0.005", "-0.01")]
)
def test_a_calculated_amount_rounds_half_up_to_the_ore(kronor, rounded):
    assert Kronor.rounded(Decimal(kronor)) == Kronor(rounded)


@pytest.mark.parametrize(
    ("amount", "share", "part"),
    [
        ("2859320", "28", "800609.60"),
        ("100", "50", "50"),
        ("0.01", "50", "0.01"),
        ("0.01", "49.99", "0"),
        ("333.33", "33.33", "111.10"),
        ("0", "28", "0"),
    ],
)
def test_per_cent_of_an_amount_is_rounded_once(amount, share, part):
    assert Kronor(amount).percent(Decimal(share)) == Kronor(part)


def test_share_is_exact_and_nothing_has_no_shares():
    assert Kronor(1).share_of(Kronor(3)) == Decimal(100) / Decimal(3)
    assert Kronor("0.50").share_of(Kronor(1)) == 50
    assert Kronor(0).share_of(Kronor(5)) == 0
    assert Kronor(5).share_of(Kronor(0)) is None


@pytest.mark.parametrize(
    ("kronor", "text"),
    [
        ("0", "0 kr"),
        ("999", "999 kr"),
        ("1000", "1 000 kr"),
        ("1000000", "1 000 000 kr"),
        ("800609.60", "800 610 kr"),
        ("-5000", "−5 000 kr"),
    ],
)
def test_an_amount_is_shown_in_whole_kronor_that_do_not_break_over_lines(kronor, text):
    assert str(Kronor(kronor)) == text.replace(" ", NBSP)


def test_nothing_is_false_and_an_ore_is_true():
    assert (bool(Kronor()), bool(Kronor("0.01")), bool(Kronor("-0.01"))) == (False, True, True)


def test_equal_amounts_are_one_key():
    assert len({Kronor(1), Kronor("1.00"), Kronor.from_ore(100)}) == 1


# ---- What a person writes


@pytest.mark.parametrize(
    ("text", "kronor"),
    [
        ("0", "0"),
        ("1000", "1000"),
        ("1 000", "1000"),
        (f"1{NBSP}000", "1000"),
        (f"1{THIN}000", "1000"),
        (f"250{NARROW}000", "250000"),
        ("1000,50", "1000.50"),
        ("1000.5", "1000.50"),
        ("1 234 567,89", "1234567.89"),
        ("  300 000 kr ", "300000"),
        ("300000 KR.", "300000"),
        ("5 kronor", "5"),
        ("500:-", "500"),
        ("100 SEK", "100"),
        ("007", "7"),
        (str(LARGEST - 1), str(LARGEST - 1)),
    ],
)
def test_amounts_as_people_write_them(text, kronor):
    assert parse_kronor(text) == Kronor(kronor)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_an_amount"),
        ("kr", "not_an_amount"),
        ("1.000", "not_an_amount"),
        ("1,000", "not_an_amount"),
        ("1.000.000", "not_an_amount"),
        ("1,000.00", "not_an_amount"),
        ("1 00", "not_an_amount"),
        ("1000 000", "not_an_amount"),
        ("1e5", "not_an_amount"),
        ("1E5", "not_an_amount"),
        ("0x10", "not_an_amount"),
        ("1_000", "not_an_amount"),
        (",50", "not_an_amount"),
        ("5,", "not_an_amount"),
        ("5,123", "not_an_amount"),
        ("+5", "not_an_amount"),
        ("fem", "not_an_amount"),
        ("Infinity", "not_an_amount"),
        ("NaN", "not_an_amount"),
        ("１００", "not_an_amount"),
        ("١٠٠", "not_an_amount"),
        ("1²", "not_an_amount"),
        ("1\x00000", "not_an_amount"),
        ("5\n5", "not_an_amount"),
        ("-5", "negative"),
        ("\u22125", "negative"),
        ("-1 000,50 kr", "negative"),
        (str(LARGEST), "too_large"),
        ("9" * 5000, "too_large"),
    ],
)
def test_what_is_refused_and_why(text, code):
    with pytest.raises(ValidationError) as refusal:
        parse_kronor(text)
    assert refusal.value.code == code


@given(st.integers(min_value=0, max_value=LARGEST * 100 - 1))
def test_what_the_form_shows_is_read_as_the_same_amount(number):
    amount = Kronor.from_ore(number)
    assert parse_kronor(KronorFormField().prepare_value(amount)) == amount


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text):
    try:
        amount = parse_kronor(text)
    except ValidationError:
        return
    assert Kronor(0) <= amount < Kronor(LARGEST)


def test_thousands_are_kept_together():
    assert [grouped(number) for number in (0, 999, 1000, -1234567)] == ["0", "999", f"1{NBSP}000", f"\u22121{NBSP}234{NBSP}567"]


# ---- Column and form


def frame_form(**kwargs):
    return forms.modelform_factory(CallFrame, fields=["amount"])(**kwargs)


@pytest.mark.django_db
def test_column_gives_back_the_very_amount_and_sums_are_exact(call):
    for year, amount in ((2026, "0.01"), (2027, "999999999999.99"), (2028, "100000")):
        CallFrame.objects.create(call=call, year=year, amount=Kronor(amount))
    assert CallFrame.objects.get(year=2027).amount == Kronor("999999999999.99")
    assert CallFrame.objects.aggregate(total=Sum("amount"))["total"] == Kronor("1000000100000")
    assert CallFrame.objects.filter(year=1).aggregate(total=Sum("amount"))["total"] is None
    assert CallFrame.objects.filter(amount__gt=Kronor(100)).count() == 2


@pytest.mark.parametrize("bare", [5, 5.0, Decimal(5), "5"])
def test_column_takes_nothing_but_kronor(bare):
    field = KronorField()
    field.name = "amount"
    with pytest.raises(TypeError):
        field.get_prep_value(bare)


def test_column_is_written_out_for_fixtures():
    assert KronorField().get_prep_value(None) is None
    assert (
        CallFrame(year=2026, amount=Kronor("1.50"))._meta.get_field("amount").value_to_string(CallFrame(amount=Kronor("1.50")))
        == "1.5"
    )
    assert CallFrame._meta.get_field("amount").value_to_string(CallFrame()) == ""
    assert CallFrame._meta.get_field("amount").to_python("1,50") == Kronor("1.50")


def test_form_shows_the_amount_and_sees_when_it_changed():
    frame = CallFrame(year=2026, amount=Kronor("250000.50"))
    shown = frame_form(instance=frame)["amount"].value()
    assert shown == f"250{NBSP}000,50"
    assert frame_form(instance=frame, data={"amount": shown}).has_changed() is False
    assert frame_form(instance=frame, data={"amount": "250 000,51"}).has_changed() is True
    assert frame_form(instance=frame, data={"amount": "mycket"}).has_changed() is True


def test_form_gives_kronor_and_keeps_what_was_wrongly_typed():
    assert frame_form(data={"amount": "1 000"}).fields["amount"].clean("1 000") == Kronor(1000)
    wrong = frame_form(data={"amount": "1e5"})
    assert wrong.errors["amount"] == ["Write the amount in kronor with digits only, for example 250 000."]
    assert wrong["amount"].value() == "1e5"


def test_the_same_amount_written_in_another_way_is_no_change():
    assert KronorFormField().has_changed("250 000 kr", "250000,00") is False
    assert KronorFormField().has_changed(None, "") is False
    assert KronorFormField().has_changed(Kronor(0), "") is True


def test_form_field_left_empty_is_nothing_or_required():
    assert KronorFormField(required=False).clean("") is None
    with pytest.raises(ValidationError):
        KronorFormField().clean("  ")
