"""The buttons of the editor: each takes what was typed and gives what is then typed. They work without JavaScript."""

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from grants.models import Appropriation, Call, CostCategory, FinancingRole
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.money import Kronor, grouped

from .content import ZERO, added
from .reading import MOST_COSTS, MOST_FINANCING, MOST_YEARS, PUBLIC, BudgetForm, Line
from .rules import YEARS_FIELD, indirect_allowed

TYPED = dict[str, str]
ORE = 100


class Edit(NamedTuple):
    """What is typed afterwards, where on the page to go on, and what to say about it."""

    typed: TYPED
    anchor: str = ""
    said: str = ""
    refused: str = ""


class Setting(NamedTuple):
    """What the buttons need to know beside what is typed."""

    call: Call
    starts_on: date | None
    ends_on: date | None
    grant_from: str
    own_name: str
    own_is_public: bool


def apply(typed: TYPED, button: str, setting: Setting) -> Edit:
    """What the button does; an unknown one does nothing but save."""
    verb, _dash, argument = button.partition("-")
    act = {
        "add_year": add_year,
        "remove_year": remove_year,
        "add_cost": add_cost,
        "add_financing": add_financing,
        "remove": remove_line,
        "fill_indirect": fill_indirect,
    }.get(verb)
    return act(typed, argument, setting) if act else Edit(typed)


def typed_amount(amount: Kronor) -> str:
    """As a person would write it: 250 000 or 97 720,64, with plain spaces."""
    kronor, ore = divmod(amount.ore, ORE)
    return grouped(kronor).replace("\u00a0", " ") + (f",{ore:02}" if ore else "")


def form_of(typed: TYPED, setting: Setting) -> BudgetForm:
    return BudgetForm(typed, call=setting.call, starts_on=setting.starts_on, ends_on=setting.ends_on)


def years_text(years: Iterable[int]) -> str:
    return " ".join(f"{year:04}" for year in sorted(set(years)))


def add_year(typed: TYPED, _argument: str, setting: Setting) -> Edit:
    """The first year of the project that is not there; after those, the year after the last."""
    years = form_of(typed, setting).years
    if len(years) >= MOST_YEARS:
        return Edit(typed, refused=_("A budget can have at most %(count)d years.") % {"count": MOST_YEARS})
    period = range(setting.starts_on.year, setting.ends_on.year + 1) if setting.starts_on and setting.ends_on else range(0)
    wanted = [year for year in period if year not in years] or [
        max(years, default=(setting.starts_on or stockholm_today()).year - 1) + 1
    ]
    return Edit({**typed, YEARS_FIELD: years_text([*years, wanted[0]])}, anchor="costs")


def remove_year(typed: TYPED, argument: str, setting: Setting) -> Edit:
    """Takes the year away with its amounts. The last year stays."""
    years = form_of(typed, setting).years
    left = [year for year in years if f"{year:04}" != argument]
    if not left or left == years:
        return Edit(typed, refused=_("The budget must have at least one year.") if left != years else "")
    kept = {name: value for name, value in typed.items() if not re.fullmatch(rf"b_[cf]\d+_{re.escape(argument)}", name)}
    return Edit({**kept, YEARS_FIELD: years_text(left)}, anchor="costs", said=_("%(year)s is taken away.") % {"year": argument})


def compact(typed: TYPED) -> TYPED:
    """The same lines in the same order, numbered from nought."""
    found: TYPED = {name: value for name, value in typed.items() if not re.match(r"b_[cf]\d", name)}
    for kind in ("b_c", "b_f"):
        numbers = sorted({int(match[1]) for name in typed if (match := re.match(rf"{kind}(\d+)_", name))})
        place = {number: position for position, number in enumerate(numbers)}
        for name, value in typed.items():
            if match := re.match(rf"{kind}(\d+)_(.+)", name):
                found[f"{kind}{place[int(match[1])]}_{match[2]}"] = value
    return found


def _next(typed: TYPED, kind: str) -> int:
    return max((int(match[1]) for name in typed if (match := re.match(rf"{kind}(\d+)_", name))), default=-1) + 1


def add_cost(typed: TYPED, argument: str, setting: Setting) -> Edit:
    if argument not in CostCategory.values:
        return Edit(typed)
    typed = compact(typed)
    number = _next(typed, "b_c")
    if number >= MOST_COSTS:
        return Edit(typed, refused=_("A budget can have at most %(count)d cost lines.") % {"count": MOST_COSTS})
    return Edit({**typed, f"b_c{number}_category": argument}, anchor=f"line-b_c{number}")


def add_financing(typed: TYPED, argument: str, setting: Setting) -> Edit:
    if argument not in FinancingRole.values:
        return Edit(typed)
    typed = compact(typed)
    number = _next(typed, "b_f")
    if number >= MOST_FINANCING:
        return Edit(typed, refused=_("A budget can have at most %(count)d financing lines.") % {"count": MOST_FINANCING})
    line = {"role": argument}
    if argument == FinancingRole.GRANT:
        line["financier"] = setting.grant_from
    elif argument == FinancingRole.OWN:
        line |= own_source(setting)
    return Edit({**typed, **{f"b_f{number}_{name}": value for name, value in line.items()}}, anchor=f"line-b_f{number}")


def own_source(setting: Setting) -> TYPED:
    """The organisation as financier; what kind of money is known from what kind of organisation it is."""
    public = {"public": PUBLIC, "appropriation": Appropriation.OTHER.value} if setting.own_is_public else {"public": "0"}
    return {"financier": setting.own_name, **public}


def remove_line(typed: TYPED, argument: str, setting: Setting) -> Edit:
    kept = {name: value for name, value in typed.items() if not name.startswith(f"{argument}_")}
    if kept == typed or not re.fullmatch(r"b_[cf]\d{1,2}", argument):
        return Edit(typed)
    return Edit(compact(kept), anchor="costs" if argument.startswith("b_c") else "financing", said=_("The line is taken away."))


def fill_indirect(typed: TYPED, _argument: str, setting: Setting) -> Edit:
    """The call's rate of own staff in money, year by year, in whole kronor, on the first line of indirect costs."""
    if not setting.call.indirect_rate:
        return Edit(typed, refused=_("In this call no indirect costs are counted. Take the amount away."))
    if not any(line.get("category") == CostCategory.INDIRECT for line in form_of(typed, setting).costs):
        added_line = add_cost(typed, CostCategory.INDIRECT.value, setting)
        if added_line.refused:
            return added_line
        typed = added_line.typed
    form = form_of(typed, setting)
    first, *others = _of_category(form, CostCategory.INDIRECT)
    staff = [line for line in _of_category(form, CostCategory.OWN_STAFF) if not line.in_kind]
    filled = {
        first.cell(f"{year:04}"): typed_amount(
            max(ZERO, indirect_allowed(setting.call, _of_year(staff, year)) - _of_year(others, year))
        )
        for year in form.years
    }
    return Edit({**typed, **filled}, anchor=f"line-{first.prefix}", said=_("The indirect costs are filled in by the rate."))


def _of_category(form: BudgetForm, category: str) -> list[Line]:
    return [line for line in form.costs if line.get("category") == category]


def _of_year(lines: Iterable[Line], year: int) -> Kronor:
    return added(line.amounts.get(year, ZERO) for line in lines)
