"""The sentences of the case log for calls, sketches, reviews and outcomes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kraftsamling.audit.log import register
from kraftsamling.lib.dates import moment_text

from .models import CompletionFollowUp


def _with_moment(text: Any, name: str) -> Callable[[dict[str, Any]], str]:
    """A sentence with a moment among its details, told as people say it."""
    return lambda details: str(text) % {**details, name: moment_text(datetime.fromisoformat(details[name]))}


def _followed_up(details: dict[str, Any]) -> str:
    label = dict(CompletionFollowUp.choices).get(details["follow_up"], details["follow_up"])
    return gettext("Settled what is done when no completion came: %(what)s") % {"what": label}


register("grants.call.create", _("Began to prepare the call."))
register("grants.call.clone", _("Began to prepare the call from “%(original)s”."))
register("grants.call.edit", _("Changed the call."), internal=True)
register("grants.call.frames", _("Set the frame: %(frames)s."), internal=True)
register("grants.call.criteria", _("Changed the criteria."), internal=True)
register("grants.call.questions", _("Changed the call's own questions."), internal=True)
register("grants.call.publish", _("Published the call."))
register("grants.call.cancel", _("Cancelled the call."))
register("grants.call.answer", _("Answered the question “%(question)s”."))
register("grants.call.unanswer", _("Took away the question “%(question)s” and its answer."), internal=True)
register(
    "grants.call.extend",
    _with_moment(_("Gave %(organisation)s more time, until %(until)s. Reason: %(reason)s"), "until"),
    internal=True,
)

register("grants.sketch.start", _("The sketch was begun."))
register("grants.sketch.submit", _("The sketch was sent in. Receipt %(receipt)s."))
register("grants.sketch.withdraw", _("The sketch was withdrawn. Reason: %(reason)s"))
register("grants.sketch.add_file", _("The file %(name)s was added."))
register("grants.sketch.remove_file", _("The file %(name)s was taken away from the draft."))
register("grants.sketch.register", _("Registry number: %(number)s."))
register("grants.sketch.note", _("Wrote a note."), internal=True)

register("grants.review.assign", _("%(reviewer)s was asked to assess."), internal=True)
register("grants.review.unassign", _("The assignment to %(reviewer)s was taken back."), internal=True)
register("grants.review.no_conflict", _("Declared no conflict of interest."), internal=True)
register("grants.review.conflict", _("Declared a conflict of interest and was shut out of the case."), internal=True)
register("grants.review.submit", _("Handed in an assessment."), internal=True)
register("grants.review.abstain", _("Has no opinion about the sketch."), internal=True)
register("grants.review.reopen", _("Opened the own assessment again."), internal=True)

register("grants.outcome.prepare", _("Prepared an answer."), internal=True)
register("grants.outcome.letter", _("Edited the letter."), internal=True)
register("grants.outcome.drop", _("Took away the prepared answer."), internal=True)
register("grants.outcome.invite", _with_moment(_("Invited to apply, no later than %(due)s. Reason: %(reason)s"), "due"))
register("grants.outcome.decline", _("Not invited. Reason: %(reason)s"))
register("grants.application.ready", _("Said that the application is ready to be sent in."))
register("grants.application.submit", _("The application was sent in, signed by %(signed_by)s. Receipt %(receipt)s."))
register("grants.application.add_file", _("The file %(name)s was added."))
register("grants.application.remove_file", _("The file %(name)s was taken away from the draft."))
register("grants.application.withdraw", _("The application was withdrawn. Reason: %(reason)s"))
register(
    "grants.application.extend", _with_moment(_("More time for the application, until %(until)s. Reason: %(reason)s"), "until")
)
register("grants.application.lapse", _("The application was not sent in on time."))
register("grants.preparation.save", _("Changed the preparation."), internal=True)
register("grants.preparation.state_aid", _("Assessed state aid: %(aid)s. Reason: %(reason)s"), internal=True)
register("grants.preparation.certificate", _("The certificate %(name)s was added."), internal=True)
register("grants.preparation.registered", _("The de minimis aid was registered %(on)s."), internal=True)
register("grants.decision.write", _("Wrote on the decision, version %(version)s."), internal=True)
register("grants.decision.propose", _("Proposed a decision: %(kind)s."), internal=True)
register("grants.decision.drop", _("Took away the draft of a decision."), internal=True)
register("grants.decision.granted", _("Decision: %(wording)s (%(item)s)"))
register("grants.decision.rejected", _("Decision: %(wording)s (%(item)s)"))
register("grants.decision.dismissed", _("Decision: %(wording)s (%(item)s)"))
register("grants.decision.exceed", _("Decided to exceed a limit. %(limits)s Reason: %(reason)s"), internal=True)
register("grants.decision.register_aid", _("The de minimis aid must be registered within 20 working days."), internal=True)
register("grants.decision.begin_correction", _("Began to correct the decision. What was wrong: %(correction)s"), internal=True)
register("grants.decision.correct", _("The decision was corrected by version %(version)s. What was wrong: %(correction)s"))
register("grants.decision.read", _("Confirmed that the decision has been read."))

register("grants.application.turn_down", _("The invitation was turned down. Reason: %(reason)s"))

register("grants.scenario.save", _("Saved the alternative “%(name)s” in the frame simulator."), internal=True)
register("grants.scenario.rename", _("Renamed the alternative “%(before)s” to “%(name)s”."), internal=True)
register("grants.scenario.remove", _("Took away the alternative “%(name)s” from the frame simulator."), internal=True)
register("grants.completion.ask", _with_moment(_("Asked for completion, no later than %(due)s."), "due"))
register("grants.completion.extend", _with_moment(_("Gave more time for completing, until %(due)s."), "due"))
register("grants.completion.cancel", _("Took the request for completion back."))
register("grants.completion.answer", _("The completion came in."))
register("grants.completion.drop", _("The request for completion fell, since the application no longer waits for it."))
register("grants.completion.lapse", _("The time for completing passed, and nothing had come."))
register("grants.completion.follow_up", _followed_up)
register("grants.message.write", _("Wrote a message in the case."))
register("grants.message.conversation", _with_moment(_("Wrote down a conversation with %(held_with)s, %(held)s."), "held"))
register(
    "grants.ruling.ask",
    _with_moment(_("Asked for a ruling. The case is to be decided within four weeks, by %(until)s."), "until"),
)
register("grants.record.mark", _("Marked “%(document)s” with a warning of secrecy: %(section)s."), internal=True)
register("grants.record.unmark", _("Took the warning of secrecy from “%(document)s”: %(section)s."), internal=True)
register("grants.record.disclose", _("Handed out documents: %(documents)s."), internal=True)
register("grants.record.retry", _("Had a file of documents made once more."), internal=True)
