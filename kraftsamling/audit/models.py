"""The case log: who did what, when. Entries are added, never changed and never taken away."""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

APPEND_ONLY = "the case log is append-only"


class AuditEntryQuerySet(models.QuerySet):
    def about(self, target: str) -> "AuditEntryQuerySet":
        return self.filter(target=target)

    def open_to_parties(self) -> "AuditEntryQuerySet":
        """What also the applicant sees of the case."""
        return self.filter(internal=False)

    def without(self, actions: Iterable[str]) -> "AuditEntryQuerySet":
        return self.exclude(action__in=list(actions))

    def newest_first(self) -> "AuditEntryQuerySet":
        return self.order_by("-at", "-pk")

    def update(self, **values: Any) -> NoReturn:
        raise TypeError(APPEND_ONLY)

    def delete(self) -> NoReturn:
        raise TypeError(APPEND_ONLY)


class AuditEntry(models.Model):
    """One change. Names its target by text, so the trail outlives what it is about (OSL 4 kap. 1 §)."""

    at = models.DateTimeField(_("when"), db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80, db_index=True)
    target = models.CharField(max_length=80, db_index=True)
    target_name = models.CharField(max_length=250)
    details = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    internal = models.BooleanField(default=False)

    objects = AuditEntryQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(APPEND_ONLY)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(APPEND_ONLY)

    @property
    def sentence(self) -> str:
        """What happened, in the reader's language."""
        from .log import sentence_of  # noqa: PLC0415 - the log writes entries, so it imports this module

        return sentence_of(self)
