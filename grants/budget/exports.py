"""The budget as rows of a file that can be read in again, and as texts to lay side by side."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from grants.models import Appropriation, CostCategory, FinancingRole

from .content import ZERO, added
from .reading import PRIVATE, PUBLIC, BudgetForm, Line


def header(years: Iterable[int]) -> list[str]:
    texts = [
        _("Part"),
        _("Category or kind"),
        _("What it is, or who finances"),
        _("In kind"),
        _("Public or private"),
        _("Appropriation"),
    ]
    return [*texts, *(f"{year:04}" for year in years), _("Total")]


def rows(form: BudgetForm) -> Iterator[list[Any]]:
    """The lines as they stand, readable or not, with their sums: what `sheets.read` takes back."""
    for line in form.costs:
        if not line.is_blank:
            what = _label(CostCategory, line.get("category"))
            yield [_("Cost"), what, line.get("label"), _yes(line.in_kind), "", "", *_row_amounts(form, line)]
    yield _sum_row(form, _("Total costs"), form.costs)
    for line in form.financing:
        if not line.is_blank:
            what = _label(FinancingRole, line.get("role"))
            public = {PUBLIC: _("public"), PRIVATE: _("private")}.get(line.get("public"), "")
            source = [public, _label(Appropriation, line.get("appropriation"))]
            yield [_("Financing"), what, line.get("financier"), _yes(line.in_kind), *source, *_row_amounts(form, line)]
    yield _sum_row(form, _("Total financing"), form.financing)


def _yes(in_kind: bool) -> str:
    return _("yes") if in_kind else ""


def _label(choices: Any, key: str) -> str:
    return str(choices(key).label) if key in choices.values else key


def _row_amounts(form: BudgetForm, line: Line) -> list[Any]:
    return [*(line.amounts.get(year, line.get(f"{year:04}")) for year in form.years), line.total]


def _sum_row(form: BudgetForm, label: str, lines: Sequence[Line]) -> list[Any]:
    sums = [added(line.amounts.get(year, ZERO) for line in lines) for year in form.years]
    return [label, "", "", "", "", "", *sums, added(sums)]


def described(form: BudgetForm) -> dict[str, str]:
    """Each line as one text, by where it stands: for laying two budgets side by side."""
    found = {_("Years"): ", ".join(f"{year:04}" for year in form.years)}
    for side, choices, key, name, lines in (
        (_("Cost"), CostCategory, "category", "label", form.costs),
        (_("Financing"), FinancingRole, "role", "financier", form.financing),
    ):
        for number, line in enumerate(lines, start=1):
            amounts = [f"{year}: {line.get(f'{year:04}')}" for year in form.years if line.get(f"{year:04}")]
            marks = [_("in kind") if line.in_kind else "", *_source_words(line)]
            words = [_label(choices, line.get(key)), line.get(name), *marks, *amounts]
            found[f"{side} {number}"] = "\n".join(word for word in words if word)
    return found


def _source_words(line: Line) -> list[str]:
    public = {PUBLIC: _("public"), PRIVATE: _("private")}.get(line.get("public"), "")
    return [public, _label(Appropriation, line.get("appropriation"))]
