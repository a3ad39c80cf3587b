"""What each reader is shown of a joint analysis: no quote from a project in which they are in conflict, and no quotes for the reference group."""

from collections.abc import Iterable
from typing import Any

from pilots.models import (
    EVALUATION_READERS,
    AnalysisVersion,
    Finding,
    FindingQuote,
    InterviewNote,
    JointAnalysis,
    Project,
    Report,
)
from pilots.permissions import learning as permissions


def _open_projects(user: Any, projects: Iterable[int]) -> set[int]:
    handled = Project.objects.handled_by(user, *EVALUATION_READERS)
    return set(handled.filter(pk__in=set(projects)).values_list("pk", flat=True))


def of_version(user: Any, analysis: JointAnalysis, version: AnalysisVersion) -> dict[str, Any]:
    """The frozen content for this reader, with how many quotes are left out because of a conflict of interest."""
    findings = version.content["findings"]
    quotes = [quote for finding in findings for quote in finding["quotes"]]
    if not permissions.reads_quotes(user, analysis):
        return {**version.content, "findings": [{**finding, "quotes": []} for finding in findings], "left_out": 0}
    open_ = _open_projects(user, (quote["project_id"] for quote in quotes))
    noted = {quote["note_id"] for quote in quotes if quote["note_id"]}
    notes = set(InterviewNote.objects.visible_to(user).filter(pk__in=noted).values_list("pk", flat=True))
    told = {quote["report_id"] for quote in quotes if quote["report_id"]}
    reports = set(Report.objects.visible_to(user).filter(pk__in=told).values_list("pk", flat=True))
    shown = [
        {
            **finding,
            "quotes": [
                {**quote, "opens_note": quote["note_id"] in notes, "opens_report": quote["report_id"] in reports}
                for quote in finding["quotes"]
                if quote["project_id"] in open_
            ],
        }
        for finding in findings
    ]
    left_out = len(quotes) - sum(len(finding["quotes"]) for finding in shown)
    return {**version.content, "findings": shown, "left_out": left_out}


def of_draft(user: Any, analysis: JointAnalysis) -> list[tuple[Finding, list[FindingQuote]]]:
    """The findings with the quotes that the person may read."""
    findings = list(analysis.findings.select_related("theme").order_by("position", "pk"))
    readable = FindingQuote.objects.filter(finding__in=findings).readable_by(user)
    by_finding: dict[int, list[FindingQuote]] = {finding.pk: [] for finding in findings}
    for quote in readable.select_related("project", "note", "version__report").order_by("pk"):
        by_finding[quote.finding_id].append(quote)
    return [(finding, by_finding[finding.pk]) for finding in findings]
