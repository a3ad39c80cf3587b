"""The reviewer's desk: a queue, a declaration, an assessment at a time."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grants import actions, documents, permissions
from grants.forms.reviews import AbstainForm, AssessmentForm, ConflictForm, DeclarationForm
from grants.models import Assessment, Call
from grants.states import AssessmentState
from kraftsamling.lib.pagination import paged
from kraftsamling.lib.text import clean_text
from kraftsamling.lib.transitions import LostRace, TransitionRefused
from kraftsamling.programmes.models import Role
from kraftsamling.programmes.permissions import programmes_with_role

from .common import attempt, autosaved, keeps_text_on, number, unparked


def own_assessments(request: HttpRequest) -> Any:
    programmes = programmes_with_role(request.user, Role.REVIEWER)
    return (
        Assessment.objects.of_reviewer(request.user)
        .filter(sketch__call__programme__in=programmes)
        .select_related(
            "sketch__call__programme",
            "sketch__organisation",
            "sketch__current_version__main_focus_area",
            "sketch__application__current_version",
        )
    )


def own_assessment(request: HttpRequest, pk: int) -> Assessment:
    return get_object_or_404(own_assessments(request), pk=pk)


@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    assessments = own_assessments(request)
    calls = Call.objects.filter(pk__in=assessments.values("sketch__call")).order_by("-closes_at", "pk")
    chosen = clean_text(request.GET.get("utlysning", ""))
    if chosen:
        assessments = assessments.filter(sketch__call__slug=chosen)
    total, done = assessments.exclude(state=AssessmentState.EXCLUDED).count(), assessments.finished().count()
    waiting = assessments.remaining().of_open_cases()
    context = {
        "calls": calls,
        "chosen": chosen,
        "total": total,
        "done": done,
        "next": waiting.in_queue_order().first(),
        "page": paged(request, assessments.order_by("state", "sketch__number", "pk")),
    }
    return render(request, "grants/review_list.html", context)


def _context(request: HttpRequest, assessment: Assessment, form: AssessmentForm, **more: Any) -> dict[str, Any]:
    sketch = assessment.sketch
    others = (
        sketch.assessments.active()
        .in_step(assessment.step)
        .exclude(pk=assessment.pk)
        .select_related("reviewer")
        .prefetch_related("scores__criterion")
    )
    queue = own_assessments(request).remaining().of_open_cases().filter(sketch__call=sketch.call_id).exclude(pk=assessment.pk)
    remaining = list(queue.in_queue_order().values_list("pk", flat=True))
    return {
        "assessment": assessment,
        "sketch": sketch,
        "version": assessment.assessed,
        "parts": _parts(assessment),
        "form": form,
        "abstain_form": AbstainForm(),
        "conflict_form": ConflictForm(),
        "others": others.order_by("reviewer__name", "pk") if assessment.is_finished else [],
        "own_scores": assessment.scores.select_related("criterion").order_by("criterion__position")
        if assessment.is_finished
        else [],
        "remaining_count": len(remaining),
        "next_pk": remaining[0] if remaining else None,
        "is_open": assessment.state == AssessmentState.OPEN and assessment.case_is_open,
        "may_reopen": assessment.is_finished and assessment.case_is_open,
        "revision": assessment.revision,
        **more,
    }


def _parts(assessment: Assessment) -> dict[str, Any]:
    of_version = documents.application_parts if assessment.is_of_application else documents.version_sections
    return of_version(assessment.assessed)


def _form(assessment: Assessment, typed: Any) -> AssessmentForm:
    return AssessmentForm(typed, call=assessment.sketch.call, step=assessment.step)


@require_GET
def assessment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = own_assessment(request, pk)
    if not _is_open_to(request, assessment):
        return render(
            request,
            "grants/assessment_declare.html",
            {"assessment": assessment, **_declaration(request, assessment, DeclarationForm())},
        )
    typed, revision, restored = assessment.draft, assessment.revision, False
    form = _form(assessment, typed)
    parked = unparked(request, path=assessment.get_absolute_url())
    if parked is not None:
        form.data, revision, restored = form.typed(parked), number(parked.get("revision", "")), True
    form.full_clean()
    if request.GET.get("kontroll") != "1":
        form.errors.clear()
    return render(
        request, "grants/assessment_detail.html", _context(request, assessment, form, restored=restored) | {"revision": revision}
    )


def _is_open_to(request: HttpRequest, assessment: Assessment) -> bool:
    """The case is read after the declaration alone, and by nobody in conflict of interest."""
    return assessment.is_readable and permissions.can_assess(request.user, assessment)


def _declaration(request: HttpRequest, assessment: Assessment, form: DeclarationForm) -> dict[str, Any]:
    """Only the parties and the title: what is needed to know whether one is in conflict."""
    sketch = assessment.sketch
    version = assessment.assessed
    return {
        "form": form,
        "sketch": sketch,
        "title": version.title,
        "partners": version.content["partners"],
        "is_excluded": assessment.state == AssessmentState.EXCLUDED or not permissions.can_assess(request.user, assessment),
    }


@require_POST
def assessment_declare(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = own_assessment(request, pk)
    form = DeclarationForm(request.POST)
    if not form.is_valid():
        return render(
            request, "grants/assessment_declare.html", {"assessment": assessment, **_declaration(request, assessment, form)}
        )
    conflict = form.cleaned_data["has_conflict"] == "yes"
    act = partial(
        actions.declare_on_assessment, assessment, has_conflict=conflict, ground=form.cleaned_data["ground"], by=request.user
    )
    done = _("Thank you. The case is now closed to you, and others will handle it.") if conflict else ""
    attempt(request, act, done=done)
    return redirect("review_list") if conflict else redirect(assessment)


@require_POST
@keeps_text_on("assessment_detail")
def assessment_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps the assessment; hands it in if that was the button pressed."""
    assessment = own_assessment(request, pk)
    form = _form(assessment, request.POST)
    try:
        actions.save_assessment(
            assessment, content=form.typed(request.POST), revision=number(request.POST.get("revision", "")), by=request.user
        )
    except LostRace:
        return _newer(request, assessment, form)
    except TransitionRefused as refusal:
        if not _is_handed_in_so(request, assessment, form):
            messages.error(request, str(refusal))
        return redirect(assessment)
    if "hand_in" not in request.POST:
        messages.success(request, _("Saved."))
        return redirect(assessment)
    return _hand_in(request, assessment, form)


def _is_handed_in_so(request: HttpRequest, assessment: Assessment, form: AssessmentForm) -> bool:
    """Pressed twice: what was asked for is done already, with these very words."""
    assessment.refresh_from_db()
    same = assessment.draft == form.typed(request.POST)
    return "hand_in" in request.POST and assessment.state == AssessmentState.SUBMITTED and same


def _hand_in(request: HttpRequest, assessment: Assessment, form: AssessmentForm) -> HttpResponse:
    if not form.is_valid():
        return render(request, "grants/assessment_detail.html", _context(request, assessment, form), status=422)
    values = {name: form.cleaned_data[name] for name in ("recommendation", "comment")}
    act = partial(actions.submit_assessment, assessment, scores=form.scores(), by=request.user, **values)
    attempt(request, act, done=_("The assessment is handed in. Now you can read what the others have written."))
    return redirect(assessment)


def _newer(request: HttpRequest, assessment: Assessment, form: AssessmentForm) -> HttpResponse:
    """Another window has saved: both texts are shown, and saving once more keeps the one in the form."""
    assessment.refresh_from_db()
    mine, theirs = form.typed(request.POST), assessment.draft
    form.full_clean()
    form.errors.clear()
    differing = [
        (field.label, theirs.get(name, ""), mine.get(name, ""))
        for name, field in form.fields.items()
        if theirs.get(name, "") != mine.get(name, "")
    ]
    return render(request, "grants/assessment_detail.html", _context(request, assessment, form, differing=differing), status=409)


@login_not_required
@require_POST
def assessment_autosave(request: HttpRequest, pk: int) -> JsonResponse:
    if not request.user.is_authenticated:
        return JsonResponse({"logged_out": True}, status=401)
    assessment = own_assessment(request, pk)
    form = _form(assessment, request.POST)
    save = partial(
        actions.save_assessment,
        assessment,
        content=form.typed(request.POST),
        revision=number(request.POST.get("revision", "")),
        by=request.user,
    )

    def checks() -> str:
        form.full_clean()
        remaining = [name for name, errors in form.errors.as_data().items() if any(error.code == "required" for error in errors)]
        return render_to_string("grants/_assessment_checks.html", {"remaining_fields": len(remaining)}, request)

    return autosaved(save, case=assessment, checks=checks)


@require_POST
def assessment_abstain(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = own_assessment(request, pk)
    if not _is_open_to(request, assessment):
        return redirect(assessment)
    form = AbstainForm(request.POST)
    if not form.is_valid():
        again = _form(assessment, assessment.draft)
        again.full_clean()
        again.errors.clear()
        context = _context(request, assessment, again, abstain_form=form, abstaining=True)
        return render(request, "grants/assessment_detail.html", context, status=422)
    act = partial(actions.abstain, assessment, comment=form.cleaned_data["comment"], by=request.user)
    attempt(request, act, done=_("Noted: no opinion."))
    return redirect("review_list")


@require_POST
def assessment_skip(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = own_assessment(request, pk)
    attempt(request, partial(actions.skip_assessment, assessment, by=request.user), done="")
    following = own_assessments(request).remaining().filter(sketch__call=assessment.sketch.call_id)
    following = following.of_open_cases().in_queue_order().first()
    return redirect(following) if following else redirect("review_list")


@require_POST
def assessment_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = own_assessment(request, pk)
    attempt(request, partial(actions.reopen_assessment, assessment, by=request.user), done=_("The assessment is open again."))
    return redirect(assessment)
