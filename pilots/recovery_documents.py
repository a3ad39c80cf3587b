"""The decision on a recovery as a document: ground, amount per payment, interest, and the hearing that came first.

Also the decision that nothing is recovered. Made from what was frozen when it was decided: the same bytes each time.
"""

from typing import Any

from django.utils.translation import gettext as _

from kraftsamling.lib.money import Kronor
from pilots.models import DocumentBuild, Recovery, RecoveryGround
from pilots.money_documents import Letter
from pilots.states import RecoveryState


def _decided() -> Any:
    return Recovery.objects.decided_on().select_related("project")


def _context(made: Recovery, edition: str) -> dict[str, Any]:
    return {
        "is_dropped": made.state == RecoveryState.DROPPED,
        "amount": made.amount or Kronor(0),
        "parts": list(made.parts.select_related("payout").order_by("payout__paid_on", "payout_id")),
        "is_overpaid": made.ground == RecoveryGround.OVERPAID,
        "opened_by": made.facts.get("opened_by") or str(made.opened_by),
        "answered_by": made.facts.get("answered_by") or str(made.answered_by or ""),
        "is_running": made.facts.get("is_running"),
    }


def _may_read(user: Any, build: DocumentBuild) -> bool:
    """Who reads the page."""
    return not build.key and Recovery.objects.visible_to(user).decided_on().filter(pk=build.subject_id).exists()


LETTER = Letter(
    kind="recovery_decision",
    template="pdf/pilots/recovery_decision.html",
    file_name="aterkravsbeslut",
    heading=lambda: _("Decision on recovery"),
    decided=_decided,
    context=_context,
    readers=_may_read,
    back=Recovery.get_absolute_url,
)
LETTER.register()
