"""The registry of projects: terms, reports, indicators, payments."""

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
from .reports import (
    Indicator,
    IndicatorValue,
    PdfBuild,
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
    "Indicator",
    "IndicatorValue",
    "PaymentRequest",
    "Payout",
    "PayoutKind",
    "PdfBuild",
    "Project",
    "ProjectKind",
    "ProjectPartner",
    "Report",
    "ReportDraft",
    "ReportKind",
    "ReportVersion",
    "ReportedCost",
    "TeamMember",
    "Terms",
]
