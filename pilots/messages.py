"""What the registry's messages are called, and whose mail is kept from whom on the outbox page."""

from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from kraftsamling.notifications import kinds, visibility
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import programmes_with_role

from .models import Project

LABELS = {
    "change_asked": _("A change to decide on"),
    "change_decided": _("Decision on a change"),
}


def closed_projects(user: Any) -> "QuerySet[Project, str]":
    """The projects whose mail an officer in conflict of interest must not see, as targets; asked inside the other question."""
    closed = Project.objects.filter(programme__in=programmes_with_role(user, *Role)).closed_to(user)
    label = Value(f"{Project._meta.label_lower}:")
    return closed.annotate(target=Concat(label, Cast("pk", CharField()))).values_list("target", flat=True)


for kind, label in LABELS.items():
    kinds.register(f"pilots/{kind}", label)
visibility.hide(closed_projects)
