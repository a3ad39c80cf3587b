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
from .projects import CASE_READERS, PROJECT_READERS, Continuation, Project, ProjectKind, ProjectPartner, TeamMember, Terms
from .reports import (
    Indicator,
    IndicatorValue,
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
    "ANALYSIS_READERS",
    "BOARD_ITEM_READERS",
    "CASE_READERS",
    "EVALUATION_READERS",
    "FIGURE_READERS",
    "PROJECT_READERS",
    "ROW_READERS",
    "AnalysisVersion",
    "BoardItem",
    "Continuation",
    "CostEntry",
    "DocumentBuild",
    "Finding",
    "FindingKind",
    "FindingQuote",
    "FormativeNote",
    "GrantFacts",
    "GrantYear",
    "Indicator",
    "IndicatorValue",
    "InterviewNote",
    "JointAnalysis",
    "Judgement",
    "Learning",
    "LearningKind",
    "MonthlyLetter",
    "OutcomeImport",
    "Passage",
    "PaymentRequest",
    "Payout",
    "PayoutKind",
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
    "StageEvaluation",
    "StageGoal",
    "TeamMember",
    "Terms",
    "Theme",
    "YearlyFollowUp",
    "YearlyReport",
]
