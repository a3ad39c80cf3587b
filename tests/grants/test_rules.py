import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils.translation import gettext as _

from grants import rules
from grants.models import Call
from kraftsamling.lib.dates import day_text
from kraftsamling.lib.money import Kronor, parse_kronor

FIRST, LAST = dt.date(2027, 1, 1), dt.date(2028, 12, 31)
AMOUNT = re.compile("[0-9\u00a0]+(?:,[0-9]{2})?\u00a0kr")


def call(**values):
    limits = {
        "smallest_grant": Kronor(100_000),
        "largest_grant": Kronor(300_000),
        "highest_share": Decimal(50),
        "lowest_own_share": Decimal(50),
        "period_starts_on": FIRST,
        "period_ends_on": LAST,
    }
    return Call(**{**limits, **values})


def content(**values):
    whole = {
        "title": "Lots",
        "texts": {},
        "focus_areas": [],
        "main_focus_area": None,
        "whole_county": True,
        "municipalities": [],
        "partners": [],
        "contacts": [],
        "sought": Kronor(200_000),
        "costs": {"own_staff": Kronor(400_000)},
        "own_financing": Kronor(200_000),
        "other_financing": Kronor(0),
        "starts_on": FIRST,
        "ends_on": LAST,
    }
    return rules.SketchContent(**{**whole, **values})


def fields(found):
    return [breach.field for breach in found]


def named_amounts(message, *, but=()):
    """The amounts that the words name, without those the writer has written."""
    return [amount for amount in map(parse_kronor, AMOUNT.findall(message)) if amount not in but]


# ---- Amount


@pytest.mark.parametrize(
    ("sought", "broken"),
    [("99999.99", True), ("100000", False), ("100000.01", False), ("299999.99", False), ("300000", False), ("300000.01", True)],
)
def test_amount_at_its_limits(sought, broken):
    found = list(rules.amount_breaches(call(), Kronor(sought)))
    assert fields(found) == (["sought"] if broken else [])


def test_amount_too_small_names_the_least():
    assert list(rules.amount_breaches(call(), Kronor("99999.99"))) == [
        ("sought", _("In this call you can seek at least %(amount)s.") % {"amount": "100\u00a0000\u00a0kr"})
    ]


def test_amount_too_large_names_the_most():
    assert list(rules.amount_breaches(call(), Kronor("300000.01"))) == [
        ("sought", _("In this call you can seek at most %(amount)s.") % {"amount": "300\u00a0000\u00a0kr"})
    ]


@pytest.mark.parametrize("sought", ["0", "1", "999999999"])
def test_a_call_without_limits_takes_any_amount(sought):
    assert list(rules.amount_breaches(call(smallest_grant=None, largest_grant=None), Kronor(sought))) == []


# ---- Share


@pytest.mark.parametrize(
    ("sought", "total", "broken"),
    [
        ("200000", "400000", False),
        ("200000.01", "400000", True),
        ("199999.99", "400000", False),
        ("200000", "399999.99", True),
        ("150000.50", "300001", False),
        ("150000.51", "300001", True),
        ("0", "0", False),
        ("1", "0", False),
    ],
)
def test_share_is_at_most_half_to_the_ore(sought, total, broken):
    assert fields(rules.share_breaches(call(), Kronor(sought), Kronor(total))) == (["sought"] if broken else [])


@pytest.mark.parametrize(("sought", "broken"), [("132000", False), ("132000.01", True)])
def test_share_of_the_call_counts_when_it_is_lower_than_the_laws(sought, broken):
    found = rules.share_breaches(call(highest_share=Decimal(33)), Kronor(sought), Kronor(400_000))
    assert fields(found) == (["sought"] if broken else [])


@pytest.mark.parametrize(("sought", "broken"), [("200000", False), ("200000.01", True)])
def test_share_is_never_above_the_laws_whatever_the_call_says(sought, broken):
    found = rules.share_breaches(call(highest_share=Decimal(80)), Kronor(sought), Kronor(400_000))
    assert fields(found) == (["sought"] if broken else [])


def test_share_too_high_tells_the_limit_and_the_most():
    [breach] = rules.share_breaches(call(highest_share=Decimal("49.50")), Kronor(200_000), Kronor(400_000))
    assert breach.message == _(
        "The amount sought may be at most %(share)s per cent of the costs: with costs of %(total)s, at most %(most)s."
    ) % {"share": "49,5", "total": Kronor(400_000), "most": Kronor(198_000)}


@pytest.mark.parametrize("total", ["300001", "300000.01", "399999.99", "500003", "400001.02"])
def test_the_most_that_is_told_is_itself_allowed(total):
    total = Kronor(total)
    [breach] = rules.share_breaches(call(), total, total)
    [most] = named_amounts(breach.message, but=[total])
    assert list(rules.share_breaches(call(), most, total)) == []


# ---- Own financing


@pytest.mark.parametrize(
    ("own", "total", "broken"),
    [
        ("200000", "400000", False),
        ("199999.99", "400000", True),
        ("200000.01", "400000", False),
        ("150000.50", "300001", False),
        ("150000.49", "300001", True),
        ("0", "0", False),
    ],
)
def test_own_financing_is_at_least_half_to_the_ore(own, total, broken):
    found = rules.own_financing_breaches(call(), Kronor(own), Kronor(total))
    assert fields(found) == (["own_financing"] if broken else [])


@pytest.mark.parametrize(("own", "broken"), [("40000", False), ("39999.99", True)])
def test_own_financing_follows_the_share_of_the_call(own, broken):
    found = rules.own_financing_breaches(call(lowest_own_share=Decimal(10)), Kronor(own), Kronor(400_000))
    assert fields(found) == (["own_financing"] if broken else [])


def test_a_call_may_ask_for_no_own_financing():
    assert list(rules.own_financing_breaches(call(lowest_own_share=Decimal(0)), Kronor(0), Kronor(400_000))) == []


def test_own_financing_too_low_tells_the_least():
    [breach] = rules.own_financing_breaches(call(), Kronor(1), Kronor(400_000))
    assert breach.message == _(
        "Own financing must be at least %(share)s per cent of the costs: with costs of %(total)s, at least %(least)s."
    ) % {"share": "50", "total": Kronor(400_000), "least": Kronor(200_000)}


@pytest.mark.parametrize("total", ["300001", "300000.01", "300000.50", "399999.99", "500000.25"])
def test_the_least_that_is_told_is_itself_enough(total):
    total = Kronor(total)
    [breach] = rules.own_financing_breaches(call(), Kronor(0), total)
    [least] = named_amounts(breach.message, but=[total])
    assert list(rules.own_financing_breaches(call(), least, total)) == []


# ---- Balance


@pytest.mark.parametrize(
    ("total", "financing", "words"),
    [
        ("400000", "400000", None),
        ("400000", "399990", "The financing is %(gap)s less than the costs. They should be equal."),
        ("400000", "400010", "The financing is %(gap)s more than the costs. They should be equal."),
    ],
)
def test_costs_and_financing_are_equal(total, financing, words):
    expected = [("own_financing", _(words) % {"gap": "10\u00a0kr"})] if words else []
    assert list(rules.balance_breaches(Kronor(total), Kronor(financing))) == expected


@pytest.mark.parametrize("gap", ["0.01", "0.49", "0.50"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_gap_of_some_ore_is_a_gap_and_is_told_as_it_is(gap, sign):
    total = Kronor(400_000)
    financing = total + (Kronor(gap) if sign > 0 else -Kronor(gap))
    [breach] = rules.balance_breaches(total, financing)
    assert named_amounts(breach.message) == [Kronor(gap)]


# ---- Period


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "broken"),
    [
        (FIRST, LAST, []),
        (FIRST, FIRST, []),
        (LAST, LAST, []),
        (dt.date(2026, 12, 31), LAST, ["starts_on"]),
        (FIRST, dt.date(2029, 1, 1), ["ends_on"]),
        (dt.date(2027, 6, 2), dt.date(2027, 6, 1), ["ends_on"]),
        (dt.date(2026, 12, 31), dt.date(2029, 1, 1), ["starts_on", "ends_on"]),
    ],
)
def test_period_lies_within_the_calls_first_and_last_day(starts_on, ends_on, broken):
    assert fields(rules.period_breaches(call(), starts_on, ends_on)) == broken


def test_period_outside_names_the_days():
    early, late = rules.period_breaches(call(), dt.date(2026, 12, 31), dt.date(2029, 1, 1))
    assert early.message == _("Projects in this call start on %(day)s at the earliest.") % {"day": day_text(FIRST)}
    assert late.message == _("Projects in this call end on %(day)s at the latest.") % {"day": day_text(LAST)}


def test_a_call_without_period_takes_any_days_that_run_forwards():
    free = call(period_starts_on=None, period_ends_on=None)
    assert list(rules.period_breaches(free, dt.date(1999, 1, 1), dt.date(2999, 1, 1))) == []


# ---- All together


def test_content_within_every_rule_breaks_none():
    assert rules.breaches(call(), content()) == []


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"sought": Kronor("99999.99"), "other_financing": Kronor("100000.01")}, ["sought"]),
        ({"sought": Kronor("200000.01"), "own_financing": Kronor("200000")}, ["sought", "own_financing"]),
        ({"own_financing": Kronor("199999.99"), "other_financing": Kronor("0.01")}, ["own_financing"]),
        ({"other_financing": Kronor("0.01")}, ["own_financing"]),
        ({"ends_on": dt.date(2029, 1, 1)}, ["ends_on"]),
        ({"costs": {}, "own_financing": Kronor(0), "sought": Kronor(100_000)}, ["own_financing", "cost_own_staff"]),
    ],
)
def test_each_rule_is_asked_for_the_whole(changes, broken):
    assert fields(rules.breaches(call(), content(**changes))) == broken


def test_totals_are_sums_to_the_ore():
    whole = content(
        costs={"own_staff": Kronor("0.10"), "travel": Kronor("0.20")}, sought=Kronor("0.1"), own_financing=Kronor("0.2"),
        other_financing=Kronor("0.03"),
    )  # fmt: skip
    assert (whole.total_cost, whole.total_financing) == (Kronor("0.30"), Kronor("0.33"))


@pytest.mark.parametrize(
    ("share", "text"), [("50", "50"), ("50.00", "50"), ("49.50", "49,5"), ("33.33", "33,33"), ("100", "100")]
)
def test_percent_text_has_no_more_decimals_than_needed(share, text):
    assert rules.percent_text(Decimal(share)) == text
