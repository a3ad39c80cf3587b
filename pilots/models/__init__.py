"""The registry of projects: terms, reports, indicators, payments."""

from .builds import DocumentBuild
from .changes import CalendarFeed, ChangeDecision, ChangeOutcome, ChangeRequest
from .payments import CostEntry, PaymentRequest, Payout, PayoutKind
from .projects import (
    CASE_READERS,
    PROJECT_READERS,
    PUBLISHERS,
    Continuation,
    Project,
    ProjectKind,
    ProjectPartner,
    TeamMember,
    Terms,
)
from .report_work import ReportFile, ReportReminder, ReportReview, ReviewOutcome
from .reports import (
    Indicator,
    IndicatorValue,
    Report,
    ReportDraft,
    ReportedCost,
    ReportKind,
    ReportVersion,
)

__all__ = [
    "CASE_READERS",
    "PROJECT_READERS",
    "PUBLISHERS",
    "CalendarFeed",
    "ChangeDecision",
    "ChangeOutcome",
    "ChangeRequest",
    "Continuation",
    "CostEntry",
    "DocumentBuild",
    "Indicator",
    "IndicatorValue",
    "PaymentRequest",
    "Payout",
    "PayoutKind",
    "Project",
    "ProjectKind",
    "ProjectPartner",
    "Report",
    "ReportDraft",
    "ReportFile",
    "ReportKind",
    "ReportReminder",
    "ReportReview",
    "ReportVersion",
    "ReportedCost",
    "ReviewOutcome",
    "TeamMember",
    "Terms",
]
