"""Which organisations a list shows, in which order; also for the same list as a file."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Collate

from kraftsamling.lib.sqlite import COLLATION

from .models import Organisation

NUMBER_HEAD = 6
"""Digits before the hyphen of an organisation number."""
SORTS: dict[str, Any] = {
    "name": Collate("name", COLLATION),
    "number": "org_number",
    "seat": Collate("seat__name", COLLATION),
    "members": "member_count",
    "registered": "registered_at",
}


def listed(filters: dict[str, Any], *, sort: str) -> QuerySet[Organisation]:
    rows = Organisation.objects.select_related("seat").annotate(
        member_count=Count("memberships", filter=Q(memberships__user__is_active=True))
    )
    if filters.get("q"):
        rows = rows.filter(_matches(filters["q"]))
    if filters.get("kind"):
        rows = rows.filter(kind=filters["kind"])
    key = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    return rows.order_by(_ordered(key, descending=sort.startswith("-")), "pk")


def _ordered(key: Any, *, descending: bool) -> Any:
    if isinstance(key, str):
        return f"-{key}" if descending else key
    return key.desc() if descending else key.asc()


def _matches(words: str) -> Q:
    """The name, or the number as it is written; ten digits without the hyphen find it too."""
    digits = words.replace(" ", "").replace("-", "")
    number = f"{digits[:6]}-{digits[6:]}" if digits.isdecimal() and len(digits) > NUMBER_HEAD else words
    return Q(name__icontains=words) | Q(org_number__startswith=number)
