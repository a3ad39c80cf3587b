"""An alternative for the frame: which cases, at which amounts. Saved to be compared; it decides nothing."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Collate
from django.utils.translation import gettext_lazy as _

from kraftsamling.lib.sqlite import COLLATION

from .calls import Call, Step


class ScenarioQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ScenarioQuerySet":
        """The alternatives of calls whose sketches the person may compare."""
        return self.filter(call__in=Call.objects.compared_by(user))

    def in_step(self, call: Call, step: str) -> "ScenarioQuerySet":
        """The alternatives of one step of the call, by name."""
        return self.filter(call=call, step=step).select_related("changed_by").order_by(Collate("name", COLLATION), "pk")


class Scenario(models.Model):
    """A choice within the frame with a name, kept beside others. A human decides, elsewhere (domain 10, rule 9)."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="scenarios")
    step = models.CharField(_("step"), max_length=12, choices=Step)
    name = models.CharField(_("name"), max_length=60)
    chosen = models.JSONField(default=dict)
    """Case by its key: null for the amount sought, or the öre that are tried instead."""
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+")
    changed_at = models.DateTimeField(editable=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, editable=False, related_name="+")

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["call", "step", "name"], name="scenario_name_is_unique_in_the_step"),
            CheckConstraint(condition=Q(step__in=Step.values), name="scenario_step_is_known"),
            CheckConstraint(condition=~Q(name=""), name="scenario_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
