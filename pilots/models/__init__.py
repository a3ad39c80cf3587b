"""The registry of projects: terms, reports, indicators, payments."""

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
    "ANALYSIS_READERS",
    "BOARD_ITEM_READERS",
    "CASE_READERS",
    "EVALUATION_READERS",
    "PROJECT_READERS",
    "PUBLISHERS",
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
    "StageEvaluation",
    "StageGoal",
    "TeamMember",
    "Terms",
    "Theme",
    "YearlyFollowUp",
]
