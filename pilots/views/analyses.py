"""The joint analysis: the list, what has been published, and the text as it is being written."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants.actions import DraftConflict
from grants.forms.drafts import typed_content
from grants.views.common import attempt, autosaved, keeps_text_on, log_in_first, number, unparked
from kraftsamling.audit import log as audit
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.transitions import TransitionRefused
from kraftsamling.programmes.models import Programme
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role
from pilots import readings
from pilots.actions import analyses as actions
from pilots.forms.analyses import AnalysisBeginForm, AnalysisForm, PublishForm
from pilots.learning_tabs import tabs_for
from pilots.models import JointAnalysis
from pilots.models.analyses import SECTION_LABELS
from pilots.permissions import learning as permissions


@require_GET
def analysis_list(request: HttpRequest) -> HttpResponse:
    analyses = JointAnalysis.objects.visible_to(request.user).select_related("programme", "call", "saved_by")
    context = {
        "page": paged(request, analyses.order_by("-saved_at", "-pk")),
        "tabs": tabs_for(request.user),
        "tab": "analyses",
        "may_write": bool(programmes_with_role(request.user, *OFFICERS)),
    }
    return render(request, "pilots/analysis_list.html", context)


def analysis_create(request: HttpRequest) -> HttpResponse:
    programmes = Programme.objects.filter(pk__in=programmes_with_role(request.user, *OFFICERS)).order_by("name", "pk")
    permissions.require(programmes.exists())
    form = AnalysisBeginForm(request.POST or None, programmes=programmes)
    if request.method == "POST" and form.is_valid():
        programme, call = form.chosen()
        analysis = actions.begin_analysis(programme, call=call, title=form.cleaned_data["title"], by=request.user)
        return redirect("analysis_edit", analysis.pk)
    return render(request, "pilots/analysis_create.html", {"form": form}, status=422 if form.errors else 200)


def _readable(request: HttpRequest, pk: int) -> JointAnalysis:
    rows = JointAnalysis.objects.visible_to(request.user).select_related("programme", "call", "saved_by")
    return get_object_or_404(rows, pk=pk)


def written(request: HttpRequest, pk: int) -> JointAnalysis:
    """An analysis that the person writes: 404 if it is not seen, 403 if it is read only."""
    analysis = _readable(request, pk)
    permissions.require(permissions.can_write_analysis(request.user, analysis))
    return analysis


@require_GET
def analysis_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest version; whoever writes it and has nothing published yet is led on to the text."""
    analysis = _readable(request, pk)
    if not analysis.versions_count:
        return redirect("analysis_edit", analysis.pk)
    return _version_page(request, analysis, analysis.versions_count)


@require_GET
def analysis_version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    return _version_page(request, _readable(request, pk), number)


def _version_page(request: HttpRequest, analysis: JointAnalysis, number: int) -> HttpResponse:
    version = get_object_or_404(analysis.versions.select_related("published_by"), number=number)
    may_write = permissions.can_write_analysis(request.user, analysis)
    context = {
        "analysis": analysis,
        "version": version,
        "reading": readings.of_version(request.user, analysis, version),
        "versions": analysis.versions.order_by("-number").values_list("number", "published_at"),
        "may_write": may_write,
        "history": audit.history(analysis, internal=False).select_related("by")[:20],
    }
    return render(request, "pilots/analysis_detail.html", context)


# ---- The text


def _page(request: HttpRequest, analysis: JointAnalysis, form: AnalysisForm, **more: Any) -> dict[str, Any]:
    return {
        "analysis": analysis,
        "form": form,
        "wrong": form.wrong(),
        "remaining": form.remaining(),
        "revision": analysis.revision,
        "findings": readings.of_draft(request.user, analysis),
        "publish_form": PublishForm(initial={"is_public": analysis.is_public}),
        **more,
    }


@require_GET
def analysis_edit(request: HttpRequest, pk: int) -> HttpResponse:
    analysis = written(request, pk)
    if not analysis.is_draft:
        return redirect(analysis)
    content, revision = analysis.content, analysis.revision
    parked = unparked(request, path=reverse("analysis_edit", args=[pk]))
    if parked is not None:
        content, revision = typed_content(parked, AnalysisForm({})), number(parked.get("revision", ""))
    form = AnalysisForm(content)
    form.is_valid()
    context = _page(request, analysis, form, restored=parked is not None)
    form.hide_remaining()
    return render(request, "pilots/analysis_edit.html", {**context, "revision": revision})


@require_POST
@keeps_text_on("analysis_edit")
def analysis_save(request: HttpRequest, pk: int) -> HttpResponse:
    analysis = written(request, pk)
    content = typed_content(request.POST, AnalysisForm({}))
    try:
        actions.save_analysis(analysis, content=content, revision=number(request.POST.get("revision", "")), by=request.user)
    except DraftConflict:
        return _conflict_page(request, pk, content)
    except TransitionRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(analysis)
    if "next" in request.POST:
        return redirect("analysis_preview", pk)
    messages.success(request, _("Saved."))
    return redirect("analysis_edit", pk)


def _conflict_page(request: HttpRequest, pk: int, mine: dict[str, Any]) -> HttpResponse:
    """Both texts, side by side; nothing is overwritten until the person has chosen."""
    analysis, form = written(request, pk), AnalysisForm(mine)
    form.is_valid()
    form.hide_remaining()
    context = {
        "analysis": analysis,
        "form": form,
        "revision": analysis.revision,
        "differing": form.differences(analysis.content, mine),
    }
    return render(request, "pilots/analysis_conflict.html", context, status=409)


@login_not_required
@require_POST
def analysis_autosave(request: HttpRequest, pk: int) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({"url": log_in_first(reverse("analysis_edit", args=[pk]))}, status=401)
    analysis = written(request, pk)
    content = typed_content(request.POST, AnalysisForm({}))
    revision = number(request.POST.get("revision", ""))
    save = partial(actions.save_analysis, analysis, content=content, revision=revision, by=request.user)
    conflict = (_("A colleague has saved the analysis meanwhile."), reverse("analysis_edit", args=[pk]))
    return autosaved(save, case=analysis, checks=lambda: _checks(request, analysis), conflict=conflict)


def _checks(request: HttpRequest, analysis: JointAnalysis) -> str:
    form = AnalysisForm(analysis.content)
    form.is_valid()
    return render_to_string("pilots/_analysis_checks.html", _page(request, analysis, form), request=request)


@require_GET
def analysis_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """As it will be read, with what remains, and the button."""
    analysis = written(request, pk)
    if not analysis.is_draft:
        return redirect(analysis)
    form = AnalysisForm(analysis.content)
    form.is_valid()
    sections = [(form.fields[key].label, analysis.content.get(key, "")) for key in SECTION_LABELS]
    return render(request, "pilots/analysis_preview.html", _page(request, analysis, form, sections=sections))


@require_POST
def analysis_publish(request: HttpRequest, pk: int) -> HttpResponse:
    analysis, choice = written(request, pk), PublishForm(request.POST)
    form = AnalysisForm(analysis.content)
    if not form.is_valid():
        said = [*(message for _name, message in form.wrong()), *(label for _name, label in form.remaining())]
        messages.error(request, _("The text is not ready: %(what)s") % {"what": " · ".join(said)})
        return redirect("analysis_preview", pk)
    is_public = choice.is_valid() and choice.cleaned_data["is_public"]
    revision = number(request.POST.get("revision", ""))
    act = partial(
        actions.publish_analysis, analysis, content=form.content(), is_public=is_public, revision=revision, by=request.user
    )
    went = attempt(request, act, done=_("The analysis is published. The steering group is told by mail."))
    return redirect("analysis_detail" if went else "analysis_preview", pk)


@require_POST
def analysis_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    analysis = written(request, pk)
    begun = attempt(request, partial(actions.reopen_analysis, analysis, by=request.user), done=_("Write the next version here."))
    return redirect("analysis_edit", pk) if begun else redirect(analysis)
