"""The findings of a joint analysis, and the quotes under them."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grants.views.common import attempt
from kraftsamling.programmes.permissions import OFFICERS
from pilots.actions import analyses as actions
from pilots.forms.analyses import FindingForm, QuoteForm, finding_content
from pilots.forms.learning import approved_versions, key_of
from pilots.models import Finding, InterviewNote, JointAnalysis, Passage, Project
from pilots.quotes import Source

from .analyses import written
from .keeping import keeps_text, sent, typed

MOST_PASSAGES = 60


@keeps_text
def finding_add(request: HttpRequest, pk: int) -> HttpResponse:
    analysis = written(request, pk)
    form = FindingForm(typed(request), analysis=analysis)
    answer = sent(
        request,
        form,
        lambda: actions.add_finding(analysis, values=form.values(), by=request.user),
        done=_("The finding is added. Lay quotes under it."),
    )
    if answer.went:
        return redirect("analysis_edit", pk)
    return render(
        request, "pilots/finding_edit.html", {"analysis": analysis, "form": form, "finding": None}, status=answer.status
    )


@keeps_text
def finding_edit(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    analysis = written(request, pk)
    found = _finding(analysis, finding)
    form = FindingForm(typed(request), analysis=analysis, initial=finding_content(found))
    answer = sent(request, form, lambda: actions.change_finding(found, values=form.values(), by=request.user), done=_("Saved."))
    if answer.went:
        return redirect("analysis_edit", pk)
    return render(
        request, "pilots/finding_edit.html", {"analysis": analysis, "form": form, "finding": found}, status=answer.status
    )


def _finding(analysis: JointAnalysis, pk: int) -> Finding:
    return get_object_or_404(analysis.findings.select_related("analysis", "theme"), pk=pk)


@require_POST
def finding_remove(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    analysis = written(request, pk)
    found = _finding(analysis, finding)
    attempt(request, partial(actions.remove_finding, found, by=request.user), done=_("The finding is taken away."))
    return redirect("analysis_edit", pk)


# ---- Quotes


def _sources(request: HttpRequest, analysis: JointAnalysis) -> dict[str, Source]:
    """Approved notes and reports of the programme's projects, without those the person is in conflict with."""
    projects = Project.objects.handled_by(request.user, *OFFICERS).filter(programme=analysis.programme_id)
    if analysis.call_id:
        projects = projects.filter(application__sketch__call=analysis.call_id)
    notes = InterviewNote.objects.approved().filter(project__in=projects).select_related("project")
    versions = approved_versions().filter(report__project__in=projects)
    return {key_of(one): one for one in [*notes.order_by("project__title", "-held_on", "pk"), *versions]}


@keeps_text
def quote_add(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    analysis = written(request, pk)
    found = _finding(analysis, finding)
    form = QuoteForm(typed(request), sources=_sources(request, analysis))
    answer = sent(
        request,
        form,
        lambda: actions.add_quote(found, source=form.source_chosen(), quote=form.cleaned_data["quote"], by=request.user),
        done=_("The quote stands under the finding."),
    )
    if answer.went:
        return redirect("analysis_edit", pk)
    passages = _passages(found, form.sources)
    context = {"analysis": analysis, "finding": found, "form": form, "passages": passages}
    return render(request, "pilots/quote_add.html", context, status=answer.status)


def _passages(finding: Finding, sources: dict[str, Source]) -> list[tuple[str, Passage]]:
    """Coded passages of approved notes, of the finding's theme if it has one, each with the key of its source."""
    notes = [source for source in sources.values() if isinstance(source, InterviewNote)]
    rows = Passage.objects.filter(note__in=notes).select_related("theme", "note__project")
    if finding.theme_id:
        rows = rows.filter(theme=finding.theme_id)
    return [(key_of(row.note), row) for row in rows.order_by("theme__position", "note__project__title", "pk")[:MOST_PASSAGES]]


@require_POST
def quote_remove(request: HttpRequest, pk: int, finding: int, quote: int) -> HttpResponse:
    found = _finding(written(request, pk), finding)
    kept = get_object_or_404(found.quotes.readable_by(request.user).select_related("finding__analysis", "project"), pk=quote)
    attempt(request, partial(actions.remove_quote, kept, by=request.user), done=_("The quote is taken away."))
    return redirect("analysis_edit", pk)
