"""The letter of a change decision: laid beside it and mailed, once."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from kraftsamling.accounts.models import User
from kraftsamling.files.models import StoredFile
from kraftsamling.lib.transitions import claim
from kraftsamling.notifications import outbox
from pilots.models import ChangeDecision


@transaction.atomic
def attach_change_letter(decision: ChangeDecision, *, pdf: StoredFile, at: datetime | None = None) -> None:
    """The whole decision to who asked, and to who owns the project from now on (förvaltningslagen 33 §)."""
    at = at or timezone.now()
    claim(decision, expecting={"letter": None}, letter=pdf)

    change, project = decision.request, decision.request.project
    outbox.promise(
        "pilots/change_decided",
        to=User.objects.filter(is_active=True, memberships__organisation__in=_parties(decision)).distinct(),
        context={
            "title": project.title,
            "granted": decision.is_granted,
            "wording": decision.wording,
            "reasons": decision.reasons,
            "item": decision.item,
            "path": change.get_absolute_url(),
        },
        about=project,
        programme_id=project.programme_id,
        dedupe_key=f"change-decided-{change.pk}",
        attachment=pdf,
        at=at,
    )


def _parties(decision: ChangeDecision) -> set[Any]:
    terms = getattr(decision, "terms", None)
    return {decision.request.organisation_id, terms.owner_id if terms else decision.request.organisation_id}
