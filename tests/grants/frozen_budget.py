"""A budget as it is frozen in a version, read back: nothing may be lost on the way."""

from decimal import Decimal

from grants.budget.content import BudgetContent, CostPart, FinancingPart
from kraftsamling.lib.money import Kronor


def content_from_json(kept):
    """What `as_json` wrote, back again."""
    years = tuple(int(year) for year in kept["years"])

    def amounts(part):
        return tuple(Kronor(part["amounts"][str(year)]) for year in years)

    return BudgetContent(
        years=years,
        costs=tuple(CostPart(p["category"]["key"], p["label"], p["in_kind"], amounts(p)) for p in kept["costs"]),
        financing=tuple(
            FinancingPart(
                p["role"]["key"],
                p["financier"],
                p["is_public"],
                p["in_kind"],
                (p["appropriation"] or {}).get("key", ""),
                amounts(p),
            )
            for p in kept["financing"]
        ),
        indirect_rate=Decimal(kept["indirect_rate"]),
    )
