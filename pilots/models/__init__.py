"""The registry of projects: terms, reports, indicators, payments."""

from .advances import Advance, Recovery, RecoveryGround, RecoveryPart
from .analyses import (
    ANALYSIS_READERS,
    AnalysisVersion,
    Finding,
    FindingKind,
    FindingQuote,
    JointAnalysis,
)
from .board import BOARD_ITEM_READERS, BoardItem
from .builds import DocumentBuild
from .changes import CalendarFeed, ChangeDecision, ChangeOutcome, ChangeRequest
from .evaluations import (
    EVALUATION_READERS,
    FormativeNote,
    Judgement,
    StageEvaluation,
    StageGoal,
    YearlyFollowUp,
)
from .learning import InterviewNote, Learning, LearningKind, Passage, Theme
from .payments import CostEntry, PaymentFile, PaymentFileKind, PaymentRequest, PaymentVersion
from .payouts import Payout, PayoutBatch, PayoutKind, Settlement
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
    "ANALYSIS_READERS",
    "BOARD_ITEM_READERS",
    "CASE_READERS",
    "EVALUATION_READERS",
    "PROJECT_READERS",
    "PUBLISHERS",
    "Advance",
    "AnalysisVersion",
    "BoardItem",
    "CalendarFeed",
    "ChangeDecision",
    "ChangeOutcome",
    "ChangeRequest",
    "Continuation",
    "CostEntry",
    "DocumentBuild",
    "Finding",
    "FindingKind",
    "FindingQuote",
    "FormativeNote",
    "Indicator",
    "IndicatorValue",
    "InterviewNote",
    "JointAnalysis",
    "Judgement",
    "Learning",
    "LearningKind",
    "Passage",
    "PaymentFile",
    "PaymentFileKind",
    "PaymentRequest",
    "PaymentVersion",
    "Payout",
    "PayoutBatch",
    "PayoutKind",
    "Project",
    "ProjectKind",
    "ProjectPartner",
    "Recovery",
    "RecoveryGround",
    "RecoveryPart",
    "Report",
    "ReportDraft",
    "ReportFile",
    "ReportKind",
    "ReportReminder",
    "ReportReview",
    "ReportVersion",
    "ReportedCost",
    "ReviewOutcome",
    "Settlement",
    "StageEvaluation",
    "StageGoal",
    "TeamMember",
    "Terms",
    "Theme",
    "YearlyFollowUp",
]
