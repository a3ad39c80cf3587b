"""The projects' own words and their public pages, their people, and changes of what was decided."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from grants.budget.content import BudgetContent, CostPart, FinancingPart
from kraftsamling.accounts.models import LegalForm, Organisation
from kraftsamling.lib.dates import months_after
from kraftsamling.lib.money import Kronor
from kraftsamling.places.models import Municipality
from pilots.actions import changes, descriptions, registration
from pilots.change_rules import wanted_by
from pilots.models import Project, ProjectKind

from .moments import moment

PEOPLE = (
    ("Tove Almhage", "Projektledare"),
    ("Rasmus Ekstrandh", "Ledare för gruppen"),
    ("Leyla Bergåsen", "Samordnare mot skolan"),
    ("Nils Kvarnström-Ek", "Utvärderar"),
    ("Hanna Sjövik", "Projektledare"),
    ("Omar Lindstad", "Ledare för gruppen"),
)
"""Invented, like everybody in the demo."""


class DemoElsewhere(NamedTuple):
    """A pilot that somebody else has decided on, with 40 per cent of the same costs each year."""

    owner: str
    title: str
    number: str
    case: str
    decided: str
    starts_on: date
    ends_on: date
    staff: int
    services: int
    area: str
    other: str
    places: tuple[str, ...]
    summary: str
    target: str
    opened: datetime


ELSEWHERE = (
    DemoElsewhere(
        "vuxenskolan", "Läsecirklar på fritidsgården (exempel)", "24RS9120", "20378814",
        "Regiondirektören på delegation 2024-11-20, punkt 7.3", date(2025, 1, 1), date(2026, 12, 31), 120_000, 20_000,
        "fritid", "skola", ("1880", "1884"),
        "Unga läser tillsammans på fritidsgården, med en ledare som också är ung. Vi prövar om korta böcker och gott om fika "
        "får fler att läsa färdigt. (exempel)",
        "Unga 13–19 år på två fritidsgårdar, omkring 40 personer.", moment(2025, 1, 8, 10),
    ),
    DemoElsewhere(
        "hallsberg", "Morgongänget (exempel)", "25RS6204", "20391177",
        "Regiondirektören på delegation 2025-12-03, punkt 4.1", date(2026, 1, 1), date(2027, 6, 30), 150_000, 25_000,
        "skola", "familj", ("1861",),
        "En öppen frukost före skolan, med vuxna som känner barnen. Vi prövar om en lugn start på dagen får fler att komma "
        "till första lektionen. (exempel)",
        "Elever i årskurs 4–9 på två skolor, omkring 90 personer.", moment(2025, 12, 15, 10),
    ),
)  # fmt: skip
TENTH_OF_GRANT = 4
WITHOUT_LEGAL_FORM = ("Ungdomsgruppen i projektet (exempel)", "Deltar i planeringen, och säger till när något inte fungerar.")


def projects(demo: Any, at: datetime) -> None:
    """Every project is described, most are published; changes are decided, wait and are begun, and three were decided elsewhere."""
    registered = [_decided_elsewhere(demo, row) for row in ELSEWHERE] + [_not_begun(demo, at)]
    ours = Project.objects.pilots().select_related("owner", "programme", "application__sketch__current_version").order_by("pk")
    for number, project in enumerate(ours):
        begun = min(project.opened_at + timedelta(days=12), at)
        _people(demo, project, number, at=begun)
        if project not in registered:
            _described(demo, project, at=begun + timedelta(days=3))
            _published(demo, project, at=begun + timedelta(days=6))
    running = [project for project in ours if project.kind == ProjectKind.PILOT and project.ends_on > date(2026, 1, 1)]
    if len(running) > 1:
        for place, project in enumerate(running[:2]):
            _longer(demo, project, place)
        _waiting(demo, running[1], at=at - timedelta(days=4))
    owner = registered[0].owner
    changes.begin_change(registered[0], by=demo.member_of(owner), at=at - timedelta(days=2))


def _people(demo: Any, project: Project, number: int, *, at: datetime) -> None:
    pairs = [PEOPLE[(2 * number + place) % len(PEOPLE)] for place in range(2)]
    team = [{"name": f"{name} (exempel)", "role": role, "email": ""} for name, role in pairs]
    partners = [
        {"name": p.name, "part": p.part, "organisation": p.organisation} for p in project.partners.select_related("organisation")
    ]
    partners.append({"name": WITHOUT_LEGAL_FORM[0], "part": WITHOUT_LEGAL_FORM[1], "organisation": None})
    descriptions.set_people(
        project, partners=partners, team=team, revision=project.revision, by=demo.member_of(project.owner), at=at
    )


def _described(demo: Any, project: Project, *, at: datetime, **own: Any) -> None:
    """What the application says already, and a summary in the owner's words."""
    content = project.application.sketch.handed_in.content["texts"] if project.application else {}
    values = {
        "summary": content.get("summary", ""),
        "target_group": project.target_group,
        "strategy_link": project.strategy_link,
        "continuation_plan": project.continuation_plan,
        "whole_county": project.whole_county,
        "main_focus_area": project.main_focus_area,
        "focus_areas": list(project.focus_areas.all()),
        "municipalities": list(project.municipalities.all()),
        **own,
    }
    descriptions.describe_project(project, values=values, revision=project.revision, by=demo.member_of(project.owner), at=at)


def _published(demo: Any, project: Project, *, at: datetime) -> None:
    if descriptions.missing_for_publication(project):
        return
    descriptions.publish_project(project, revision=project.revision, by=demo.users["kommunikator"], at=at)


# ---- Changes


def _decision(demo: Any, *, on: date, item: str, reasons: str, exceeds: str = "") -> dict[str, Any]:
    return {
        "reasons": reasons, "deciding_body": "Regional tillväxtnämnd", "decided_on": on, "minutes_item": item,
        "delegation_item": "", "presenter": demo.users["processledare"].name, "took_part": "", "exceeds_reason": exceeds,
    }  # fmt: skip


def _asked(demo: Any, project: Project, *, at: datetime, **values: Any) -> Any:
    by = demo.member_of(project.owner)
    change = changes.begin_change(project, by=by, at=at - timedelta(hours=1))
    return changes.send_change(change, values=values, budget=None, revision=change.revision, by=by, at=at)


def _longer(demo: Any, project: Project, place: int) -> None:
    """Half a year more: the recruiting took longer than anybody thought."""
    why = ("hitta ledare", "få i gång samarbetet med skolan")[place]
    delay = ("rekryteringen", "parternas personalbyten")[place]
    change = _asked(
        demo, project, at=moment(2026, 2, 16, 10), ends_on=date(2026, 12, 31),
        reason=(
            f"Det tog längre tid än vi trodde att {why}, så den första gruppen började fyra månader senare. "
            "Vi behöver resten av året för att hinna med en hel termin till, och för att lämna över till ordinarie verksamhet. (exempel)"
        ),
    )  # fmt: skip
    change.refresh_from_db()
    values = _decision(
        demo, on=date(2026, 3, 10), item=f"2026-03-10 § {12 + place}",
        reasons=f"Förseningen beror på {delay} och inte på arbetssättet. Målen är desamma, och kostnaderna ryms i budgeten.",
        exceeds="Utlysningens sista dag för projekt passeras för att en hel termin ska kunna följas upp.",
    )  # fmt: skip
    wanted = wanted_by(change.project, {"ends_on": change.ends_on})
    by = demo.users["beslut"]
    changes.grant_change(change, wanted=wanted, values=values, seen_terms=1, by=by, at=moment(2026, 3, 10, 15))


def _waiting(demo: Any, project: Project, *, at: datetime) -> None:
    _asked(
        demo, project, at=at, ends_on=date(2027, 3, 31),
        reason=(
            "Fler än väntat vill vara med, och vi vill följa den andra gruppen till sportlovet innan vi sammanfattar. "
            "Pengarna räcker, eftersom resorna blev billigare. (exempel)"
        ),
    )  # fmt: skip


# ---- Decided elsewhere


def _decided_elsewhere(demo: Any, row: DemoElsewhere, *, published: bool = True) -> Project:
    """Granted before there were calls, or outside them: registered by hand and described by its owner."""
    owner = demo.organisations[row.owner]
    values = {
        "title": row.title, "registry_number": row.number, "external_case_id": row.case, "decided_where": row.decided,
        "share": Decimal(40), "starts_on": row.starts_on, "ends_on": row.ends_on,
    }  # fmt: skip
    content = _budget(row, owner)
    values["cap"] = sum((Kronor(0), *content.financing[0].amounts), Kronor(0))
    leader, at = demo.users["processledare"], row.opened
    project = registration.register_project(demo.programme, owner=owner, values=values, content=content, by=leader, at=at)
    areas = [demo.areas[row.area], demo.areas[row.other]]
    _described(
        demo, project, at=at + timedelta(days=2), summary=row.summary, target_group=row.target, main_focus_area=areas[0],
        focus_areas=areas, municipalities=list(Municipality.objects.filter(code__in=row.places)), whole_county=False,
    )  # fmt: skip
    if published:
        _published(demo, project, at=at + timedelta(days=5))
    return project


def _budget(row: DemoElsewhere, owner: Organisation) -> BudgetContent:
    """Of the year's costs the grant is 40 per cent; a year of which only half belongs to the project costs half."""
    years = tuple(range(row.starts_on.year, row.ends_on.year + 1))
    months = [min(12, row.ends_on.month) if year == row.ends_on.year else 12 for year in years]
    months[0] -= row.starts_on.month - 1
    staff = [row.staff * part // 12 for part in months]
    services = [row.services * part // 12 for part in months]
    grant = [(cost + other) * TENTH_OF_GRANT // 10 for cost, other in zip(staff, services, strict=True)]
    own = [cost + other - part for cost, other, part in zip(staff, services, grant, strict=True)]

    is_public = owner.legal_form == LegalForm.MUNICIPALITY

    def amounts(parts: list[int]) -> tuple[Kronor, ...]:
        return tuple(Kronor(part) for part in parts)

    return BudgetContent(
        years=years,
        costs=(
            CostPart("own_staff", "Ledare", in_kind=False, amounts=amounts(staff)),
            CostPart("external_services", "Föreläsare", in_kind=False, amounts=amounts(services)),
        ),
        financing=(
            FinancingPart("grant", "Region Örebro län", is_public=True, in_kind=False, appropriation="regional", amounts=amounts(grant)),
            FinancingPart("own", owner.name, is_public=is_public, in_kind=False, appropriation="other" if is_public else "", amounts=amounts(own)),
        ),
    )  # fmt: skip


def _not_begun(demo: Any, at: datetime) -> Project:
    """Decided last week, begins in two months; its page waits to be published."""
    opened = at - timedelta(days=6)
    first = (opened + timedelta(days=62)).date().replace(day=1)
    row = DemoElsewhere(
        "kumla", "Musik på lovet (exempel)", f"{opened:%y}RS7015", "20405521",
        f"Regiondirektören på delegation {opened:%Y-%m-%d}, punkt 5.2", first, months_after(first, 14) - timedelta(days=1), 120_000, 30_000,
        "fritid", "plats", ("1881",),
        "Unga skriver och spelar egen musik på loven, i lokaler som annars står tomma. Vi prövar om en scen till sommaren får fler "
        "att stanna kvar. (exempel)",
        "Unga 12–17 år i Kumla, omkring 50 personer.", opened,
    )  # fmt: skip
    return _decided_elsewhere(demo, row, published=False)
