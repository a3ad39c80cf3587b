"""Stage evaluations, and the yearly follow-up of cases."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kraftsamling.audit import log as audit
from kraftsamling.lib.dates import stockholm_today
from kraftsamling.lib.pagination import paged
from kraftsamling.programmes.models import Programme
from kraftsamling.programmes.permissions import OFFICERS, programmes_with_role
from pilots.actions import evaluations as actions
from pilots.forms.evaluations import CloseForm, EvaluationForm, FollowUpForm, FormativeNoteForm, GoalForm
from pilots.learning_tabs import tabs_for
from pilots.models import Project, StageEvaluation, YearlyFollowUp
from pilots.permissions import learning as permissions

from .keeping import keeps_text, keeps_text_on, part_of, sent, typed, unparked


@require_GET
def evaluation_list(request: HttpRequest) -> HttpResponse:
    rows = StageEvaluation.objects.visible_to(request.user).select_related("programme", "project")
    context = {
        "page": paged(request, rows.order_by("-starts_on", "-pk")),
        "tabs": tabs_for(request.user),
        "tab": "evaluations",
        "may_write": bool(programmes_with_role(request.user, *OFFICERS)),
    }
    return render(request, "pilots/evaluation_list.html", context)


@keeps_text
def evaluation_create(request: HttpRequest) -> HttpResponse:
    programmes = Programme.objects.filter(pk__in=programmes_with_role(request.user, *OFFICERS)).order_by("name", "pk")
    permissions.require(programmes.exists())
    projects = Project.objects.handled_by(request.user, *OFFICERS).select_related("programme").order_by("title", "pk")
    form = EvaluationForm(typed(request), programmes=programmes, projects=projects)
    answer = sent(request, form, lambda: actions.begin_evaluation(**form.values(), by=request.user))
    if answer.went:
        return redirect(answer.made)
    return render(request, "pilots/evaluation_create.html", {"form": form}, status=answer.status)


def _readable(request: HttpRequest, pk: int) -> StageEvaluation:
    rows = StageEvaluation.objects.visible_to(request.user).select_related("programme", "project", "closed_by")
    return get_object_or_404(rows, pk=pk)


def _page(request: HttpRequest, evaluation: StageEvaluation, *, status: int = 200, **forms: Any) -> HttpResponse:
    typed_text = any(form.is_bound for form in forms.values())
    context = {
        "evaluation": evaluation,
        "goals": evaluation.goals.order_by("position", "pk"),
        "notes": evaluation.notes.select_related("written_by").order_by("-written_at", "-pk"),
        "may_write": permissions.can_write_evaluation(request.user, evaluation) and (evaluation.is_open or typed_text),
        "note_form": forms.get("note_form") or FormativeNoteForm(),
        "close_form": forms.get("close_form") or CloseForm(),
        "history": audit.history(evaluation, internal=False).select_related("by")[:20],
    }
    return render(request, "pilots/evaluation_detail.html", context, status=status)


@require_GET
def evaluation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    parked = unparked(request, path=request.path)
    forms = {
        "note_form": FormativeNoteForm(part_of(parked, "anteckning-text")),
        "close_form": CloseForm(part_of(parked, "avslut-summary")),
    }
    return _page(request, _readable(request, pk), **forms)


@keeps_text_on("evaluation_detail")
@require_POST
def evaluation_note(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation, form = _readable(request, pk), FormativeNoteForm(request.POST)
    permissions.require(permissions.can_write_evaluation(request.user, evaluation))
    answer = sent(
        request,
        form,
        lambda: actions.add_formative_note(evaluation, text=form.cleaned_data["text"], by=request.user),
        done=_("The note is added."),
    )
    return redirect(evaluation) if answer.went else _page(request, evaluation, status=answer.status, note_form=form)


@keeps_text
def goal_judge(request: HttpRequest, pk: int, goal: int) -> HttpResponse:
    evaluation = _readable(request, pk)
    permissions.require(permissions.can_write_evaluation(request.user, evaluation))
    found = get_object_or_404(evaluation.goals.select_related("evaluation"), pk=goal)
    form = GoalForm(typed(request), initial={"judgement": found.judgement, "reasons": found.reasons})
    answer = sent(request, form, lambda: actions.judge_goal(found, **form.values(), by=request.user), done=_("Saved."))
    if answer.went:
        return redirect(evaluation)
    context = {"evaluation": evaluation, "goal": found, "form": form}
    return render(request, "pilots/goal_judge.html", context, status=answer.status)


@keeps_text_on("evaluation_detail")
@require_POST
def evaluation_close(request: HttpRequest, pk: int) -> HttpResponse:
    evaluation, form = _readable(request, pk), CloseForm(request.POST)
    permissions.require(permissions.can_write_evaluation(request.user, evaluation))
    answer = sent(
        request,
        form,
        lambda: actions.close_evaluation(evaluation, summary=form.cleaned_data["summary"], by=request.user),
        done=_("The evaluation is closed. The steering group can read it."),
    )
    return redirect(evaluation) if answer.went else _page(request, evaluation, status=answer.status, close_form=form)


# ---- The yearly follow-up


@require_GET
def follow_up_list(request: HttpRequest) -> HttpResponse:
    permissions.require(permissions.can_read_follow_ups(request.user))
    rows = YearlyFollowUp.objects.visible_to(request.user).select_related("project__owner", "done_by")
    context = {
        "page": paged(request, rows.order_by("-year", "done_at", "project__title", "pk")),
        "tabs": tabs_for(request.user),
        "tab": "follow_ups",
        "today": stockholm_today(),
    }
    return render(request, "pilots/follow_up_list.html", context)


@keeps_text
def follow_up_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = YearlyFollowUp.objects.visible_to(request.user).select_related("project__owner", "done_by")
    follow_up = get_object_or_404(rows, pk=pk)
    may_do = permissions.can_follow_up(request.user, follow_up)
    permissions.require(may_do or request.method != "POST")
    form = FollowUpForm(typed(request))
    answer = sent(
        request,
        form,
        lambda: actions.do_follow_up(follow_up, **form.values(), by=request.user),
        done=_("The follow-up is done."),
    )
    if answer.went:
        return redirect("follow_up_list")
    earlier = rows.filter(project=follow_up.project_id).exclude(pk=pk).order_by("-year")
    context = {"follow_up": follow_up, "form": form, "may_do": may_do and follow_up.done_at is None, "earlier": earlier}
    return render(request, "pilots/follow_up_detail.html", context, status=answer.status)
