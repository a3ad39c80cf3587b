"""What the pages of money show, gathered with few questions to the database."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.money import Kronor, KronorField

from . import accounts_of_money, payment_rules
from .models import CostEntry, PaymentRequest, Payout, Project
from .permissions import money as permissions
from .states import PaymentState, ProjectState
from .workroom import parts_of

ZERO = Kronor(0)


def _sum_of(column: str) -> Any:
    rows = CostEntry.objects.filter(request=OuterRef("pk")).order_by().values("request")
    sums = Subquery(rows.annotate(sum=Sum(column)).values("sum"), output_field=KronorField())
    return Coalesce(sums, Value(ZERO, output_field=KronorField()))


def with_sums(requests: Any) -> Any:
    return requests.annotate(asked_sum=_sum_of("amount"), approved_sum=_sum_of("approved"))


def workroom_context(project: Project, user: Any, *, at: datetime) -> dict[str, Any]:
    """The money of a project: where it stands, requests, payments, advances, recoveries, and what can be done now."""
    own = permissions.can_ask_for_money(user, project)
    requests = list(with_sums(PaymentRequest.objects.visible_to(user).filter(project=project)).order_by("-number"))
    standing = accounts_of_money.standing(project)
    obstacles = payment_rules.obstacles_to_begin(project, at=at) if own else []
    return {
        "project": project,
        "parts": parts_of(project, user),
        "open_part": "money",
        "own": own,
        "may_decide": permissions.can_decide_on_money(user, project),
        "standing": standing,
        "lines": accounts_of_money.lines_of(standing),
        "requests": requests,
        "being_written": next((one for one in requests if one.is_being_written), None) if own else None,
        "to_review": next((one for one in requests if one.state == PaymentState.SUBMITTED), None),
        "payouts": list(Payout.objects.filter(project=project).select_related("request").order_by("-decided_at", "-pk")),
        "advances": list(project.advances.order_by("-asked_at")),
        "recoveries": list(project.recoveries.order_by("-opened_at")),
        "settlement": getattr(project, "settlement", None) if project.state != ProjectState.RUNNING else None,
        "obstacles": obstacles,
        "last_day": payment_rules.last_request_day(project),
        "running": project.state == ProjectState.RUNNING,
    }


def request_context(payment: PaymentRequest, user: Any, *, at: datetime) -> dict[str, Any]:
    """One request: what the rules ask of its rows, its files, and the calculation as it was decided."""
    facts = payment_rules.facts_of(payment, on=stockholm_today(at))
    return {
        "payment": payment,
        "project": payment.project,
        "parts": parts_of(payment.project, user),
        "open_part": "money",
        "facts": facts,
        "asked": facts.asked,
        "approved": facts.approved,
        "links": list(payment.files.filter(removed_at=None).select_related("file").order_by("added_at", "pk")),
        "lines": accounts_of_money.thawed(payment.calculation),
    }


def versions_of(payment: PaymentRequest) -> list[Any]:
    """As it has been sent in, the newest first, without the rows."""
    return list(payment.versions.select_related("submitted_by").defer("content").order_by("-number"))
