"""What may be quoted: the words of an approved report or of an approved interview note, as they stand there."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from kraftsamling.lib.dates import day_text
from kraftsamling.lib.transitions import TransitionRefused
from pilots.models import InterviewNote, ReportVersion
from pilots.states import ReportState

Source = InterviewNote | ReportVersion


def texts_in(content: Any) -> Iterator[str]:
    """Every text of a frozen report, however it is nested."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from texts_in(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts_in(value)


def squeezed(text: str) -> str:
    """Line breaks and doubled spaces are no difference between a quote and its source."""
    return " ".join(text.split())


def stands_in(quote: str, source: Source) -> bool:
    wanted = squeezed(quote)
    texts = [source.text] if isinstance(source, InterviewNote) else texts_in(source.content)
    return bool(wanted) and any(wanted in squeezed(text) for text in texts)


def is_approved(source: Source) -> bool:
    """A report counts in the version that was approved, not in one before it."""
    if isinstance(source, InterviewNote):
        return source.is_approved
    report = source.report
    return bool(report.state == ReportState.APPROVED and report.current_version_id == source.pk)


def source_name(source: Source) -> str:
    if isinstance(source, InterviewNote):
        return _("Interview %(day)s with %(whom)s") % {"day": day_text(source.held_on), "whom": source.held_with}
    return _("%(report)s, version %(number)d") % {"report": source.report, "number": source.number}


def require_quotable(quote: str, source: Source) -> None:
    """Raises TransitionRefused unless the source is approved and has the words."""
    if not is_approved(source):
        raise TransitionRefused(
            _("Only what has been approved can be quoted. “%(source)s” has not.") % {"source": source_name(source)}
        )
    if not stands_in(quote, source):
        raise TransitionRefused(_("These words do not stand in the source. Quote it as it is written."))
