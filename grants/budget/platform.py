"""The platform's own project as the region printed it (domain 7.2, AC-025 and AC-030…034): the golden table.

The öre are one of many sets that print the same cells. Used by the tests and by the demo data.
"""

from decimal import Decimal

from grants.models import Appropriation, CostCategory, FinancingRole
from kraftsamling.lib.money import Kronor

from .content import BudgetContent, CostPart, FinancingPart, added

YEARS = (2024, 2025, 2026)
INDIRECT_RATE = Decimal("21.39")
COUNTED_SHARE = Decimal("27.60")
DECIDED_SHARE = Decimal(28)
CAP = Kronor(800_609)

OWN_STAFF = (Kronor("456852.30"), Kronor("989804.10"), Kronor("554884.20"))
EXTERNAL_SERVICES = (Kronor(110_000), Kronor(170_000), Kronor(161_087))
TRAVEL = (Kronor(10_000), Kronor(10_000), Kronor(10_000))

PRINTED = {
    "own_staff": {"2024": 456_852, "2025": 989_804, "2026": 554_884, "total": 2_001_541},
    "external_services": {"2024": 110_000, "2025": 170_000, "2026": 161_087, "total": 441_087},
    "travel": {"2024": 10_000, "2025": 10_000, "2026": 10_000, "total": 30_000},
    "indirect": {"2024": 97_721, "2025": 211_719, "2026": 118_690, "total": 428_130},
    "costs": {"2024": 674_573, "2025": 1_381_523, "2026": 844_661, "total": 2_900_757},
    "financing.0": {"2024": 488_391, "2025": 1_000_223, "2026": 611_535, "total": 2_100_148},
    "financing.1": {"2024": 186_182, "2025": 381_300, "2026": 233_126, "total": 800_609},
    "financing": {"2024": 674_573, "2025": 1_381_523, "2026": 844_661, "total": 2_900_757},
}
"""All 32 cells of the signed document, by row and column."""


def content() -> BudgetContent:
    """Indirect costs by the rate, the grant by its share of the year's costs, and the rest is the region's own."""
    indirect = tuple(amount.percent(INDIRECT_RATE) for amount in OWN_STAFF)
    rows = {
        CostCategory.OWN_STAFF: OWN_STAFF,
        CostCategory.EXTERNAL_SERVICES: EXTERNAL_SERVICES,
        CostCategory.TRAVEL: TRAVEL,
        CostCategory.INDIRECT: indirect,
    }
    costs = [added(year) for year in zip(*rows.values(), strict=True)]
    grant = tuple(cost.percent(COUNTED_SHARE) for cost in costs)
    own = tuple(cost - part for cost, part in zip(costs, grant, strict=True))
    return BudgetContent(
        years=YEARS,
        costs=tuple(CostPart(category, "", in_kind=False, amounts=amounts) for category, amounts in rows.items()),
        financing=(
            FinancingPart(FinancingRole.OWN, "Egna medel (aktivitetsmedel)", True, False, Appropriation.OTHER, own),
            FinancingPart(FinancingRole.GRANT, "1:1-medel", True, False, Appropriation.REGIONAL, grant),
        ),
        indirect_rate=INDIRECT_RATE,
    )
