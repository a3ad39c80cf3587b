"""The sentences of the log for learnings, interviews, analyses, evaluations and board items, and the names of their mail."""

from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.models import Sketch
from kraftsamling.audit.log import register
from kraftsamling.notifications import kinds, visibility
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import programmes_with_role
from pilots.models import InterviewNote, Judgement, ProjectConflict


def _judged(details: dict[str, Any]) -> str:
    label = dict(Judgement.choices).get(details["judgement"], "–")
    return gettext("Judged the goal “%(goal)s”: %(label)s.") % {"goal": details["goal"], "label": label}


register("pilots.learning.write", _("Wrote down a learning."))
register("pilots.learning.change", _("Changed the learning."))
register("pilots.learning.remove", _("Took away the learning “%(text)s”."), internal=True)
register("pilots.theme.add", _("Added the theme “%(name)s”."), internal=True)
register("pilots.theme.change", _("Changed the theme “%(before)s” to “%(name)s”."), internal=True)
register("pilots.theme.retire", _("Took the theme “%(name)s” out of use."), internal=True)
register("pilots.theme.restore", _("Took the theme “%(name)s” into use again."), internal=True)
register("pilots.note.write", _("Wrote the interview note."), internal=True)
register("pilots.note.change", _("Changed the interview note."), internal=True)
register("pilots.note.approve", _("Approved the interview note for sharing."))
register("pilots.note.reopen", _("Took back the approval of the interview note."))
register("pilots.note.code", _("Coded a passage with “%(theme)s”."), internal=True)
register("pilots.note.uncode", _("Took away the coding with “%(theme)s”."), internal=True)
register("pilots.analysis.begin", _("Began the joint analysis."), internal=True)
register("pilots.analysis.finding", _("Wrote the finding “%(title)s”."), internal=True)
register("pilots.analysis.remove_finding", _("Took away the finding “%(title)s”."), internal=True)
register("pilots.analysis.quote", _("Laid a quote under “%(title)s”."), internal=True)
register("pilots.analysis.remove_quote", _("Took away a quote under “%(title)s”."), internal=True)
register("pilots.analysis.publish", _("Published version %(number)s of the joint analysis."))
register("pilots.analysis.reopen", _("Began the next version of the joint analysis."), internal=True)
register("pilots.evaluation.begin", _("Began the evaluation of the stage, with %(goals)s goals."))
register("pilots.evaluation.note", _("Wrote down something seen on the way."))
register("pilots.evaluation.judge", _judged)
register("pilots.evaluation.close", _("Closed the evaluation of the stage."))
register("pilots.follow_up.ask", _("The yearly follow-up of %(year)s became a task (förordning 2003:596, 12 §)."), internal=True)
register("pilots.follow_up.done", _("The yearly follow-up of %(year)s was done."), internal=True)
register("pilots.board_item.make", _("Made the information item number %(number)s."), internal=True)
register("pilots.board_item.edit", _("Changed the information item."), internal=True)
register("pilots.board_item.make_anew", _("Made the texts of the item anew from the data."), internal=True)
register("pilots.board_item.ready", _("The information item is ready for the meeting."))
register("pilots.board_item.reopen", _("Took the information item back to change it."), internal=True)

kinds.register("pilots/note_shared", _("Interview note to read"))
kinds.register("pilots/analysis_published", _("Joint analysis published"))


def closed_notes(user: Any) -> "QuerySet[InterviewNote, str]":
    """Notes whose mail an officer in conflict of interest must not see on the outbox page."""
    programmes = programmes_with_role(user, *Role)
    conflict = Q(project__application__sketch__in=Sketch.objects.closed_to(user))
    conflict |= Q(project__in=ProjectConflict.objects.of(user).values("project"))
    closed = InterviewNote.objects.filter(conflict, project__programme__in=programmes)
    label = Value(f"{InterviewNote._meta.label_lower}:")
    return closed.annotate(target=Concat(label, Cast("pk", CharField()))).values_list("target", flat=True)


visibility.hide(closed_notes)
