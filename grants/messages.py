"""What the call's messages are called, and whose mail is kept from whom on the outbox page."""

from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from kraftsamling.notifications import kinds, visibility
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import programmes_with_role

from .models import Sketch

LABELS = {
    "sketch_receipt": _("Receipt"),
    "sketch_arrived": _("New sketch"),
    "sketch_withdrawn": _("Withdrawn sketch"),
    "deadline_extended": _("More time"),
    "reviews_assigned": _("Sketches to assess"),
    "review_reminder": _("Reminder to a reviewer"),
    "draft_reminder": _("Reminder of a draft"),
    "application_reminder": _("Reminder of an invitation"),
    "outcome": _("Answer to a sketch"),
    "application_arrived": _("New application"),
    "application_receipt": _("Receipt of an application"),
    "application_withdrawn": _("Withdrawn application"),
    "application_extended": _("More time for an application"),
    "application_lapsed": _("Application not sent in"),
    "completion_asked": _("Request for completion"),
    "completion_extended": _("More time to complete"),
    "completion_cancelled": _("Request for completion taken back"),
    "completion_reminder": _("Reminder of a completion"),
    "completion_lapsed": _("Completion did not come"),
    "case_message": _("Message in a case"),
    "ruling_due": _("Six months since an application came in"),
    "decision": _("Decision"),
}


def closed_cases(user: Any) -> "QuerySet[Sketch, str]":
    """The cases whose mail an officer in conflict of interest must not see, as targets; asked inside the other question."""
    programmes = programmes_with_role(user, *Role)
    cases = Sketch.objects.submitted_ever().filter(call__programme__in=programmes).closed_to(user)
    label = Value(f"{Sketch._meta.label_lower}:")
    return cases.annotate(target=Concat(label, Cast("pk", CharField()))).values_list("target", flat=True)


for kind, label in LABELS.items():
    kinds.register(f"grants/{kind}", label)
visibility.hide(closed_cases)
