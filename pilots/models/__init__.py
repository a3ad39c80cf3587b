"""The registry of projects: terms, reports, indicators, payments."""

from .advances import Advance, Recovery, RecoveryGround, RecoveryPart
from .payments import CostEntry, PaymentFile, PaymentFileKind, PaymentRequest, PaymentVersion
from .payouts import Payout, PayoutBatch, PayoutKind, Settlement
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

__all__ = [
    "CASE_READERS",
    "PROJECT_READERS",
    "Advance",
    "Continuation",
    "CostEntry",
    "Indicator",
    "IndicatorValue",
    "PaymentFile",
    "PaymentFileKind",
    "PaymentRequest",
    "PaymentVersion",
    "Payout",
    "PayoutBatch",
    "PayoutKind",
    "PdfBuild",
    "Project",
    "ProjectKind",
    "ProjectPartner",
    "Recovery",
    "RecoveryGround",
    "RecoveryPart",
    "Report",
    "ReportDraft",
    "ReportKind",
    "ReportVersion",
    "ReportedCost",
    "Settlement",
    "TeamMember",
    "Terms",
]
