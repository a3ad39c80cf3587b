"""The sentences of the log for reports and indicators."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kraftsamling.audit.log import register
from kraftsamling.lib.dates import day_text
from kraftsamling.lib.text import in_sentence


def _plan(details: dict[str, Any]) -> str:
    count = details.get("count", 0)
    return ngettext("The plan was made: %(count)d report.", "The plan was made: %(count)d reports.", count) % {"count": count}


def _reminder(details: dict[str, Any]) -> str:
    days, report = details.get("days", 0), details.get("report", "–")
    if days >= 0:
        words = ngettext(
            "Reminder of %(report)s, %(days)d day before its last day.",
            "Reminder of %(report)s, %(days)d days before its last day.",
            days,
        )
    else:
        words = ngettext(
            "Reminder of %(report)s, %(days)d day after its last day.",
            "Reminder of %(report)s, %(days)d days after its last day.",
            -days,
        )
    return words % {"report": in_sentence(report), "days": abs(days)}


def _submitted(details: dict[str, Any]) -> str:
    words = _("%(report)s was sent in. Receipt %(receipt)s.") % {
        "report": details.get("report", "–"), "receipt": details.get("receipt", "–")
    }  # fmt: skip
    return f"{words} {_('It came after its last day.')}" if details.get("late") else words


def _on_a_day(text: Any, without_reason: Any = None) -> Callable[[dict[str, Any]], str]:
    """The day in words; and another sentence where no reason was given, since the plan itself gave it."""

    def sentence(details: dict[str, Any]) -> str:
        day = details.get("day")
        words = {"report": "–", **details, "day": day_text(date.fromisoformat(day)) if day else "–"}
        reason = str(details.get("reason", "")).strip("– ")
        return str(without_reason if without_reason and not reason else text) % words

    return sentence


register("pilots.report.plan", _plan)
register("pilots.report.remind", _reminder)
register("pilots.report.submit", _submitted)
register("pilots.report.refit", _on_a_day(gettext_lazy("%(report)s follows the new period: last day %(day)s.")))
register("pilots.report.drop", gettext_lazy("%(report)s is no longer asked for, since the period has changed."))
register(
    "pilots.report.add",
    _on_a_day(
        gettext_lazy("%(report)s was added, last day %(day)s: %(reason)s"),
        gettext_lazy("%(report)s was added, last day %(day)s."),
    ),
)
register("pilots.report.move", _on_a_day(gettext_lazy("%(report)s got another last day, %(day)s: %(reason)s")))
register("pilots.report.cancel", gettext_lazy("%(report)s is no longer asked for: %(reason)s"))
register("pilots.report.return", _on_a_day(gettext_lazy("%(report)s was returned for completion by %(day)s.")))
register("pilots.report.approve", gettext_lazy("%(report)s was approved."))
register("pilots.report.add_file", gettext_lazy("%(name)s was laid beside %(report)s."))
register("pilots.report.remove_file", gettext_lazy("%(name)s was taken away from %(report)s."))
register("pilots.indicator.set", gettext_lazy("The indicator “%(name)s” was written down."))
register("pilots.indicator.remove", gettext_lazy("The indicator “%(name)s” was taken away."))
