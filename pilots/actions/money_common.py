"""What the actions of money share: the project's row is locked first, references are given in order, and who is told."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from grants.actions.receivers import officers_of
from kraftsamling.accounts.models import Membership, User
from kraftsamling.lib.money import Kronor
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category
from kraftsamling.programmes.models import Role
from pilots.models import Project

ZERO = Kronor(0)


def lock_project(project: Project) -> Project:
    """The row as it is now, held until the end of the transaction: money is decided on by one at a time."""
    return Project.objects.select_for_update(of=("self",)).select_related(
        "owner", "programme", "budget", "application__sketch__call", "decision"
    ).get(pk=project.pk)  # fmt: skip


def next_reference(project: Project) -> str:
    """On the payment, in the file and on the owner's account: KS, the project, and which of its payments."""
    return f"KS{project.pk:05d}-{project.payouts.count() + 1}"


def members_of(project: Project) -> "QuerySet[Any]":
    found: QuerySet[Any] = project.owner.members.filter(is_active=True)
    return found


def staff_of(project: Project, *roles: str) -> "QuerySet[Any]":
    """Those with the role who are of no organisation that takes part and in no conflict of interest."""
    if project.application_id:
        return officers_of(project.application.sketch, *roles)  # type: ignore[union-attr]
    taking_part = Membership.objects.filter(organisation=project.owner_id).values("user")
    found = User.objects.filter(is_active=True, roles__programme=project.programme_id, roles__role__in=roles)
    free: QuerySet[Any] = found.exclude(pk__in=taking_part).distinct().order_by("pk")
    return free


def tell(
    kind: str, project: Project, *, to: Any, path: str, key: str, at: datetime, category: str = Category.CASE, **words: Any
) -> None:
    """A message in the case; hidden on the outbox page from those the case is closed to."""
    outbox.promise(
        f"pilots/{kind}",
        to=to,
        context={
            "title": project.title,
            "organisation": project.owner.name,
            "number": project.registry_number,
            "path": path,
            **words,
        },
        category=category,
        about=project.application.sketch if project.application_id else project,  # type: ignore[union-attr]
        programme_id=project.programme_id,
        dedupe_key=key,
        at=at,
    )


def economists_of(project: Project) -> "QuerySet[Any]":
    return staff_of(project, Role.FINANCE_OFFICER)
