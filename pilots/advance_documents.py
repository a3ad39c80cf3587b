"""The decision on an advance as a document: granted or not, within which limits, why, and how the advance is set off.

Made from what was frozen when it was decided: the same bytes each time.
"""

from typing import Any

from django.utils.translation import gettext as _

from kraftsamling.lib.money import Kronor
from pilots import accounts_of_money
from pilots.models import Advance, DocumentBuild
from pilots.money_documents import Letter
from pilots.permissions import money as permissions

WITH_CHECK = "kontroll"
"""The edition with what the check of the owner's finances showed: for those who decide, as on the page."""


def _decided() -> Any:
    return Advance.objects.decided_on().select_related("project")


def _context(made: Advance, edition: str) -> dict[str, Any]:
    return {
        "granted": made.amount,
        "asked_by": made.facts.get("asked_by") or str(made.asked_by),
        "lines": accounts_of_money.thawed(made.facts),
        "set_off_at": Kronor(made.facts["set_off_at"]) if "set_off_at" in made.facts else None,
        "check": made.financial_check if edition == WITH_CHECK else "",
    }


def _may_read(user: Any, build: DocumentBuild) -> bool:
    """Who reads the page; the check, who reads it there."""
    found = Advance.objects.visible_to(user).decided_on().select_related("project").filter(pk=build.subject_id).first()
    if found is None or build.key not in {"", WITH_CHECK}:
        return False
    return not build.key or (bool(found.financial_check) and permissions.can_decide_on_money(user, found.project))


LETTER = Letter(
    kind="advance_decision",
    template="pdf/pilots/advance_decision.html",
    file_name="forskottsbeslut",
    heading=lambda: _("Decision on an advance"),
    decided=_decided,
    context=_context,
    readers=_may_read,
    back=Advance.get_absolute_url,
)
LETTER.register()
