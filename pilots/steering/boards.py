"""The dashboards together: which figures there are, and where to find one by its key."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from . import money, platform, portfolio, yearly
from .figures import Figure, Figures, Spec
from .scope import Scope


class Board(NamedTuple):
    """A dashboard: the beginning of its keys, its name, its figures counted, and the address of its page."""

    prefix: str
    title: Any
    figures: Callable[[Scope], Figures]
    specs: Callable[[Scope], list[Spec]]
    url_name: str


BOARDS = (
    Board("pengar", _("Money"), money.figures, money.specs, "steering_money"),
    Board("projekt", _("Portfolio"), portfolio.figures, portfolio.specs, "steering_portfolio"),
    Board("plattform", _("The platform"), platform.figures, platform.specs, "steering_platform"),
    Board("ar", _("Yearly report"), yearly.figures, yearly.specs, "steering_yearly"),
)

KEPT = BOARDS[:3]
"""Those that a snapshot keeps: the yearly report is of another year."""


def board_of(key: str) -> Board:
    """The dashboard that a key belongs to. Raises Http404."""
    prefix = key.partition(".")[0]
    for board in BOARDS:
        if board.prefix == prefix:
            return board
    raise Http404


def spec_of(scope: Scope, key: str) -> Spec | None:
    """The figure with rows of its own that has the key, uncounted."""
    return next((spec for spec in board_of(key).specs(scope) if spec.key == key and spec.base), None)


def made_of(scope: Scope, key: str) -> tuple[Figure, list[tuple[int, Figure]]]:
    """A figure that is made of others, and those: (1 or −1, figure). Raises Http404."""
    found = board_of(key).figures(scope)
    if key not in found or not found[key].spec.parts:
        raise Http404
    return found[key], [(sign, found[part]) for sign, part in found[key].spec.parts]


def everything(scope: Scope) -> Figures:
    """All figures of all dashboards but the yearly report, which is of another year."""
    found: dict[str, Any] = {}
    for board in KEPT:
        found |= board.figures(scope)
    return Figures(found)
