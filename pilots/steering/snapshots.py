"""Figures kept as plain values, and laid beside today's."""

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from kraftsamling.lib.money import Kronor, grouped
from kraftsamling.programmes.models import Programme
from pilots.models import Snapshot

from . import boards
from .figures import Figure, Figures, counted
from .scope import Scope, whole_programme


def frozen(programme: Programme, *, on: date) -> list[dict[str, Any]]:
    """Every figure of the dashboards with its words in Swedish, its value and the number of rows behind it."""
    scope = whole_programme(programme, on=on)
    with translation.override("sv"):
        found = boards.everything(scope)
        rows = _row_counts(scope, found)
        return [
            {
                "key": figure.key,
                "label": str(figure.spec.name),
                "unit": "ore" if figure.is_money else "antal",
                "value": _plain(figure),
                "rows": rows.get(figure.key),
            }
            for figure in found.values()
        ]


def _row_counts(scope: Scope, found: Figures) -> dict[str, int]:
    specs = [replace(figure.spec, amount="") for figure in found.values() if figure.spec.base]
    return {key: figure.value for key, figure in counted(scope, specs).items()}


def _plain(figure: Figure) -> int:
    return figure.value.ore if isinstance(figure.value, Kronor) else int(figure.value)


class Compared(NamedTuple):
    """One figure then and now. None where it was not told of."""

    label: str
    then: str
    now: str
    difference: str
    url: str
    is_changed: bool


def compared(snapshot: Snapshot, scope: Scope, board: boards.Board) -> list[Compared]:
    """Every figure of a dashboard as the snapshot has it, in its order, and those that have come since."""
    today = board.figures(scope)
    kept = {row["key"]: row for row in snapshot.figures if row["key"].partition(".")[0] == board.prefix}
    rows = [_compared(row, today.get(key)) for key, row in kept.items()]
    return rows + [_new(figure) for key, figure in today.items() if key not in kept]


def _compared(row: dict[str, Any], figure: Figure | None) -> Compared:
    then = int(row["value"])
    if figure is None:
        return Compared(row["label"], _text(then, row["unit"]), "–", "–", "", is_changed=True)
    now = _plain(figure)
    return Compared(
        row["label"], _text(then, row["unit"]), figure.text, _signed(now - then, row["unit"]), figure.url, is_changed=now != then
    )


def _new(figure: Figure) -> Compared:
    return Compared(str(figure.spec.name), _("not told"), figure.text, "–", figure.url, is_changed=bool(figure.value))


def _text(value: int, unit: str) -> str:
    return str(Kronor.from_ore(value)) if unit == "ore" else grouped(value)


def _signed(value: int, unit: str) -> str:
    return ("+" if value > 0 else "") + _text(value, unit)
