"""All states of the pilot registry and what can follow on what. docs/states.md shows the same as diagrams."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProjectState(models.TextChoices):
    """A project runs until it has been settled; whether it has begun is told by its period."""

    RUNNING = "running", _("Running")
    CLOSED = "closed", pgettext_lazy("state of a project", "Closed")
    REVOKED = "revoked", _("Revoked")


PROJECT_MOVES: dict[str, set[str]] = {
    ProjectState.RUNNING: {ProjectState.CLOSED, ProjectState.REVOKED},
    ProjectState.CLOSED: set(),
    ProjectState.REVOKED: set(),
}


class ChangeState(models.TextChoices):
    """A change of money, period, owner or budget: written and asked for by the owner, decided by a human (domain 10, rule 16)."""

    DRAFT = "draft", _("Being written")
    ASKED = "asked", _("Asked for")
    DECIDED = "decided", _("Granted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


CHANGE_MOVES: dict[str, set[str]] = {
    ChangeState.DRAFT: {ChangeState.ASKED, ChangeState.WITHDRAWN},
    ChangeState.ASKED: {ChangeState.DECIDED, ChangeState.REFUSED, ChangeState.WITHDRAWN},
    ChangeState.DECIDED: set(),
    ChangeState.REFUSED: set(),
    ChangeState.WITHDRAWN: set(),
}


class ReportState(models.TextChoices):
    """A report of the project's plan: written, sent in, returned with comments, approved by a named officer."""

    PLANNED = "planned", _("To be written")
    SUBMITTED = "submitted", pgettext_lazy("state of a report or request", "Sent in")
    RETURNED = "returned", _("Returned for completion")
    APPROVED = "approved", _("Approved")
    CANCELLED = "cancelled", _("No longer asked for")


REPORT_MOVES: dict[str, set[str]] = {
    ReportState.PLANNED: {ReportState.SUBMITTED, ReportState.CANCELLED},
    ReportState.SUBMITTED: {ReportState.RETURNED, ReportState.APPROVED},
    ReportState.RETURNED: {ReportState.SUBMITTED},
    ReportState.APPROVED: set(),
    ReportState.CANCELLED: set(),
}


class BuildState(models.TextChoices):
    """A document that a worker makes. One that could not be made is asked for anew, as another."""

    WAITING = "waiting", _("Waits its turn")
    RUNNING = "running", _("Is being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be made")


BUILD_MOVES: dict[str, set[str]] = {
    BuildState.WAITING: {BuildState.RUNNING, BuildState.FAILED},
    BuildState.RUNNING: {BuildState.READY, BuildState.FAILED, BuildState.WAITING},
    BuildState.READY: set(),
    BuildState.FAILED: set(),
}


class PaymentState(models.TextChoices):
    """A payment request: written, signed and sent in, returned, decided line by line."""

    DRAFT = "draft", _("Being written")
    SUBMITTED = "submitted", pgettext_lazy("state of a report or request", "Sent in")
    RETURNED = "returned", _("Returned for completion")
    DECIDED = "decided", pgettext_lazy("state of a request", "Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


PAYMENT_MOVES: dict[str, set[str]] = {
    PaymentState.DRAFT: {PaymentState.SUBMITTED, PaymentState.WITHDRAWN},
    PaymentState.SUBMITTED: {PaymentState.RETURNED, PaymentState.DECIDED, PaymentState.WITHDRAWN},
    PaymentState.RETURNED: {PaymentState.SUBMITTED, PaymentState.WITHDRAWN},
    PaymentState.DECIDED: set(),
    PaymentState.WITHDRAWN: set(),
}


class PayoutState(models.TextChoices):
    """Money that has been decided: laid in a file for the finance system, and read back as paid."""

    DECIDED = "decided", _("To be paid")
    EXPORTED = "exported", _("Sent to the finance system")
    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")


PAYOUT_MOVES: dict[str, set[str]] = {
    PayoutState.DECIDED: {PayoutState.EXPORTED, PayoutState.CANCELLED},
    PayoutState.EXPORTED: {PayoutState.PAID, PayoutState.DECIDED},
    PayoutState.PAID: set(),
    PayoutState.CANCELLED: set(),
}


class NoteState(models.TextChoices):
    """An interview note: written and coded, then approved so that the owner may read it and others quote it."""

    DRAFT = "draft", _("Being written")
    APPROVED = "approved", _("Approved for sharing")


NOTE_MOVES: dict[str, set[str]] = {
    NoteState.DRAFT: {NoteState.APPROVED},
    NoteState.APPROVED: {NoteState.DRAFT},
}


class AnalysisState(models.TextChoices):
    """A joint analysis: written, published as a version, and opened again for the next one."""

    DRAFT = "draft", _("Being written")
    PUBLISHED = "published", _("Published")


ANALYSIS_MOVES: dict[str, set[str]] = {
    AnalysisState.DRAFT: {AnalysisState.PUBLISHED},
    AnalysisState.PUBLISHED: {AnalysisState.DRAFT},
}


class EvaluationState(models.TextChoices):
    """A stage evaluation: formative while the stage goes on, closed with a judgement of every goal."""

    OPEN = "open", _("Under way")
    CLOSED = "closed", _("Judged")


EVALUATION_MOVES: dict[str, set[str]] = {
    EvaluationState.OPEN: {EvaluationState.CLOSED},
    EvaluationState.CLOSED: set(),
}


class BoardItemState(models.TextChoices):
    """An information item for the board: prepared, then ready for the meeting, and taken back to be changed."""

    DRAFT = "draft", _("Being prepared")
    READY = "ready", _("Ready for the meeting")


BOARD_ITEM_MOVES: dict[str, set[str]] = {
    BoardItemState.DRAFT: {BoardItemState.READY},
    BoardItemState.READY: {BoardItemState.DRAFT},
}


class AdvanceState(models.TextChoices):
    """An advance: asked for by the owner, decided by itself (2003:596, 11 §)."""

    ASKED = "asked", _("Asked for")
    DECIDED = "decided", pgettext_lazy("state of an advance", "Granted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


ADVANCE_MOVES: dict[str, set[str]] = {
    AdvanceState.ASKED: {AdvanceState.DECIDED, AdvanceState.REFUSED, AdvanceState.WITHDRAWN},
    AdvanceState.DECIDED: set(),
    AdvanceState.REFUSED: set(),
    AdvanceState.WITHDRAWN: set(),
}


class RecoveryState(models.TextChoices):
    """A recovery: the owner is heard first, then a human decides; it is over when the money has come back or been set off."""

    HEARING = "hearing", _("The owner is heard")
    DECIDED = "decided", _("To be repaid")
    SETTLED = "settled", _("Repaid or set off")
    DROPPED = "dropped", _("No recovery")


RECOVERY_MOVES: dict[str, set[str]] = {
    RecoveryState.HEARING: {RecoveryState.DECIDED, RecoveryState.DROPPED},
    RecoveryState.DECIDED: {RecoveryState.SETTLED},
    RecoveryState.SETTLED: set(),
    RecoveryState.DROPPED: set(),
}

MOVES = {
    ProjectState: PROJECT_MOVES,
    ChangeState: CHANGE_MOVES,
    ReportState: REPORT_MOVES,
    BuildState: BUILD_MOVES,
    PaymentState: PAYMENT_MOVES,
    PayoutState: PAYOUT_MOVES,
    AdvanceState: ADVANCE_MOVES,
    RecoveryState: RECOVERY_MOVES,
    NoteState: NOTE_MOVES,
    AnalysisState: ANALYSIS_MOVES,
    EvaluationState: EVALUATION_MOVES,
    BoardItemState: BOARD_ITEM_MOVES,
}

TONES: dict[type[models.TextChoices], dict[str, str]] = {
    NoteState: {NoteState.DRAFT: "wait", NoteState.APPROVED: "ok"},
    AnalysisState: {AnalysisState.DRAFT: "wait", AnalysisState.PUBLISHED: "ok"},
    EvaluationState: {EvaluationState.OPEN: "info", EvaluationState.CLOSED: "ok"},
    BoardItemState: {BoardItemState.DRAFT: "wait", BoardItemState.READY: "ok"},
    ProjectState: {ProjectState.RUNNING: "info", ProjectState.CLOSED: "ok", ProjectState.REVOKED: "stop"},
    ChangeState: {ChangeState.DRAFT: "wait", ChangeState.ASKED: "info", ChangeState.DECIDED: "ok", ChangeState.REFUSED: "stop"},
    ReportState: {
        ReportState.PLANNED: "neutral",
        ReportState.SUBMITTED: "info",
        ReportState.RETURNED: "wait",
        ReportState.APPROVED: "ok",
    },
    BuildState: {BuildState.WAITING: "wait", BuildState.RUNNING: "info", BuildState.READY: "ok", BuildState.FAILED: "stop"},
    PaymentState: {
        PaymentState.DRAFT: "wait",
        PaymentState.SUBMITTED: "info",
        PaymentState.RETURNED: "wait",
        PaymentState.DECIDED: "ok",
    },
    PayoutState: {PayoutState.DECIDED: "wait", PayoutState.EXPORTED: "info", PayoutState.PAID: "ok"},
    AdvanceState: {AdvanceState.ASKED: "wait", AdvanceState.DECIDED: "ok", AdvanceState.REFUSED: "stop"},
    RecoveryState: {RecoveryState.HEARING: "wait", RecoveryState.DECIDED: "stop", RecoveryState.SETTLED: "ok"},
}
"""The colour of the state's pill."""


def tone(kind: type[models.TextChoices], state: str) -> str:
    """Neutral, info, ok, wait or stop."""
    return TONES[kind].get(state, "neutral")
