"""What the decisions on money have in common as documents: who they are about, who decided, and the costs by category."""

from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from grants.models import CostCategory
from kraftsamling.lib.money import Kronor


class Head(NamedTuple):
    """What stands at the top of each of them, as it was when it was decided."""

    heading: str
    programme: str
    project: str
    registry_number: str
    owner: str
    org_number: str
    decided_at: datetime
    decided_by: str
    designation: str = ""
    """What the decision is called beside its heading, if it has a number of its own."""


class CategorySum(NamedTuple):
    """What was asked for and approved of one cost category, or of all."""

    label: str
    asked: Kronor
    approved: Kronor

    @property
    def less(self) -> Kronor:
        return self.asked - self.approved


def category_sums(entries: Any) -> list[CategorySum]:
    """By category, those that have something; last of all together."""
    asked, approved = dict.fromkeys(CostCategory.values, Kronor(0)), dict.fromkeys(CostCategory.values, Kronor(0))
    for category, amount, part in entries.values_list("category", "amount", "approved").iterator():
        asked[category] += amount
        approved[category] += part
    found = [CategorySum(str(one.label), asked[one], approved[one]) for one in CostCategory if asked[one] or approved[one]]
    whole = (sum((row.asked for row in found), Kronor(0)), sum((row.approved for row in found), Kronor(0)))
    return [*found, CategorySum(_("Total"), *whole)]
