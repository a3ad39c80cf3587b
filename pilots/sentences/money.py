"""The sentences of the log for payments, advances, recoveries and the final settlement."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kraftsamling.audit.log import register

SENTENCES = {
    "payment.begin": gettext_lazy("Payment request %(number)s was begun."),
    "payment.account": gettext_lazy("The account for payments was changed to %(account)s."),
    "payment.add_file": gettext_lazy("The file %(name)s was laid beside payment request %(number)s."),
    "payment.remove_file": gettext_lazy("The file %(name)s was taken away from payment request %(number)s."),
    "payment.ready": gettext_lazy("Payment request %(number)s was said to be ready by the first of two who sign."),
    "payment.submit": gettext_lazy(
        "Payment request %(number)s came in, %(total)s, signed by %(signed_by)s. Receipt %(receipt)s, checksum %(checksum)s."
    ),
    "payment.withdraw": gettext_lazy("Payment request %(number)s was withdrawn: %(reason)s"),
    "payment.return": gettext_lazy("Payment request %(number)s was returned, to be completed by %(due)s: %(reason)s"),
    "advance.ask": gettext_lazy("An advance of %(amount)s was asked for."),
    "advance.withdraw": gettext_lazy("The request for an advance was withdrawn."),
    "advance.grant": gettext_lazy("An advance of %(amount)s was granted: %(reasons)s"),
    "advance.refuse": gettext_lazy("The advance was not granted: %(reasons)s"),
    "recovery.open": gettext_lazy("The owner is heard about a recovery, and can answer until %(due)s: %(text)s"),
    "recovery.answer": gettext_lazy("The owner answered about the recovery: %(answer)s"),
    "recovery.decide": gettext_lazy("%(amount)s is to be recovered. %(reasons)s Interest: %(interest)s"),
    "recovery.revoke": gettext_lazy("The whole grant was revoked, and %(amount)s is to be recovered. %(reasons)s"),
    "recovery.drop": gettext_lazy("Nothing is recovered: %(reasons)s"),
    "recovery.repaid": gettext_lazy("%(amount)s was repaid on %(day)s."),
    "payout.export": gettext_lazy("Payment %(reference)s was sent to the finance system in file %(batch)s."),
    "payout.paid": gettext_lazy("Payment %(reference)s, %(amount)s, was paid on %(day)s."),
    "payout.cancel": gettext_lazy("Payment %(reference)s, %(amount)s, was cancelled: %(reason)s"),
    "payout.take_back": gettext_lazy("Payment %(reference)s could not be made and waits for the next file: %(reason)s"),
    "frame.release": gettext_lazy("%(amount)s went back to the frame of the call."),
    "project.settle": gettext_lazy("The project was settled: approved costs %(costs)s, grant %(grant)s, paid before %(paid)s."),
}


def decided(details: dict[str, Any]) -> str:
    said = _("Payment request %(number)s was decided: of %(asked)s, %(approved)s was approved, and %(amount)s is paid.") % details
    return f"{said} {details['reason']}".strip()


def settled(details: dict[str, Any]) -> str:
    if details.get("how") == "repaid":
        return _("The recovery is over: all has been repaid.")
    return _("The recovery is over: it has been set off against payments.")


for action, sentence in SENTENCES.items():
    register(f"pilots.{action}", sentence)
register("pilots.payment.decide", decided)
register("pilots.recovery.settle", settled)
