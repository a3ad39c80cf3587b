"""What can happen to a suggestion of reviewers: the process leader accepts it, as it stands or changed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from grants import permissions
from grants.models import Call, Sketch, Step
from kraftsamling.accounts.models import User

from .reviews import assign_reviewers


@transaction.atomic
def accept_suggestion(
    call: Call, *, chosen: Mapping[User, Iterable[Sketch]], step: str = Step.SKETCH, by: Any, at: datetime | None = None
) -> tuple[int, int]:
    """Gives each reviewer the sketches, or their applications, chosen for them, with one mail each. Gives (assigned, passed over)."""
    at = at or timezone.now()
    permissions.require(permissions.can_assign_reviewers(by, call))

    given = [
        assign_reviewers(call, sketches=sketches, reviewers=[reviewer], step=step, by=by, at=at)
        for reviewer, sketches in chosen.items()
    ]
    return sum(assigned for assigned, _passed in given), sum(passed for _assigned, passed in given)
