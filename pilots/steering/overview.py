"""The first page: the few figures that tell where the programme stands."""

from dataclasses import replace

from . import money, portfolio
from .figures import Figures, Spec, counted
from .scope import Scope

MONEY = ("frame", "granted", "released", "paid", "forecast", "left")
RISKS = "projekt.risk.nagon.antal"
RUNNING = "projekt.lage.pagar.antal"
TURNS = ("projekt.tur.sena", "projekt.tur.rapporter", "projekt.tur.betalningar", "projekt.tur.beslut")
SHOWN = (
    *(money.key_of(name) for name in ("frame", "granted", "paid", "forecast", "left")),
    RUNNING,
    RISKS,
    *TURNS,
)


def specs(scope: Scope) -> list[Spec]:
    """A selection of the figures of the other pages, so that they can never tell something else."""
    total = [spec for spec in money.whole(scope) if spec.key.split(".")[1] in {*MONEY, "remaining"}]
    if not scope.year:  # then the frames need not be read one by one
        total = [replace(spec, base=money.WHOLE_FRAMES) if spec.base is money.FRAMES else spec for spec in total]
    chosen = [spec for side in portfolio.sides_of(scope, "lage", "risk") for spec in side.specs() if spec.key in {RISKS, RUNNING}]
    return [*total, *portfolio.whole_specs()[:1], *chosen, *portfolio.turn_specs(scope)]


def figures(scope: Scope) -> Figures:
    return counted(scope, specs(scope))
