"""What the actions of money share: the project's row is locked first, references are given in order, and who is told."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from kraftsamling.lib.money import Kronor
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category
from kraftsamling.programmes.models import Role
from pilots.models import Project
from pilots.report_people import officers_of_project

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
    return officers_of_project(project, Role.FINANCE_OFFICER)
