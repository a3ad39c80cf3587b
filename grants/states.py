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
    SUBMITTED = "submitted", _("Sent in")
    RETURNED = "returned", _("Returned for completion")
    GRANTED = "granted", _("Granted")
    REJECTED = "rejected", _("Rejected")
    DISMISSED = "dismissed", _("Not tried")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Not sent in on time")


APPLICATION_MOVES: dict[str, set[str]] = {
    ApplicationState.OPEN: {ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN, ApplicationState.LAPSED},
    ApplicationState.SUBMITTED: {
        ApplicationState.RETURNED,
        ApplicationState.GRANTED,
        ApplicationState.REJECTED,
        ApplicationState.DISMISSED,
        ApplicationState.WITHDRAWN,
    },
    ApplicationState.RETURNED: {ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN},
    ApplicationState.LAPSED: {ApplicationState.OPEN},
    ApplicationState.GRANTED: set(),
    ApplicationState.REJECTED: set(),
    ApplicationState.DISMISSED: set(),
    ApplicationState.WITHDRAWN: set(),
}

WRITING_STATES = frozenset({ApplicationState.OPEN, ApplicationState.RETURNED})
"""In these the organisation writes the application and may send it in."""

UNDECIDED_STATES = frozenset({ApplicationState.SUBMITTED, ApplicationState.RETURNED})
"""It has come in and waits for its decision, as it is or completed."""


class CompletionState(models.TextChoices):
    """A request for completion (förvaltningslagen 20 §), with a deadline and what happens if nothing comes."""

    OPEN = "open", _("Waits for the organisation")
    ANSWERED = "answered", _("Completed")
    LAPSED = "lapsed", _("Not completed on time")
    CANCELLED = "cancelled", _("Taken back")


COMPLETION_MOVES: dict[str, set[str]] = {
    CompletionState.OPEN: {CompletionState.ANSWERED, CompletionState.LAPSED, CompletionState.CANCELLED},
    CompletionState.ANSWERED: set(),
    CompletionState.LAPSED: set(),
    CompletionState.CANCELLED: set(),
}


class DisclosureState(models.TextChoices):
    """Documents gathered to be handed out; the file is built by a worker."""

    PENDING = "pending", _("The file is being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")


DISCLOSURE_MOVES: dict[str, set[str]] = {
    DisclosureState.PENDING: {DisclosureState.READY, DisclosureState.FAILED},
    DisclosureState.READY: set(),
    DisclosureState.FAILED: {DisclosureState.PENDING},
}


class DecisionState(models.TextChoices):
    """A decision is written, issued once, and can be corrected by a new version; nothing is taken away."""

    DRAFT = "draft", _("Being written")
    ISSUED = "issued", _("Issued")
    REPLACED = "replaced", _("Corrected by a later version")


DECISION_MOVES: dict[str, set[str]] = {
    DecisionState.DRAFT: {DecisionState.ISSUED},
    DecisionState.ISSUED: {DecisionState.REPLACED},
    DecisionState.REPLACED: set(),
}

MOVES = {
    CallState: CALL_MOVES,
    SketchState: SKETCH_MOVES,
    AssessmentState: ASSESSMENT_MOVES,
    OutcomeState: OUTCOME_MOVES,
    ApplicationState: APPLICATION_MOVES,
    CompletionState: COMPLETION_MOVES,
    DisclosureState: DISCLOSURE_MOVES,
    DecisionState: DECISION_MOVES,
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
    ApplicationState: {
        ApplicationState.OPEN: "wait",
        ApplicationState.SUBMITTED: "info",
        ApplicationState.RETURNED: "wait",
        ApplicationState.GRANTED: "ok",
        ApplicationState.REJECTED: "stop",
        ApplicationState.DISMISSED: "stop",
        ApplicationState.LAPSED: "stop",
    },
    CompletionState: {CompletionState.OPEN: "wait", CompletionState.ANSWERED: "ok", CompletionState.LAPSED: "stop"},
    DisclosureState: {DisclosureState.PENDING: "wait", DisclosureState.READY: "ok", DisclosureState.FAILED: "stop"},
    DecisionState: {DecisionState.DRAFT: "wait", DecisionState.ISSUED: "ok"},
}
"""The colour of the state's pill."""


def tone(kind: type[models.TextChoices], state: str) -> str:
    """Neutral, info, ok, wait or stop."""
    return TONES[kind].get(state, "neutral")
