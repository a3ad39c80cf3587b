"""Reads a budget from the raw fields, exactly as typed: unfinished is not wrong, and nothing that was typed is lost."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grants.models import Appropriation, Call, CostCategory, FinancingRole
from kraftsamling.lib.money import Kronor, parse_kronor
from kraftsamling.lib.text import clean_text, identity_number_refusal, identity_numbers

from . import rules
from .content import ZERO, BudgetContent, CostPart, FinancingPart, added
from .rules import YEARS_FIELD

MOST_YEARS, MOST_COSTS, MOST_FINANCING = 8, 40, 20
FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_LABEL, LONGEST_FINANCIER = 120, 160
LONGEST_KEPT, MOST_KEPT = 400, 1500
"""Of what is typed into one field, and how many fields: more than any budget has."""

FIELD = re.compile(
    r"b_years|b_c\d{1,2}_(?:category|label|in_kind|\d{4})|b_f\d{1,2}_(?:role|financier|public|in_kind|appropriation|\d{4})",
    re.ASCII,
)
_LINE = re.compile(r"(b_[cf]\d{1,2})_(.+)", re.ASCII)
PUBLIC, PRIVATE = "1", "0"


class Problem(NamedTuple):
    """What stands in the way: an empty place that remains, or something that is wrong."""

    field: str
    text: str
    remains: bool = False
    of_rule: bool = False
    """About the whole: the text says itself what it is about."""


def names(typed: Iterable[str]) -> frozenset[str]:
    """The budget's fields among those typed."""
    return frozenset(name for name in typed if FIELD.fullmatch(name))


def typed_budget(post: Mapping[str, Any]) -> dict[str, str]:
    """What was typed into the budget's fields: raw but storable. Nothing is judged here."""
    content = {name: clean_text(str(post[name]))[:LONGEST_KEPT] for name in sorted(names(post))[:MOST_KEPT]}
    return {name: value for name, value in content.items() if value}


@dataclass
class Line:
    """One line as typed. `amounts` holds what could be read; an empty cell is nothing in that year."""

    prefix: str
    values: dict[str, str]
    amounts: dict[int, Kronor] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def raw(self, name: str | int) -> str:
        return self.values.get(str(name), "")

    def cell(self, name: str | int) -> str:
        return f"{self.prefix}_{name}"

    @property
    def in_kind(self) -> bool:
        return bool(self.get("in_kind"))

    @property
    def is_public(self) -> bool:
        return self.get("role") == FinancingRole.GRANT or self.get("public") == PUBLIC

    @property
    def total(self) -> Kronor:
        return added(self.amounts.values())

    @property
    def is_blank(self) -> bool:
        """Nothing a person has written: a line just added, which is no line of the budget yet."""
        return not any(self.get(name) for name in self.values if name in {"label", "financier"} or name.isdecimal())

    def of_years(self, years: Iterable[int]) -> tuple[Kronor, ...]:
        return tuple(self.amounts.get(year, ZERO) for year in years)


class BudgetForm:
    """Always bound to what has been typed so far: see `remaining` and `wrong`, and `content` when neither has anything."""

    def __init__(
        self, typed: Mapping[str, Any], *, call: Call, starts_on: date | None = None, ends_on: date | None = None
    ) -> None:
        self.call, self.starts_on, self.ends_on = call, starts_on, ends_on
        self.typed = {name: str(typed[name]) for name in names(typed)}
        self.problems: list[Problem] = []
        self.costs, self.financing = self._lines("b_c"), self._lines("b_f")
        self.years = self._years()
        self._read()

    # ---- Reading

    def _lines(self, kind: str) -> list[Line]:
        found: dict[str, Line] = {}
        for name, value in self.typed.items():
            match = _LINE.fullmatch(name)
            if match and match[1].startswith(kind):
                line = found.setdefault(match[1], Line(match[1], {}))
                line.values[match[2]] = value
        return sorted(found.values(), key=lambda line: int(line.prefix[3:]))

    def _years(self) -> list[int]:
        """Those chosen, and any in which something is written, so that no amount is hidden."""
        words = re.split(r"[\s,;]+", self.typed.get(YEARS_FIELD, "").strip())
        years = {int(word) for word in words if re.fullmatch(r"[0-9]{4}", word)}
        if any(word and not re.fullmatch(r"[0-9]{4}", word) for word in words):
            self._wrong(YEARS_FIELD, _("Write the years with four digits each, for example 2027 2028."))
        for line in self._every_line():
            years |= {int(name) for name in line.values if name.isdecimal() and line.get(name)}
        for year in sorted(year for year in years if not FIRST_YEAR <= year <= LAST_YEAR):
            self._wrong(YEARS_FIELD, _("%(year)s is not a year for a project.") % {"year": f"{year:04}"})
        if len(years) > MOST_YEARS:
            self._wrong(YEARS_FIELD, _("A budget can have at most %(count)d years.") % {"count": MOST_YEARS})
        return sorted(years)

    def _every_line(self) -> list[Line]:
        return [*self.costs, *self.financing]

    def _read(self) -> None:
        for line in self._every_line():
            self._read_amounts(line)
        written_costs = [line for line in self.costs if not line.is_blank]
        written_financing = [line for line in self.financing if not line.is_blank]
        self._check_count(written_costs, MOST_COSTS, _("A budget can have at most %(count)d cost lines."))
        self._check_count(written_financing, MOST_FINANCING, _("A budget can have at most %(count)d financing lines."))
        for line in written_costs:
            self._read_cost(line)
        for line in written_financing:
            self._read_financing(line)
        self._read_whole(written_costs, written_financing)
        readable = not self.problems or all(problem.remains for problem in self.problems)
        content = self._content(written_costs, written_financing) if readable and self._named() else None
        if content:
            self._check_rules(content, written_costs, written_financing)
        self.content: BudgetContent | None = content if not self.problems else None

    def _read_amounts(self, line: Line) -> None:
        for year in self.years:
            text = line.get(f"{year:04}")
            if not text:
                continue
            try:
                line.amounts[year] = parse_kronor(text)
            except ValidationError as error:
                self._wrong(line.cell(f"{year:04}"), " ".join(error.messages))

    def _check_count(self, lines: list[Line], most: int, text: str) -> None:
        if len(lines) > most:
            prefix = lines[most].prefix
            self._wrong(f"{prefix}_{'label' if prefix.startswith('b_c') else 'financier'}", text % {"count": most})

    def _read_cost(self, line: Line) -> None:
        if not line.get("category"):
            self._remains(line.cell("category"), _("Cost category"))
        elif line.get("category") not in CostCategory.values:
            self._wrong(line.cell("category"), _("Choose one of the cost categories."))
        self._check_text(line, "label", LONGEST_LABEL)
        self._check_amount_there(line, line.get("label"))

    def _read_financing(self, line: Line) -> None:
        role = line.get("role")
        if not role:
            self._remains(line.cell("role"), _("Kind of financing"))
        elif role not in FinancingRole.values:
            self._wrong(line.cell("role"), _("Choose one of the kinds of financing."))
        if not line.get("financier"):
            self._remains(line.cell("financier"), _("Who finances"))
        self._check_text(line, "financier", LONGEST_FINANCIER)
        self._check_amount_there(line, line.get("financier"))
        if role != FinancingRole.GRANT:
            self._check_source(line)

    def _check_source(self, line: Line) -> None:
        if line.get("public") not in {PUBLIC, PRIVATE}:
            self._remains(line.cell("public"), _("Public or private money: %(financier)s") % {"financier": line.get("financier")})
        appropriation = line.get("appropriation")
        if line.is_public and not appropriation:
            self._remains(
                line.cell("appropriation"),
                _("Where the public money comes from: %(financier)s") % {"financier": line.get("financier")},
            )
        elif appropriation and appropriation not in Appropriation.values:
            self._wrong(line.cell("appropriation"), _("Choose where the money comes from."))

    def _check_text(self, line: Line, name: str, longest: int) -> None:
        text = line.get(name)
        if len(text) > longest:
            self._wrong(line.cell(name), _("Shorten the text to at most %(count)d characters.") % {"count": longest})
        if identity_numbers(text):
            self._wrong(line.cell(name), identity_number_refusal())

    def _check_amount_there(self, line: Line, what: str) -> None:
        has_text = any(line.get(f"{year:04}") for year in self.years)
        if not has_text:
            first = f"{self.years[0]:04}" if self.years else "label"
            self._remains(line.cell(first) if self.years else YEARS_FIELD, _("Amount for “%(what)s”") % {"what": what})

    def _read_whole(self, costs: list[Line], financing: list[Line]) -> None:
        """What no budget can be without."""
        if not self.years:
            self._remains(YEARS_FIELD, _("The years of the budget"))
        if not any(line.total for line in costs):
            self._remains(
                costs[0].cell(f"{self.years[0]:04}") if costs and self.years else YEARS_FIELD, _("What the project costs")
            )
        if not any(line.total for line in financing if line.get("role") == FinancingRole.GRANT):
            grant = [line for line in self.financing if line.get("role") == FinancingRole.GRANT]
            self._remains(grant[0].cell(f"{self.years[0]:04}") if grant and self.years else YEARS_FIELD, _("The amount you seek"))

    # ---- What it comes to

    def _named(self) -> bool:
        """Every line has a category or role, so that the rules can be asked."""
        return not any(problem.field.endswith(("_category", "_role")) for problem in self.problems)

    def _content(self, costs: list[Line], financing: list[Line]) -> BudgetContent:
        return BudgetContent(
            years=tuple(self.years),
            costs=tuple(
                CostPart(line.get("category"), line.get("label"), line.in_kind, line.of_years(self.years)) for line in costs
            ),
            financing=tuple(self._financing_part(line) for line in financing),
            indirect_rate=self.call.indirect_rate,
        )

    def _financing_part(self, line: Line) -> FinancingPart:
        grant = line.get("role") == FinancingRole.GRANT
        appropriation = Appropriation.REGIONAL.value if grant else line.get("appropriation")
        return FinancingPart(
            role=line.get("role"),
            financier=line.get("financier"),
            is_public=line.is_public,
            in_kind=line.in_kind,
            appropriation=appropriation if line.is_public else "",
            amounts=line.of_years(self.years),
        )

    def _check_rules(self, content: BudgetContent, costs: list[Line], financing: list[Line]) -> None:
        """The rules of money once there are both costs and something that is sought; until then they would only shout."""
        if not content.total_cost or not content.sought:
            return
        places = rules.Places(tuple(line.prefix for line in costs), tuple(line.prefix for line in financing))
        for breach in rules.breaches(self.call, content, starts_on=self.starts_on, ends_on=self.ends_on, places=places):
            self.problems.append(Problem(breach.field, breach.message, of_rule=True))

    def _wrong(self, name: str, text: str) -> None:
        self.problems.append(Problem(name, text))

    def _remains(self, name: str, text: str) -> None:
        self.problems.append(Problem(name, text, remains=True))

    def remaining(self) -> list[tuple[str, str]]:
        """(field, label) of what is not filled in yet."""
        return [(problem.field, problem.text) for problem in self.problems if problem.remains]

    def wrong(self) -> list[tuple[str, str]]:
        """(field, message) of what is filled in but not right; the message names the place, so that it can stand by itself."""
        return [(name, f"{place}: {text}" if place else text) for name, place, text in self.wrong_at()]

    def wrong_at(self) -> list[tuple[str, str, str]]:
        """(field, place, message): the place in words where the message does not name it, and the message as it stands there."""
        return [
            (problem.field, "" if problem.of_rule else self._place(problem.field), problem.text)
            for problem in self.problems
            if not problem.remains
        ]

    def _place(self, name: str) -> str:
        match = _LINE.fullmatch(name)
        line = next((line for line in self._every_line() if match and line.prefix == match[1]), None)
        if line is None or match is None:
            return ""
        what = line.get("label") or line.get("financier") or self._kind(line)
        return ", ".join(part for part in (what, match[2] if match[2].isdecimal() else "") if part)

    def _kind(self, line: Line) -> str:
        choices: Any = CostCategory if line.prefix.startswith("b_c") else FinancingRole
        key = line.get("category") or line.get("role")
        return str(choices(key).label) if key in choices.values else ""

    def errors_at(self) -> dict[str, str]:
        """What is wrong, by field."""
        found: dict[str, str] = {}
        for name, _place, text in self.wrong_at():
            found[name] = f"{found[name]} {text}" if name in found else text
        return found

    def is_valid(self) -> bool:
        return self.content is not None

    @property
    def is_empty(self) -> bool:
        """Nobody has begun on the budget."""
        return not self.typed

    def as_json(self) -> dict[str, Any]:
        """For the frozen version. Raises ValueError unless the budget is valid."""
        if self.content is None:
            raise ValueError("the budget is not finished")
        return self.content.as_json()
