"""The two-step call for 1:1 money: call, sketch, review, outcome, invitation."""

from .applications import (
    Application,
    ApplicationDraft,
    ApplicationFile,
    ApplicationFileKind,
    ApplicationVersion,
    CaseMessage,
    CompletionConsequence,
    CompletionRequest,
    HandIn,
)
from .budgets import Appropriation, Budget, CostCategory, CostLine, FinancingLine, FinancingRole
from .calls import Call, CallFrame, CallQuestion, Criterion, DeadlineExtension, Question, QuestionKind, Step
from .outcomes import Outcome, OutcomeKind
from .reviews import Assessment, ConflictDeclaration, Note, Recommendation, Score
from .scenarios import Scenario
from .sketches import NumberSeries, ParkedText, Sketch, SketchDraft, SketchFile, SketchVersion

__all__ = [
    "Application",
    "ApplicationDraft",
    "ApplicationFile",
    "ApplicationFileKind",
    "ApplicationVersion",
    "Appropriation",
    "Assessment",
    "Budget",
    "Call",
    "CallFrame",
    "CallQuestion",
    "CaseMessage",
    "CompletionConsequence",
    "CompletionRequest",
    "ConflictDeclaration",
    "CostCategory",
    "CostLine",
    "Criterion",
    "DeadlineExtension",
    "FinancingLine",
    "FinancingRole",
    "HandIn",
    "Note",
    "NumberSeries",
    "Outcome",
    "OutcomeKind",
    "ParkedText",
    "Question",
    "QuestionKind",
    "Recommendation",
    "Scenario",
    "Score",
    "Sketch",
    "SketchDraft",
    "SketchFile",
    "SketchVersion",
    "Step",
]
