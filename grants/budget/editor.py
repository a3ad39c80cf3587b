"""What the editor's page is drawn from: groups of lines with their cells. Cells are written here, since there may be hundreds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from grants.models import Appropriation, CostCategory, FinancingRole
from grants.rules import percent_text
from kraftsamling.lib.money import Kronor, grouped

from .content import ZERO, added
from .reading import PRIVATE, PUBLIC, BudgetForm, Line
from .rules import YEARS_FIELD

COSTS, FINANCING = "costs", "financing"
_PLACES = ("category", "role", "label", "financier", "in_kind", "public", "appropriation")

_CELL = (
    '<td id="div_id_{name}" class="num{state}" data-label="{year}"><input class="amount" id="id_{name}" name="{name}" value="{value}"'
    ' inputmode="decimal" autocomplete="off" maxlength="40" aria-label="{label}, {year}" data-year="{year}" data-group="{group}"{invalid}>{error}</td>'
)
_ERROR = '<span class="err" id="err_{}">{}</span>'
_SUM = '<td class="num" data-label="{}" data-sum="{}">{}</td>'


@dataclass
class EditorLine:
    """One line with what stands beside its amounts."""

    prefix: str
    text_name: str
    text: str
    what: str
    raw: dict[str, str]
    in_kind: bool
    errors: dict[str, str]
    cells: SafeString


@dataclass
class Group:
    """The lines of a category or of a kind of financing. Lines whose key is not known stand in a group without key."""

    side: str
    key: str
    label: str
    hint: str
    lines: list[EditorLine]
    sums: SafeString
    add: str = ""
    """The value of the button that adds a line; empty when there is room for no more."""


@dataclass
class Editor:
    """The page: its years, both sides, and the rows of sums."""

    form: BudgetForm
    years: list[str]
    costs: list[Group]
    financing: list[Group]
    cost_sums: SafeString
    financing_sums: SafeString
    gap_sums: SafeString
    figures: list[tuple[str, str, str]]
    years_error: str
    years_text: str

    @property
    def sides(self) -> list[dict[str, Any]]:
        return [
            {"key": COSTS, "title": _("Costs"), "groups": self.costs, "total": _("Total costs"), "sums": self.cost_sums},
            {
                "key": FINANCING,
                "title": _("Financing"),
                "groups": self.financing,
                "total": _("Total financing"),
                "sums": self.financing_sums,
                "gaps": self.gap_sums,
            },
        ]

    @property
    def rate_text(self) -> str:
        return percent_text(self.form.call.indirect_rate)

    @property
    def gap_text(self) -> str:
        return next(text for key, _label, text in self.figures if key == "gap")

    @property
    def sources(self) -> dict[str, list[tuple[str, str]]]:
        return {
            "public": [("", _("Choose")), (PUBLIC, _("public")), (PRIVATE, _("private"))],
            "appropriation": [("", _("Choose")), *((str(key), str(label)) for key, label in Appropriation.choices)],
        }

    @property
    def keys(self) -> dict[str, list[tuple[str, str]]]:
        """What a line without a known key may be."""
        return {
            COSTS: [("", _("Choose")), *((str(key), str(label)) for key, label in CostCategory.choices)],
            FINANCING: [("", _("Choose")), *((str(key), str(label)) for key, label in FinancingRole.choices)],
        }


def editor(form: BudgetForm) -> Editor:
    errors = form.errors_at()
    years = [f"{year:04}" for year in form.years]
    costs = [_cost_group(form, errors, category) for category in CostCategory]
    financing = [_financing_group(form, errors, role) for role in FinancingRole]
    strays = [line for line in form.costs if line.get("category") not in CostCategory.values]
    stray_sources = [line for line in form.financing if line.get("role") not in FinancingRole.values]
    if strays:
        costs.append(_group(form, errors, strays, side=COSTS, key="", label=_("Lines without a cost category")))
    if stray_sources:
        financing.append(
            _group(form, errors, stray_sources, side=FINANCING, key="", label=_("Lines without a kind of financing"))
        )
    gaps = [paid - financed for paid, financed in zip(_totals(form, form.costs), _totals(form, form.financing), strict=True)]
    return Editor(
        form=form,
        years=years,
        costs=costs,
        financing=financing,
        cost_sums=_sums(years, COSTS, _totals(form, form.costs)),
        financing_sums=_sums(years, FINANCING, _totals(form, form.financing)),
        gap_sums=_sums(years, "gap", gaps),
        figures=figures(form),
        years_error=errors.get(YEARS_FIELD, ""),
        years_text=form.typed.get(YEARS_FIELD, "") if YEARS_FIELD in errors else " ".join(years),
    )


def figures(form: BudgetForm) -> list[tuple[str, str, str]]:
    """(key, label, text) of what the budget comes to, as far as it can be read."""
    cost, financed = added(line.total for line in form.costs), added(line.total for line in form.financing)
    base = added(line.total for line in form.costs if not line.in_kind)
    sought = added(line.total for line in form.financing if line.get("role") == FinancingRole.GRANT)
    share = sought.share_of(base)
    return [
        ("costs", _("Costs"), _krona(cost)),
        ("financing", _("Financing"), _krona(financed)),
        ("gap", _("Difference"), _krona(cost - financed)),
        ("share", _("The share you seek"), "–" if share is None else f"{share:.1f}".replace(".", ",") + "\u00a0%"),
    ]


def _cost_group(form: BudgetForm, errors: dict[str, str], category: CostCategory) -> Group:
    hints = {
        CostCategory.OWN_STAFF: _("Pay and employer's contributions."),
        CostCategory.EXTERNAL_SERVICES: _("What you buy from others."),
        CostCategory.INDIRECT: _("Rent, administration and the like."),
    }
    lines = [line for line in form.costs if line.get("category") == category]
    group = _group(form, errors, lines, side=COSTS, key=category.value, label=str(category.label), hint=hints.get(category, ""))
    group.add = f"add_cost-{category.value}"
    return group


def _financing_group(form: BudgetForm, errors: dict[str, str], role: FinancingRole) -> Group:
    hints = {
        FinancingRole.GRANT: _("What you seek in this call."),
        FinancingRole.OWN: _("What you put in, working time and premises included."),
        FinancingRole.OTHER: _("From somebody else, for example a municipality or a foundation."),
    }
    lines = [line for line in form.financing if line.get("role") == role]
    group = _group(form, errors, lines, side=FINANCING, key=role.value, label=str(role.label), hint=hints[role])
    if role != FinancingRole.GRANT or not lines:
        group.add = f"add_financing-{role.value}"
    return group


def _group(
    form: BudgetForm, errors: dict[str, str], lines: Sequence[Line], *, side: str, key: str, label: str, hint: str = ""
) -> Group:
    drawn = [_line(form, errors, line, side=side, key=key, group_label=label) for line in lines]
    sums = _sums([f"{year:04}" for year in form.years], f"{side}.{key}", _totals(form, lines))
    return Group(side, key, label, hint, drawn, sums)


def _line(form: BudgetForm, errors: dict[str, str], line: Line, *, side: str, key: str, group_label: str) -> EditorLine:
    text_name = "label" if side == COSTS else "financier"
    what = line.get(text_name) or group_label
    prefix = f"{line.prefix}_"
    own = {name.removeprefix(prefix): text for name, text in errors.items() if name.startswith(prefix)}
    return EditorLine(
        prefix=line.prefix,
        text_name=text_name,
        text=line.raw(text_name),
        what=what,
        raw={name: line.raw(name) for name in ("public", "appropriation")},
        in_kind=line.in_kind,
        errors={**dict.fromkeys(_PLACES, ""), **own},
        cells=_cells(form, line, own, group=f"{side}.{key}", what=what),
    )


def _cells(form: BudgetForm, line: Line, errors: dict[str, str], *, group: str, what: str) -> SafeString:
    cells = [
        format_html(
            _CELL,
            name=line.cell(year),
            year=year,
            value=line.raw(year),
            label=what,
            group=group,
            state=" wrong" if year in errors else "",
            invalid=format_html(' aria-invalid="true" aria-describedby="err_{}"', line.cell(year)) if year in errors else "",
            error=format_html(_ERROR, line.cell(year), errors[year]) if year in errors else "",
        )
        for year in (f"{year:04}" for year in form.years)
    ]
    return format_html_join(
        "", "{}", ((cell,) for cell in [*cells, format_html(_SUM, _("Total"), line.prefix, _krona(line.total))])
    )


def _totals(form: BudgetForm, lines: Iterable[Line]) -> list[Kronor]:
    """By year, and last in all."""
    lines = list(lines)
    years = [added(line.amounts.get(year, ZERO) for line in lines) for year in form.years]
    return [*years, added(years)]


def _sums(years: Sequence[str], key: str, totals: Sequence[Kronor]) -> SafeString:
    columns = [*((year, f"{key}:{year}") for year in years), (_("Total"), f"{key}:total")]
    return format_html_join(
        "", _SUM, ((label, name, _krona(amount)) for (label, name), amount in zip(columns, totals, strict=True))
    )


def _krona(amount: Kronor) -> str:
    return grouped(amount.whole)
