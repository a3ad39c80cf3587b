"""The two-step call for 1:1 money: call, sketch, review, outcome, invitation."""

from .calls import Call, CallFrame, CallQuestion, Criterion, DeadlineExtension, Question, QuestionKind, Step
from .outcomes import Application, Outcome, OutcomeKind
from .reviews import Assessment, ConflictDeclaration, Note, Recommendation, Score
from .sketches import NumberSeries, ParkedText, Sketch, SketchDraft, SketchFile, SketchVersion

__all__ = [
    "Application",
    "Assessment",
    "Call",
    "CallFrame",
    "CallQuestion",
    "ConflictDeclaration",
    "Criterion",
    "DeadlineExtension",
    "Note",
    "NumberSeries",
    "Outcome",
    "OutcomeKind",
    "ParkedText",
    "Question",
    "QuestionKind",
    "Recommendation",
    "Score",
    "Sketch",
    "SketchDraft",
    "SketchFile",
    "SketchVersion",
    "Step",
]
