"""What an information item for the board says, made from the data (AC-040…046). What somebody has edited is kept."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kraftsamling.accounts.models import Organisation, OrganisationKind
from pilots.models import AnalysisVersion, JointAnalysis, Project
from pilots.models.analyses import SECTION_LABELS

PROJECT_TEXTS = ("name", "owner", "target", "tried")
PART_TEXTS = ("title", "presenter", "organisation", "minutes")
ANALYSIS_LABELS = {**SECTION_LABELS, "findings": gettext_lazy("Success factors and obstacles")}
FEWEST_PROJECTS = 2


def in_order(projects: Iterable[Project]) -> list[Project]:
    """Municipalities first, then others, each by name: the running order has a municipality and then an association."""
    return sorted(projects, key=lambda one: (one.owner.kind != OrganisationKind.MUNICIPALITY, one.title, one.pk))


def generated_texts(
    programme: Any, projects: Iterable[Project], analysis: JointAnalysis | None, *, presenter: str
) -> dict[str, str]:
    """All texts as the data tell them today, in Swedish."""
    shown = in_order(projects)
    with translation.override("sv"):
        texts = {"description": _description(programme, shown)}
        texts |= {f"analysis_{name}": text for name, text in analysis_texts(analysis).items()}
        for project in shown:
            texts |= {f"p{project.pk}_{name}": text for name, text in _project_texts(project).items()}
        for number, part in _parts(programme, shown, presenter=presenter).items():
            texts |= {f"part{number}_{name}": text for name, text in part.items()}
    return texts


def _description(programme: Any, projects: list[Project]) -> str:
    about = programme.description or programme.tagline
    told = _(
        "The board is informed of %(programme)s, of %(count)d of its pilot projects, and of what the projects have taught together. "
        "Nothing is to be decided."
    ) % {"programme": programme.name, "count": len(projects)}
    return "\n\n".join(text for text in (about, told) if text)


def _project_texts(project: Project) -> dict[str, str]:
    return {
        "name": project.title,
        "owner": project.owner.name,
        "target": project.target_group or _of_application(project, "target_group"),
        "tried": project.summary or _of_application(project, "summary"),
    }


def _of_application(project: Project, name: str) -> str:
    """What the decided version of the application says; nothing for a project decided elsewhere."""
    version = project.application.current_version if project.application else None
    sections = version.content.get("sections", []) if version else []
    rows = (row for section in sections for row in section["rows"])
    return next((str(row["text"]) for row in rows if row["name"] == name), "")


def analysis_texts(analysis: JointAnalysis | None) -> dict[str, str]:
    """The latest published version in short: its three parts, and its findings without quotes."""
    version = AnalysisVersion.objects.filter(analysis=analysis).order_by("-number").first() if analysis else None
    if version is None:
        return {**dict.fromkeys(ANALYSIS_LABELS, ""), "learnings": _("The joint analysis has not been published yet.")}
    texts = {section["key"]: section["text"] for section in version.content["sections"]}
    findings = [f"{finding['label']}: {finding['title']}" for finding in version.content["findings"]]
    return {**texts, "findings": "\n".join(findings)}


def _parts(programme: Any, projects: list[Project], *, presenter: str) -> dict[int, dict[str, str]]:
    region = Organisation.objects.filter(kind=OrganisationKind.REGION, seat__region=programme.region_id).order_by("pk").first()
    own = {"presenter": presenter, "organisation": region.name if region else programme.region.name, "minutes": ""}
    pilots = [
        {"title": project.title, "presenter": "", "organisation": project.owner.name, "minutes": ""} for project in projects
    ]
    return dict(enumerate([{"title": _("Introduction"), **own}, *pilots, {"title": _("Joint analysis"), **own}], start=1))


def part_numbers(content: Mapping[str, str]) -> list[int]:
    """The points of the running order: the introduction, each project, the joint analysis."""
    return sorted(int(name[len("part") : -len("_title")]) for name in content if re.fullmatch(r"part\d+_title", name))


def new_names(content: Mapping[str, str], before: Iterable[Project], after: Iterable[Project]) -> dict[str, str]:
    """Where each text stands when the projects are others: a point follows its project, and the analysis comes last."""
    first, *middle, last = part_numbers(content)
    places = {project.pk: number for number, project in enumerate(in_order(after), start=2)}
    moved = {first: 1, last: len(places) + 2}
    for number, project in zip(middle, in_order(before), strict=False):
        moved[number] = places.get(project.pk, 0)
    names = {name: name for name in content if not name.startswith("part")}
    for number, place in moved.items():
        names |= {f"part{number}_{name}": f"part{place}_{name}" for name in PART_TEXTS if place}
    return names


def renamed(texts: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {names[name]: text for name, text in texts.items() if name in names}


def edited_names(content: Mapping[str, str], generated: Mapping[str, str]) -> list[str]:
    """Which texts somebody has changed since they were made."""
    return [name for name, text in content.items() if text != generated.get(name, "")]


def merged(
    content: Mapping[str, str], generated: Mapping[str, str], fresh: Mapping[str, str], *, take: Iterable[str] = ()
) -> dict[str, str]:
    """The fresh texts, but edited ones as they are, unless they are among those to be taken anew."""
    kept = set(edited_names(content, generated)) - set(take)
    return {name: content[name] if name in kept else text for name, text in fresh.items()}


def minutes_of(content: Mapping[str, str]) -> int:
    """The sum of the parts that have minutes; a part without counts for nothing."""
    return sum(int(text) for number in part_numbers(content) if (text := content.get(f"part{number}_minutes", "")).isdecimal())


def project_rows(projects: Iterable[Project], content: Mapping[str, str]) -> list[dict[str, str]]:
    return [{name: content.get(f"p{one.pk}_{name}", "") for name in PROJECT_TEXTS} for one in in_order(projects)]


def analysis_rows(content: Mapping[str, str]) -> list[tuple[Any, str]]:
    """(heading, text) of the parts of the joint analysis that have a text."""
    rows = [(label, content.get(f"analysis_{name}", "")) for name, label in ANALYSIS_LABELS.items()]
    return [row for row in rows if row[1]]


def running_order(content: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"number": str(number), **{name: content.get(f"part{number}_{name}", "") for name in PART_TEXTS}}
        for number in part_numbers(content)
    ]
