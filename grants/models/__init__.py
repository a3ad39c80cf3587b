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
from .decisions import Decision, DecisionKind
from .outcomes import Outcome, OutcomeKind
from .preparations import Check, Preparation, StateAid
from .reviews import Assessment, ConflictDeclaration, Note, Recommendation, Score
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
    "Check",
    "CompletionConsequence",
    "CompletionRequest",
    "ConflictDeclaration",
    "CostCategory",
    "CostLine",
    "Criterion",
    "DeadlineExtension",
    "Decision",
    "DecisionKind",
    "FinancingLine",
    "FinancingRole",
    "HandIn",
    "Note",
    "NumberSeries",
    "Outcome",
    "OutcomeKind",
    "ParkedText",
    "Preparation",
    "Question",
    "QuestionKind",
    "Recommendation",
    "Score",
    "Sketch",
    "SketchDraft",
    "SketchFile",
    "SketchVersion",
    "StateAid",
    "Step",
]
