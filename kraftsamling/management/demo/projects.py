"""The projects' own words and their public pages, their people, and changes of what was decided."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from grants.budget.content import BudgetContent, CostPart, FinancingPart
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
WITHOUT_LEGAL_FORM = ("Ungdomsgruppen i projektet (exempel)", "Deltar i planeringen, och säger till när något inte fungerar.")


def projects(demo: Any, at: datetime) -> None:
    """Every project is described, most are published; one change is decided, one waits, and one was decided elsewhere."""
    registered = _decided_elsewhere(demo)
    ours = Project.objects.pilots().select_related("owner", "programme", "application__sketch__current_version").order_by("pk")
    for number, project in enumerate(ours):
        begun = project.opened_at + timedelta(days=12)
        _people(demo, project, number, at=begun)
        if project.pk != registered.pk:
            _described(demo, project, at=begun + timedelta(days=3))
            _published(demo, project, at=begun + timedelta(days=6))
    running = [project for project in ours if project.kind == ProjectKind.PILOT and project.ends_on > date(2026, 1, 1)]
    if len(running) > 1:
        _longer(demo, running[0])
        _waiting(demo, running[1], at=at - timedelta(days=4))


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


def _longer(demo: Any, project: Project) -> None:
    """Half a year more: the recruiting took longer than anybody thought."""
    change = _asked(
        demo, project, at=moment(2026, 2, 16, 10), ends_on=date(2026, 12, 31),
        reason=(
            "Det tog längre tid än vi trodde att hitta ledare, så den första gruppen började fyra månader senare. "
            "Vi behöver resten av året för att hinna med en hel termin till, och för att lämna över till ordinarie verksamhet. (exempel)"
        ),
    )  # fmt: skip
    change.refresh_from_db()
    values = _decision(
        demo, on=date(2026, 3, 10), item="2026-03-10 § 12",
        reasons="Förseningen beror på rekryteringen och inte på arbetssättet. Målen är desamma, och kostnaderna ryms i budgeten.",
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


def _decided_elsewhere(demo: Any) -> Project:
    """One that was granted before there were calls, registered by hand and described by its owner."""
    owner = demo.organisations["vuxenskolan"]
    years = (2025, 2026)

    def amounts(*parts: int) -> tuple[Kronor, ...]:
        return tuple(Kronor(part) for part in parts)

    content = BudgetContent(
        years=years,
        costs=(
            CostPart("own_staff", "Cirkelledare", in_kind=False, amounts=amounts(110_000, 130_000)),
            CostPart("external_services", "Föreläsare", in_kind=False, amounts=amounts(20_000, 20_000)),
        ),
        financing=(
            FinancingPart("grant", "Region Örebro län", is_public=True, in_kind=False, appropriation="regional",
                          amounts=amounts(52_000, 60_000)),
            FinancingPart("own", owner.name, is_public=False, in_kind=False, appropriation="", amounts=amounts(78_000, 90_000)),
        ),
    )  # fmt: skip
    values = {
        "title": "Läsecirklar på fritidsgården (exempel)", "registry_number": "24RS9120", "external_case_id": "20378814",
        "decided_where": "Regiondirektören på delegation 2024-11-20, punkt 7.3", "share": Decimal(40), "cap": Kronor(112_000),
        "starts_on": date(2025, 1, 1), "ends_on": date(2026, 12, 31),
    }  # fmt: skip
    leader, at = demo.users["processledare"], moment(2025, 1, 8, 10)
    project = registration.register_project(demo.programme, owner=owner, values=values, content=content, by=leader, at=at)
    area = demo.areas["fritid"]
    _described(
        demo, project, at=at + timedelta(days=2),
        summary=(
            "Unga läser tillsammans på fritidsgården, med en ledare som också är ung. Vi prövar om korta böcker och gott om fika "
            "får fler att läsa färdigt. (exempel)"
        ),
        target_group="Unga 13–19 år på två fritidsgårdar, omkring 40 personer.",
        main_focus_area=area, focus_areas=[area, demo.areas["skola"]],
        municipalities=list(Municipality.objects.filter(code__in=["1880", "1884"])), whole_county=False,
    )  # fmt: skip
    _published(demo, project, at=at + timedelta(days=5))
    return project
