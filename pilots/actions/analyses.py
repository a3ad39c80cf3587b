"""What can happen to a joint analysis: written, given findings with quotes, published as a version, opened again."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.actions import DraftConflict
from grants.actions.freezing import checksum
from grants.models import Call
from kraftsamling.accounts.models import User
from kraftsamling.audit import log as audit
from kraftsamling.lib.transitions import LostRace, TransitionRefused, advance, claim
from kraftsamling.notifications import outbox
from kraftsamling.notifications.models import Category
from kraftsamling.programmes.models import Programme, Role
from kraftsamling.search import index
from pilots import quotes
from pilots.models import AnalysisVersion, Finding, FindingQuote, InterviewNote, JointAnalysis, ReportVersion
from pilots.models.analyses import SECTION_LABELS
from pilots.permissions import learning as permissions
from pilots.states import ANALYSIS_MOVES, AnalysisState

MOST_FINDINGS = 40


@transaction.atomic
def begin_analysis(programme: Programme, *, call: Call | None, title: str, by: Any, at: datetime | None = None) -> JointAnalysis:
    at = at or timezone.now()
    permissions.require(permissions.can_begin_in(by, programme))
    if call is not None and call.programme_id != programme.pk:
        raise TransitionRefused(_("The call belongs to another programme."))

    analysis = JointAnalysis.objects.create(
        programme=programme, call=call, title=title, content={"title": title}, begun_at=at, begun_by=by, saved_at=at, saved_by=by
    )

    audit.record("pilots.analysis.begin", analysis, by=by, at=at)
    return analysis


@transaction.atomic
def save_analysis(analysis: JointAnalysis, *, content: dict[str, Any], revision: int, by: Any, at: datetime | None = None) -> int:
    """Keeps what was typed, right or wrong, and gives the new revision. Raises DraftConflict if a colleague was first."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_analysis(by, analysis))
    _require_draft(analysis)
    if analysis.content == content and analysis.revision == revision:
        return revision

    title = str(content.get("title", "")).strip()[:160] or analysis.title
    try:
        claim(
            analysis,
            expecting={"revision": revision, "state": AnalysisState.DRAFT},
            revision=revision + 1,
            content=content,
            title=title,
            saved_at=at,
            saved_by=by,
        )
    except LostRace:
        raise DraftConflict from None
    return analysis.revision


def _require_draft(analysis: JointAnalysis) -> None:
    analysis.state = JointAnalysis.objects.select_for_update().values_list("state", flat=True).get(pk=analysis.pk)
    if not analysis.is_draft:
        raise TransitionRefused(_("The analysis is published and stands as it is. Begin the next version to change it."))


# ---- Findings and their quotes


@transaction.atomic
def add_finding(analysis: JointAnalysis, *, values: dict[str, Any], by: Any, at: datetime | None = None) -> Finding:
    permissions.require(permissions.can_write_analysis(by, analysis))
    _require_draft(analysis)
    _require_theme_of(analysis, values)
    position = analysis.findings.count() + 1
    if position > MOST_FINDINGS:
        raise TransitionRefused(_("An analysis can have at most %(most)d findings.") % {"most": MOST_FINDINGS})

    finding = Finding.objects.create(analysis=analysis, position=position, **values)

    audit.record("pilots.analysis.finding", analysis, by=by, at=at, title=finding.title)
    return finding


@transaction.atomic
def change_finding(finding: Finding, *, values: dict[str, Any], by: Any, at: datetime | None = None) -> None:
    permissions.require(permissions.can_write_analysis(by, finding.analysis))
    _require_draft(finding.analysis)
    _require_theme_of(finding.analysis, values)

    for name, value in values.items():
        setattr(finding, name, value)
    finding.save(update_fields=list(values))

    audit.record("pilots.analysis.finding", finding.analysis, by=by, at=at, title=finding.title)


def _require_theme_of(analysis: JointAnalysis, values: dict[str, Any]) -> None:
    theme = values.get("theme")
    if theme is not None and theme.programme_id != analysis.programme_id:
        raise TransitionRefused(_("Choose a theme that the programme uses."))


@transaction.atomic
def remove_finding(finding: Finding, *, by: Any, at: datetime | None = None) -> None:
    permissions.require(permissions.can_write_analysis(by, finding.analysis))
    _require_draft(finding.analysis)

    audit.record("pilots.analysis.remove_finding", finding.analysis, by=by, at=at, title=finding.title)
    finding.delete()


@transaction.atomic
def add_quote(finding: Finding, *, source: quotes.Source, quote: str, by: Any, at: datetime | None = None) -> FindingQuote:
    """Lays the words of an approved source under the finding. Raises TransitionRefused for anything unapproved."""
    at = at or timezone.now()
    analysis, project = finding.analysis, _project_of(source)
    permissions.require(permissions.can_write_analysis(by, analysis) and permissions.is_team_of(by, project))
    _require_draft(analysis)
    if project.programme_id != analysis.programme_id:
        raise TransitionRefused(_("The source belongs to another programme."))
    quotes.require_quotable(quote, _anew(source))

    values = {"note": source} if isinstance(source, InterviewNote) else {"version": source}
    added = FindingQuote.objects.create(finding=finding, quote=quote, project=project, added_at=at, added_by=by, **values)

    audit.record("pilots.analysis.quote", analysis, by=by, at=at, title=finding.title)
    return added


def _anew(source: quotes.Source) -> quotes.Source:
    """Locked and read again, so that an approval that is being taken back is seen."""
    if isinstance(source, InterviewNote):
        return InterviewNote.objects.select_for_update().get(pk=source.pk)
    return ReportVersion.objects.select_related("report").get(pk=source.pk)


def _project_of(source: quotes.Source) -> Any:
    return source.project if isinstance(source, InterviewNote) else source.report.project


@transaction.atomic
def remove_quote(quote: FindingQuote, *, by: Any, at: datetime | None = None) -> None:
    analysis = quote.finding.analysis
    permissions.require(permissions.can_write_analysis(by, analysis) and permissions.is_team_of(by, quote.project))
    _require_draft(analysis)

    audit.record("pilots.analysis.remove_quote", analysis, by=by, at=at, title=quote.finding.title)
    quote.delete()


# ---- Publish


@transaction.atomic
def publish_analysis(
    analysis: JointAnalysis, *, content: dict[str, str], is_public: bool, revision: int, by: Any, at: datetime | None = None
) -> AnalysisVersion:
    """Freezes the text with its findings as the next version, for the steering group. Every quote's source is asked again."""
    at = at or timezone.now()
    permissions.require(permissions.can_write_analysis(by, analysis))
    _require_draft(analysis)
    frozen = frozen_content(analysis, content)
    number = analysis.versions_count + 1

    claim(analysis, expecting={"revision": revision}, revision=revision + 1)
    advance(
        analysis,
        AnalysisState.PUBLISHED,
        table=ANALYSIS_MOVES,
        versions_count=number,
        is_public=is_public,
        title=content["title"],
    )
    version = AnalysisVersion.objects.create(
        analysis=analysis,
        number=number,
        content=frozen,
        checksum=checksum(frozen, receipt=f"analys-{analysis.pk}-{number}", at=at),
        published_at=at,
        published_by=by,
    )

    audit.record("pilots.analysis.publish", analysis, by=by, at=at, number=number)
    index.put("analysis", analysis.pk, title=analysis.title, body=_body(frozen), url=analysis.get_absolute_url(), at=at)
    _tell_steering_group(analysis, version, at=at)
    return version


def frozen_content(analysis: JointAnalysis, content: dict[str, str]) -> dict[str, Any]:
    """Plain JSON with names beside keys, in Swedish. Raises TransitionRefused where a source is no longer approved."""
    related = ("quotes__project", "quotes__note", "quotes__version__report")
    findings = list(analysis.findings.select_related("theme").prefetch_related(*related).order_by("position", "pk"))
    if not findings:
        raise TransitionRefused(_("Write at least one finding: a success factor or an obstacle."))
    with translation.override("sv"):
        return {
            "title": content["title"],
            "sections": [{"key": key, "label": str(label), "text": content[key]} for key, label in SECTION_LABELS.items()],
            "findings": [_frozen_finding(finding) for finding in findings],
        }


def _frozen_finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "label": str(finding.get_kind_display()),
        "title": finding.title,
        "text": finding.text,
        "theme": finding.theme.name if finding.theme else "",
        "quotes": [_frozen_quote(quote) for quote in sorted(finding.quotes.all(), key=lambda one: one.pk)],
    }


def _frozen_quote(quote: FindingQuote) -> dict[str, Any]:
    source: Any = quote.note or quote.version
    quotes.require_quotable(quote.quote, source)
    return {
        "quote": quote.quote,
        "project": quote.project.title,
        "project_id": quote.project_id,
        "source": quotes.source_name(source),
        "note_id": quote.note_id,
        "report_id": quote.version.report_id if quote.version else None,
    }


def _body(frozen: dict[str, Any]) -> str:
    """For the search: without quotes, which not all readers may read."""
    texts = [section["text"] for section in frozen["sections"]]
    return "\n".join([*texts, *(f"{finding['title']}\n{finding['text']}" for finding in frozen["findings"])])


def _tell_steering_group(analysis: JointAnalysis, version: AnalysisVersion, *, at: datetime) -> None:
    outbox.promise(
        "pilots/analysis_published",
        to=User.objects.filter(
            is_active=True, roles__programme=analysis.programme_id, roles__role=Role.STEERING_GROUP
        ).distinct(),
        context={
            "title": analysis.title,
            "number": version.number,
            "action_url": settings.SITE_URL + analysis.get_absolute_url(),
            "action_label": gettext_lazy("Read the analysis"),
        },
        category=Category.NEWS,
        about=analysis,
        programme_id=analysis.programme_id,
        dedupe_key=f"analysis-{version.pk}",
        at=at,
    )


@transaction.atomic
def reopen_analysis(analysis: JointAnalysis, *, by: Any, at: datetime | None = None) -> None:
    """Begins the next version. What has been published stays and is read until the next one is."""
    permissions.require(permissions.can_write_analysis(by, analysis))

    advance(analysis, AnalysisState.DRAFT, table=ANALYSIS_MOVES)

    audit.record("pilots.analysis.reopen", analysis, by=by, at=at)
