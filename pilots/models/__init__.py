"""The registry of projects: terms, reports, indicators, payments."""

from .payments import CostEntry, PaymentRequest, Payout, PayoutKind
from .projects import CASE_READERS, PROJECT_READERS, Continuation, Project, ProjectKind, ProjectPartner, TeamMember, Terms
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
from .steering import (
    FIGURE_READERS,
    ROW_READERS,
    GrantFacts,
    GrantYear,
    MonthlyLetter,
    OutcomeImport,
    PlatformOutcome,
    Snapshot,
    YearlyReport,
)

__all__ = [
    "CASE_READERS",
    "FIGURE_READERS",
    "PROJECT_READERS",
    "ROW_READERS",
    "Continuation",
    "CostEntry",
    "GrantFacts",
    "GrantYear",
    "Indicator",
    "IndicatorValue",
    "MonthlyLetter",
    "OutcomeImport",
    "PaymentRequest",
    "Payout",
    "PayoutKind",
    "PdfBuild",
    "PlatformOutcome",
    "Project",
    "ProjectKind",
    "ProjectPartner",
    "Report",
    "ReportDraft",
    "ReportKind",
    "ReportVersion",
    "ReportedCost",
    "Snapshot",
    "TeamMember",
    "Terms",
    "YearlyReport",
]
