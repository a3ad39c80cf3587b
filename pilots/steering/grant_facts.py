"""What is written down of a grant when it is decided: in which years its money falls, and what the yearly report counts it by."""

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.utils import translation

from grants.spreading import spread_over_years

PERSPECTIVES = ("economy", "environment", "integration", "gender_equality")
"""The four perspectives of sustainability that an application tells of (förordning 2003:596, 8 §)."""


def told_in(content: Mapping[str, Any]) -> dict[str, Any]:
    """The strategic area and the perspectives in a frozen application, which holds the words and not the keys."""
    from grants.forms.applications import STRATEGY_AREAS  # noqa: PLC0415 - the registry starts before forms are needed

    rows = {row["name"]: row["text"] for section in content.get("sections", ()) for row in section["rows"]}
    areas: dict[str, str] = {}
    for language in ("sv", "en"):
        with translation.override(language):
            areas |= {str(label): key for key, label in STRATEGY_AREAS.items()}
    perspectives = {name: bool(rows.get(f"sustainability_{name}", "").strip()) for name in PERSPECTIVES}
    return {"strategy_area": areas.get(rows.get("strategy_area", ""), ""), **perspectives}


def keep(decision: Any, *, models: Any = apps) -> None:
    """Writes down the years and the facts of a grant. A decision is never changed afterwards: a correction is a new one."""
    grant_year, grant_facts = models.get_model("pilots", "GrantYear"), models.get_model("pilots", "GrantFacts")
    lines: dict[int, int] = {}
    for line in models.get_model("grants", "FinancingLine").objects.filter(budget=decision.budget_id, role="grant"):
        lines[line.year] = lines.get(line.year, 0) + line.amount.ore
    parts = spread_over_years(decision.cap, lines, decision.starts_on, decision.ends_on)
    grant_year.objects.bulk_create(
        grant_year(decision_id=decision.pk, year=year, amount=amount) for year, amount in parts.items()
    )
    grant_facts.objects.create(decision_id=decision.pk, **told_in(decision.application_version.content))
