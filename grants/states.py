"""All states of the call and what can follow on what. README shows the same as a diagram."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallState(models.TextChoices):
    """A call opens and closes by its moments, not by its state; see CallQuerySet."""

    DRAFT = "draft", _("Being prepared")
    PUBLISHED = "published", _("Published")
    CANCELLED = "cancelled", _("Cancelled")


CALL_MOVES: dict[str, set[str]] = {
    CallState.DRAFT: {CallState.PUBLISHED, CallState.CANCELLED},
    CallState.PUBLISHED: {CallState.CANCELLED},
    CallState.CANCELLED: set(),
}


class SketchState(models.TextChoices):
    """The short first step (domain 10, rule 6)."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    INVITED = "invited", _("Invited to apply")
    DECLINED = "declined", _("Not invited")
    WITHDRAWN = "withdrawn", _("Withdrawn")


SKETCH_MOVES: dict[str, set[str]] = {
    SketchState.DRAFT: {SketchState.SUBMITTED, SketchState.WITHDRAWN},
    SketchState.SUBMITTED: {SketchState.INVITED, SketchState.DECLINED, SketchState.WITHDRAWN},
    SketchState.INVITED: set(),
    SketchState.DECLINED: set(),
    SketchState.WITHDRAWN: set(),
}


class AssessmentState(models.TextChoices):
    """A reviewer's work on one sketch; it opens with a conflict declaration (domain 10, rule 11)."""

    ASSIGNED = "assigned", _("Declaration remains")
    OPEN = "open", _("To assess")
    SUBMITTED = "submitted", _("Assessed")
    ABSTAINED = "abstained", _("No opinion")
    EXCLUDED = "excluded", _("Conflict of interest")
    REMOVED = "removed", _("Assignment taken back")


ASSESSMENT_MOVES: dict[str, set[str]] = {
    AssessmentState.ASSIGNED: {AssessmentState.OPEN, AssessmentState.EXCLUDED, AssessmentState.REMOVED},
    AssessmentState.OPEN: {
        AssessmentState.SUBMITTED,
        AssessmentState.ABSTAINED,
        AssessmentState.EXCLUDED,
        AssessmentState.REMOVED,
    },
    AssessmentState.SUBMITTED: {AssessmentState.OPEN, AssessmentState.EXCLUDED},
    AssessmentState.ABSTAINED: {AssessmentState.OPEN, AssessmentState.EXCLUDED},
    AssessmentState.EXCLUDED: set(),
    AssessmentState.REMOVED: {AssessmentState.ASSIGNED},
}

READING_STATES = frozenset({AssessmentState.OPEN, AssessmentState.SUBMITTED, AssessmentState.ABSTAINED})
"""In these the reviewer has declared freedom from conflict and may read the case."""

FINISHED_STATES = frozenset({AssessmentState.SUBMITTED, AssessmentState.ABSTAINED})
"""In these the reviewer has done the own part and may see what others wrote."""


class OutcomeState(models.TextChoices):
    """An answer is prepared as pending and sent together with the others."""

    PENDING = "pending", _("Prepared, not sent")
    SENT = "sent", _("Sent")


OUTCOME_MOVES: dict[str, set[str]] = {OutcomeState.PENDING: {OutcomeState.SENT}, OutcomeState.SENT: set()}


class ApplicationState(models.TextChoices):
    """The second step, opened by an invitation."""

    OPEN = "open", _("Invited, not yet sent in")
    WITHDRAWN = "withdrawn", _("Invitation turned down")


APPLICATION_MOVES: dict[str, set[str]] = {
    ApplicationState.OPEN: {ApplicationState.WITHDRAWN},
    ApplicationState.WITHDRAWN: set(),
}

MOVES = {
    CallState: CALL_MOVES,
    SketchState: SKETCH_MOVES,
    AssessmentState: ASSESSMENT_MOVES,
    OutcomeState: OUTCOME_MOVES,
    ApplicationState: APPLICATION_MOVES,
}

TONES: dict[type[models.TextChoices], dict[str, str]] = {
    CallState: {CallState.PUBLISHED: "ok", CallState.CANCELLED: "stop"},
    SketchState: {
        SketchState.DRAFT: "wait",
        SketchState.SUBMITTED: "info",
        SketchState.INVITED: "ok",
        SketchState.DECLINED: "stop",
        SketchState.WITHDRAWN: "neutral",
    },
    AssessmentState: {
        AssessmentState.ASSIGNED: "wait",
        AssessmentState.OPEN: "wait",
        AssessmentState.SUBMITTED: "ok",
        AssessmentState.EXCLUDED: "stop",
    },
    OutcomeState: {OutcomeState.PENDING: "wait", OutcomeState.SENT: "ok"},
    ApplicationState: {ApplicationState.OPEN: "wait"},
}
"""The colour of the state's pill."""


def tone(kind: type[models.TextChoices], state: str) -> str:
    """Neutral, info, ok, wait or stop."""
    return TONES[kind].get(state, "neutral")
