"""What of the calls and sketches can be found, and by whom."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kraftsamling.search import index

from .models import Application, Call, Decision, Sketch


def visible_calls(user: Any) -> "QuerySet[Call]":
    return Call.objects.visible_to(user)


def visible_sketches(user: Any) -> "QuerySet[Sketch]":
    return Sketch.objects.visible_to(user)


def visible_applications(user: Any) -> "QuerySet[Application]":
    return Application.objects.visible_to(user)


def visible_decisions(user: Any) -> "QuerySet[Decision]":
    return Decision.objects.visible_to(user)


index.register("call", visible_calls, label=_("Calls"))
index.register("sketch", visible_sketches, label=_("Sketches"))
index.register("application", visible_applications, label=_("Applications"))
index.register("decision", visible_decisions, label=_("Decisions"))
