"""Certificates of cofinancing: one is asked for of each financier that is not the applicant (domain 1.4, `cofinancing_certificate`)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from kraftsamling.lib.money import Kronor

from .budget.content import BudgetContent
from .models import FinancingRole
from .models.applications import ApplicationFileKind

Files = list[tuple[str, str]]
"""(id, name) of each file."""


class Asked(NamedTuple):
    """A financier, what it puts in over all years, and the certificates that have been laid beside. None: it is asked about."""

    financier: str
    amount: Kronor
    files: Files


def asked_of(lines: Iterable[tuple[str, str, Kronor]], links: Iterable[Any]) -> list[Asked]:
    """`lines` are (role, financier, amount). The same name on two lines is one financier, however it is spelt with capitals."""
    found: dict[str, Asked] = {}
    for role, name, amount in lines:
        if role != FinancingRole.OTHER or not amount or not name.strip():
            continue
        key = same(name)
        known = found.get(key)
        found[key] = Asked(known.financier, known.amount + amount, []) if known else Asked(name.strip(), amount, [])
    for link in links:
        asked = found.get(same(link.financier))
        if asked and link.kind == ApplicationFileKind.COFINANCING:
            asked.files.append((str(link.file_id), link.file.name))
    return list(found.values())


def same(name: str) -> str:
    return " ".join(name.split()).casefold()


def missing(asked: Iterable[Asked]) -> list[Asked]:
    return [each for each in asked if not each.files]


def frozen(content: BudgetContent, links: Iterable[Any]) -> list[dict[str, Any]]:
    """Plain JSON for the version that is handed in."""
    lines = [(part.role, part.financier, part.total) for part in content.financing]
    return [
        {
            "financier": each.financier,
            "amount": str(each.amount.amount),
            "files": [{"id": pk, "name": name} for pk, name in each.files],
        }
        for each in asked_of(lines, links)
    ]


def from_frozen(kept: Iterable[dict[str, Any]]) -> list[Asked]:
    """What `frozen` wrote, back again."""
    return [Asked(row["financier"], Kronor(row["amount"]), [(file["id"], file["name"]) for file in row["files"]]) for row in kept]
