"""What a decision on money says of its case, gathered when it is decided and kept with it: later names change nothing in it.

The words are in the language of decisions, readable without the code that made them.
"""

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from grants.models import FrameRelease, ReleaseReason
from kraftsamling.lib.money import Kronor
from kraftsamling.programmes.permissions import has_role

from . import accounts_of_money, entitlement
from .accounts_of_money import Line
from .entitlement import Basis
from .models import Advance, Payout, Project, Recovery
from .permissions.money import DECIDES_ON_MONEY
from .states import ProjectState

ZERO = Kronor(0)


def of_case(project: Project, *, by: Any, presenter: str) -> dict[str, Any]:
    """Which case, what its grant is, and who decides (förvaltningslagen 31 §)."""
    return {
        "programme": project.programme.name,
        "project": project.title,
        "registry_number": project.registry_number,
        "owner": project.owner.name,
        "org_number": project.owner.org_number,
        "share": str(project.share),
        "cap": str(project.cap.amount),
        "starts_on": project.starts_on.isoformat(),
        "ends_on": project.ends_on.isoformat(),
        "decided_by": str(by),
        "decided_as": [role for role in DECIDES_ON_MONEY if has_role(by, project.programme_id, role)],
        "presenter": presenter.strip(),
    }


# ---- An advance


def of_advance(made: Advance, project: Project, *, amount: Kronor, by: Any, presenter: str) -> dict[str, Any]:
    """With how much could be advanced, and from which costs the advance has been set off."""
    basis = accounts_of_money.basis_of(project)
    with translation.override(settings.LANGUAGE_CODE):
        lines = accounts_of_money.kept(_advance_lines(basis, asked=made.asked, granted=amount))
    costs = entitlement.costs_that_answer_for(basis.paid + basis.revoked + amount, basis.share)
    said = {"asked_by": str(made.asked_by), "lines": lines, "set_off_at": str(costs.amount)}
    return of_case(project, by=by, presenter=presenter) | said


def _advance_lines(basis: Basis, *, asked: Kronor, granted: Kronor) -> list[Line]:
    half, room = entitlement.half_of(basis.cap), entitlement.room_for_advance(basis)
    lawful = min(half, entitlement.LARGEST_ADVANCE)
    law, decision = accounts_of_money.law("11 §"), _("the decision")
    earlier = [Line("advances", _("Advanced earlier"), -basis.advances, "", True)] if basis.advances else []
    return [
        Line("cap", _("The most that the grant can become"), basis.cap, decision, True),
        Line("half", _("Half of it, in whole kronor"), half, law, half == lawful),
        Line("ceiling", _("The most that a project can be advanced in all"), entitlement.LARGEST_ADVANCE, law, half != lawful),
        *earlier,
        Line(
            "room", _("What is left of the grant to pay before the final report"), room, decision, room < lawful - basis.advances
        ),
        Line("most", _("What could be advanced at most"), entitlement.most_advanced(basis), law, True),
        Line("asked", _("What was asked for"), asked, "", True),
        Line("granted", _("Is advanced"), granted, law, True),
    ]


# ---- A recovery


def of_recovery(made: Recovery, project: Project, *, by: Any, presenter: str, whole: bool = False) -> dict[str, Any]:
    """With who was heard by whom, and whether payments are to come that it can be set off against."""
    said = {
        "opened_by": str(made.opened_by),
        "answered_by": str(made.answered_by or ""),
        "is_running": project.state == ProjectState.RUNNING and not whole,
    }
    return of_case(project, by=by, presenter=presenter) | said


# ---- The final settlement


def of_settlement(project: Project, *, to_repay: Kronor, by: Any, presenter: str) -> dict[str, Any]:
    """With what had been paid until then, and what was decided to be repaid and had not come back. Before anything is paid."""
    payouts = Payout.objects.filter(project=project).counting().order_by("paid_on", "pk")
    with translation.override(settings.LANGUAGE_CODE):
        paid = [
            {
                "reference": payout.reference, "kind": payout.get_kind_display(), "amount": str(payout.amount.amount),
                "paid_on": payout.paid_on.isoformat() if payout.paid_on else "",
            }
            for payout in payouts
        ]  # fmt: skip
    return of_case(project, by=by, presenter=presenter) | {"payments": paid, "to_repay": str(to_repay.amount)}


def of_release(project: Project) -> dict[str, Any]:
    """The frame that what is left goes back to: none for a grant that was decided elsewhere."""
    if project.application is None:
        return {}
    releases = FrameRelease.objects.filter(application=project.application, reason=ReleaseReason.SETTLEMENT)
    year = releases.values_list("year", flat=True).last()
    return {"frame": {"call": project.application.sketch.call.title, "year": year}}
