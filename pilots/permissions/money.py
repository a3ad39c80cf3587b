"""Who may do what with the money of a project: predicates only, never when."""

from typing import Any

from kraftsamling.programmes.models import Programme, Role
from kraftsamling.programmes.permissions import has_role
from pilots.models import Project

DECIDES_ON_MONEY = (Role.FINANCE_OFFICER, Role.DECISION_MAKER)


def can_ask_for_money(user: Any, project: Project) -> bool:
    """Payment, advance, and the answer when recovery is considered: any member of the owner."""
    return bool(user.is_authenticated and project.owner_id in user.organisation_ids)


def can_review_payment(user: Any, project: Project) -> bool:
    """The economist of the programme: not in conflict of interest, and of no organisation that takes part."""
    return _handles(user, project, Role.FINANCE_OFFICER)


def can_decide_on_money(user: Any, project: Project) -> bool:
    """Advance, recovery and final settlement: the economist or a decision maker, as the delegation has it."""
    return _handles(user, project, *DECIDES_ON_MONEY)


def can_see_payouts(user: Any, programme: Programme | int) -> bool:
    return has_role(user, programme, Role.FINANCE_OFFICER)


def _handles(user: Any, project: Project, *roles: Role) -> bool:
    if not user.is_authenticated or takes_part(user, project):
        return False
    return Project.objects.handled_by(user, *roles).filter(pk=project.pk).exists()


def takes_part(user: Any, project: Project) -> bool:
    """Belongs to the owner or to a partner: nobody pays out to their own organisation."""
    theirs = user.organisation_ids
    return project.owner_id in theirs or (bool(theirs) and project.partners.filter(organisation__in=theirs).exists())
