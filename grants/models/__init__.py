"""The two-step call for 1:1 money: call, sketch, review, outcome, invitation."""

from .applications import (
    Application,
    ApplicationDraft,
    ApplicationFile,
    ApplicationFileKind,
    ApplicationVersion,
    HandIn,
)
from .budgets import Appropriation, Budget, CostCategory, CostLine, FinancingLine, FinancingRole
from .calls import (
    Call,
    CallFrame,
    CallQuestion,
    Criterion,
    DeadlineExtension,
    FrameRelease,
    Question,
    QuestionKind,
    ReleaseReason,
    Step,
)
from .completions import CompletionConsequence, CompletionFollowUp, CompletionRequest, RulingRequest
from .correspondence import CaseMessage, CaseMessageKind, CaseReading, Disclosure, SecrecyMark
from .decisions import Decision, DecisionKind
from .outcomes import Outcome, OutcomeKind
from .preparations import Check, Preparation, StateAid
from .reviews import Assessment, ConflictDeclaration, Note, NoteVisibility, Recommendation, Score
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
    "CaseMessageKind",
    "CaseReading",
    "Check",
    "CompletionConsequence",
    "CompletionFollowUp",
    "CompletionRequest",
    "ConflictDeclaration",
    "CostCategory",
    "CostLine",
    "Criterion",
    "DeadlineExtension",
    "Decision",
    "DecisionKind",
    "Disclosure",
    "FinancingLine",
    "FinancingRole",
    "FrameRelease",
    "HandIn",
    "Note",
    "NoteVisibility",
    "NumberSeries",
    "Outcome",
    "OutcomeKind",
    "ParkedText",
    "Preparation",
    "Question",
    "QuestionKind",
    "Recommendation",
    "ReleaseReason",
    "RulingRequest",
    "Scenario",
    "Score",
    "SecrecyMark",
    "Sketch",
    "SketchDraft",
    "SketchFile",
    "SketchVersion",
    "StateAid",
    "Step",
]
