"""What stands in the way of a payment request, and what would be right: asked before the hand-in and at it."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.models import CostCategory
from grants.rules import percent_text
from kraftsamling.lib.dates import day_text, months_after, stockholm_today
from kraftsamling.lib.money import Kronor, KronorField

from .change_rules import tolerance_of
from .entitlement import largest_indirect
from .models import CostEntry, PaymentFile, PaymentFileKind, PaymentRequest, Project, Report, ReportKind
from .states import PaymentState, ProjectState, ReportState

ZERO = Kronor(0)
REQUIRED_FILES = (PaymentFileKind.LEDGER, PaymentFileKind.INCOME)
SHOWN = 5
"""Vouchers named in a sentence; the rest are counted."""
_NOT_APPROVED = [ReportState.PLANNED, ReportState.SUBMITTED, ReportState.RETURNED]


class Obstacle(NamedTuple):
    """What is wrong or remains, in words, and where on the page it is put right."""

    text: str
    place: str = ""


class Facts(NamedTuple):
    """All that the rules ask of the rows of a request, and of those decided before it: two questions to the database."""

    asked: Kronor
    approved: Kronor
    count: int
    left: int
    """Rows that have not been assessed."""
    outside: int
    ahead: int
    own: dict[str, Kronor]
    """Own staff in this request, by column: what is asked for, what is approved."""
    indirect: dict[str, Kronor]
    decided: Kronor
    decided_own: Kronor
    decided_indirect: Kronor


def facts_of(request: PaymentRequest, *, on: date) -> Facts:
    project = request.project
    own, indirect = Q(category=CostCategory.OWN_STAFF), Q(category=CostCategory.INDIRECT)
    rows = CostEntry.objects.filter(request=request).aggregate(
        asked_sum=Sum("amount"),
        approved_sum=Sum("approved"),
        count=Count("pk"),
        left=Count("pk", filter=Q(approved=None)),
        outside=Count("pk", filter=Q(booked_on__lt=project.starts_on) | Q(booked_on__gt=project.ends_on)),
        ahead=Count("pk", filter=Q(booked_on__gt=on)),
        own=Sum("amount", filter=own),
        own_approved=Sum("approved", filter=own),
        indirect=Sum("amount", filter=indirect),
        indirect_approved=Sum("approved", filter=indirect),
    )
    before = CostEntry.objects.filter(request__project=project, request__state=PaymentState.DECIDED).exclude(request=request)
    decided = before.aggregate(all=Sum("approved"), own=Sum("approved", filter=own), indirect=Sum("approved", filter=indirect))
    return Facts(
        asked=rows["asked_sum"] or ZERO,
        approved=rows["approved_sum"] or ZERO,
        count=rows["count"],
        left=rows["left"],
        outside=rows["outside"],
        ahead=rows["ahead"],
        own={"amount": rows["own"] or ZERO, "approved": rows["own_approved"] or ZERO},
        indirect={"amount": rows["indirect"] or ZERO, "approved": rows["indirect_approved"] or ZERO},
        decided=decided["all"] or ZERO,
        decided_own=decided["own"] or ZERO,
        decided_indirect=decided["indirect"] or ZERO,
    )


# ---- May one be begun at all


def last_request_day(project: Project) -> date:
    """As the call says of the final report; one month after the end where there is no call (domain 1.12)."""
    months = settings.PAYMENT_LAST_REQUEST_MONTHS
    if project.application_id:
        months = project.application.sketch.call.final_report_months  # type: ignore[union-attr]
    return months_after(project.ends_on, months)


def wants_reports(project: Project) -> bool:
    return not project.application_id or project.application.sketch.call.report_before_payment  # type: ignore[union-attr]


def obstacles_to_begin(project: Project, *, at: datetime) -> list[Obstacle]:
    open_one = PaymentRequest.objects.open().filter(project=project).first()
    found = list(_of_project(project, on=stockholm_today(at)))
    if open_one is not None:
        found.append(
            Obstacle(
                _("Request %(number)d is open: %(state)s. A new one can be begun when it is decided or withdrawn.")
                % {"number": open_one.number, "state": open_one.get_state_display().lower()}
            )
        )
    return [*found, *_of_reports(project, on=stockholm_today(at))]


def _of_project(project: Project, *, on: date) -> Iterable[Obstacle]:
    if project.state != ProjectState.RUNNING:
        yield Obstacle(_("The project is closed, so no payment can be asked for."))
    elif on > last_request_day(project):
        yield Obstacle(
            _("The last day to ask for payment was %(day)s. Write to the officer of the project if something is left.")
            % {"day": day_text(last_request_day(project))}
        )
    elif on < project.starts_on:
        yield Obstacle(
            _("The project starts on %(day)s. Costs from that day on can be asked for.") % {"day": day_text(project.starts_on)}
        )


def _of_reports(project: Project, *, on: date) -> Iterable[Obstacle]:
    if not wants_reports(project):
        return
    due = Report.objects.filter(project=project, state__in=_NOT_APPROVED, due_on__lt=on).exclude(kind=ReportKind.FINAL)
    for report in due.order_by("due_on", "number")[:SHOWN]:
        words = {"report": str(report), "day": day_text(report.due_on)}
        if report.state == ReportState.SUBMITTED:
            yield Obstacle(_("%(report)s, due %(day)s, waits to be approved. Send in the request when it has been.") % words)
        else:
            yield Obstacle(_("%(report)s was due on %(day)s. Send it in; when it is approved you can ask for payment.") % words)


# ---- May this one be sent in


def obstacles(request: PaymentRequest, *, at: datetime, facts: Facts | None = None) -> list[Obstacle]:
    """Everything that stops the hand-in. A request returned for completion keeps its place though the last day has passed."""
    on = stockholm_today(at)
    facts = facts or facts_of(request, on=on)
    first = [] if request.state == PaymentState.RETURNED else [*_of_project(request.project, on=on)]
    if request.state == PaymentState.RETURNED and request.return_due_on and on > request.return_due_on:
        first.append(
            Obstacle(
                _("It should have been completed by %(day)s. Ask the economist for more time; what you have written is kept.")
                % {"day": day_text(request.return_due_on)}
            )
        )
    return [
        *first,
        *_of_reports(request.project, on=on),
        *_of_account(request.project),
        *_of_lines(request, facts, on=on),
        *_of_files(request),
        *indirect_obstacles(request, facts),
    ]


def wants_auditor(project: Project) -> bool:
    """By the size of the grant, which is not changed by asking for it in smaller parts (domain 2.5). Never, if nothing is set."""
    least = settings.PAYMENT_AUDITOR_FROM
    return bool(least) and project.cap >= Kronor(least)


def _of_account(project: Project) -> Iterable[Obstacle]:
    if not project.account:
        yield Obstacle(_("Write which account the money is to be paid to. It must be the organisation's own."), "konto")


def _of_lines(request: PaymentRequest, facts: Facts, *, on: date) -> Iterable[Obstacle]:
    project, entries = request.project, CostEntry.objects.filter(request=request)
    if not facts.count:
        yield Obstacle(_("There are no costs yet. Write them, paste them, or take them in from a file."), "rader")
    if facts.outside:
        outside = entries.filter(Q(booked_on__lt=project.starts_on) | Q(booked_on__gt=project.ends_on))
        words = {
            "first": day_text(project.starts_on),
            "last": day_text(project.ends_on),
            "vouchers": _named(outside, facts.outside),
        }
        yield Obstacle(
            _("Outside the project's period, %(first)s–%(last)s: %(vouchers)s. Take the rows away, or correct the day.") % words,
            "rader",
        )
    if facts.ahead:
        yield Obstacle(
            _("Booked on a day that has not come: %(vouchers)s. Only what is booked and paid can be asked for.")
            % {"vouchers": _named(entries.filter(booked_on__gt=on), facts.ahead)},
            "rader",
        )


def _named(entries: Any, count: int) -> str:
    rows = list(entries.order_by("position").values_list("voucher", flat=True)[:SHOWN])
    said = ", ".join(rows)
    more = count - len(rows)
    return said + (" " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more} if more else "")


def _of_files(request: PaymentRequest) -> Iterable[Obstacle]:
    there = set(PaymentFile.objects.filter(request=request, removed_at=None).values_list("kind", flat=True))
    wanted = {
        PaymentFileKind.LEDGER: _("Attach the ledger of the project (huvudbok) for the period."),
        PaymentFileKind.INCOME: _("Attach the income statement of the project (resultatrapport) for the period."),
    }
    for kind in REQUIRED_FILES:
        if kind not in there:
            yield Obstacle(wanted[kind], "bilagor")
    if wants_auditor(request.project) and PaymentFileKind.AUDITOR not in there:
        yield Obstacle(
            _("Attach an auditor's certificate: it is asked for when the grant is at least %(amount)s.")
            % {"amount": Kronor(settings.PAYMENT_AUDITOR_FROM).exact},
            "bilagor",
        )


# ---- Indirect costs


class Indirect(NamedTuple):
    """Indirect costs against the decided rate on own staff, accumulated from the start (domain 10, rule 15)."""

    rate: Decimal
    own_staff: Kronor
    asked: Kronor
    most: Kronor

    @property
    def left(self) -> Kronor:
        return self.most - self.asked

    @property
    def is_above(self) -> bool:
        return self.asked > self.most


def indirect_of(request: PaymentRequest, facts: Facts, *, column: str = "amount") -> Indirect:
    """Of this request and those decided before it. `column` is what is asked for, or what is approved."""
    own = facts.decided_own + facts.own[column]
    rate = request.project.budget.indirect_rate
    return Indirect(rate, own, facts.decided_indirect + facts.indirect[column], largest_indirect(rate, own))


def indirect_obstacles(request: PaymentRequest, facts: Facts, *, column: str = "amount") -> Iterable[Obstacle]:
    found = indirect_of(request, facts, column=column)
    if found.is_above:
        yield Obstacle(
            _("Indirect costs are %(asked)s. The decided rate, %(rate)s per cent of own staff, gives at most %(most)s.")
            % {"asked": found.asked.exact, "rate": percent_text(found.rate), "most": found.most.exact},
            "rader",
        )


# ---- What is only asked about


def above_budget(request: PaymentRequest) -> list[str]:
    """Cost categories that come to more than the decided budget and the tolerance, from the start (domain 2.5; 10, rule 14).

    The economist decides; a change decision is what makes room for it. In a row that is assessed, what is approved counts.
    """
    project = request.project
    budget = dict(project.budget.cost_lines.filter(in_kind=False).order_by().values_list("category").annotate(sum=Sum("amount")))
    rows = CostEntry.objects.filter(Q(request=request) | Q(request__state=PaymentState.DECIDED), request__project=project)
    counted = Sum(Coalesce("approved", "amount"), output_field=KronorField())
    booked = dict(rows.order_by().values_list("category").annotate(sum=counted))
    tolerance = tolerance_of(project)
    told = (_above(category, booked.get(category, ZERO), budget.get(category, ZERO), tolerance) for category in CostCategory)
    return [text for text in told if text]


def _above(category: CostCategory, booked: Kronor, budget: Kronor, tolerance: Decimal) -> str:
    if booked <= max(budget + budget.percent(tolerance), ZERO):
        return ""
    words = {"category": category.label, "booked": booked.exact, "budget": budget.exact, "share": percent_text(tolerance)}
    if not budget:
        return _("%(category)s: %(booked)s since the start, but the decided budget has nothing for it.") % words
    return (
        _(
            "%(category)s: %(booked)s since the start, and the budget has %(budget)s. Above %(share)s per cent more, it takes a change."
        )
        % words
    )


def repeated_vouchers(request: PaymentRequest) -> list[tuple[str, int]]:
    """(voucher, number of the request) of vouchers that stand in an earlier request too."""
    earlier = (
        CostEntry.objects.filter(request__project=request.project_id)
        .exclude(request=request.pk)
        .exclude(request__state=PaymentState.WITHDRAWN)
        .filter(voucher__in=CostEntry.objects.filter(request=request).values("voucher"))
    )
    pairs = earlier.order_by("voucher", "request__number").values_list("voucher", "request__number").distinct()
    return list(pairs[:50])


def warnings(request: PaymentRequest) -> list[str]:
    """Does not stop the hand-in: a voucher may be split between requests."""
    found = repeated_vouchers(request)
    if not found:
        return []
    said = ", ".join(_("%(voucher)s (request %(number)d)") % {"voucher": voucher, "number": n} for voucher, n in found[:SHOWN])
    more = len(found) - SHOWN
    if more > 0:
        said += " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
    return [
        _("These vouchers stand in an earlier request too: %(vouchers)s. Check that no cost is asked for twice.")
        % {"vouchers": said}
    ]
