"""What the messages about money are called on the outbox page."""

from django.utils.translation import gettext_lazy as _

from kraftsamling.notifications import kinds

LABELS = {
    "payment_receipt": _("Receipt of a payment request"),
    "payment_arrived": _("New payment request"),
    "payment_returned": _("Payment request returned"),
    "payment_withdrawn": _("Withdrawn payment request"),
    "payment_decided": _("Payment decided"),
    "account_changed": _("New account for payments"),
    "advance_asked": _("Advance asked for"),
    "advance_decided": _("Decision on an advance"),
    "recovery_hearing": _("Hearing about a recovery"),
    "recovery_answered": _("Answer about a recovery"),
    "recovery_decided": _("Decision on recovery"),
    "recovery_dropped": _("No recovery"),
    "project_settled": _("Final settlement"),
}

for kind, label in LABELS.items():
    kinds.register(f"pilots/{kind}", label)
