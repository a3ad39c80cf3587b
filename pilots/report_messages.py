"""What the messages about reports are called on the outbox page."""

from django.utils.translation import gettext_lazy as _

from kraftsamling.notifications import kinds

LABELS = {
    "report_moved": _("New last day for a report"),
    "report_cancelled": _("A report less to write"),
    "report_reminder": _("Reminder of a report"),
    "report_overdue": _("A report has not come"),
    "report_arrived": _("A report has come in"),
    "report_receipt": _("Receipt of a report"),
    "report_returned": _("Report to complete"),
    "report_approved": _("Report approved"),
}

for kind, label in LABELS.items():
    kinds.register(f"pilots/{kind}", label)
