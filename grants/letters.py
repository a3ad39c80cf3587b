"""The letters that answer a sketch, written from the call's texts."""

import hashlib

from django.conf import settings
from django.utils import translation

from kraftsamling.lib.dates import moment_text

from .models import Call, Outcome, OutcomeKind


def contact_lines(call: Call) -> str:
    return "\n".join(filter(None, [call.contact_name, call.contact_email, call.contact_phone]))


def default_letter(outcome: Outcome) -> str:
    """The call's letter with this sketch's words put in. Unknown braces are left as they stand."""
    sketch, call = outcome.sketch, outcome.sketch.call
    template = call.invitation_letter if outcome.kind == OutcomeKind.INVITED else call.declining_letter
    words = {
        "{organisation}": sketch.organisation.name,
        "{title}": sketch.current_version.title,
        "{reason}": outcome.reason,
        "{deadline}": _deadline(outcome),
        "{contact}": contact_lines(call),
        "{call}": call.title,
    }
    pieces, rest = [], template
    while rest:
        at, word = min(((rest.find(w), w) for w in words if w in rest), default=(-1, ""))
        if at < 0:
            break
        pieces += [rest[:at], words[word]]
        rest = rest[at + len(word) :]
    return "".join([*pieces, rest])


def _deadline(outcome: Outcome) -> str:
    """In the language of the letters, whatever language the officer's pages have."""
    with translation.override(settings.LANGUAGE_CODE):
        return moment_text(outcome.application_due_at) if outcome.application_due_at else ""


def fingerprint(text: str) -> str:
    """Tells one wording from another, for the tick beside a letter."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def letter(outcome: Outcome) -> str:
    """What will be sent: the edited letter, or the one written from the call's texts."""
    return outcome.letter or default_letter(outcome)
