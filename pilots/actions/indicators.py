"""What a project measures: begun from the application, agreed between the owner and the officers."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grants.permissions import require
from kraftsamling.audit import log as audit
from kraftsamling.lib.transitions import TransitionRefused
from pilots.models import Indicator, Project
from pilots.permissions import reports as permissions

MOST_INDICATORS = 12
_ROW = re.compile(r"indicator_(\d+)_(\w+)")
_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0]\d{3})+(?:[.,]\d{1,2})?|\d{1,11}(?:[.,]\d{1,2})?")


def take_over(project: Project) -> None:
    """The indicators that the application names. A number is read where one is written; the words are in the application."""
    if project.decision is None:
        return
    rows: dict[int, dict[str, str]] = {}
    for section in project.decision.application_version.content["sections"]:
        for row in section["rows"]:
            if match := _ROW.fullmatch(row["name"]):
                rows.setdefault(int(match[1]), {})[match[2]] = row["text"]
    Indicator.objects.bulk_create(
        Indicator(
            project=project,
            position=number,
            name=row["name"][:160],
            unit=row.get("unit", "")[:40],
            baseline=_number(row.get("baseline", "")),
            target=_number(row.get("target", "")),
            source=row.get("source", "")[:200],
            concerns_people="by_sex" in row,
        )
        for number, row in sorted(rows.items())
        if row.get("name")
    )


def _number(text: str) -> Decimal | None:
    match = _NUMBER.search(text)
    return Decimal(match[0].replace(" ", "").replace("\u00a0", "").replace(",", ".")) if match else None


@transaction.atomic
def set_indicator(
    project: Project, indicator: Indicator | None, *, values: Mapping[str, Any], by: Any, at: datetime | None = None
) -> Indicator:
    """Writes down one indicator, new or known. What has been reported about it stands."""
    at = at or timezone.now()
    require(permissions.can_set_indicators(by, project))
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if indicator is None:
        if project.indicators.count() >= MOST_INDICATORS:
            raise TransitionRefused(_("A project has at most %(count)d indicators.") % {"count": MOST_INDICATORS})
        indicator = Indicator(project=project, position=project.indicators.count() + 1)
    for name, value in values.items():
        setattr(indicator, name, value)
    indicator.save()

    audit.record("pilots.indicator.set", project, by=by, at=at, name=indicator.name)
    return indicator


@transaction.atomic
def remove_indicator(indicator: Indicator, *, by: Any, at: datetime | None = None) -> None:
    """One that nobody has reported about."""
    at = at or timezone.now()
    require(permissions.can_set_indicators(by, indicator.project))
    if indicator.values.exists():
        raise TransitionRefused(_("There are values reported of this indicator, so it stays."))

    audit.record("pilots.indicator.remove", indicator.project, by=by, at=at, name=indicator.name)
    indicator.delete()
