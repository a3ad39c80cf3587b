"""What the draft of a decision begins with: the application's own data, and standard texts that the officer changes."""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from .decision_rules import has_european_money
from .models import Application, DecisionKind, Preparation


def first_draft(application: Application, *, presenter: str) -> dict[str, Any]:
    """Everything but the share, which is never worked out: it is for a human to decide."""
    version = application.handed_in
    preparation = Preparation.objects.filter(application=application).first()
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "kind": DecisionKind.GRANTED,
            "cap": version.sought,
            "eu_cofinanced": has_european_money(version.budget),
            "starts_on": version.starts_on,
            "ends_on": version.ends_on,
            "strategy_link": preparation.strategy_link if preparation else "",
            "presenter": presenter,
            "financing_plan": _financing_plan(application),
            "conditions": _(
                "The grant is paid afterwards, against accounts of actual expenditure that has been booked and paid during the "
                "period of the project. The accounts of the project are kept apart in the bookkeeping. Changes of money, period or "
                "owner must be approved in advance. The decision can be revoked and the grant claimed back wholly or partly under "
                "13 § of the ordinance (2003:596)."
            ),
            "follow_up": _(
                "The project reports as agreed, takes part in the joint learning of the programme, and is followed up every year."
            ),
            "final_report": _(
                "The final report, with the final account of costs and financing, is handed in no later than one month after the "
                "project has ended."
            ),
            "no_appeal": _("The decision may not be appealed (14 § of the ordinance 2003:596)."),
        }


def _financing_plan(application: Application) -> str:
    """Each financier with its sum, a line each."""
    sums: dict[str, Any] = {}
    for line in application.handed_in.budget.financing_lines.order_by("position", "year"):
        sums[line.financier] = sums[line.financier] + line.amount if line.financier in sums else line.amount
    return "\n".join(f"{financier}: {amount.exact}" for financier, amount in sums.items())
