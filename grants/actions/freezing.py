"""How what is handed in becomes a version that never changes."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from grants import rules
from grants.application_content import ApplicationContent
from grants.models.versions import FrozenVersion
from kraftsamling.accounts.models import Organisation
from kraftsamling.files.models import StoredFile

Version = TypeVar("Version", bound=FrozenVersion)


def freeze(
    model: type[Version],
    content: "rules.SketchContent | ApplicationContent",
    frozen: dict[str, Any],
    *,
    files: Sequence[StoredFile],
    receipt: str,
    number: int,
    revision: int,
    by: Any,
    at: datetime,
    **own: Any,
) -> Version:
    """Writes the version, its figures and what it points at. `own` are the columns of that kind of version alone."""
    version: Version = model._default_manager.create(  # type: ignore[assignment]
        number=number,
        draft_revision=revision,
        content=frozen,
        checksum=checksum(frozen, receipt=receipt, at=at),
        receipt_number=receipt,
        submitted_at=at,
        submitted_by=by,
        title=content.title,
        sought=content.sought,
        total_cost=content.total_cost,
        own_financing=content.own_financing,
        starts_on=content.starts_on,
        ends_on=content.ends_on,
        whole_county=content.whole_county,
        main_focus_area=content.main_focus_area,
        **own,
    )
    version.focus_areas.add(*content.focus_areas)
    version.municipalities.add(*content.municipalities)
    version.partner_organisations.add(*_known_partners(content.partners))
    version.files.add(*files)
    return version


def _known_partners(partners: Iterable[rules.Partner]) -> list[Organisation]:
    """Those that have an account here, found by their organisation number."""
    numbers = [partner.org_number for partner in partners if partner.org_number]
    return list(Organisation.objects.filter(org_number__in=numbers)) if numbers else []


def checksum(frozen: dict[str, Any], *, receipt: str, at: datetime) -> str:
    """SHA-256 over content, receipt number and moment, in one canonical form."""
    whole = {"content": frozen, "receipt": receipt, "submitted_at": at.astimezone(UTC).isoformat()}
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
