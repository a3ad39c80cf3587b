"""A figure: what it counts, how, and the rows behind it. Every number of a dashboard is one, so every number can be opened.

A base is a queryset of rows. A figure adds up one amount of the rows of a base that meet its condition, or counts them. All
figures of one base are asked of the database in one question; the rows of one figure are asked for by themselves, and their sum
is counted anew from them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, QuerySet, Sum, Value
from django.urls import reverse

from kraftsamling.lib.money import Kronor, KronorField, grouped

from .scope import Scope

NOTHING = Kronor(0)


@dataclass(frozen=True)
class RowKind:
    """What one row of a kind shows, and to whom: a case that is closed to somebody counts in the sum and is not shown."""

    key: str
    columns: tuple[Any, ...]
    cells: Callable[[Any, Scope, frozenset[int]], tuple[Any, ...]]
    """(row, scope, keys whose case the person may open) → its cells, the amount apart."""
    open_to: Callable[[QuerySet, Scope], QuerySet]
    """The rows that the person may see one by one."""
    with_details: Callable[[QuerySet], QuerySet]
    order_by: tuple[str, ...]
    links: Callable[[Iterable[Any], Scope], frozenset[int]] = lambda _rows, _scope: frozenset()
    """Keys of the rows of a page whose case the person may open."""


@dataclass(frozen=True)
class Base:
    """Rows that figures count. They are asked for in groups, so that one question answers for the whole and for each part."""

    key: str
    kind: RowKind
    rows: Callable[[Scope], QuerySet]
    group_by: tuple[str, ...] = ()
    tally: "Callable[[Scope], list[dict[str, Any]]] | None" = None
    """Groups that are made otherwise than by the database: each with its marks, NUMBER and AMOUNT."""


NUMBER, AMOUNT = "number", "amount"


@dataclass(frozen=True)
class Spec:
    """A figure before it is counted."""

    key: str
    label: Any
    how: Any
    base: Base | None = None
    amount: str = ""
    """The amount that is added up; empty for the number of rows."""
    where: Q = field(default_factory=Q)
    group: Mapping[str, Any] = field(default_factory=dict)
    """Only the groups of the base with these values."""
    pick: Callable[[Mapping[str, Any]], bool] | None = None
    """Which groups of the base it is of, where they are marked: the condition is then asked of the rows alone."""
    parts: tuple[tuple[int, str], ...] = ()
    """Of a figure that is made of others: (1 or −1, key)."""
    qualifier: Any = ""
    """Which year, call or side it is of, where the label alone does not tell."""

    @property
    def name(self) -> str:
        """In words that stand alone."""
        return f"{self.label}, {self.qualifier}" if self.qualifier else str(self.label)

    @property
    def is_money(self) -> bool:
        return bool(self.amount) or bool(self.parts)

    def rows(self, scope: Scope) -> QuerySet:
        if self.base is None:
            raise LookupError(f"“{self.key}” has no rows of its own")
        return self.base.rows(scope).filter(self.where, *(_equals(name, value) for name, value in self.group.items()))

    def counted(self, rows: QuerySet) -> Any:
        """The sum of these rows, asked of the database by itself."""
        total = rows.aggregate(total=self.measure())["total"]
        return total if total is not None else (NOTHING if self.amount else 0)

    def measure(self, where: Q | None = None) -> Any:
        if self.amount:
            return Sum(self.amount, filter=where, output_field=KronorField())
        return Count("pk", filter=where)

    def plain_measure(self) -> Any:
        """The same as a whole number, amounts in öre."""
        where = self.where or None
        if self.amount:
            return Sum(ExpressionWrapper(F(self.amount), BigIntegerField()), filter=where)
        return Count("pk", filter=where)


def _equals(name: str, value: Any) -> Q:
    return Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})


@dataclass(frozen=True)
class Figure:
    """A counted figure, with the address of its rows."""

    spec: Spec
    value: Any
    scope: Scope

    @property
    def key(self) -> str:
        return self.spec.key

    @property
    def label(self) -> Any:
        return self.spec.label

    @property
    def how(self) -> Any:
        return self.spec.how

    @property
    def is_money(self) -> bool:
        return self.spec.is_money

    @property
    def url(self) -> str:
        return reverse("steering_rows", args=[self.key]) + self.scope.query

    @property
    def text(self) -> str:
        return str(self.value) if isinstance(self.value, Kronor) else grouped(self.value)

    @property
    def number(self) -> int:
        """For drawing: whole kronor, or how many."""
        return self.value.whole if isinstance(self.value, Kronor) else self.value


class Figures(dict[str, Figure]):
    """The figures of a dashboard by their keys."""


def counted(scope: Scope, specs: Iterable[Spec]) -> Figures:
    """All figures, with one question to each base."""
    specs = list(specs)
    values: dict[str, Any] = {}
    bases = {
        base: [spec for spec in specs if spec.base is base] for base in dict.fromkeys(spec.base for spec in specs if spec.base)
    }
    single = {base: mine for base, mine in bases.items() if base.tally is None and not base.group_by}
    for base, mine in bases.items():
        if base not in single:
            values |= _of_base(scope, base, mine)
    values |= _of_single(scope, single)
    for spec in specs:
        if spec.parts:
            values[spec.key] = sum((values[key] if sign > 0 else -values[key] for sign, key in spec.parts), NOTHING)
    return Figures({spec.key: Figure(spec, values[spec.key], scope) for spec in specs})


def _of_base(scope: Scope, base: Base, specs: list[Spec]) -> dict[str, Any]:
    if base.tally is not None:
        groups = base.tally(scope)
        return {
            spec.key: _added(spec, [group[AMOUNT if spec.amount else NUMBER] for group in groups if _is_in(spec, group)])
            for spec in specs
        }
    asked: dict[str, Any] = {}
    column: dict[tuple[str, int | None], str] = {}
    for spec in specs:
        mark = (spec.amount, id(spec.where) if spec.where else None)
        if mark not in column:
            column[mark] = f"v{len(column)}"
            asked[column[mark]] = spec.measure(spec.where or None)
    groups = list(base.rows(scope).order_by().values(*base.group_by).annotate(**asked))
    found = {}
    for spec in specs:
        name = column[_mark(spec)]
        found[spec.key] = _added(spec, [group[name] for group in groups if _is_in(spec, group)])
    return found


def _of_single(scope: Scope, bases: Mapping[Base, list[Spec]]) -> dict[str, Any]:
    """Bases that come to one line each, in one question together. Amounts in öre, since the lines have a common form."""
    width = max((len(specs) for specs in bases.values()), default=0)
    lines, columns = [], [f"v{place}" for place in range(width)]
    for number, (base, specs) in enumerate(bases.items()):
        asked = [spec.plain_measure() for spec in specs] + [Value(0, output_field=BigIntegerField())] * (width - len(specs))
        line = base.rows(scope).order_by().annotate(line=Value(number)).values("line")
        lines.append(line.annotate(**dict(zip(columns, asked, strict=True))).values_list("line", *columns))
    found: dict[str, Any] = {spec.key: NOTHING if spec.amount else 0 for specs in bases.values() for spec in specs}
    listed = list(bases.values())
    for number, *told in lines[0].union(*lines[1:], all=True) if lines else ():
        for spec, value in zip(listed[number], told, strict=False):
            found[spec.key] = Kronor.from_ore(int(value or 0)) if spec.amount else int(value or 0)
    return found


def _added(spec: Spec, values: list[Any]) -> Any:
    return sum((value for value in values if value is not None), NOTHING if spec.amount else 0)


def _mark(spec: Spec) -> tuple[str, int | None]:
    """Figures with the same mark share a column."""
    return spec.amount, id(spec.where) if spec.where and spec.pick is None else None


def _is_in(spec: Spec, group: Mapping[str, Any]) -> bool:
    if spec.pick is not None and not spec.pick(group):
        return False
    return all(group[key] == value for key, value in spec.group.items())


@dataclass(frozen=True)
class Opened:
    """The rows behind a figure, as one person sees them."""

    spec: Spec
    value: Any
    shown: QuerySet
    shown_value: Any
    hidden: int
    hidden_value: Any
    shown_number: int

    @property
    def is_money(self) -> bool:
        return self.spec.is_money


def opened(scope: Scope, spec: Spec) -> Opened:
    """The rows that the person may see, and what the others come to: together always the figure."""
    rows = spec.rows(scope)
    kind = spec.base.kind  # type: ignore[union-attr]
    shown = kind.open_to(rows, scope)
    whole = rows.aggregate(value=spec.measure(), number=Count("pk"))
    seen = shown.aggregate(value=spec.measure(), number=Count("pk"))
    zero = NOTHING if spec.amount else 0
    value, shown_value = (zero if found["value"] is None else found["value"] for found in (whole, seen))
    return Opened(spec, value, shown, shown_value, whole["number"] - seen["number"], value - shown_value, seen["number"])
