"""A budget as the programme understands it: what each thing costs per year, and who pays (domain 1.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from grants.models import Appropriation, CostCategory, FinancingRole
from kraftsamling.lib.money import Kronor

ZERO = Kronor(0)


def added(amounts: Iterable[Kronor]) -> Kronor:
    return sum(amounts, ZERO)


@dataclass(frozen=True)
class CostPart:
    """What one thing costs, one amount for each of the budget's years."""

    category: str
    label: str
    in_kind: bool
    amounts: tuple[Kronor, ...]

    @property
    def total(self) -> Kronor:
        return added(self.amounts)


@dataclass(frozen=True)
class FinancingPart:
    """What one financier puts in, one amount for each of the budget's years."""

    role: str
    financier: str
    is_public: bool
    in_kind: bool
    appropriation: str
    amounts: tuple[Kronor, ...]

    @property
    def total(self) -> Kronor:
        return added(self.amounts)


@dataclass(frozen=True)
class BudgetContent:
    """Costs and financing, exact to the öre. Contributions in kind stand on both sides, and outside what the grant is counted on."""

    years: tuple[int, ...]
    costs: tuple[CostPart, ...]
    financing: tuple[FinancingPart, ...]
    indirect_rate: Decimal = Decimal(0)

    def of_year(self, parts: Iterable[Any], year: int) -> Kronor:
        place = self.years.index(year)
        return added(part.amounts[place] for part in parts)

    @property
    def total_cost(self) -> Kronor:
        return added(part.total for part in self.costs)

    @property
    def total_financing(self) -> Kronor:
        return added(part.total for part in self.financing)

    @property
    def in_kind(self) -> Kronor:
        """Costs that nobody pays for in money."""
        return added(part.total for part in self.costs if part.in_kind)

    @property
    def base(self) -> Kronor:
        """The costs that count: paid in money (förordning 2003:596, 11 §; domain 10, rule 15)."""
        return self.total_cost - self.in_kind

    def _financed(self, role: str) -> Kronor:
        return added(part.total for part in self.financing if part.role == role)

    @property
    def sought(self) -> Kronor:
        return self._financed(FinancingRole.GRANT)

    @property
    def own(self) -> Kronor:
        return self._financed(FinancingRole.OWN)

    @property
    def other(self) -> Kronor:
        return self._financed(FinancingRole.OTHER)

    @property
    def eu_cofinanced(self) -> bool:
        """Somebody else's money comes from ERDF or ESF+: then the law allows 60 per cent (förordning 2003:596, 5 §)."""
        return any(
            part.role == FinancingRole.OTHER and part.appropriation == Appropriation.EUROPEAN and not part.in_kind and part.total
            for part in self.financing
        )

    @property
    def share(self) -> Decimal | None:
        """Per cent of the costs that count, unrounded."""
        return self.sought.share_of(self.base)

    @property
    def own_share(self) -> Decimal | None:
        return self.own.share_of(self.total_cost)

    def as_json(self) -> dict[str, Any]:
        """For the frozen version: plain, with names beside keys, readable without the database."""
        return {
            "years": list(self.years),
            "indirect_rate": f"{self.indirect_rate.normalize():f}",
            "costs": [
                {
                    "category": _named(CostCategory, part.category),
                    "label": part.label,
                    "in_kind": part.in_kind,
                    "amounts": self._amounts(part.amounts),
                }
                for part in self.costs
            ],
            "financing": [
                {
                    "role": _named(FinancingRole, part.role),
                    "financier": part.financier,
                    "is_public": part.is_public,
                    "in_kind": part.in_kind,
                    "appropriation": _named(Appropriation, part.appropriation) if part.appropriation else None,
                    "amounts": self._amounts(part.amounts),
                }
                for part in self.financing
            ],
            **{name: str(getattr(self, name).amount) for name in ("total_cost", "in_kind", "base", "sought", "own", "other")},
        }

    def _amounts(self, amounts: tuple[Kronor, ...]) -> dict[str, str]:
        return {str(year): str(amount.amount) for year, amount in zip(self.years, amounts, strict=True)}


def _named(choices: Any, key: str) -> dict[str, str]:
    """Always in Swedish, whoever sends in: the frozen text is a public document, and its checksum must not hang on a language."""
    with override("sv"):
        return {"key": str(key), "name": str(choices(key).label)}
