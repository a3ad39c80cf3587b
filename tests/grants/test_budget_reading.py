"""The budget as typed: what is read, what remains, what is wrong, each with its reason at the cell."""

import datetime as dt
from dataclasses import asdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.budget import edits, prefill, rules
from grants.budget.reading import BudgetForm, names, typed_budget
from grants.budget.tables import deviations, table_of_content
from grants.models import Call, CostCategory, FinancingRole
from kraftsamling.lib.dates import days_per_year
from kraftsamling.lib.money import Kronor
from tests.grants.frozen_budget import content_from_json

FIRST, LAST = dt.date(2027, 1, 15), dt.date(2028, 12, 31)


def call(**values):
    limits = {
        "smallest_grant": Kronor(100_000),
        "largest_grant": Kronor(300_000),
        "highest_share": Decimal(50),
        "lowest_own_share": Decimal(50),
        "indirect_rate": Decimal("21.39"),
    }
    return Call(**{**limits, **values})


def typed(**changes):
    """A budget that is right in every way: 400 000 in costs over two years, half sought, half own."""
    whole = {
        "b_years": "2027 2028",
        "b_c0_category": "own_staff", "b_c0_label": "Projektledare", "b_c0_2027": "200 000", "b_c0_2028": "100 000",
        "b_c1_category": "travel", "b_c1_2027": "57 220", "b_c1_2028": "0",
        "b_c2_category": "indirect", "b_c2_2027": "42 780",
        "b_f0_role": "grant", "b_f0_financier": "Region Örebro län", "b_f0_2027": "150 000", "b_f0_2028": "50 000",
        "b_f1_role": "own", "b_f1_financier": "Fritidslotsarna", "b_f1_public": "0", "b_f1_2027": "150 000", "b_f1_2028": "50 000",
    }  # fmt: skip
    whole.update(changes)
    return {name: value for name, value in whole.items() if value is not None}


def form(the_call=None, **changes):
    return BudgetForm(typed(**changes), call=the_call or call(), starts_on=FIRST, ends_on=LAST)


def wrong_at(bound):
    return [name for name, _text in bound.wrong()]


def remaining_at(bound):
    return [name for name, _text in bound.remaining()]


def mirrored(cost="10 000", given="10 000"):
    """A room that somebody lends: a cost, and a financing in kind."""
    return {
        "b_c3_category": "investment", "b_c3_in_kind": "on", "b_c3_2027": cost,
        "b_f2_role": "other", "b_f2_financier": "Kommunen", "b_f2_public": "1", "b_f2_appropriation": "other",
        "b_f2_in_kind": "on", "b_f2_2027": given,
    }  # fmt: skip


# ---- Right


def test_a_budget_that_is_right_is_read_to_the_ore():
    bound = form(b_c1_2027="57 219,50", b_c0_2027="200 000,50 kr")

    assert (bound.wrong(), bound.remaining()) == ([], [])
    assert bound.content.years == (2027, 2028)
    assert [asdict(part) for part in bound.content.costs] == [
        {"category": "own_staff", "label": "Projektledare", "in_kind": False, "amounts": kronor("200000.50", 100_000)},
        {"category": "travel", "label": "", "in_kind": False, "amounts": kronor("57219.50", 0)},
        {"category": "indirect", "label": "", "in_kind": False, "amounts": kronor(42_780, 0)},
    ]
    assert [asdict(part) for part in bound.content.financing] == [
        source("grant", "Region Örebro län", public=True, appropriation="regional"),
        source("own", "Fritidslotsarna", public=False, appropriation=""),
    ]
    assert (bound.content.sought, bound.content.own, bound.content.other) == (Kronor(200_000), Kronor(200_000), Kronor(0))
    assert bound.content.indirect_rate == Decimal("21.39")


def kronor(*values):
    return tuple(asdict(Kronor(value)) for value in values)


def source(role, financier, *, public, appropriation):
    return {
        "role": role, "financier": financier, "is_public": public, "in_kind": False, "appropriation": appropriation,
        "amounts": kronor(150_000, 50_000),
    }  # fmt: skip


def test_the_frozen_form_is_that_of_the_content():
    bound = form()

    assert content_from_json(bound.as_json()) == bound.content
    assert bound.as_json()["costs"][0]["category"]["key"] == "own_staff"


def test_an_unfinished_budget_cannot_be_frozen():
    with pytest.raises(ValueError, match="not finished"):
        form(b_f0_2027="x").as_json()


# ---- Unfinished


def test_nothing_typed_is_unfinished_and_not_wrong():
    bound = BudgetForm({}, call=call())

    assert (bound.wrong(), bound.content, bound.is_empty) == ([], None, True)
    assert remaining_at(bound) == ["b_years"] * 3


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"b_f1_financier": ""}, ["b_f1_financier"]),
        ({"b_f1_public": ""}, ["b_f1_public"]),
        ({"b_f1_public": "1"}, ["b_f1_appropriation"]),
        ({"b_c0_category": ""}, ["b_c0_category"]),
        ({"b_f1_role": ""}, ["b_f1_role"]),
        ({"b_c3_category": "travel", "b_c3_label": "Tåg"}, ["b_c3_2027"]),
        ({"b_f0_2027": "", "b_f0_2028": ""}, ["b_f0_2027", "b_f0_2027"]),
        ({"b_f0_role": None, "b_f0_financier": None, "b_f0_2027": None, "b_f0_2028": None}, ["b_years"]),
    ],
)  # fmt: skip
def test_what_remains_is_told_at_its_place(changes, fields):
    bound = form(**changes)

    assert (wrong_at(bound), remaining_at(bound), bound.content) == ([], fields, None)


def test_a_line_just_added_is_no_line_yet():
    assert len(form(b_c3_category="travel").content.costs) == 3


# ---- Wrong, and kept


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"b_c0_2027": "tvåhundra"}, "b_c0_2027"),
        ({"b_c0_2027": "-1"}, "b_c0_2027"),
        ({"b_c0_2027": "1" * 13}, "b_c0_2027"),
        ({"b_c0_category": "konfetti"}, "b_c0_category"),
        ({"b_f1_role": "sponsor"}, "b_f1_role"),
        ({"b_f1_public": "1", "b_f1_appropriation": "guld"}, "b_f1_appropriation"),
        ({"b_years": "tjugosju"}, "b_years"),
        ({"b_years": "2027 2028 2029 2030 2031 2032 2033 2034 2035"}, "b_years"),
        ({"b_years": "1999 2027 2028"}, "b_years"),
        ({"b_c0_label": "x" * 121}, "b_c0_label"),
        ({"b_f1_financier": "x" * 161}, "b_f1_financier"),
        ({"b_c0_label": "19121212-1212"}, "b_c0_label"),
        ({"b_f1_financier": "Tolvan 19121212-1212"}, "b_f1_financier"),
    ],
)
def test_what_is_wrong_is_told_at_its_place_and_kept(changes, field):
    bound = form(**changes)

    assert wrong_at(bound)[0] == field
    assert bound.content is None
    assert {name: bound.typed[name] for name in changes} == changes


@pytest.mark.parametrize(("kind", "most", "field"), [("c", 40, "b_c40_label"), ("f", 20, "b_f20_financier")])
def test_one_line_too_many_is_told_and_kept(kind, most, field):
    values = {"c": {"category": "travel", "2027": "1"}, "f": {"role": "own", "financier": "Vi", "public": "0", "2027": "1"}}[kind]
    lines = {f"b_{kind}{number}_{name}": value for number in range(most + 1) for name, value in values.items()}

    assert field in wrong_at(form(**lines))
    fewer = {name: value for name, value in lines.items() if not name.startswith(f"b_{kind}{most}_")}
    assert field not in wrong_at(form(**fewer))


def test_an_amount_in_a_year_that_was_not_chosen_is_shown_and_not_hidden():
    assert form(b_c0_2029="5").years == [2027, 2028, 2029]


# ---- The rules


def test_at_most_half_of_the_costs_may_be_sought():
    bound = form(b_f0_2027="150 001", b_f1_2027="149 999")

    assert wrong_at(bound) == ["b_f0_2027", "b_f1_2027"]  # and less than half is own
    assert Kronor(200_000).exact in bound.wrong()[0][1]


def test_the_calls_lower_share_is_the_limit():
    assert wrong_at(form(call(highest_share=Decimal(40)))) == ["b_f0_2027"]
    assert wrong_at(form(call(highest_share=Decimal(50)))) == []


@pytest.mark.parametrize(("smallest", "largest", "wrong"), [(200_000, 200_000, 0), (200_001, 300_000, 1), (1, 199_999, 1)])
def test_the_calls_limits_are_allowed_and_nothing_beyond(smallest, largest, wrong):
    assert len(form(call(smallest_grant=Kronor(smallest), largest_grant=Kronor(largest))).wrong()) == wrong


def test_own_financing_is_the_calls_share_of_all_costs():
    bound = form(b_f1_2027="149 999", b_f2_role="other", b_f2_financier="Stiftelsen", b_f2_public="0", b_f2_2027="1")

    assert wrong_at(bound) == ["b_f1_2027"]
    assert form(call(lowest_own_share=Decimal(40)), b_f1_2027="149 999", b_f2_role="other", b_f2_financier="Stiftelsen",
                b_f2_public="0", b_f2_2027="1").wrong() == []  # fmt: skip


@pytest.mark.parametrize(("amount", "year", "word"), [("49 999", "2028", "mindre"), ("50 001", "2028", "större")])
def test_costs_and_financing_are_equal_each_year(amount, year, word):
    bound = form(call(lowest_own_share=Decimal(10)), b_f1_2028=amount)

    assert wrong_at(bound) == [f"b_f1_{year}"]
    assert f"{Kronor(1).exact} {word} än kostnaderna" in bound.wrong()[0][1]


def test_years_that_are_uneven_are_wrong_though_the_total_is_right():
    assert wrong_at(form(b_f1_2027="140 000", b_f1_2028="60 000")) == ["b_f1_2027", "b_f1_2028"]


def test_what_is_in_kind_stands_on_both_sides():
    assert wrong_at(form(**mirrored())) == ["b_f1_2027"]  # own financing is less than half of all costs
    assert wrong_at(form(call(lowest_own_share=Decimal(0)), **mirrored())) == []
    assert wrong_at(form(call(lowest_own_share=Decimal(0)), **mirrored(given="9 999"))) == ["b_c3_2027"]
    assert wrong_at(form(call(lowest_own_share=Decimal(0)), **mirrored(given="10 001"))) == ["b_f2_2027"]


def test_what_is_in_kind_is_outside_what_the_grant_is_counted_on():
    """Costs of 500 000, of which 100 000 in kind: half of 400 000 is 200 000, and not a krona more."""
    in_kind = mirrored("100 000", "100 000")
    loose = call(lowest_own_share=Decimal(0))

    assert wrong_at(form(loose, **in_kind)) == []
    more = form(loose, b_f0_2027="150 001", b_f1_2027="149 999", **in_kind)
    assert wrong_at(more) == ["b_f0_2027"]
    assert Kronor(200_000).exact in more.wrong()[0][1]


def test_a_grant_is_never_counted_on_costs_in_kind_alone():
    changes = {f"b_c{n}_in_kind": "on" for n in (0, 1)}

    assert "b_f0_2027" in wrong_at(form(**changes, b_c2_2027=""))


def test_the_money_sought_is_money_and_stands_on_one_line():
    assert "b_f0_in_kind" in wrong_at(form(b_f0_in_kind="on"))
    assert "b_f2_financier" in wrong_at(form(b_f2_role="grant", b_f2_financier="En till", b_f2_2027="1"))


@pytest.mark.parametrize(("amount", "allowed"), [("42 780", True), ("42 779", True), ("42 780,01", False), ("42 781", False)])
def test_indirect_costs_are_at_most_the_rate_of_own_staff_each_year(amount, allowed):
    bound = form(b_c2_2027=amount)
    found = [text for name, text in bound.wrong() if name == "b_c2_2027"]

    assert bool(found) != allowed
    assert allowed or Kronor(42_780).exact in found[0]


def test_the_exact_rate_and_the_same_in_whole_kronor_both_pass():
    """456 852,30 · 21,39 % = 97 720,71: the region prints 97 721 (domain 1.5)."""
    loose = call(largest_grant=None, lowest_own_share=Decimal(0))

    assert rules.indirect_most(loose, Kronor("456852.30")) == Kronor(97_721)
    assert rules.indirect_most(loose, Kronor("989804.10")) == Kronor("211719.10")
    assert rules.indirect_allowed(loose, Kronor("989804.10")) == Kronor(211_719)


def test_a_call_without_a_rate_counts_no_indirect_costs():
    free = call(indirect_rate=Decimal(0))

    assert wrong_at(form(free)) == ["b_c2_2027"]
    assert wrong_at(form(free, b_c2_2027="", b_c1_2027="100 000")) == []


def test_own_staff_in_kind_bears_no_indirect_costs():
    assert "b_c2_2027" in wrong_at(form(b_c0_in_kind="on"))


def test_indirect_costs_are_never_in_kind():
    assert "b_c2_in_kind" in wrong_at(form(b_c2_in_kind="on"))


def test_years_outside_the_project_are_told_at_the_amount_or_at_the_years():
    late = dt.date(2027, 12, 31)
    bound = BudgetForm(typed(), call=call(), starts_on=FIRST, ends_on=late)
    empty = BudgetForm(typed(b_years="2027 2028 2029"), call=call(), starts_on=FIRST, ends_on=LAST)

    assert wrong_at(bound) == ["b_c0_2028"]
    assert [text for _name, text in bound.wrong()] == [
        "2028 ligger utanför projektet, som pågår 2027. Flytta beloppen eller ta bort året."
    ]
    assert wrong_at(empty) == ["b_years"]
    assert BudgetForm(typed(), call=call()).wrong() == []


def test_ore_that_make_a_sum_nobody_can_follow_are_told():
    years = [str(year) for year in range(2027, 2035)]
    cells = {f"b_{line}_{year}": amount for year in years for line, amount in
             (("c0", "50 000,50"), ("f0", "25 000,25"), ("f1", "25 000,25"))}  # fmt: skip
    whole = typed(b_years=" ".join(years), b_c1_category=None, b_c1_2027=None, b_c1_2028=None,
                  b_c2_category=None, b_c2_2027=None, b_c2_2028=None, **cells)  # fmt: skip
    bound = BudgetForm(whole, call=call(smallest_grant=None, largest_grant=None))

    assert wrong_at(bound) == ["b_c0_2027"]


# ---- Never raises, never lost


fields = st.one_of(
    st.sampled_from(["b_years", *typed()]),
    st.from_regex(r"b_[cf][0-9]{1,2}_(category|label|in_kind|role|financier|public|appropriation|[0-9]{4})", fullmatch=True),
    st.text(max_size=12),
)
values = st.one_of(
    st.sampled_from(
        ["", "2027", "2027 2028", "100 000", "0,5", "own_staff", "grant", "own", "1", "0", "on", "other", "−5", "1e9", "٣"]
    ),
    st.text(max_size=20),
)


@given(st.dictionaries(fields, values, max_size=40))
@settings(max_examples=300)
def test_reading_never_raises_and_keeps_what_was_typed(raw):
    kept = typed_budget(raw)
    bound = BudgetForm(kept, call=call(), starts_on=FIRST, ends_on=LAST)

    assert bound.typed == kept
    assert set(kept) == {name for name in names(raw) if kept.get(name)}
    assert (bound.content is None) == bool(bound.wrong() or bound.remaining())


@given(st.dictionaries(fields, values, max_size=30), st.sampled_from(
    ["add_year", "remove_year-2027", "add_cost-travel", "add_cost-x", "add_financing-own", "add_financing-grant", "remove-b_c0",
     "remove-b_f1", "remove-b_", "fill_indirect", "save", "", "recalculate"]))  # fmt: skip
@settings(max_examples=200)
def test_no_button_ever_raises(raw, button):
    edit = edits.apply(typed_budget({**typed(), **raw}), button, setting())

    BudgetForm(edit.typed, call=call())


amounts = st.integers(min_value=0, max_value=40_000_000).map(lambda ore: edits.typed_amount(Kronor.from_ore(ore)))


@given(st.lists(st.tuples(st.sampled_from(CostCategory.values), amounts, amounts, st.booleans()), max_size=5),
       st.lists(st.tuples(st.sampled_from(FinancingRole.values), amounts, amounts, st.booleans()), max_size=4), st.booleans())  # fmt: skip
@settings(max_examples=300)
def test_a_valid_budget_is_lawful_balanced_and_adds_up(costs, financing, even):
    raw = {"b_years": "2027 2028"}
    for number, (category, first, second, in_kind) in enumerate(costs):
        raw |= line(f"b_c{number}", category=category, in_kind="on" if in_kind else "", amounts=(first, second))
    for number, (role, first, second, in_kind) in enumerate(financing):
        own = {"financier": "Vi", "public": "0", "in_kind": "on" if in_kind else ""}
        raw |= line(f"b_f{number}", role=role, amounts=(first, second), **own)
    if even and costs and not any(cost[3] for cost in costs):
        raw = {name: value for name, value in raw.items() if not name.startswith("b_f")} | halves(raw)
    content = BudgetForm(raw, call=call(smallest_grant=None, largest_grant=None), starts_on=FIRST, ends_on=LAST).content
    if content is None:
        return
    assert content.sought.ore * 2 <= content.base.ore
    assert content.own.ore * 2 >= content.total_cost.ore
    for year in content.years:
        assert content.of_year(content.costs, year) == content.of_year(content.financing, year)
    assert [deviation for deviation in deviations(table_of_content(content)) if deviation.is_error] == []


def line(prefix, *, amounts, **values):
    return {f"{prefix}_{name}": value for name, value in values.items()} | {
        f"{prefix}_{year}": amount for year, amount in zip((2027, 2028), amounts, strict=True)
    }


def halves(raw):
    """Financing that fits the costs: not more than half sought, the rest own."""
    found = {"b_f0_role": "grant", "b_f0_financier": "R", "b_f1_role": "own", "b_f1_financier": "Vi", "b_f1_public": "0"}
    bound = BudgetForm(raw, call=call())
    for year in (2027, 2028):
        total = sum((cost.amounts.get(year, Kronor(0)) for cost in bound.costs), Kronor(0))
        grant = Kronor.from_ore(total.ore // 2)
        found |= {f"b_f0_{year}": edits.typed_amount(grant), f"b_f1_{year}": edits.typed_amount(total - grant)}
    return found


# ---- The buttons


def setting(**values):
    known = {
        "call": call(),
        "starts_on": FIRST,
        "ends_on": LAST,
        "grant_from": "Regionen",
        "own_name": "Vi",
        "own_is_public": False,
    }
    return edits.Setting(**{**known, **values})


def test_a_year_is_added_inside_the_project_first_and_then_after_it():
    assert edits.apply({"b_years": "2028"}, "add_year", setting()).typed["b_years"] == "2027 2028"
    assert edits.apply(typed(), "add_year", setting()).typed["b_years"] == "2027 2028 2029"
    assert edits.apply({}, "add_year", setting()).typed["b_years"] == "2027"
    full = {"b_years": "2027 2028 2029 2030 2031 2032 2033 2034"}
    assert edits.apply(full, "add_year", setting()) == edits.Edit(full, refused=edits.apply(full, "add_year", setting()).refused)


def test_a_year_is_removed_with_its_amounts_and_never_the_last():
    left = edits.apply(typed(), "remove_year-2028", setting()).typed

    assert left["b_years"] == "2027"
    assert [name for name in left if name.endswith("2028")] == []
    assert edits.apply(left, "remove_year-2027", setting()).refused
    assert edits.apply(left, "remove_year-2027", setting()).typed == left


def test_lines_are_added_and_removed_and_numbered_anew():
    more = edits.apply(typed(), "add_cost-travel", setting())
    fewer = edits.apply(typed(), "remove-b_c0", setting())

    assert (more.typed["b_c3_category"], more.anchor) == ("travel", "line-b_c3")
    assert (fewer.typed["b_c0_category"], fewer.typed["b_c1_category"]) == ("travel", "indirect")
    assert "b_c2_category" not in fewer.typed
    assert {name: value for name, value in fewer.typed.items() if name.startswith("b_f")} == {
        name: value for name, value in typed().items() if name.startswith("b_f")
    }


def test_own_financing_is_added_with_the_organisation_as_financier():
    private = edits.apply({}, "add_financing-own", setting()).typed
    public = edits.apply({}, "add_financing-own", setting(own_is_public=True)).typed

    assert private == {"b_f0_role": "own", "b_f0_financier": "Vi", "b_f0_public": "0"}
    assert public == {"b_f0_role": "own", "b_f0_financier": "Vi", "b_f0_public": "1", "b_f0_appropriation": "other"}


@pytest.mark.parametrize(("kind", "verb", "most"), [("c", "add_cost-travel", 40), ("f", "add_financing-own", 20)])
def test_no_more_lines_are_added_than_a_budget_can_have(kind, verb, most):
    key = {"c": "category", "f": "role"}[kind]
    full = {f"b_{kind}{number}_{key}": "x" for number in range(most)}

    assert edits.apply(full, verb, setting()).refused
    assert not edits.apply({name: full[name] for name in list(full)[1:]}, verb, setting()).refused


def test_indirect_costs_are_filled_in_by_the_rate():
    filled = edits.apply(typed(b_c2_2027="", b_c2_2028=""), "fill_indirect", setting()).typed

    assert (filled["b_c2_2027"], filled["b_c2_2028"]) == ("42 780", "21 390")


def test_a_line_of_indirect_costs_is_made_if_there_is_none():
    bare = {name: value for name, value in typed().items() if not name.startswith("b_c2")}
    filled = edits.apply(bare, "fill_indirect", setting())

    assert (filled.typed["b_c2_category"], filled.typed["b_c2_2027"], filled.anchor) == ("indirect", "42 780", "line-b_c2")


def test_other_lines_of_indirect_costs_are_part_of_the_rate():
    filled = edits.apply(typed(b_c3_category="indirect", b_c3_2027="2 780"), "fill_indirect", setting()).typed

    assert (filled["b_c2_2027"], filled["b_c3_2027"]) == ("40 000", "2 780")


def test_nothing_is_filled_in_without_a_rate():
    edit = edits.apply(typed(), "fill_indirect", setting(call=call(indirect_rate=Decimal(0))))

    assert edit.typed == typed()
    assert edit.refused


def test_an_unknown_button_changes_nothing():
    assert edits.apply(typed(), "explode-everything", setting()) == edits.Edit(typed())


# ---- From the sketch


SKETCH = {
    "costs": {"own_staff": "300000", "external_services": "80000.50", "travel": "20000", "indirect": "0"},
    "sought": "200000", "own_financing": "150000.50", "other_financing": "50000",
}  # fmt: skip


def test_the_sketch_is_spread_over_the_years_and_adds_up_each_year():
    raw = prefill.from_sketch(SKETCH, setting())
    bound = BudgetForm(raw, call=call(lowest_own_share=Decimal(0)), starts_on=FIRST, ends_on=LAST)

    assert bound.years == [2027, 2028]
    assert remaining_at(bound) == ["b_f2_financier", "b_f2_public"]  # the sketch does not say who else pays
    assert wrong_at(bound) == []
    assert [cost.total for cost in bound.costs] == [Kronor(300_000), Kronor("80000.50"), Kronor(20_000)]
    assert [source.total for source in bound.financing] == [Kronor(200_000), Kronor("150000.50"), Kronor(50_000)]


def test_a_sketch_within_one_year_stands_as_it_is():
    raw = prefill.from_sketch(SKETCH, setting(ends_on=dt.date(2027, 12, 31)))

    assert (raw["b_years"], raw["b_c0_2027"], raw["b_f0_2027"]) == ("2027", "300 000", "200 000")
    assert raw["b_f1_financier"] == "Vi"


def test_days_decide_how_much_falls_in_each_year():
    days = days_per_year(dt.date(2026, 12, 31), dt.date(2028, 1, 2))

    assert days == {2026: 1, 2027: 365, 2028: 2}
    assert prefill.spread(Kronor(368), list(days.values())) == [Kronor(1), Kronor(365), Kronor(2)]


@given(st.integers(min_value=0, max_value=10**11), st.lists(st.integers(min_value=1, max_value=366), min_size=1, max_size=8))
def test_what_is_spread_adds_up(ore, weights):
    parts = prefill.spread(Kronor.from_ore(ore), weights)

    assert sum(parts, Kronor(0)) == Kronor.from_ore(ore)
    assert min(parts) >= Kronor(0)
    assert [part.ore % 100 for part in parts[:-1]] == [0] * (len(parts) - 1)


def test_a_project_without_a_period_begins_with_nothing():
    assert prefill.from_sketch(SKETCH, setting(starts_on=None)) == {}
