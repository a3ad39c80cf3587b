"""What the letter of a decision is made of."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from kraftsamling.lib.dates import day_text

from . import decision_rules as rules
from .budget.store import table_of
from .models import Decision, Preparation, StateAid


def letter_title(decision: Decision) -> str:
    number = decision.application.sketch.registry_number or decision.application.sketch.number
    return f"{_('Decision')} {number}"


def letter_name(decision: Decision) -> str:
    sketch = decision.application.sketch
    return f"beslut-{sketch.number}-{decision.version}.pdf"


def letter_context(decision: Decision) -> dict[str, Any]:
    """The whole decision, readable without the database."""
    application = decision.application
    return {
        "decision": decision,
        "sketch": application.sketch,
        "organisation": application.sketch.organisation,
        "call": application.sketch.call,
        "version": decision.application_version,
        "parts": text_parts(decision),
        "table": table_of(decision.budget, decided_share=decision.share) if decision.is_grant else None,
        "computed_share": decision.application_version.sought.share_of(rules.counted_costs(decision.budget)),
        "aid": aid_sentence(decision) if decision.is_grant else "",
    }


def text_parts(decision: Decision) -> list[tuple[str, str]]:
    """The parts in words, in the order of the law, without those that are empty."""
    names = ["reasons", "strategy_link", "conditions", "follow_up", "financing_plan", "final_report"]
    rows = [(Decision._meta.get_field(name).verbose_name, getattr(decision, name)) for name in names]  # type: ignore[union-attr]
    return [(capfirst(str(label)), text) for label, text in rows if text]


def aid_sentence(decision: Decision) -> str:
    """What the recipient must be told about state aid, with amount and regulation when it is de minimis aid."""
    preparation = Preparation.objects.filter(application=decision.application_id).first()
    if preparation is None:
        return ""
    if preparation.state_aid == StateAid.NOT_AID:
        return _("The grant has been assessed as not being state aid in the meaning of Article 107.1 of the Treaty (TFEU).")
    if preparation.state_aid == StateAid.DE_MINIMIS and decision.cap is not None and preparation.euro_rate:
        return _(
            "The grant is de minimis aid under Regulation (EU) 2023/2831: at most %(cap)s, which is %(euro)s at the rate "
            "%(rate)s on %(day)s. It counts towards the most that one undertaking may get in three years, %(ceiling)s."
        ) % {
            "cap": decision.cap.exact,
            "euro": rules.euro_text(rules.in_euro(decision.cap, preparation.euro_rate)),
            "rate": f"{preparation.euro_rate:f}".replace(".", ","),
            "day": day_text(preparation.euro_rate_on),
            "ceiling": rules.euro_text(rules.DE_MINIMIS_CEILING),
        }
    return ""
